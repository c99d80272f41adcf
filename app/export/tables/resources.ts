// Tables of resources as text: entries of `show --json --resources`, aligned columns, CSV and TSV.

import { allRows } from "../../model/all-rows.ts";
import { jsonText } from "../../model/text/text.ts";
import type { ColumnSpec, ResourceSpec } from "../../resources/resource.ts";
import { resourceNamed } from "../../resources/resources.ts";
import { entryAt, hasValues, type Resources, type ResourceTable } from "../../resources/table.ts";
import { cellsOf, completeCell, shownCell } from "../../resources/words-of.ts";
import { delimitedCell, delimitedLine, type Separator } from "./delimited.ts";

/** Whether a row of a table is listed. */
export type ListedRow = (table: ResourceTable, row: number) => boolean;

const everyRow: ListedRow = () => true;

/**
 * The value of `resources` in the JSON document, in pieces of text: an object with a list of entries for each table.
 */
export function* resourcesJson(resources: Resources, listed: ListedRow = everyRow): Generator<string> {
  yield "{";
  let separator = "";
  for (const [name, table] of Object.entries(resources)) {
    const spec = resourceNamed(name);
    yield `${separator}\n    ${jsonText(name)}: [`;
    separator = ",";
    let count = 0;
    for (let row = 0; row < table.count; row++) {
      if (listed(table, row)) yield `${count++ === 0 ? "" : ","}\n      ${jsonText(entryAt(spec, table, row))}`;
    }
    yield count === 0 ? "]" : "\n    ]";
  }
  yield "\n  }";
}

/** Columns that have a value in some row: the others would waste space. */
function usedColumns(spec: ResourceSpec, table: ResourceTable): number[] {
  const used: number[] = [];
  for (const [at, each] of spec.columns.entries()) {
    if (each.minor !== true && hasValues(table, at)) used.push(at);
  }
  return used;
}

const RIGHT: ReadonlySet<string> = new Set(["number", "decimal", "signed", "seconds", "address", "mode"]);

const shownOrNothing: typeof shownCell = (...of) => shownCell(...of) || "-";

/** The widest that a column is padded to: the cells of a list may be far longer. */
const MOST_WIDTH = 48;

/** A table as aligned lines, without newlines: its title, its headings, its rows. */
export function* resourceLines(table: ResourceTable, listed: ListedRow = everyRow): Generator<string> {
  const spec = resourceNamed(table.resource);
  const used = usedColumns(spec, table);
  const columns = used.map((at) => spec.columns[at] as ColumnSpec);
  const texts = used.map((at, nth) => cellsOf(shownOrNothing, columns[nth] as ColumnSpec, table.columns[at]));
  const widths = columns.map(({ title }) => title.length);
  let count = 0;
  for (let row = 0; row < table.count; row++) {
    if (!listed(table, row)) continue;
    count++;
    for (const [nth, textAt] of texts.entries()) {
      const { length } = textAt(row);
      if (length > (widths[nth] as number)) widths[nth] = Math.min(MOST_WIDTH, length);
    }
  }
  yield `${spec.title}${table.cut ? " (not all)" : ""}`;
  if (count === 0) {
    yield table.held ? "  none" : "  not in the image";
    return;
  }
  const line = (cells: readonly string[]): string =>
    `  ${cells
      .map((cell, nth) => {
        const width = widths[nth] ?? 0;
        if (RIGHT.has(columns[nth]?.type ?? "")) return cell.padStart(width);
        return nth === cells.length - 1 ? cell : cell.padEnd(width);
      })
      .join("  ")}`.trimEnd();
  yield line(columns.map(({ title }) => title));
  for (let row = 0; row < table.count; row++) {
    if (listed(table, row)) yield line(texts.map((textAt) => textAt(row)));
  }
}

/** A table with all its columns, one line for each row, with newlines; the names of the columns come first. */
export function* resourceTable(
  table: ResourceTable,
  separator: Separator,
  listed: ListedRow = everyRow,
  rows: Iterable<number> = allRows(table.count),
): Generator<string> {
  const { columns } = resourceNamed(table.resource);
  yield delimitedLine(
    columns.map(({ name }) => name),
    separator,
  );
  const cell: typeof completeCell = (...of) => delimitedCell(completeCell(...of), separator);
  const cells = columns.map((each, at) => cellsOf(cell, each, table.columns[at]));
  const end = separator === "," ? "\r\n" : "\n";
  for (const row of rows) {
    if (listed(table, row)) yield cells.map((textAt) => textAt(row)).join(separator) + end;
  }
}
