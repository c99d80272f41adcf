// Compares two checkpoints: what corresponds to what, and every change, as columns. describe.ts reads them out.

import { type Checkpoint, commBytes, NONE } from "../model/checkpoint.ts";
import { taskState } from "../model/names.ts";
import { sameBytes } from "../model/text.ts";
import { BIT_OF_KIND, CHANGE_BITS, CHANGE_KINDS, type ChangeKind, changeKind } from "./changes.ts";
import { fileComparer, UNCERTAIN_PATH } from "./compare-files.ts";
import { type Pairs, PRESENCE, pair, pairNumber } from "./pair.ts";
import { allRows, columnOf, createRows, sortRows } from "./rows.ts";

/** Changes, in the order of the document: by the first holder's (or the task's) pid, then fd, then kind. */
export interface Changes {
  readonly count: number;
  /** Index into CHANGE_KINDS. */
  readonly kind: Uint8Array;
  /** The first holder, or the task, by number; `fd` is NONE for changes of tasks and tables. */
  readonly pid: Int32Array;
  readonly fd: Int32Array;
  /** The task of the first holder, by row; NONE where it is not on that side. */
  readonly taskBefore: Int32Array;
  readonly taskAfter: Int32Array;
  /** The open file before, and after; NONE: none, several (of sharing), or not held by the image. */
  readonly fileBefore: Int32Array;
  readonly fileAfter: Int32Array;
  /** 1: it could be an effect of an image being incomplete. */
  readonly uncertain: Uint8Array;
  /**
   * What change c is about: row[firstRow[c]] … row[firstRow[c + 1] - 1], count + 1 entries. Rows of Pairs.descriptors;
   * of changes of tables, task rows before; of changes of tasks, nothing.
   */
  readonly firstRow: Uint32Array;
  readonly row: Uint32Array;
}

/** What comes out of a comparison, without the two checkpoints: plain data that can be transferred. */
export interface Differences {
  readonly pairs: Pairs;
  readonly changes: Changes;
  /** Bits of CHANGE_BITS, by row of Pairs.descriptors. Of a task on one side only, every row is opened or closed. */
  readonly changed: Uint16Array;
  readonly counts: Readonly<Record<ChangeKind, number>>;
}

export interface Comparison extends Differences {
  readonly before: Checkpoint;
  readonly after: Checkpoint;
}

export interface DiffOptions {
  /** See EXTRA_PAIRS of pair.ts. */
  readonly extraPairs?: number;
}

/**
 * Compares two checkpoints. Never throws; linear in tasks and descriptors, but for the sorting of what changed.
 *
 * A change is uncertain if it could be an effect of an image being incomplete. That is so for what is missing on a
 * side and could have been there:
 * - a task that is not on a side whose image is incomplete;
 * - a descriptor that is not in a table which holds fewer than it announces, or, where the image announces no number
 *   or the task has no table (and is no zombie), in an image that is incomplete;
 * - the path of a file that one of the images names but does not hold, complete or not; and a path on one side where
 *   an incomplete image has a made-up name for a file of the same kind.
 * What both images hold is certain: values, close-on-exec, comms, and sharing, as only descriptors and tasks that are
 * on both sides and lead somewhere count for it.
 */
export function diff(before: Checkpoint, after: Checkpoint, options: DiffOptions = {}): Comparison {
  const pairs = pair(before, after, options.extraPairs);
  const collected = createCollector(before, after, pairs);
  compareTasks(before, after, pairs, collected);
  compareTableSharing(before, after, pairs, collected);
  compareDescriptors(before, after, pairs, collected);
  const { changes, changed } = collected.finish();
  const counts = Object.fromEntries(CHANGE_KINDS.map((kind) => [kind, 0])) as Record<ChangeKind, number>;
  for (const kind of changes.kind) counts[CHANGE_KINDS[kind] as ChangeKind]++;
  return { before, after, pairs, changes, changed, counts };
}

type Collector = ReturnType<typeof createCollector>;

