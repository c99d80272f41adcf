// Processes that slept while they were read.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { watchSleepers } from "../../../cli/dump/slept.ts";

/** A process that sleeps until it is sent a line, and its pid. */
async function sleeper() {
  const child = spawn("cat", { stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(() => void child.kill());
  const wake = async (): Promise<void> => {
    child.stdin.write("line\n");
    await once(child.stdout, "data");
  };
  await wake();
  return { pid: child.pid as number, wake, child };
}

test.runIf(process.platform === "linux")("a process that has run since is not among them", async () => {
  const { pid, wake } = await sleeper();
  await expect.poll(() => watchSleepers([pid]).has(pid)).toBe(true);
  const sleepers = watchSleepers([pid]);
  await wake();
  expect(sleepers.has(pid)).toBe(false);
});

test.runIf(process.platform === "linux")(
  "a process that runs, ended or was not watched is not among them",
  async () => {
    const { pid, child } = await sleeper();
    const sleepers = watchSleepers([pid, process.pid]);
    expect(sleepers.has(process.pid)).toBe(false);
    child.kill();
    await once(child, "exit");
    expect(sleepers.has(pid)).toBe(false);
    expect(watchSleepers([]).has(process.pid)).toBe(false);
  },
);
