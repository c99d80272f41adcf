// The state of the walk through an image's records, and small helpers shared by the handlers.

import type { Fact, Problem, Severity } from "../../../model/checkpoint.ts";
import { NONE } from "../../../model/checkpoint.ts";
import { i32At, u8At } from "../../../model/read.ts";
import type { FileRow, RecordRow, TableRow, TaskRow } from "../../../model/rows.ts";
import { counted } from "../../../model/text/words.ts";
import { type Builder, createBuilder } from "../../builder.ts";
import { createIdIndex, type IdIndex } from "../../id-index.ts";
import type { UsualRun } from "../../image.ts";
import type { LimitName, Limits } from "../../limits.ts";
import type { Source } from "../../source.ts";
import { openWindow, type Window } from "../../window.ts";
import type { Dialect } from "../catalogue/dialect.ts";
import type { SocketWords } from "../details/socket-names.ts";
import { fileKindsByType, OBJECTS, objectKindsByType, objectTypeNames } from "../handlers/actions.ts";
import type { Recognition } from "../recognise.ts";
import { type StructReader, structReader } from "../struct-reader.ts";
import { type Kinds, recordKinds } from "./kinds.ts";
import { noPids, type Pids } from "./pids.ts";
import { noTaskObjects, type TaskObjects } from "./task-objects.ts";

/** A path and its NUL fit into one page. */
export const PATH_MAX = 4096;
/** Bytes at the start of a record that have to be in the window before it is handled. */
export const HANDLED_BYTES = PATH_MAX + 8;

/** A socket object and the records that describe it. */
export interface SocketObject {
  record: RecordRow;
  /** `null` until its SOCKET record is reached. */
  words: SocketWords | null;
  /** Its own address and that of its peer; empty: none. */
  local: Uint8Array;
  remote: Uint8Array;
  /** Row of SOCKET_UNIX or SOCKET_INET. */
  detail: RecordRow;
  /** Row of the STRING with the directory of its name. */
  directory: RecordRow;
}

/** A terminal object and the records that describe it. */
export interface TerminalObject {
  record: RecordRow;
  name: string;
  /** Row of TTY_LDISC. */
  ldisc: RecordRow;
}

/** The walk through one image. Rows are NONE where there is none. */
export interface Walk {
  readonly source: Source;
  readonly dialect: Dialect;
  readonly recognition: Recognition;
  readonly littleEndian: boolean;
  readonly window: Window;
  readonly builder: Builder;
  readonly kinds: Kinds;
  readonly fileKinds: Uint8Array;
  readonly objectKinds: Uint8Array;
  readonly objectTypes: readonly string[];
  /** Objects by objref: the row among its kind, and the kind in the lowest bits. */
  readonly byObjref: IdIndex;
  readonly sockets: SocketObject[];
  readonly terminals: TerminalObject[];
  readonly facts: Fact[];
  readonly pids: Pids;
  readonly taskObjects: TaskObjects;
  /** Records that were read in their usual form. */
  readonly usualRuns: UsualRun[];

  /** Where the current record begins, in the image. */
  pos: number;
  /** Row of the current record. */
  record: RecordRow;
  /** Where the current record begins in the window. */
  at: number;
  /** Length of the current record in bytes, its header included. */
  length: number;
  /** Bytes of the current record that the window has. Handlers read no others. */
  held: number;
  /** The image ends inside the current record. */
  cut: boolean;
  /** Number of raw bytes that follow the current record, outside any record. */
  skip: number;
  /** Whether TAIL was reached. */
  ended: boolean;
  /** Whether TAIL was reached and the dump did not fail. */
  complete: boolean;
  /** Whether a problem ended the walk. */
  faulted: boolean;
  /** Seconds since 1970; `null`: unknown. */
  time: number | null;

