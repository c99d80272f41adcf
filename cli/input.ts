// What an argument names, as sources of bytes: a file, a directory with images, a pipe, standard input.

import {
  type BigIntStats,
  closeSync,
  type Dirent,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  realpathSync,
  statfsSync,
  statSync,
} from "node:fs";
import { bytesSource, joinedSource, partOf, type Source, SourceError } from "../app/decoder/source.ts";
import { decodeText } from "../app/model/text/text.ts";
import { systemReason } from "./error.ts";
import type { Io } from "./io.ts";

/** The files that one argument names, in which images are found. */
export interface Input {
  readonly name: string;
  /** Size of all files together. */
  readonly bytes: number;
  readonly sources: readonly Source[];
  /** Closes the open files. */
  close(): void;
}

export interface InputOptions {
  /** Whether to follow symbolic links that point outside the directory. Default: true. */
  readonly outside?: boolean;
  /** Whether the small files of a directory are read at once and kept, to be read again cheaply. Default: false. */
  readonly keep?: boolean;
}

/** A path as Node represents it; a buffer if it is not valid UTF-8. */
type Path = string | Buffer;

/** Names of standard input. They are opened as `-`, as a socket cannot be opened by its name. */
const STDIN: ReadonlySet<string> = new Set(["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"]);

/** Whether a path can be read only once: standard input, a FIFO, a process substitution. */
export function isStream(path: string): boolean {
  if (STDIN.has(path)) return true;
  const stats = statOf(exactPath(path));
  return stats !== null && !stats.isFile() && !stats.isDirectory();
}

/** @throws SourceError if two paths name one pipe: what the first has read is not there for the second. */
export function requireOnce(paths: readonly string[]): void {
  const streams = paths.filter(isStream);
  for (const [index, path] of streams.entries()) {
    const other = streams.slice(0, index).find((earlier) => isSameStream(earlier, path));
    if (other !== undefined) throw new SourceError(`${path} is given twice, but can only be read once`);
  }
}

function isSameStream(one: string, other: string): boolean {
  if (STDIN.has(one) || STDIN.has(other)) return STDIN.has(one) && STDIN.has(other);
  const [first, second] = [statOf(exactPath(one)), statOf(exactPath(other))];
  return first?.isFIFO() === true && first.dev === second?.dev && first.ino === second.ino;
}

/** Whether a path is a directory. */
export const isDirectory = (path: string): boolean =>
  !STDIN.has(path) && (statOf(exactPath(path))?.isDirectory() ?? false);

/**
 * Opens the files that an argument names; `-` is standard input.
 *
 * @throws SourceError with a sentence for the user.
 */
export async function openInput(
  path: string,
  io: Io,
  { outside = true, keep = false }: InputOptions = {},
): Promise<Input> {
  if (STDIN.has(path)) {
    const bytes = await io.readStdin(STREAM_LIMIT);
    if (bytes === null) throw tooLong(path);
    return { name: path, bytes: bytes.length, sources: [bytesSource(path, bytes)], close: () => {} };
  }
  try {
    const exact = exactPath(path);
    const stats = statSync(exact);
    if (stats.isDirectory()) return openFiles(path, filesIn(exact, outside), keep ? createKept(exact) : null);
    if (stats.isFile()) return openFiles(path, [{ name: path, path: exact }], null);
    const source = readStream(path, exact);
    return { name: path, bytes: source.size, sources: [source], close: () => {} };
  } catch (error) {
    if (error instanceof SourceError) throw error;
    throw new SourceError(`${failedPath(error) ?? (path || "''")}: ${systemReason(error)}`);
  }
}

/** The file or directory that a system error is about, which may be within the one that was named. */
function failedPath(error: unknown): string | null {
  const { path } = error as { path?: unknown };
  return typeof path === "string" && path !== "" ? path.replace(/\/{2,}/g, "/") : null;
}

