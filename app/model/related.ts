// From any object of a checkpoint to its record, and to the related row of any listing.

import { type Checkpoint, NONE, type OpenFiles } from "./checkpoint.ts";
import type { Listing } from "./listings/column.ts";
import type { ObjectRef } from "./object-ref.ts";
import { i32At, u32At } from "./read.ts";
import { recordAt } from "./records.ts";
import type { DescriptorRow, FileRow, TableRow } from "./rows.ts";
import { upperBound } from "./search.ts";

/** What can be selected: an object, or a record that describes none. */
export type Selection = ObjectRef | { readonly to: "record"; readonly row: number };

const COLUMN_OF = { task: "tasks", table: "tables", descriptor: "descriptors", file: "files" } as const;

/** The listing that an object is a row of. */
export function listingOf(to: Selection["to"]): Listing {
  return to === "record" ? "records" : COLUMN_OF[to];
}

/** What a row of a listing selects; `null` for a problem that belongs to no record. */
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
      const record = recordAt(checkpoint.records, problem.member ?? 0, problem.offset);
      return record === NONE ? null : { to: "record", row: record };
    }
  }
}

/** The record that describes an object; NONE if the image does not say. */
export function recordOf(checkpoint: Checkpoint, selection: Selection): number {
  if (selection.to === "record") return selection.row;
  return i32At(checkpoint[COLUMN_OF[selection.to]].record, selection.row);
}

/** By checkpoint, the record that was looked up last: each view of a selected record looks it up. */
const lookedUp = new WeakMap<Checkpoint, { readonly record: number; readonly object: ObjectRef | null }>();

/** The object that a record describes; `null` for a record that is about something else. */
export function objectOfRecord(checkpoint: Checkpoint, record: number): ObjectRef | null {
  const last = lookedUp.get(checkpoint);
  if (last?.record === record) return last.object;
  const object = findObject(checkpoint, record);
  lookedUp.set(checkpoint, { record, object });
  return object;
}

/** Linear in the objects. */
function findObject(checkpoint: Checkpoint, record: number): ObjectRef | null {
  for (const to of ["task", "table", "file", "descriptor"] as const) {
    const row = checkpoint[COLUMN_OF[to]].record.indexOf(record);
    if (row !== NONE) return { to, row };
  }
  const at = checkpoint.fileRecords.record.indexOf(record);
  return at === NONE ? null : { to: "file", row: upperBound(checkpoint.fileRecords.first, at) - 1 };
}

/** The selected object, or the object that the selected record describes. */
export function objectOf(checkpoint: Checkpoint, selection: Selection): ObjectRef | null {
  return selection.to === "record" ? objectOfRecord(checkpoint, selection.row) : selection;
}

/** The row of `listing` that goes with a selection: itself, or its file, table, first task, …; NONE: none. */
export function relatedRow(checkpoint: Checkpoint, selection: Selection, listing: Listing): number {
  if (listing === "problems") return NONE;
  if (listing === "records") return recordOf(checkpoint, selection);
  const object = objectOf(checkpoint, selection);
  if (object === null) return NONE;
  if (listingOf(object.to) === listing) return object.row;
  const { tables, descriptors, files } = checkpoint;
  const descriptor =
    object.to === "descriptor" ? object.row : object.to === "file" ? firstHolder(files, object.row) : NONE;
  const table = tableOf(checkpoint, object, descriptor);
  switch (listing) {
    case "descriptors":
      return object.to === "file" ? descriptor : table === NONE ? NONE : firstIn(tables.first, table);
    case "files":
      return object.to === "descriptor" ? i32At(descriptors.file, object.row) : NONE;
    case "tables":
      return table;
    case "tasks": {
      const at = table === NONE ? NONE : firstIn(tables.firstTask, table);
      return at === NONE ? NONE : u32At(tables.task, at);
    }
  }
}

/** The first row of group `index`; NONE if it is empty. */
function firstIn(first: Uint32Array, index: number): number {
  const from = u32At(first, index);
  return from < u32At(first, index + 1) ? from : NONE;
}

function firstHolder(files: OpenFiles, file: FileRow): DescriptorRow {
  const at = firstIn(files.firstHolder, file);
  return at === NONE ? NONE : u32At(files.holder, at);
}

/** The table of an object; for a file, that of its first holder. */
function tableOf({ tasks, descriptors }: Checkpoint, object: ObjectRef, descriptor: DescriptorRow): TableRow {
  if (object.to === "table") return object.row;
  if (object.to === "task") return i32At(tasks.table, object.row);
  return descriptor === NONE ? NONE : u32At(descriptors.table, descriptor);
}
