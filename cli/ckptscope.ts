// The program: runs the command line of this process.

import { writeSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { createModuleLoader } from "./module-loader.ts";
import { versionText } from "./version.ts";

const args = process.argv.slice(2);

/** Prints the version if that is what the arguments ask for. False if not, or if it cannot be written. */
function printVersion(): boolean {
  const version = versionText(args);
  if (version === null) return false;
  try {
    return writeSync(1, version) === version.length;
  } catch {
    // The command line reports what is wrong.
    return false;
  }
}

/**
 * Has V8 optimize fewer functions, and larger ones less. A command lasts a second or two, of which V8 11 (Node 20)
 * spends a third on optimizing functions that are hardly called again. Later releases have a compiler in between,
 * Maglev, and gain nothing.
 */
function optimizeLater(): void {
  if (!process.versions.v8.startsWith("11.")) return;
  // Bytes of bytecode that a function runs before V8 considers it; four times the default.
  setFlagsFromString("--interrupt-budget=270000");
  // Bytes of bytecode that may be inlined into a function; half the default.
  setFlagsFromString("--max-inlined-bytecode-size-cumulative=400");
  // These find too little in functions like ours to be worth their time.
  setFlagsFromString("--no-turbo-escape");
  setFlagsFromString("--no-turbo-loop-peeling");
}

async function start(): Promise<void> {
  optimizeLater();
  const loader = createModuleLoader(import.meta.dirname, process.geteuid?.());
  const { run } = loader.load("./program.js") as typeof import("./program.ts");
  const status = await run(args);
  process.exitCode = status;
  // After an error, little of the code was needed and compiled.
  if (status !== 2) loader.keepCompiled();
}

if (!printVersion()) start();
