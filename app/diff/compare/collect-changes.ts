// Collects changes in any order and closes them into the sorted columns of Changes.

import { allRows } from "../../model/all-rows.ts";
import { type Checkpoint, NONE } from "../../model/checkpoint.ts";
import { tablePairOf } from "../../model/comparison/descriptor-pairs.ts";
import { i32At, u32At } from "../../model/read.ts";
import type { FileRow, TaskRow } from "../../model/rows.ts";
import { BIT_OF_KIND, type ChangeKind, changeKind } from "../changes.ts";
import { type Changes, descriptorNumber } from "../comparison.ts";
import { type Pairs, pairNumber } from "../pairs/pair.ts";
import { columnOf, createRows, type Rows, sortRows } from "../rows.ts";

/** The open files of a change; NONE: see Changes.fileBefore. */
export interface ChangedFiles {
  readonly before: FileRow;
  readonly after: FileRow;
}

const NO_FILES: ChangedFiles = { before: NONE, after: NONE };

/** The holder or task that a change is listed under. */
interface Head {
  readonly pid: number;
  readonly fd: number;
  readonly taskBefore: TaskRow;
  readonly taskAfter: TaskRow;
}

/** Unsorted columns: see Changes. `end[c]` is where the rows of change c end in `row`. */
interface Collected {
  readonly kind: Rows;
  readonly pid: Rows;
  readonly fd: Rows;
  readonly taskBefore: Rows;
  readonly taskAfter: Rows;
  readonly fileBefore: Rows;
  readonly fileAfter: Rows;
  readonly key: Rows;
  readonly uncertain: Rows;
  /** Changes of lower rank are listed first. */
  readonly rank: Rows;
  readonly row: Rows;
  readonly end: Rows;
}

const LAST = 2;

/** A change of a resource, as the collector needs it. */
interface OfResource {
  readonly taskBefore: TaskRow;
  readonly taskAfter: TaskRow;
  readonly fd: number;
  readonly change: number;
  /** 0 and 1: listed before all other changes, in this order; 2. */
  readonly rank: number;
  readonly uncertain: boolean;
}

export type Collector = ReturnType<typeof createCollector>;

/** An empty collector for a pair of checkpoints. */
export function createCollector(before: Checkpoint, after: Checkpoint, pairs: Pairs) {
  const collected: Collected = {
    kind: createRows(),
    pid: createRows(),
    fd: createRows(),
    taskBefore: createRows(),
    taskAfter: createRows(),
    fileBefore: createRows(),
    fileAfter: createRows(),
    key: createRows(),
    uncertain: createRows(),
    rank: createRows(),
    row: createRows(),
    end: createRows(),
  };
  /** Differences.changed. */
  const changed = new Uint16Array(pairs.descriptors.count);

  const keys: string[] = [];
  const indexOfKey = (key: string | null): number => {
    if (key === null) return NONE;
    const known = keys.indexOf(key);
    return known >= 0 ? known : keys.push(key) - 1;
  };

  const add = (
    kind: ChangeKind,
    head: Head,
    files: ChangedFiles,
    uncertain: boolean,
    key: number,
    rank = LAST,
  ): void => {
    collected.kind.push(changeKind(kind));
    collected.pid.push(head.pid);
    collected.fd.push(head.fd);
    collected.taskBefore.push(head.taskBefore);
    collected.taskAfter.push(head.taskAfter);
    collected.fileBefore.push(files.before);
    collected.fileAfter.push(files.after);
    collected.key.push(key);
    collected.uncertain.push(uncertain ? 1 : 0);
    collected.rank.push(rank);
    collected.end.push(collected.row.count);
  };
  const headOfTask = (taskBefore: TaskRow, taskAfter: TaskRow): Head => ({
    pid: pairNumber(before, after, taskBefore, taskAfter),
    fd: NONE,
    taskBefore,
    taskAfter,
  });

  return {
    changed,
    /** Differences.keys. */
    keys,

    /** Adds a change of one task. `key`: of a detail. */
    addTask(
      kind: ChangeKind,
      taskBefore: TaskRow,
      taskAfter: TaskRow,
      uncertain: boolean,
      key: string | null = null,
    ): void {
      add(kind, headOfTask(taskBefore, taskAfter), NO_FILES, uncertain, indexOfKey(key));
    },

    /** Adds a change of the file tables of `tasks`: rows before, by number. */
    addTables(kind: ChangeKind, tasks: Uint32Array): void {
      const first = u32At(tasks, 0);
      for (const task of tasks) collected.row.push(task);
      add(kind, headOfTask(first, i32At(pairs.taskAfter, first)), NO_FILES, false, NONE);
    },

    /** Adds a change of descriptor pairs `rows`. `key`: of a detail, or the role of a link. */
    addDescriptors(
      kind: ChangeKind,
      rows: Uint32Array,
      files: ChangedFiles,
      uncertain: boolean,
      key: string | null = null,
    ): void {
      const bit = BIT_OF_KIND[kind];
      for (const row of rows) {
        collected.row.push(row);
        changed[row] = (changed[row] as number) | bit;
      }
      add(kind, firstHolder(before, after, pairs, rows), files, uncertain, indexOfKey(key));
    },

    /** Adds a change of a resource: `change` is its index into ResourceChanges. */
    addResource(kind: ChangeKind, { taskBefore, taskAfter, fd, change, rank, uncertain }: OfResource): void {
      const isOfTask = taskBefore !== NONE || taskAfter !== NONE;
      const pid = isOfTask ? pairNumber(before, after, taskBefore, taskAfter) : NONE;
      add(kind, { pid, fd, taskBefore, taskAfter }, NO_FILES, uncertain, change, rank);
    },

    /** The changes as sorted columns. */
    finish: (): Changes => sortedColumns(collected),
  };
}

