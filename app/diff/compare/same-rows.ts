// Finds tasks whose rows of a table are the same in both images, as for most tasks: these rows need not be matched by
// keys.
//
// Casts `as number` read columns within bounds checked by the loops.

import { NONE } from "../../model/checkpoint.ts";
import type { TaskRow } from "../../model/rows.ts";
import type { ResourceTable } from "../../resources/table.ts";

/** Rows of a task: those from the first to before the second number, by the row of the task before. */
interface RowsOfTasks {
  readonly first: Int32Array;
  readonly end: Int32Array;
}

/** Marks tasks whose rows are not next to each other. */
const SCATTERED = -2;

/** @param placeOf The row of the task before; `null`: the task is on one side only. */
function rowsOfTasks(table: ResourceTable, tasks: number, placeOf: (task: TaskRow) => number | null): RowsOfTasks {
  const first = new Int32Array(tasks).fill(NONE);
  const end = new Int32Array(tasks);
  for (let row = 0; row < table.count; row++) {
    const task = table.task[row] as number;
    const place = task === NONE ? null : placeOf(task);
    if (place === null) continue;
    if (first[place] === NONE) first[place] = row;
    else if (end[place] !== row) first[place] = SCATTERED;
    end[place] = row + 1;
  }
  return { first, end };
}

/** What two tables are compared by. */
interface Comparing {
  readonly before: ResourceTable;
  readonly after: ResourceTable;
  /** How many tasks there are before. */
  readonly tasks: number;
  readonly placeOf: Readonly<Record<"before" | "after", (task: TaskRow) => number | null>>;
  /** Tests that two rows have to pass. */
  readonly tests: readonly ((before: number, after: number) => boolean)[];
}

/** By task before: 1 if its rows pass the tests one by one. */
export function tasksWithSameRows({ before, after, tasks, placeOf, tests }: Comparing): Uint8Array {
  const x = rowsOfTasks(before, tasks, placeOf.before);
  const y = rowsOfTasks(after, tasks, placeOf.after);
  const same = new Uint8Array(tasks);
  for (let task = 0; task < tasks; task++) {
    const first = x.first[task] as number;
    const end = x.end[task] as number;
    const other = y.first[task] as number;
    if (first < 0 || other < 0 || (y.end[task] as number) - other !== end - first) continue;
    same[task] = 1;
    for (const test of tests) {
      for (let row = first; row < end && same[task] === 1; row++) {
        if (!test(row, other + row - first)) same[task] = 0;
      }
    }
  }
  return same;
}
