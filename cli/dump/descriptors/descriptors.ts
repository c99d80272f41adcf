// Descriptors and open files, read from /proc.

import { type BigIntStats, readdirSync, readFileSync, statfsSync, statSync } from "node:fs";
import { kindByName, mayHaveKind } from "../../../app/decoder/linux-cr/details/named-kinds.ts";
import { FILE_KINDS } from "../../../app/model/names/names.ts";
import { base64, decodeText, isUtf8 } from "../../../app/model/text/text.ts";
import { CliError } from "../../error.ts";
import { errorCode, hasEnded, isGone } from "../processes.ts";
import { type Entries, entriesByPath } from "./entries.ts";
import { createHeadNumbers, type HeadNumbers, parseHead, readHead } from "./fdinfo-head.ts";

/** One descriptor, from /proc/PID/fdinfo. */
export interface Descriptor {
  /** A task that has the descriptor. */
  readonly pid: number;
  readonly fd: number;
  readonly pos: string;
  /** f_flags, without the descriptor's own close-on-exec bit. */
  readonly flags: number;
  readonly closeOnExec: boolean;
  /** Descriptors with different ones share no open file. */
  readonly opening: Opening;
  /** What fdinfo shows but an image cannot hold. */
  readonly leftOut: LeftOut;
}

/** What all descriptors of one open file have in common. Descriptors that have it in common have the same object. */
export interface Opening {
  /** From 0, in order of appearance. */
  readonly number: number;
  /** Number of the mount. */
  readonly mount: string;
  /** Number of the inode; empty: this kernel does not show it (before 5.14). */
  readonly inode: string;
  /** The flags that cannot change after open(2). */
  readonly fixedFlags: number;
}

/** Properties of the open file that an image cannot hold. */
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

/** State for reading /proc. */
export interface Reader {
  readonly entries: Entries;
  /** By device number: whether the device holds message queues. */
  readonly queueDevices: Map<number, boolean>;
  readonly openings: Map<string, Opening>;
  /** By number of the inode: the last of its openings so far. */
  readonly lastOpenings: Map<number, Opening>;
  /** By number of the opening: its inode, and the open file read last. */
  readonly inodes: Inode[];
  readonly files: OpenFile[];
  readonly head: HeadNumbers;
}

type Inode = Omit<OpenFile, "name" | "path" | "pathBytes">;

