// Whether CRIU can dump a descriptor, by the cases of CRIU's dump_one_file().

import { modeKind } from "../../model/names/names.ts";
import { visible } from "../../model/text/text.ts";
import type { DescriptorFacts, TaskFacts } from "./facts.ts";
import { type Fault, fault } from "./findings.ts";
import { FILE_SYSTEM, isUnknown, pathFault } from "./places.ts";
import { isFirst, type Scope, shown } from "./scope.ts";
import { socketFault } from "./sockets.ts";
import { terminalOf } from "./terminals.ts";
import { watchFaults } from "./watches.ts";

/** O_DIRECT and O_EXCL, which stands for PIDFD_THREAD, on all architectures but a few old ones. */
const O_DIRECT = 0o40000;
const PIDFD_THREAD = 0o200;

export function checkDescriptor(scope: Scope, { pid }: TaskFacts, descriptor: DescriptorFacts): void {
  const subject = { pid, fd: descriptor.fd, path: descriptor.name };
  const faults = [...lockFaults(scope, descriptor), ...faultsOf(scope, descriptor)];
  for (const { code, message } of faults) scope.report(code, subject, message);
}

const listed = (found: Fault | null): Fault[] => (found === null ? [] : [found]);
const words = ({ fd }: DescriptorFacts): string => `descriptor ${fd}`;

function faultsOf(scope: Scope, descriptor: DescriptorFacts): Fault[] {
  const { mode, fileSystem, flags, name } = descriptor;
  const what = words(descriptor);
  const kind = modeKind(mode);
  if (kind === "socket") return listed(socketFault(scope, descriptor));
  if (kind === "character device") return listed(deviceFault(scope, descriptor));
  if (fileSystem === FILE_SYSTEM.anonymous || name.startsWith("anon_inode:")) return anonymousFaults(scope, descriptor);
  if (fileSystem === FILE_SYSTEM.pidfd) return pidfdFaults(scope, descriptor);
  if (kind === "regular" || kind === "directory" || kind === "symbolic link")
    return listed(fileFault(scope, descriptor));
  if (kind === "fifo") {
    if (fileSystem !== FILE_SYSTEM.pipe) return listed(pathFault(scope, descriptor, what));
    return (flags & O_DIRECT) === 0 ? [] : [fault("dump-packet-pipe", `${what} is a pipe in packet mode`)];
  }
  if (kind === "block device") return [fault("dump-device", `${what} is the block device ${shown(descriptor)}`)];
  return [fault("dump-file-type", `${what} is ${shown(descriptor)}, a file of unknown type`)];
}

function lockFaults(scope: Scope, descriptor: DescriptorFacts): Fault[] {
  return descriptor.info.flatMap((line) => {
    // `lock:	1: FLOCK  ADVISORY  WRITE 4242 fe:00:2409 0 EOF`: the number can change, the rest identifies the lock.
    const [, text = ""] = /^lock:\s*\d+: (.*)$/.exec(line) ?? [];
    if (text === "" || !isFirst(scope, `lock ${text}`)) return [];
    const [kind = "", , access = ""] = text.split(/\s+/);
    const lock = `${LOCKS[kind] ?? kind} (${access.toLowerCase()})`;
    return fault("dump-lock", `${words(descriptor)}, ${shown(descriptor)}, has ${lock}`);
  });
}

const LOCKS: Readonly<Record<string, string>> = {
  POSIX: "a POSIX lock",
  FLOCK: "an flock(2) lock",
  OFDLCK: "an open file description lock",
  LEASE: "a lease",
  DELEG: "a delegation",
};

/**
 * Major numbers, and minor numbers of misc: Linux include/uapi/linux/major.h, Documentation/admin-guide/devices.txt.
 */
const [MEMORY, MISC] = [1, 10];
const [TUN, AUTOFS] = [200, 235];

function deviceFault(scope: Scope, descriptor: DescriptorFacts): Fault | null {
  const [major, minor] = descriptor.device;
  const what = words(descriptor);
  const isTun = major === MISC && minor === TUN;
  // Attached to an interface or not.
  if (isTun && !scope.ownTypes.has("net")) {
    const name = infoValue(descriptor, "iff") ?? "";
    const which = name === "" ? "without an interface" : `of interface ${visible(name)}`;
    return fault("dump-tun", `${what} is a tun device ${which}, in this machine's network namespace`);
  }
  const isFile = isTun || major === MEMORY || (major === MISC && minor === AUTOFS);
  if (isFile || terminalOf(descriptor) !== null) return pathFault(scope, descriptor, what);
  return fault("dump-device", `${what} is the device ${major}:${minor}, ${shown(descriptor)}`);
}

