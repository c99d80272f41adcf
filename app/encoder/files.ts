// Open files: a table of the operations that write each kind.

import { structOfFile } from "../decoder/linux-cr/catalogue/dialect.ts";
import { continuedName } from "../decoder/linux-cr/details/fdinfo-details.ts";
import { NONE } from "../model/checkpoint.ts";
import type { Details, DetailValue } from "../model/fields.ts";
import { encodeText } from "../model/text/text.ts";
import type { FileDescription } from "./description.ts";
import { checkpointObject, type Dump, ERRNO, enumValue, fail } from "./dump.ts";
import type { ObjectKey } from "./objects.ts";
import { terminalKey } from "./terminals.ts";
import { textBytes, withNul } from "./text.ts";
import { type FieldValue, structBytes } from "./writer.ts";

/** PATH_MAX, the NUL included. */
const PATH_MAX = 4096;
/** Bytes of UTF-8 for each UTF-16 code unit, at most. */
const LONGEST_CHARACTER = 3;

/** Writes one kind of file. */
interface FileOperation {
  /** Name of f_type. */
  readonly type: string;
  /** Fields of FILE that only this kind has. */
  readonly fields?: readonly string[];
  /** Describes the objects that the file refers to, before FILE; returns the values of `fields`. */
  readonly before?: (dump: Dump, file: FileDescription, row: number) => readonly FieldValue[];
  /** Whether FILE_NAME follows FILE. */
  readonly named?: boolean;
  /** Writes the records after FILE and FILE_NAME. */
  readonly after?: (dump: Dump, file: FileDescription, row: number) => void;
}

const GENERIC: FileOperation = { type: "GENERIC", named: true };
const PIPE: FileOperation = { type: "PIPE", fields: ["pipe_objref"], before: pipeFields, after: pipeBuffer };
const SEED_KINDS = ["generic", "regular", "directory", "character device", "block device"];

/**
 * The kinds of file that can be written in v23-rc2. The format has no operation for many of those written as GENERIC:
 * they keep their name in /proc (`anon_inode:[timerfd]`), from which the decoder detects the kind.
 */
const OPERATIONS: Readonly<Record<string, FileOperation>> = {
  generic: GENERIC,
  regular: GENERIC,
  directory: GENERIC,
  "character device": GENERIC,
  "block device": GENERIC,
  external: GENERIC,
  signalfd: GENERIC,
  timerfd: GENERIC,
  inotify: GENERIC,
  fanotify: GENERIC,
  memfd: GENERIC,
  pidfd: GENERIC,
  namespace: GENERIC,
  tun: GENERIC,
  bpf: GENERIC,
  pipe: PIPE,
  fifo: { ...PIPE, type: "FIFO", named: true },
  socket: { type: "SOCKET", fields: ["sock_objref"], before: socketFields },
  tty: { type: "TTY", fields: ["tty_objref"], before: terminalFields },
  epoll: { type: "EPOLL", after: deferItems },
  eventfd: { type: "EVENTFD", fields: ["count", "flags"], before: eventfdFields },
};

/** The operation of a file; `null` if it has none, so that the dump fails. */
function fileOperation(dump: Dump, file: FileDescription): FileOperation | null {
  if (dump.dialect.name === "seed") return SEED_KINDS.includes(file.kind) ? GENERIC : null;
  // The format has only pseudo-terminals. Any other terminal is a file with a path.
  if (file.kind === "tty" && terminalKey(file) === null) return GENERIC;
  return OPERATIONS[file.kind] ?? null;
}

/** Describes an open file: FILE, its name, and the further records of its kind. */
export function dumpFile(dump: Dump, key: ObjectKey): number {
  const row = key as number;
  const file = dump.description.files.at(row);
  if (file === undefined) throw new Error(`there is no file ${row}`);
  const operation = fileOperation(dump, file);
  if (operation === null) return fail(dump, "checkpoint_file", ERRNO.EBADF);
  const values = operation.before === undefined ? NO_VALUES : operation.before(dump, file, row);
  writeFile(dump, file, operation, values);
  if (operation.named) {
    const error = writeName(dump, file);
    if (error < 0) return error;
  }
  operation.after?.(dump, file, row);
  return 0;
}

const NO_VALUES: readonly FieldValue[] = [];
const COMMON_FIELDS = ["f_type", "f_mode", "f_flags", "f_pos", "f_version"];

/** @param values Those of the operation's fields. */
function writeFile(dump: Dump, file: FileDescription, operation: FileOperation, values: readonly FieldValue[]): void {
  const { records, dialect, writer, credentials } = dump;
  const { type, fields = [] } = operation;
  let append = records.files.get(type);
  if (append === undefined) {
    const all = dialect.name === "seed" ? COMMON_FIELDS : [...COMMON_FIELDS, "f_credref", "f_secref", ...fields];
    append = writer.recorder("FILE", all, structOfFile(type));
    records.files.set(type, append);
  }
  const { mode, flags, pos, version } = file;
  const number = enumValue(dialect, "CKPT_FILE", type);
  append(number, mode ?? 0, flags ?? 0, pos ?? 0, version ?? 0, credentials, NONE, ...values);
}

