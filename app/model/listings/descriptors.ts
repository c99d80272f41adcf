// The columns of descriptors: their own, and those of the table and the open file that they belong to.

import { type Checkpoint, NONE } from "../checkpoint.ts";
import { i32At, u8At, u32At } from "../read.ts";
import type { DescriptorRow, FileRow, TableRow } from "../rows.ts";
import type { Column } from "./column.ts";
import { FILES } from "./files.ts";
import { borrow, greatest, numberColumn, recordOffset, yesColumn } from "./make.ts";
import { TABLES } from "./tables.ts";

const fileOf = ({ descriptors }: Checkpoint, row: DescriptorRow): FileRow => i32At(descriptors.file, row);
const tableOf = ({ descriptors }: Checkpoint, row: DescriptorRow): TableRow => u32At(descriptors.table, row);

export const DESCRIPTORS: readonly Column[] = [
  borrow({ id: "pid" }, "tables", TABLES, tableOf),
  // One whole name, and a sign that there are others.
  borrow({ id: "comm", width: 17 }, "tables", TABLES, tableOf),
  {
    ...numberColumn({ id: "fd", title: "fd", about: "the descriptor's number", width: 10, searched: true }, (c, row) =>
      i32At(c.descriptors.fd, row),
    ),
    needs: ({ descriptors }) => String(greatest(descriptors.fd)).length,
  },
  borrow({ id: "path" }, "files", FILES, fileOf),
  borrow({ id: "kind" }, "files", FILES, fileOf),
  borrow({ id: "pos" }, "files", FILES, fileOf),
  borrow({ id: "flags" }, "files", FILES, fileOf),
  borrow({ id: "octal", hidden: true }, "files", FILES, fileOf),
  yesColumn(
    { id: "cloexec", title: "Close-on-exec", about: "closed by execve", width: 13, groups: true },
    ({ descriptors }, row) => u8At(descriptors.closeOnExec, row) === 1,
  ),
  borrow(
    { id: "shared", hidden: true, about: "its open file is held by other descriptors too" },
    "files",
    FILES,
    fileOf,
  ),
  borrow({ id: "holders", about: "number of descriptors that lead to its open file" }, "files", FILES, fileOf),
  borrow(
    {
      id: "deleted",
      about: "its open file was unlinked at the time of the dump; likely: only the end of its path says so",
    },
    "files",
    FILES,
    fileOf,
  ),
  borrow({ id: "mode", hidden: true }, "files", FILES, fileOf),
  borrow({ id: "version", hidden: true }, "files", FILES, fileOf),
  borrow({ id: "state", hidden: true }, "files", FILES, fileOf),
  borrow({ id: "local", hidden: true }, "files", FILES, fileOf),
  borrow({ id: "remote", hidden: true }, "files", FILES, fileOf),
  numberColumn({ id: "file", title: "File", about: "id of its open file", width: 8, hidden: true }, (c, row) => {
    const file = fileOf(c, row);
    return file === NONE ? Number.NaN : u32At(c.files.id, file);
  }),
  numberColumn({ id: "table", title: "Table", about: "id of its file table", width: 8, hidden: true }, (c, row) =>
    u32At(c.tables.id, tableOf(c, row)),
  ),
  recordOffset(({ descriptors }) => descriptors.record),
];
