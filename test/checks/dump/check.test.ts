// What CRIU refuses beyond the recorded cases: facts of a plain process with one thing changed.

import { describe, expect, test } from "vitest";
import { checkDump } from "../../../app/checks/dump/check.ts";
import { cracFindings, withCracOptions } from "../../../app/checks/dump/crac.ts";
import { NO_OPTIONS, parseCriuOptions } from "../../../app/checks/dump/criu-options.ts";
import type {
  DescriptorFacts,
  DumpFacts,
  MachineFacts,
  MappingFacts,
  SocketFacts,
  TaskFacts,
  UnixSocketFacts,
} from "../../../app/checks/dump/facts.ts";
import { MOST_PER_CODE } from "../../../app/checks/finding.ts";

const NAMESPACES = {
  mnt: "mnt:[1]",
  net: "net:[2]",
  pid: "pid:[3]",
  user: "user:[4]",
  ipc: "ipc:[5]",
  time: "time:[6]",
};
const MOUNT = { parent: "1", device: "8:1", mountPoint: "/", type: "ext4", superOptions: "rw" };

const PLAIN: TaskFacts = {
  pid: 10,
  parent: 1,
  name: "plain",
  state: "S",
  innerPid: 10,
  innerSession: 10,
  isKernelThread: false,
  sharesMemoryWith: null,
  sharesDirectoriesWith: null,
  sharesFilesWith: null,
  sharesSignalsWith: null,
  namespaces: NAMESPACES,
  mapsRoot: true,
  threads: [{ tid: 10, tracer: 0, isWaiting: false, hasOwnDirectories: false, hasOwnFiles: false }],
  descriptors: [],
  places: [],
  mappings: [],
};

const MACHINE: MachineFacts = {
  namespaces: NAMESPACES,
  hugePages: { 2097152: false },
  mounts: { "20": MOUNT },
  hasAllMounts: true,
  unixSockets: {},
  isInside: false,
};

const FILE: DescriptorFacts = {
  fd: 3,
  name: "/srv/file",
  mode: 0o100644,
  links: 1,
  bytes: 4096,
  device: [0, 0],
  fileSystem: 0xef53,
  blockSize: 4096,
  mount: "20",
  at: "same",
  flags: 0,
  info: [],
  socket: null,
  targets: [],
};

const SOCKET: SocketFacts = {
  inode: "77",
  family: 2,
  type: 1,
  protocol: 6,
  state: null,
  received: 0,
  sent: 0,
  isCorked: false,
  local: "127.0.0.1:80",
  remote: "127.0.0.1:4000",
};

const MAPPING: MappingFacts = { range: "1000-2000", access: "rw-p", name: "", flags: [], pageSize: 4096, file: null };

const facts = (task: Partial<TaskFacts>, machine: Partial<MachineFacts> = {}): DumpFacts => ({
  tasks: [{ ...PLAIN, ...task }],
  machine: { ...MACHINE, ...machine },
});
const withFile = (file: Partial<DescriptorFacts>, machine: Partial<MachineFacts> = {}): DumpFacts =>
  facts({ descriptors: [{ ...FILE, ...file }] }, machine);
const withSocket = (socket: Partial<SocketFacts>, unixSockets: MachineFacts["unixSockets"] = {}): DumpFacts =>
  withFile(
    { name: "socket:[77]", mode: 0o140777, mount: "9", at: null, socket: { ...SOCKET, ...socket } },
    { unixSockets },
  );
const withMapping = (mapping: Partial<MappingFacts>, machine: Partial<MachineFacts> = {}): DumpFacts =>
  facts({ mappings: [{ ...MAPPING, ...mapping }] }, machine);
const anonymous = (kind: string, more: Partial<DescriptorFacts> = {}): DumpFacts =>
  withFile({ name: `anon_inode:${kind}`, mode: 0o600, fileSystem: 0x09041934, mount: "15", at: null, ...more });

const codesOf = (of: DumpFacts, options = ""): string[] => {
  const parsed = parseCriuOptions(options);
  if ("wrong" in parsed) throw new Error(parsed.wrong);
  return checkDump(of, parsed).findings.map(({ code }) => code);
};

test("a plain process is dumped", () => {
  expect(checkDump(facts({}))).toEqual({ findings: [], unlisted: [] });
  expect(codesOf(withFile({}))).toEqual([]);
});

