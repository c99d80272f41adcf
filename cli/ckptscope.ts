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
 * Flags of V8 by its release: 11.3 is that of Node 20, 13.6 that of Node 24. A command lasts less than a second, of which
 * V8 would spend a quarter on optimizing functions that are hardly called again, and on marking a heap that is discarded
 * soon. In Node 22, these make no difference. Not in releases that were not tried: V8 prints an error for a flag that it
 * does not have.
 */
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  "11.3": [
    // Bytes of bytecode that a function runs before V8 considers it; thirty times the default.
    "--interrupt-budget=2000000",
    // Bytes of bytecode that may be inlined into a function; half the default.
    "--max-inlined-bytecode-size-cumulative=400",
    // These find too little in functions like ours to be worth their time.
    "--no-turbo-escape",
    "--no-turbo-loop-peeling",
    // Percent of the heap's limit at which marking starts: never, as V8 collects at once when the limit is reached.
    "--incremental-marking-hard-trigger=1000",
  ],
  "13.6": [
    // Calls of a function before it is optimized: ten and seven times the defaults.
    "--invocation-count-for-maglev=4000",
    "--invocation-count-for-turbofan=20000",
    "--incremental-marking-hard-trigger=1000",
  ],
};

function setFlags(): void {
  const [release] = process.versions.v8.match(/^\d+\.\d+/) ?? [""];
  for (const flag of FLAGS[release] ?? []) setFlagsFromString(flag);
}

async function start(): Promise<void> {
  setFlags();
  const loader = createModuleLoader(import.meta.dirname, process.geteuid?.());
  const { run } = loader.load("./program.js") as typeof import("./program.ts");
  const status = await run(args);
  process.exitCode = status;
  // After an error, little of the code was needed and compiled.
  if (status !== 2) loader.keepCompiled();
}

if (!printVersion()) start();