/** The holder of descriptor pairs with the lowest pid, then fd. */
function firstHolder(before: Checkpoint, after: Checkpoint, pairs: Pairs, rows: Uint32Array): Head {
  const { tables } = pairs;
  let head: Head = { pid: Number.POSITIVE_INFINITY, fd: 0, taskBefore: NONE, taskAfter: NONE };
  for (const row of rows) {
    const task = u32At(tables.firstTask, tablePairOf(tables, row));
    const taskBefore = i32At(tables.taskBefore, task);
    const taskAfter = i32At(tables.taskAfter, task);
    const pid = pairNumber(before, after, taskBefore, taskAfter);
    if (pid > head.pid) continue;
    const fd = descriptorNumber(before, after, pairs, row);
    if (pid < head.pid || fd < head.fd) head = { pid, fd, taskBefore, taskAfter };
  }
  return head;
}

function sortedColumns(collected: Collected): Changes {
  // NONE is stored unsigned in the lists, and is NONE again in a signed view.
  const signed = ({ list }: Rows): Int32Array => {
    const rows = list();
    return new Int32Array(rows.buffer, rows.byteOffset, rows.length);
  };
  const kinds = collected.kind.list();
  const pids = signed(collected.pid);
  const fds = signed(collected.fd);
  const uncertain = collected.uncertain.list();
  const ranks = collected.rank.list();
  const order = sortRows(
    allRows(kinds.length),
    (a, b) =>
      u32At(ranks, a) - u32At(ranks, b) ||
      i32At(pids, a) - i32At(pids, b) ||
      i32At(fds, a) - i32At(fds, b) ||
      u32At(kinds, a) - u32At(kinds, b) ||
      a - b,
  );
  const sorted = (column: Int32Array): Int32Array => columnOf(order, (at) => i32At(column, at));
  return {
    count: order.length,
    kind: new Uint8Array(columnOf(order, (at) => u32At(kinds, at))),
    pid: sorted(pids),
    fd: sorted(fds),
    taskBefore: sorted(signed(collected.taskBefore)),
    taskAfter: sorted(signed(collected.taskAfter)),
    fileBefore: sorted(signed(collected.fileBefore)),
    fileAfter: sorted(signed(collected.fileAfter)),
    key: sorted(signed(collected.key)),
    uncertain: new Uint8Array(columnOf(order, (at) => u32At(uncertain, at))),
    ...sortedRows(collected, order),
  };
}

/** Changes.row and firstRow, with changes in `order`. */
function sortedRows(collected: Collected, order: Uint32Array): Pick<Changes, "firstRow" | "row"> {
  const ends = collected.end.list();
  const rows = collected.row.list();
  const firstRow = new Uint32Array(order.length + 1);
  const row = new Uint32Array(rows.length);
  let to = 0;
  order.forEach((change, at) => {
    const end = u32At(ends, change);
    for (let from = change === 0 ? 0 : u32At(ends, change - 1); from < end; from++) row[to++] = u32At(rows, from);
    firstRow[at + 1] = to;
  });
  return { firstRow, row };
}
