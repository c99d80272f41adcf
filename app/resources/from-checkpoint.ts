// Tables that need nothing but the checkpoint, and so are the same for both formats: descriptors of certain kinds, and
// what is known of the image as a whole.

import { bitWords, EPOLL_EVENTS } from "../model/bits.ts";
import {
  type Checkpoint,
  commBytes,
  HAS,
  holderCount,
  NONE,
  nameBytes,
  taskCount,
  taskNumber,
} from "../model/checkpoint.ts";
import { type DetailsReader, detailsReader, taskDetailsOf } from "../model/detail-store.ts";
import type { Details, DetailValue } from "../model/fields.ts";
import { LINK_ROLES } from "../model/links.ts";
import { fileKind, TASK_STATES } from "../model/names.ts";
import { i32At, u8At, u32At } from "../model/read.ts";
import type { FileRow, RecordRow, TaskRow } from "../model/rows.ts";
import { base64Bytes } from "../model/text.ts";
import { memo } from "./memo.ts";
import type { Input, Row } from "./table.ts";
import type { Tables } from "./tables.ts";

type Draft = Record<string, Input>;

/** The tables that are read from the details of open files and the links between them. */
export const FROM_DETAILS: ReadonlySet<string> = new Set(["sockets", "locks", "terminals", "epoll"]);

/** What the checkpoint knows of a task, as a row of the table of tasks. */
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

const numberOr = (value: DetailValue | undefined): number | null => (typeof value === "number" ? value : null);
const textOr = (value: DetailValue | undefined): string | null => (typeof value === "string" ? value : null);
const wideOr = (value: DetailValue | undefined): bigint | null => {
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : null;
  return typeof value === "string" && /^-?\d+$/.test(value) ? BigInt(value) : null;
};
const listOf = (value: DetailValue | undefined): readonly Details[] =>
  Array.isArray(value) ? (value as readonly Details[]) : [];

/** One descriptor of a task. */
interface Slot {
  readonly task: TaskRow;
  readonly pid: number;
  readonly fd: number;
  readonly file: FileRow;
  readonly record: RecordRow;
}

/** Calls `visit` for the descriptors of each task that lead to a file which `chosen` marks, until it returns false. */
function eachDescriptor(checkpoint: Checkpoint, chosen: Uint8Array, visit: (slot: Slot) => boolean): void {
  const { tasks, tables, descriptors } = checkpoint;
  const { found, first } = chosenDescriptors(checkpoint, chosen);
  for (let task = 0; task < tasks.count; task++) {
    const table = i32At(tasks.table, task);
    if (table === NONE || table >= tables.count) continue;
    const pid = taskNumber(tasks, task);
    for (let at = u32At(first, table); at < u32At(first, table + 1); at++) {
      const row = u32At(found, at);
      const file = i32At(descriptors.file, row);
      if (!visit({ task, pid, fd: i32At(descriptors.fd, row), file, record: i32At(descriptors.record, row) })) return;
    }
  }
}

/** The descriptors that lead to chosen files: of table t, found[first[t]] … found[first[t + 1] - 1]. */
function chosenDescriptors({ tables, descriptors }: Checkpoint, chosen: Uint8Array) {
  const found: number[] = [];
  const first = new Uint32Array(tables.count + 1);
  for (let table = 0; table < tables.count; table++) {
    for (let row = u32At(tables.first, table); row < u32At(tables.first, table + 1); row++) {
      const file = i32At(descriptors.file, row);
      if (file !== NONE && chosen[file] === 1) found.push(row);
    }
    first[table + 1] = found.length;
  }
  return { found: Uint32Array.from(found), first };
}

/** Marks the open files of a kind. */
function filesOfKind({ files }: Checkpoint, kind: number): Uint8Array {
  const chosen = new Uint8Array(files.count);
  for (let file = 0; file < files.count; file++) if (u8At(files.kind, file) === kind) chosen[file] = 1;
  return chosen;
}

/** Fills the tables of kinds of open file. @param namespaces Network namespaces of sockets. */
export function readFiles(
  checkpoint: Checkpoint,
  tables: Tables,
  namespaces: ReadonlyMap<FileRow, number> = new Map(),
): void {
  const detailsOf = detailsReader(checkpoint);
  tables.hold("sockets", "locks", "terminals", "epoll", "container");
  if (tables.wants("sockets")) addSockets(checkpoint, detailsOf, tables, namespaces);
  if (tables.wants("terminals")) addTerminals(checkpoint, detailsOf, tables);
  if (tables.wants("epoll")) addWatches(checkpoint, detailsOf, tables);
  if (tables.wants("locks")) addLocks(checkpoint, detailsOf, tables);
  for (const { label, value, valueBytes } of checkpoint.facts) {
    tables.add("container", { name: label, value: valueBytes === undefined ? value : base64Bytes(valueBytes) });
  }
}

