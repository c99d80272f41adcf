// The program: runs the command line of this process.

import { versionText } from "./version.ts";

const args = process.argv.slice(2);
const version = versionText(args);
if (version !== null) process.stdout.write(version);
else {
  const [{ processIo }, { main }] = await Promise.all([import("./io.ts"), import("./main.ts")]);
  process.exitCode = await main(args, processIo());
}
