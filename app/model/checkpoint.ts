// The Checkpoint: what one image says, as columns. A row is a number (rows.ts); objects are made only for what is
// selected. Every decoder fills this, and every view, check and comparison reads it.

import { u32At } from "./read.ts";
import type { FileRow, TableRow, TaskRow } from "./rows.ts";

/** In an index or id column: none. */
export const NONE = -1;

/** In OpenFiles.size: not in the image. */
export const NO_SIZE = 0xffff_ffff_ffff_ffffn;
/** In OpenFiles.mountId: not in the image. */
export const NO_MOUNT = -0x8000_0000;

export type Format = "linux-cr" | "criu";

export type Severity = "error" | "warning" | "note";

/** A problem of an image. `offset` is in bytes from the start of `member` (or of the image). */
export interface Problem {
  readonly severity: Severity;
  /** Stable, for scripts: lower-case words joined by `-`. */
  readonly code: string;
  /** A sentence for the user. Text from the image in it has been made visible. */
  readonly message: string;
  readonly offset: number | null;
  /** The limit that was reached (decoder/limits.ts), if that is the problem. */
  readonly limit?: string;
  /** Index into `members`; absent where the image is one stream. */
  readonly member?: number;
  /** The open file or task in whose record the image ends: its last value may be shorter than it was. */
  readonly cut?: { readonly file?: FileRow; readonly task?: TaskRow };
}

/** One line about the whole image for the head of the page: "kernel", "2.6.30-rc7". Text from the image is raw. */
export interface Fact {
  readonly label: string;
  readonly value: string;
  /** The exact bytes in base64, if they are not valid UTF-8. */
  readonly valueBytes?: string;
}

/** The machine of the image: only what affects how values are read. */
export interface Machine {
  /** `x86-32`, `x86-64`, `arm`, `aarch64`, `powerpc`, `s390x`, …; `null` if the image does not say. */
  readonly arch: string | null;
  readonly littleEndian: boolean;
  /** Size of a long in bytes; `null` if the image does not say. */
  readonly wordSize: 4 | 8 | null;
}

/** Tasks, in image order. All columns have `count` rows. */
export interface Tasks {
  readonly count: number;
  /** Process ids; NONE where the image has none. */
  readonly pid: Int32Array;
  readonly ppid: Int32Array;
  readonly tgid: Int32Array;
  readonly pgid: Int32Array;
  readonly sid: Int32Array;
  /** Index into TASK_STATES (names.ts); 0: not in the image. */
  readonly state: Uint8Array;
  /** comm's bytes in `text`, without what follows the first NUL. */
  readonly commOffset: Uint32Array;
  readonly commLength: Uint32Array;
  /** TableRow of the file table in use; NONE: a zombie, or unknown. */
  readonly table: Int32Array;
  /** RecordRow of the record that describes it; NONE: unknown. */
  readonly record: Int32Array;
}

/** File tables (`files_struct`), in image order. The descriptors of table t are rows first[t] … first[t + 1] - 1. */
export interface FileTables {
  readonly count: number;
  /** Linux-CR: objref; CRIU: files id. A name in one image only. */
  readonly id: Uint32Array;
  /** count + 1 entries. */
  readonly first: Uint32Array;
  /**
   * Tasks that use table t (TaskRows): task[firstTask[t]] … task[firstTask[t + 1] - 1];
   * firstTask has count + 1 entries.
   */
  readonly firstTask: Uint32Array;
  readonly task: Uint32Array;
  /** How many descriptors the image announces; NONE if it does not say. */
  readonly announced: Int32Array;
  readonly record: Int32Array;
}

/** Descriptors: the slots of file tables. By table, then by fd. */
export interface Descriptors {
  readonly count: number;
  readonly fd: Int32Array;
  readonly table: Uint32Array;
  /** FileRow of the open file that it refers to; NONE: the file is missing from the image. */
  readonly file: Int32Array;
  /** 0 or 1. */
  readonly closeOnExec: Uint8Array;
  readonly record: Int32Array;
}

/** Bits of OpenFiles.has: which values the image has, and what kind of name a file has. */
export const HAS = {
  /** The name is a path from the image, not a made-up one. */
  path: 1,
  pos: 2,
  flags: 4,
  mode: 8,
  version: 16,
  /** The file was unlinked when it was dumped. */
  deleted: 32,
  /** The format records its inode, as far as known: inodeMode, size, mountId. */
  inode: 64,
  /** There are entries of it in fileDetails or links. */
  details: 128,
} as const;

/** Bits of OpenFiles.use: non-descriptor uses of a file. */
export const USE = {
  executable: 1,
  workingDirectory: 2,
  root: 4,
  mapping: 8,
  /** The file holds the path of a FIFO, a terminal or a tun device. */
  pathOf: 16,
  /** In flight in a socket (SCM_RIGHTS). */
  inFlight: 32,
  epollTarget: 64,
  /** A hard link that stands in for an unlinked file: `link_remap.7`. */
  linkRemap: 128,
} as const;