function addSockets(
  checkpoint: Checkpoint,
  detailsOf: DetailsReader,
  tables: Tables,
  namespaces: ReadonlyMap<FileRow, number>,
): void {
  const peers = peersOf(checkpoint);
  const optionsOf = memo(optionWords);
  const known = new Map<FileRow, Draft>();
  eachDescriptor(checkpoint, filesOfKind(checkpoint, fileKind("socket")), ({ task, pid, fd, file, record }) => {
    let row = known.get(file);
    if (row === undefined) {
      row = socketRow(checkpoint, file, detailsOf(file), { peers, optionsOf, namespaces });
      // Rows that are kept until the end are expensive to collect, and few are needed again.
      if (hasSeveralRows(checkpoint, file)) known.set(file, row);
    }
    // A copy of so many values takes longer than making them.
    row.pid = pid;
    row.fd = fd;
    return tables.add("sockets", row, task, record);
  });
}

/** Whether several descriptors lead to an open file, or several tasks have the only one that does. */
function hasSeveralRows({ files, descriptors, tables }: Checkpoint, file: FileRow): boolean {
  const holder = u32At(files.holder, u32At(files.firstHolder, file));
  return holderCount(files, file) > 1 || taskCount(tables, u32At(descriptors.table, holder)) > 1;
}

/** The first peer of each open file. */
function peersOf({ links }: Checkpoint): ReadonlyMap<FileRow, FileRow> {
  const role = LINK_ROLES.indexOf("peer");
  const peers = new Map<FileRow, FileRow>();
  for (let at = 0; at < links.count; at++) {
    const from = u32At(links.from, at);
    if (u8At(links.role, at) === role && i32At(links.to, at) !== NONE && !peers.has(from)) {
      peers.set(from, i32At(links.to, at));
    }
  }
  return peers;
}

/** The address of a socket without a peer; `?`: of a cut one. */
const NOBODY = /^(0\.0\.0\.0|\[::\]|\?):0$/;

/** What rows of sockets have beyond the details of the open file. */
interface SocketFacts {
  readonly peers: ReadonlyMap<FileRow, FileRow>;
  readonly optionsOf: typeof optionWords;
  readonly namespaces: ReadonlyMap<FileRow, number>;
}

/** The row of a socket, for any descriptor. */
function socketRow(
  checkpoint: Checkpoint,
  file: FileRow,
  details: Details,
  { peers, optionsOf, namespaces }: SocketFacts,
): Draft {
  const family = familyOf(details);
  const remote = textOr(details.destination) ?? textOr(details.remote);
  const peer = peers.get(file);
  const id = (row: FileRow | undefined): number | null => (row === undefined ? null : u32At(checkpoint.files.id, row));
  return {
    pid: NONE,
    fd: NONE,
    family,
    type: textOr(details.type) ?? wordOf(details.type),
    protocol: textOr(details.protocol) ?? wordOf(details.protocol),
    state: textOr(details.state) ?? wordOf(details.state),
    local: textOr(details.source) ?? textOr(details.local) ?? unixName(textOr(details.name)),
    remote: remote === null || remote === "" || NOBODY.test(remote) ? null : remote,
    peer: id(peer),
    backlog: numberOr(details.backlog),
    received: numberOr(details.bytesToRead) ?? numberOr(details.queuedBytes),
    toSend: numberOr(details.bytesToSend),
    shutdown: textOr(details.shutdown),
    interface: textOr(details.interface),
    namespace: namespaces.get(file),
    options: optionsOf(details.options),
    file: id(file),
  };
}

/** An abstract name begins with a NUL, which `ss` writes as @. */
const unixName = (name: string | null): string | null =>
  name === null || name === "" ? null : name.startsWith("\\0") ? `@${name.slice(2)}` : name;

const wordOf = (value: DetailValue | undefined): string | null => (typeof value === "number" ? String(value) : null);

/** The family of a socket: netlink, packet and unix sockets of CRIU have details of their own. */
function familyOf(details: Details): string | null {
  const { family } = details;
  if (typeof family === "string") return family;
  if (typeof family === "number") return String(family);
  if ("portId" in details) return "netlink";
  if ("interfaceIndex" in details) return "packet";
  return "peerInode" in details ? "unix" : null;
}

/** Options as words: `SO_REUSEADDR`, `SO_PRIORITY=6`. */
function optionWords(options: DetailValue | undefined): readonly string[] | null {
  if (options === null || options === undefined || typeof options !== "object" || Array.isArray(options)) return null;
  return Object.entries(options).map(([name, value]) => (value === true ? name : `${name}=${JSON.stringify(value)}`));
}

function addTerminals(checkpoint: Checkpoint, detailsOf: DetailsReader, tables: Tables): void {
  const known = new Map<FileRow, Draft>();
  eachDescriptor(checkpoint, filesOfKind(checkpoint, fileKind("tty")), ({ task, pid, fd, file, record }) => {
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
  eachDescriptor(checkpoint, filesOfKind(checkpoint, fileKind("epoll")), ({ task, pid, fd, file, record }) => {
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
          kind: textOr(kind) ?? wordOf(kind),
          type: textOr(type) ?? wordOf(type),
          start: wideOr(start),
          length: wideOr(length),
        },
        owner === null ? NONE : (taskOf.get(owner) ?? NONE),
        i32At(files.record, file),
      );
    }
  }
}
