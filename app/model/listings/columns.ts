// The columns of every listing (descriptors, open files, tasks, …), each described once, in the file of its listing.
// The page's tables, their order and filters, and the exports read them.

import { type Checkpoint, hasPids } from "../checkpoint.ts";
import type { Column, Listing } from "./column.ts";
import { DESCRIPTORS } from "./descriptors.ts";
import { FILES } from "./files.ts";
import { PROBLEMS } from "./problems.ts";
import { RECORDS } from "./records.ts";
import { TABLES } from "./tables.ts";
import { TASKS } from "./tasks.ts";

/** The columns of each listing, in display order. */
export const COLUMNS: Readonly<Record<Listing, readonly Column[]>> = {
  descriptors: DESCRIPTORS,
  files: FILES,
  tables: TABLES,
  tasks: TASKS,
  records: RECORDS,
  problems: PROBLEMS,
};

/** Characters of the widest value of each column for which that is quick to find, by listing and the column's id. */
export type ValueWidths = Readonly<Record<Listing, ReadonlyMap<string, number>>>;

/** Reads every row. */
export function valueWidths(checkpoint: Checkpoint): ValueWidths {
  // A column that a listing borrows has the same widest value there.
  const known = new Map<NonNullable<Column["needs"]>, number>();
  const widthOf = (needs: NonNullable<Column["needs"]>): number => {
    const width = known.get(needs) ?? needs(checkpoint);
    known.set(needs, width);
    return width;
  };
  const ofListing = (columns: readonly Column[]): ReadonlyMap<string, number> =>
    new Map(columns.flatMap(({ id, needs }) => (needs ? [[id, widthOf(needs)] as const] : [])));
  return {
    descriptors: ofListing(DESCRIPTORS),
    files: ofListing(FILES),
    tables: ofListing(TABLES),
    tasks: ofListing(TASKS),
    records: ofListing(RECORDS),
    problems: ofListing(PROBLEMS),
  };
}

export interface Sort {
  readonly column: string;
  readonly descending: boolean;
}

/** How listings are sorted at first; others are in the image's order. */
export const FIRST_SORT: Readonly<Partial<Record<Listing, Sort>>> = {
  // People look for what is shared; mapped libraries, which no descriptor holds, come last.
  files: { column: "holders", descending: true },
};

/** Whether a listing is sorted as it is at first. */
export function isFirstSort(listing: Listing, sort: Sort | null): boolean {
  const first = FIRST_SORT[listing];
  return sort?.column === first?.column && sort?.descending === first?.descending;
}

/** A column of a listing by its id. */
export function columnOf(listing: Listing, id: string): Column | null {
  return COLUMNS[listing].find((column) => column.id === id) ?? null;
}

/** The title of a column in the listings of an image: tasks without pids have an index. */
export function columnTitle({ tasks }: Checkpoint, { id, title }: Column): string {
  return id === "pid" && !hasPids(tasks) ? "index" : title;
}
