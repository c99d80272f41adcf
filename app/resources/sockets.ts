// The table of sockets, filled column by column from the details of open files: an image may have very many.
//
// Casts `as number` read lists that are as long as those they are declared next to.

import { type Checkpoint, type DetailStore, HAS, NONE, taskNumber } from "../model/checkpoint.ts";
import type { DetailValue } from "../model/fields.ts";
import { LINK_ROLES } from "../model/links.ts";
import { fileKind } from "../model/names/names.ts";
import { i32At, u8At, u32At } from "../model/read.ts";
import type { FileRow } from "../model/rows.ts";
import { rangeFinder } from "../model/search.ts";
import { NOTHING, numberCells, pooledCells, textOr, wordOr } from "./cells.ts";
import { type ChosenDescriptors, descriptorsOfKind, tableOfTask } from "./descriptors-of-kind.ts";
import { type Column, createPool, type Input, MOST_ROWS, type Pool, type ResourceTable } from "./table.ts";
import { spec } from "./tables.ts";

/** From a detail to a cell; `undefined`: it says nothing, so the next detail of the column is read. */
type Make = (value: DetailValue) => Exclude<Input, bigint>;

const word: Make = (value) => wordOr(value) ?? undefined;
const text: Make = (value) => textOr(value) ?? undefined;

/** The address of a socket without a peer; `?`: of a cut one. */
const NOBODY = /^(0\.0\.0\.0|\[::\]|\?):0$/;

const remote: Make = (value) => {
  if (typeof value !== "string") return undefined;
  return value === "" || NOBODY.test(value) ? null : value;
};

/** An abstract name begins with a NUL, which `ss` writes as @; a path ends with one, which it does not write. */
const unixName: Make = (value) => {
  if (typeof value !== "string" || value === "") return undefined;
  return value.startsWith("\\0") ? `@${value.slice(2)}` : value.replace(/\\0$/, "");
};

/** Options as words: `SO_REUSEADDR`, `SO_PRIORITY=6`. */
const optionWords: Make = (options) => {
  if (options === null || typeof options !== "object" || Array.isArray(options)) return undefined;
  return Object.entries(options).map(([name, value]) => (value === true ? name : `${name}=${JSON.stringify(value)}`));
};

/**
 * Columns of text and lists, with the details that they are read from, the preferred first. A text is the cell of every
 * socket that has the detail, whatever its value.
 */
const POOLED: readonly (readonly [column: string, from: Readonly<Record<string, Make | string>>])[] = [
  // Netlink, packet and unix sockets of CRIU have details of their own instead.
  ["family", { family: word, portId: "netlink", interfaceIndex: "packet", peerInode: "unix" }],
  ["type", { type: word }],
  ["protocol", { protocol: word }],
  ["state", { state: word }],
  ["local", { source: text, local: text, name: unixName }],
  ["remote", { destination: remote, remote }],
  ["shutdown", { shutdown: text }],
  ["interface", { interface: text }],
  ["options", { options: optionWords }],
];

/** The same for columns of numbers. */
const NUMBERS: readonly (readonly [column: string, from: readonly string[]])[] = [
  ["backlog", ["backlog"]],
  ["received", ["bytesToRead", "queuedBytes"]],
  ["toSend", ["bytesToSend"]],
];

/** The details that the table is read from. */
export const SOCKET_DETAILS: ReadonlySet<string> = new Set([
  ...POOLED.flatMap(([, from]) => Object.keys(from)),
  ...NUMBERS.flatMap(([, from]) => from),
]);

const isCompared = (name: string): boolean =>
  spec("sockets").columns.some((column) => column.name === name && column.notCompared === undefined);

/** The details from which columns are read that are compared, and whether only by being there. */
export const COMPARED_DETAILS: ReadonlyMap<string, "value" | "presence"> = new Map([
  ...POOLED.filter(([column]) => isCompared(column)).flatMap(([, from]) =>
    Object.entries(from).map(([key, make]) => [key, typeof make === "string" ? "presence" : "value"] as const),
  ),
  ...NUMBERS.filter(([column]) => isCompared(column)).flatMap(([, keys]) => keys.map((key) => [key, "value"] as const)),
]);

const SOCKET = fileKind("socket");

/** Values of sockets that are not among their details. */
export interface SocketFacts {
  /** By open file: its network namespace, as in the table of namespaces; NaN: unknown. */
  readonly namespaces: Float64Array;
  /** The security labels of those that have one. */
  readonly labels: ReadonlyMap<FileRow, Uint8Array>;
}

/**
 * The table of sockets, with a row for each descriptor of each task.
 *
 * @param facts `null`: none are known.
 * @param chosen The descriptors that get rows. Absent: those of all sockets.
 */
export function socketTable(
  checkpoint: Checkpoint,
  facts: SocketFacts | null,
  chosen: ChosenDescriptors = descriptorsOfKind(checkpoint, SOCKET),
): ResourceTable {
  const { tasks, descriptors } = checkpoint;
  const { rows, first } = chosen;
  let total = 0;
  for (let task = 0; task < tasks.count; task++) {
    const table = tableOfTask(checkpoint, task);
    if (table !== NONE) total += u32At(first, table + 1) - u32At(first, table);
  }
  const count = Math.min(total, MOST_ROWS);
  const own = { file: new Int32Array(count), task: new Int32Array(count), record: new Int32Array(count) };
  const [pids, fds] = [new Float64Array(count), new Float64Array(count)];
  let row = 0;
  for (let task = 0; task < tasks.count; task++) {
    const table = tableOfTask(checkpoint, task);
    if (table === NONE) continue;
    const end = u32At(first, table + 1);
    const pid = taskNumber(tasks, task);
    for (let at = u32At(first, table); at < end && row < count; at++, row++) {
      const descriptor = u32At(rows, at);
      own.file[row] = i32At(descriptors.file, descriptor);
      own.task[row] = task;
      own.record[row] = i32At(descriptors.record, descriptor);
      pids[row] = pid;
      fds[row] = i32At(descriptors.fd, descriptor);
    }
  }
  const columns: Record<string, Column> = {
    pid: numbers(pids),
    fd: numbers(fds),
    ...idColumns(checkpoint, own.file, facts),
    ...detailColumns(checkpoint, own.file),
  };
  return {
    resource: "sockets",
    count,
    columns: spec("sockets").columns.map(({ name }) => columns[name] as Column),
    task: own.task,
    record: own.record,
    held: true,
    cut: total > count,
  };
}