  task: TaskRow;
  /** Whether the task's TASK_OBJS was reached. */
  taskClosed: boolean;
  /** The last table that was described among the current task's records. */
  tableOfTask: TableRow;
  table: TableRow;
  /** Announced descriptors of the table that are still to come. */
  tableLeft: number;
  /** Objects that an OBJREF announced and that are not described yet. The last two index `sockets` and `terminals`. */
  pendingFile: FileRow;
  pendingTable: TableRow;
  pendingSocket: number;
  pendingTerminal: number;
  lastFile: FileRow;
  lastSocket: number;
  lastTerminal: number;
  /** The file whose FILE_NAME comes next. Set through `expectPath`. */
  pathOwner: FileRow;
  /** FILE_NAMEs of the last FS that are still to come: of the working directory and of the root. */
  fsPathsLeft: number;
  /** The contents of the next STRING. */
  nextString: "comm" | "other";
  /** The unix socket whose name is a path that the next STRING completes. */
  boundSocket: SocketObject | null;
  /** The contents of the next BUFFER. */
  nextBuffer: "uts" | "pids" | "pid-objects" | "epoll" | "other";
  /** The file whose epoll items the next BUFFER holds. */
  epollFile: FileRow;
  /** The last ERROR; NONE: the dump did not fail. */
  errorRecord: RecordRow;
  /** An ERROR without the STRING that says why. */
  errorUnexplained: RecordRow;
  epollOrEventfdMet: boolean;
}

/** A walk at the first byte of the image. */
export function beginWalk(source: Source, recognition: Recognition, limits?: Limits): Walk {
  const { dialect, machine } = recognition;
  const walk: Walk = {
    source,
    dialect,
    recognition,
    littleEndian: machine.littleEndian,
    window: openWindow(source),
    builder: createBuilder(() => walk.pos / source.size, limits),
    kinds: recordKinds(dialect),
    fileKinds: fileKindsByType(dialect),
    objectKinds: objectKindsByType(dialect),
    objectTypes: objectTypeNames(dialect),
    byObjref: createIdIndex(),
    sockets: [],
    terminals: [],
    facts: [],
    pids: noPids(dialect),
    taskObjects: noTaskObjects(),
    usualRuns: [],
    pos: 0,
    record: NONE,
    at: 0,
    length: 0,
    held: 0,
    cut: false,
    skip: 0,
    ended: false,
    complete: false,
    faulted: false,
    time: null,
    task: NONE,
    taskClosed: true,
    tableOfTask: NONE,
    table: NONE,
    tableLeft: 0,
    pendingFile: NONE,
    pendingTable: NONE,
    pendingSocket: NONE,
    pendingTerminal: NONE,
    lastFile: NONE,
    lastSocket: NONE,
    lastTerminal: NONE,
    pathOwner: NONE,
    fsPathsLeft: 0,
    nextString: "other",
    boundSocket: null,
    nextBuffer: "other",
    epollFile: NONE,
    errorRecord: NONE,
    errorUnexplained: NONE,
    epollOrEventfdMet: false,
  };
  return walk;
}

/** Adds a problem. `offset` is in the image; `null` if the problem has no place. */
export function report(
  walk: Walk,
  severity: Severity,
  code: string,
  message: string,
  offset: number | null,
  cut?: Problem["cut"],
): void {
  walk.builder.addProblem({ severity, code, message, offset, ...(cut && { cut }) } satisfies Problem);
}

/** The message for a text that the image ends inside: `left` bytes of it are there. */
export const cutMessage = (what: string, left: number): string =>
  `The image ends inside ${what}; its first ${counted(left, "byte")} are shown.`;

/** Reports that the current record repeats one that an image has once. */
export function reportRepeated(walk: Walk, name: string): void {
  report(walk, "error", "repeated-record", `${name} occurs a second time; the first one counts.`, walk.pos);
}

/** Ends the walk where a limit was reached. */
export function faultAtLimit(walk: Walk, limit: LimitName, message: string): void {
  walk.faulted = true;
  walk.builder.addProblem({ severity: "error", code: "limit", message, offset: walk.pos, limit });
}

/** Adds the problem that ends the walk. */
export function fault(walk: Walk, code: string, message: string, offset: number): void {
  walk.faulted = true;
  report(walk, "error", code, message, offset);
}

