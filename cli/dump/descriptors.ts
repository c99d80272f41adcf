// Descriptors and open files, read from /proc.

import { type BigIntStats, readdirSync, readFileSync, statfsSync, statSync } from "node:fs";
import { kindByName, mayHaveKind } from "../../app/decoder/linux-cr/named-kinds.ts";
import { FILE_KINDS } from "../../app/model/names.ts";
import { CliError } from "../error.ts";
import { type Entries, entriesByPath } from "./entries.ts";
import { errorCode, hasEnded, isGone } from "./processes.ts";

/** One descriptor, from /proc/PID/fdinfo. */
export interface Descriptor {
  /** A task that has the descriptor. */
  readonly pid: number;
  readonly fd: number;
  readonly pos: string;
  /** f_flags, without the descriptor's own close-on-exec bit. */
  readonly flags: number;
  readonly closeOnExec: boolean;
  /** Number of its mount. */
  readonly mount: string;
  /** Number of its inode; empty: this kernel does not show it (before 5.14). */
  readonly inode: string;
  /** What fdinfo shows but an image cannot hold. */
  readonly leftOut: LeftOut;
  /** Mount, inode and the flags that cannot change after open(2): descriptors with different keys share no open file. */
  readonly key: string;
}

/** Properties of an open file that an image cannot hold. */
export interface LeftOut {
  readonly locks: number;
  /** Open files that were sent over a unix socket and not received yet. */
  readonly inFlight: number;
}

const O_CLOEXEC = 0o2000000;
const O_PATH = 0o10000000;
/** Flags that fcntl(2) can change (Linux fs/fcntl.c, SETFL_MASK), and the descriptor's own. */
const CHANGEABLE = O_CLOEXEC | 0o2000 | 0o4000 | 0o20000 | 0o40000 | 0o200000 | 0o400000 | 0o1000000;
const NOTHING: LeftOut = { locks: 0, inFlight: 0 };
const HEAD = /^pos:\t(-?\d+)\nflags:\t(\d+)\nmnt_id:\t(\d+)\n(?:ino:\t(\d+)\n)?/;

/** State for reading /proc: the inodes seen so far by Descriptor.key. */
export interface Reader {
  readonly entries: Entries;
  /** By device number: whether the device holds message queues. */
  readonly queueDevices: Map<number, boolean>;
  readonly inodes: Map<string, Inode>;
}

type Inode = Omit<OpenFile, "name">;

export const createReader = (entries: Entries = entriesByPath()): Reader => ({
  entries,
  queueDevices: new Map(),
  inodes: new Map(),
});

/** Numbers of a task's descriptors, ascending; `null`: the task has ended. @throws CliError if it is not permitted. */
export function listDescriptors(pid: number): number[] | null {
  try {
    return readdirSync(`/proc/${pid}/fd`)
      .map(Number)
      .sort((a, b) => a - b);
  } catch (error) {
    // A zombie has no descriptors, and nobody but root may list them.
    if (isGone(error) || hasEnded(pid)) return null;
    throw notPermitted(pid, error);
  }
}

const notPermitted = (pid: number, error: unknown): unknown =>
  ["EACCES", "EPERM"].includes(errorCode(error))
    ? new CliError(
        `pid ${pid}: reading its descriptors is not permitted; run as the same user or as root (CAP_SYS_PTRACE)`,
      )
    : error;

/** One descriptor; `null`: it was closed. */
export function readDescriptor(reader: Reader, pid: number, fd: number): Descriptor | null {
  let text: string;
  try {
    text = reader.entries.info(pid, fd);
  } catch (error) {
    if (isGone(error) || hasEnded(pid)) return null;
    throw notPermitted(pid, error);
  }
  const match = HEAD.exec(text);
  if (match === null) return null;
  const [, pos = "0", octal = "0", mount = "", inode = ""] = match;
  const flags = Number.parseInt(octal, 8);
  return {
    pid,
    fd,
    pos,
    // The kernel shows the descriptor's close-on-exec bit here. `>>> 0`: `&` gives a signed number.
    flags: (flags & ~O_CLOEXEC) >>> 0,
    closeOnExec: (flags & O_CLOEXEC) !== 0,
    mount,
    inode,
    leftOut: text.length === match[0].length ? NOTHING : leftOutOf(text),
    // The name is used where there is no inode.
    key: `${mount} ${flags & ~CHANGEABLE} ${inode || linkOf(reader, pid, fd)}`,
  };
}

