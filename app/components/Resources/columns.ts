// Which columns of a resource are shown, and how wide they are.

import type { ColumnSpec, ResourceSpec } from "../../resources/resource.ts";
import { hasValues, type ResourceTable } from "../../resources/table.ts";

const RIGHT: ReadonlySet<string> = new Set(["number", "decimal", "signed", "seconds", "address", "mode"]);

/** Whether the cells of a column are aligned to the right. */
export const isRight = (column: ColumnSpec | undefined): boolean => column !== undefined && RIGHT.has(column.type);

/** Columns that have a value in some row, by their place among those of the resource. */
export const shownColumns = (spec: ResourceSpec, table: ResourceTable): number[] =>
  spec.columns.flatMap((column, at) => (column.minor !== true && hasValues(table, at) ? [at] : []));

const LEAST = 6;
/** Wider columns get only the room that is left. */
const MOST = 44;
const WIDEST = 400;
/** Rows whose texts are measured. */
const MEASURED = 500;
/** Room beside a text: the padding of a cell. */
const ROOM = 3;

/** The least width of a column, and the width up to which it takes room that is left, in characters. */
interface ColumnWidth {
  readonly least: number;
  readonly most: number;
}

/** The tracks of a grid with these columns. */
export const tracksOf = (widths: readonly ColumnWidth[]): string =>
  [...widths.map(({ least, most }) => `minmax(${least}ch, ${most}ch)`), "minmax(0, 1fr)"].join(" ");

/** Widths that fit the titles and the first rows. */
export function columnWidths(
  spec: ResourceSpec,
  columns: readonly number[],
  count: number,
  textAt: (row: number, column: number) => string,
): ColumnWidth[] {
  return columns.map((at) => {
    let width = Math.max(LEAST, spec.columns[at]?.title.length ?? 0);
    for (let row = 0; row < Math.min(count, MEASURED); row++) width = Math.max(width, textAt(row, at).length);
    return { least: Math.min(MOST, width) + ROOM, most: Math.min(WIDEST, width) + ROOM };
  });
}
