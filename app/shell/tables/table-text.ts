// Tables as text. Loaded when it is needed. Long listings are formatted in slices, so that the page stays responsive.

import type { Separator } from "../../export/tables/delimited.ts";
import { listingTable } from "../../export/tables/listing-table.ts";
import type { Checkpoint } from "../../model/checkpoint.ts";
import type { Listing } from "../../model/listings/column.ts";
import type { Client, RequestOptions } from "../../worker/client.ts";
import { blobOf } from "../../worker/pieces.ts";
import type { Doc, ListingView } from "../state.ts";
import { NO_ROWS, orderOf, rowsNow } from "./rows.ts";

/** Milliseconds of work between two pauses. */
const TURN = 10;

/** Rows of a listing as text, with a header line. */
export async function listingText(
  checkpoint: Checkpoint,
  listing: Listing,
  columns: readonly string[],
  rows: Uint32Array,
  separator: Separator,
  { signal = new AbortController().signal, onProgress: reportProgress = () => {} }: RequestOptions = {},
): Promise<Blob> {
  const { parts, share } = listingTable(checkpoint, listing, columns, rows, separator);
  const type = separator === "," ? "text/csv" : "text/tab-separated-values";
  return blobOf(parts, type, { signal, reportProgress }, share, TURN);
}

/**
 * The visible rows and columns of a listing as text: by the worker, or by the page while the
 * worker is decoding the rest.
 */
export async function tableText(
  client: Client,
  doc: Doc,
  listing: Listing,
  view: ListingView,
  separator: Separator,
  options: RequestOptions,
): Promise<Blob> {
  const { document, checkpoint } = doc;
  const order = orderOf(listing, view);
  if (document !== null) {
    return client.request("table", { document, order, columns: view.columns, separator }, options);
  }
  return listingText(checkpoint, listing, view.columns, (rowsNow(doc, order) ?? NO_ROWS).rows, separator, options);
}

/** The descriptors that go with the visible rows of a listing, as lsof-like text. */
export const descriptorLines = (
  client: Client,
  document: number,
  listing: Listing,
  view: ListingView,
  options: RequestOptions,
): Promise<Blob> => client.request("lines", { document, order: orderOf(listing, view) }, options);
