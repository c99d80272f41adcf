// Parts shared by both plans (whole.ts, around.ts).

import { NONE } from "../../model/checkpoint.ts";
import type { ObjectRef } from "../../model/object-ref.ts";
import { i32At, u8At, u32At } from "../../model/read.ts";
import {
  changeOf,
  type Graph,
  type GraphFileRow,
  type GraphTableRow,
  type GraphTaskRow,
  HIDDEN,
  holdersOf,
  type SlotRow,
  type Subject,
} from "../order/graph.ts";
import type { Layout } from "../order/layout.ts";
import { type Expansion, FOLD_MISSING, FOLD_SHARED, type PlannedTable } from "./plan.ts";

/** The inputs of the plan of a whole graph. */
export interface PlanInput {
  readonly subject: Subject;
  readonly layout: Layout;
  readonly selection: ObjectRef | null;
  readonly expansion: Expansion;
  readonly level: "words" | "bars";
  /** Slots that are drawn in any case: the selected one, and those that hold what the selection is linked to. */
  readonly kept: ReadonlySet<SlotRow>;
  /** Two images, folded to what changed. */
  readonly isFolded: boolean;
}

/** Marks that are left, and the files that are drawn as boxes so far. */
export interface Budget {
  left: number;
  readonly files: Set<GraphFileRow>;
}

export function addFile(budget: Budget, file: GraphFileRow, cost: number): void {
  if (file === NONE || budget.files.has(file)) return;
  budget.files.add(file);
  budget.left -= cost;
}

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

/** The targets of a table's undrawn slots: drawn files, or folds. `slots` are the drawn ones, ascending. */
export function undrawn(
  subject: Subject,
  table: GraphTableRow,
  slots: readonly SlotRow[],
  files: ReadonlySet<GraphFileRow>,
): Pick<PlannedTable, "bundles" | "folds"> {
  const { graph } = subject;
  const bundles = new Map<GraphFileRow, number>();
  const folds = new Map<number, number>();
  const add = (counts: Map<number, number>, key: number): void => {
    counts.set(key, (counts.get(key) ?? 0) + 1);
  };
  let next = 0;
  const end = u32At(graph.tables.first, table + 1);
  for (let slot = u32At(graph.tables.first, table); slot < end; slot++) {
    if (slots[next] === slot) {
      next++;
      continue;
    }
    if (changeOf(subject, "descriptor", slot) === HIDDEN) continue;
    const file = i32At(graph.descriptors.file, slot);
    if (file === NONE) add(folds, FOLD_MISSING);
    else if (files.has(file)) add(bundles, file);
    else add(folds, holdersOf(graph, file) > 1 ? FOLD_SHARED : u8At(graph.files.kind, file));
  }
  return { bundles, folds };
}