/** Collects changes in any order and closes them into sorted columns. */
function createCollector(before: Checkpoint, after: Checkpoint, pairs: Pairs) {
  const { tables, descriptors } = pairs;
  const kind = createRows();
  const pid = createRows();
  const fd = createRows();
  const taskBefore = createRows();
  const taskAfter = createRows();
  const fileBefore = createRows();
  const fileAfter = createRows();
  const uncertain = createRows();
  const row = createRows();
  const ends = createRows();
  const changed = new Uint16Array(descriptors.count);

  const add = (
    name: ChangeKind,
    first: { readonly taskBefore: number; readonly taskAfter: number; readonly fd: number },
    files: { readonly before: number; readonly after: number },
    isUncertain: boolean,
  ): void => {
    kind.push(changeKind(name));
    pid.push(pairNumber(before, after, first.taskBefore, first.taskAfter));
    fd.push(first.fd);
    taskBefore.push(first.taskBefore);
    taskAfter.push(first.taskAfter);
    fileBefore.push(files.before);
    fileAfter.push(files.after);
    uncertain.push(isUncertain ? 1 : 0);
    ends.push(row.count);
  };
  const NO_FILES = { before: NONE, after: NONE };

  return {
    changed,

    /** A change of one task. */
    addTask(name: ChangeKind, rowBefore: number, rowAfter: number, isUncertain: boolean): void {
      add(name, { taskBefore: rowBefore, taskAfter: rowAfter, fd: NONE }, NO_FILES, isUncertain);
    },

    /** A change of tables that these tasks use (rows before, by number). */
    addTables(name: ChangeKind, tasks: Uint32Array): void {
      const first = tasks[0] as number;
      for (const task of tasks) row.push(task);
      add(name, { taskBefore: first, taskAfter: pairs.taskAfter[first] as number, fd: NONE }, NO_FILES, false);
    },

    /** A change of these descriptor pairs. */
    addDescriptors(
      name: ChangeKind,
      rows: Uint32Array,
      files: { readonly before: number; readonly after: number },
      isUncertain: boolean,
    ): void {
      const bit = BIT_OF_KIND[name];
      let first = { number: Number.POSITIVE_INFINITY, fd: 0, taskBefore: NONE, taskAfter: NONE };
      for (const at of rows) {
        row.push(at);
        changed[at] = (changed[at] as number) | bit;
        const task = tables.firstTask[descriptors.tablePair[at] as number] as number;
        const rowBefore = tables.taskBefore[task] as number;
        const rowAfter = tables.taskAfter[task] as number;
        const number = pairNumber(before, after, rowBefore, rowAfter);
        if (number > first.number) continue;
        const itsFd = descriptorNumber(before, after, pairs, at);
        if (number < first.number || itsFd < first.fd) {
          first = { number, fd: itsFd, taskBefore: rowBefore, taskAfter: rowAfter };
        }
      }
      add(name, first, files, isUncertain);
    },

    finish(): { changes: Changes; changed: Uint16Array } {
      // NONE went through unsigned lists and comes out of a signed view as itself.
      const signed = (rows: Uint32Array): Int32Array => new Int32Array(rows.buffer, rows.byteOffset, rows.length);
      const kinds = kind.list();
      const pids = signed(pid.list());
      const fds = signed(fd.list());
      const doubts = uncertain.list();
      const end = ends.list();
      const rows = row.list();
      const order = sortRows(
        allRows(kinds.length),
        (a, b) =>
          (pids[a] as number) - (pids[b] as number) ||
          (fds[a] as number) - (fds[b] as number) ||
          (kinds[a] as number) - (kinds[b] as number) ||
          a - b,
      );
      const inOrder = (column: Int32Array): Int32Array => columnOf(order, (at) => column[at] as number);
      const firstRow = new Uint32Array(order.length + 1);
      const sortedRows = new Uint32Array(rows.length);
      let to = 0;
      order.forEach((at, index) => {
        const from = at === 0 ? 0 : (end[at - 1] as number);
        for (let next = from; next < (end[at] as number); next++) sortedRows[to++] = rows[next] as number;
        firstRow[index + 1] = to;
      });
      return {
        changed,
        changes: {
          count: order.length,
          kind: new Uint8Array(columnOf(order, (at) => kinds[at] as number)),
          pid: inOrder(pids),
          fd: inOrder(fds),
          taskBefore: inOrder(signed(taskBefore.list())),
          taskAfter: inOrder(signed(taskAfter.list())),
          fileBefore: inOrder(signed(fileBefore.list())),
          fileAfter: inOrder(signed(fileAfter.list())),
          uncertain: new Uint8Array(columnOf(order, (at) => doubts[at] as number)),
          firstRow,
          row: sortedRows,
        },
      };
    },
  };
}

/** The fd of a descriptor pair. */
export function descriptorNumber(before: Checkpoint, after: Checkpoint, pairs: Pairs, row: number): number {
  const b = pairs.descriptors.before[row] as number;
  return b === NONE
    ? (after.descriptors.fd[pairs.descriptors.after[row] as number] as number)
    : (before.descriptors.fd[b] as number);
}

