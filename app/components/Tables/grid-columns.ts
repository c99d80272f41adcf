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
import type { Column, Listing } from "../../model/columns/column.ts";
import { COLUMNS, columnTitle } from "../../model/columns/columns.ts";
import type { Doc } from "../../shell/state.ts";

/** Pixels of one character of the monospace font, and of a cell's padding. */
const CHARACTER = 7.3;
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

/** Columns that take the room that the others leave. */
export const isFlexible = (id: string): boolean => id === "path" || id === "message";

/** Pixels that such a column has at least. */
export const LEAST_FLEXIBLE = 160;

export const features = tableFeatures({
  columnGroupingFeature,
  columnVisibilityFeature,
  columnSizingFeature,
  columnResizingFeature,
  rowSortingFeature,
});

export function columnDefinitions(listing: Listing, doc: Doc): ColumnDef<typeof features, ShownRow>[] {
  return COLUMNS[listing].map((column) => ({
    id: column.id,
    header: column.title,
    size: Math.round(characters(column, doc) * CHARACTER + PADDING),
    minSize: MIN_WIDTH,
    sortDescFirst: column.isCount ?? false,
    accessorFn: ({ row }) => (row < 0 ? "" : column.text(doc.checkpoint, row)),
  }));
}

function characters(column: Column, { checkpoint }: Doc): number {
  const { width, needs } = column;
  return Math.max(needs ? Math.min(width, needs(checkpoint)) : width, columnTitle(checkpoint, column).length + 1);
}

/** The class that aligns a column. Numbers are on the right, so that digits line up; a table's pids are a list. */
export function alignment(column: Column): string {
  const isNumeric = column.number !== undefined || column.big !== undefined;
  return isNumeric && column.id !== "pid" ? " cell-number" : "";
}
