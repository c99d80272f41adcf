// Walking along the edges with the arrow keys: → follows an edge, ← goes back, ↑ and ↓ move among neighbours.

import { NONE } from "../../model/checkpoint.ts";
import type { ObjectRef } from "../../model/object-ref.ts";
import { i32At, u32At } from "../../model/read.ts";
import {
  fileBefore,
  type Graph,
  type GraphFileRow,
  holdersOf,
  type SlotRow,
  slotsOf,
  tablesOfTask,
  tasksOf,
} from "./graph.ts";
import type { Layout } from "./layout.ts";

export type Direction = "left" | "right" | "up" | "down";

/** A position in a walk. */
export interface Step {
  readonly at: ObjectRef;
  /** The object that the walk came from, among whose neighbours ↑ and ↓ move. */
  readonly from: ObjectRef | null;
}

/** The start of a walk without a selection: the first task, table or file. Null for an empty graph. */
export function firstStep(graph: Graph, layout: Layout): Step | null {
  const { tasks, tables, files } = layout;
  const startAt = (to: ObjectRef["to"], row: number | undefined): Step | null =>
    row === undefined ? null : { at: { to, row }, from: null };
  if (graph.tasks.count > 0) return startAt("task", tasks[0]);
  if (graph.tables.count > 0) return startAt("table", tables[0]);
  return startAt("file", files[0]);
}

/** The next step in a direction; the same step if there is nothing in that direction. */
export function walk(graph: Graph, layout: Layout, step: Step, direction: Direction): Step {
  if (direction === "right") return forward(graph, step);
  if (direction === "left") return back(graph, step);
  return sideways(graph, layout, step, direction === "down" ? 1 : -1);
}

const leadsTo = (graph: Graph, slot: SlotRow, file: GraphFileRow): boolean =>
  i32At(graph.descriptors.file, slot) === file || fileBefore(graph, slot) === file;

/** Tasks of a table, as rows of the graph. */
const usersOf = ({ tables }: Graph, table: number): Uint32Array =>
  tables.task.subarray(u32At(tables.firstTask, table), u32At(tables.firstTask, table + 1));

/** From a task to its table, on to the first slot, and on to its file. */
function forward(graph: Graph, step: Step): Step {
  const { at, from } = step;
  const go = (to: ObjectRef["to"], row: number): Step => ({ at: { to, row }, from: at });
  if (at.to === "task") {
    const table = tablesOfTask(graph, at.row)[0];
    return table === undefined ? step : go("table", table);
  }
  if (at.to === "table") {
    return slotsOf(graph, at.row) > 0 ? go("descriptor", u32At(graph.tables.first, at.row)) : step;
  }
  if (at.to === "descriptor") {
    // Return to the file that the walk came from: in a union a slot may lead to two.
    if (from?.to === "file" && leadsTo(graph, at.row, from.row)) return go("file", from.row);
    const file = i32At(graph.descriptors.file, at.row);
    const target = file === NONE ? fileBefore(graph, at.row) : file;
    return target === NONE ? step : go("file", target);
  }
  return step;
}

/** From a file to the slot it was reached from, or its first; from a slot to its table; from a table to a task. */
function back(graph: Graph, step: Step): Step {
  const { at, from } = step;
  const go = (to: ObjectRef["to"], row: number): Step => ({ at: { to, row }, from: at });
  if (at.to === "file") {
    if (from?.to === "descriptor" && leadsTo(graph, from.row, at.row)) return { at: from, from: at };
    if (holdersOf(graph, at.row) === 0) return step;
    return go("descriptor", u32At(graph.files.holder, u32At(graph.files.firstHolder, at.row)));
  }
  if (at.to === "descriptor") return go("table", u32At(graph.descriptors.table, at.row));
  if (at.to === "table") {
    if (from?.to === "task" && usersOf(graph, at.row).includes(from.row)) return { at: from, from: at };
    if (tasksOf(graph, at.row) === 0) return step;
    return go("task", u32At(graph.tables.task, u32At(graph.tables.firstTask, at.row)));
  }
  return step;
}

/** To the neighbour `by` places below: among the holders or users walked from, within the table, or in the lane. */
function sideways(graph: Graph, layout: Layout, step: Step, by: 1 | -1): Step {
  const { at, from } = step;
  const to = (row: number | undefined): Step => (row === undefined ? step : { at: { to: at.to, row }, from });
  const among = (rows: Uint32Array): Step => to(rows[rows.indexOf(at.row) + by]);
  if (at.to === "descriptor") {
    if (from?.to === "file" && leadsTo(graph, at.row, from.row)) {
      const { firstHolder, holder } = graph.files;
      return among(holder.subarray(u32At(firstHolder, from.row), u32At(firstHolder, from.row + 1)));
    }
    const table = u32At(graph.descriptors.table, at.row);
    const next = at.row + by;
    const first = u32At(graph.tables.first, table);
    return next >= first && next < first + slotsOf(graph, table) ? to(next) : step;
  }
  if (at.to === "task") {
    if (from?.to === "table") return among(usersOf(graph, from.row));
    return to(layout.tasks[u32At(layout.taskPlace, at.row) + by]);
  }
  if (at.to === "table") return to(layout.tables[u32At(layout.tablePlace, at.row) + by]);
  return to(layout.files[u32At(layout.filePlace, at.row) + by]);
}