/**
 * Open files (`struct file`), in image order.
 * A name is a path (HAS.path), or a made-up name for a file without one: `pipe:[41433]`.
 */
export interface OpenFiles {
  readonly count: number;
  /** Linux-CR: objref; CRIU: file id. A name in one image only. */
  readonly id: Uint32Array;
  /** Index into FILE_KINDS (names.ts). */
  readonly kind: Uint8Array;
  /** The name's bytes in `text`; length 0 with HAS.path unset: no name at all. */
  readonly nameOffset: Uint32Array;
  readonly nameLength: Uint32Array;
  /**
   * Number of bytes at the end of the name that differ from dump to dump: none of a path, but `41433]` of
   * `pipe:[41433]`. Names are compared by kind and the bytes before these. Empty if all are 0: read it through
   * `stableLength`.
   */
  readonly nameVarying: Uint32Array;
  readonly has: Uint8Array;
  readonly use: Uint8Array;
  readonly pos: BigUint64Array;
  /** f_flags with the O_ values of `machine.arch`. */
  readonly flags: Uint32Array;
  /** f_mode. */
  readonly mode: Uint32Array;
  /** f_version. Empty if all are 0: read it through `versionOf`. */
  readonly version: BigUint64Array;
  /** Only for files with HAS.inode; the columns are empty if there are none. st_mode; 0: not in the image. */
  readonly inodeMode: Uint32Array;
  /** In bytes; NO_SIZE: not in the image. */
  readonly size: BigUint64Array;
  /** NO_MOUNT: not in the image. */
  readonly mountId: Int32Array;
  /** Descriptors of file f (DescriptorRows): holder[firstHolder[f]] … holder[firstHolder[f + 1] - 1], ascending. */
  readonly firstHolder: Uint32Array;
  readonly holder: Uint32Array;
  readonly record: Int32Array;
}

/** The name of a kind of record, and the struct or message that describes its bytes. */
export interface RecordKind {
  /** Linux-CR: the record type; CRIU: the image's magic; NONE for bytes between records. */
  readonly type: number;
  readonly name: string;
  /** Name in the dialect's catalogue; `null`: opaque bytes. */
  readonly struct: string | null;
}

/**
 * The stream's records (Linux-CR) or the members' entries (CRIU), by member and offset; bytes between records
 * (raw page contents, what could not be decoded) are rows too, so that every byte belongs to exactly one row.
 */
export interface Records {
  readonly count: number;
  /** Index into `kinds`. Uint16 only if there are more than 256. */
  readonly kind: Uint8Array | Uint16Array;
  /**
   * Length of each record in bytes, including the header, as a varint (LEB128). Longer runs of bytes between records
   * take several rows. Read it, and offsets, through records.ts.
   */
  readonly lengths: Uint8Array;
  readonly runs: RecordRuns;
  readonly kinds: readonly RecordKind[];
}

/** Runs of at most RUN (records.ts) records that follow one another in one member. */
export interface RecordRuns {
  readonly count: number;
  readonly firstRow: Uint32Array;
  /** Where the first record begins: bytes from the start of the member. Float64: exact up to 2^53. */
  readonly offset: Float64Array;
  /** Where the length of the first record begins in `lengths`. */
  readonly lengthAt: Uint32Array;
  /** Index into `members`; empty if there is only one. */
  readonly member: Uint32Array;
}

/**
 * Objects other than file tables and open files that the image announces (Linux-CR's OBJREF),
 * in image order. Empty for CRIU.
 */
export interface Objects {
  readonly count: number;
  readonly id: Uint32Array;
  /** Index into `types`. */
  readonly type: Uint8Array;
  readonly types: readonly string[];
  /** RecordRow of the OBJREF record. */
  readonly record: Int32Array;
}

/** A stream of records: the image itself, or one file of a set. */
export interface Member {
  /** Raw text, as the archive, folder or user gave it. */
  readonly name: string;
  readonly size: number;
}

/** Further records that describe an open file (an epoll's items, a socket's state), by file. */
export interface FileRecords {
  /**
   * Records of file f: record[first[f]] … record[first[f + 1] - 1]; OpenFiles.count + 1 entries, or none if no file has
   * any. Read them through `furtherRecords`.
   */
  readonly first: Uint32Array;
  readonly record: Uint32Array;
}

/** Details of rows (open files or tasks), sorted by row, then in the order in which they are shown. */
export interface DetailStore {
  readonly count: number;
  readonly row: Uint32Array;
  /** Index into `keys`. */
  readonly key: Uint16Array;
  /** Index of the value: JSON text in pool[start[v]] … pool[start[v + 1] - 1]. Equal values have one index. */
  readonly value: Uint32Array;
  readonly keys: readonly string[];
  readonly start: Uint32Array;
  readonly pool: Uint8Array;
}

