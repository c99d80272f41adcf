// Which tasks and threads the rows of a table belong to, and whether both images have them.

import { type Checkpoint, NONE } from "../../model/checkpoint.ts";
import { SIDES, type Side } from "../../model/comparison/side.ts";
import { taskState } from "../../model/names/names.ts";
import { i32At, u8At } from "../../model/read.ts";
import type { TaskRow } from "../../model/rows.ts";
import type { ResourceSpec } from "../../resources/resource.ts";
import { resourceNamed } from "../../resources/resources.ts";
import type { Resources, ResourceTable } from "../../resources/table.ts";
import type { Compared } from "../pairs/holders.ts";
import type { ReportedAs } from "./contents-on-one-side.ts";

const ENDED: ReadonlySet<number> = new Set([taskState("zombie"), taskState("dead")]);

/** Whether nothing is left of a task but its exit status. */
export const hasEnded = ({ tasks }: Checkpoint, task: TaskRow): boolean => ENDED.has(u8At(tasks.state, task));

/**
 * The row before of a task, which identifies corresponding tasks; `null`: the task is on one side only, or has ended on
 * one side, where nothing is left of it but its exit status.
 */
export function placeOf({ before, after, pairs }: Compared, side: Side, task: TaskRow): number | null {
  const other = i32At(side === "before" ? pairs.taskAfter : pairs.taskBefore, task);
  if (other === NONE) return null;
  const [b, a] = side === "before" ? [task, other] : [other, task];
  return hasEnded(before, b) || hasEnded(after, a) ? null : b;
}

/** A number in a row; NaN: the row has none, or the resource has no such column. */
function numberIn(spec: ResourceSpec, table: ResourceTable, row: number, name: string): number {
  const column = table.columns[spec.columns.findIndex((each) => each.name === name)];
  return column?.kind === "number" ? (column.values[row] as number) : Number.NaN;
}

/** Whether a row is of the first thread of its task. */
export const isFirstThread = (spec: ResourceSpec, table: ResourceTable, row: number): boolean =>
  numberIn(spec, table, row, "pid") === numberIn(spec, table, row, "tid");

/** A text for the thread of a row. The first thread of a task corresponds to the first, whatever their ids. */
const threadOf = (spec: ResourceSpec, table: ResourceTable, row: number): string => {
  const tid = numberIn(spec, table, row, "tid");
  return `${numberIn(spec, table, row, "pid")} ${isFirstThread(spec, table, row) ? "first" : tid}`;
};

/**
 * Returns what reports a row that is on one side only because the other image does not record it: a note, unless the
 * thread itself is on one side only, which is a change of the table of threads.
 */
export function threadReporter({ before, after }: Compared, resources: Readonly<Record<Side, Resources>>) {
  let threads: ReadonlySet<string> | null = null;
  return (spec: ResourceSpec, table: ResourceTable, row: number): ReportedAs => {
    if (i32At(table.task, row) === NONE || before.format !== after.format) return "elsewhere";
    if (spec.scope !== "thread") return "note";
    threads ??= threadsOnBoth(resources);
    return threads.has(threadOf(spec, table, row)) ? "note" : "elsewhere";
  };
}

/** The threads that both images have. */
function threadsOnBoth(resources: Readonly<Record<Side, Resources>>): ReadonlySet<string> {
  const spec = resourceNamed("threads");
  const [before, after] = SIDES.map((side) => {
    const table = resources[side].threads;
    return new Set(Array.from({ length: table?.count ?? 0 }, (_, row) => threadOf(spec, table as ResourceTable, row)));
  }) as [Set<string>, Set<string>];
  return new Set([...before].filter((thread) => after.has(thread)));
}