function compareTasks(before: Checkpoint, after: Checkpoint, pairs: Pairs, collected: Collector): void {
  for (let b = 0; b < before.tasks.count; b++) {
    const a = pairs.taskAfter[b] as number;
    if (a === NONE) collected.addTask("task-removed", b, NONE, !after.complete);
    else if (!sameBytes(commBytes(before, b), commBytes(after, a))) collected.addTask("task-renamed", b, a, false);
  }
  for (let a = 0; a < after.tasks.count; a++) {
    if (pairs.taskBefore[a] === NONE) collected.addTask("task-added", NONE, a, !before.complete);
  }
}

/** Tables that tasks came to share, or share no more. Only tasks that have a table on both sides count. */
function compareTableSharing(before: Checkpoint, after: Checkpoint, pairs: Pairs, collected: Collector): void {
  const tableAfter = pairs.taskAfter.map((a) => (a === NONE ? NONE : (after.tasks.table[a] as number)));
  const tableBefore = before.tasks.table;
  const tasks = allRows(before.tasks.count).filter((b) => tableBefore[b] !== NONE && tableAfter[b] !== NONE);
  const number = (task: number): number => pairNumber(before, after, task, NONE);
  const compare = (one: Int32Array, other: Int32Array, many: number, name: ChangeKind): void => {
    const mixed = mixedKeys(tasks, one, other, many);
    const rows = tasks.filter((b) => mixed[one[b] as number] === 1);
    for (const group of groupsOf(rows, (a, b) => (one[a] as number) - (one[b] as number))) {
      collected.addTables(
        name,
        sortRows(group, (a, b) => number(a) - number(b) || a - b),
      );
    }
  };
  compare(tableAfter, tableBefore, after.tables.count, "table-shared");
  compare(tableBefore, tableAfter, before.tables.count, "table-unshared");
}

/** By `one` (0 … many - 1): 1 where its rows have more than one `other`. */
function mixedKeys(rows: Uint32Array, one: Int32Array, other: Int32Array, many: number): Uint8Array {
  const first = new Int32Array(many).fill(NONE);
  const mixed = new Uint8Array(many);
  for (const row of rows) {
    const key = one[row] as number;
    if (first[key] === NONE) first[key] = other[row] as number;
    else if (first[key] !== other[row]) mixed[key] = 1;
  }
  return mixed;
}

/** Rows that compare as equal, as views of one array that is sorted in place. */
function* groupsOf(rows: Uint32Array, compare: (a: number, b: number) => number): Generator<Uint32Array> {
  sortRows(rows, (a, b) => compare(a, b) || a - b);
  for (let start = 0, end = 1; start < rows.length; start = end++) {
    while (end < rows.length && compare(rows[start] as number, rows[end] as number) === 0) end++;
    yield rows.subarray(start, end);
  }
}

/** By table pair: 1 where the table on this side holds all descriptors that it had when it was dumped. */
function wholeTables(checkpoint: Checkpoint, pairs: Pairs, table: Int32Array, task: Int32Array): Uint8Array {
  const { first, announced } = checkpoint.tables;
  const { firstTask } = pairs.tables;
  const hasNone = (row: number): boolean => {
    const state = checkpoint.tasks.state[row];
    return state === taskState("zombie") || state === taskState("dead");
  };
  const isWhole = (row: number, at: number): number => {
    if (checkpoint.complete && row === NONE) return 1;
    if (row === NONE) return task.subarray(firstTask[at], firstTask[at + 1]).every(hasNone) ? 1 : 0;
    const said = announced[row] as number;
    const held = (first[row + 1] as number) - (first[row] as number);
    return (said === NONE ? checkpoint.complete : held >= said) ? 1 : 0;
  };
  return new Uint8Array(table.map(isWhole));
}

