// Checks of file tables, descriptors and open files.

import type { Dialect } from "../../decoder/linux-cr/catalogue/dialect.ts";
import { nameEnd } from "../../decoder/linux-cr/details/fdinfo-details.ts";
import { visibleText } from "../../model/text/text.ts";
import { flagsText } from "../../model/text/words.ts";
import { endsUnlinked } from "../../model/unlinked.ts";
import { type FlagMasks, leftOverNames, opensDirectoryForWriting } from "../open-flags.ts";
import { checkEventfd } from "./on-objects.ts";
import {
  type CheckedField,
  expect,
  type Fields,
  faultAt,
  fieldFault,
  numberAt,
  numberOf,
  orderFault,
  payloadFault,
  type Scan,
  wantLength,
} from "./scan.ts";
import { NEXT } from "./successors.ts";

/** Default of fs.nr_open (Linux fs/file.c, sysctl_nr_open). */
export const NR_OPEN = 1024 * 1024;

/** FILE_TABLE: how many descriptors follow. */
export function onFileTable(scan: Scan): void {
  endTable(scan);
  const count = numberOf(scan, "fdt_nfds");
  scan.tableRecord = scan.record;
  scan.tableAnnounced = count;
  scan.tableMet = 0;
  scan.lastFd = -1;
  if (count < 0 || count > NR_OPEN) {
    const message = `A file table announces ${count} descriptors; at most ${NR_OPEN} are possible.`;
    fieldFault(scan, "H10", "fdt_nfds", message);
    scan.tableAnnounced = -1;
  } else if (count > 0 && scan.dialect.name === "seed") expect(scan, NEXT.descriptorDue);
}

/** Closes the current table; reports missing descriptors. */
export function endTable(scan: Scan): void {
  const { tableRecord, tableAnnounced, tableMet } = scan;
  scan.tableRecord = -1;
  if (tableRecord < 0 || tableAnnounced < 0 || tableMet >= tableAnnounced || scan.broken) return;
  const message = `A file table announces ${tableAnnounced} descriptors, but ${tableMet} follow.`;
  faultAt(scan, "H1", tableRecord, "fdt_nfds", 8, message);
  scan.broken = true;
}

/** The check of FILE_DESC: one descriptor. */
export function descriptorCheck(fields: Fields): (scan: Scan) => void {
  const objrefField = fields.get("fd_objref");
  const numberField = fields.get("fd_descriptor");
  const closeOnExecField = fields.get("fd_close_on_exec");
  return (scan) => {
    const fd = numberAt(scan, numberField);
    const objref = numberAt(scan, objrefField);
    if (objref <= 0) targetFault(scan, fd, objref);
    const closeOnExec = numberAt(scan, closeOnExecField);
    if (closeOnExec > 1) closeOnExecFault(scan, fd, closeOnExec);
    scan.tableMet++;
    if (scan.tableAnnounced >= 0 && scan.tableMet === scan.tableAnnounced + 1 && scan.tableRecord >= 0) {
      orderFault(scan, `A file table announces ${scan.tableAnnounced} descriptors, but more follow.`);
    }
    if (fd < 0 || fd >= NR_OPEN) rangeFault(scan, fd);
    else if (fd <= scan.lastFd) repeatFault(scan, fd);
    if (fd >= 0) scan.lastFd = fd;
  };
}

// In functions of their own, for the reason in on-stream.ts.

const targetFault = (scan: Scan, fd: number, objref: number): void =>
  fieldFault(scan, "H11", "fd_objref", `Descriptor ${fd} refers to objref ${objref}; objrefs are positive.`);

function closeOnExecFault(scan: Scan, fd: number, closeOnExec: number): void {
  const message = `Descriptor ${fd} has close-on-exec ${closeOnExec}; it must be 0 or 1.`;
  fieldFault(scan, "H28", "fd_close_on_exec", message);
}

function rangeFault(scan: Scan, fd: number): void {
  if (fd < 0) fieldFault(scan, "H11", "fd_descriptor", `A descriptor has the number ${fd}.`);
  else fieldFault(scan, "H14", "fd_descriptor", `Descriptor ${fd} is above any limit on open files.`);
}

