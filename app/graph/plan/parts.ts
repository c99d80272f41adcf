// Parts shared by both plans (whole.ts, around.ts).

import type { ObjectRef } from "../../model/object-ref.ts";
import { u32At } from "../../model/read.ts";
import {
  changeOf,
  type Graph,
  type GraphFileRow,
  type GraphTableRow,
  type GraphTaskRow,
  HIDDEN,
  holdersOf,
  type Subject,
} from "../order/graph.ts";
import type { Layout } from "../order/layout.ts";

/** The first `most` tasks of a table, always including the selected one, and the number left out. */
export function someTasks(subject: Subject, table: GraphTableRow, selection: ObjectRef | null, most: number) {
  const { firstTask, task } = subject.graph.tables;
  const all = task.subarray(u32At(firstTask, table), u32At(firstTask, table + 1));
  const users =
    (subject.both?.off.tasks ?? 0) === 0 ? all : all.filter((row) => changeOf(subject, "task", row) !== HIDDEN);
  const tasks: GraphTaskRow[] = [...users.subarray(0, most)];
  if (selection?.to === "task" && !tasks.includes(selection.row) && users.includes(selection.row)) {
    tasks.push(selection.row);
  }
  return { tasks, moreTasks: users.length - tasks.length };
}

/** The number of these files that have several holders. */
export function countShared(graph: Graph, files: Iterable<GraphFileRow>): number {
  let count = 0;
  for (const file of files) if (holdersOf(graph, file) > 1) count++;
  return count;
}

export const inLaneOrder = (layout: Layout, files: Iterable<GraphFileRow>): GraphFileRow[] =>
  [...files].sort((a, b) => u32At(layout.filePlace, a) - u32At(layout.filePlace, b));
