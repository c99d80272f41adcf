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

if (!printVersion()) {
  const [{ processIo }, { main }] = await Promise.all([import("./io.ts"), import("./main.ts")]);
  process.exitCode = await main(args, processIo());
}