/** Lines `lock: 1: FLOCK …` and `scm_fds: 2` of fdinfo. */
function leftOutOf(text: string): LeftOut {
  const locks = text.split("\nlock:").length - 1;
  const inFlight = Number(/^scm_fds: (\d+)$/m.exec(text)?.[1] ?? 0);
  return locks === 0 && inFlight === 0 ? NOTHING : { locks, inFlight };
}

/**
 * Target of a descriptor's link, a character for each byte; empty: it was closed; `null`: it is longer than the kernel
 * returns (4095 bytes).
 */
function linkOf({ entries }: Reader, pid: number, fd: number): string | null {
  try {
    return entries.link(pid, fd);
  } catch (error) {
    return errorCode(error) === "ENAMETOOLONG" ? null : "";
  }
}

/** Kind and identity of an open file. */
export interface OpenFile {
  /** A word of FILE_KINDS. */
  readonly kind: string;
  /**
   * Target of the link in /proc, a character for each byte: a path, or `socket:[1234]`. `null`: a path of more than 4095
   * bytes.
   */
  readonly name: string | null;
  /** Inode number of a pipe or socket; `device:inode` for a file with a path, as inode numbers repeat across devices. */
  readonly inode: string;
  /** Whether the name is a path: the file can lie outside the root. */
  readonly hasPath: boolean;
  /** Value of f_version: see versionOf. */
  readonly version: string;
  /** Major and minor number of a device file; 0, 0 for other files. */
  readonly device: readonly [number, number];
}

const BRACKETED = /^(pipe|socket):\[(\d+)\]$/;
const ANONYMOUS: Readonly<Record<string, string>> = {
  "anon_inode:[eventpoll]": "epoll",
  "anon_inode:[eventfd]": "eventfd",
};

/** Reads an open file through one of its descriptors; `null`: the descriptor was closed. */
export function readOpenFile(reader: Reader, descriptor: Descriptor): OpenFile | null {
  const { pid, fd, flags } = descriptor;
  const name = linkOf(reader, pid, fd);
  if (name === null) {
    const inode = readInode(reader, descriptor);
    return inode === null ? null : { name, ...inode };
  }
  if (name.length === 0) return null;
  const none = { name, inode: "", hasPath: false, version: "0", device: [0, 0] } as const;
  const kind = kindOfName(name);
  if (kind !== null) return { ...none, kind, inode: BRACKETED.exec(name)?.[2] ?? "" };
  const inode = readInode(reader, descriptor);
  if (inode === null) return null;
  // The name of a message queue looks like a path.
  if (inode.kind === "message queue") return { ...inode, kind: "generic", hasPath: false, name: `mqueue:[${name}]` };
  // With O_PATH a file is only a location: it is not open as a device or FIFO.
  return { name, ...inode, ...((flags & O_PATH) !== 0 && inode.kind !== "directory" ? { kind: "generic" } : {}) };
}

/** The kind of a file that has a name instead of a path; `null`: the name is a path. @param name A character for each byte. */
export function kindOfName(name: string): string | null {
  if (name.startsWith("/") && !mayHaveKind(name)) return null;
  const bracketed = BRACKETED.exec(name);
  if (bracketed !== null) return bracketed[1] ?? "";
  const bytes = Buffer.from(name, "latin1");
  const kind = ANONYMOUS[name] ?? FILE_KINDS[kindByName(bytes, 0, bytes.length)];
  if (kind !== undefined && kind !== "unknown") return kind;
  return name.startsWith("/") ? null : "generic";
}

