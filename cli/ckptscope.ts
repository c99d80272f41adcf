// The program: runs the command line of this process.

import { writeSync } from "node:fs";
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
 * Has V8 optimize fewer functions, and larger ones less. A command lasts a second or two, of which V8 11 (Node 20) spends
 * a third on optimizing functions that are hardly called again. Later releases have a compiler in between, Maglev, and
 * gain nothing.
 */
async function optimizeLater(): Promise<void> {
  if (!process.versions.v8.startsWith("11.")) return;
  const { setFlagsFromString } = await import("node:v8");
  // Bytes of bytecode that a function runs before V8 considers it; four times the default.
  setFlagsFromString("--interrupt-budget=270000");
  // Bytes of bytecode of other functions that may become part of one; half the default.
  setFlagsFromString("--max-inlined-bytecode-size-cumulative=400");
  // What these find in functions like ours is not worth the time that they look for it.
  setFlagsFromString("--no-turbo-escape");
  setFlagsFromString("--no-turbo-loop-peeling");
}

if (!printVersion()) {
  await optimizeLater();
  const [{ processIo }, { main }] = await Promise.all([import("./io.ts"), import("./main.ts")]);
  process.exitCode = await main(args, processIo());
}