describe("tasks", () => {
  const [thread] = PLAIN.threads;
  const child = (task: Partial<TaskFacts>): DumpFacts => ({
    ...facts({}),
    tasks: [PLAIN, { ...PLAIN, pid: 11, parent: 10, innerPid: 11, ...task }],
  });

  test.each<[string, DumpFacts]>([
    ["dump-dead", facts({ state: "Z" })],
    ["dump-kernel-thread", facts({ isKernelThread: true })],
    ["dump-criu-inside", facts({}, { isInside: true })],
    ["dump-session", facts({ innerSession: 4 })],
    ["dump-session-outside", facts({ innerSession: 0 })],
    ["dump-shared-signals", child({ sharesSignalsWith: 10 })],
    ["dump-nested-namespace", child({ namespaces: { ...NAMESPACES, uts: "uts:[9]" } })],
    ["dump-user-namespace", facts({ mapsRoot: false, namespaces: { ...NAMESPACES, user: "user:[9]" } })],
    ["dump-own-files", facts({ threads: [{ ...thread, tid: 10, hasOwnFiles: true } as TaskFacts["threads"][number]] })],
  ])("%s", (code, of) => expect(codesOf(of)).toEqual([code]));

  test("a dead child is dumped as a zombie, unless its threads go on", () => {
    expect(codesOf(child({ state: "Z" }))).toEqual([]);
    const threads = [10, 12].map((tid) => ({ ...thread, tid }) as TaskFacts["threads"][number]);
    expect(codesOf(child({ state: "Z", threads }))).toEqual(["dump-dead"]);
  });

  test("parent and child may share a file table; others may not", () => {
    expect(codesOf(child({ sharesFilesWith: 10 }))).toEqual([]);
    const siblings = (sharesFilesWith: number): DumpFacts => ({
      ...facts({}),
      tasks: [PLAIN, { ...PLAIN, pid: 11, parent: 10 }, { ...PLAIN, pid: 12, parent: 10, sharesFilesWith }],
    });
    expect(codesOf(siblings(11))).toEqual(["dump-shared-files"]);
    expect(codesOf(siblings(10))).toEqual([]);
  });

  test("mount and network namespaces may be nested", () => {
    expect(codesOf(child({ namespaces: { ...NAMESPACES, net: "net:[9]", mnt: "mnt:[9]" } }))).toEqual([]);
  });

  test("the shell's option accepts a task of another session", () => {
    expect(codesOf(facts({ innerSession: 4 }), "--shell-job")).toEqual([]);
  });
});

