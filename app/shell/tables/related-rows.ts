// Which rows of a listing belong to the selection: all descriptors that lead to a selected open
// file, not only the first.

import type { Checkpoint } from "../../model/checkpoint.ts";
import type { Listing } from "../../model/listings/column.ts";
import { i32At, u32At } from "../../model/read.ts";
import { listingOf, objectOf, relatedRow, type Selection } from "../../model/related.ts";
import { lowerBound } from "../../model/search.ts";

/** Whether a row belongs to the selection, without being it. */
export function relatedRows(
  checkpoint: Checkpoint,
  selection: Selection | null,
  listing: Listing,
): (row: number) => boolean {
  const object = selection && objectOf(checkpoint, selection);
  if (selection === null || object === null) return () => false;
  const { tasks, descriptors } = checkpoint;
  const table = relatedRow(checkpoint, object, "tables");
  const ofTable = (to: string): boolean => to === "task" || to === "table";
  if (listing === "descriptors") {
    if (object.to === "file") return (row) => i32At(descriptors.file, row) === object.row;
    if (ofTable(object.to)) return (row) => u32At(descriptors.table, row) === table;
  }
  if (listing === "tasks" && object.to === "table") return (row) => i32At(tasks.table, row) === object.row;
  if (listing === "tables" && object.to === "file") {
    const { firstHolder, holder } = checkpoint.files;
    const holders = holder.subarray(firstHolder[object.row], firstHolder[object.row + 1]);
    const { first } = checkpoint.tables;
    // Holders ascend, and a file can have a million.
    return (row) => {
      const at = lowerBound(holders, u32At(first, row));
      return at < holders.length && u32At(holders, at) < u32At(first, row + 1);
    };
  }
  if (listingOf(selection.to) === listing) return () => false;
  const related = relatedRow(checkpoint, selection, listing);
  return (row) => row === related;
}