const numbers = (values: Float64Array): Column => ({ kind: "number", values });

/** The columns that are not read from details. @param file By row: its open file. */
function idColumns(checkpoint: Checkpoint, file: Int32Array, facts: SocketFacts | null): Record<string, Column> {
  const { id } = checkpoint.files;
  const peerOf = peerFinder(checkpoint);
  const peerIds = new Float64Array(file.length).fill(Number.NaN);
  const namespaceIds = new Float64Array(file.length).fill(Number.NaN);
  const ids = new Float64Array(file.length);
  const labels = createPool();
  const labelIndex = new Uint32Array(file.length);
  for (let row = 0; row < file.length; row++) {
    const own = i32At(file, row);
    const peer = peerOf(own);
    if (peer !== NONE) peerIds[row] = u32At(id, peer);
    if (facts !== null) namespaceIds[row] = facts.namespaces[own] as number;
    labelIndex[row] = labels.indexOf(facts?.labels.get(own));
    ids[row] = u32At(id, own);
  }
  const label: Column = { kind: "pooled", index: labelIndex, pool: labels.values, bytes: labels.bytes };
  return { peer: numbers(peerIds), namespace: numbers(namespaceIds), label, file: numbers(ids) };
}

const PEER = LINK_ROLES.indexOf("peer");

/** A function that finds the first peer of an open file; NONE: it has none. */
function peerFinder({ links }: Checkpoint): (file: FileRow) => FileRow {
  const linksOf = rangeFinder(links.from);
  return (file) => {
    const { first, end } = linksOf(file);
    for (let at = first; at < end; at++) {
      const to = i32At(links.to, at);
      if (links.role[at] === PEER && to !== NONE) return to;
    }
    return NONE;
  };
}

/** Details that are read for a column, the preferred first. */
interface Reading {
  /** Index into POOLED, then into NUMBERS. */
  readonly column: number;
  readonly key: string;
  /** Of a column of numbers: the number, or NaN. Of any other: the index in its pool, or NOTHING. */
  readonly cells: (value: number) => number;
}

/** The columns that are read from details. @param file By row: its open file. */
function detailColumns({ files, fileDetails: store }: Checkpoint, file: Int32Array): Record<string, Column> {
  const pools = POOLED.map(createPool);
  const readings = readingsOf(store, pools);
  const index = POOLED.map(() => new Uint32Array(file.length));
  const values = NUMBERS.map(() => new Float64Array(file.length).fill(Number.NaN));
  /** By key of the store: 1 more than its reading; 0: it is not read. */
  const readingOfKey = Uint8Array.from(store.keys, (key) => 1 + readings.findIndex((reading) => reading.key === key));
  const detailsOf = rangeFinder(store.row);
  /** By reading: the value that the socket has, if its bit in `present` is set. */
  const found = new Int32Array(readings.length);
  for (let row = 0; row < file.length; row++) {
    const own = i32At(file, row);
    if ((u8At(files.has, own) & HAS.details) === 0) continue;
    let present = 0;
    const { first, end } = detailsOf(own);
    for (let at = first; at < end; at++) {
      const reading = readingOfKey[store.key[at] as number] as number;
      if (reading === 0) continue;
      found[reading - 1] = store.value[at] as number;
      present |= 1 << (reading - 1);
    }
    for (let filled = NONE; present !== 0; present &= present - 1) {
      // The lowest bit.
      const at = 31 - Math.clz32(present & -present);
      const { column, cells } = readings[at] as Reading;
      if (column === filled) continue;
      const cell = cells(found[at] as number);
      if (column < POOLED.length ? cell === NOTHING : Number.isNaN(cell)) continue;
      filled = column;
      if (column < POOLED.length) (index[column] as Uint32Array)[row] = cell;
      else (values[column - POOLED.length] as Float64Array)[row] = cell;
    }
  }
  const columns: Record<string, Column> = {};
  for (const [at, [name]] of POOLED.entries()) {
    const { values: pool, bytes } = pools[at] as Pool;
    columns[name] = { kind: "pooled", index: index[at] as Uint32Array, pool, bytes };
  }
  for (const [at, [name]] of NUMBERS.entries()) columns[name] = numbers(values[at] as Float64Array);
  return columns;
}

function readingsOf(store: DetailStore, pools: readonly Pool[]): readonly Reading[] {
  const pooled = POOLED.flatMap(([, from], column) =>
    Object.entries(from).map(([key, make]) => ({
      column,
      key,
      cells: pooledCells(store, pools[column] as Pool, typeof make === "string" ? () => make : make),
    })),
  );
  const cells = numberCells(store);
  const others = NUMBERS.flatMap(([, keys], at) => keys.map((key) => ({ column: POOLED.length + at, key, cells })));
  return [...pooled, ...others];
}
