// Processes are stopped while they are read, and resumed whatever happens.

import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { whileFrozen } from "../../../../cli/dump/freeze/freeze.ts";
import { createNotes } from "../../../../cli/dump/notes.ts";
import { readStat } from "../../../../cli/dump/processes.ts";
import { type LiveProcess, startProcess } from "../../../support/live.ts";

/** Makes a control group, or says why that is not possible. */
function makeGroup(): { readonly path: string } | { readonly reason: string } {
  const mount = /^\S+ \S+ \S+ \S+ (\S+) .* - cgroup2 /m.exec(readFileSync("/proc/self/mountinfo", "utf8"))?.[1];
  if (mount === undefined) return { reason: "control groups of version 2 are not mounted" };
  const path = `${mount}/ckptscope-test-${process.pid}`;
  try {
    mkdirSync(path);
    return existsSync(`${path}/cgroup.freeze`) ? { path } : { reason: "this kernel has no freezer in version 2" };
  } catch {
    return { reason: "making a control group is not permitted" };
  }
}

describe.skipIf(process.platform !== "linux")("while processes are frozen", () => {
  let target: LiveProcess;
  beforeEach(async () => {
    target = await startProcess();
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    process.kill(target.pid, "SIGCONT");
    await target.end();
  });
  const notes = createNotes();
  const state = (): string => readStat(target.pid)?.state ?? "";
  const isStopped = (): boolean => state() === "stopped";
  const letGo = async (): Promise<void> => {
    while (isStopped()) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  test("they are stopped, and afterwards go on", async () => {
    expect(await whileFrozen(() => [target.pid], notes, isStopped)).toBe(true);
    await letGo();
    expect(await target.call("dup", 0)).toBeGreaterThan(2);
  });

  test("a stopped process has no exit code, although the kernel has a signal in its place", async () => {
    const stopped = await whileFrozen(
      () => [target.pid],
      notes,
      () => readStat(target.pid),
    );
    expect(stopped).toMatchObject({ state: "stopped", exitCode: 0 });
  });

  test("an error lets them go", async () => {
    const failing = whileFrozen(
      () => [target.pid],
      notes,
      () => {
        throw new Error("in between");
      },
    );
    await expect(failing).rejects.toThrow("in between");
    await letGo();
    expect(await target.call("dup", 0)).toBeGreaterThan(2);
  });

  test("a process that was stopped before stays stopped", async () => {
    process.kill(target.pid, "SIGSTOP");
    while (!isStopped()) await new Promise((resolve) => setTimeout(resolve, 5));
    await whileFrozen(() => [target.pid], notes, isStopped);
    expect(isStopped()).toBe(true);
  });

  test("those that turn up meanwhile are stopped too", async () => {
    const child = await target.call("child", []);
    let asked = 0;
    const list = () => (asked++ === 0 ? [target.pid] : [target.pid, child]);
    const states = await whileFrozen(list, notes, () => [target.pid, child].map((pid) => readStat(pid)?.state));
    expect(states).toEqual(["stopped", "stopped"]);
  });

  const group = process.platform === "linux" ? makeGroup() : { reason: "not on Linux" };
  const why = "reason" in group ? ` (${group.reason})` : "";
  test.skipIf(why !== "")(`a control group of theirs alone is frozen as a whole${why}`, async () => {
    if ("reason" in group) return;
    const { path } = group;
    const read = (file: string): string => readFileSync(`${path}/${file}`, "utf8");
    try {
      writeFileSync(`${path}/cgroup.procs`, String(target.pid));
      const kill = vi.spyOn(process, "kill");
      const frozen = await whileFrozen(
        () => [target.pid],
        notes,
        () => /^frozen 1$/m.test(read("cgroup.events")),
      );
      expect(frozen).toBe(true);
      expect(kill).not.toHaveBeenCalled();
      expect(read("cgroup.freeze").trim()).toBe("0");
      expect(await target.call("dup", 0)).toBeGreaterThan(2);
    } finally {
      await target.end();
      rmdirSync(path);
      target = await startProcess();
    }
  });
});