function repeatFault(scan: Scan, fd: number): void {
  const how = fd === scan.lastFd ? "is repeated" : `follows descriptor ${scan.lastFd}`;
  fieldFault(scan, "H28", "fd_descriptor", `Descriptor ${fd} ${how}.`);
}

const FMODE_WRITE = 2;
/** Kinds of file without a position. */
const UNSEEKABLE = ["PIPE", "FIFO", "SOCKET", "EPOLL", "EVENTFD"];

/** What the checks of FILE use of its kind, its dialect and its machine. */
export interface FileContext {
  /** By f_type; a hole: the dialect has no such type. */
  readonly types: readonly (FileType | undefined)[];
  readonly masks: FlagMasks;
  readonly type: CheckedField | undefined;
  readonly flags: CheckedField | undefined;
  readonly mode: CheckedField | undefined;
  readonly position: CheckedField | undefined;
  readonly pipe: CheckedField | undefined;
  /** Later than v16. */
  readonly hasCredentials: boolean;
}

/** A type of open file (CKPT_FILE_…). */
export interface FileType {
  readonly name: string;
  readonly isGeneric: boolean;
  readonly hasPath: boolean;
  readonly hasPosition: boolean;
}

/** Types of open file that a dialect has, by number. */
export const fileTypes = (dialect: Dialect): (FileType | undefined)[] =>
  Array.from({ length: Math.max(0, ...(dialect.enums.CKPT_FILE?.values() ?? [])) + 1 }, (_, type) => {
    const name = dialect.enumName("CKPT_FILE", type);
    if (name === undefined || name === "MAX" || name === "IGNORE") return undefined;
    const isGeneric = name === "GENERIC";
    return { name, isGeneric, hasPath: isGeneric || name === "FIFO", hasPosition: !UNSEEKABLE.includes(name) };
  });

/** The check of FILE: an open file of any kind. */
export function fileCheck(fields: Fields, dialect: Dialect, masks: FlagMasks): (scan: Scan) => void {
  const context: FileContext = {
    types: fileTypes(dialect),
    masks,
    type: fields.get("f_type"),
    flags: fields.get("f_flags"),
    mode: fields.get("f_mode"),
    position: fields.get("f_pos"),
    pipe: fields.get("pipe_objref"),
    hasCredentials: fields.has("f_credref"),
  };
  return (scan) => checkFile(scan, context);
}

function checkFile(scan: Scan, context: FileContext): void {
  const number = numberAt(scan, context.type);
  const type = number < context.types.length ? context.types[number] : undefined;
  if (type === undefined) {
    typeFault(scan, number);
    return;
  }
  scan.namesDue = type.hasPath ? 1 : 0;
  if (type.hasPath) expect(scan, NEXT.pathDue);
  const flags = numberAt(scan, context.flags);
  const mode = numberAt(scan, context.mode);
  if (!areSoundFlags(context.masks, flags, type)) checkFlags(scan, context.masks, flags, type);
  if (!isModeOfFlags(mode, flags)) modeFault(scan, context, flags, mode);
  if (context.position !== undefined) checkPosition(scan, context, context.position, type, mode);
  if (context.pipe !== undefined) checkPipe(scan, numberAt(scan, context.pipe));
  if (type.name === "EVENTFD") checkEventfd(scan);
}

function typeFault(scan: Scan, type: number): void {
  fieldFault(scan, "H15", "f_type", `An open file is of type ${type}, which ${scan.dialect.name} does not have.`);
  // A path may follow.
  scan.namesDue = 1;
  scan.explained.add("name-without-file");
}

function checkPipe(scan: Scan, pipe: number): void {
  if (pipe <= 0) fieldFault(scan, "H37", "pipe_objref", `An end of a pipe names pipe ${pipe}; objrefs are positive.`);
}

/** The same on all architectures that have the format (Linux asm-generic/fcntl.h). */
const FASYNC = 0o20000;

/** Whether `checkFlags` reports nothing. */
const areSoundFlags = (masks: FlagMasks, flags: number, { isGeneric }: FileType): boolean =>
  (flags & (masks.leftOverMask | ~masks.knownMask | FASYNC)) === 0 &&
  !(isGeneric && opensDirectoryForWriting(masks, flags));

