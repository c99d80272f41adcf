// One change of a comparison read out of the columns: in the document's form, with its holders and its rows.

import { type Checkpoint, commBytes, HAS, NONE, nameBytes, taskNumber } from "../model/checkpoint.ts";
import { FILE_KINDS, flagChange } from "../model/names.ts";
import { base64, decodeText, isUtf8 } from "../model/text.ts";
import {
  CHANGE_BITS,
  CHANGE_KINDS,
  type Change,
  type ChangeKind,
  type Holder,
  isOfDescriptors,
  type PathDetails,
} from "./changes.ts";
import { fileComparer, isUnknown, sameName } from "./compare-files.ts";
import { type Comparison, descriptorNumber } from "./diff.ts";
import { distinctDescriptors, pairNumber } from "./pair.ts";
import { columnOf, createRows, sortRows } from "./rows.ts";

/** The changes of a comparison in the document's form, in its order; `indices`: only these. */
export function changesJson(comparison: Comparison, indices?: Iterable<number>): Change[] {
  return Array.from(indices ?? comparison.changes.kind.keys(), (index) => changeAt(comparison, index));
}

/** Kind of change `index`. */
export function kindAt(comparison: Comparison, index: number): ChangeKind {
  return CHANGE_KINDS[comparison.changes.kind[index] ?? 0] ?? "task-added";
}

/** Change `index` in the document's form. */
export function changeAt(comparison: Comparison, index: number): Change {
  const change = certainly(comparison, index);
  return comparison.changes.uncertain[index] === 1 ? { ...change, uncertain: true } : change;
}

function certainly(comparison: Comparison, index: number): Change {
  const { before, after, changes } = comparison;
  const kind = kindAt(comparison, index);
  const x = changes.fileBefore[index] ?? NONE;
  const y = changes.fileAfter[index] ?? NONE;
  switch (kind) {
    case "task-added":
    case "task-removed": {
      const checkpoint = kind === "task-added" ? after : before;
      const task = (kind === "task-added" ? changes.taskAfter : changes.taskBefore)[index] ?? NONE;
      const fds = distinctDescriptors(checkpoint, checkpoint.tasks.table[task] ?? NONE);
      return { kind, pid: taskNumber(checkpoint.tasks, task), ...textOf("comm", commBytes(checkpoint, task)), fds };
    }
    case "task-renamed": {
      const task = changes.taskBefore[index] ?? NONE;
      return {
        kind,
        pid: taskNumber(before.tasks, task),
        ...textOf("before", commBytes(before, task)),
        ...textOf("after", commBytes(after, changes.taskAfter[index] ?? NONE)),
      };
    }
    case "fd-opened":
      return { kind, holders: holdersOf(comparison, index), ...pathOf("path", after, y) };
    case "fd-closed":
      return { kind, holders: holdersOf(comparison, index), ...pathOf("path", before, x) };
    case "close-on-exec": {
      const row = comparison.pairs.descriptors.before[changes.row[changes.firstRow[index] ?? 0] ?? 0] ?? 0;
      const wasSet = before.descriptors.closeOnExec[row] === 1;
      return { kind, holders: holdersOf(comparison, index), before: wasSet, after: !wasSet };
    }
    case "file-path":
      return {
        kind,
        holders: holdersOf(comparison, index),
        ...pathOf("before", before, x),
        ...pathOf("after", after, y),
        details: pathDetails(comparison, x, y),
      };
    case "file-pos":
      return {
        kind,
        holders: holdersOf(comparison, index),
        before: String(before.files.pos[x]),
        after: String(after.files.pos[y]),
      };
    case "file-version":
      return {
        kind,
        holders: holdersOf(comparison, index),
        before: String(before.files.version[x]),
        after: String(after.files.version[y]),
      };
    case "file-flags": {
      const was = before.files.flags[x] ?? 0;
      const is = after.files.flags[y] ?? 0;
      const names = flagChange(was, is, after.machine.arch);
      return { kind, holders: holdersOf(comparison, index), before: was, after: is, ...names };
    }
    case "file-mode":
      return {
        kind,
        holders: holdersOf(comparison, index),
        before: before.files.mode[x] ?? 0,
        after: after.files.mode[y] ?? 0,
      };
    case "file-shared":
    case "file-unshared":
      return { kind, groups: rowGroups(comparison, index).map((rows) => holdersOfRows(comparison, rows)) };
    case "table-shared":
    case "table-unshared":
      return {
        kind,
        groups: rowGroups(comparison, index).map((rows) => Array.from(rows, (task) => taskNumber(before.tasks, task))),
      };
  }
}

