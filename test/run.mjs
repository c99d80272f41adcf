// The test command: types, lint, dead code, the build with its budget, unit tests, tests in a real browser.
// Prints the count of all tests as its last line.

import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const counts = { passed: 0, failed: 0, skipped: 0 };

/** Runs a command. Prints its output when it has ended, so that commands side by side do not mix theirs. */
async function run(command, ...args) {
  const started = performance.now();
  const child = spawn("npx", ["--no-install", command, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const chunks = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => chunks.push(chunk));
  const status = await new Promise((ended) => child.on("close", ended).on("error", () => ended(1)));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`\n$ ${[command, ...args].join(" ")} (${seconds} s)\n${Buffer.concat(chunks)}`);
  return status === 0;
}

/** A check that is not a test: it counts as one if it fails. */
async function check(command, ...args) {
  if (!(await run(command, ...args))) counts.failed += 1;
}

/** Runs tests and adds their counts. */
async function vitest(name, ...args) {
  const report = `dist/test-${name}.json`;
  rmSync(report, { force: true });
  const ok = await run("vitest", "run", ...args, "--reporter=dot", "--reporter=json", `--outputFile.json=${report}`);
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(report, "utf8"));
    counts.passed += numPassedTests;
    // A file that cannot be loaded has no failed test of its own.
    counts.failed += Math.max(numFailedTests, ok ? 0 : 1);
    counts.skipped += numPendingTests + numTodoTests;
  } catch {
    counts.failed += 1;
  }
}

mkdirSync("dist", { recursive: true });
const checks = async () => {
  await check("tsc");
  await check("tsc", "-p", "tsconfig.pure.json");
  await check("biome", "check", ".");
  await check("knip");
};
await Promise.all([checks(), check("npm", "run", "build")]);
await vitest("unit");
// What the build step made; otherwise the tests build the page themselves.
process.env.CKPTSCOPE_PAGE = "dist";
await vitest("browser", "--config", "vitest.browser.config.ts");

const summary = `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;
writeFileSync("dist/test-summary.txt", `${summary}\n`);
console.log(`\n${summary}`);
process.exit(counts.failed === 0 ? 0 : 1);
