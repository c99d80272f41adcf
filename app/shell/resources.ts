// The tables of resources as the page shows them: which one, and how it is filtered and sorted.

import { orderResource, type ResourceOrder } from "../resources/order.ts";
import type { ResourceTable } from "../resources/table.ts";
import type { Client } from "../worker/client.ts";
import type { Doc, ResourceView } from "./state.ts";

/** Longer tables are filtered and sorted by the worker. */
const PAGE_ROWS = 5000;

const orderOfResource = ({ filter, sort }: ResourceView): ResourceOrder => ({
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
