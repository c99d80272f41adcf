// From a descriptor number to the open file.

import { type Checkpoint, NONE } from "../../model/checkpoint.ts";
import { i32At, u32At } from "../../model/read.ts";
import type { FileRow, TableRow } from "../../model/rows.ts";
import { firstIndex } from "../../model/search.ts";

/** The open file that a descriptor of a table refers to; NONE if there is none. */
export function fileOfDescriptor({ tables, descriptors }: Checkpoint, table: TableRow, fd: number): FileRow {
  if (table === NONE) return NONE;
  const last = u32At(tables.first, table + 1);
  const found = firstIndex(last, (row) => i32At(descriptors.fd, row) >= fd, u32At(tables.first, table));
  return found < last && i32At(descriptors.fd, found) === fd ? i32At(descriptors.file, found) : NONE;
}
