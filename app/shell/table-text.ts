// Tables as text. Loaded when it is needed. Long listings are formatted in slices, so that the page stays responsive.

import { rowLines, type Separator, titleLine } from "../export/delimited.ts";
import type { Checkpoint } from "../model/checkpoint.ts";
import type { Listing } from "../model/columns/column.ts";
import type { Client, RequestOptions } from "../worker/client.ts";
import { NO_ROWS, orderOf, rowsNow } from "./rows.ts";
import type { Doc, ListingView } from "./state.ts";

/** Rows to format without a pause. */
const SLICE = 2000;

/** Rows of a listing as text, with a header line. */
export async function listingText(
  checkpoint: Checkpoint,
  listing: Listing,
  columns: readonly string[],
  rows: Uint32Array,
  separator: Separator,
): Promise<Blob> {
  const parts: string[] = [titleLine(listing, columns, separator)];
  for (let from = 0; from < rows.length; from += SLICE) {
    parts.push(rowLines(checkpoint, listing, columns, rows, from, from + SLICE, separator));
    await new Promise((resume) => setTimeout(resume));
  }
  return new Blob(parts, { type: separator === "," ? "text/csv" : "text/tab-separated-values" });
}

/** The visible rows and columns of a listing as text: by the worker, or by the page while the worker is decoding the rest. */
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
  return listingText(checkpoint, listing, view.columns, (rowsNow(doc, order) ?? NO_ROWS).rows, separator);
}

/** The descriptors that go with the visible rows of a listing, as lsof-like text. */
export const descriptorLines = (
  client: Client,
  document: number,
  listing: Listing,
  view: ListingView,
  options: RequestOptions,
): Promise<Blob> => client.request("lines", { document, order: orderOf(listing, view) }, options);
