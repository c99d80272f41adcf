// The tables of a real dump equal what the kernel said at the time, by another way: /proc, ss, ipcs.

import { describe, expect, test } from "vitest";
import type { Image } from "../../app/decoder/image.ts";
import type { Side } from "../../app/model/comparison/side.ts";
import { type Entry, entries, type KernelTruth, kernelTruth, openRecorded } from "../support/resources.ts";

const SIDES: readonly Side[] = ["before", "after"];
const open = async (side: Side): Promise<[Image, KernelTruth]> => [
  await openRecorded(`r1/${side}`),
  kernelTruth(`r1/kernel-${side}.json`),
];

/** Lines of a text that are not empty. */
const lines = (text: string): string[] => text.split("\n").filter((line) => line.trim() !== "");

/** The signals of a mask of /proc/PID/status, by number. */
const signalNumbers = (mask: string): number[] =>
  Array.from({ length: 64 }, (_, bit) => bit + 1).filter((number) => (BigInt(`0x${mask}`) >> BigInt(number - 1)) & 1n);

const NAMES = "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM".split(" ");
const signalNamesOf = (mask: string): string[] =>
  signalNumbers(mask).map((number) =>
    number === 28 ? "SIGWINCH" : number > 31 ? `signal ${number}` : `SIG${NAMES[number - 1]}`,
  );

const CAPABILITIES =
  "CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE".split(
    " ",
  );
const capabilitiesOf = (mask: string): string[] =>
  CAPABILITIES.filter((_, bit) => (BigInt(`0x${mask}`) >> BigInt(bit)) & 1n).map((name) => `CAP_${name}`);

const numbers = (text: string): number[] => text.split(/\s+/).filter(Boolean).map(Number);

/** A line of /proc/PID/maps as an entry. CRIU stores the two mappings of the vvar area as one. */
function mapsOf(text: string): object[] {
  const KINDS: Record<string, string> = { "[heap]": "heap", "[stack]": "stack", "[vdso]": "vdso", "[vvar]": "vvar" };
  return lines(text.replace(/^(\w+)-\w+( .*\[vvar\])\n\w+-(\w+) .*\[vvar_vclock\]$/m, "$1-$3$2")).map((line) => {
    const [range = "", permissions = "", offset = "", , , ...words] = line.split(/\s+/);
    const [start = "", end = ""] = range.split("-");
    const name = words.join(" ").replace(" (deleted)", "");
    const strip = (address: string): string => address.replace(/^0+(?=.)/, "");
    const kind =
      KINDS[name] ??
      (name === "[vsyscall]"
        ? "vsyscall"
        : name === ""
          ? "anonymous"
          : name.startsWith("/memfd:")
            ? "memfd"
            : name.startsWith("/SYSV")
              ? "sysv"
              : name === "/dev/zero"
                ? "shared"
                : "file");
    return {
      start: strip(start),
      end: strip(end),
      permissions,
      kind,
      path: name.startsWith("/") ? name : null,
      offset: String(Number.parseInt(offset, 16)),
    };
  });
}

