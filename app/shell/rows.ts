// The rows of a listing as the user ordered and filtered them: put in order by the page where that takes no time,
// else by the worker.

import type { Listing } from "../model/columns.ts";
import { isPlain, type Order, orderRows } from "../model/order.ts";
import type { Client } from "../worker/client.ts";
import type { Doc, ListingView } from "./state.ts";

/** With more rows than this in its longest lists, a document is put in order by the worker. */
const PAGE_ROWS = 5000;

export function orderOf(listing: Listing, { filter, sort }: ListingView): Order {
  return { listing, filter, column: sort?.column ?? null, descending: sort?.descending ?? false };
}

/** The rows, where the page can tell them at once; `null`: ask the worker. */
export function rowsNow({ document, checkpoint }: Doc, order: Order): Uint32Array | null {
  const { descriptors, files, records, tasks } = checkpoint;
  const large = Math.max(descriptors.count, files.count, records.count, tasks.count) > PAGE_ROWS;
  if (!large || isPlain(order)) return orderRows(checkpoint, order);
  // The worker is busy with the rest of an early part, which is shown as it comes.
  return document === null ? orderRows(checkpoint, { ...order, filter: "", column: null, descending: false }) : null;
}

/** The rows as they are shown, wherever they are put in order. */
export async function shownRows(
  client: Client,
  doc: Doc,
  listing: Listing,
  view: ListingView,
  signal?: AbortSignal,
): Promise<Uint32Array> {
  const order = orderOf(listing, view);
  const now = rowsNow(doc, order);
  if (now !== null || doc.document === null) return now ?? new Uint32Array(0);
  return client.request("order", { document: doc.document, order }, signal ? { signal } : {});
}