/** An argument as the bytes that were given: Node replaces invalid UTF-8 with U+FFFD. */
function exactPath(path: string): Path {
  if (!path.includes("\ufffd")) return path;
  try {
    const all = readFileSync("/proc/self/cmdline");
    for (let from = 0; from < all.length; ) {
      const end = all.indexOf(0, from);
      const argument = all.subarray(from, end < 0 ? all.length : end);
      if (argument.toString() === path) return argument;
      from += argument.length + 1;
    }
  } catch {
    // There is no /proc: use Node's version.
  }
  return path;
}

/** A file of a directory, or a link that is kept as its target's path. */
interface Listed {
  /** Relative to the directory, with slashes. */
  readonly name: string;
  readonly path: Path;
  readonly link?: Uint8Array;
}

/** How many links to parent sets are followed in a chain. */
const MOST_PARENTS = 32;

const SLASH = 47;

/** The files in a directory and its subdirectories, by name. */
function filesIn(directory: Path, outside: boolean): Listed[] {
  const found: Listed[] = [];
  const root = realpathSync.native(directory, "buffer");
  const isWithin = (path: Buffer): boolean =>
    path.subarray(0, root.length).equals(root) && (path.length === root.length || path[root.length] === SLASH);
  const open = [{ path: directory, prefix: "", parents: 0 }];
  for (let current = open.pop(); current !== undefined; current = open.pop()) {
    const { prefix, parents } = current;
    for (const { name: own, path, entry } of current.prefix === "" ? entriesOf(directory) : entriesIn(current.path)) {
      const name = `${prefix}${own}`;
      // Nearly all are.
      if (entry.isFile()) {
        found.push({ name, path });
        continue;
      }
      if (entry.isDirectory()) open.push({ path, prefix: `${name}/`, parents });
      if (!entry.isSymbolicLink()) continue;
      const target = statOf(path);
      const inside = target !== null && isWithin(realpathSync.native(path, "buffer"));
      if (target?.isFile() && (inside || outside)) found.push({ name, path });
      // A set's parent is a link to the previous set. If that is inside the directory, it is listed anyway.
      if (own !== "parent" || target?.isFile()) continue;
      if (target?.isDirectory() && !inside && outside && parents < MOST_PARENTS) {
        open.push({ path, prefix: `${name}/`, parents: parents + 1 });
      } else found.push({ name, path, link: readlinkSync(path, "buffer") });
    }
  }
  return sortedByName(found);
}