/** Makes the next FILE_NAME the path of `file`; NONE: no path is expected. */
export function expectPath(walk: Walk, file: FileRow): void {
  if (walk.pathOwner !== NONE) reportPathless(walk, walk.pathOwner);
  walk.pathOwner = file;
  walk.fsPathsLeft = 0;
}

/** Reports an open file whose FILE_NAME is missing, unless the image or its dump ends before it. */
function reportPathless(walk: Walk, file: FileRow): void {
  const { builder, errorRecord } = walk;
  const record = i32At(builder.files.record, file);
  if (errorRecord !== NONE || walk.faulted || record === builder.records.count - 1) return;
  const offset = builder.placeOf(record).offset;
  report(walk, "error", "path-missing", "The FILE_NAME of an open file is missing.", offset);
}

/**
 * Makes the record at walk.pos, whose row has been added, the current one. As many of its bytes as there are, but no
 * more than HANDLED_BYTES, have to be in the window.
 */
export function enterRecord(walk: Walk, record: RecordRow, length: number): void {
  const at = walk.pos - walk.window.start;
  walk.record = record;
  walk.at = at;
  walk.length = length;
  walk.held = Math.min(length, HANDLED_BYTES, walk.window.bytes.length - at);
  walk.cut = length > walk.source.size - walk.pos;
}

/** The bytes of the current record that the window has. */
export const recordBytes = ({ window, at, held }: Walk): Uint8Array => window.bytes.subarray(at, at + held);

/** Reads fields of the current record as a struct of the dialect. */
export const readStruct = (walk: Walk, struct: string): StructReader =>
  structReader(walk.dialect.struct(struct), recordBytes(walk), walk.littleEndian);

/** Bytes of an objref in the index of objrefs. */
const OBJREF_BYTES = 16;

const OBJECT_BITS = 3;
const OBJECT_MASK = (1 << OBJECT_BITS) - 1;

/** Adds the object of an objref; returns false if the objref is taken. */
export function announce({ byObjref, builder }: Walk, objref: number, row: number, kind: number): boolean {
  builder.charge(OBJREF_BYTES);
  return byObjref.add(objref, (row << OBJECT_BITS) | kind);
}

/** How many objects can be announced within the limits. */
export const objrefRoom = (builder: Builder): number => Math.floor(builder.chargeable() / OBJREF_BYTES);

/**
 * Adds `count` objects whose objrefs and rows follow one another, for which there is room, if that is quick; returns
 * whether they were added.
 */
export function announceRun(
  { byObjref, builder }: Walk,
  objref: number,
  count: number,
  row: number,
  kind: number,
): boolean {
  const isAdded = byObjref.addRun(objref, count, (row << OBJECT_BITS) | kind, 1 << OBJECT_BITS);
  if (isAdded) builder.charge(OBJREF_BYTES * count);
  return isAdded;
}

/** The row of the object with this objref, if it is of this kind (OBJECTS); otherwise NONE. */
export function resolve({ byObjref }: Walk, objref: number, kind: number): number {
  const found = objref > 0 ? byObjref.get(objref) : NONE;
  return found !== NONE && (found & OBJECT_MASK) === kind ? found >> OBJECT_BITS : NONE;
}

/** Why `objref` does not resolve, in words. */
export function unresolved(walk: Walk, objref: number, wanted: string): string {
  const found = objref > 0 ? walk.byObjref.get(objref) : NONE;
  if (found === NONE) return `no object before this record has the objref ${objref}`;
  const kind = found & OBJECT_MASK;
  const name =
    kind === 0
      ? walk.objectTypes[u8At(walk.builder.objects.type, found >> OBJECT_BITS)]
      : Object.keys(OBJECTS)[kind - 1];
  const isKnown = name !== undefined && name !== "IGNORE";
  return `objref ${objref} is ${isKnown ? `a ${name}` : "of an unknown type"}, not ${wanted}`;
}
