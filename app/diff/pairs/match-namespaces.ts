// Which namespaces of two images correspond. Every dump numbers them anew, so the tasks in them decide.

import { NONE } from "../../model/checkpoint.ts";
import type { Side } from "../../model/comparison/side.ts";
import type { DetailValue } from "../../model/fields.ts";
import { i32At } from "../../model/read.ts";
import type { TaskRow } from "../../model/rows.ts";
import { memo } from "../../resources/memo.ts";
import { resourceNamed } from "../../resources/resources.ts";
import { cellAt, type Resources, type ResourceTable } from "../../resources/table.ts";
import type { Compared } from "./holders.ts";
import { createOverlaps } from "./overlaps.ts";
import { pairNumber } from "./pair.ts";

/**
 * The task that identifies each namespace, by side: the row before of a task that is in it and in both images.
 * Namespaces of one kind have the same task if and only if they correspond. Read it through `namespaceTask`.
 */
export type NamespaceTasks = Readonly<Record<Side, ReadonlyMap<string, TaskRow>>>;

/**
 * The task that identifies a namespace, given its kind (as in /proc/PID/ns) and its id on one side; NONE: none does.
 */
export const namespaceTask = (tasks: NamespaceTasks, side: Side, kind: DetailValue, id: DetailValue): TaskRow =>
  typeof kind === "string" && typeof id === "number" ? (tasks[side].get(namespaceKey(kind, id)) ?? NONE) : NONE;

/**
 * Matches the namespaces that have most tasks in common; of several, those of the task with the lowest pid. So if one
 * of many tasks enters another namespace, only that task has changed.
 */
export function matchNamespaces(
  { before, after, pairs }: Compared,
  resources: Readonly<Record<Side, Resources>>,
): NamespaceTasks {
  const overlaps = createOverlaps();
  const namespacesBefore = namespacesOfTasks(resources.before.namespaces);
  const isSameTable = resources.before.namespaces === resources.after.namespaces;
  const namespacesAfter = isSameTable ? namespacesBefore : namespacesOfTasks(resources.after.namespaces);
  namespacesBefore.forEach((namespaces, task) => {
    const others = namespacesAfter.get(i32At(pairs.taskAfter, task));
    const number = pairNumber(before, after, task, NONE);
    namespaces.forEach((key, kind) => {
      const other = others?.get(kind);
      if (other !== undefined) overlaps.add(key, other, task, number);
    });
  });
  const matched = overlaps.match();
  const tasksOf = (side: Side): ReadonlyMap<string, TaskRow> =>
    new Map([...matched[side]].map(([key, { first }]) => [key, first]));
  return { before: tasksOf("before"), after: tasksOf("after") };
}

/** Whether corresponding namespaces have the same ids in both images. */
export function keepIds({ before, after }: NamespaceTasks): boolean {
  if (before.size !== after.size) return false;
  for (const [key, task] of before) if (after.get(key) !== task) return false;
  return true;
}

const namespaceKey = (kind: string, id: number): string => `${kind} ${id}`;

/** The namespaces of each task, by kind. If a forged image has several of a kind, the first counts. */
function namespacesOfTasks(table: ResourceTable | undefined): Map<TaskRow, Map<string, string>> {
  const found = new Map<TaskRow, Map<string, string>>();
  if (table === undefined) return found;
  // Made once for each namespace, because many tasks are in it.
  const keyOf = memo((kind: string) => memo((id: number) => namespaceKey(kind, id)));
  const [kindOf, idOf] = [cellReader(table, "kind"), cellReader(table, "id")];
  for (let row = 0; row < table.count; row++) {
    const task = i32At(table.task, row);
    const [kind, id] = [kindOf(row), idOf(row)];
    if (task === NONE || typeof kind !== "string" || typeof id !== "number") continue;
    let own = found.get(task);
    if (own === undefined) {
      own = new Map();
      found.set(task, own);
    }
    if (!own.has(kind)) own.set(kind, keyOf(kind)(id));
  }
  return found;
}

/** A function that reads a column of a table of namespaces. */
function cellReader(table: ResourceTable, name: string): (row: number) => DetailValue {
  const { columns } = resourceNamed("namespaces");
  const at = columns.findIndex((column) => column.name === name);
  const spec = columns[at];
  return (row) => (spec === undefined ? null : cellAt(spec, table.columns[at], row));
}
