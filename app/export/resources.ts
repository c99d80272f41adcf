// Tables of resources as text: entries of `show --json --resources`, aligned columns, CSV and TSV.

import { jsonText } from "../model/text.ts";
import type { ColumnSpec, ResourceSpec } from "../resources/resource.ts";
import { resourceNamed } from "../resources/resources.ts";
import { entryAt, hasValues, type Resources, type ResourceTable } from "../resources/table.ts";
import { completeCell, shownCell } from "../resources/words-of.ts";
import { delimitedLine, type Separator } from "./delimited.ts";

/** Whether a row of a table is listed. */
export type ListedRow = (table: ResourceTable, row: number) => boolean;

const everyRow: ListedRow = () => true;

/** The value of `resources` in the JSON document, in pieces of text: an object with a list of entries for each table. */
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

/** The widest that a column is padded to: the cells of a list may be far longer. */
const MOST_WIDTH = 48;

/** A table as aligned lines, without newlines: its title, its headings, its rows. */
export function* resourceLines(table: ResourceTable, listed: ListedRow = everyRow): Generator<string> {
  const spec = resourceNamed(table.resource);
  const used = usedColumns(spec, table);
  const columns = used.map((at) => spec.columns[at] as ColumnSpec);
  const textAt = (row: number, at: number): string => {
    const each = spec.columns[at] as ColumnSpec;
    return shownCell(each, table.columns[at], row) || "-";
  };
  const widths = columns.map(({ title }) => title.length);
  let count = 0;
  for (let row = 0; row < table.count; row++) {
    if (!listed(table, row)) continue;
    count++;
    for (const [nth, at] of used.entries()) {
      widths[nth] = Math.min(MOST_WIDTH, Math.max(widths[nth] as number, textAt(row, at).length));
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
  for (let row = 0; row < table.count; row++) if (listed(table, row)) yield line(used.map((at) => textAt(row, at)));
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
  for (const row of rows) {
    if (!listed(table, row)) continue;
    const cells = columns.map((each, at) => completeCell(each, table.columns[at], row));
    yield delimitedLine(cells, separator);
  }
}

function* allRows(count: number): Generator<number> {
  for (let row = 0; row < count; row++) yield row;
}
