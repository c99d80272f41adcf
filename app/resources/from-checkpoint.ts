// Tables that need only the checkpoint, and so are the same for both formats: descriptors of certain kinds, and facts
// about the image as a whole.

import { type Checkpoint, commBytes, HAS, NONE, nameBytes, taskNumber } from "../model/checkpoint.ts";
import { type DetailsReader, detailsReader, taskDetailsOf } from "../model/detail-store.ts";
import type { Details, DetailValue } from "../model/fields.ts";
import { bitWords, EPOLL_EVENTS } from "../model/names/bits.ts";
import { fileKind, TASK_STATES } from "../model/names/names.ts";
import { i32At, u8At, u32At } from "../model/read.ts";
import type { FileRow, TaskRow } from "../model/rows.ts";
import { base64Bytes } from "../model/text/text.ts";
import { numberOr, textOr, wordOr } from "./cells.ts";
import { eachDescriptor } from "./descriptors-of-kind.ts";
import { type SocketFacts, socketTable } from "./sockets.ts";
import type { Input, Row } from "./table.ts";
import type { Tables } from "./tables.ts";

type Draft = Record<string, Input>;

/** The tables that are read from the details of open files and the links between them. */
export const FROM_DETAILS: ReadonlySet<string> = new Set(["sockets", "locks", "terminals", "epoll"]);

/** A task of the checkpoint as a row of the table of tasks. */
export function taskRow(checkpoint: Checkpoint, task: TaskRow): Draft {
  const { tasks } = checkpoint;
  const { exit, threads, umask } = taskDetailsOf(checkpoint, task);
  const orNull = (value: number): number | null => (value === NONE ? null : value);
  return {
    pid: taskNumber(tasks, task),
    ppid: orNull(i32At(tasks.ppid, task)),
    pgid: orNull(i32At(tasks.pgid, task)),
    sid: orNull(i32At(tasks.sid, task)),
    name: commBytes(checkpoint, task),
    state: TASK_STATES[u8At(tasks.state, task)] ?? null,
    exit: exitText(exit),
    threads: numberOr(threads),
    umask: numberOr(umask),
  };
}

function exitText(exit: DetailValue | undefined): string | null {
  if (exit === null || typeof exit !== "object" || Array.isArray(exit)) return null;
  const { code, signal } = exit as Details;
  return typeof signal === "string" ? signal : typeof code === "number" ? `exited with ${code}` : null;
}

const wideOr = (value: DetailValue | undefined): bigint | null => {
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : null;
  return typeof value === "string" && /^-?\d+$/.test(value) ? BigInt(value) : null;
};
const listOf = (value: DetailValue | undefined): readonly Details[] =>
  Array.isArray(value) ? (value as readonly Details[]) : [];

/** Fills the tables of kinds of open file. @param facts As for socketTable. */
export function readFiles(checkpoint: Checkpoint, tables: Tables, facts: SocketFacts | null = null): void {
  const detailsOf = detailsReader(checkpoint);
  tables.hold("sockets", "locks", "terminals", "epoll", "container");
  if (tables.wants("sockets")) tables.put(socketTable(checkpoint, facts));
  if (tables.wants("terminals")) addTerminals(checkpoint, detailsOf, tables);
  if (tables.wants("epoll")) addWatches(checkpoint, detailsOf, tables);
  if (tables.wants("locks")) addLocks(checkpoint, detailsOf, tables);
  for (const { label, value, valueBytes } of checkpoint.facts) {
    tables.add("container", { name: label, value: valueBytes === undefined ? value : base64Bytes(valueBytes) });
  }
}

function addTerminals(checkpoint: Checkpoint, detailsOf: DetailsReader, tables: Tables): void {
  const known = new Map<FileRow, Draft>();
  eachDescriptor(checkpoint, fileKind("tty"), ({ task, pid, fd, file, record }) => {
    let row = known.get(file);
    if (row === undefined) {
      const { type, index, side, session, processGroup, rows, columns } = detailsOf(file);
      row = {
        path: knownName(checkpoint, file),
        type: textOr(type),
        index: numberOr(index),
        side: textOr(side),
        session: numberOr(session),
        processGroup: numberOr(processGroup),
        rows: numberOr(rows),
        columns: numberOr(columns),
      };
      known.set(file, row);
    }
    return tables.add("terminals", { ...row, pid, fd }, task, record);
  });
}

function addWatches(checkpoint: Checkpoint, detailsOf: DetailsReader, tables: Tables): void {
  const rows = new Map<FileRow, readonly Row[]>();
  const names = nameOfId(checkpoint);
  eachDescriptor(checkpoint, fileKind("epoll"), ({ task, pid, fd, file, record }) => {
    let watches = rows.get(file);
    if (watches === undefined) {
      watches = listOf(detailsOf(file).targets).map((target) => ({
        target: numberOr(target.fd),
        name: names(numberOr(target.file)),
        events: eventWords(target.events),
        data: wideOr(target.data),
        file: numberOr(target.file),
      }));
      rows.set(file, watches);
    }
    return watches.every((watch) => tables.add("epoll", { ...watch, pid, fd }, task, record));
  });
}

const eventWords = (events: DetailValue | undefined): readonly string[] =>
  typeof events === "number" ? bitWords(EPOLL_EVENTS, events) : Array.isArray(events) ? (events as string[]) : [];

/** The names of open files by their ids. */
function nameOfId(checkpoint: Checkpoint): (id: number | null) => Uint8Array | null {
  const { files } = checkpoint;
  let rows: Map<number, FileRow> | null = null;
  return (id) => {
    if (id === null) return null;
    if (rows === null) {
      rows = new Map();
      for (let file = files.count - 1; file >= 0; file--) rows.set(u32At(files.id, file), file);
    }
    const file = rows.get(id);
    return file === undefined ? null : knownName(checkpoint, file);
  };
}

/** The name of an open file; `null` if the image does not say what the file is: its name would only say that. */
function knownName(checkpoint: Checkpoint, file: FileRow): Uint8Array | null {
  const { kind, has } = checkpoint.files;
  const isKnown = u8At(kind, file) !== fileKind("unknown") || (u8At(has, file) & HAS.path) !== 0;
  return isKnown ? nameBytes(checkpoint, file) : null;
}

function addLocks(checkpoint: Checkpoint, detailsOf: DetailsReader, tables: Tables): void {
  const { files, tasks } = checkpoint;
  const key = checkpoint.fileDetails.keys.indexOf("locks");
  if (key < 0) return;
  const { row, key: keys, count } = checkpoint.fileDetails;
  const taskOf = new Map<number, TaskRow>();
  for (let task = tasks.count - 1; task >= 0; task--) taskOf.set(taskNumber(tasks, task), task);
  for (let at = 0; at < count; at++) {
    if (keys[at] !== key) continue;
    const file = u32At(row, at);
    for (const { kind, type, pid, fd, start, length } of listOf(detailsOf(file).locks)) {
      const owner = numberOr(pid);
      tables.add(
        "locks",
        {
          pid: owner,
          fd: numberOr(fd),
          path: knownName(checkpoint, file),
          kind: wordOr(kind),
          type: wordOr(type),
          start: wideOr(start),
          length: wideOr(length),
        },
        owner === null ? NONE : (taskOf.get(owner) ?? NONE),
        i32At(files.record, file),
      );
    }
  }
}
