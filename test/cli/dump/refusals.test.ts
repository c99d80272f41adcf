// Results of kcmp(2) other than an order: refusals, and descriptors that were closed.

import { closeSync, openSync, readSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KCMP, type Kcmp } from "../../../cli/dump/kcmp.ts";
import { type LiveOptions, readLive } from "../../../cli/dump/live.ts";
import { type LiveProcess, startProcess } from "../../support/live.ts";

const [EPERM, EBADF, EINVAL] = [1, 9, 22];

describe.skipIf(process.platform !== "linux")("a dump whose comparisons", () => {
  let target: LiveProcess;
  let victim = -1;
  beforeAll(async () => {
    target = await startProcess();
    victim = (await target.call<number[]>("many", 4, "/dev/null"))[2] ?? -1;
  });
  afterAll(() => target.end());

  const read = (kcmp: Kcmp, more: Partial<LiveOptions> = {}) =>
    readLive([target.pid], { kcmp, threads: false, frozen: true, ...more });
  /** An order by descriptor in which nothing is shared. */
  const apart: Kcmp = (_pid1, _pid2, type, fd1, fd2) => (type === KCMP.FILES || fd1 === fd2 ? 0 : fd1 < fd2 ? 1 : 2);

  test("are not permitted fails with what to do", () => {
    const refused: Kcmp = (...args) => (args[2] === KCMP.FILE ? -EPERM : apart(...args));
    expect(() => read(refused)).toThrow(/is not permitted; run as root \(CAP_SYS_PTRACE\) or use --no-sharing/);
  });

  test("give no order fails with that reason", () => {
    expect(() => read((...args) => (args[2] === KCMP.FILE ? 3 : 0))).toThrow(/gives no order; use --no-sharing/);
    expect(() => read((...args) => (args[2] === KCMP.FILE ? -EINVAL : 0))).toThrow(
      /failed with errno 22; use --no-sharing/,
    );
  });

  test("find a descriptor closed leaves it out and notes it", () => {
    const all = read(apart).description.fileTables.at(0)?.fds;
    const gone: Kcmp = (...args) => (args[2] === KCMP.FILE && args.slice(3).includes(victim) ? -EBADF : apart(...args));
    const { description, notes } = read(gone);
    const fds = description.fileTables.at(0)?.fds;
    expect(notes).toEqual([`pid ${target.pid} fd ${victim} was closed while it was read`]);
    expect(fds?.length).toBe((all?.length ?? 0) - 1);
    const files = Array.from({ length: fds?.length ?? 0 }, (_, row) => fds?.at(row)?.file);
    expect(files).toEqual(files.map((_, row) => row + 1));
  });

  test("take a while notes what changed meanwhile, unless the process is frozen", () => {
    const read = (frozen: boolean) => {
      const moving = openSync("/proc/self/status", "r");
      const closing = openSync("/dev/zero", "r");
      const [twin, other] = [openSync("/dev/full", "r"), openSync("/dev/full", "r")];
      let opened = -1;
      // This process dumps itself, and changes its descriptors during the first comparison.
      const meddling: Kcmp = (...args) => {
        if (args[2] === KCMP.FILE && opened === -1) {
          readSync(moving, Buffer.alloc(10));
          closeSync(closing);
          opened = openSync("/dev/null", "r");
          // The closed descriptor's number now refers to another file.
          opened = openSync("/dev/null", "r");
        }
        return apart(...args);
      };
      const { notes } = readLive([process.pid], { kcmp: meddling, threads: false, frozen });
      for (const fd of [moving, closing, opened, twin, other]) closeSync(fd);
      return { notes, moving, closing, opened };
    };
    const { notes, moving, closing, opened } = read(false);
    const self = `pid ${process.pid}`;
    expect(notes).toEqual([
      expect.stringContaining(`${self} fd ${opened}`),
      `2 descriptors changed while they were read: ${self} fd ${moving} (position 0 → 10), ` +
        `${self} fd ${closing} (it refers to another file)`,
    ]);
    expect(read(true).notes).toEqual([]);
  });
});
