// The columns of a listing as TanStack Table wants them.

import {
  type ColumnDef,
  columnGroupingFeature,
  columnResizingFeature,
  columnSizingFeature,
  columnVisibilityFeature,
  rowSortingFeature,
  tableFeatures,
} from "@tanstack/react-table";
import type { Checkpoint } from "../../model/checkpoint.ts";
import type { Column, Listing } from "../../model/listings/column.ts";
import { COLUMNS, columnTitle, type ValueWidths } from "../../model/listings/columns.ts";
import type { Doc } from "../../shell/state.ts";
import { CHARACTER } from "../Path.tsx";

/** Pixels of a cell's padding. */
const PADDING = 13;

/** Pixels of the narrowest column. */
export const MIN_WIDTH = 32;

/** A line in view. */
export interface ShownRow {
  /** Its index among the lines. */
  readonly at: number;
  /** Its row in the listing; NONE for the heading of a group. */
  readonly row: number;
  /** The group that it is the heading of; -1: none. */
  readonly group: number;
  /** Pixels from the top. */
  readonly top: number;
}

/** Columns that take up the remaining room, unless the user chose their width. */
export const isFlexible = (id: string): boolean => id === "path" || id === "message";

export const features = tableFeatures({
  columnGroupingFeature,
  columnVisibilityFeature,
  columnSizingFeature,
  columnResizingFeature,
  rowSortingFeature,
});

/** Pixels of a column. */
export interface ColumnSize {
  /** Where there is room. */
  readonly size: number;
  /** Where there is less room: enough to recognize the values, and the whole title. */
  readonly least: number;
  /** At least this while it sorts the rows, as its title then has an arrow. */
  readonly sorted: number;
}

/**
 * The sizes of a listing's columns, by their ids.
 *
 * @param widths How wide the values are; `null`: not known yet, columns are as wide as they may be.
 */
export function columnSizes(
  listing: Listing,
  checkpoint: Checkpoint,
  widths: ValueWidths | null,
): ReadonlyMap<string, ColumnSize> {
  return new Map(
    COLUMNS[listing].map((column) => {
      const values = Math.min(column.width, widths?.[listing].get(column.id) ?? column.width);
      const title = titleLength(columnTitle(checkpoint, column));
      return [
        column.id,
        {
          size: pixels(Math.max(values, title)),
          sorted: pixels(title + ARROW),
          least: pixels(Math.max(Math.min(column.least ?? column.width, values), title)),
        },
      ];
    }),
  );
}

export function columnDefinitions(
  listing: Listing,
  { checkpoint }: Doc,
  sizes: ReadonlyMap<string, ColumnSize>,
): ColumnDef<typeof features, ShownRow>[] {
  return COLUMNS[listing].map((column) => ({
    id: column.id,
    header: column.title,
    size: sizes.get(column.id)?.size ?? MIN_WIDTH,
    minSize: MIN_WIDTH,
    sortDescFirst: column.isCount ?? false,
    accessorFn: ({ row }) => (row < 0 ? "" : column.text(checkpoint, row)),
  }));
}

/** The length of a title in characters of the monospace font: it is bold and proportional. */
const titleLength = (title: string): number =>
  title.length + 0.8 * (title.match(/[mw]/gi)?.length ?? 0) + 0.3 * (title.match(/[A-Z]/g)?.length ?? 0);

const pixels = (count: number): number => Math.round(count * CHARACTER + PADDING);

/** Characters of a space and the sort arrow, which is wider than a letter. */
const ARROW = 2;

export interface GridColumn {
  /** Whether it takes up the remaining room. */
  readonly grows: boolean;
  /** Pixels where there is room. */
  readonly size: number;
  /** Pixels where there is less room; `size` if the user chose it. */
  readonly least: number;
}

/** The least that all columns need, and what growing and other columns can use beyond that, in pixels. */
function needs(columns: readonly GridColumn[]) {
  const need = { least: 0, growing: 0, others: 0 };
  for (const { grows, size, least } of columns) {
    need.least += least;
    need[grows ? "growing" : "others"] += size - least;
  }
  return need;
}

/**
 * The value of grid-template-columns, and the width in pixels below which a grid scrolls. If not all columns fit, those
 * that grow (paths) get the width they need first; all others shrink by the same share of what they can spare.
 */
export function gridTemplate(columns: readonly GridColumn[]): { readonly template: string; readonly width: number } {
  const need = needs(columns);
  const widths = columns.map(({ grows, size, least }) => {
    if (grows) return `minmax(${least}px, 1fr)`;
    if (least === size) return `${size}px`;
    const share = ((size - least) / need.others).toFixed(4);
    return `clamp(${least}px, ${least}px + (100% - ${need.least + need.growing}px) * ${share}, ${size}px)`;
  });
  if (!columns.some(({ grows }) => grows)) widths.push("minmax(0, 1fr)");
  return { template: widths.join(" "), width: need.least };
}

/** Pixels of the `at`-th column in a grid of `room` pixels, as its template makes it. */
export function columnWidth(columns: readonly GridColumn[], at: number, room: number): number {
  const need = needs(columns);
  const above = Math.max(0, room - need.least - need.growing);
  const fixed = ({ size, least }: GridColumn): number =>
    need.others === 0 ? size : Math.min(size, least + (above * (size - least)) / need.others);
  const column = columns[at] as GridColumn;
  if (!column.grows) return fixed(column);
  const others = columns.reduce((total, each) => total + (each.grows ? 0 : fixed(each)), 0);
  return Math.max(column.least, (Math.max(room, need.least) - others) / columns.filter(({ grows }) => grows).length);
}

/** How many characters a cell of so many pixels has room for. */
export const charactersIn = (width: number): number => Math.floor((width - PADDING) / CHARACTER);

/** Characters of the pids of a shared table that its column has room for. */
const PIDS = 8;

/**
 * The pids of a table, `1201 1202 1203 +2`, in few characters: `1201 +4`. One that is cut off would read as another.
 */
export function fewPids(text: string): string {
  if (text.length <= PIDS) return text;
  const [first = "", ...others] = text.split(" ");
  const more = others.reduce((sum, each) => sum + (each.startsWith("+") ? Number(each) : 1), 0);
  return more === 0 ? first : `${first} +${more}`;
}

/** The class that aligns a column. Numbers are on the right, so that digits line up; a table's pids are a list. */
export function alignment(column: Column): string {
  const isNumeric = column.number !== undefined || column.big !== undefined;
  return isNumeric && column.id !== "pid" ? " cell-number" : "";
}
