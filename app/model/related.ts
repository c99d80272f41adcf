// What belongs to what: from any object of a checkpoint to its row in any listing.

import { type Checkpoint, NONE, recordMember } from "./checkpoint.ts";
import type { Listing } from "./columns/column.ts";
import type { ObjectRef } from "./object-ref.ts";

/** What can be looked at: an object, or a record that describes none. */
export type Selection = ObjectRef | { readonly to: "record"; readonly row: number };

const COLUMN_OF = { task: "tasks", table: "tables", descriptor: "descriptors", file: "files" } as const;

/** The listing that an object is a row of. */
export function listingOf(to: Selection["to"]): Listing {
  return to === "record" ? "records" : COLUMN_OF[to];
}

/** What a row of a listing is; `null` for a problem that no record is to blame for. */
export function selectionAt(checkpoint: Checkpoint, listing: Listing, row: number): Selection | null {
  switch (listing) {
    case "descriptors":
      return { to: "descriptor", row };
    case "files":
      return { to: "file", row };
    case "tables":
      return { to: "table", row };
    case "tasks":
      return { to: "task", row };
    case "records":
      return { to: "record", row };
    case "problems": {
      const problem = checkpoint.problems[row];
      if (problem === undefined || problem.offset === null) return null;
      const record = recordAt(checkpoint, problem.member ?? 0, problem.offset);
      return record === NONE ? null : { to: "record", row: record };
    }
  }
}

/** The record that a byte of a member is in; NONE if there is none. */
export function recordAt({ records }: Checkpoint, member: number, offset: number): number {
  let low = 0;
  let high = records.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = recordMember(records, middle);
    if (at < member || (at === member && (records.offset[middle] as number) <= offset)) low = middle + 1;
    else high = middle;
  }
  const row = low - 1;
  if (row < 0 || recordMember(records, row) !== member) return NONE;
  return offset < (records.offset[row] as number) + (records.length[row] as number) ? row : NONE;
}

/** The record that describes an object; NONE if the image does not say. */
export function recordOf(checkpoint: Checkpoint, selection: Selection): number {
  if (selection.to === "record") return selection.row;
  return checkpoint[COLUMN_OF[selection.to]].record[selection.row] ?? NONE;
}

/** The object that a record describes; `null` for a record that is about something else. */
export function objectOfRecord(checkpoint: Checkpoint, record: number): ObjectRef | null {
  for (const to of ["task", "table", "file", "descriptor"] as const) {
    const row = checkpoint[COLUMN_OF[to]].record.indexOf(record);
    if (row !== NONE) return { to, row };
  }
  const at = checkpoint.fileRecords.record.indexOf(record);
  return at === NONE ? null : { to: "file", row: upperBound(checkpoint.fileRecords.first, at) };
}

/** The last index whose value is at most `value`. */
function upperBound(ascending: Uint32Array, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The object that is looked at, or that the record looked at describes. */
export function objectOf(checkpoint: Checkpoint, selection: Selection): ObjectRef | null {
  return selection.to === "record" ? objectOfRecord(checkpoint, selection.row) : selection;
}

/** The row of `listing` that goes with what is looked at: itself, or its file, table, first task, …; NONE: none. */
export function relatedRow(checkpoint: Checkpoint, selection: Selection, listing: Listing): number {
  if (listing === "problems") return NONE;
  if (listing === "records") return recordOf(checkpoint, selection);
  const object = objectOf(checkpoint, selection);
  if (object === null) return NONE;
  if (listingOf(object.to) === listing) return object.row;
  const { tasks, tables, descriptors, files } = checkpoint;
  const firstIn = (first: Uint32Array, index: number): number => {
    const from = first[index] ?? 0;
    return from < (first[index + 1] ?? 0) ? from : NONE;
  };
  const descriptor =
    object.to === "descriptor"
      ? object.row
      : object.to === "file"
        ? (files.holder[firstIn(files.firstHolder, object.row)] ?? NONE)
        : NONE;
  const table =
    object.to === "table"
      ? object.row
      : object.to === "task"
        ? (tasks.table[object.row] ?? NONE)
        : (descriptors.table[descriptor] ?? NONE);
  switch (listing) {
    case "descriptors":
      return object.to === "file" ? descriptor : table === NONE ? NONE : firstIn(tables.first, table);
    case "files":
      return object.to === "descriptor" ? (descriptors.file[object.row] ?? NONE) : NONE;
    case "tables":
      return table;
    case "tasks":
      return table === NONE ? NONE : (tables.task[firstIn(tables.firstTask, table)] ?? NONE);
  }
}
