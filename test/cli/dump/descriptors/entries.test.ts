// Entries of /proc are the same by paths and relative to the directories of a process, and so are the errors.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createReader, type Descriptor, readDescriptor } from "../../../../cli/dump/descriptors/descriptors.ts";
import { type Entries, entriesByPath, openEntries } from "../../../../cli/dump/descriptors/entries.ts";
import { groupFiles } from "../../../../cli/dump/groups.ts";
import { openKcmp } from "../../../../cli/dump/kcmp.ts";
import { createNotes } from "../../../../cli/dump/notes.ts";
import { type LiveProcess, startProcess, whyNotHere } from "../../../support/live.ts";

const [O_RDWR, O_CREAT] = [2, 0o100];
const reason = await whyNotHere();

describe.skipIf(reason !== "")(`entries of descriptors${reason === "" ? "" : ` (${reason})`}`, () => {
  let folder: string;
  let entries: Entries;
  let target: LiveProcess;
  let other: LiveProcess;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "ckptscope-"));
    entries = await openEntries();
    [target, other] = [await startProcess(), await startProcess()];
  });
  afterAll(async () => {
    entries.close();
    await Promise.all([target.end(), other.end()]);
    // Node cannot remove paths that are longer than PATH_MAX.
    execFileSync("rm", ["-rf", folder]);
  });

  /** What was read, or the error. */
  const outcome = (of: Entries, which: "info" | "link", pid: number, fd: number): string => {
    try {
      return of.bytes.toString("latin1", 0, of[which](pid, fd));
    } catch (error) {
      return `error ${(error as { code?: string }).code}`;
    }
  };

  /** Stops a process: its own threads wake each other by an eventfd, whose count is in its entry. */
  const stop = async (pid: number): Promise<void> => {
    process.kill(pid, "SIGSTOP");
    const states = (): string[] =>
      readdirSync(`/proc/${pid}/task`).map((tid) => {
        const stat = readFileSync(`/proc/${pid}/task/${tid}/stat`, "latin1");
        return stat.charAt(stat.lastIndexOf(")") + 2);
      });
    await vi.waitFor(() => expect(new Set(states())).toEqual(new Set(["T"])), { timeout: 60_000 });
  };

  test("are the same by both ways", async () => {
    await target.call("openBytes", Buffer.from(`${folder}/\xff`, "latin1").toString("base64"));
    await target.call("open", `${folder}/${"x".repeat(255)}`, O_RDWR | O_CREAT);
    const deep = await target.call("deep", folder);
    const closed = await target.call("dup", 0);
    await target.call("close", closed);
    const byPath = entriesByPath();
    const fds = [...readdirSync(`/proc/${target.pid}/fd`).map(Number), closed];
    expect(outcome(entries, "link", target.pid, deep)).toBe("error ENAMETOOLONG");
    expect(outcome(entries, "info", target.pid, closed)).toBe("error ENOENT");
    const pids = [target.pid, other.pid];
    try {
      await Promise.all(pids.map(stop));
      // The other process in between: each keeps its own directory.
      for (const fd of fds) {
        for (const pid of pids) {
          for (const which of ["info", "link"] as const) {
            expect(outcome(entries, which, pid, fd)).toBe(outcome(byPath, which, pid, fd));
          }
        }
      }
    } finally {
      for (const pid of pids) process.kill(pid, "SIGCONT");
    }
  });

  test("of a process that has ended are gone", async () => {
    const ending = await startProcess();
    expect(outcome(entries, "info", ending.pid, 0)).toContain("pos:");
    await ending.end();
    expect(outcome(entries, "info", ending.pid, 0)).toMatch(/^error (?:ENOENT|ESRCH)$/);
    expect(outcome(entries, "link", ending.pid, 0)).toMatch(/^error (?:ENOENT|ESRCH)$/);
  });

  test("of one open file at two positions are of one open file", async () => {
    const fd = await target.call("open", `${folder}/file`, O_RDWR | O_CREAT);
    const copy = await target.call("dup", fd);
    const reader = createReader(entries);
    const before = readDescriptor(reader, target.pid, fd) as Descriptor;
    // As if it were a process outside a frozen dump that moves it.
    await target.call("lseek", fd, 10);
    const after = readDescriptor(reader, target.pid, copy) as Descriptor;
    expect([before.pos, after.pos]).toEqual(["0", "10"]);
    const kcmp = await openKcmp();
    expect([...groupFiles([before, after], "missing" in kcmp ? null : kcmp, createNotes())]).toEqual([0, 0]);
  });
});
