// The correspondences between two checkpoints: tasks by pid or comm, then descriptors by number in the tables of
// corresponding tasks. Ids and objrefs are ignored: two dumps of one process number things differently.

import { allRows } from "../../model/all-rows.ts";
import { type Checkpoint, commBytes, descriptorCount, hasPids, NONE, taskNumber } from "../../model/checkpoint.ts";
import type { DescriptorPairs } from "../../model/comparison/descriptor-pairs.ts";
import { sortRows } from "../rows.ts";
import { createPairRuns } from "./pair-runs.ts";

/** On which sides of the comparison the tasks of a table pair exist. */
export const PRESENCE = { both: 0, before: 1, after: 2 } as const;

/**
 * Pairs of file tables that corresponding tasks use before and after, each pair once however many tasks have it, by
 * the lowest number of a task. Tables of tasks that are on one side only are in pairs of their own.
 */
export interface TablePairs {
  readonly count: number;
  /** One of PRESENCE, by table pair. */
  readonly presence: Uint8Array;
  /** Row of the table before, and after; NONE: the task has none there. */
  readonly before: Int32Array;
  readonly after: Int32Array;
  /** Descriptor pairs of table pair p: rows firstRow[p] … firstRow[p + 1] - 1; count + 1 entries. */
  readonly firstRow: Uint32Array;
  /** Tasks of table pair p: firstTask[p] … firstTask[p + 1] - 1 of the columns below, by number. */
  readonly firstTask: Uint32Array;
  /** Task rows; NONE where the task is not on that side. */
  readonly taskBefore: Int32Array;
  readonly taskAfter: Int32Array;
}

/** The correspondences. Plain data that can be transferred. */
export interface Pairs {
  /** By task row before: its row after; NONE: only before. */
  readonly taskAfter: Int32Array;
  /** By task row after: its row before; NONE: only after. */
  readonly taskBefore: Int32Array;
  readonly tables: TablePairs;
  readonly descriptors: DescriptorPairs;
  /** Tasks whose descriptors were left out because the pairs would outgrow memory. Only a forged image has any. */
  readonly tasksLeftOut: number;
}

/**
 * How many descriptor pairs there may be beyond the descriptors of both images. Tasks that share one table and leave
 * it for tables of their own multiply it: a small forged image could ask for any number of pairs.
 */
const EXTRA_PAIRS = 2 ** 24;

/** Pairs up two checkpoints. Linear in tasks and descriptors, except for sorting tasks that are out of order. */
export function pair(before: Checkpoint, after: Checkpoint, extraPairs = EXTRA_PAIRS): Pairs {
  const tasks = pairTasks(before, after);
  const tables = pairTables(before, after, tasks);
  const { descriptors, firstRow, tasksLeftOut } = pairDescriptors(before, after, tables, extraPairs);
  return { ...tasks, tables: { ...tables, firstRow }, descriptors, tasksLeftOut };
}

