// Compares everything that is neither a path nor a socket: the machine, pids, descriptors, limits, terminals, locks.

import { shownText } from "../../model/text/text.ts";
import { grouped } from "../../model/text/words.ts";
import type {
  DescriptorDemand,
  FeatureDemand,
  FileSystemDemand,
  LimitDemand,
  LockDemand,
  MachineDemand,
  PidDemand,
  PtyDemand,
  SecurityDemand,
  TerminalDemand,
} from "./demand.ts";
import type { Compare } from "./difference.ts";
import { shownFact } from "./facts.ts";
import type { Host } from "./host.ts";
import { pathKey } from "./path-key.ts";

const UNKNOWN = { actual: null, differences: [] } as const;

/** `uname -m` → the names of architectures in images. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  x86_64: "x86-64",
  i386: "x86-32",
  i486: "x86-32",
  i586: "x86-32",
  i686: "x86-32",
  armv6l: "arm",
  armv7l: "arm",
  armv8l: "arm",
  ppc64le: "powerpc",
  ppc64: "powerpc",
  ppc: "powerpc",
};

/** Compares the architecture, and for Linux-CR the kernel. */
export const compareMachine: Compare<MachineDemand> = ({ arch, release }, { facts: { kernel } }) => {
  const own = ARCHITECTURES[kernel.machine] ?? kernel.machine;
  const actual = shownFact(release === null ? kernel.machine : `${kernel.machine}, ${kernel.release}`);
  const recorded = release === null ? arch : `${arch}, ${shownFact(release)}`;
  if (release !== null) {
    // HEADER has the version alone: 2.6.33.
    const version = /^\d+(\.\d+){0,2}/.exec(kernel.release)?.[0];
    if (release === version && own === arch) return { actual, differences: [] };
    const message = `The image was written by ${recorded} and this is ${actual}.`;
    return { actual, differences: [{ code: "host-kernel", message, recorded, actual }] };
  }
  // A 64-bit machine restores 32-bit tasks.
  const known = own === arch || (arch === "x86-32" && own === "x86-64") || !KNOWN.has(arch) || own.startsWith(arch);
  if (known) return { actual, differences: [] };
  const message = `The tasks run ${arch} code and the machine is ${actual}.`;
  return { actual, differences: [{ code: "host-architecture", message, recorded, actual }] };
};

const KNOWN = new Set(["x86-32", "x86-64", "arm", "aarch64", "powerpc", "s390x", "mips", "loongarch64", "riscv64"]);

/** Compares a feature of the processor. */
export const compareFeature: Compare<FeatureDemand> = ({ flag, isLacking }, { facts: { cpu } }) => {
  // Without flags, nothing is known.
  if (cpu.flags.length === 0) return UNKNOWN;
  // Linux names protection keys `pku`, and `ospke` once it uses them.
  const isThere = cpu.flags.includes(flag);
  const actual = isThere ? "there" : "missing";
  if (isThere !== (isLacking === true)) return { actual, differences: [] };
  const name = shownFact(cpu.model);
  const message = isThere
    ? `The processor (${name}) has ${flag}, but the dump's processor did not.`
    : `The processor (${name}) lacks ${flag}, but the image has its registers.`;
  const recorded = isLacking === true ? `no ${flag}` : flag;
  return { actual, differences: [{ code: "host-cpu-feature", message, recorded, actual }] };
};

/** Compares a type of file system. The list of the kernel lacks those whose module is not loaded. */
export const compareFileSystem: Compare<FileSystemDemand> = ({ name, at }, { facts: { filesystems } }) => {
  if (filesystems === undefined) return UNKNOWN;
  if (filesystems.includes(name)) return { actual: "known to the kernel", differences: [] };
  const actual = "not in /proc/filesystems";
  const message = `The kernel does not know the file system ${name}, which is mounted on ${shownText(at)}; the restore fails unless the kernel can load a module for it.`;
  return { actual, differences: [{ code: "host-filesystem-missing", message, recorded: name, actual }] };
};

