// The rows of a listing, filtered and sorted: by the page for small documents, else by the worker.

import type { Listing } from "../model/columns/column.ts";
import { isPlain, type Order, orderRows } from "../model/order.ts";
import type { Client } from "../worker/client.ts";
import type { Doc, ListingView } from "./state.ts";

/** Documents with longer listings are sorted by the worker. Sorting this many rows takes a few milliseconds. */
const PAGE_ROWS = 5000;

export function orderOf(listing: Listing, { filter, sort }: ListingView): Order {
  return { listing, filter, column: sort?.column ?? null, descending: sort?.descending ?? false };
}

/** The rows, if the page can sort them at once; `null`: the worker has to. */
export function rowsNow({ document, checkpoint }: Doc, order: Order): Uint32Array | null {
  const { descriptors, files, records, tasks } = checkpoint;
  const large = Math.max(descriptors.count, files.count, records.count, tasks.count) > PAGE_ROWS;
  if (!large || isPlain(order)) return orderRows(checkpoint, order);
  // While the worker is busy decoding the rest, rows of an early part are shown unfiltered and in file order.
  return document === null ? orderRows(checkpoint, { ...order, filter: "", column: null, descending: false }) : null;
}

/** The rows as shown, sorted by the page or by the worker. */
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