type Text<K extends string> = { readonly [key in K]: string } & { readonly [key in `${K}Bytes`]?: string };
type MaybeText<K extends string> = { readonly [key in K]: string | null } & { readonly [key in `${K}Bytes`]?: string };

/** Bytes under a key as text, and under the key with `Bytes` as base64 if they are not valid UTF-8. */
function textOf<K extends string>(key: K, bytes: Uint8Array): Text<K> {
  const text = { [key]: decodeText(bytes) };
  return (isUtf8(bytes) ? text : { ...text, [`${key}Bytes`]: base64(bytes) }) as Text<K>;
}

function pathOf<K extends string>(key: K, checkpoint: Checkpoint, file: number): MaybeText<K> {
  return hasName(checkpoint, file) ? textOf(key, nameBytes(checkpoint, file)) : ({ [key]: null } as MaybeText<K>);
}

/** Whether there is anything to call a file by. */
export function hasName(checkpoint: Checkpoint, file: number): boolean {
  if (file === NONE) return false;
  const { has, nameLength } = checkpoint.files;
  return (nameLength[file] ?? 0) > 0 || ((has[file] ?? 0) & HAS.path) !== 0;
}

/** The values besides the path that differ between two open files. */
function pathDetails({ before, after }: Comparison, x: number, y: number): PathDetails {
  const bits = fileComparer(before, after)(x, y);
  const kinds = { before: kindWord(before, x), after: kindWord(after, y) };
  const named = !isUnknown(before, x) && !isUnknown(after, y);
  return {
    ...(bits & CHANGE_BITS.pos && { pos: { before: String(before.files.pos[x]), after: String(after.files.pos[y]) } }),
    ...(bits & CHANGE_BITS.flags && {
      flags: { before: before.files.flags[x] ?? 0, after: after.files.flags[y] ?? 0 },
    }),
    ...(bits & CHANGE_BITS.mode && { mode: { before: before.files.mode[x] ?? 0, after: after.files.mode[y] ?? 0 } }),
    ...(bits & CHANGE_BITS.version && {
      version: { before: String(before.files.version[x]), after: String(after.files.version[y]) },
    }),
    ...(named && sameName(before, x, after, y) && { kind: kinds }),
  };
}

/** The kind of an open file, in a word. */
export function kindWord(checkpoint: Checkpoint, file: number): string {
  return FILE_KINDS[checkpoint.files.kind[file] ?? 0] ?? "unknown";
}

function rowsOf({ changes }: Comparison, index: number): Uint32Array {
  return changes.row.subarray(changes.firstRow[index], changes.firstRow[index + 1]);
}

/** How many holders change `index` has: a table that two tasks share gives two for each fd. 0 for tasks and tables. */
export function countHolders(comparison: Comparison, index: number): number {
  if (!isOfDescriptors(kindAt(comparison, index))) return 0;
  return countHoldersOfRows(comparison, rowsOf(comparison, index));
}

function countHoldersOfRows({ pairs }: Comparison, rows: Uint32Array): number {
  const { firstTask } = pairs.tables;
  let count = 0;
  for (const row of rows) {
    const table = pairs.descriptors.tablePair[row] ?? 0;
    count += (firstTask[table + 1] ?? 0) - (firstTask[table] ?? 0);
  }
  return count;
}

/** Holders of change `index`, by pid, then fd; the first `most` of them. None for changes of tasks and tables. */
export function holdersOf(comparison: Comparison, index: number, most?: number): Holder[] {
  if (!isOfDescriptors(kindAt(comparison, index))) return [];
  return holdersOfRows(comparison, rowsOf(comparison, index), most);
}

function holdersOfRows(comparison: Comparison, rows: Uint32Array, most = Number.POSITIVE_INFINITY): Holder[] {
  const { before, after, pairs } = comparison;
  const { firstTask, taskBefore, taskAfter } = pairs.tables;
  const byNumber = (a: Holder, b: Holder): number => a.pid - b.pid || a.fd - b.fd;
  let holders: Holder[] = [];
  for (const row of rows) {
    // Where a few of very many are asked for, the rest is let go on the way.
    if (holders.length > 2 * most + 1000) holders = holders.sort(byNumber).slice(0, most);
    const table = pairs.descriptors.tablePair[row] ?? 0;
    const fd = descriptorNumber(before, after, pairs, row);
    // Tasks of a pair are in order of pid, so the first `most` of all are among the first `most` of each.
    const end = Math.min(firstTask[table + 1] ?? 0, (firstTask[table] ?? 0) + most);
    for (let task = firstTask[table] ?? 0; task < end; task++) {
      holders.push({ pid: pairNumber(before, after, taskBefore[task] ?? NONE, taskAfter[task] ?? NONE), fd });
    }
  }
  holders.sort(byNumber);
  return holders.length > most ? holders.slice(0, most) : holders;
}

