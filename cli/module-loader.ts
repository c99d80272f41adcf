// Loads the modules of the built program with the code that V8 compiled for them in an earlier run: compiling them
// takes as long as starting node. V8 refuses code of another version, or compiled with other flags, but would run
// damaged code, which can crash it or do anything else. So kept files have a checksum, and are used only if nobody else
// can have written them.

import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
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
 * @param folder Has CommonJS modules. The names of required modules contain a hash of their contents, because V8 does
 * not notice if code was compiled from other contents of the same length.
 * @param user The user who runs the program; `undefined` if unknown. Root must not leave files in a user's folder,
 * which the user could not remove.
 */
export function createModuleLoader(folder: string, user: number | undefined): ModuleLoader {
  const modules = new Map<string, Module>();
  /** Modules without kept code, by name. */
  const unkept = new Map<string, Script>();
  const requireOther = createRequire(join(folder, "module"));
  const kept = join(folder, "compiled", String(cachedDataVersionTag()));
  const checksumOf = checksumBy(requireOther);
  const owner = user === undefined ? undefined : statSync(folder).uid;

  const compile = (name: string, keptAt: string | null): Script => {
    const filename = join(folder, name);
    // On the first line, so that positions in the file are those in stack traces.
    const text = `(function(exports,require,module,__filename,__dirname){${readFileSync(filename, "utf8")}\n})`;
    if (keptAt === null) return new Script(text, { filename });
    const cachedData = readKept(keptAt, owner, (code) => checksumOf(name, code));
    const script = new Script(text, cachedData === undefined ? { filename } : { filename, cachedData });
    if (script.cachedDataRejected !== false) unkept.set(name, script);
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
        if (owner === user) {
          for (const [name, script] of unkept) {
            const code = script.createCachedData();
            const checksum = checksumOf(name, code);
            if (checksum !== null) writeWhole(join(kept, name), [code, checksum]);
          }
        }
      } catch {
        // A folder that cannot be written to, or a full disk.
      }
      unkept.clear();
    },
  };
}

/** Bytes of a checksum, which follows the code in a kept file. */
const CHECKSUM = 4;

/** The checksum of the code of a module; `null` where Node has no fast one. */
type ChecksumOf = (name: string, code: Uint8Array) => Buffer | null;

/** CRC-32 of a module's name and code. `node:zlib` takes some milliseconds to load, so `--version` does without. */
function checksumBy(require: NodeJS.Require): ChecksumOf {
  return (name, code) => {
    const { crc32 } = require("node:zlib") as Partial<Pick<typeof import("node:zlib"), "crc32">>;
    if (crc32 === undefined) return null;
    const checksum = Buffer.alloc(CHECKSUM);
    checksum.writeUInt32LE(crc32(code, crc32(name)));
    return checksum;
  };
}

/** Write permission of group and others. */
const OTHERS_WRITE = 0o022;

/**
 * The code in a kept file; `undefined` if there is none, it is damaged, or others than the owner can have written it.
 */
function readKept(
  path: string,
  owner: number | undefined,
  checksumOf: (code: Uint8Array) => Buffer | null,
): Buffer | undefined {
  try {
    const fd = openSync(path, "r");
    try {
      const { uid, mode } = fstatSync(fd);
      if (owner !== undefined && (uid !== owner || (mode & OTHERS_WRITE) !== 0)) return undefined;
      const bytes = readFileSync(fd);
      const end = bytes.length - CHECKSUM;
      if (end <= 0) return undefined;
      const code = bytes.subarray(0, end);
      return checksumOf(code)?.equals(bytes.subarray(end)) === true ? code : undefined;
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined;
  }
}

/**
 * Writes a file so that it is there as a whole or not at all. Two processes can have the same number, in containers
 * that share the folder.
 */
function writeWhole(path: string, pieces: readonly Uint8Array[]): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  const part = `${path}.${process.pid}-${process.hrtime.bigint()}`;
  const fd = openSync(part, "wx", 0o644);
  try {
    try {
      for (const piece of pieces) writeAll(fd, piece);
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

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}
