// The tables of resources as the page shows them: which one, and how it is filtered and sorted.

import { isOfResources } from "../../diff/changes.ts";
import type { Comparison } from "../../diff/comparison.ts";
import { kindAt } from "../../diff/comparison.ts";
import { resourceAt } from "../../diff/describe/resource-at.ts";
import { resolve } from "../../link/name.ts";
import { type Checkpoint, NONE, taskNumber } from "../../model/checkpoint.ts";
import { i32At } from "../../model/read.ts";
import type { Selection } from "../../model/related.ts";
import { orderResource, type ResourceOrder } from "../../resources/order.ts";
import { type ColumnSpec, FD } from "../../resources/resource.ts";
import { isResource, RESOURCES, resourceNamed } from "../../resources/resources.ts";
import { cellAt, type Resources, type ResourceTable } from "../../resources/table.ts";
import type { Client } from "../../worker/client.ts";
import type { Doc, ResourceView } from "../state.ts";

/** Longer tables are filtered and sorted by the worker. */
const PAGE_ROWS = 5000;

/** How a table is filtered and sorted. */
export const orderOfResource = ({ filter, sort }: ResourceView): ResourceOrder => ({
  filter,
  column: sort?.column ?? null,
  descending: sort?.descending ?? false,
});

/** The rows of a table as shown, if the page can find them at once; `null`: the worker has to. */
export function resourceRowsNow(table: ResourceTable, view: ResourceView): Uint32Array | null {
  const isPlain = view.filter.trim() === "" && view.sort === null;
  return table.count <= PAGE_ROWS || isPlain ? orderResource(table, orderOfResource(view)) : null;
}

/** The rows of a table as shown. */
export async function resourceRows(
  client: Client,
  { document }: Doc,
  table: ResourceTable,
  view: ResourceView,
  signal?: AbortSignal,
): Promise<Uint32Array> {
  const now = resourceRowsNow(table, view);
  if (now !== null || document === null) return now ?? new Uint32Array(0);
  const request = { document, resource: table.resource, order: orderOfResource(view) };
  return client.request("orderResource", request, signal ? { signal } : {});
}

/** What a row is about: its descriptor, else its task, else the record that it is read from; `null`: nothing known. */
export function selectionOfRow(checkpoint: Checkpoint, table: ResourceTable, row: number): Selection | null {
  const task = i32At(table.task, row);
  const record = i32At(table.record, row);
  if (task === NONE) return record === NONE ? null : { to: "record", row: record };
  const { columns } = resourceNamed(table.resource);
  const at = columns.findIndex(({ name }) => name === FD.name);
  const fd = at === NONE ? null : cellAt(columns[at] as ColumnSpec, table.columns[at], row);
  const number = taskNumber(checkpoint.tasks, task);
  const found = typeof fd === "number" ? resolve(checkpoint, { to: "descriptor", task: number, fd }) : null;
  return found ?? { to: "task", row: task };
}

/** Shown first for a single image, if it has rows: mappings are most of what an image holds. */
const MAIN = "mappings";

/** The resource to show: the chosen one if it exists; else the first with changes; else the first that has rows. */
export function resourceShown(chosen: string, tables: Resources, comparison: Comparison | null): string {
  if (isResource(chosen)) return chosen;
  const changed = new Set(comparison === null ? [] : changedResources(comparison));
  const hasRows = (name: string): boolean => (tables[name]?.count ?? 0) > 0;
  const names = RESOURCES.map(({ name }) => name);
  return names.find((name) => changed.has(name)) ?? [MAIN, ...names].find(hasRows) ?? MAIN;
}

function* changedResources(comparison: Comparison): Generator<string> {
  for (let change = 0; change < comparison.changes.count; change++) {
    if (isOfResources(kindAt(comparison, change))) yield resourceAt(comparison, change).change.spec.name;
  }
}