/** A group of holders told in short: the first few, and how many there are. */
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

/** Rows of a change of sharing, a group for each separate file or table, by first holder or task. */
function rowGroups(comparison: Comparison, index: number): Uint32Array[] {
  const { before, after, pairs } = comparison;
  const kind = kindAt(comparison, index);
  const ofTables = kind === "table-shared" || kind === "table-unshared";
  const sideBefore = kind === "file-shared" || kind === "table-shared";
  const key = (row: number): number => {
    if (ofTables) {
      return (sideBefore ? before.tasks.table[row] : after.tasks.table[pairs.taskAfter[row] ?? NONE]) ?? NONE;
    }
    return sideBefore
      ? (before.descriptors.file[pairs.descriptors.before[row] ?? NONE] ?? NONE)
      : (after.descriptors.file[pairs.descriptors.after[row] ?? NONE] ?? NONE);
  };
  const number = (row: number): number =>
    taskNumber(
      before.tasks,
      ofTables
        ? row
        : (pairs.tables.taskBefore[pairs.tables.firstTask[pairs.descriptors.tablePair[row] ?? 0] ?? 0] ?? 0),
    );
  const fd = (row: number): number => (ofTables ? 0 : descriptorNumber(before, after, pairs, row));
  const byHolder = (a: number, b: number): number => number(a) - number(b) || fd(a) - fd(b);
  const rows = sortRows(rowsOf(comparison, index).slice(), (a, b) => key(a) - key(b) || byHolder(a, b));
  const groups: Uint32Array[] = [];
  for (let start = 0, end = 1; start < rows.length; start = end++) {
    while (end < rows.length && key(rows[end] ?? 0) === key(rows[start] ?? 0)) end++;
    groups.push(rows.subarray(start, end));
  }
  return groups.sort((a, b) => byHolder(a[0] ?? 0, b[0] ?? 0));
}

/** Rows of both checkpoints that a change is about, for views that show where it is. Each row once, ascending. */
export interface TouchedRows {
  readonly descriptors: { readonly before: Int32Array; readonly after: Int32Array };
  readonly files: { readonly before: Int32Array; readonly after: Int32Array };
  readonly tasks: { readonly before: Int32Array; readonly after: Int32Array };
}

/** What change `index` is about, by row. */
export function touchedRows(comparison: Comparison, index: number): TouchedRows {
  const { before, after, pairs, changes } = comparison;
  const rows = columnOf(rowsOf(comparison, index), (row) => row);
  if (!isOfDescriptors(kindAt(comparison, index))) {
    const none = new Int32Array(0);
    const itself = { before: changes.taskBefore[index] ?? NONE, after: changes.taskAfter[index] ?? NONE };
    return {
      descriptors: { before: none, after: none },
      files: { before: none, after: none },
      tasks: {
        before: distinct(rows.length > 0 ? rows : Int32Array.of(itself.before)),
        after: distinct(
          rows.length > 0 ? rows.map((task) => pairs.taskAfter[task] ?? NONE) : Int32Array.of(itself.after),
        ),
      },
    };
  }
  const descriptorsBefore = distinct(rows.map((row) => pairs.descriptors.before[row] ?? NONE));
  const descriptorsAfter = distinct(rows.map((row) => pairs.descriptors.after[row] ?? NONE));
  const tables = distinct(rows.map((row) => pairs.descriptors.tablePair[row] ?? NONE));
  const tasksOf = (column: Int32Array): Int32Array => {
    const tasks = createRows();
    const { firstTask } = pairs.tables;
    for (const table of tables) {
      const end = firstTask[table + 1] ?? 0;
      for (let at = firstTask[table] ?? 0; at < end; at++) tasks.push(column[at] ?? NONE);
    }
    return distinct(columnOf(tasks.list(), (row) => row));
  };
  return {
    descriptors: { before: descriptorsBefore, after: descriptorsAfter },
    files: {
      before: distinct(descriptorsBefore.map((row) => before.descriptors.file[row] ?? NONE)),
      after: distinct(descriptorsAfter.map((row) => after.descriptors.file[row] ?? NONE)),
    },
    tasks: { before: tasksOf(pairs.tables.taskBefore), after: tasksOf(pairs.tables.taskAfter) },
  };
}

/** Rows without NONE and repetition, ascending. */
function distinct(rows: Int32Array): Int32Array {
  return rows.toSorted().filter((row, at, sorted) => row !== NONE && row !== sorted[at - 1]);
}
