// Descriptors in the form in which CRIU writes them. There can be millions, which the kernel reads thousands at a time;
// entries in any other form are read by `onDescriptor`, with the same result.

import type { RecordRow, TableRow } from "../../../model/rows.ts";
import { fileOfType } from "../handlers/file-links.ts";
import { FD_CLOEXEC, LARGEST_FD, reportMissingFile } from "../handlers/on-descriptors.ts";
import type { SetContext } from "../walk/context.ts";
import type { Batch, Room } from "./entry-kernel.ts";
import { addForm, addPiece, type Forms, need } from "./forms.ts";

/** Columns of the kernel. */
const CLOSE_ON_EXEC = 0;
const [ID, TYPE, FD] = [0, 1, 2];

/** Whether flags close a descriptor on exec, by their low four bits. */
const CLOSES = Uint8Array.from({ length: 16 }, (_, flags) => flags & FD_CLOEXEC);

/** Adds the usual form of fdinfo_entry; returns its node. */
export const addDescriptorForm = (forms: Forms): number =>
  addForm(forms, { message: "fdinfo_entry", stored: ["id", "flags", "type", "fd"] }, 0, ({ id, flags, type, fd }) => [
    need(id, flags, type, fd),
    ["most", fd, LARGEST_FD],
    ["set32", ID, id],
    ["set32", TYPE, type],
    ["set32", FD, fd],
    ["lookUp8", CLOSE_ON_EXEC, flags, addPiece(forms, CLOSES)],
  ]);

/** How many descriptors can be added without growing. */
export const roomForDescriptors = ({ builder }: SetContext): Room => ({
  rows: Math.min(builder.descriptorRoom(), builder.recordRoom()),
  text: 0,
  textBase: 0,
});

/** Adds the descriptors of the rows from … end - 1 of a batch to a table. Row 0 has the record `firstRecord`. */
export function addUsualDescriptors(
  set: SetContext,
  { words, bytes }: Batch,
  firstRecord: RecordRow,
  table: TableRow,
  from: number,
  end: number,
): void {
  const { descriptors } = set.builder;
  const { byId, types: fileTypes } = set.files;
  const [ids, types, fds] = [words[ID], words[TYPE], words[FD]] as [Uint32Array, Uint32Array, Uint32Array];
  const first = descriptors.count;
  descriptors.fd.set(fds.subarray(from, end), first);
  descriptors.closeOnExec.set((bytes[CLOSE_ON_EXEC] as Uint8Array).subarray(from, end), first);
  descriptors.table.fill(table, first, first + end - from);
  for (let row = from, to = first; row < end; row++, to++) {
    const id = ids[row] as number;
    const type = types[row] as number;
    const record = firstRecord + row;
    let file = byId.row(id);
    if (file < 0 || fileTypes[file] !== type) file = fileOfType(set, id, type);
    if (file < 0) reportMissingFile(set, record, fds[row] as number, id);
    descriptors.file[to] = file;
    descriptors.record[to] = record;
  }
  descriptors.count = first + end - from;
}
