// `npm run fuzz`: bundles the fuzzer, which is twice as fast as a test runner, and runs it.

import { spawnSync } from "node:child_process";

const run = (command, args) => spawnSync(command, args, { stdio: "inherit" }).status ?? 1;

const built = run("npx", ["vite", "build", "--config", "vite.fuzz.config.ts", "--logLevel", "warn"]);
process.exitCode = built || run(process.execPath, ["node_modules/.cache/fuzz/main.js", ...process.argv.slice(2)]);
