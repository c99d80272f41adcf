// From a descriptor number to the open file.

import { type Checkpoint, type Descriptors, NONE } from "../../../model/checkpoint.ts";
import { i32At, u32At } from "../../../model/read.ts";
import type { FileRow, TableRow } from "../../../model/rows.ts";
import { firstIndex } from "../../../model/search.ts";

/** Whether no descriptor of a table before `row`, the table beginning at `first`, has the same number. */
const isFirst = ({ fd }: Descriptors, first: number, row: number): boolean =>
  row === first || i32At(fd, row - 1) !== i32At(fd, row);

/** The open file that a descriptor of a table refers to; NONE if there is none. */
export function fileOfDescriptor({ tables, descriptors }: Checkpoint, table: TableRow, fd: number): FileRow {
  if (table === NONE) return NONE;
  const first = u32At(tables.first, table);
  const last = u32At(tables.first, table + 1);
  // There it is if the table has no gaps and no number twice.
  const likely = first + fd;
  if (fd >= 0 && likely < last && i32At(descriptors.fd, likely) === fd && isFirst(descriptors, first, likely)) {
    return i32At(descriptors.file, likely);
  }
  const found = firstIndex(last, (row) => i32At(descriptors.fd, row) >= fd, first);
  return found < last && i32At(descriptors.fd, found) === fd ? i32At(descriptors.file, found) : NONE;
}
