// Which namespaces of two images correspond. Every dump numbers them anew, so the tasks in them decide.

import { NONE } from "../model/checkpoint.ts";
import { i32At } from "../model/read.ts";
import { SIDES, type Side } from "../model/side.ts";
import { resourceNamed } from "../resources/resources.ts";
import { cellAt, type Resources, type ResourceTable } from "../resources/table.ts";
import type { Compared } from "./holders.ts";
import { pairNumber } from "./pair.ts";

/**
 * Names a namespace, given its kind (as in /proc/PID/ns) and its id on one side. Corresponding namespaces have the same
 * name, any others have different ones. `null`: no task that both images have is in it, so its counterpart is unknown.
 */
export type NamespaceName = (side: Side, kind: string, id: number) => string | null;

/** A namespace before and one after, and the tasks that are in both. */
interface Overlap {
  readonly before: string;
  readonly after: string;
  tasks: number;
  /** The lowest number of these tasks. */
  lowest: number;
}

/**
 * Matches the namespaces that have most tasks in common; of several, those of the task with the lowest pid. So if one of
 * many tasks enters another namespace, only that task has changed.
 */
export function matchNamespaces(compared: Compared, resources: Readonly<Record<Side, Resources>>): NamespaceName {
  const overlaps = overlapsOf(compared, resources);
  const names: Record<Side, Map<string, string>> = { before: new Map(), after: new Map() };
  for (const { before, after } of overlaps.toSorted((a, b) => b.tasks - a.tasks || a.lowest - b.lowest)) {
    if (names.before.has(before) || names.after.has(after)) continue;
    names.before.set(before, `both ${before}`);
    names.after.set(after, `both ${before}`);
  }
  for (const overlap of overlaps) {
    for (const side of SIDES) {
      const own = overlap[side];
      if (!names[side].has(own)) names[side].set(own, `${side} ${own}`);
    }
  }
  return (side, kind, id) => names[side].get(namespaceKey(kind, id)) ?? null;
}

const namespaceKey = (kind: string, id: number): string => `${kind} ${id}`;

/** The pairs of namespaces with a task in common. */
function overlapsOf({ before, after, pairs }: Compared, resources: Readonly<Record<Side, Resources>>): Overlap[] {
  const found = new Map<string, Overlap>();
  const namespacesAfter = new Map<number, Map<string, string>>();
  for (const { task, kind, key } of rowsOf(resources.after.namespaces)) {
    const taskBefore = i32At(pairs.taskBefore, task);
    if (taskBefore === NONE) continue;
    const own = namespacesAfter.get(taskBefore) ?? new Map<string, string>();
    namespacesAfter.set(taskBefore, own);
    if (!own.has(kind)) own.set(kind, key);
  }
  for (const { task, kind, key } of rowsOf(resources.before.namespaces)) {
    const other = namespacesAfter.get(task)?.get(kind);
    if (other === undefined) continue;
    const number = pairNumber(before, after, task, NONE);
    const both = `${key} ${other}`;
    const overlap = found.get(both) ?? { before: key, after: other, tasks: 0, lowest: number };
    found.set(both, overlap);
    overlap.tasks++;
    overlap.lowest = Math.min(overlap.lowest, number);
  }
  return [...found.values()];
}

/** The rows of a table of namespaces that belong to a task. */
function* rowsOf(table: ResourceTable | undefined): Generator<{ task: number; kind: string; key: string }> {
  if (table === undefined) return;
  const { columns } = resourceNamed("namespaces");
  const cell = (name: string) => {
    const at = columns.findIndex((column) => column.name === name);
    const spec = columns[at];
    return (row: number) => (spec === undefined ? null : cellAt(spec, table.columns[at], row));
  };
  const [kindOf, idOf] = [cell("kind"), cell("id")];
  for (let row = 0; row < table.count; row++) {
    const task = i32At(table.task, row);
    const [kind, id] = [kindOf(row), idOf(row)];
    if (task !== NONE && typeof kind === "string" && typeof id === "number") {
      yield { task, kind, key: namespaceKey(kind, id) };
    }
  }
}
