// The columns of a listing as TanStack Table wants them.

import {
  type ColumnDef,
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
const PADDING = 17;

/** Pixels of the narrowest column. */
export const MIN_WIDTH = 32;

/** A row in view: its index in the current order, its row in the listing, and its pixels from the top. */
export interface ShownRow {
  readonly at: number;
  readonly row: number;
  readonly top: number;
}

export const features = tableFeatures({
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
    sortDescFirst: false,
    accessorFn: ({ row }) => column.text(doc.checkpoint, row),
  }));
}

function characters(column: Column, { checkpoint }: Doc): number {
  const { width, needs } = column;
  return Math.max(needs ? Math.min(width, needs(checkpoint)) : width, columnTitle(checkpoint, column).length + 2);
}

/** The class that aligns a column. Numbers are on the right, so that digits line up; a table's pids are a list. */
export function alignment(column: Column): string {
  const isNumeric = column.number !== undefined || column.big !== undefined;
  return isNumeric && column.id !== "pid" ? " cell-number" : "";
}