/** The inode of a file with a path; `null`: the descriptor was closed. */
function readInode({ inodes, queueDevices }: Reader, { pid, fd, key }: Descriptor): Inode | null {
  const known = inodes.get(key);
  if (known !== undefined) return known;
  try {
    const path = `/proc/${pid}/fd/${fd}`;
    const stat = statSync(path, { bigint: true });
    const device = [major(Number(stat.rdev)), minor(Number(stat.rdev))] as const;
    const kind = stat.isFile() && isQueue(path, Number(stat.dev), queueDevices) ? "message queue" : kindOf(stat);
    const inode = { kind, inode: `${stat.dev}:${stat.ino}`, hasPath: true, version: versionOf(stat), device };
    inodes.set(key, inode);
    return inode;
  } catch (error) {
    return isGone(error) ? null : { kind: "generic", inode: "", hasPath: true, version: "0", device: [0, 0] };
  }
}

/** Linux ipc/mqueue.c. */
const MQUEUE_MAGIC = 0x19800202;

/** Whether a file is a POSIX message queue. `known`: devices that have been checked so far. */
function isQueue(path: string, device: number, known: Map<number, boolean>): boolean {
  const answer = known.get(device) ?? statfsSync(path).type === MQUEUE_MAGIC;
  known.set(device, answer);
  return answer;
}

/**
 * What to write as f_version: the inode number, so that a different file with the same path is noticed. For files on a
 * block device, the upper 24 bits hold the device number; other devices get their number only when they are mounted.
 */
function versionOf(stat: BigIntStats): string {
  const device =
    major(Number(stat.dev)) === 0 ? 0n : BigInt(major(Number(stat.dev)) * 4096 + (minor(Number(stat.dev)) & 0xfff));
  return (stat.ino < 1n << 40n ? (device << 40n) | stat.ino : BigInt.asUintN(64, stat.ino)).toString();
}

// glibc's encoding of dev_t.
const major = (device: number): number => Math.floor(device / 256) & 0xfff;
const minor = (device: number): number => (device & 0xff) | (Math.floor(device / 4096) & 0xfff00);

/** Major numbers of terminals: virtual consoles, /dev/tty and ptmx, Unix98 slaves. Linux Documentation/admin-guide/devices.txt. */
const isTerminal = (number: number): boolean => number === 4 || number === 5 || isPtySlave(number);
const isPtySlave = (number: number): boolean => number >= 136 && number <= 143;

/** The kind of a file with a path, by its inode. */
export function kindOf(stat: BigIntStats): string {
  if (stat.isFile()) return "regular";
  if (stat.isDirectory()) return "directory";
  if (stat.isFIFO()) return "fifo";
  if (stat.isSocket()) return "socket";
  if (stat.isBlockDevice()) return "block device";
  if (stat.isCharacterDevice()) return isTerminal(major(Number(stat.rdev))) ? "tty" : "character device";
  return "generic";
}

/** Index of the Unix98 terminal whose slave this device is; `null`: it is not such a slave. */
export function slaveIndex([number, lower]: readonly [number, number]): number | null {
  return isPtySlave(number) ? (number - 136) * 256 + lower : null;
}

/** The lines of a descriptor's fdinfo after the first three; empty: it was closed. */
export function readFurther({ pid, fd }: Descriptor): string[] {
  try {
    return readFileSync(`/proc/${pid}/fdinfo/${fd}`, "latin1").split("\n").slice(3);
  } catch {
    return [];
  }
}

const SEEKABLE = ["regular", "directory", "block device", "character device", "memfd", "generic"];

/** f_mode, derived as in the kernel: from the access mode and from whether files of this kind can seek. */
export function fileMode(kind: string, flags: number): number {
  if ((flags & O_PATH) !== 0) return 0;
  const access = ((flags & 3) + 1) & 3;
  const FMODE_LSEEK_PREAD_PWRITE = 4 | 8 | 16;
  return access | (SEEKABLE.includes(kind) ? FMODE_LSEEK_PREAD_PWRITE : 0);
}