describe("files", () => {
  test.each<[string, DumpFacts]>([
    ["dump-path-error", withFile({ at: "error" })],
    ["dump-mount-unknown", withFile({ mount: "99" })],
    ["dump-file-type", withFile({ name: "strange:", mode: 0o100600 })],
    ["dump-pidfd-thread", anonymous("[pidfd]", { flags: 0o200, info: ["Pid:\t10"] })],
    ["dump-pidfd-outside", anonymous("[pidfd]", { info: ["Pid:\t0"] })],
    ["dump-timer-clock", anonymous("[timerfd]", { info: ["clockid: 8"] })],
    [
      "dump-watch-lost",
      anonymous("[fanotify]", { info: ["fanotify flags:0 event-flags:0", "fanotify sdev:800001 mflags:0 "] }),
    ],
    ["dump-epoll-target", anonymous("[eventpoll]", { info: ["tfd:        5 events: 19"], targets: [false] })],
    ["dump-secret-memory", withFile({ name: "/secretmem (deleted)", fileSystem: 0x5345434d, mount: "9" })],
    ["dump-device", withFile({ name: "/dev/pts/300", mode: 0o020620, device: [137, 44], fileSystem: 0x1cd1 })],
    ["dump-tun", withFile({ name: "/dev/net/tun", mode: 0o020666, device: [10, 200], info: ["iff:\t"] })],
    ["dump-socket-file", withFile({ name: "/run/socket", mode: 0o140755 })],
  ])("%s", (code, of) => expect(codesOf(of)).toEqual([code]));

  test("on a mount that another one hides", () => {
    const below = { ...MOUNT, parent: "20", mountPoint: "/a/b" };
    const mounts = { "20": MOUNT, "21": below, "22": { ...MOUNT, parent: "20", mountPoint: "/a" } };
    expect(codesOf(withFile({ mount: "21" }, { mounts }))).toEqual(["dump-mount-hidden"]);
    expect(codesOf(withFile({ mount: "22" }, { mounts }))).toEqual([]);
    const twice = { "20": MOUNT, "21": below, "23": { ...below, parent: "21" } };
    expect(codesOf(withFile({ mount: "21" }, { mounts: twice }))).toEqual(["dump-mount-hidden"]);
    expect(codesOf(withFile({ mount: "23" }, { mounts: twice }))).toEqual([]);
    // Not above, though its name begins alike.
    const beside = {
      "20": MOUNT,
      "21": { ...below, mountPoint: "/ab" },
      "22": { ...MOUNT, parent: "20", mountPoint: "/a" },
    };
    expect(codesOf(withFile({ mount: "21" }, { mounts: beside }))).toEqual([]);
  });

  test("of pipes with one end outside, each once", () => {
    const end = (fd: number, flags: number, name = "pipe:[5]"): DescriptorFacts => ({
      ...FILE,
      fd,
      flags,
      name,
      mode: 0o010600,
      fileSystem: 0x50495045,
      mount: "14",
      at: null,
    });
    const of = (...ends: readonly DescriptorFacts[]): string[] => {
      const { findings } = checkDump(facts({ descriptors: ends }));
      expect(findings.every(({ severity }) => severity === "note")).toBe(true);
      return findings.map(({ fd, message }) => `${fd} ${/the (\w+) end/.exec(message)?.[1]}`);
    };
    expect(of(end(1, 1), end(2, 1))).toEqual(["1 read"]);
    expect(of(end(0, 0), end(1, 1, "pipe:[6]"))).toEqual(["0 write", "1 read"]);
    expect(of(end(3, 0), end(4, 1))).toEqual([]);
    expect(of(end(3, 2))).toEqual([]);
  });

  test("of tun devices, in a network namespace", () => {
    const tun: DescriptorFacts = {
      ...FILE,
      name: "/dev/net/tun",
      mode: 0o020666,
      device: [10, 200],
      info: ["iff:\ttun0"],
    };
    expect(codesOf(facts({ descriptors: [tun], namespaces: { ...NAMESPACES, net: "net:[9]" } }))).toEqual([]);
  });

  test("of unknown mounts, where not all are known", () => {
    expect(codesOf(withFile({ mount: "99" }, { hasAllMounts: false }))).toEqual([]);
  });

  test("that were removed, up to the limit", () => {
    const removed = { links: 0, bytes: 5 << 20, at: "missing" } as const;
    expect(codesOf(withFile(removed))).toEqual(["dump-ghost-size"]);
    expect(codesOf(withFile(removed), "ghost-limit=4M")).toEqual(["dump-ghost-size"]);
    expect(codesOf(withFile(removed), "--ghost-limit=5M")).toEqual([]);
    expect(codesOf(withFile({ ...removed, bytes: 1 << 20 }))).toEqual([]);
  });

  test("with one lock and several holders", () => {
    const info = ["lock:\t1: FLOCK  ADVISORY  WRITE 10 08:01:5 0 EOF"];
    const holders = [3, 4].map((fd) => ({ ...FILE, fd, info }));
    const { findings } = checkDump(facts({ descriptors: holders }));
    expect(findings).toMatchObject([{ code: "dump-lock", pid: 10, fd: 3, path: "/srv/file" }]);
    expect(findings[0]?.message).toBe("descriptor 3, /srv/file, has an flock(2) lock (write)");
  });

  test("that are watched on overlayfs", () => {
    const watching = (superOptions: string): DumpFacts => ({
      ...anonymous("inotify", { info: ["inotify wd:1 ino:2 sdev:30 mask:2 ignored_mask:0 fhandle-bytes:8"] }),
      machine: { ...MACHINE, mounts: { "30": { ...MOUNT, device: "0:48", type: "overlay", superOptions } } },
    });
    expect(codesOf(watching("rw,lowerdir=/l"))).toEqual(["dump-watch"]);
    expect(codesOf(watching("rw,nfs_export=on"))).toEqual([]);
    expect(codesOf(watching("rw"), "irmap-scan-path=/srv")).toEqual([]);
  });

  test("of pseudo-terminals", () => {
    const slave = (fd: number, index: number): DescriptorFacts => ({
      ...FILE,
      fd,
      name: `/dev/pts/${index}`,
      mode: 0o020620,
      device: [136, index],
      fileSystem: 0x1cd1,
    });
    const master = { ...slave(9, 0), name: "/dev/ptmx", device: [5, 2] as const, info: ["tty-index:\t1"] };
    expect(codesOf(facts({ descriptors: [slave(0, 1), slave(1, 1)] }))).toEqual(["dump-terminal"]);
    expect(codesOf(facts({ descriptors: [slave(0, 1), master] }))).toEqual([]);
    const two = facts({ descriptors: [slave(0, 1), slave(1, 2)] });
    expect(codesOf(two)).toEqual(["dump-terminal", "dump-terminal"]);
    expect(codesOf(two, "shell-job")).toEqual(["dump-terminals"]);
  });

  test("with names that mislead", () => {
    const [finding] = checkDump(withFile({ name: "/srv/\u202egnp.exe\n", at: "other" })).findings;
    expect(finding?.message).not.toMatch(/[\n\u202e]/);
  });

  test("are listed up to a limit", () => {
    const many = Array.from({ length: MOST_PER_CODE + 5 }, (_, fd) => ({ ...FILE, fd, at: "other" as const }));
    const { findings, unlisted } = checkDump(facts({ descriptors: many }));
    expect(findings).toHaveLength(MOST_PER_CODE);
    expect(unlisted).toEqual([{ code: "dump-path-taken", count: 5 }]);
  });
});

