// Rows of a listing as text for spreadsheets (CSV) and for pasting (TSV).

import type { Checkpoint } from "../model/checkpoint.ts";
import type { Column, Listing } from "../model/columns/column.ts";
import { columnOf } from "../model/columns/columns.ts";
import { u32At } from "../model/read.ts";

export type Separator = "," | "\t";

/** The header line. CSV lines end in CRLF (RFC 4180). */
export function titleLine(listing: Listing, columns: readonly string[], separator: Separator): string {
  const titles = columns.map((id) => columnOf(listing, id)?.title ?? id);
  return titles.map((title) => cell(title, separator)).join(separator) + end(separator);
}

/** Rows `from` … `to - 1` of `rows`, one line each. */
export function rowLines(
  checkpoint: Checkpoint,
  listing: Listing,
  columns: readonly string[],
  rows: Uint32Array,
  from: number,
  to: number,
  separator: Separator,
): string {
  const known = columns.map((id) => columnOf(listing, id)).filter((column): column is Column => column !== null);
  let lines = "";
  for (let at = from; at < Math.min(to, rows.length); at++) {
    const row = u32At(rows, at);
    lines += known.map((column) => cell(column.text(checkpoint, row), separator)).join(separator) + end(separator);
  }
  return lines;
}

const end = (separator: Separator): string => (separator === "," ? "\r\n" : "\n");

/**
 * One cell. A value that a spreadsheet would take for a formula gets an apostrophe: names come from untrusted images.
 */
function cell(text: string, separator: Separator): string {
  const safe = /^[=+@-]/.test(text) && !/^-?\d+$/.test(text) ? `'${text}` : text;
  if (separator === "\t") return safe;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