function checkFlags(scan: Scan, masks: FlagMasks, flags: number, type: FileType): void {
  if ((flags & masks.leftOverMask) !== 0) {
    const names = leftOverNames(masks, flags);
    fieldFault(scan, "H21", "f_flags", `An open file's flags have ${names.join(" and ")}, which open(2) drops.`);
  }
  const unknown = flags & ~masks.knownMask;
  if (unknown !== 0) {
    fieldFault(scan, "H22", "f_flags", `An open file's flags have unknown bits: ${flagsText(unknown >>> 0)}.`);
  }
  if ((flags & FASYNC) !== 0) {
    const message = "An open file's flags have FASYNC; the image does not say who gets the signals.";
    fieldFault(scan, "async-without-owner", "f_flags", message);
  }
  if (type.isGeneric && opensDirectoryForWriting(masks, flags)) {
    fieldFault(scan, "directory-written", "f_flags", "An open file is a directory (O_DIRECTORY) open for writing.");
  }
}

/** Whether f_mode allows what f_flags open a file for. */
const isModeOfFlags = (mode: number, flags: number): boolean => ((flags + 1) & 3) === (mode & 3);

function modeFault(scan: Scan, { hasCredentials }: FileContext, flags: number, mode: number): void {
  const access = (flags + 1) & 3;
  const words = (bits: number): string => ["nothing", "READ", "WRITE", "READ and WRITE"][bits] as string;
  const message = `An open file's f_mode allows ${words(mode & 3)}; its f_flags open it for ${words(access)}.`;
  // A missing WRITE does not make a restart fail.
  const lacksWriteAlone = ((mode & 3) | FMODE_WRITE) === access;
  fieldFault(scan, hasCredentials && !lacksWriteAlone ? "H24" : "H26", "f_mode", message);
}

/** What is wrong with a position, given in halves; `null`: nothing. A restart seeks in the file: up to v16 always. */
function positionFault(
  { hasCredentials }: Pick<FileContext, "hasCredentials">,
  { isGeneric, hasPosition }: FileType,
  mode: number,
  low: number,
  high: number,
): "negative" | "error-code" | "position" | null {
  if (high >= 0x8000_0000) return "negative";
  if (!hasPosition) return low === 0 && high === 0 ? null : "position";
  if (low < 0x8000_0000 || !isSought(hasCredentials, isGeneric, mode)) return null;
  return low === ESPIPE && !hasCredentials ? null : "error-code";
}

const isSought = (hasCredentials: boolean, isGeneric: boolean, mode: number): boolean =>
  isGeneric && (!hasCredentials || (mode & FMODE_LSEEK) !== 0);

function checkPosition(scan: Scan, context: FileContext, field: CheckedField, type: FileType, mode: number): void {
  const { view } = scan.window;
  const at = scan.at + field.offset;
  const low = view.getUint32(scan.littleEndian ? at : at + 4, scan.littleEndian);
  const high = view.getUint32(scan.littleEndian ? at + 4 : at, scan.littleEndian);
  const fault = positionFault(context, type, mode, low, high);
  if (fault === null) return;
  const position = positionText(scan, at);
  if (fault === "negative") {
    const code = isSought(context.hasCredentials, type.isGeneric, mode) ? "H23" : "position-impossible";
    fieldFault(scan, code, "f_pos", `An open file's position is negative: ${position}.`);
  } else if (fault === "position") {
    const message = `A ${type.name.toLowerCase()} has the position ${position}; it must be 0.`;
    fieldFault(scan, "position-impossible", "f_pos", message);
  } else {
    const message = `An open file's position ${position} looks like an error code to the kernel when it seeks.`;
    fieldFault(scan, "H23", "f_pos", message);
  }
}

/** Whether the checks of an open file's own fields report nothing. The position is given in halves. */
export const isSoundFile = (
  context: Pick<FileContext, "masks" | "hasCredentials">,
  type: FileType,
  flags: number,
  mode: number,
  low: number,
  high: number,
): boolean =>
  areSoundFlags(context.masks, flags, type) &&
  isModeOfFlags(mode, flags) &&
  positionFault(context, type, mode, low, high) === null;

const positionText = ({ window, littleEndian }: Scan, at: number): string =>
  window.view.getBigInt64(at, littleEndian).toString();

