// Changes of tasks, and of the file tables that they share.

import { type Checkpoint, commBytes, NONE } from "../model/checkpoint.ts";
import { i32At } from "../model/read.ts";
import { sameBytes } from "../model/text.ts";
import type { ChangeKind } from "./changes.ts";
import type { Collector } from "./collect-changes.ts";
import { groupsOf, mixedKeys } from "./groups.ts";
import { type Pairs, pairNumber } from "./pair.ts";
import { allRows, sortRows } from "./rows.ts";

/** Tasks that were added, removed or renamed. */
export function compareTasks(before: Checkpoint, after: Checkpoint, pairs: Pairs, collector: Collector): void {
  for (let b = 0; b < before.tasks.count; b++) {
    const a = i32At(pairs.taskAfter, b);
    if (a === NONE) collector.addTask("task-removed", b, NONE, !after.complete);
    else if (!sameBytes(commBytes(before, b), commBytes(after, a))) collector.addTask("task-renamed", b, a, false);
  }
  for (let a = 0; a < after.tasks.count; a++) {
    if (pairs.taskBefore[a] === NONE) collector.addTask("task-added", NONE, a, !before.complete);
  }
}

/** File tables that tasks share on one side only. Compares tasks that have a table on both sides. */
export function compareTableSharing(before: Checkpoint, after: Checkpoint, pairs: Pairs, collector: Collector): void {
  const tableAfter = pairs.taskAfter.map((a) => (a === NONE ? NONE : i32At(after.tasks.table, a)));
  const tableBefore = before.tasks.table;
  const tasks = allRows(before.tasks.count).filter((b) => tableBefore[b] !== NONE && tableAfter[b] !== NONE);
  const number = (task: number): number => pairNumber(before, after, task, NONE);
  const compare = (one: Int32Array, other: Int32Array, many: number, name: ChangeKind): void => {
    const mixed = mixedKeys(tasks, one, other, many);
    const rows = tasks.filter((b) => mixed[i32At(one, b)] === 1);
    for (const group of groupsOf(rows, (a, b) => i32At(one, a) - i32At(one, b))) {
      collector.addTables(
        name,
        sortRows(group, (a, b) => number(a) - number(b) || a - b),
      );
    }
  };
  compare(tableAfter, tableBefore, after.tables.count, "table-shared");
  compare(tableBefore, tableAfter, before.tables.count, "table-unshared");
}
