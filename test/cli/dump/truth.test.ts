// What a dump says of open files is what the kernel says: sockets of all families, targets of epolls, message queues,
// limits, files that cannot be named, and what is left out.

import { execFileSync, spawnSync } from "node:child_process";
import { linkSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FileDescription } from "../../../app/encoder/description.ts";
import type { Live } from "../../../cli/dump/live.ts";
import { kcmpFor, takeLive } from "../../../cli/dump/take.ts";
import { runCommand } from "../../support/command.ts";
import { type LiveProcess, startProcess, whyNotHere } from "../../support/live.ts";

const [O_RDWR, O_CREAT] = [2, 0o100];
const isRoot = process.getuid?.() === 0;
const reason = await whyNotHere();

describe.skipIf(reason !== "")(`a dump says what is so${reason === "" ? "" : ` (${reason})`}`, () => {
  let folder: string;
  let target: LiveProcess;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "ckptscope-"));
    target = await startProcess();
  });
  afterEach(async () => {
    await target.end();
    // Node cannot remove paths that are longer than PATH_MAX.
    execFileSync("rm", ["-rf", folder]);
  });

  const path = (name: string): string => join(folder, name);
  const request = (sharing = true) => ({ pids: [target.pid], tree: false, threads: false, freeze: false, sharing });
  const take = async (sharing = true): Promise<Live> => takeLive(request(sharing), await kcmpFor(request(sharing)));
  /** The open file of a descriptor of the target. */
  const fileOf = ({ description }: Live, fd: number): FileDescription => {
    const table = description.fileTables.at(0);
    const descriptors = Array.from({ length: table?.fds.length ?? 0 }, (_, row) => table?.fds.at(row));
    const id = descriptors.find((descriptor) => descriptor?.fd === fd)?.file;
    const files = Array.from({ length: description.files.length }, (_, row) => description.files.at(row));
    const file = files.find((candidate) => candidate?.id === id);
    if (file === undefined) throw new Error(`there is no descriptor ${fd}`);
    return file;
  };

  test.each([
    ["unbound TCP", [2, 1, 0], { family: "inet", type: "stream", protocol: "tcp", state: "close" }],
    ["unbound UDP over IPv6", [10, 2, 0], { family: "inet6", type: "dgram", protocol: "udp", state: "close" }],
    ["vsock", [40, 1, 0], { family: "vsock", type: "stream", state: "close" }],
    ["XDP", [44, 3, 0], { family: "xdp", type: "raw" }],
    ["netlink", [16, 2, 15], { family: "netlink", type: "dgram", protocol: "kobject_uevent" }],
    ["packet", [17, 2, 0], { family: "packet", type: "dgram" }],
    ["unix", [1, 5, 0], { family: "unix", type: "seqpacket", state: "close" }],
    ["MPTCP", [2, 1, 262], { family: "inet", type: "stream", protocol: "tcp" }],
  ] as const)("of a socket: %s", async (_name, numbers, details) => {
    const fd = await target.call("c", "int socket(int, int, int)", ...numbers);
    // This kernel lacks the family.
    if (fd < 0) return;
    const live = await take();
    expect(fileOf(live, fd)).toMatchObject({ kind: "socket", details });
    const noted = live.notes.includes(`pid ${target.pid} fd ${fd} has a protocol that an image cannot hold`);
    expect(noted).toBe(numbers[2] > 255);
    const image = path("image");
    expect((await runCommand(["dump", `${target.pid}`, "-o", image])).status).toBe(0);
    const shown = JSON.parse((await runCommand(["show", image, "--json"])).out);
    const written = shown.fileTables[0].fds.find((each: { fd: number }) => each.fd === fd)?.file;
    expect(shown.files.find(({ id }: { id: number }) => id === written)?.details).toMatchObject(details);
  });

  test("of a terminal: its size, and the settings of both sides", async () => {
    const master = await target.call("terminal");
    const control = (number: number, words: readonly number[], type = "uint32_t") =>
      target.call("c", `int ioctl(int, unsigned long, ${type} *)`, master, number, words);
    // TIOCSPTLCK, TIOCGPTPEER, TCSETS2 and TIOCSWINSZ.
    expect(await control(0x40045431, [0])).toBe(0);
    const slave = await target.call("c", "int ioctl(int, unsigned long, int)", master, 0x5441, O_RDWR);
    const settings = [0o2400, 0, 0o277, 0o12, 0x7f1c0300, 0x010004, 0x13110000, 0, 0, 38_400, 38_400];
    expect(await control(0x402c542b, settings)).toBe(0);
    const shown = async (rows: number): Promise<readonly unknown[]> => {
      expect(await control(0x5414, [rows, 132, 0, 0], "uint16_t")).toBe(0);
      const image = path(`${rows}`);
      expect((await runCommand(["dump", `${target.pid}`, "-o", image])).status).toBe(0);
      const { fileTables, files } = JSON.parse((await runCommand(["show", image, "--json"])).out);
      return [master, slave].map((number) => {
        const id = fileTables[0].fds.find(({ fd }: { fd: number }) => fd === number)?.file;
        return files.find((each: { id: number }) => each.id === id)?.details;
      });
    };
    const speeds = { inputSpeed: 38_400, outputSpeed: 38_400 };
    const characters = "03 1c 7f 04 00 01 00 00 00 11 13 00 00 00 00 00 00 00 00";
    expect(await shown(50)).toMatchObject([
      { side: "master", rows: 50, columns: 132, settings: { iflag: "00", oflag: "00", lflag: "00", ...speeds } },
      {
        side: "slave",
        rows: 50,
        columns: 132,
        settings: { iflag: "02400", oflag: "00", lflag: "012", line: 0, characters, ...speeds },
      },
    ]);
    await shown(24);
    const args = ["diff", path("50"), path("24"), "--json", "--ignore", "task-detail"];
    const { changes } = JSON.parse((await runCommand(args)).out);
    const rows = { kind: "file-detail", key: "rows", before: 50, after: 24 };
    expect(changes).toMatchObject([rows, rows]);
  });

  test("of a listening socket, and of one that is connected to it", async () => {
    const { port } = new URL(`tcp://x:${await target.call("listen", "127.0.0.1")}`);
    const name = path("listening");
    const listening = await target.call("c", "int socket(int, int, int)", 1, 1, 0);
    const connected = await target.call("c", "int socket(int, int, int)", 1, 1, 0);
    // struct sockaddr_un.
    const address = [1, 0, ...Buffer.from(name), ...new Array(108 - name.length).fill(0)];
    const named = "(int, uint8_t *, int)";
    expect(await target.call("c", `int bind${named}`, listening, address, address.length)).toBe(0);
    expect(await target.call("c", "int listen(int, int)", listening, 7)).toBe(0);
    expect(await target.call("c", `int connect${named}`, connected, address, address.length)).toBe(0);
    const before = await take();
    expect(fileOf(before, connected).details).toMatchObject({ state: "established", remote: name });
    const accepted = await target.call("c", "int accept(int, void *, void *)", listening, null, null);
    const live = await take();
    expect(fileOf(live, listening).details).toMatchObject({ state: "listen", local: name, backlog: 7 });
    const peer = fileOf(live, accepted).id;
    expect(fileOf(live, connected).details).toMatchObject({ state: "established", remote: name, peer });
    const { files } = live.description;
    const all = Array.from({ length: files.length }, (_, row) => files.at(row)?.details);
    // The default of Node's servers.
    expect(all).toContainEqual(expect.objectContaining({ local: `127.0.0.1:${port}`, backlog: 511 }));
  });

  test("of an epoll whose targets' numbers refer to other files now", async () => {
    const [reading = 0, writing = 0] = await target.call<number[]>("pipe");
    const epoll = await target.call("epoll", reading, 1);
    const copy = await target.call("dup", reading);
    expect(fileOf(await take(), epoll).details).toMatchObject({ targets: [{ fd: reading }] });
    // Now the number refers to another end of the same pipe, and another inode.
    await target.call("dup3", writing, reading, 0);
    for (const file of [writing, await target.call("open", "/dev/null", 0)]) {
      await target.call("dup3", file, reading, 0);
      const live = await take();
      const targets = [{ fd: reading, file: fileOf(live, copy).id }];
      expect(fileOf(live, epoll).details).toMatchObject({ targets });
      expect(fileOf(live, reading).id).toBe(fileOf(live, file).id);
    }
    // Without kcmp(2), another inode is enough to see that.
    expect(fileOf(await take(false), epoll).details).toMatchObject({ targets: [{ fd: reading, file: null }] });
    // A file that no descriptor refers to is not in the image.
    const [other = 0] = await target.call<number[]>("pipe");
    const waiting = await target.call("epoll", other, 1);
    const child = await target.call("child", [other]);
    await target.call("dup3", writing, other, 0);
    expect(fileOf(await take(), waiting).details).toMatchObject({ targets: [{ fd: other, file: null }] });
    process.kill(child, "SIGKILL");
  });

  describe("of what fdinfo says of", () => {
    const EMPTY_MAP = Array.from({ length: 32 }, () => 0);
    const opened: Readonly<Record<string, () => Promise<number>>> = {
      signalfd: () => target.call("c", "int signalfd(int, uint64_t *, int)", -1, [1 << 9], 0),
      timerfd: async () => {
        const fd = await target.call("c", "int timerfd_create(int, int)", 1, 0);
        await target.call("c", "int timerfd_settime(int, int, long *, void *)", fd, 0, [5, 7, 10_000, 0], null);
        return fd;
      },
      inotify: async () => {
        const fd = await target.call("c", "int inotify_init1(int)", 0);
        await target.call("c", "int inotify_add_watch(int, const char *, uint32_t)", fd, folder, 2);
        return fd;
      },
      fanotify: async () => {
        const fd = await target.call("c", "int fanotify_init(int, int)", 0x10, 0);
        const mark = "int fanotify_mark(int, unsigned int, uint64_t, int, const char *)";
        if (fd >= 0) await target.call("c", mark, fd, 1, 2, -100, folder);
        return fd;
      },
      pidfd: () => target.call("c", "long syscall(long, long, long)", 434, target.pid, 0),
      bpf: () => {
        const number = process.arch === "x64" ? 321 : 280;
        const attributes = [1, 4, 8, 16, ...EMPTY_MAP];
        return target.call("c", "long syscall(long, long, uint32_t *, long)", number, 0, attributes, 120);
      },
    };

    const expected = (): Readonly<Record<string, object>> => {
      const { ino, dev } = statSync(folder, { bigint: true });
      const device = `${(Number(dev) >>> 8) & 0xfff}:${(Number(dev) & 0xff) | ((Number(dev) >>> 12) & 0xfff00)}`;
      const directory = { inode: String(ino), device };
      return {
        signalfd: { signals: ["SIGUSR1"] },
        timerfd: { clock: "CLOCK_MONOTONIC", interval: "5.000000007", armed: true },
        inotify: { watches: [{ wd: 1, ...directory, mask: ["IN_MODIFY"] }] },
        fanotify: {
          fanotifyFlags: ["FAN_UNLIMITED_QUEUE"],
          eventFlags: ["O_RDONLY", "O_LARGEFILE"],
          marks: [{ type: "INODE", ...directory, mask: ["FAN_MODIFY"], ignoredMask: [] }],
        },
        pidfd: { pid: target.pid },
        bpf: { mapType: 1, keySize: 4, valueSize: 8, maxEntries: 16 },
      };
    };

    test.each(Object.keys(opened))("a %s", async (kind) => {
      const fd = (await opened[kind]?.()) ?? -1;
      // This kernel lacks it, or permits it only to root.
      if (fd < 0) return;
      const live = await take();
      expect(fileOf(live, fd)).toMatchObject({ kind, details: expected()[kind] });
      expect(live.notes).toEqual([]);
      const image = path("image");
      expect((await runCommand(["dump", `${target.pid}`, "-o", image])).status).toBe(0);
      const shown = JSON.parse((await runCommand(["show", image, "--json"])).out);
      expect(shown.problems).toEqual([]);
      const id = shown.fileTables[0].fds.find((each: { fd: number }) => each.fd === fd)?.file;
      const { name: _name, ...file } = shown.files.find((each: { id: number }) => each.id === id);
      expect(file).toMatchObject({ kind, details: expected()[kind] });
      expect(file.path).toBe(fileOf(live, fd).path);
    });

    test("a signalfd and an inotify that change between two dumps", async () => {
      const [signalfd, inotify] = [await opened.signalfd?.(), await opened.inotify?.()];
      await runCommand(["dump", `${target.pid}`, "-o", path("before")]);
      await target.call("c", "int signalfd(int, uint64_t *, int)", signalfd, [1 << 11], 0);
      writeFileSync(path("watched"), "");
      await target.call("c", "int inotify_add_watch(int, const char *, uint32_t)", inotify, path("watched"), 2);
      await runCommand(["dump", `${target.pid}`, "-o", path("after")]);
      const args = ["diff", path("before"), path("after"), "--json", "--ignore", "task-detail"];
      const { changes } = JSON.parse((await runCommand(args)).out);
      expect(changes).toMatchObject([
        { kind: "file-detail", key: "signals", before: ["SIGUSR1"], after: ["SIGUSR2"] },
        { kind: "file-detail", key: "watches", before: { length: 1 }, after: { length: 2 } },
      ]);
    });

    test("an inotify with more watches than a name has room for: a note, and nothing is known", async () => {
      const inotify = await opened.inotify?.();
      for (let index = 0; index < 120; index++) {
        writeFileSync(path(`${index}`), "");
        await target.call("c", "int inotify_add_watch(int, const char *, uint32_t)", inotify, path(`${index}`), 2);
      }
      const { notes } = await take();
      expect(notes).toEqual([
        `pid ${target.pid} fd ${inotify} watches more than an image can hold: the image does not say what`,
      ]);
      expect((await runCommand(["dump", `${target.pid}`, "-o", path("image")])).status).toBe(0);
      const shown = JSON.parse((await runCommand(["show", path("image"), "--json"])).out);
      const { details } = shown.files.find((file: { kind: string }) => file.kind === "inotify");
      expect(details).toEqual({});
    });
  });

  test("of a message queue", async () => {
    const name = `/ckptscope-${process.pid}`;
    const fd = await target.call(
      "c",
      "int mq_open(const char *, int, int, void *)",
      name,
      O_RDWR | O_CREAT,
      0o600,
      null,
    );
    if (fd < 0) return;
    await target.call("c", "int mq_unlink(const char *)", name);
    expect(fileOf(await take(), fd)).toMatchObject({ kind: "generic", path: `mqueue:[${name} (deleted)]` });
  });

  test("of resource limits", async () => {
    await target.call("setrlimit", 4, "123456", "654321");
    await target.call("setrlimit", 7, "512", "1000");
    const limits = (await take()).description.tasks.at(0)?.limits;
    expect(limits).toHaveLength(16);
    expect([limits?.[4], limits?.[7]]).toEqual([
      ["123456", "654321"],
      ["512", "1000"],
    ]);
    expect(limits?.[0]).toEqual(["18446744073709551615", "18446744073709551615"]);
    expect(readFileSync(`/proc/${target.pid}/limits`, "latin1")).toMatch(/Max realtime timeout +unlimited/);
  });

  test("of capabilities and signals", async () => {
    const [SIGUSR1, SIGUSR2, SIG_IGN] = [10, 12, 1];
    const before = path("before");
    await runCommand(["dump", `${target.pid}`, "-o", before]);
    // It blocks a signal that then waits for it, and ignores another.
    await target.call("c", "int sighold(int)", SIGUSR1);
    await target.call("c", "int raise(int)", SIGUSR1);
    await target.call("c", "intptr_t signal(int, intptr_t)", SIGUSR2, SIG_IGN);
    if (isRoot) {
      const [PR_CAPBSET_DROP, CAP_SYS_TIME] = [24, 25];
      await target.call("c", "int prctl(int, long)", PR_CAPBSET_DROP, CAP_SYS_TIME);
    }
    const lines = readFileSync(`/proc/${target.pid}/status`, "latin1");
    const set = (name: string): string =>
      BigInt(`0x${new RegExp(`^${name}:\t(.*)$`, "m").exec(lines)?.[1]}`).toString();
    expect((await take()).description.tasks.at(0)?.status).toEqual({
      capabilities: {
        effective: set("CapEff"),
        permitted: set("CapPrm"),
        inheritable: set("CapInh"),
        bounding: set("CapBnd"),
      },
      signals: {
        blocked: set("SigBlk"),
        pending: set("SigPnd"),
        sharedPending: set("ShdPnd"),
        ignored: set("SigIgn"),
        caught: set("SigCgt"),
      },
    });
    const after = path("after");
    await runCommand(["dump", `${target.pid}`, "-o", after]);
    const { changes } = JSON.parse((await runCommand(["diff", before, after, "--json"])).out);
    const of = (resource: string): unknown[] =>
      changes.filter((change: { resource?: string }) => change.resource === resource);
    expect(of("threads")).toContainEqual(expect.objectContaining({ field: "blocked", after: ["SIGUSR1"] }));
    expect(of("threads")).toContainEqual(expect.objectContaining({ field: "pending", after: ["SIGUSR1"] }));
    expect(of("signals")).toMatchObject([{ kind: "resource-added", key: { signal: "SIGUSR2" } }]);
    if (isRoot) expect(of("credentials")).toMatchObject([{ field: "bounding" }]);
  });

  test("of what restricts a task but not us: one note for each kind", async () => {
    const PR_SET_NO_NEW_PRIVS = 38;
    if (/^NoNewPrivs:\t1$/m.test(readFileSync("/proc/self/status", "latin1"))) return;
    await target.call("c", "int prctl(int, long, long, long, long)", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    const { notes } = await take();
    expect(notes).toEqual([`pid ${target.pid} has no_new_privs set, which is not in the image`]);
    expect(await target.call("seccomp")).toBe(0);
    expect((await take()).notes).toEqual([
      ...notes,
      `pid ${target.pid} is restricted by seccomp(2), which is not in the image`,
    ]);
  });

  test("of a path that is too long: an error, not a missing descriptor", async () => {
    const fd = await target.call("deep", folder);
    const live = await take();
    expect(fileOf(live, fd)).toMatchObject({ path: null, pathTooLong: true });
    expect(live.notes).toEqual([
      expect.stringMatching(`^pid ${target.pid} fd ${fd} has a path of more than 4095 bytes`),
    ]);
    const dumped = await runCommand(["dump", `${target.pid}`, "-o", path("image")]);
    expect(dumped.status).toBe(2);
    expect(dumped.complaints.at(-1)).toMatch(/ENAMETOOLONG/);
  });

  const mayMount = isRoot && spawnSync("unshare", ["--mount", "true"]).status === 0;
  test.skipIf(!mayMount)("of a file outside the root: an error, as for the kernel", async () => {
    mkdirSync(path("disk"));
    execFileSync("mount", ["-t", "tmpfs", "none", path("disk")]);
    const fd = await target.call("open", path("disk/file"), O_RDWR | O_CREAT);
    expect(fileOf(await take(), fd).outsideRoot).toBeUndefined();
    execFileSync("umount", ["--lazy", path("disk")]);
    const live = await take();
    expect(fileOf(live, fd).outsideRoot).toBe(true);
    expect(live.notes).toEqual([expect.stringContaining(`pid ${target.pid} fd ${fd} lies outside the root directory`)]);
    const dumped = await runCommand(["dump", `${target.pid}`, "-o", path("image")]);
    expect(dumped.status).toBe(2);
    expect(dumped.complaints.at(-1)).toMatch(/lies outside the root directory of this process \(-EBADF\)/);
    await target.call("close", fd);
  });

  test.skipIf(!isRoot)("of unix sockets in another network namespace", async () => {
    const CLONE_NEWNET = 0x40000000;
    if ((await target.call("c", "int unshare(int)", CLONE_NEWNET)) < 0) return;
    const [left = 0, right = 0] = await target.call<number[]>("socketpair");
    const live = await take();
    expect(live.notes).toEqual([]);
    expect(fileOf(live, left).details?.peer).toBe(fileOf(live, right).id);
    expect(fileOf(live, right).details?.peer).toBe(fileOf(live, left).id);
  });

  test("of locks, owners and files in flight: one note for each kind", async () => {
    const [LOCK_EX, F_SETOWN] = [2, 8];
    const fds = [];
    for (let index = 0; index < 5; index++) {
      const fd = await target.call("open", path(`lock${index}`), O_RDWR | O_CREAT);
      await target.call("c", "int flock(int, int)", fd, LOCK_EX);
      fds.push(fd);
    }
    const [left = 0] = await target.call<number[]>("socketpair");
    await target.call("fcntl", left, F_SETOWN, target.pid);
    const [from = 0, to = 0] = await target.call<number[]>("socketpair");
    expect(await target.call("send", from, left)).toBe(1);
    const pid = `pid ${target.pid}`;
    expect((await take()).notes.toSorted()).toEqual(
      [
        `5 open files have locks, which are not in the image: ${pid} fd ${fds[0]}, ${pid} fd ${fds[1]}, ${pid} fd ${fds[2]} and 2 more`,
        `${pid} fd ${left} has an owner for signals, which is not in the image`,
        `${pid} fd ${to} has open files in flight, which are not in the image`,
      ].toSorted(),
    );
  });

  test("of a file that has several names: each open file has its own", async () => {
    writeFileSync(path("one"), "");
    linkSync(path("one"), path("another"));
    // Not ASCII, and not UTF-8.
    const bad = Buffer.from(`${path("bad")}\xff`, "latin1");
    linkSync(path("one"), bad);
    const names = ["one", "another", "one", "one", "another"].map(path);
    const fds: number[] = [];
    for (const name of names) fds.push(await target.call("open", name, O_RDWR));
    const badFd = await target.call("openBytes", bad.toString("base64"));
    const live = await take();
    expect(fds.map((fd) => fileOf(live, fd).path)).toEqual(names);
    expect(new Set(fds.map((fd) => fileOf(live, fd).id)).size).toBe(fds.length);
    expect(fileOf(live, badFd)).toMatchObject({ path: `${path("bad")}\ufffd`, pathBytes: bad.toString("base64") });
  });

  test("of a file that was made anew under its old path", async () => {
    const before = path("before");
    const after = path("after");
    writeFileSync(path("file"), "");
    const fd = await target.call("open", path("file"), O_RDWR);
    await runCommand(["dump", `${target.pid}`, "-o", before]);
    // The old inode is in use until now, so the new one is another.
    await target.call("unlink", path("file"));
    writeFileSync(path("file"), "");
    const again = await target.call("open", path("file"), O_RDWR);
    await target.call("dup3", again, fd, 0);
    await target.call("close", again);
    await runCommand(["dump", `${target.pid}`, "-o", after]);
    const compared = JSON.parse((await runCommand(["diff", before, after, "--json", "--ignore", "task-detail"])).out);
    expect(compared.changes).toEqual([expect.objectContaining({ kind: "file-version" })]);
    expect(BigInt.asUintN(40, BigInt(compared.changes[0].after))).toBe(
      BigInt.asUintN(40, statSync(path("file"), { bigint: true }).ino),
    );
  });
});