/** A name for a file without a path, like those in /proc. */
const madeUpName = ({ kind, name }: FileDescription): string => name ?? `anon_inode:[${kind}]`;

/** Whether a name has room in FILE_NAME. */
export const hasRoomFor = (name: string): boolean =>
  name.length * LONGEST_CHARACTER < PATH_MAX || encodeText(name).length < PATH_MAX;

/** Writes FILE_NAME; an error if the path is too long or the file lies outside the root. */
function writeName(dump: Dump, file: FileDescription): number {
  const name = file.path ?? madeUpName(file);
  const exact = file.path === null ? undefined : file.pathBytes;
  const continued = continuedName(name, file.kind, file.details ?? {});
  const text = hasRoomFor(continued) ? continued : name;
  const isShort = exact === undefined && text.length * LONGEST_CHARACTER < PATH_MAX;
  const bytes = isShort ? null : textBytes(text, exact);
  if (file.pathTooLong === true || (bytes !== null && bytes.length + 1 > PATH_MAX))
    return fail(dump, "ckpt_fill_fname", ERRNO.ENAMETOOLONG);
  if (file.outsideRoot === true) return fail(dump, "ckpt_fill_fname", ERRNO.EBADF);
  if (bytes === null) dump.writer.textRecord("FILE_NAME", text);
  else dump.writer.record("FILE_NAME", {}, withNul(bytes));
  return 0;
}

const integer = (value: DetailValue | undefined): number => (typeof value === "number" ? value : 0);

/** Key of a pipe in the object hash. An end whose pipe is unknown gets a pipe of its own. */
function pipeKey({ details }: FileDescription, row: number): ObjectKey {
  const pipe = details?.pipe;
  return typeof pipe === "number" ? pipe : `file ${row}`;
}

/** The objref of the pipe. Pipes have no OBJREF: a look-up numbers them. */
function pipeFields(dump: Dump, file: FileDescription, row: number): FieldValue[] {
  return [dump.hash.lookUp("INODE", pipeKey(file, row))];
}

/** Writes the contents of a pipe after its first end: empty, because they cannot be read from outside the kernel. */
function pipeBuffer(dump: Dump, file: FileDescription, row: number): void {
  const key = pipeKey(file, row);
  if (dump.hash.described("INODE", key) > 0) return;
  dump.hash.describe("INODE", key);
  dump.writer.record("PIPE_BUF");
}

function socketFields(dump: Dump, _file: FileDescription, row: number): FieldValue[] {
  return [checkpointObject(dump, "SOCK", row)];
}

function terminalFields(dump: Dump, file: FileDescription): FieldValue[] {
  const key = terminalKey(file);
  if (key === null) throw new Error("a terminal without an index");
  // Both sides are described, the master first.
  checkpointObject(dump, "TTY", key - (key % 2));
  checkpointObject(dump, "TTY", key - (key % 2) + 1);
  return [dump.hash.described("TTY", key)];
}

function eventfdFields(_dump: Dump, file: FileDescription): FieldValue[] {
  const count = file.details?.count;
  return [typeof count === "string" || typeof count === "number" ? count : 0, integer(file.details?.eventfdFlags)];
}

/** Defers an epoll's items, because they may refer to files that come after it. */
function deferItems(dump: Dump, file: FileDescription, row: number): void {
  dump.deferred.push(() => writeItems(dump, file, row));
}

const isDetails = (value: unknown): value is Details => typeof value === "object" && value !== null;

function writeItems(dump: Dump, file: FileDescription, row: number): number {
  const { dialect, writer, littleEndian } = dump;
  const layout = dialect.struct("ckpt_eventpoll_item");
  if (layout === undefined) throw new Error(`${dialect.name} has no epoll items`);
  const targets = (Array.isArray(file.details?.targets) ? file.details.targets : []).filter(isDetails);
  const items = new Uint8Array(targets.length * layout.size);
  for (const [index, target] of targets.entries()) {
    const targetRow = typeof target.file === "number" ? dump.fileRows.get(target.file) : NONE;
    // A file that no descriptor of the dump holds has no number.
    const objref = targetRow < 0 ? 0 : checkpointObject(dump, "FILE", targetRow);
    if (objref < 0) return objref;
    const item = structBytes(
      layout,
      {
        data: typeof target.data === "string" ? target.data : 0,
        fd: integer(target.fd),
        file_objref: objref,
        events: integer(target.events),
      },
      littleEndian,
    );
    items.set(item, index * layout.size);
  }
  writer.record("EPOLL_ITEMS", { epfile_objref: dump.hash.described("FILE", row), num_items: targets.length });
  if (targets.length > 0) writer.record("BUFFER", {}, items);
  return 0;
}
