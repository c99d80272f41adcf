// What is known while the records of an image are walked, and the small steps that all handlers of records take.

import type { Fact, Problem, Severity } from "../../model/checkpoint.ts";
import { NONE } from "../../model/checkpoint.ts";
import { type Builder, createBuilder } from "../builder.ts";
import { createIdIndex, type IdIndex } from "../id-index.ts";
import type { Source } from "../source.ts";
import { openWindow, type Window } from "../window.ts";
import { fileKindsByType, OBJECTS, objectKindsByType, objectTypeNames } from "./actions.ts";
import type { Dialect } from "./dialect.ts";
import { type Kinds, recordKinds } from "./kinds.ts";
import { noPids, type Pids } from "./pids.ts";
import type { Recognition } from "./recognise.ts";
import { type SocketWords, type StructReader, structReader } from "./struct-reader.ts";

/** A path and its NUL fit into one page. */
export const PATH_MAX = 4096;

/** A socket object and the records that describe it. */
export interface SocketObject {
  record: number;
  /** `null` until its SOCKET record has been met. */
  words: SocketWords | null;
  local: string;
  /** Row of SOCKET_UNIX or SOCKET_INET. */
  detail: number;
}

/** A terminal object and the records that describe it. */
export interface TerminalObject {
  record: number;
  name: string;
  /** Row of TTY_LDISC. */
  ldisc: number;
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
  /** What an objref names: its row among its kind, and the kind in the lowest bits. */
  readonly byObjref: IdIndex;
  readonly sockets: SocketObject[];
  readonly terminals: TerminalObject[];
  readonly facts: Fact[];
  readonly pids: Pids;

  /** Where the record at hand begins, in the image. */
  pos: number;
  /** Row of the record at hand. */
  record: number;
  /** Raw bytes that follow the record at hand outside of any record. */
  skip: number;
  /** TAIL was reached. */
  complete: boolean;
  /** A problem ended the walk. */
  faulted: boolean;
  time: number | null;

  task: number;
  /** The task's TASK_OBJS was met. */
  taskClosed: boolean;
  /** The table that was described in the task's place. */
  tableOfTask: number;
  table: number;
  /** Descriptors that the table still announces. */
  tableLeft: number;
  /** Objects that were announced and not described yet. */
  pendingFile: number;
  pendingTable: number;
  pendingSocket: number;
  pendingTerminal: number;
  lastFile: number;
  lastSocket: number;
  lastTerminal: number;
  /** The file whose FILE_NAME is due; below NONE: that many names of an FS are due. */
  named: number;
  /** What the next STRING and BUFFER are. */
  string: "comm" | "error" | "other";
  buffer: "uts" | "pids" | "pid-objects" | "epoll" | "other";
  /** The file whose epoll items the next BUFFER holds. */
  epollFile: number;
  errorMet: boolean;
  epollOrEventfdMet: boolean;
}

/** A walk that stands at the image's first byte. */
export function beginWalk(source: Source, recognition: Recognition): Walk {
  const { dialect, machine } = recognition;
  const walk: Walk = {
    source,
    dialect,
    recognition,
    littleEndian: machine.littleEndian,
    window: openWindow(source),
    builder: createBuilder(() => walk.pos / source.size),
    kinds: recordKinds(dialect),
    fileKinds: fileKindsByType(dialect),
    objectKinds: objectKindsByType(dialect),
    objectTypes: objectTypeNames(dialect),
    byObjref: createIdIndex(),
    sockets: [],
    terminals: [],
    facts: [],
    pids: noPids(dialect),
    pos: 0,
    record: NONE,
    skip: 0,
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
    named: NONE,
    string: "other",
    buffer: "other",
    epollFile: NONE,
    errorMet: false,
    epollOrEventfdMet: false,
  };
  return walk;
}

/** Notes a problem. */
export function report(walk: Walk, severity: Severity, code: string, message: string, offset: number | null): void {
  walk.builder.addProblem({ severity, code, message, offset } satisfies Problem);
}

/** Notes the problem that ends the walk. */
export function fault(walk: Walk, code: string, message: string, offset: number): void {
  walk.faulted = true;
  report(walk, "error", code, message, offset);
}

/** The record at hand, from its header on, as far as it is in the window; at most PATH_MAX bytes. */
function recordBytes({ window, pos }: Walk, length: number): Uint8Array {
  const at = pos - window.start;
  return window.bytes.subarray(at, at + Math.min(length, PATH_MAX));
}

/** Reads fields of the record at hand as a struct of the dialect. */
export function readStruct(walk: Walk, struct: string, length: number): StructReader {
  return structReader(walk.dialect.struct(struct), recordBytes(walk, length), walk.littleEndian);
}

const OBJECT_BITS = 3;
const OBJECT_MASK = (1 << OBJECT_BITS) - 1;

/** Remembers what an objref names; false if it names something already. */
export function announce({ byObjref }: Walk, objref: number, row: number, kind: number): boolean {
  return byObjref.add(objref, (row << OBJECT_BITS) | kind);
}

/** The row of what `objref` names, if it is an object of this kind (OBJECTS); otherwise NONE. */
export function resolve({ byObjref }: Walk, objref: number, kind: number): number {
  const found = objref > 0 ? byObjref.get(objref) : NONE;
  return found !== NONE && (found & OBJECT_MASK) === kind ? found >> OBJECT_BITS : NONE;
}

/** Why `objref` does not resolve, in words. */
export function unresolved(walk: Walk, objref: number, wanted: string): string {
  const found = objref > 0 ? walk.byObjref.get(objref) : NONE;
  if (found === NONE) return `objref ${objref} names no object that the image has described before`;
  const other = walk.builder.objects.type[found >> OBJECT_BITS] as number;
  const name = Object.keys(OBJECTS)[(found & OBJECT_MASK) - 1] ?? walk.objectTypes[other];
  return `objref ${objref} names a ${name}, not ${wanted}`;
}