describe.each(SIDES)("r1 %s", (side) => {
  test("has the mappings of /proc/PID/maps", async () => {
    const [image, truth] = await open(side);
    const found = await entries(image, "mappings");
    for (const [pid, { maps }] of Object.entries(truth.tasks)) {
      const own = found.filter((entry) => entry.pid === Number(pid));
      const shown = own.map(({ start, end, permissions, kind, path, offset }) => ({
        start,
        end,
        permissions,
        kind,
        path,
        offset,
      }));
      expect(shown).toEqual(mapsOf(maps));
    }
  });

  test("has the limits of /proc/PID/limits", async () => {
    const [image, truth] = await open(side);
    const found = await entries(image, "limits");
    const orNull = (word: string | undefined): string | null => (word === "unlimited" ? null : (word ?? null));
    const NAME: Record<string, string> = {
      "Max cpu time": "CPU",
      "Max file size": "FSIZE",
      "Max data size": "DATA",
      "Max stack size": "STACK",
      "Max core file size": "CORE",
      "Max resident set": "RSS",
      "Max processes": "NPROC",
      "Max open files": "NOFILE",
      "Max locked memory": "MEMLOCK",
      "Max address space": "AS",
      "Max file locks": "LOCKS",
      "Max pending signals": "SIGPENDING",
      "Max msgqueue size": "MSGQUEUE",
      "Max nice priority": "NICE",
      "Max realtime priority": "RTPRIO",
      "Max realtime timeout": "RTTIME",
    };
    const expected = Object.entries(truth.tasks).flatMap(([pid, { limits }]) =>
      lines(limits)
        .slice(1)
        .map((line) => {
          const [name = "", soft, hard] = line.split(/\s{2,}/);
          return { pid: Number(pid), resource: `RLIMIT_${NAME[name]}`, soft: orNull(soft), hard: orNull(hard) };
        }),
    );
    expect(found).toEqual(expected);
  });

  test("has the credentials of each thread's status", async () => {
    const [image, truth] = await open(side);
    const found = await entries(image, "credentials");
    const expected = Object.entries(truth.tasks).flatMap(([pid, { threads }]) =>
      Object.entries(threads).map(([tid, status]) => {
        const [uid, euid, suid, fsuid] = numbers(status.Uid ?? "");
        const [gid, egid, sgid, fsgid] = numbers(status.Gid ?? "");
        return {
          ...{ pid: Number(pid), tid: Number(tid), uid, euid, suid, fsuid, gid, egid, sgid, fsgid },
          groups: numbers(status.Groups ?? ""),
          effective: capabilitiesOf(status.CapEff ?? ""),
          permitted: capabilitiesOf(status.CapPrm ?? ""),
          inheritable: capabilitiesOf(status.CapInh ?? ""),
          bounding: capabilitiesOf(status.CapBnd ?? ""),
          ambient: capabilitiesOf(status.CapAmb ?? ""),
          securebits: 0,
          noNewPrivs: status.NoNewPrivs === "1",
          label: null,
          socketLabel: null,
          policy: null,
          overridden: null,
        };
      }),
    );
    expect(found).toEqual(expected);
  });

  test("has the threads and their signals", async () => {
    const [image, truth] = await open(side);
    const found = await entries(image, "threads");
    const expected = Object.entries(truth.tasks).flatMap(([pid, { threads, stat }]) =>
      Object.entries(threads).map(([tid, status]) => ({
        pid: Number(pid),
        tid: Number(tid),
        name: status.Name,
        // /proc/PID/stat after the name: state is field 3, nice field 19.
        ...(tid === pid ? { nice: Number(stat.slice(stat.indexOf(")") + 2).split(" ")[16]) } : {}),
        policy: "SCHED_OTHER",
        blocked: signalNamesOf(status.SigBlk ?? ""),
        pending: signalNamesOf(((BigInt(`0x${status.SigPnd}`) | BigInt(`0x${status.ShdPnd}`)) as bigint).toString(16)),
      })),
    );
    expect(found).toMatchObject(expected);
    expect(found).toHaveLength(expected.length);
  });

  test("has the actions on signals that are not the default", async () => {
    const [image, truth] = await open(side);
    const found = await entries(image, "signals");
    for (const [pid, { threads }] of Object.entries(truth.tasks)) {
      const actionsOf = (action: string): unknown[] =>
        found.filter((entry) => entry.pid === Number(pid) && entry.action === action).map(({ signal }) => signal);
      expect(actionsOf("ignore")).toEqual(signalNamesOf(threads[pid]?.SigIgn ?? ""));
      expect(actionsOf("handler")).toEqual(signalNamesOf(threads[pid]?.SigCgt ?? ""));
    }
  });

  test("has the POSIX timer, and the interval timer that /proc does not show", async () => {
    const [image, truth] = await open(side);
    const found = await entries(image, "timers");
    expect(truth.tasks["25572"]?.timers).toBe(
      "ID: 0\nsignal: 12/0000000000000000\nnotify: signal/pid.25572\nClockID: 1\n",
    );
    expect(found.filter(({ kind }) => kind === "posix")).toMatchObject([
      { pid: 25572, id: 0, clock: "CLOCK_MONOTONIC", signal: "SIGUSR2", notify: "SIGEV_SIGNAL", interval: "3600" },
    ]);
    expect(found.filter(({ kind }) => kind !== "posix")).toMatchObject([
      { pid: 25572, kind: "ITIMER_REAL", id: null, interval: "0" },
    ]);
  });

  test("has the namespaces: those that are not the dumper's are the tree's own", async () => {
    const [image] = await open(side);
    const found = await entries(image, "namespaces");
    expect(found.filter(({ own }) => own).map(({ pid, kind }) => `${pid} ${kind}`)).toEqual([
      "25572 ipc",
      "25572 uts",
      "25575 ipc",
      "25575 uts",
    ]);
    expect(found).toHaveLength(16);
  });

  test("has the sockets of ss", async () => {
    const [image, truth] = await open(side);
    const found = await entries(image, "sockets");
    const STATES: Record<string, string> = { UNCONN: "close", ESTAB: "established", LISTEN: "listen" };
    const inet = lines(truth.ss)
      .slice(1)
      .filter((line) => /^(tcp|udp)/.test(line))
      .flatMap((line) => {
        const [protocol, state = "", received, , local, remote = "", users = ""] = line.split(/\s+/);
        return Array.from(users.matchAll(/pid=(\d+),fd=(\d+)/g), ([, pid, fd]) => ({
          pid: Number(pid),
          fd: Number(fd),
          protocol,
          state: STATES[state] ?? state.toLowerCase(),
          local,
          remote: remote.endsWith(":*") ? null : remote,
          ...(state === "ESTAB" ? { received: Number(received) } : {}),
        }));
      });
    const shown = found.filter(({ family }) => String(family).startsWith("inet"));
    const byPlace = (a: Partial<Entry>, b: Partial<Entry>): number =>
      Number(a.pid) - Number(b.pid) || Number(a.fd) - Number(b.fd);
    expect(shown).toHaveLength(inet.length);
    expect(shown).toMatchObject(inet.sort(byPlace as never));
    expect(found.filter(({ family }) => family === "unix" && true)).toMatchObject([
      { pid: 25572, fd: 10, type: "seqpacket", state: "established" },
      { pid: 25572, fd: 11, type: "seqpacket", state: "established" },
      { pid: 25572, fd: 13, type: "stream", state: "listen", local: "@res-listen", backlog: 5 },
      { pid: 25575, fd: 10 },
      { pid: 25575, fd: 11 },
      { pid: 25575, fd: 13, local: "@res-listen" },
    ]);
    expect(found.filter(({ family }) => family === "netlink")).toMatchObject([
      { pid: 25572, fd: 12, protocol: "route" },
      { pid: 25575, fd: 12 },
    ]);
  });

  test("has the objects of ipcs and the host name", async () => {
    const [image, truth] = await open(side);
    const found = await entries(image, "ipc");
    const value = Number(/^1\s+(\d+)/m.exec(truth.ipcs)?.[1]);
    expect(found).toMatchObject([
      { kind: "shm", key: 0x51, id: 0, mode: 0o640, uid: 0, gid: 0, size: "8192" },
      { kind: "sem", key: 0x52, id: 0, mode: 0o600, values: [0, value, 0] },
      { kind: "msg", key: 0x53, id: 0, mode: 0o600, messages: 1, usedBytes: "15" },
    ]);
    const [uts] = await entries(image, "uts");
    expect(uts?.nodename).toBe(lines(truth.ipcs).at(-1));
  });

  test("has the tasks with what /proc says of them", async () => {
    const [image, truth] = await open(side);
    const found = await entries(image, "tasks");
    expect(found).toMatchObject(
      Object.entries(truth.tasks).map(([pid, task]) => ({
        pid: Number(pid),
        name: task.threads[pid]?.Name,
        oomScoreAdj: Number(task.oom_score_adj),
        personality: Number.parseInt(task.personality, 16),
        threads: Number(task.threads[pid]?.Threads),
        umask: Number.parseInt(task.threads[pid]?.Umask ?? "", 8),
      })),
    );
  });
});