function compareDescriptors(before: Checkpoint, after: Checkpoint, pairs: Pairs, collected: Collector): void {
  const { tables, descriptors } = pairs;
  const fileBefore = descriptors.before.map((b) => (b === NONE ? NONE : (before.descriptors.file[b] as number)));
  const fileAfter = descriptors.after.map((a) => (a === NONE ? NONE : (after.descriptors.file[a] as number)));
  const compareFiles = fileComparer(before, after);
  // Of the file before last compared with which file after, and with what result: dups are compared once.
  const comparedWith = new Int32Array(before.files.count).fill(NONE);
  const result = new Uint16Array(before.files.count);

  const opened = createRows();
  const closed = createRows();
  const execs = createRows();
  const differing = createRows();
  const both = createRows();
  for (let table = 0; table < tables.count; table++) {
    const end = tables.firstRow[table + 1] as number;
    const side = tables.side[table];
    if (side !== PRESENCE.both) {
      collected.changed.fill(
        side === PRESENCE.before ? CHANGE_BITS.closed : CHANGE_BITS.opened,
        tables.firstRow[table],
        end,
      );
      continue;
    }
    for (let row = tables.firstRow[table] as number; row < end; row++) {
      const b = descriptors.before[row] as number;
      const a = descriptors.after[row] as number;
      if (b === NONE || a === NONE) {
        (b === NONE ? opened : closed).push(row);
        continue;
      }
      if (before.descriptors.closeOnExec[b] !== after.descriptors.closeOnExec[a]) execs.push(row);
      const x = fileBefore[row] as number;
      const y = fileAfter[row] as number;
      if (x === NONE || y === NONE) {
        if (compareFiles(x, y) !== 0) differing.push(row);
        continue;
      }
      both.push(row);
      if (comparedWith[x] !== y) {
        comparedWith[x] = y;
        result[x] = compareFiles(x, y);
      }
      if (result[x] !== 0) differing.push(row);
    }
  }

  // Which open file a descriptor leads to. Files that the image does not hold are one only if the descriptor is.
  const unknownBefore = (row: number): number =>
    fileBefore[row] === NONE ? (descriptors.before[row] as number) : NONE;
  const unknownAfter = (row: number): number => (fileAfter[row] === NONE ? (descriptors.after[row] as number) : NONE);
  const compareBefore = (a: number, b: number): number =>
    (fileBefore[a] as number) - (fileBefore[b] as number) || unknownBefore(a) - unknownBefore(b);
  const compareAfter = (a: number, b: number): number =>
    (fileAfter[a] as number) - (fileAfter[b] as number) || unknownAfter(a) - unknownAfter(b);
  const compareBoth = (a: number, b: number): number => compareBefore(a, b) || compareAfter(a, b);
  const filesOf = (rows: Uint32Array) => ({
    before: fileBefore[rows[0] as number] as number,
    after: fileAfter[rows[0] as number] as number,
  });

  const anyCut = (rows: Uint32Array, whole: Uint8Array): boolean =>
    rows.some((row) => whole[descriptors.tablePair[row] as number] === 0);
  const wholeBefore = wholeTables(before, pairs, tables.before, tables.taskBefore);
  for (const rows of groupsOf(opened.list(), compareAfter)) {
    collected.addDescriptors("fd-opened", rows, filesOf(rows), anyCut(rows, wholeBefore));
  }
  const wholeAfter = wholeTables(after, pairs, tables.after, tables.taskAfter);
  for (const rows of groupsOf(closed.list(), compareBefore)) {
    collected.addDescriptors("fd-closed", rows, filesOf(rows), anyCut(rows, wholeAfter));
  }

  const wasSet = (row: number): number => before.descriptors.closeOnExec[descriptors.before[row] as number] as number;
  for (const set of [0, 1]) {
    for (const rows of groupsOf(
      execs.list().filter((row) => wasSet(row) === set),
      compareBoth,
    )) {
      collected.addDescriptors("close-on-exec", rows, filesOf(rows), false);
    }
  }

  for (const rows of groupsOf(differing.list(), compareBoth)) {
    const files = filesOf(rows);
    const bits = compareFiles(files.before, files.after);
    if (bits & CHANGE_BITS.path) {
      collected.addDescriptors("file-path", rows, files, (bits & UNCERTAIN_PATH) !== 0);
      continue;
    }
    for (const kind of ["file-pos", "file-flags", "file-mode", "file-version"] as const) {
      if (bits & BIT_OF_KIND[kind]) collected.addDescriptors(kind, rows, files, false);
    }
  }

  const rows = both.list();
  const mixedAfter = mixedKeys(rows, fileAfter, fileBefore, after.files.count);
  const shared = rows.filter((row) => mixedAfter[fileAfter[row] as number] === 1);
  for (const group of groupsOf(shared, compareAfter)) {
    collected.addDescriptors("file-shared", group, { before: NONE, after: filesOf(group).after }, false);
  }
  const mixedBefore = mixedKeys(rows, fileBefore, fileAfter, before.files.count);
  const unshared = rows.filter((row) => mixedBefore[fileBefore[row] as number] === 1);
  for (const group of groupsOf(unshared, compareBefore)) {
    collected.addDescriptors("file-unshared", group, { before: filesOf(group).before, after: NONE }, false);
  }
}
