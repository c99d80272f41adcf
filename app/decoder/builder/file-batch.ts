// Adds many open files at once, and the columns that only some images need. Casts `as number` read rows of a batch.

import { HAS } from "../../model/checkpoint.ts";
import type { FileRow, RecordRow } from "../../model/rows.ts";
import type { Budget } from "../limits.ts";
import type { FileColumns } from "./columns.ts";
import { addRows, type Column } from "./growing.ts";

/** The columns of files that are added together. */
type BatchColumns = Readonly<Omit<FileColumns, "count" | "capacity" | "use" | "mode" | "version" | "record">>;

/** Files to add: the first `rows` of each column. */
export interface FileBatch {
  readonly rows: number;
  readonly columns: BatchColumns;
}

/** Adds a batch, for whose rows there is room; returns the first. */
export function addBatch(files: FileColumns, budget: Budget, batch: FileBatch, firstRecord: RecordRow): FileRow {
  const { rows, columns } = batch;
  if (files.nameVarying.length === 0 && isAny(columns.nameVarying, rows, ALL_BITS)) addVarying(files, budget);
  if (files.inodeMode.length === 0 && isAny(columns.has, rows, HAS.inode)) addInodes(files);
  const first = addRows(files, columns, rows);
  for (let at = 0; at < rows; at++) files.record[first + at] = firstRecord + at;
  return first;
}

const ALL_BITS = -1;

/** Whether one of the first `rows` numbers has one of the bits. */
function isAny(column: Uint8Array | Uint32Array, rows: number, bits: number): boolean {
  for (let row = 0; row < rows; row++) if (((column[row] as number) & bits) !== 0) return true;
  return false;
}

/** A column that is allocated when it is first needed. */
export function addedColumn<C extends Column>(kind: new (length: number) => C, capacity: number, budget: Budget): C {
  const column = new kind(capacity);
  budget.takeBytes(column.byteLength);
  return column;
}

/** Allocates the column of the varying parts of names. */
export function addVarying(files: FileColumns, budget: Budget): void {
  files.nameVarying = addedColumn(Uint32Array, files.capacity, budget);
}

/** Allocates the columns of inodes. */
export function addInodes(files: FileColumns): void {
  files.inodeMode = new Uint32Array(files.capacity);
  files.size = new BigUint64Array(files.capacity);
  files.mountId = new Int32Array(files.capacity);
}