/** Files by name. Sorting the names is several times faster than sorting with a comparison function. */
function sortedByName(files: readonly Listed[]): Listed[] {
  const byName = new Map<string, Listed>();
  for (let at = 0; at < files.length; at++) byName.set((files[at] as Listed).name, files[at] as Listed);
  const sorted = [...byName.keys()].sort().map((name) => byName.get(name) as Listed);
  // Different names that are not valid UTF-8 can be equal as text.
  return sorted.length === files.length ? sorted : files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Whether a file, under any name, is read as part of a directory: it is in it, or in a parent set. */
export function isReadFrom(directory: string, file: Pick<BigIntStats, "dev" | "ino">): boolean {
  return filesIn(exactPath(directory), true).some(({ path, link }) => {
    const stat = link === undefined ? statSync(path, { throwIfNoEntry: false, bigint: true }) : undefined;
    return stat?.dev === file.dev && stat.ino === file.ino;
  });
}

/** The entries of a directory. Paths are buffers only where a name is not valid UTF-8. */
function entriesOf(directory: Path): { name: string; path: Path; entry: EntryType }[] {
  const entries = typeof directory === "string" ? readdirSync(directory, { withFileTypes: true }) : null;
  if (entries?.every(({ name }) => !name.includes("\ufffd"))) {
    return entries.map((entry) => ({ name: entry.name, path: `${directory}/${entry.name}`, entry }));
  }
  const prefix = Buffer.concat([Buffer.from(directory as Buffer), Buffer.from("/")]);
  return readdirSync(directory, { withFileTypes: true, encoding: "buffer" }).map((entry) => ({
    name: decodeText(entry.name),
    path: Buffer.concat([prefix, entry.name]),
    entry,
  }));
}

/** The entries of a subdirectory; none if it was removed after it was listed. */
function entriesIn(directory: Path): ReturnType<typeof entriesOf> {
  try {
    return entriesOf(directory);
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return [];
    throw error;
  }
}

/** What an entry of a directory is. */
type EntryType = Pick<Dirent, "isDirectory" | "isFile" | "isSymbolicLink">;

function statOf(path: Path) {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

function openFiles(name: string, files: readonly Listed[], kept: Kept | null): Input {
  const descriptors: number[] = [];
  const sources = files.flatMap((file): Source | [] => {
    if (file.link !== undefined) return bytesSource(file.name, file.link);
    const bytes = kept?.readSmall(file) ?? null;
    if (bytes !== null) return keptSource(file, bytes);
    let fd: number | null = null;
    // A set may have more files than a process may have open, so each is opened when it is first read in part.
    const open = (): number => {
      if (fd === null) {
        fd = openSync(file.path, "r");
        descriptors.push(fd);
      }
      return fd;
    };
    const stats = files.length === 1 ? fstatSync(open()) : statSync(file.path, { throwIfNoEntry: false });
    // It was removed after the directory was listed.
    if (stats === undefined) return [];
    const { size, mtimeMs } = stats;
    const modified = () => mtimeMs / 1000;
    const keeps = kept?.keepsRead(file, size) ?? false;
    return { ...fileSource(file.name, files.length === 1 ? null : file.path, size, open, keeps), modified };
  });
  return {
    name,
    bytes: sources.reduce((sum, source) => sum + source.size, 0),
    sources,
    close: () => {
      for (const fd of descriptors) closeSync(fd);
    },
  };
}

/** Files of images that are likely small. Files with memory pages are large, and often not read at all. */
const MAY_BE_SMALL = /(^|\/)(?!pages-)[^/]*\.img$/;

/** The most bytes of files to keep. */
const MOST_KEPT = 64 << 20;
/** Bytes that a disk reads, or cannot read, at once. */
const SECTOR = 512;
/** The type of file systems in user space: FUSE_SUPER_MAGIC of linux/magic.h. */
const FUSE = 0x65735546;
/** Small files are kept in blocks of this size. */
const KEPT_BLOCK = 1 << 20;
/** The largest file of which what was read is kept. In bytes. */
const LARGEST_KEPT = 16 << 20;

/** What is kept of the files of a directory, within MOST_KEPT. */
interface Kept {
  /**
   * Reads a small file of an image without asking for its size, which takes as long as reading it. `null`: it is not small,
   * or cannot be read.
   */
  readSmall(file: Listed): Uint8Array | null;
  /** Whether to keep what is read of a file that is not small: most are read again, for details and checks. */
  keepsRead(file: Listed, size: number): boolean;
}

/** Whether a directory may be in a file system in user space. */
function isInUserSpace(directory: Path): boolean {
  try {
    return statfsSync(directory).type === FUSE;
  } catch {
    return true;
  }
}

function createKept(directory: Path): Kept {
  let block = new Uint8Array(0);
  let used = 0;
  let left = MOST_KEPT;
  const mayEndAnywhere = isInUserSpace(directory);
  const readAll = (fd: number): Uint8Array | null => {
    if (used + SMALL_FILE >= block.length) {
      block = new Uint8Array(KEPT_BLOCK);
      used = 0;
    }
    const length = readSync(fd, block, used, SMALL_FILE + 1, null);
    if (length > SMALL_FILE) return null;
    // Linux reads less of a file than was asked for only at its end, or where a sector cannot be read. File systems in user
    // space may do so anywhere.
    const mayGoOn = mayEndAnywhere || (length > 0 && length % SECTOR === 0);
    if (mayGoOn && readSync(fd, block, used + length, 1, null) > 0) return null;
    used += length;
    left -= length;
    return block.subarray(used - length, used);
  };
  return {
    readSmall({ name, path }) {
      if (left < SMALL_FILE || !MAY_BE_SMALL.test(name)) return null;
      try {
        const fd = openSync(path, "r");
        try {
          return readAll(fd);
        } finally {
          closeSync(fd);
        }
      } catch {
        // The error is reported when it is read again.
        return null;
      }
    },
    keepsRead({ name }, size) {
      if (size > Math.min(left, LARGEST_KEPT) || !MAY_BE_SMALL.test(name)) return false;
      left -= size;
      return true;
    },
  };
}

const keptSource = ({ name, path }: Listed, bytes: Uint8Array): Source => ({
  name,
  size: bytes.length,
  read: (offset, length) => partOf(bytes, offset, length),
  modified: () => (statOf(path)?.mtimeMs ?? 0) / 1000,
});

/** The most bytes to read from a pipe, because they are kept in memory. */
const STREAM_LIMIT = 2 * 2 ** 30;
const STREAM_BLOCK = 4 << 20;

const tooLong = (name: string): SourceError =>
  new SourceError(`${name}: more than 2 GiB, the most that is read from a pipe; save it to a file and open that`);

/** Reads a FIFO, a process substitution or a device to its end. */
function readStream(name: string, path: Path): Source {
  const fd = openSync(path, "r");
  try {
    const blocks: Uint8Array[] = [];
    let size = 0;
    for (let ended = false; !ended; ) {
      const block = new Uint8Array(STREAM_BLOCK);
      let filled = 0;
      while (filled < block.length && !ended) {
        const count = readSync(fd, block, filled, block.length - filled, null);
        filled += count;
        ended = count === 0;
      }
      size += filled;
      if (size > STREAM_LIMIT) {
        throw tooLong(name);
      }
      blocks.push(filled === block.length ? block : block.slice(0, filled));
      // /dev/zero has no end.
      if (blocks.length === 1 && !ended && block.every((byte) => byte === 0)) break;
    }
    return joinedSource(
      name,
      blocks.map((block) => bytesSource(name, block)),
    );
  } finally {
    closeSync(fd);
  }
}

/** Files up to this size are not kept open: a set has thousands, each read once and whole. In bytes. */
const SMALL_FILE = 64 << 10;

/**
 * @param path Of a file that is not to stay open when it is read whole; `null` for any other.
 * @param open Opens the file, if it is not open yet; it stays open.
 * @param keeps Whether to keep bytes that are read from the start on without gaps, because they will be read again.
 */
function fileSource(name: string, path: Path | null, size: number, open: () => number, keeps: boolean): Source {
  const fill = (bytes: Uint8Array, offset: number): Uint8Array => {
    const isWhole = bytes.length === size && size <= SMALL_FILE;
    try {
      if (!isWhole || path === null) return readInto(bytes, open(), offset);
      const fd = openSync(path, "r");
      try {
        return readInto(bytes, fd, offset);
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      throw new SourceError(`${name}: ${systemReason(error)}`);
    }
  };
  let kept: Uint8Array | null = null;
  /** How many bytes are kept. */
  let end = 0;
  return {
    name,
    size,
    read(offset, length) {
      const last = Math.max(offset, Math.min(size, offset + length));
      if (!keeps || offset > end) return fill(new Uint8Array(last - offset), offset);
      kept ??= new Uint8Array(size);
      if (last > end) end += fill(kept.subarray(end, last), end).length;
      return kept.subarray(offset, Math.min(last, end));
    },
  };
}

/** Fills bytes from an offset of a file; returns those that were read. */
function readInto(bytes: Uint8Array, fd: number, offset: number): Uint8Array {
  let filled = 0;
  while (filled < bytes.length) {
    const count = readSync(fd, bytes, filled, bytes.length - filled, offset + filled);
    if (count === 0) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}
