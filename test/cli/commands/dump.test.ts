// The live dump, of processes that the test starts and whose descriptors it knows.

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { watchProcesses } from "../../../cli/commands/watch.ts";
import { readLive } from "../../../cli/dump/live.ts";
import { recordingIo, runCommand } from "../../support/command.ts";
import { type LiveProcess, startProcess, whyNotHere } from "../../support/live.ts";

const O_RDWR = 2;
const O_CREAT = 0o100;
const O_APPEND = 0o2000;
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;
const F_SETFL = 4;
/** A task runs or sleeps as it happens. */
const COMPARED = ["--ignore", "task-detail"];

interface Shown {
  readonly complete: boolean;
  readonly dialect: string;
  readonly tasks: readonly { pid: number; ppid: number; tgid: number; comm: string; fileTable: number | null }[];
  readonly fileTables: readonly { id: number; fds: readonly { fd: number; file: number; closeOnExec: boolean }[] }[];
  readonly files: readonly {
    id: number;
    kind: string;
    path: string | null;
    pos: string;
    flagNames: string[];
    details: Record<string, unknown>;
  }[];
  readonly problems: readonly unknown[];
}

const reason = await whyNotHere();

describe.skipIf(reason !== "")(`the live dump${reason === "" ? "" : ` (${reason})`}`, () => {
  let folder: string;
  const processes: LiveProcess[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "ckptscope-"));
  });
  afterEach(async () => {
    await Promise.all(processes.splice(0).map((process) => process.end()));
    rmSync(folder, { recursive: true });
  });

  const start = async (): Promise<LiveProcess> => {
    const started = await startProcess();
    processes.push(started);
    return started;
  };
  const path = (name: string): string => join(folder, name);

  /** Dumps, and shows the image. */
  const dumpAndShow = async (image: string, ...args: unknown[]): Promise<Shown> => {
    const dumped = await runCommand(["dump", ...args.map(String), "-o", image]);
    expect(dumped).toMatchObject({ status: 0, out: "", complaints: [] });
    const shown = await runCommand(["show", image, "--json"]);
    expect(shown.status).toBe(0);
    const document: Shown = JSON.parse(shown.out);
    expect(document).toMatchObject({ complete: true, dialect: "v23-rc2", problems: [] });
    return document;
  };

  /** What descriptor `fd` of `pid` is, with its open file. */
  const select = (document: Shown, pid: number, fd: number) => {
    const task = document.tasks.find((candidate) => candidate.pid === pid);
    const table = document.fileTables.find(({ id }) => id === task?.fileTable);
    const descriptor = table?.fds.find((candidate) => candidate.fd === fd);
    const file = document.files.find(({ id }) => id === descriptor?.file);
    if (descriptor === undefined || file === undefined) throw new Error(`pid ${pid} has no descriptor ${fd}`);
    return { ...descriptor, ...file };
  };

  test("finds what each descriptor is, and what dup and fork share", async () => {
    const parent = await start();
    const { pid } = parent;
    const log = await parent.call("open", path("log"), O_RDWR | O_CREAT | O_APPEND);
    await parent.call("lseek", log, 4096);
    const copy = await parent.call("dup", log);
    const closed = await parent.call("dup3", log, 200, O_CLOEXEC);
    const again = await parent.call("open", path("log"), O_RDWR);
    await parent.call("write", path("gone"), "x");
    const gone = await parent.call("open", path("gone"), O_RDWR);
    await parent.call("unlink", path("gone"));
    const directory = await parent.call("open", folder, 0o200000);
    const [reading, writing] = await parent.call<[number, number]>("pipe");
    const alsoWriting = await parent.call("open", `/proc/self/fd/${writing}`, 1);
    const [left, right] = await parent.call<[number, number]>("socketpair");
    const fifo = await parent.call("fifo", path("fifo"));
    const counter = await parent.call("eventfd", 17);
    const epoll = await parent.call("epoll", reading, 1);
    const terminal = await parent.call("terminal");
    const port = await parent.call("listen", "127.0.0.1");
    const port6 = await parent.call("listen", "::1").catch(() => null);
    const child = await parent.call("child", [log, writing]);

    const document = await dumpAndShow(path("image"), pid, child);
    expect(document.tasks).toMatchObject([
      { pid, tgid: pid },
      { pid: child, ppid: pid, tgid: child, comm: "sleep" },
    ]);
    const at = (fd: number) => select(document, pid, fd);

    expect(at(log)).toMatchObject({ kind: "generic", path: path("log"), pos: "4096", closeOnExec: false });
    expect(at(log).flagNames).toEqual(["O_RDWR", "O_APPEND", "O_LARGEFILE"]);
    expect([at(copy).id, at(closed).id]).toEqual([at(log).id, at(log).id]);
    expect([at(copy).closeOnExec, at(closed).closeOnExec]).toEqual([false, true]);
    expect(at(again)).toMatchObject({ path: path("log"), pos: "0" });
    expect(at(again).id).not.toBe(at(log).id);
    expect(at(gone).path).toBe(`${path("gone")} (deleted)`);
    expect(at(directory)).toMatchObject({ path: folder, kind: "generic" });
    expect(at(directory).flagNames).toContain("O_DIRECTORY");

    const writers = [at(writing).id, at(alsoWriting).id];
    expect(at(reading)).toMatchObject({ kind: "pipe", details: { end: "read", otherEnds: writers } });
    for (const writer of [writing, alsoWriting]) {
      expect(at(writer)).toMatchObject({ kind: "pipe", details: { end: "write", otherEnds: [at(reading).id] } });
    }
    expect(at(left).details.peer).toBe(at(right).details.socket);
    expect(at(right).details.peer).toBe(at(left).details.socket);
    for (const end of [left, right]) {
      expect(at(end)).toMatchObject({
        kind: "socket",
        details: { family: "unix", type: "stream", state: "established" },
      });
    }
    expect(at(fifo)).toMatchObject({ kind: "fifo", path: path("fifo") });
    expect(at(counter)).toMatchObject({ kind: "eventfd", details: { count: "17" } });
    const data = String(0x1122334455667788n);
    expect(at(epoll)).toMatchObject({
      kind: "epoll",
      // The kernel adds EPOLLERR and EPOLLHUP to what was asked for.
      details: { targets: [{ fd: reading, events: 1 | 8 | 16, data, file: at(reading).id }] },
    });
    expect(at(terminal)).toMatchObject({ kind: "tty", details: { side: "master" } });
    const sockets = document.files.filter(({ kind }) => kind === "socket").map(({ details }) => details);
    expect(sockets).toContainEqual(
      expect.objectContaining({ family: "inet", protocol: "tcp", state: "listen", local: `127.0.0.1:${port}` }),
    );
    if (port6 !== null) {
      expect(sockets).toContainEqual(
        expect.objectContaining({ family: "inet6", state: "listen", local: `[::1]:${port6}` }),
      );
    }

    // fork: separate tables, the same open files.
    expect(document.tasks[0]?.fileTable).not.toBe(document.tasks[1]?.fileTable);
    expect(select(document, child, 3).id).toBe(at(log).id);
    expect(select(document, child, 4).id).toBe(at(writing).id);
  });

  test("shows what changed between two dumps, and nothing else", async () => {
    const parent = await start();
    const { pid } = parent;
    const log = await parent.call("open", path("log"), O_RDWR | O_CREAT | O_CLOEXEC);
    const copy = await parent.call("dup3", log, 200, O_CLOEXEC);
    const other = await parent.call("open", path("other"), O_RDWR | O_CREAT | O_CLOEXEC);
    const moved = await parent.call("open", path("old name"), O_RDWR | O_CREAT | O_CLOEXEC);
    const child = await parent.call("child", [log]);
    await dumpAndShow(path("before"), pid, child);
    const unchanged = await runCommand(["dump", String(pid), String(child), "-o", path("unchanged")]);
    expect(unchanged.status).toBe(0);
    expect(await runCommand(["diff", path("before"), path("unchanged"), ...COMPARED])).toMatchObject({ status: 0 });

    await parent.call("lseek", log, 123_456_789);
    await parent.call("fcntl", other, F_SETFL, O_RDWR | O_NONBLOCK);
    await parent.call("rename", path("old name"), path("new name"));
    await dumpAndShow(path("after"), pid, child);
    const compared = await runCommand(["diff", path("before"), path("after"), "--json", ...COMPARED]);
    expect(compared.status).toBe(1);
    const { changes } = JSON.parse(compared.out);
    expect(changes).toHaveLength(3);
    expect(changes).toEqual(
      expect.arrayContaining([
        {
          kind: "file-pos",
          holders: [
            { pid, fd: log },
            { pid, fd: copy },
            { pid: child, fd: 3 },
          ].sort((a, b) => a.pid - b.pid || a.fd - b.fd),
          before: "0",
          after: "123456789",
        },
        expect.objectContaining({
          kind: "file-flags",
          holders: [{ pid, fd: other }],
          set: ["O_NONBLOCK"],
          cleared: [],
        }),
        expect.objectContaining({
          kind: "file-path",
          holders: [{ pid, fd: moved }],
          before: path("old name"),
          after: path("new name"),
        }),
      ]),
    );
  });

  test("finds file tables that tasks share, and those that threads have unshared", async () => {
    const parent = await start();
    const { pid } = parent;
    const log = await parent.call("open", path("log"), O_RDWR | O_CREAT);
    const twin = await parent.call("cloneFiles");
    const loner = await parent.call("child", [log]);
    const thread = await parent.call("unsharedThread");
    const document = await dumpAndShow(path("image"), pid, twin, loner);
    const table = (wanted: number) => document.tasks.find((task) => task.pid === wanted)?.fileTable;
    expect(document.tasks.map((task) => task.pid).sort()).toEqual([pid, twin, loner, thread].sort());
    expect(table(twin)).toBe(table(pid));
    expect(new Set([table(pid), table(loner), table(thread)]).size).toBe(3);
    expect(document.tasks.find((task) => task.pid === thread)?.tgid).toBe(pid);
    // A table taken over by unshare holds the same open files.
    expect(select(document, thread, log).id).toBe(select(document, pid, log).id);

    const all = await dumpAndShow(path("all"), pid, "--threads");
    const threads = all.tasks.filter(({ tgid }) => tgid === pid);
    expect(threads.length).toBeGreaterThan(4);
    expect(new Set(threads.map(({ fileTable }) => fileTable)).size).toBe(2);
  });

  test("takes a tree with all descendants", async () => {
    const parent = await start();
    const child = await parent.call("child", []);
    const document = await dumpAndShow(path("image"), parent.pid, "--tree");
    expect(document.tasks.map(({ pid }) => pid)).toEqual([parent.pid, child]);
  });

  test("distinguishes thousands of descriptors", async () => {
    const parent = await start();
    const fds = await parent.call<number[]>("many", 5000, "/dev/null");
    const one = await parent.call("dup", fds[7]);
    const two = await parent.call("dup", fds[4321]);
    const three = await parent.call("dup", fds[7]);
    const document = await dumpAndShow(path("image"), parent.pid);
    const table = document.fileTables[0];
    const fileOf = new Map(table?.fds.map(({ fd, file }) => [fd, file]));
    expect(new Set(fds.map((fd) => fileOf.get(fd))).size).toBe(5000);
    expect([one, two, three].map((fd) => fileOf.get(fd))).toEqual(
      [7, 4321, 7].map((row) => fileOf.get(fds[row] ?? -1)),
    );
  });

  test("reads each task once, however often it is named", async () => {
    const parent = await start();
    const thread = await parent.call("unsharedThread");
    const once = await dumpAndShow(path("once"), parent.pid);
    const often = await dumpAndShow(path("often"), thread, parent.pid, parent.pid, thread);
    // A task that slept during one dump may run during the next.
    const tasksOf = ({ tasks }: typeof once) => tasks.map((task) => ({ ...task, state: null }));
    expect(tasksOf(often)).toEqual(tasksOf(once));
    expect(once.tasks.map(({ pid }) => pid)).toEqual([parent.pid, thread]);
  });

  test.skipIf(process.getuid?.() !== 0)("reads supplementary groups, also none", async () => {
    const parent = await start();
    const groupsOf = async (): Promise<unknown> => {
      const { description } = readLive([parent.pid], { kcmp: null, threads: false, frozen: false });
      return description.tasks.at(0)?.credentials?.groups;
    };
    expect(await parent.call("setgroups", [])).toBeUndefined();
    expect(await groupsOf()).toEqual([]);
    await parent.call("setgroups", [0, 7, 123456]);
    expect(await groupsOf()).toEqual([0, 7, 123456]);
  });

  test("refuses several tasks in the seed's dialect", async () => {
    const parent = await start();
    const child = await parent.call("child", []);
    const refused = await runCommand(["dump", `${parent.pid}`, `${child}`, "--dialect", "seed", "-o", path("seed")]);
    expect(refused).toMatchObject({
      status: 2,
      complaints: [expect.stringMatching(/a seed image can hold only one task, and 2/)],
    });
    expect(existsSync(path("seed"))).toBe(false);
  });

  test("writes a zombie with how it ended", async () => {
    const parent = await start();
    const zombie = await parent.call("zombie", 3);
    const document = await dumpAndShow(path("image"), parent.pid, "--tree", "--freeze");
    expect(document.tasks).toMatchObject([{ pid: parent.pid }, { pid: zombie, state: "zombie", fileTable: null }]);
    const { description } = readLive([zombie], { kcmp: null, threads: false, frozen: false });
    expect(description.tasks.at(0)).toMatchObject({ state: "zombie", exitCode: 3 << 8 });
  });

  test("does without kcmp(2) if asked to", async () => {
    const parent = await start();
    const log = await parent.call("open", path("log"), O_RDWR | O_CREAT);
    const copy = await parent.call("dup", log);
    const document = await dumpAndShow(path("image"), parent.pid, "--no-sharing");
    expect(select(document, parent.pid, copy).id).not.toBe(select(document, parent.pid, log).id);
    expect(select(document, parent.pid, copy).path).toBe(path("log"));
  });

  test("stops processes for the dump and resumes them", async () => {
    const parent = await start();
    const child = await parent.call("child", []);
    const document = await dumpAndShow(path("image"), parent.pid, "--tree", "--freeze");
    const untouched = { state: expect.stringMatching(/^(sleeping|running|uninterruptible)$/) };
    expect(document.tasks).toMatchObject([untouched, untouched]);
    for (const pid of [parent.pid, child]) {
      expect(readFileSync(`/proc/${pid}/stat`, "latin1")).toMatch(/\) [SRD] /);
    }
  });

  test("prints what changes as sentences while it watches", async () => {
    const parent = await start();
    const log = await parent.call("open", path("log"), O_RDWR | O_CREAT);
    const { io, texts } = recordingIo();
    const controller = new AbortController();
    const request = { pids: [parent.pid], tree: false, threads: false, freeze: false, sharing: true };
    const watching = watchProcesses(request, { every: 20 }, io, controller.signal);
    // Nothing is printed for the first dump; changes are made until one is seen.
    for (let pos = 1; !/position \d+ → \d+/.test(texts.join("")); pos++) {
      await parent.call("lseek", log, pos);
      await sleep(50);
    }
    expect(texts.join("")).toMatch(
      new RegExp(`^\\d\\d:\\d\\d:\\d\\d pid ${parent.pid} fd ${log} ${path("log")}: position \\d+ → \\d+$`, "m"),
    );
    await parent.end();
    expect(await watching).toBe(0);
    expect(texts.join("")).toMatch(/ended\n$/);
  });

  test("prints an error as one line", async () => {
    const error = async (args: string[], streams?: { columns: number }): Promise<string> => {
      const { status, out, complaints } = await runCommand(args, streams);
      expect({ status, out, lines: complaints.length }).toEqual({ status: 2, out: "", lines: 1 });
      return complaints[0] ?? "";
    };
    const own = String(process.pid);
    expect(await error(["dump"])).toMatch(/expected one or more process ids/);
    expect(await error(["dump", "4194304999"])).toMatch(/no process with pid 4194304999/);
    expect(await error(["dump", "init"])).toMatch(/'init' is not a process id/);
    expect(await error(["dump", own, "--freeze"])).toMatch(/cannot freeze itself/);
    expect(await error(["dump", own], { columns: 80 })).toMatch(/refusing to write binary to a terminal; use -o FILE/);
    expect(await error(["dump", own, "--dialect", "v20"])).toMatch(/unknown output dialect 'v20'; use seed or v23-rc2/);
    const other = String((await start()).pid);
    expect(await error(["dump", other, "--dialect", "seed", "-o", path("seed")])).toMatch(/EBADF/);
    expect(await error(["dump", other, "-o", path("no/such")])).toMatch(/cannot write .*: no such file or directory/);
    expect(await error(["watch", own, "--every", "soon"])).toMatch(/--every: 'soon' is not an interval/);
  });
});
