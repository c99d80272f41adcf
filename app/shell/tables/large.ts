// Which documents are so large that the worker does all work that goes over all of their rows.

import type { Checkpoint } from "../../model/checkpoint.ts";

/** Documents with longer listings are sorted by the worker. Sorting this many rows takes a few milliseconds. */
const PAGE_ROWS = 5000;

/** Whether a document is so large that the worker does all work that goes over all rows. */
export const isLarge = ({ descriptors, files, records, tasks }: Checkpoint): boolean =>
  Math.max(descriptors.count, files.count, records.count, tasks.count) > PAGE_ROWS;
