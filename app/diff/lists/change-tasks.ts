// Whether a change concerns some tasks: it is about one of them, or they have one of its descriptors or tables.

import { tablePairOf } from "../../model/comparison/descriptor-pairs.ts";
import { i32At, u8At, u32At } from "../../model/read.ts";
import type { TaskRow } from "../../model/rows.ts";
import { isOfDescriptors, kindOf } from "../changes.ts";
import { type Comparison, rowsOfChange } from "../comparison.ts";

/**
 * Returns a test for whether a change concerns one of the tasks that `isTask` accepts. Linear in tasks, once.
 *
 * @param isTask Given the rows of a task before and after; NONE: it is not on that side.
 */
export function concernsTask(
  { changes, pairs }: Comparison,
  isTask: (before: TaskRow, after: TaskRow) => boolean,
): (index: number) => boolean {
  const { firstTask, taskBefore, taskAfter, count } = pairs.tables;
  const uses = new Uint8Array(count);
  for (let table = 0; table < count; table++) {
    const end = u32At(firstTask, table + 1);
    for (let at = u32At(firstTask, table); at < end && uses[table] === 0; at++) {
      if (isTask(i32At(taskBefore, at), i32At(taskAfter, at))) uses[table] = 1;
    }
  }
  return (index) => {
    if (isTask(i32At(changes.taskBefore, index), i32At(changes.taskAfter, index))) return true;
    const rows = rowsOfChange(changes, index);
    if (isOfDescriptors(kindOf(u8At(changes.kind, index)))) {
      return rows.some((pair) => uses[tablePairOf(pairs.tables, pair)] === 1);
    }
    return rows.some((task) => isTask(task, i32At(pairs.taskAfter, task)));
  };
}
