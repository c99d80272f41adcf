// The holders of a change: how many, the first of them, and the groups of a change of sharing.

import { taskNumber } from "../../model/checkpoint.ts";
import { descriptorOf, tablePairOf } from "../../model/comparison/descriptor-pairs.ts";
import { i32At, u32At } from "../../model/read.ts";
import { type Holder, isOfDescriptors } from "../changes.ts";
import { type Comparison, descriptorNumber, kindAt, rowsOfChange } from "../comparison.ts";
import { pairNumber } from "../pairs/pair.ts";
import { sortRows } from "../rows.ts";

/**
 * How many holders change `index` has; a table of two tasks counts twice for each fd. 0 for
 * changes of tasks and tables.
 */
export function countHolders(comparison: Comparison, index: number): number {
  if (!isOfDescriptors(kindAt(comparison, index))) return 0;
  return countHoldersOfRows(comparison, rowsOfChange(comparison.changes, index));
}

function countHoldersOfRows({ pairs }: Comparison, rows: Uint32Array): number {
  const { firstTask } = pairs.tables;
  let count = 0;
  for (const row of rows) {
    const table = tablePairOf(pairs.tables, row);
    count += u32At(firstTask, table + 1) - u32At(firstTask, table);
  }
  return count;
}

/** Holders of change `index`, by pid, then fd; the first `most` of them. None for changes of tasks and tables. */
export function holdersOf(comparison: Comparison, index: number, most?: number): Holder[] {
  if (!isOfDescriptors(kindAt(comparison, index))) return [];
  return holdersOfRows(comparison, rowsOfChange(comparison.changes, index), most);
}

/** The holders of some rows of descriptor pairs, by pid, then fd; the first `most` of them. */
export function holdersOfRows(comparison: Comparison, rows: Uint32Array, most = Number.POSITIVE_INFINITY): Holder[] {
  const { before, after, pairs } = comparison;
  const { firstTask, taskBefore, taskAfter } = pairs.tables;
  const byNumber = (a: Holder, b: Holder): number => a.pid - b.pid || a.fd - b.fd;
  let holders: Holder[] = [];
  for (const row of rows) {
    // If only a few of very many are wanted, the others are dropped early.
    if (holders.length > 2 * most + 1000) holders = holders.sort(byNumber).slice(0, most);
    const table = tablePairOf(pairs.tables, row);
    const fd = descriptorNumber(before, after, pairs, row);
    // Tasks of a table pair are in order of pid, so the first `most` of all are among the first `most` of each.
    const first = u32At(firstTask, table);
    const end = Math.min(u32At(firstTask, table + 1), first + most);
    for (let task = first; task < end; task++) {
      holders.push({ pid: pairNumber(before, after, i32At(taskBefore, task), i32At(taskAfter, task)), fd });
    }
  }
  holders.sort(byNumber);
  return holders.length > most ? holders.slice(0, most) : holders;
}

/** A summary of a group of holders: the first few, and how many there are. */
export interface GroupHead {
  readonly holders: readonly Holder[];
  readonly count: number;
}

/** The first `most` groups of a change of sharing of open files, each with its first `most` holders. */
export function groupHeads(
  comparison: Comparison,
  index: number,
  most: number,
): { groups: GroupHead[]; count: number } {
  const groups = rowGroups(comparison, index);
  const heads = groups.slice(0, most).map((rows) => ({
    holders: holdersOfRows(comparison, rows, most),
    count: countHoldersOfRows(comparison, rows),
  }));
  return { groups: heads, count: groups.length };
}

/** The rows of a change of sharing in groups, one for each separate file or table, by first holder or task. */
export function rowGroups(comparison: Comparison, index: number): Uint32Array[] {
  const kind = kindAt(comparison, index);
  const { key, pid, fd } =
    kind === "table-shared" || kind === "table-unshared"
      ? tableSharing(comparison, kind)
      : fileSharing(comparison, kind === "file-shared");
  const byHolder = (a: number, b: number): number => pid(a) - pid(b) || fd(a) - fd(b);
  const rows = sortRows(rowsOfChange(comparison.changes, index).slice(), (a, b) => key(a) - key(b) || byHolder(a, b));
  const groups: Uint32Array[] = [];
  for (let start = 0, end = 1; start < rows.length; start = end++) {
    while (end < rows.length && key(u32At(rows, end)) === key(u32At(rows, start))) end++;
    groups.push(rows.subarray(start, end));
  }
  return groups.sort((a, b) => byHolder(u32At(a, 0), u32At(b, 0)));
}

/** How rows of a change of sharing are grouped (`key`) and ordered. */
interface Grouping {
  key(row: number): number;
  pid(row: number): number;
  fd(row: number): number;
}

/** Rows are TaskRows before. Shared tables were separate before, unshared ones are separate after. */
function tableSharing({ before, after, pairs }: Comparison, kind: "table-shared" | "table-unshared"): Grouping {
  return {
    key: (task) =>
      kind === "table-shared"
        ? i32At(before.tasks.table, task)
        : i32At(after.tasks.table, i32At(pairs.taskAfter, task)),
    pid: (task) => taskNumber(before.tasks, task),
    fd: () => 0,
  };
}

/** Rows are descriptor pairs. Shared files were separate before, unshared ones are separate after. */
function fileSharing({ before, after, pairs }: Comparison, isShared: boolean): Grouping {
  const { tables, descriptors } = pairs;
  return {
    key: (row) =>
      isShared
        ? i32At(before.descriptors.file, descriptorOf(descriptors, "before", row))
        : i32At(after.descriptors.file, descriptorOf(descriptors, "after", row)),
    pid: (row) => taskNumber(before.tasks, i32At(tables.taskBefore, u32At(tables.firstTask, tablePairOf(tables, row)))),
    fd: (row) => descriptorNumber(before, after, pairs, row),
  };
}
