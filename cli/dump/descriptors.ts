// Descriptors and open files, read from /proc.

import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync, type Stats, statSync } from "node:fs";
import { kindByName } from "../../app/decoder/linux-cr/named-kinds.ts";
import { FILE_KINDS } from "../../app/model/names.ts";
import { CliError } from "../error.ts";
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
  /** Mount, inode and the flags that cannot change after open(2): descriptors with different keys share no open file. */
  readonly key: string;
}

const O_CLOEXEC = 0o2000000;
const O_PATH = 0o10000000;
/** Flags that fcntl(2) can change (Linux fs/fcntl.c, SETFL_MASK), and the descriptor's own. */
const CHANGEABLE = O_CLOEXEC | 0o2000 | 0o4000 | 0o20000 | 0o40000 | 0o200000 | 0o400000 | 0o1000000;
const HEAD = /^pos:\t(-?\d+)\nflags:\t(\d+)\nmnt_id:\t(\d+)\n(?:ino:\t(\d+)\n)?/;

/** State for reading /proc: one buffer for all small files, and the inodes seen so far by Descriptor.key. */
export interface Reader {
  readonly buffer: Buffer;
  readonly inodes: Map<string, Inode>;
}

type Inode = Pick<OpenFile, "kind" | "inode" | "device">;

export const createReader = (): Reader => ({ buffer: Buffer.allocUnsafe(4096), inodes: new Map() });

/** The first 4096 bytes of a file of /proc. */
function readHead({ buffer }: Reader, path: string): string {
  const file = openSync(path, "r");
  try {
    return buffer.toString("latin1", 0, readSync(file, buffer, 0, buffer.length, null));
  } finally {
    closeSync(file);
  }
}

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
    text = readHead(reader, `/proc/${pid}/fdinfo/${fd}`);
  } catch (error) {
    if (isGone(error) || hasEnded(pid)) return null;
    throw notPermitted(pid, error);
  }
  const match = HEAD.exec(text);
  if (match === null) return null;
  const [, pos = "0", octal = "0", mount = "", inode] = match;
  const flags = Number.parseInt(octal, 8);
  return {
    pid,
    fd,
    pos,
    // The kernel shows the descriptor's close-on-exec bit here. `>>> 0`: `&` gives a signed number.
    flags: (flags & ~O_CLOEXEC) >>> 0,
    closeOnExec: (flags & O_CLOEXEC) !== 0,
    // Kernels before 5.14 do not print the inode; the name is used there.
    key: `${mount} ${flags & ~CHANGEABLE} ${inode === undefined ? linkBytes(pid, fd).toString("latin1") : inode}`,
  };
}

/** Target of a descriptor's link; empty: it was closed. */
function linkBytes(pid: number, fd: number): Buffer {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`, "buffer");
  } catch {
    return Buffer.alloc(0);
  }
}

/** Kind and identity of an open file. */
export interface OpenFile {
  /** A word of FILE_KINDS. */
  readonly kind: string;
  /** Target of the link in /proc: a path, or `socket:[1234]`. */
  readonly name: Uint8Array;
  /** Inode number of a pipe or socket; of a file with a path `device:inode`, as inode numbers repeat across devices. */
  readonly inode: string;
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
  const name = linkBytes(pid, fd);
  if (name.length === 0) return null;
  const text = name.toString("latin1");
  const none = { name, inode: "", device: [0, 0] } as const;
  const bracketed = BRACKETED.exec(text);
  if (bracketed !== null) return { ...none, kind: bracketed[1] ?? "", inode: bracketed[2] ?? "" };
  const anonymous = ANONYMOUS[text] ?? FILE_KINDS[kindByName(name, 0, name.length)];
  if (anonymous !== undefined && anonymous !== "unknown") return { ...none, kind: anonymous };
  if (!text.startsWith("/")) return { ...none, kind: "generic" };
  const inode = readInode(reader, descriptor);
  if (inode === null) return null;
  // With O_PATH a file is only a location: it is not open as a device or FIFO.
  return { name, ...inode, ...((flags & O_PATH) !== 0 && inode.kind !== "directory" ? { kind: "generic" } : {}) };
}

/** The inode of a file with a path; `null`: the descriptor was closed. */
function readInode({ inodes }: Reader, { pid, fd, key }: Descriptor): Inode | null {
  const known = inodes.get(key);
  if (known !== undefined) return known;
  try {
    const stat = statSync(`/proc/${pid}/fd/${fd}`);
    const device = [major(stat.rdev), minor(stat.rdev)] as const;
    const inode = { kind: kindOf(stat, device[0]), inode: `${stat.dev}:${stat.ino}`, device };
    inodes.set(key, inode);
    return inode;
  } catch (error) {
    return isGone(error) ? null : { kind: "generic", inode: "", device: [0, 0] };
  }
}

// glibc's encoding of dev_t.
const major = (device: number): number => Math.floor(device / 256) & 0xfff;
const minor = (device: number): number => (device & 0xff) | (Math.floor(device / 4096) & 0xfff00);

/** Major numbers of terminals: virtual consoles, /dev/tty and ptmx, Unix98 slaves. Linux Documentation/admin-guide/devices.txt. */
const isTerminal = (number: number): boolean => number === 4 || number === 5 || isPtySlave(number);
const isPtySlave = (number: number): boolean => number >= 136 && number <= 143;

function kindOf(stat: Stats, device: number): string {
  if (stat.isFile()) return "regular";
  if (stat.isDirectory()) return "directory";
  if (stat.isFIFO()) return "fifo";
  if (stat.isSocket()) return "socket";
  if (stat.isBlockDevice()) return "block device";
  if (stat.isCharacterDevice()) return isTerminal(device) ? "tty" : "character device";
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

/** f_mode, derived like in the kernel: from the access mode and from whether files of this kind can seek. */
export function fileMode(kind: string, flags: number): number {
  if ((flags & O_PATH) !== 0) return 0;
  const access = ((flags & 3) + 1) & 3;
  const FMODE_LSEEK_PREAD_PWRITE = 4 | 8 | 16;
  return access | (SEEKABLE.includes(kind) ? FMODE_LSEEK_PREAD_PWRITE : 0);
}
