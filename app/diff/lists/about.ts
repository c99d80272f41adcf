// From a change to the object that shows it, and from an object to the change that it is part of.

import { NONE } from "../../model/checkpoint.ts";
import { counterpartOf, descriptorOf, pairsOfDescriptor } from "../../model/comparison/descriptor-pairs.ts";
import { otherSide, type Side } from "../../model/comparison/side.ts";
import type { ObjectRef } from "../../model/object-ref.ts";
import { i32At, u32At } from "../../model/read.ts";
import type { DescriptorRow, FileRow, TaskRow } from "../../model/rows.ts";
import { firstIndex } from "../../model/search.ts";
import { type ChangeKind, changeKind, isOfDescriptors, isOfResources } from "../changes.ts";
import { sameName } from "../compare/compare-open-files.ts";
import { type Comparison, kindAt, rowsOfChange } from "../comparison.ts";
import { keyAt } from "../describe/describe.ts";
import { filesOf, hasOwnName } from "./events.ts";
import type { HiddenChanges } from "./filter.ts";
import { rankOf } from "./rank.ts";

/** An object of one of the two images. */
export interface ObjectAt {
  readonly side: Side;
  readonly ref: ObjectRef;
}

/**
 * The object that shows a change: after, if it exists there, else before. For changes of an open file's values and
 * sharing, the file; for other changes of descriptors, the first descriptor. `null` if the image does not have it.
 */
export function objectOfChange(comparison: Comparison, change: number): ObjectAt | null {
  const { before, after, pairs, changes } = comparison;
  const at = (side: Side, to: ObjectRef["to"], row: number): ObjectAt | null =>
    row === NONE ? null : { side, ref: { to, row } };
  const taskBefore: TaskRow = i32At(changes.taskBefore, change);
  const taskAfter: TaskRow = i32At(changes.taskAfter, change);
  const firstDescriptor = (side: Side): DescriptorRow =>
    descriptorOf(pairs.descriptors, side, u32At(changes.row, u32At(changes.firstRow, change)));
  switch (kindAt(comparison, change)) {
    case "task-added":
    case "task-renamed":
    case "task-detail":
      return at("after", "task", taskAfter);
    case "resource-added":
    case "resource-removed":
    case "resource-changed":
      return at("after", "task", taskAfter) ?? at("before", "task", taskBefore);
    case "task-removed":
      return at("before", "task", taskBefore);
    case "fd-opened":
    case "close-on-exec":
    case "file-path":
      return at("after", "descriptor", firstDescriptor("after"));
    case "fd-closed":
      return at("before", "descriptor", firstDescriptor("before"));
    case "file-pos":
    case "file-flags":
    case "file-mode":
    case "file-version":
    case "file-detail":
    case "file-linked":
    case "file-shared":
      return at("after", "file", i32At(changes.fileAfter, change));
    case "file-unshared":
      return (
        at("after", "file", i32At(after.descriptors.file, firstDescriptor("after"))) ??
        at("before", "file", i32At(before.descriptors.file, firstDescriptor("before")))
      );
    case "table-shared":
    case "table-unshared":
      return at("after", "table", i32At(after.tasks.table, taskAfter));
  }
}

/** At most so many pairs of one descriptor are searched: a forged image can put it into any number. */
const MOST_PAIRS = 16;
/** At most so many holders of a file are searched for changes of sharing. */
const MOST_HOLDERS = 64;

/**
 * The visible change that is about an object (see rank.ts); -1: none. `kept`: a change that is preferred if it concerns
 * the object. Searches whole columns, which is fast enough for a selection, but not for every row.
 */
export function changeAbout(comparison: Comparison, { side, ref }: ObjectAt, hidden: HiddenChanges, kept = -1): number {
  const search: Search = { comparison, side, hidden, kept, found: -1, rank: Number.POSITIVE_INFINITY };
  switch (ref.to) {
    case "descriptor":
      searchDescriptor(search, ref.row);
      break;
    case "file":
      searchFile(search, ref.row);
      break;
    case "task":
      searchTask(search, ref.row);
      break;
    case "table": {
      const { table } = comparison[side].tasks;
      searchTables(search, (task) => table[task] === ref.row);
      break;
    }
  }
  return search.found;
}

