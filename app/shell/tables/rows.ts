// The rows of a listing, filtered and sorted: by the page for small documents, else by the worker.

import type { Checkpoint } from "../../model/checkpoint.ts";
import { LISTINGS, type Listing, rowCount } from "../../model/listings/column.ts";
import { filterErrors } from "../../model/listings/filter.ts";
import { groupRows, isPlain, type Order, type OrderedRows } from "../../model/listings/order.ts";
import type { Client } from "../../worker/client.ts";
import type { Doc, ListingView } from "../state.ts";
import { isLarge } from "./large.ts";

/** An invalid filter hides nothing: its error is shown below the box. */
export function orderOf(listing: Listing, { filter: typed, sort, group }: Omit<ListingView, "columns">): Order {
  const filter = filterErrors(listing, typed).length > 0 ? "" : typed;
  return { listing, filter, column: sort?.column ?? null, descending: sort?.descending ?? false, group };
}

/** Rows that are listed at once ahead of their use. Takes a millisecond or two. */
const SLICE = 2 ** 18;

/** All rows in the image's order. They are views of one array, which becomes longer as it needs to. */
const allRows = createAllRows();

function createAllRows() {
  let rows = new Uint32Array(0);
  let listed = 0;
  const list = (count: number): void => {
    for (let row = listed; row < count; row++) rows[row] = row;
    listed = Math.max(listed, count);
  };
  const reserve = (count: number): void => {
    if (rows.length >= count) return;
    const longer = new Uint32Array(count);
    longer.set(rows.subarray(0, listed));
    rows = longer;
  };
  return {
    first(count: number): Uint32Array {
      reserve(count);
      list(count);
      return rows.subarray(0, count);
    },
    /** Lists some more of the first `count` rows; returns whether all of them are listed. */
    advance(count: number): boolean {
      reserve(count);
      list(Math.min(count, listed + SLICE));
      return listed >= count;
    },
  };
}

/**
 * Lists the rows of an image's longest listing, with pauses, before it is shown. All at once, millions of rows take
 * longer than rendering what is shown of them.
 */
export async function listAhead(checkpoint: Checkpoint, isWanted: () => boolean): Promise<void> {
  const count = Math.max(...LISTINGS.map((listing) => rowCount(checkpoint, listing)));
  const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
  for (await pause(); isWanted() && !allRows.advance(count); ) await pause();
}

/**
 * The index of a row among the rows of a listing; -1: it is not listed. Most often all rows are listed, in their order.
 */
export const placeOf = (rows: Uint32Array, row: number): number => (rows[row] === row ? row : rows.indexOf(row));

const plain = (checkpoint: Checkpoint, listing: Listing): OrderedRows => ({
  rows: allRows.first(rowCount(checkpoint, listing)),
  first: new Uint32Array(0),
});

/** The rows, if the page can sort them at once; `null`: the worker has to. */
export function rowsNow({ document, checkpoint }: Doc, order: Order): OrderedRows | null {
  if (isPlain(order)) return plain(checkpoint, order.listing);
  if (!isLarge(checkpoint)) return groupRows(checkpoint, order);
  // While the worker is busy decoding the rest, rows of an early part are shown unfiltered and in file order.
  return document === null ? plain(checkpoint, order.listing) : null;
}

/** The rows as shown, sorted by the page or by the worker. */
export async function shownRows(
  client: Client,
  doc: Doc,
  listing: Listing,
  view: Omit<ListingView, "columns">,
  signal?: AbortSignal,
): Promise<OrderedRows> {
  const order = orderOf(listing, view);
  const now = rowsNow(doc, order);
  if (now !== null || doc.document === null) return now ?? NO_ROWS;
  return client.request("order", { document: doc.document, order }, signal ? { signal } : {});
}

export const NO_ROWS: OrderedRows = { rows: new Uint32Array(0), first: new Uint32Array(0) };
