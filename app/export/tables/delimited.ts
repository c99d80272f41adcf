// Cells and lines of text for spreadsheets (CSV) and for pasting (TSV).

export type Separator = "," | "\t";

/** One line with its end. CSV lines end in CRLF (RFC 4180). */
export const delimitedLine = (cells: readonly string[], separator: Separator): string =>
  cells.map((text) => delimitedCell(text, separator)).join(separator) + (separator === "," ? "\r\n" : "\n");

/** Characters that start a formula in spreadsheets. Names come from untrusted images. */
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