interface Search {
  readonly comparison: Comparison;
  readonly side: Side;
  readonly hidden: HiddenChanges;
  readonly kept: number;
  /** The best change so far, and its rank; -1: none. */
  found: number;
  rank: number;
}

/** Considers a change. Of those of one rank, the first is taken. */
function consider(search: Search, change: number, rank: number): void {
  if (search.hidden[change] === 1) return;
  const own = change === search.kept ? Number.NEGATIVE_INFINITY : rank;
  if (own > search.rank || (own === search.rank && change > search.found)) return;
  search.rank = own;
  search.found = change;
}

/** Indices of `column` that hold `value`. */
function* indicesOf(column: Int32Array | Uint32Array, value: number): Generator<number> {
  for (let at = column.indexOf(value); at !== -1; at = column.indexOf(value, at + 1)) yield at;
}

/** The changes that list a descriptor; `isFirst`: before all others. */
function* changesListing(
  { comparison, side }: Search,
  descriptor: DescriptorRow,
): Generator<{ readonly change: number; readonly kind: ChangeKind; readonly isFirst: boolean }> {
  const { pairs, changes } = comparison;
  let tries = 0;
  for (const pair of pairsOfDescriptor(pairs.descriptors, side, descriptor)) {
    if (tries++ >= MOST_PAIRS) return;
    for (const at of indicesOf(changes.row, pair)) {
      const change = changeOfRow(comparison, at);
      const kind = kindAt(comparison, change);
      // Rows of changes of tables are tasks.
      if (isOfDescriptors(kind)) yield { change, kind, isFirst: changes.firstRow[change] === at };
    }
  }
}

function searchDescriptor(search: Search, descriptor: DescriptorRow): void {
  const file = i32At(search.comparison[search.side].descriptors.file, descriptor);
  for (const { change, kind, isFirst } of changesListing(search, descriptor)) {
    const isNamed = goesBy(search, change, file);
    consider(search, change, rankOf({ to: "descriptor", kind, isNamed, isFirst }));
  }
}

/** Changes of a file's values, of its sharing, and of who holds it. */
function searchFile(search: Search, file: FileRow): void {
  const { comparison, side } = search;
  const { fileBefore, fileAfter } = comparison.changes;
  for (const change of indicesOf(side === "before" ? fileBefore : fileAfter, file)) {
    const isNamed = goesBy(search, change, file);
    const kind = kindAt(comparison, change);
    consider(search, change, rankOf({ to: "file", kind, isNamed, isFirst: true }));
  }
  // Who opened or closed it is listed with the file of the other side.
  const other = counterpart(search, file);
  if (other !== NONE) {
    for (const change of indicesOf(side === "before" ? fileAfter : fileBefore, other)) {
      const kind = kindAt(comparison, change);
      if (kind !== "fd-opened" && kind !== "fd-closed") continue;
      consider(search, change, rankOf({ to: "file", kind, isNamed: true, isFirst: false }));
    }
  }
  for (const descriptor of firstHolders(search, file)) {
    for (const { change, kind, isFirst } of changesListing(search, descriptor)) {
      if (kind !== "file-shared" && kind !== "file-unshared") continue;
      consider(search, change, rankOf({ to: "file", kind, isNamed: goesBy(search, change, file), isFirst }));
    }
  }
}

function firstHolders({ comparison, side }: Search, file: FileRow): Uint32Array {
  const { firstHolder, holder } = comparison[side].files;
  const first = u32At(firstHolder, file);
  return holder.subarray(first, Math.min(u32At(firstHolder, file + 1), first + MOST_HOLDERS));
}

