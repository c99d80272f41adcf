// Rows of a listing as text for spreadsheets (CSV) and for pasting (TSV).

import type { Checkpoint } from "../model/checkpoint.ts";
import type { Column, Listing } from "../model/columns/column.ts";
import { columnOf } from "../model/columns/columns.ts";
import { u32At } from "../model/read.ts";

export type Separator = "," | "\t";

/** The header line. CSV lines end in CRLF (RFC 4180). */
export function titleLine(listing: Listing, columns: readonly string[], separator: Separator): string {
  return delimitedLine(
    columns.map((id) => columnOf(listing, id)?.title ?? id),
    separator,
  );
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
    lines += delimitedLine(
      known.map((column) => column.text(checkpoint, row)),
      separator,
    );
  }
  return lines;
}

/** One line with its end. */
export const delimitedLine = (cells: readonly string[], separator: Separator): string =>
  cells.map((text) => delimitedCell(text, separator)).join(separator) + (separator === "," ? "\r\n" : "\n");

/** What spreadsheets take for the start of a formula. Names come from untrusted images. */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
/** Not formulas: a number, and the dash that represents a missing value. */
const HARMLESS = /^-\d*$/;

/** One cell. One that a spreadsheet would take for a formula begins with an apostrophe. */
export function delimitedCell(text: string, separator: Separator): string {
  const isFormula = FORMULA.test(text) && !HARMLESS.test(text);
  // When pasted into a spreadsheet, a quote at the start of a cell swallows all cells up to the next quote.
  const safe = isFormula || (separator === "\t" && text.startsWith('"')) ? `'${text}` : text;
  if (separator === "\t") return safe.replace(/[\t\r\n]/g, " ");
  // Where the comma is the decimal sign, spreadsheets separate cells at semicolons.
  return /[",;\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
