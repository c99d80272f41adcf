// Finds the descriptors whose rows in the table of sockets are the same in two images, as most are. A
// comparison does not need these rows: making them, with the namespace of each socket, takes longer
// than comparing their details in the columns.
//
// Casts `as number` read columns within bounds checked by the loops.

import { type Checkpoint, type DetailStore, NONE } from "../model/checkpoint.ts";
import { changedDetails } from "../model/comparison/changed-details.ts";
import { type DescriptorPairs, runsOfBoth } from "../model/comparison/descriptor-pairs.ts";
import { areSameColumns, eachMarked } from "../model/comparison/difference.ts";
import type { Side } from "../model/comparison/side.ts";
import { valueComparer } from "../model/detail-store.ts";
import { fileKind } from "../model/names/names.ts";
import type { FileRow } from "../model/rows.ts";
import { rangeFinder } from "../model/search.ts";
import { tableOfTask } from "./descriptors-of-kind.ts";
import { COMPARED_DETAILS, type SocketFacts } from "./sockets.ts";
import { cellAt, MOST_ROWS, type ResourceTable } from "./table.ts";
import { spec } from "./tables.ts";

const SOCKET = fileKind("socket");

/** Which file tables, and which descriptors in them, correspond: pair.ts of app/diff says how. */
export interface PairedDescriptors {
  /** By pair of tables: their rows; NONE: on one side only. */
  readonly tables: { readonly before: Int32Array; readonly after: Int32Array };
  readonly descriptors: DescriptorPairs;
}

/** By descriptor of each side: 1 if its row is left out. */
export type LeftOut = Readonly<Record<Side, Uint8Array>>;

/**
 * The descriptors whose rows can be left out of both tables of sockets: everything that is compared is the same in
 * both, apart from namespaces. `null`: none are left out.
 *
 * @param labels Labels of the sockets that have one, by side.
 */
export function sameSockets(
  images: Readonly<Record<Side, Checkpoint>>,
  { tables, descriptors }: PairedDescriptors,
  labels: Readonly<Record<Side, SocketFacts["labels"]>>,
): LeftOut | null {
  const { before, after } = images;
  // Of longer tables, the first rows are compared.
  if (rowsOfTasks(before) > MOST_ROWS || rowsOfTasks(after) > MOST_ROWS) return null;
  const leftOut = { before: new Uint8Array(before.descriptors.count), after: new Uint8Array(after.descriptors.count) };
  const isSame = socketComparer(before, after);
  const hasLabels = labels.before.size > 0 || labels.after.size > 0;
  const isAloneBefore = onceIn(tables.before, before.tables.count);
  const isAloneAfter = onceIn(tables.after, after.tables.count);
  const [fileBefore, fileAfter] = [before.descriptors.file, after.descriptors.file];
  const [kindBefore, kindAfter] = [before.files.kind, after.files.kind];
  const [tableBefore, tableAfter] = [before.descriptors.table, after.descriptors.table];
  const isSameRun = runComparer(before, after);
  const changed = changedSockets(before, after);
  const areAllAlone = !hasLabels && !isAloneBefore.includes(2) && !isAloneAfter.includes(2);
  for (const { pair, end, before: firstBefore, after: firstAfter } of runsOfBoth(descriptors)) {
    if (areAllAlone && firstBefore === firstAfter && isSameRun(firstBefore, firstBefore + end - pair)) {
      // Only sockets among them matter.
      leftOut.before.fill(1, firstBefore, firstBefore + end - pair);
      leftOut.after.fill(1, firstBefore, firstBefore + end - pair);
      eachMarked(changed, firstBefore, firstBefore + end - pair, (row) => {
        const file = fileBefore[row] as number;
        if (isSame(file, file)) return;
        leftOut.before[row] = 0;
        leftOut.after[row] = 0;
      });
      continue;
    }
    for (let at = 0; at < end - pair; at++) {
      const x = firstBefore + at;
      const y = firstAfter + at;
      const b = fileBefore[x] as number;
      const a = fileAfter[y] as number;
      if (b === NONE || a === NONE || kindBefore[b] !== SOCKET || kindAfter[a] !== SOCKET) continue;
      // With several partners, a descriptor would have to be left out in one comparison, and not in another.
      if (isAloneBefore[tableBefore[x] as number] !== 1 || isAloneAfter[tableAfter[y] as number] !== 1) continue;
      if (!isSame(b, a) || isRepeated(before, x) || isRepeated(after, y)) continue;
      if (hasLabels && !isSameLabel(labels.before.get(b), labels.after.get(a))) continue;
      leftOut.before[x] = 1;
      leftOut.after[y] = 1;
    }
  }
  return leftOut;
}

/** By descriptor: 1 if it leads to a socket of which a detail differs from the one in the same row. */
function changedSockets({ descriptors, files, fileDetails }: Checkpoint, after: Checkpoint): Uint8Array {
  const changed = new Uint8Array(descriptors.count);
  const details = changedDetails(fileDetails, after.fileDetails, files.count);
  if (details === null) return changed;
  eachMarked(details, 0, details.length, (file) => {
    if (files.kind[file] !== SOCKET) return;
    const end = files.firstHolder[file + 1] as number;
    for (let at = files.firstHolder[file] as number; at < end; at++) changed[files.holder[at] as number] = 1;
  });
  return changed;
}

