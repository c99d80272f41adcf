// What a listing and a column are.

import type { Checkpoint } from "../checkpoint.ts";

/** The lists of a checkpoint: one for each kind of row, and its problems. ("tables" are file tables.) */
export type Listing = "descriptors" | "files" | "tables" | "tasks" | "records" | "problems";

export const LISTINGS: readonly Listing[] = ["descriptors", "files", "tables", "tasks", "records", "problems"];

export const LISTING_TITLES: Readonly<Record<Listing, string>> = {
  descriptors: "Descriptors",
  files: "Open files",
  tables: "File tables",
  tasks: "Tasks",
  records: "Records",
  problems: "Problems",
};

/** Number of rows of a listing. */
export function rowCount(checkpoint: Checkpoint, listing: Listing): number {
  return listing === "problems" ? checkpoint.problems.length : checkpoint[listing].count;
}

/**
 * One column of a listing. Its value comes from exactly one of: `text` alone, `span` (text from the image), `number`,
 * `big`, `yes`, or `borrowed`.
 */
export interface Column {
  /** Key in filters and links. */
  readonly id: string;
  readonly title: string;
  /** Description of its contents, for the help. */
  readonly about: string;
  /** Initial width in characters. */
  readonly width: number;
  /** Width in characters to which it may shrink where room is short; absent: it does not shrink. */
  readonly least?: number;
  /** Width of the widest value in characters, if that is quick to compute. */
  readonly needs?: (checkpoint: Checkpoint) => number;
  /** Not shown initially. */
  readonly hidden?: true;
  /** A count: sorted the greatest first. */
  readonly isCount?: true;
  /** Rows of one value can be shown as a group. */
  readonly groups?: true;
  /** Searched by a filter's plain words. */
  readonly searched?: true;
  /** The text of a cell; empty if the image does not have the value. */
  text(checkpoint: Checkpoint, row: number): string;
  /**
   * The property from which the text follows as make.ts says, so that exports need not make it; absent: in another way.
   */
  readonly form?: "span" | "number" | "big" | "yes" | "distinct";
  /** If the text depends only on a small number (a flags word, a kind), that number. NaN: no value. */
  readonly distinct?: (checkpoint: Checkpoint, row: number) => number;
  readonly span?: Span;
  /** Value to sort and compare by; NaN: none. */
  readonly number?: (checkpoint: Checkpoint, row: number) => number;
  /** As `number`, for 64-bit values; `null`: none. */
  readonly big?: (checkpoint: Checkpoint, row: number) => bigint | null;
  readonly yes?: (checkpoint: Checkpoint, row: number) => boolean;
  /** The column repeats a column of another listing, at that listing's `row` (NONE: empty). */
  readonly borrowed?: {
    readonly listing: Listing;
    readonly column: string;
    row(checkpoint: Checkpoint, row: number): number;
  };
  /** The value combines several rows of another listing; a filter matches if it matches one of them. */
  readonly among?: {
    readonly listing: Listing;
    readonly column: string;
    rows(checkpoint: Checkpoint, row: number): Uint32Array;
  };
}

/** Where a row's bytes are in Checkpoint.text. Two functions, so that a million rows allocate no objects. */
export interface Span {
  offset(checkpoint: Checkpoint, row: number): number;
  length(checkpoint: Checkpoint, row: number): number;
}