describe("sockets", () => {
  test.each<[string, DumpFacts]>([
    ["dump-socket-family", withSocket({ family: 44 })],
    ["dump-socket-protocol", withSocket({ protocol: 132 })],
    ["dump-socket-protocol", withSocket({ type: 5 })],
    ["dump-tcp", withSocket({ state: 1 })],
    ["dump-tcp-state", withSocket({ state: 3 })],
    ["dump-tcp-waiting", withSocket({ state: 10, received: 2 })],
    ["dump-corked", withSocket({ type: 2, protocol: 17, isCorked: true })],
    ["dump-datagrams-lost", withSocket({ type: 2, protocol: 17, received: 9 })],
    ["dump-netlink-data", withSocket({ family: 16, type: 3, protocol: 0, received: 9 })],
  ])("%s", (code, of) => expect(codesOf(of)).toEqual([code]));

  test("that may stay", () => {
    expect(codesOf(withSocket({ state: 10 }))).toEqual([]);
    expect(codesOf(withSocket({ type: 3, protocol: 255 }))).toEqual([]);
    expect(codesOf(withSocket({ state: 1 }), "tcp-close")).toEqual([]);
    expect(codesOf(withSocket({ family: null, type: null, protocol: null }))).toEqual([]);
  });

  const UNIX: UnixSocketFacts = {
    type: 1,
    state: 1,
    name: "",
    peer: "0",
    pending: [],
    sent: 0,
    shutdown: 0,
    isInside: true,
  };
  const unix = (own: Partial<UnixSocketFacts>, others: Readonly<Record<string, Partial<UnixSocketFacts>>> = {}) =>
    withSocket(
      { family: 1 },
      {
        "77": { ...UNIX, ...own },
        ...Object.fromEntries(
          Object.entries(others).map(([inode, other]) => [inode, { ...UNIX, isInside: false, ...other }]),
        ),
      },
    );

  test.each<[string, DumpFacts]>([
    ["dump-unix-stream", unix({ peer: "78" }, { "78": { peer: "77" } })],
    ["dump-unix-nameless", unix({ type: 2, peer: "78" }, { "78": { type: 2, peer: "77" } })],
    ["dump-unix-outside", unix({ type: 2, peer: "78" }, { "78": { type: 2, name: "/dev/log" } })],
    ["dump-unix-unreachable", unix({ type: 2, peer: "78" }, { "78": { type: 2, peer: "79" } })],
    ["dump-unix-unreachable", unix({ peer: "78" })],
    ["dump-unix-unreachable", unix({})],
    ["dump-unix-closed", unix({ state: 10, pending: ["0"] })],
    ["dump-unix-written", unix({ sent: 5 }, { "78": { state: 10, pending: ["77"] } })],
    ["dump-unix-waiting", unix({}, { "78": { state: 10, pending: ["77"] } })],
  ])("%s", (code, of) => expect(codesOf(of)).toEqual([code]));

  test("whose other end is inside, or gone", () => {
    expect(codesOf(unix({ peer: "78" }, { "78": { peer: "77", isInside: true } }))).toEqual([]);
    expect(codesOf(unix({ shutdown: 3 }))).toEqual([]);
    expect(codesOf(unix({}, { "78": { state: 10, pending: ["77"], isInside: true } }))).toEqual([]);
  });
});