/** Links of open files, sorted by `from`. A group represents the links among all its members, however many it has. */
export interface Links {
  readonly count: number;
  /** FileRow that has the link. */
  readonly from: Uint32Array;
  /** Index into LINK_ROLES (links.ts). */
  readonly role: Uint8Array;
  /** FileRow of the other file, or NONE: it is outside the image. For roles of groups: the group. */
  readonly to: Int32Array;
  /** What an epoll waits for (EPOLL_…, see names.ts); 0 for other roles. */
  readonly data: Uint32Array;
  /** Members of group g (FileRows): member[firstMember[g]] … member[firstMember[g + 1] - 1]. */
  readonly firstMember: Uint32Array;
  readonly member: Uint32Array;
}

/** Everything that one image says. Plain data: it can be cloned, and its arrays transferred. */
export interface Checkpoint {
  readonly format: Format;
  readonly dialect: string;
  /** The evidence for the dialect, as a sentence. */
  readonly evidence: string;
  /** False if the image is cut off, or parts of a set are missing. */
  readonly complete: boolean;
  readonly machine: Machine;
  /** When the dump was taken: seconds since 1970; `null` if the image does not say. */
  readonly time: number | null;
  readonly facts: readonly Fact[];
  readonly members: readonly Member[];
  /** Paths, names and comms: bytes as in the image. */
  readonly text: Uint8Array;
  readonly tasks: Tasks;
  readonly tables: FileTables;
  readonly descriptors: Descriptors;
  readonly files: OpenFiles;
  readonly fileRecords: FileRecords;
  /** Details of open files, and of tasks (detail-keys.ts). */
  readonly fileDetails: DetailStore;
  readonly taskDetails: DetailStore;
  readonly links: Links;
  readonly records: Records;
  readonly objects: Objects;
  readonly problems: readonly Problem[];
}

/** Name of open file `file`, as bytes (a view into `text`). Empty if it has none. */
export function nameBytes(checkpoint: Checkpoint, file: FileRow): Uint8Array {
  const { nameOffset, nameLength } = checkpoint.files;
  const offset = u32At(nameOffset, file);
  return checkpoint.text.subarray(offset, offset + u32At(nameLength, file));
}

/** Number of leading bytes of a file's name that are the same in every dump. */
export function stableLength({ nameLength, nameVarying }: OpenFiles, file: FileRow): number {
  return u32At(nameLength, file) - (nameVarying[file] ?? 0);
}

/** f_version of `file`. */
export const versionOf = ({ version }: OpenFiles, file: FileRow): bigint => version[file] ?? 0n;

/** Whether `file` has further records besides its own. */
export const hasFurtherRecords = ({ first, record }: FileRecords, file: FileRow): boolean =>
  record.length > 0 && u32At(first, file) < u32At(first, file + 1);

/** The further records of `file` besides its own (a view). */
export function furtherRecords({ first, record }: FileRecords, file: FileRow): Uint32Array {
  return record.length === 0 ? record : record.subarray(u32At(first, file), u32At(first, file + 1));
}

/** comm of `task`, as bytes (a view into `text`). */
export function commBytes(checkpoint: Checkpoint, task: TaskRow): Uint8Array {
  const { commOffset, commLength } = checkpoint.tasks;
  const offset = u32At(commOffset, task);
  return checkpoint.text.subarray(offset, offset + u32At(commLength, task));
}

/** Number of descriptors in the whole image that refer to `file`. */
export function holderCount(files: OpenFiles, file: FileRow): number {
  return (files.firstHolder[file + 1] ?? 0) - (files.firstHolder[file] ?? 0);
}

/** Number of tasks that use `table`. */
export function taskCount(tables: FileTables, table: TableRow): number {
  return (tables.firstTask[table + 1] ?? 0) - (tables.firstTask[table] ?? 0);
}

/** Number of descriptors of `table`. */
export function descriptorCount(tables: FileTables, table: TableRow): number {
  return (tables.first[table + 1] ?? 0) - (tables.first[table] ?? 0);
}

/**
 * The number of a task for users: its pid, or its index if the image has no pids. Together with an fd it names a
 * descriptor in links, changes and sentences.
 */
export function taskNumber(tasks: Tasks, task: TaskRow): number {
  const pid = tasks.pid[task] ?? NONE;
  return pid === NONE ? task : pid;
}

/** By Tasks: whether any task has a pid. Cached: it is needed for each word of a text, and columns never change. */
const withPids = new WeakMap<Tasks, boolean>();

/** Whether the image has any pids. */
export function hasPids(tasks: Tasks): boolean {
  const known = withPids.get(tasks);
  if (known !== undefined) return known;
  const found = tasks.count > 0 && tasks.pid.some((pid) => pid !== NONE);
  withPids.set(tasks, found);
  return found;
}
