// Which rows of both checkpoints a change touches.

import { NONE } from "../../model/checkpoint.ts";
import { descriptorOf, tablePairOf } from "../../model/comparison/descriptor-pairs.ts";
import { i32At, u32At } from "../../model/read.ts";
import { isOfDescriptors } from "../changes.ts";
import { type Comparison, kindAt, rowsOfChange } from "../comparison.ts";
import { columnOf, createRows } from "../rows.ts";

/** Rows of both checkpoints that a change touches, for views that show where it is. Each row once, ascending. */
export interface TouchedRows {
  readonly descriptors: { readonly before: Int32Array; readonly after: Int32Array };
  readonly files: { readonly before: Int32Array; readonly after: Int32Array };
  readonly tasks: { readonly before: Int32Array; readonly after: Int32Array };
}

/** The rows that change `index` touches. */
export function touchedRows(comparison: Comparison, index: number): TouchedRows {
  return isOfDescriptors(kindAt(comparison, index))
    ? touchedByDescriptors(comparison, index)
    : touchedByTasks(comparison, index);
}

function touchedByTasks(comparison: Comparison, index: number): TouchedRows {
  const { pairs, changes } = comparison;
  const none = new Int32Array(0);
  const rows = columnOf(rowsOfChange(comparison.changes, index), (row) => row);
  const tasks =
    rows.length > 0
      ? { before: rows, after: rows.map((task) => i32At(pairs.taskAfter, task)) }
      : {
          before: Int32Array.of(i32At(changes.taskBefore, index)),
          after: Int32Array.of(i32At(changes.taskAfter, index)),
        };
  return {
    descriptors: { before: none, after: none },
    files: { before: none, after: none },
    tasks: { before: distinct(tasks.before), after: distinct(tasks.after) },
  };
}

function touchedByDescriptors(comparison: Comparison, index: number): TouchedRows {
  const { before, after, pairs } = comparison;
  const rows = rowsOfChange(comparison.changes, index);
  const descriptors = {
    before: distinct(columnOf(rows, (row) => descriptorOf(pairs.descriptors, "before", row))),
    after: distinct(columnOf(rows, (row) => descriptorOf(pairs.descriptors, "after", row))),
  };
  const tables = distinct(columnOf(rows, (row) => tablePairOf(pairs.tables, row)));
  const tasksIn = (column: Int32Array): Int32Array => {
    const tasks = createRows();
    const { firstTask } = pairs.tables;
    for (const table of tables) {
      const end = u32At(firstTask, table + 1);
      for (let at = u32At(firstTask, table); at < end; at++) tasks.push(i32At(column, at));
    }
    return distinct(columnOf(tasks.list(), (row) => row));
  };
  return {
    descriptors,
    files: {
      before: distinct(descriptors.before.map((row) => i32At(before.descriptors.file, row))),
      after: distinct(descriptors.after.map((row) => i32At(after.descriptors.file, row))),
    },
    tasks: { before: tasksIn(pairs.tables.taskBefore), after: tasksIn(pairs.tables.taskAfter) },
  };
}

/** The distinct rows without NONE, ascending. */
function distinct(rows: Int32Array): Int32Array {
  return rows.toSorted().filter((row, at, sorted) => row !== NONE && row !== sorted[at - 1]);
}
