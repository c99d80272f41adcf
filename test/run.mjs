// The test command: types, lint, dead code, the build with its budget, unit tests, tests in a real browser.
// Prints the count of all tests as its last line.

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const run = (command, ...args) => {
  console.log(`\n$ ${[command, ...args].join(" ")}`);
  return spawnSync("npx", ["--no-install", command, ...args], { stdio: "inherit" }).status === 0;
};

const counts = { passed: 0, failed: 0, skipped: 0 };

const vitest = (name, ...args) => {
  const report = `dist/test-${name}.json`;
  rmSync(report, { force: true });
  const ok = run("vitest", "run", ...args, "--reporter=dot", "--reporter=json", `--outputFile.json=${report}`);
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numFailedTestSuites } = JSON.parse(
      readFileSync(report, "utf8"),
    );
    counts.passed += numPassedTests;
    // A file that cannot even be loaded has no failed test of its own.
    counts.failed += Math.max(numFailedTests, ok ? 0 : 1, numFailedTests === 0 ? Math.min(1, numFailedTestSuites) : 0);
    counts.skipped += numPendingTests + numTodoTests;
  } catch {
    counts.failed += 1;
  }
  return ok;
};

mkdirSync("dist", { recursive: true });
const steps = [
  () => run("tsc"),
  () => run("biome", "check", "."),
  () => run("knip"),
  () => run("npm", "run", "build"),
  () => vitest("unit"),
  () => vitest("browser", "--config", "vitest.browser.config.ts"),
];
let ok = true;
for (const step of steps) {
  const passed = step();
  // A step that is no test counts as one if it fails.
  if (!passed && steps.indexOf(step) < 4) counts.failed += 1;
  ok &&= passed;
}
const summary = `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;
writeFileSync("dist/test-summary.txt", `${summary}\n`);
console.log(`\n${summary}`);
process.exit(ok && counts.failed === 0 ? 0 : 1);