/** The low 32 bits of -ESPIPE. */
const ESPIPE = 0xffff_ffe3;
const FMODE_LSEEK = 4;

const SLASH = 0x2f;
const PATH_MAX = 4096;
/** The seed's restart reads records of at most one page. */
const RECORD_MAX = 4096;

/** Whether the check of FILE_NAME reports nothing about a path without a NUL. */
export const isSoundPath = (bytes: Uint8Array, start: number, end: number): boolean =>
  end - start <= RECORD_MAX - 9 && end > start && bytes[start] === SLASH && !endsUnlinked(bytes, start, end);

/** FILE_NAME: a path, of an open file or of an FS's directories. */
export function onFileName(scan: Scan): void {
  const { length } = scan;
  if (scan.namesDue > 1) expect(scan, NEXT.pathDue);
  scan.namesDue = Math.max(0, scan.namesDue - 1);
  if (length > RECORD_MAX)
    fieldFault(scan, "H17", "len", `A path is ${length - 9} bytes long; a restart reads at most 4087.`);
  if (length - 8 > PATH_MAX) {
    fieldFault(
      scan,
      "H18",
      "len",
      `A path is ${length - 8} bytes long with its NUL; at most ${PATH_MAX} are possible.`,
    );
    return;
  }
  const { bytes } = scan.window;
  const start = scan.at + 8;
  const end = scan.at + length;
  let stop = start;
  while (stop < end && bytes[stop] !== 0) stop++;
  if (stop !== end - 1) {
    const message = stop === end ? "A path does not end in NUL." : "A path has a NUL before its end.";
    payloadFault(scan, "H19", "text", message);
  }
  if (stop === start && stop < end) payloadFault(scan, "H20", "text", "A path is empty.", "ENOENT");
  else if (stop > start && bytes[start] !== SLASH) {
    const path = visibleText(bytes.subarray(start, nameEnd(bytes, start, stop)));
    payloadFault(scan, "H20", "text", `A path does not begin with a slash: “${path}”.`, null);
  }
  if (endsUnlinked(bytes, start, stop)) {
    payloadFault(scan, "H27", "text", `A path ends in “ (deleted)”: “${visibleText(bytes.subarray(start, stop))}”.`);
  }
}

/** EPOLL_ITEMS: the items that an epoll watches are in the BUFFER that follows. */
export function onEpollItems(scan: Scan, resolve: (scan: Scan, objref: number) => boolean): void {
  const count = numberOf(scan, "num_items");
  const item = scan.dialect.struct("ckpt_eventpoll_item");
  const objref = item?.byName.get("file_objref");
  if (count === 0 || item === undefined || objref === undefined) return;
  expect(scan, NEXT.itemsDue);
  scan.due = {
    code: "H1",
    length: count * item.size,
    what: `${count} items of an epoll`,
    check(at) {
      for (let index = 0; index < count; index++) {
        const offset = 8 + index * item.size + objref.offset;
        const value = at.window.view.getInt32(at.at + offset, at.littleEndian);
        if (resolve(at, value)) continue;
        const message = `An epoll watches objref ${value}, which names no open file.`;
        faultAt(at, "H12", at.record, `[${index}].file_objref`, offset, message);
      }
    },
  };
}

/** Capacity of a pipe: 16 pages up to 2.6.34; later fs.pipe-max-size, 1 MiB by default. */
const PIPE_PAGES = 16;
const PIPE_MAX = 1024 * 1024;

const pipeCapacity = ({ dialect, checkpoint }: Scan): number =>
  dialect.name.startsWith("v23") || dialect.name.startsWith("samsung") || checkpoint.machine.arch?.startsWith("powerpc")
    ? PIPE_MAX
    : PIPE_PAGES * 4096;

/** FILE_PIPE (the contents follow, in no record) and PIPE_BUF (the contents are its payload). */
export function onPipeContents(scan: Scan): void {
  const raw = scan.kind.name === "FILE_PIPE";
  const length = raw ? numberOf(scan, "pipe_len") : scan.length - 8;
  const most = pipeCapacity(scan);
  if (raw) wantLength(scan, 16);
  if (length >= 0 && length <= most) return;
  fieldFault(scan, "H37", raw ? "pipe_len" : "len", `A pipe holds ${length} bytes; its capacity is ${most}.`);
}
