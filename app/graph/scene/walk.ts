// Walking the edges by keys: → along an edge, ← back, ↑ and ↓ to what stands beside.

import { NONE } from "../../model/checkpoint.ts";
import type { ObjectRef } from "../../model/object-ref.ts";
import type { Graph } from "../order/graph.ts";
import type { Layout } from "../order/layout.ts";
import { tablesOfTask } from "../plan/plan.ts";

export type Direction = "left" | "right" | "up" | "down";

/** Where one is, and over which object one came: it decides whose neighbours ↑ and ↓ go through. */
export interface Step {
  readonly at: ObjectRef;
  readonly from: ObjectRef | null;
}

/** Where a walk begins when nothing is selected: the first task, or whatever there is. Null for an empty graph. */
export function firstStep(graph: Graph, layout: Layout): Step | null {
  const { tasks, tables, files } = layout;
  const begin = (to: ObjectRef["to"], row: number | undefined): Step | null =>
    row === undefined ? null : { at: { to, row }, from: null };
  if (graph.tasks.count > 0) return begin("task", tasks[0]);
  if (graph.tables.count > 0) return begin("table", tables[0]);
  return begin("file", files[0]);
}

/** One key's step; the same step again where there is nothing that way. */
export function walk(graph: Graph, layout: Layout, step: Step, direction: Direction): Step {
  if (direction === "right") return forward(graph, step);
  if (direction === "left") return back(graph, step);
  return beside(graph, layout, step, direction === "down" ? 1 : -1);
}

const holds = (graph: Graph, file: number, slot: number): boolean =>
  graph.descriptors.file[slot] === file || graph.descriptors.wasFile?.[slot] === file;

function forward(graph: Graph, step: Step): Step {
  const { at, from } = step;
  const go = (to: ObjectRef["to"], row: number): Step => ({ at: { to, row }, from: at });
  if (at.to === "task") {
    const table = tablesOfTask(graph, at.row)[0];
    return table === undefined ? step : go("table", table);
  }
  if (at.to === "table") {
    const first = graph.tables.first[at.row] as number;
    return first < (graph.tables.first[at.row + 1] as number) ? go("descriptor", first) : step;
  }
  if (at.to === "descriptor") {
    // Having come from a file, back to that one: in a union a slot may have led to two.
    if (from?.to === "file" && holds(graph, from.row, at.row)) return go("file", from.row);
    const file = graph.descriptors.file[at.row] as number;
    const target = file === NONE ? (graph.descriptors.wasFile?.[at.row] ?? NONE) : file;
    return target === NONE ? step : go("file", target);
  }
  return step;
}

function back(graph: Graph, step: Step): Step {
  const { at, from } = step;
  const go = (to: ObjectRef["to"], row: number): Step => ({ at: { to, row }, from: at });
  if (at.to === "file") {
    if (from?.to === "descriptor" && holds(graph, at.row, from.row)) return { at: from, from: at };
    const first = graph.files.firstHolder[at.row] as number;
    return first < (graph.files.firstHolder[at.row + 1] as number)
      ? go("descriptor", graph.files.holder[first] as number)
      : step;
  }
  if (at.to === "descriptor") return go("table", graph.descriptors.table[at.row] as number);
  if (at.to === "table") {
    const first = graph.tables.firstTask[at.row] as number;
    const end = graph.tables.firstTask[at.row + 1] as number;
    if (from?.to === "task" && graph.tables.task.subarray(first, end).includes(from.row)) return { at: from, from: at };
    return first < end ? go("task", graph.tables.task[first] as number) : step;
  }
  return step;
}

function beside(graph: Graph, layout: Layout, step: Step, by: number): Step {
  const { at, from } = step;
  const to = (row: number | undefined): Step => (row === undefined ? step : { at: { to: at.to, row }, from });
  /** The neighbour among rows first … end - 1 of an edge list. */
  const among = (rows: Uint32Array, first: number, end: number): Step => {
    const index = rows.subarray(first, end).indexOf(at.row) + by;
    return index < 0 || index >= end - first ? step : to(rows[first + index]);
  };
  if (at.to === "descriptor") {
    if (from?.to === "file" && holds(graph, from.row, at.row)) {
      const { firstHolder, holder } = graph.files;
      return among(holder, firstHolder[from.row] as number, firstHolder[from.row + 1] as number);
    }
    const table = graph.descriptors.table[at.row] as number;
    const next = at.row + by;
    const inside = next >= (graph.tables.first[table] as number) && next < (graph.tables.first[table + 1] as number);
    return inside ? to(next) : step;
  }
  if (at.to === "task") {
    if (from?.to === "table") {
      const { firstTask, task } = graph.tables;
      return among(task, firstTask[from.row] as number, firstTask[from.row + 1] as number);
    }
    return to(layout.tasks[(layout.taskPlace[at.row] as number) + by]);
  }
  if (at.to === "table") return to(layout.tables[(layout.tablePlace[at.row] as number) + by]);
  return to(layout.files[(layout.filePlace[at.row] as number) + by]);
}