/** The number that identifies a task: its number before, or after if the task is only there. */
export function pairNumber(before: Checkpoint, after: Checkpoint, taskBefore: number, taskAfter: number): number {
  return taskBefore === NONE ? taskNumber(after.tasks, taskAfter) : taskNumber(before.tasks, taskBefore);
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at++) {
    const difference = (a[at] as number) - (b[at] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** The same pid, or, where not both images hold pids, the n-th task of a comm to the n-th of that comm. */
function pairTasks(before: Checkpoint, after: Checkpoint): Pick<Pairs, "taskAfter" | "taskBefore"> {
  const byPid = hasPids(before.tasks) && hasPids(after.tasks);
  const compare = (a: Checkpoint, rowA: number, b: Checkpoint, rowB: number): number => {
    const pidA = byPid ? (a.tasks.pid[rowA] as number) : NONE;
    const pidB = byPid ? (b.tasks.pid[rowB] as number) : NONE;
    if (pidA !== pidB) return pidA - pidB;
    return pidA === NONE ? compareBytes(commBytes(a, rowA), commBytes(b, rowB)) : 0;
  };
  const taskAfter = new Int32Array(before.tasks.count).fill(NONE);
  const taskBefore = new Int32Array(after.tasks.count).fill(NONE);

  // Where both lists begin alike, their n-th tasks correspond, and counting may start after that.
  let same = 0;
  const shorter = Math.min(before.tasks.count, after.tasks.count);
  for (; same < shorter && compare(before, same, after, same) === 0; same++) {
    taskAfter[same] = same;
    taskBefore[same] = same;
  }
  const order = (checkpoint: Checkpoint): Uint32Array =>
    sortRows(allRows(checkpoint.tasks.count).subarray(same), (a, b) => compare(checkpoint, a, checkpoint, b) || a - b);
  const left = order(before);
  const right = order(after);
  for (let i = 0, j = 0; i < left.length && j < right.length; ) {
    const b = left[i] as number;
    const a = right[j] as number;
    const difference = compare(before, b, after, a);
    if (difference === 0) {
      taskAfter[b] = a;
      taskBefore[a] = b;
    }
    if (difference <= 0) i++;
    if (difference >= 0) j++;
  }
  return { taskAfter, taskBefore };
}

/** The distinct pairs of tables, with the tasks that have them. */
function pairTables(
  before: Checkpoint,
  after: Checkpoint,
  { taskAfter, taskBefore }: Pick<Pairs, "taskAfter" | "taskBefore">,
): Omit<TablePairs, "firstRow"> {
  const added = taskBefore.reduce((count, row) => (row === NONE ? count + 1 : count), 0);
  const count = before.tasks.count + added;
  const rowBefore = new Int32Array(count);
  const rowAfter = new Int32Array(count);
  for (let row = 0; row < before.tasks.count; row++) {
    rowBefore[row] = row;
    rowAfter[row] = taskAfter[row] as number;
  }
  for (let row = 0, at = before.tasks.count; row < after.tasks.count; row++) {
    if (taskBefore[row] !== NONE) continue;
    rowBefore[at] = NONE;
    rowAfter[at++] = row;
  }
  const tableBefore = rowBefore.map((row) => (row === NONE ? NONE : (before.tasks.table[row] as number)));
  const tableAfter = rowAfter.map((row) => (row === NONE ? NONE : (after.tasks.table[row] as number)));
  const number = rowBefore.map((row, at) => pairNumber(before, after, row, rowAfter[at] as number));
  const presenceOf = (at: number): number =>
    rowAfter[at] === NONE ? PRESENCE.before : rowBefore[at] === NONE ? PRESENCE.after : PRESENCE.both;

  const compareNumbers = (a: number, b: number): number => (number[a] as number) - (number[b] as number) || a - b;
  const compareTables = (a: number, b: number): number =>
    presenceOf(a) - presenceOf(b) ||
    (tableBefore[a] as number) - (tableBefore[b] as number) ||
    (tableAfter[a] as number) - (tableAfter[b] as number);

  const withTable = allRows(count).filter((at) => tableBefore[at] !== NONE || tableAfter[at] !== NONE);
  const byTables = sortRows(withTable, (a, b) => compareTables(a, b) || compareNumbers(a, b));
  const starts = allRows(byTables.length).filter(
    (at) => at === 0 || compareTables(byTables[at - 1] as number, byTables[at] as number) !== 0,
  );
  const ends = new Uint32Array(byTables.length + 1);
  starts.forEach((start, at) => {
    ends[start] = starts[at + 1] ?? byTables.length;
  });
  sortRows(starts, (a, b) => compareNumbers(byTables[a] as number, byTables[b] as number));

  const pairs = {
    count: starts.length,
    presence: new Uint8Array(starts.length),
    before: new Int32Array(starts.length),
    after: new Int32Array(starts.length),
    firstTask: new Uint32Array(starts.length + 1),
    taskBefore: new Int32Array(byTables.length),
    taskAfter: new Int32Array(byTables.length),
  };
  let to = 0;
  starts.forEach((start, at) => {
    const first = byTables[start] as number;
    pairs.presence[at] = presenceOf(first);
    pairs.before[at] = tableBefore[first] as number;
    pairs.after[at] = tableAfter[first] as number;
    for (let from = start; from < (ends[start] as number); from++, to++) {
      pairs.taskBefore[to] = rowBefore[byTables[from] as number] as number;
      pairs.taskAfter[to] = rowAfter[byTables[from] as number] as number;
    }
    pairs.firstTask[at + 1] = to;
  });
  return pairs;
}

/**
 * Walks the descriptors of two tables side by side, by fd. Where a table has an fd twice, the last in image order
 * counts, as with dup2. Either table may be NONE.
 */
function merge(
  before: Checkpoint,
  after: Checkpoint,
  tableBefore: number,
  tableAfter: number,
  visit: (rowBefore: number, rowAfter: number) => void,
): void {
  const fdBefore = before.descriptors.fd;
  const fdAfter = after.descriptors.fd;
  let b = tableBefore === NONE ? 0 : (before.tables.first[tableBefore] as number);
  let a = tableAfter === NONE ? 0 : (after.tables.first[tableAfter] as number);
  const endBefore = tableBefore === NONE ? 0 : (before.tables.first[tableBefore + 1] as number);
  const endAfter = tableAfter === NONE ? 0 : (after.tables.first[tableAfter + 1] as number);
  while (b < endBefore || a < endAfter) {
    while (b + 1 < endBefore && fdBefore[b + 1] === fdBefore[b]) b++;
    while (a + 1 < endAfter && fdAfter[a + 1] === fdAfter[a]) a++;
    const difference = b === endBefore ? 1 : a === endAfter ? -1 : (fdBefore[b] as number) - (fdAfter[a] as number);
    visit(difference <= 0 ? b : NONE, difference >= 0 ? a : NONE);
    if (difference <= 0) b++;
    if (difference >= 0) a++;
  }
}

/** Whether two tables have the same numbers, each once, as those of a task that opened and closed nothing. */
function haveSameNumbers(before: Checkpoint, after: Checkpoint, tableBefore: number, tableAfter: number): boolean {
  if (tableBefore === NONE || tableAfter === NONE) return false;
  const fdBefore = before.descriptors.fd;
  const fdAfter = after.descriptors.fd;
  const start = before.tables.first[tableBefore] as number;
  const end = before.tables.first[tableBefore + 1] as number;
  const shift = (after.tables.first[tableAfter] as number) - start;
  if (end + shift !== after.tables.first[tableAfter + 1]) return false;
  for (let row = start; row < end; row++) {
    const fd = fdBefore[row] as number;
    if (fd !== fdAfter[row + shift] || (row > start && fd === fdBefore[row - 1])) return false;
  }
  return true;
}

/** How many descriptors a table has, a repeated fd counted once. */
export function distinctDescriptors(checkpoint: Checkpoint, table: number): number {
  let count = 0;
  merge(checkpoint, checkpoint, table, NONE, () => {
    count++;
  });
  return count;
}

function pairDescriptors(
  before: Checkpoint,
  after: Checkpoint,
  tables: Omit<TablePairs, "firstRow">,
  extraPairs: number,
): { descriptors: DescriptorPairs; firstRow: Uint32Array; tasksLeftOut: number } {
  const most = before.descriptors.count + after.descriptors.count + extraPairs;
  const firstRow = new Uint32Array(tables.count + 1);
  const runs = createPairRuns();
  const add = (rowBefore: number, rowAfter: number): void => runs.add(rowBefore, rowAfter);
  let at = 0;
  for (; at < tables.count; at++) {
    const tableBefore = tables.before[at] as number;
    const tableAfter = tables.after[at] as number;
    if (haveSameNumbers(before, after, tableBefore, tableAfter)) {
      const length = descriptorCount(before.tables, tableBefore);
      const [b, a] = [before.tables.first[tableBefore] as number, after.tables.first[tableAfter] as number];
      if (length > 0) runs.add(b, a, length);
    } else merge(before, after, tableBefore, tableAfter, add);
    if (runs.count > most) break;
    firstRow[at + 1] = runs.count;
  }
  const kept = firstRow[at] as number;
  firstRow.fill(kept, at);
  const tasksLeftOut = (tables.firstTask[tables.count] as number) - (tables.firstTask[at] as number);
  return { descriptors: runs.finish(kept), firstRow, tasksLeftOut };
}