/** Compares a pid that must be free. */
export const comparePid: Compare<PidDemand> = ({ id, as }, { ids, processes }) => {
  if (ids === null) return UNKNOWN;
  if (!ids.has(id)) return { actual: "free", differences: [] };
  const by = processes.get(id);
  const actual = by === undefined ? "in use" : `in use by ${shownFact(by)}`;
  const message = `The ${as === "task" ? "pid" : as} ${id} is ${actual}.`;
  return { actual, differences: [{ code: "host-pid-used", message, recorded: "free", actual }] };
};

/** Service descriptors of CRIU for each task (criu/include/servicefd.h), and its safety pad. */
const SERVICE_DESCRIPTORS = 16;
const PAD = 16;
/** Descriptors that the kernel allocates a table by: 1024 / sizeof(void *). */
const STEP = 128;

/** Compares the highest descriptor with the limits of criu (prepare_fd_pid, choose_service_fd_base). */
export const compareDescriptors: Compare<DescriptorDemand> = ({ highest, tasks }, host) => {
  const most = numberOf(host.facts.sysctls?.["fs.nr_open"]);
  // criu raises its own limit if it may; the kernel's restart does not.
  const soft = host.mayRaise && tasks > 0 ? most : softFiles(host, most);
  if (most === null && soft === null) return UNKNOWN;
  const limit = most !== null && highest >= most ? most : soft;
  const code = "host-descriptor-limit";
  const recorded = `descriptor ${highest}`;
  if (most !== null && highest >= most) {
    const message = `Descriptor ${highest} must be below fs.nr_open, which is ${grouped(most)}.`;
    return { actual: `fs.nr_open ${most}`, differences: [{ code, message, recorded, actual: `fs.nr_open ${most}` }] };
  }
  const needed = tasks === 0 ? highest + 1 : highest + SERVICE_DESCRIPTORS * tasks + PAD;
  const isEnough = soft === null || (tasks === 0 ? highest < soft : !isTooLow(needed, soft));
  if (isEnough) return { actual: limit === null ? "unlimited" : String(limit), differences: [] };
  const actual = `RLIMIT_NOFILE ${soft}`;
  const message =
    tasks === 0
      ? `Descriptor ${highest} must be below RLIMIT_NOFILE, which is ${grouped(soft)}.`
      : `Descriptor ${highest} and CRIU's own descriptors need ${grouped(needed)}; RLIMIT_NOFILE of criu is ${grouped(soft)}.`;
  return { actual, differences: [{ code, message, recorded, actual }] };
};

/** Whether CRIU's descriptors do not fit between the highest of the task and the limit. */
function isTooLow(needed: number, soft: number): boolean {
  const steps = Math.floor(needed / STEP);
  const aligned = (steps === 0 ? 1 : 2 ** Math.floor(Math.log2(steps) + 1)) * STEP;
  return aligned > soft && Math.floor(soft / STEP) * STEP < needed;
}

function softFiles({ limits }: Host, most: number | null): number | null {
  const soft = limits?.get("RLIMIT_NOFILE")?.soft;
  return soft === undefined ? null : soft === null ? most : Number(soft);
}

const numberOf = (text: string | undefined): number | null =>
  text !== undefined && /^\d{1,15}$/.test(text.trim()) ? Number(text) : null;

const limitText = (value: bigint | null): string => (value === null ? "unlimited" : String(value));

/** Limits that the kernel derives from the size of memory, so they differ between most machines. */
const BY_MEMORY: ReadonlySet<string> = new Set(["RLIMIT_NPROC", "RLIMIT_SIGPENDING"]);