describe("mappings", () => {
  const device = { ...FILE, name: "/dev/nvidia0", mode: 0o020666, device: [195, 0] as const };

  test.each<[string, DumpFacts]>([
    ["dump-uprobes", withMapping({ name: "[uprobes]" })],
    ["dump-mapped-anonymous", withMapping({ name: "anon_inode:[io_uring]" })],
    ["dump-mapped-io", withMapping({ flags: ["rd", "io", "pf"] })],
    ["dump-mapped-device", withMapping({ name: "/dev/nvidia0", file: device })],
    ["dump-mapped-device", withMapping({ name: "/dev/nvidia0", file: device, flags: ["io"] })],
    ["dump-huge-pages", withMapping({ flags: ["ht"], pageSize: 2097152 })],
    ["dump-sealed", withMapping({ flags: ["sl"] })],
    ["dump-path-taken", withMapping({ name: "/srv/file", file: { ...FILE, at: "other" } })],
  ])("%s", (code, of) => expect(codesOf(of)).toEqual([code]));

  test("that may stay", () => {
    expect(codesOf(withMapping({ name: "[vvar_vclock]", flags: ["io", "pf"] }))).toEqual([]);
    expect(codesOf(withMapping({ name: "[uprobes]" }), "allow-uprobes")).toEqual([]);
    expect(codesOf(withMapping({ flags: ["ht"], pageSize: 2097152 }, { hugePages: { 2097152: true } }))).toEqual([]);
  });

  test("of one file are reported once", () => {
    const file = { ...FILE, at: "other" as const };
    const parts = ["1000-2000", "2000-3000"].map((range) => ({ ...MAPPING, range, name: "/srv/file", file }));
    expect(codesOf(facts({ mappings: parts }))).toEqual(["dump-path-taken"]);
  });
});

describe("options", () => {
  test("are read with and without dashes", () => {
    const parsed = parseCriuOptions("--tcp-established, ghost-limit=2G");
    expect(parsed).toEqual({
      given: new Set(["--tcp-established", "--ghost-limit"]),
      ghostLimit: 2 ** 31,
      externalMounts: new Set(),
    });
  });

  test.each(["tcp", "ghost-limit", "ghost-limit=1T", "--"])("are refused: %s", (text) => {
    expect(parseCriuOptions(text)).toHaveProperty("wrong");
  });
});

describe("for CRaC", () => {
  const executable = { ...FILE, use: "executable" as const, name: "/opt/jdk/bin/java" };
  const jvm = (...descriptors: readonly Partial<DescriptorFacts>[]): DumpFacts =>
    facts({ places: [executable], descriptors: descriptors.map((each) => ({ ...FILE, ...each })) });

  test("open files and sockets are reported in its words", () => {
    const found = cracFindings(
      jvm(
        { fd: 1 },
        { fd: 4, name: "/opt/jdk/lib/modules" },
        { fd: 5, name: "/app/app.jar" },
        { fd: 6 },
        {
          fd: 7,
          name: "socket:[77]",
          mode: 0o140777,
          socket: { ...SOCKET, state: 10, remote: "" },
        },
      ),
    );
    expect(found.map(({ message }) => message)).toEqual([
      "CheckpointOpenFileException: descriptor 6, /srv/file, is left open",
      "CheckpointOpenSocketException: descriptor 7, 127.0.0.1:80, is left open",
    ]);
  });

  test("other processes have nothing to do with it", () => {
    expect(cracFindings(withFile({}))).toEqual([]);
  });

  test("its engine runs CRIU for a job of a shell", () => {
    expect(checkDump(facts({ innerSession: 4 }), withCracOptions(NO_OPTIONS)).findings).toEqual([]);
  });
});