/** The open file of the other side to which a holder of `file` leads there, if it has the same name; NONE: none. */
function counterpart(search: Search, file: FileRow): FileRow {
  const { comparison, side } = search;
  const { descriptors } = comparison.pairs;
  const there = otherSide(side);
  for (const descriptor of firstHolders(search, file).subarray(0, MOST_PAIRS)) {
    const row = counterpartOf(descriptors, side, descriptor);
    const other = row === NONE ? NONE : i32At(comparison[there].descriptors.file, row);
    if (other !== NONE && haveOneName(comparison, side, file, other)) return other;
  }
  return NONE;
}

/** Whether a change is named after an open file of the side of the search. */
function goesBy({ comparison, side }: Search, change: number, file: FileRow): boolean {
  if (file === NONE) return false;
  const [before, after] = filesOf(comparison, change);
  // A change of path is named after the path after, as its event is.
  const isByAfter = after !== NONE && (hasOwnName(comparison.after, after) || !hasOwnName(comparison.before, before));
  const known = isByAfter ? after : before;
  if ((isByAfter ? "after" : "before") === side) return known === file;
  return known !== NONE && haveOneName(comparison, side, file, known);
}

/** Whether an open file of `side` has the name of one of the other side. */
function haveOneName({ before, after }: Comparison, side: Side, file: FileRow, other: FileRow): boolean {
  return side === "before" ? sameName(before, file, after, other) : sameName(before, other, after, file);
}

const isOfOneTask = (kind: ChangeKind): boolean => kind.startsWith("task-") || isOfResources(kind);

/** Changes of a task; if there are none, of its file table. */
function searchTask(search: Search, task: TaskRow): void {
  const { comparison, side } = search;
  const { changes } = comparison;
  for (const change of indicesOf(side === "before" ? changes.taskBefore : changes.taskAfter, task)) {
    if (isOfOneTask(kindAt(comparison, change))) consider(search, change, 0);
  }
  if (search.found === -1) searchTables(search, (row) => row === task);
}

/** Changes of file tables that concern a task for which `wanted` is true (its row on the side of the search). */
function searchTables(search: Search, wanted: (task: TaskRow) => boolean): void {
  const { comparison, side } = search;
  const { changes, pairs } = comparison;
  for (let change = 0; change < changes.count; change++) {
    if (!kindAt(comparison, change).startsWith("table-")) continue;
    const rows = rowsOfChange(changes, change);
    const onSide = (task: TaskRow): TaskRow => (side === "before" ? task : i32At(pairs.taskAfter, task));
    if (rows.some((task) => wanted(onSide(task)))) consider(search, change, 0);
  }
}

/** The change that entry `at` of Changes.row belongs to. */
function changeOfRow({ changes }: Comparison, at: number): number {
  return firstIndex(changes.count, (change) => u32At(changes.firstRow, change + 1) > at);
}

/** What identifies a change in another comparison of the same images: its kind, and its first holder or task. */
export interface ChangeName {
  readonly kind: ChangeKind;
  readonly pid: number;
  /** NONE for changes of tasks and tables. */
  readonly fd: number;
  /** Distinguishes it from others of the same kind, task and descriptor: see keyAt. */
  readonly key?: string;
}

/** The name of a change. */
export function nameOfChange(comparison: Comparison, change: number): ChangeName {
  const { pid, fd } = comparison.changes;
  const key = keyAt(comparison, change);
  return {
    kind: kindAt(comparison, change),
    pid: i32At(pid, change),
    fd: i32At(fd, change),
    ...(key !== "" && { key }),
  };
}

/** The change with this name; -1 if there is none. */
export function findChange(comparison: Comparison, name: ChangeName): number {
  const { changes } = comparison;
  const kind = changeKind(name.kind);
  for (const at of indicesOf(changes.pid, name.pid)) {
    const hasKey = name.key === undefined || keyAt(comparison, at) === name.key;
    if (changes.fd[at] === name.fd && changes.kind[at] === kind && hasKey) return at;
  }
  return -1;
}