/** Anonymous inodes that CRIU knows (criu/files.c, dump_one_file), and what else it checks. */
const KNOWN: Readonly<Record<string, (scope: Scope, descriptor: DescriptorFacts) => Fault[]>> = {
  "[eventfd]": () => [],
  "[signalfd]": () => [],
  "[eventpoll]": epollFaults,
  inotify: watchFaults,
  "[fanotify]": watchFaults,
  "[timerfd]": timerFaults,
  "[pidfd]": pidfdFaults,
};

/** Anonymous inodes with a rule of their own. */
const REFUSED: Readonly<Record<string, string>> = { "[io_uring]": "dump-io-uring", "bpf-map": "dump-bpf-map" };

function anonymousFaults(scope: Scope, descriptor: DescriptorFacts): Fault[] {
  const kind = descriptor.name.replace(/^anon_inode:/, "");
  const known = Object.hasOwn(KNOWN, kind) ? KNOWN[kind] : undefined;
  if (known !== undefined) return known(scope, descriptor);
  const code = Object.hasOwn(REFUSED, kind) ? REFUSED[kind] : undefined;
  return [fault(code ?? "dump-anonymous", `${words(descriptor)} is ${shown(descriptor)}`)];
}

function epollFaults(_scope: Scope, descriptor: DescriptorFacts): Fault[] {
  const added = descriptor.info.flatMap((line) => /^tfd:\s*(\d+)/.exec(line)?.[1] ?? []);
  return descriptor.targets.flatMap((isHeld, index) => {
    if (isHeld !== false) return [];
    const what = `${words(descriptor)} watches a file (added as descriptor ${added[index]})`;
    return fault("dump-epoll-target", `${what} that no descriptor in the tree refers to`);
  });
}

/** Clocks of timerfds (criu/include/timerfd.h): CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME. */
const CLOCKS: ReadonlySet<string> = new Set(["0", "1", "7"]);
const CLOCK_NAMES: Readonly<Record<string, string>> = { "8": "CLOCK_REALTIME_ALARM", "9": "CLOCK_BOOTTIME_ALARM" };

function timerFaults(_scope: Scope, descriptor: DescriptorFacts): Fault[] {
  const clock = infoValue(descriptor, "clockid");
  if (clock === null || CLOCKS.has(clock)) return [];
  const name = CLOCK_NAMES[clock] ?? `clock ${visible(clock)}`;
  return [fault("dump-timer-clock", `${words(descriptor)} uses ${name}`)];
}

function pidfdFaults(scope: Scope, descriptor: DescriptorFacts): Fault[] {
  const pid = infoValue(descriptor, "Pid");
  const what = words(descriptor);
  if ((descriptor.flags & PIDFD_THREAD) !== 0) {
    return [fault("dump-pidfd-thread", `${what} refers to thread ${visible(pid ?? "?")}`)];
  }
  // -1: it has ended.
  if (pid === null || pid === "-1" || scope.tasks.has(Number(pid))) return [];
  const which = pid === "0" ? "a process of another pid namespace" : `process ${visible(pid)}`;
  return [fault("dump-pidfd-outside", `${what} refers to ${which}, which is not in the tree`)];
}

const NAMESPACE = /^(net|uts|ipc|pid|user|mnt|time|cgroup):\[\d+\]$/;

/** A regular file, directory or symbolic link, also in memory. */
function fileFault(scope: Scope, descriptor: DescriptorFacts): Fault | null {
  const { name, fileSystem } = descriptor;
  const what = words(descriptor);
  if (NAMESPACE.test(name)) {
    if (scope.namespaces.has(name)) return null;
    return fault("dump-namespace-file", `${what} is ${name}, and no process in the tree is in that namespace`);
  }
  const isMemory = name.startsWith("/memfd:") && fileSystem === FILE_SYSTEM.shared && isUnknown(scope, descriptor);
  if (isMemory) return null;
  if (!name.startsWith("/")) return fault("dump-file-type", `${what} is ${shown(descriptor)}, not a path`);
  return pathFault(scope, descriptor, what);
}

/** The value of a line `name: value` of fdinfo; `null`: there is none. */
function infoValue({ info }: DescriptorFacts, name: string): string | null {
  const line = info.find((each) => each.startsWith(`${name}:`));
  return line === undefined ? null : line.slice(name.length + 1).trim();
}