/**
 * A function that tests whether the descriptors first … end - 1, a run of pairs on both sides, lead to the same sockets
 * in the same rows, and whether each has its number alone. False may mean that this is not easy to see. Values of details
 * may differ: see changedSockets.
 */
function runComparer(before: Checkpoint, after: Checkpoint): (first: number, end: number) => boolean {
  const areSameFiles =
    areSameColumns(before.files.kind, after.files.kind) &&
    changedDetails(before.fileDetails, after.fileDetails, before.files.count) !== null;
  if (!areSameFiles) return () => false;
  const [file, otherFile] = [before.descriptors.file, after.descriptors.file];
  return (first, end) =>
    areSameColumns(file.subarray(first, end), otherFile.subarray(first, end)) &&
    // Of descriptors with one number only the last is in a pair, so within a run there is only one of each.
    !isRepeated(before, first) &&
    !isRepeated(after, first) &&
    !isRepeated(before, end - 1) &&
    !isRepeated(after, end - 1);
}

/** How many rows a table with all descriptors of all tasks would have. */
function rowsOfTasks(checkpoint: Checkpoint): number {
  const { first } = checkpoint.tables;
  let rows = 0;
  for (let task = 0; task < checkpoint.tasks.count; task++) {
    const table = tableOfTask(checkpoint, task);
    if (table !== NONE) rows += (first[table + 1] as number) - (first[table] as number);
  }
  return rows;
}

/** By table: how often it is in a column, up to 2. */
function onceIn(column: Int32Array, tables: number): Uint8Array {
  const times = new Uint8Array(tables);
  for (const table of column) if (table !== NONE) times[table] = Math.min(2, (times[table] as number) + 1);
  return times;
}

/** Whether the table has another descriptor with the number, which makes a row as well. */
function isRepeated({ descriptors: { fd, table } }: Checkpoint, row: number): boolean {
  const isLikeOwn = (other: number): boolean => fd[other] === fd[row] && table[other] === table[row];
  return isLikeOwn(row - 1) || isLikeOwn(row + 1);
}

const isSameLabel = (before: Uint8Array | undefined, after: Uint8Array | undefined): boolean =>
  before?.length === after?.length && (before?.every((byte, at) => byte === after?.[at]) ?? true);

/** What is read of a detail: nothing, its value, or only that there is one. */
const READ = { nothing: 0, value: 1, presence: 2 } as const;

/** A function that tests whether all columns that are compared are the same for two sockets. */
function socketComparer(before: Checkpoint, after: Checkpoint): (b: FileRow, a: FileRow) => boolean {
  const [x, y] = [before.fileDetails, after.fileDetails];
  const rangeBefore = rangeFinder(x.row);
  const rangeAfter = rangeFinder(y.row);
  const readBefore = readingOf(x);
  const readAfter = readingOf(y);
  const keyAfter = Int32Array.from(x.keys, (key) => y.keys.indexOf(key));
  const isSameValue = valueComparer(x, y);
  return (b, a) => {
    const { first, end } = rangeBefore(b);
    const { first: otherFirst, end: otherEnd } = rangeAfter(a);
    let other = otherFirst;
    for (let at = first; at < end; at++) {
      const key = x.key[at] as number;
      const read = readBefore[key] as number;
      if (read === READ.nothing) continue;
      while (other < otherEnd && readAfter[y.key[other] as number] === READ.nothing) other++;
      if (other === otherEnd || y.key[other] !== keyAfter[key]) return false;
      if (read === READ.value && !isSameValue(x.value[at] as number, y.value[other] as number)) return false;
      other++;
    }
    while (other < otherEnd && readAfter[y.key[other] as number] === READ.nothing) other++;
    return other === otherEnd;
  };
}

/** By key of a store: what is read of it, one of READ. */
const readingOf = ({ keys }: DetailStore): Uint8Array =>
  Uint8Array.from(keys, (key) => {
    const part = COMPARED_DETAILS.get(key);
    return part === undefined ? READ.nothing : READ[part];
  });

/** Whether all tasks are in one network namespace, or in none that is known: then all sockets are in the same one. */
export function hasOneNetwork(namespaces: ResourceTable | undefined): boolean {
  if (namespaces === undefined) return true;
  const { columns } = spec("namespaces");
  const [kind, id] = ["kind", "id"].map((name) => {
    const at = columns.findIndex((column) => column.name === name);
    return { own: columns[at] as (typeof columns)[number], cells: namespaces.columns[at] };
  });
  if (kind === undefined || id === undefined) return false;
  const networks = new Set<unknown>();
  for (let row = 0; row < namespaces.count; row++) {
    if (cellAt(kind.own, kind.cells, row) === "net") networks.add(cellAt(id.own, id.cells, row));
  }
  return networks.size < 2;
}