export const createReader = (entries: Entries = entriesByPath()): Reader => ({
  entries,
  queueDevices: new Map(),
  openings: new Map(),
  lastOpenings: new Map(),
  inodes: [],
  files: [],
  head: createHeadNumbers(),
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
  const { entries, head } = reader;
  let length: number;
  try {
    length = entries.info(pid, fd);
  } catch (error) {
    if (isGone(error) || hasEnded(pid)) return null;
    throw notPermitted(pid, error);
  }
  if (!readHead(entries.bytes, length, head)) return readUnusual(reader, pid, fd, length);
  const { pos, flags, end } = head;
  return {
    pid,
    fd,
    pos: pos === 0 ? "0" : String(pos),
    // The kernel shows the descriptor's close-on-exec bit here. `>>> 0`: `&` gives a signed number.
    flags: (flags & ~O_CLOEXEC) >>> 0,
    closeOnExec: (flags & O_CLOEXEC) !== 0,
    opening: openingOf(reader, head),
    leftOut: end === length ? NOTHING : leftOutOf(entries.bytes.toString("latin1", 0, length)),
  };
}

/** The same, of a kernel without inodes in fdinfo, or with large numbers. */
function readUnusual(reader: Reader, pid: number, fd: number, length: number): Descriptor | null {
  const text = reader.entries.bytes.toString("latin1", 0, length);
  const head = parseHead(text);
  if (head === null) return null;
  const { pos, flags, mount, inode, end } = head;
  // The name is used where there is no inode.
  const identity = inode || String(linkOf(reader, pid, fd));
  return {
    pid,
    fd,
    pos,
    flags: (flags & ~O_CLOEXEC) >>> 0,
    closeOnExec: (flags & O_CLOEXEC) !== 0,
    opening: openingBy(reader, mount, flags & ~CHANGEABLE, inode, identity),
    leftOut: end === length ? NOTHING : leftOutOf(text),
  };
}

function openingOf(reader: Reader, { mount, flags, inode }: HeadNumbers): Opening {
  const { lastOpenings } = reader;
  const fixedFlags = flags & ~CHANGEABLE;
  const last = lastOpenings.get(inode);
  if (last !== undefined && last.fixedFlags === fixedFlags && Number(last.mount) === mount) return last;
  const opening = openingBy(reader, String(mount), fixedFlags, String(inode), String(inode));
  lastOpenings.set(inode, opening);
  return opening;
}

/** @param identity The inode, or else the name. */
function openingBy({ openings }: Reader, mount: string, fixedFlags: number, inode: string, identity: string): Opening {
  const key = `${mount} ${fixedFlags} ${identity}`;
  const known = openings.get(key);
  if (known !== undefined) return known;
  const opening = { number: openings.size, mount, inode, fixedFlags };
  openings.set(key, opening);
  return opening;
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
 *
 * @param likely What it may well be: returned itself if it is the target.
 */
function linkOf({ entries }: Reader, pid: number, fd: number, likely: string | null = null): string | null {
  try {
    const length = entries.link(pid, fd);
    return likely !== null && isText(entries.bytes, length, likely)
      ? likely
      : entries.bytes.toString("latin1", 0, length);
  } catch (error) {
    return errorCode(error) === "ENAMETOOLONG" ? null : "";
  }
}

/** Whether bytes are a text, which has a character for each byte. */
function isText(bytes: Uint8Array, length: number, text: string): boolean {
  if (length !== text.length) return false;
  for (let at = 0; at < length; at++) if (bytes[at] !== text.charCodeAt(at)) return false;
  return true;
}

/** Kind and identity of an open file. */
export interface OpenFile {
  /** A word of FILE_KINDS. */
  readonly kind: string;
  /**
   * Target of the link in /proc, a character for each byte: a path, or `socket:[1234]`. `null`:
   * a path of more than 4095 bytes.
   */
  readonly name: string | null;
  /** The name as text, and in base64 if its bytes are not text. */
  readonly path: string | null;
  readonly pathBytes?: string;
  /**
   * Inode number of a pipe or socket; `device:inode` for a file with a path, as inode numbers repeat across devices.
   */
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

/**
 * Reads an open file through one of its descriptors; `null`: the descriptor was closed. Those
 * that look alike are one object.
 */
export function readOpenFile(reader: Reader, descriptor: Descriptor): OpenFile | null {
  const { pid, fd, opening } = descriptor;
  const last = reader.files[opening.number];
  const name = linkOf(reader, pid, fd, last?.name);
  if (last !== undefined && last.name === name) return last;
  const file = name === "" ? null : fileNamed(reader, descriptor, name);
  if (file !== null) reader.files[opening.number] = file;
  return file;
}

/** @param name `null`: it is too long. */
function fileNamed(reader: Reader, descriptor: Descriptor, name: string | null): OpenFile | null {
  if (name === null) {
    const inode = readInode(reader, descriptor);
    return inode === null ? null : { ...inode, name, path: null };
  }
  const none = { inode: "", hasPath: false, version: "0", device: [0, 0] } as const;
  const kind = kindOfName(name);
  if (kind !== null) return { ...none, kind, inode: BRACKETED.exec(name)?.[2] ?? "", ...named(name) };
  const inode = readInode(reader, descriptor);
  if (inode === null) return null;
  // The name of a message queue looks like a path.
  if (inode.kind === "message queue")
    return { ...inode, kind: "generic", hasPath: false, ...named(`mqueue:[${name}]`) };
  // With O_PATH a file is only a location: it is not open as a device or FIFO.
  const isLocation = (descriptor.flags & O_PATH) !== 0 && inode.kind !== "directory";
  return { ...inode, kind: isLocation ? "generic" : inode.kind, ...named(name) };
}

/** A name, given as one character for each byte, also as text. */
function named(name: string): Pick<OpenFile, "name" | "path" | "pathBytes"> {
  // Most are ASCII, where each character is its byte.
  if (/^[\0-\x7f]*$/.test(name)) return { name, path: name };
  const bytes = Buffer.from(name, "latin1");
  return { name, path: decodeText(bytes), ...(!isUtf8(bytes) && { pathBytes: base64(bytes) }) };
}

/**
 * Names of memfd_secret(2) and of buffers of dma-buf, which look like paths but are on mounts inside the kernel: without
 * this, such a file would lie outside the root, and the dump fail.
 */
const INTERNAL = /^\/(?:secretmem \(deleted\)$|dmabuf:)/;

/**
 * The kind of a file that has a name instead of a path; `null`: the name is a path. @param name
 * A character for each byte.
 */
export function kindOfName(name: string): string | null {
  if (INTERNAL.test(name)) return "generic";
  if (name.startsWith("/") && !mayHaveKind(name)) return null;
  const bracketed = BRACKETED.exec(name);
  if (bracketed !== null) return bracketed[1] ?? "";
  const bytes = Buffer.from(name, "latin1");
  const kind = ANONYMOUS[name] ?? FILE_KINDS[kindByName(bytes, 0, bytes.length)];
  if (kind !== undefined && kind !== "unknown") return kind;
  return name.startsWith("/") ? null : "generic";
}

/** The inode of a file with a path; `null`: the descriptor was closed. */
function readInode({ inodes, queueDevices }: Reader, { pid, fd, opening }: Descriptor): Inode | null {
  const known = inodes[opening.number];
  if (known !== undefined) return known;
  try {
    const path = `/proc/${pid}/fd/${fd}`;
    const stat = statSync(path, { bigint: true });
    const device = [major(Number(stat.rdev)), minor(Number(stat.rdev))] as const;
    const kind = stat.isFile() && isQueue(path, Number(stat.dev), queueDevices) ? "message queue" : kindOf(stat);
    const inode = { kind, inode: `${stat.dev}:${stat.ino}`, hasPath: true, version: versionOf(stat), device };
    inodes[opening.number] = inode;
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

/**
 * Major numbers of terminals: virtual consoles, /dev/tty and ptmx, Unix98 slaves. Linux
 * Documentation/admin-guide/devices.txt.
 */
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