/** Compares a resource limit with the hard limit that the restore may set. */
export const compareLimit: Compare<LimitDemand> = ({ resource, hard }, host) => {
  const known = host.limits?.get(resource);
  if (known === undefined) return UNKNOWN;
  const isFiles = resource === "RLIMIT_NOFILE";
  const most = isFiles ? numberOf(host.facts.sysctls?.["fs.nr_open"]) : null;
  const least = [
    ...(host.mayRaise || known.hard === null ? [] : [known.hard]),
    ...(most === null ? [] : [BigInt(most)]),
  ];
  const highest = least.reduce<bigint | null>((low, each) => (low === null || each < low ? each : low), null);
  const actual = limitText(highest);
  if (highest === null || (hard !== null && hard <= highest)) return { actual, differences: [] };
  const recorded = limitText(hard);
  const message = `${resource} was ${recorded} and cannot be set above ${actual}.`;
  const severity = BY_MEMORY.has(resource) ? "note" : "warning";
  return { actual, differences: [{ code: "host-limit-lower", message, recorded, actual, severity }] };
};

/** Compares the number of a pseudo-terminal that must be free. */
export const comparePty: Compare<PtyDemand> = ({ index }, { facts: { ptys } }) => {
  if (ptys === undefined) return UNKNOWN;
  if (!ptys.includes(index)) return { actual: "free", differences: [] };
  const message = `/dev/pts/${index} is in use.`;
  return { actual: "in use", differences: [{ code: "host-pty-used", message, recorded: "free", actual: "in use" }] };
};

/** Compares the terminal that criu runs in. */
export const compareTerminal: Compare<TerminalDemand> = ({ index }, { facts: { made } }) => {
  if (made.terminal) return { actual: "a terminal", differences: [] };
  const actual = "standard input is not a terminal";
  const message = `The restore uses its own terminal as /dev/pts/${index}, and the facts were not made in a terminal.`;
  return { actual, differences: [{ code: "host-terminal-missing", message, recorded: "a terminal", actual }] };
};

/** The word in /proc/locks for each kind of lock in an image; POSIX and OFD locks exclude each other. */
const CLASSES: Readonly<Record<string, string>> = {
  POSIX: "range",
  OFD: "range",
  OFDLCK: "range",
  FLOCK: "flock",
  LEASE: "lease",
};

/** Compares a lock that the restore takes with the locks that are held. */
export const compareLock: Compare<LockDemand> = ({ lock, isWrite, start, end, path }, host) => {
  const file = host.files?.get(pathKey(path));
  const { locks } = host.facts;
  if (locks === undefined || file?.inode === undefined) return UNKNOWN;
  const name = shownText(path);
  for (const other of locks) {
    if (other.inode !== file.inode || other.device !== file.device || CLASSES[other.lock] !== CLASSES[lock]) continue;
    if (!isWrite && !other.write) continue;
    const [from, to] = [positionOf(other.start), other.end === null ? null : positionOf(other.end)];
    if ((end !== null && from >= end) || (to !== null && to < start)) continue;
    const by = host.processes.get(other.pid);
    const actual = `held by pid ${other.pid}${by === undefined ? "" : ` ${shownFact(by)}`}`;
    const hangs = lock === "FLOCK" ? ": the restore waits until it is free" : "";
    const message = `A ${lock} lock on ${name} is ${actual}${hangs}.`;
    return { actual, differences: [{ code: "host-lock-held", message, recorded: "free", actual }] };
  }
  return { actual: "free", differences: [] };
};

const positionOf = (text: string): bigint => (/^\d{1,20}$/.test(text) ? BigInt(text) : 0n);

/** Compares the security module of a task's profile. */
export const compareSecurity: Compare<SecurityDemand> = ({ module, profile }, { facts: { security } }) => {
  if (security === undefined) return UNKNOWN;
  const actual = security.length === 0 ? "none" : shownFact(security.join(", "));
  if (security.includes(module)) return { actual, differences: [] };
  const message = `A task has the ${module} profile ${shownFact(profile)}, and ${module} is not loaded.`;
  return { actual, differences: [{ code: "host-security-module", message, recorded: module, actual }] };
};
