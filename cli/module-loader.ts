// Loads the modules of the built program with the code that V8 compiled for them in an earlier run: compiling them
// takes as long as starting node. V8 refuses code of another version, or compiled with other flags.

import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { cachedDataVersionTag } from "node:v8";
import { Script } from "node:vm";

/** Loads modules of one folder. */
export interface ModuleLoader {
  /** The exports of a module, compiled anew each time: its name stays the same when its contents change. */
  load(name: string): unknown;
  /**
   * Keeps the compiled code of what was loaded since, unless it is kept already: in the folder, and only for whom it
   * belongs to. Nothing happens if that is not possible.
   */
  keepCompiled(): void;
}

/** The code of a CommonJS module as a function. */
type Body = (
  exports: unknown,
  require: (name: string) => unknown,
  module: Module,
  file: string,
  folder: string,
) => void;

interface Module {
  exports: unknown;
}

/**
 * @param folder Of CommonJS modules. The names of those that others require contain a hash of their contents, because V8
 * does not notice if code was compiled from other contents of the same length.
 * @param user Who runs the program; `undefined` if the system does not say. Root must not leave files among those of a
 * user, who could not remove them.
 */
export function createModuleLoader(folder: string, user: number | undefined): ModuleLoader {
  const modules = new Map<string, Module>();
  /** Modules without kept code, by the path where it is to be kept. */
  const unkept = new Map<string, Script>();
  const requireOther = createRequire(join(folder, "module"));
  const kept = join(folder, "compiled", String(cachedDataVersionTag()));

  const compile = (name: string, keptAt: string | null): Script => {
    const filename = join(folder, name);
    // On the first line, so that positions in the file are those in stack traces.
    const text = `(function(exports,require,module,__filename,__dirname){${readFileSync(filename, "utf8")}\n})`;
    if (keptAt === null) return new Script(text, { filename });
    const cachedData = readIfThere(keptAt);
    const script = new Script(text, cachedData === undefined ? { filename } : { filename, cachedData });
    if (script.cachedDataRejected !== false) unkept.set(keptAt, script);
    return script;
  };
  const run = (name: string, script: Script): unknown => {
    const module: Module = { exports: {} };
    modules.set(name, module);
    (script.runInThisContext() as Body)(module.exports, require, module, join(folder, name), folder);
    return module.exports;
  };
  const require = (name: string): unknown => {
    if (!name.startsWith("./")) return requireOther(name);
    const loaded = modules.get(name);
    return loaded === undefined ? run(name, compile(name, join(kept, name))) : loaded.exports;
  };
  return {
    load: (name) => run(name, compile(name, null)),
    keepCompiled() {
      try {
        if (unkept.size > 0 && (user === undefined || statSync(folder).uid === user)) {
          for (const [path, script] of unkept) writeWhole(path, script.createCachedData());
        }
      } catch {
        // A folder that cannot be written to, or a full disk.
      }
      unkept.clear();
    },
  };
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** Writes a file so that it is there as a whole or not at all: V8 does not notice all damage. */
function writeWhole(path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  const part = `${path}.${process.pid}`;
  try {
    const fd = openSync(part, "wx");
    try {
      writeFileSync(fd, bytes);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}
