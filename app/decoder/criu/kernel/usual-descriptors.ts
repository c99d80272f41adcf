// Descriptors in the form in which CRIU writes them. There can be millions, which the kernel reads thousands at a time;
// entries in any other form are read by `onDescriptor`, with the same result.

import { NONE } from "../../../model/checkpoint.ts";
import type { RecordRow, TableRow } from "../../../model/rows.ts";
import { fileOfType } from "../handlers/file-links.ts";
import { FD_CLOEXEC, LARGEST_FD, reportMissingFile } from "../handlers/on-descriptors.ts";
import type { SetContext } from "../walk/context.ts";
import type { Batch, Room } from "./entry-kernel.ts";
import { addForm, addPiece, type Forms, need } from "./forms.ts";

/** Columns of the kernel. */
const CLOSE_ON_EXEC = 0;
const [ID, TYPE, FD, FILE, RECORD] = [0, 1, 2, 3, 4];

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
    ["fileOf", FILE, id, type],
    ["record", RECORD],
    ["lookUp8", CLOSE_ON_EXEC, flags, addPiece(forms, CLOSES)],
  ]);

/** How many descriptors can be added without growing. */
export function roomForDescriptors(set: SetContext): Room {
  const { builder } = set;
  giveFiles(set);
  return {
    rows: Math.min(builder.descriptorRoom(), builder.recordRoom()),
    text: 0,
    textBase: 0,
    firstRecord: builder.records.count,
    firstFile: 0,
  };
}

/** Gives the kernel the open files, unless it has them. Must be called before descriptors are read. */
export function giveFiles({ usual, files, builder }: SetContext): void {
  if (!usual || usual.hasFiles) return;
  usual.hasFiles = true;
  const { consecutiveFrom } = files.byId;
  if (consecutiveFrom !== null) usual.kernel.giveFiles(consecutiveFrom, files.types.subarray(0, builder.files.count));
}

/** Adds the descriptors of the rows from … end - 1 of a batch to a table. Row 0 has the record `firstRecord`. */
export function addUsualDescriptors(
  set: SetContext,
  { words, bytes, unknownFiles }: Batch,
  firstRecord: RecordRow,
  table: TableRow,
  from: number,
  end: number,
): void {
  const { descriptors } = set.builder;
  const first = descriptors.count;
  descriptors.fd.set((words[FD] as Uint32Array).subarray(from, end), first);
  descriptors.file.set((words[FILE] as Uint32Array).subarray(from, end), first);
  descriptors.record.set((words[RECORD] as Uint32Array).subarray(from, end), first);
  descriptors.closeOnExec.set((bytes[CLOSE_ON_EXEC] as Uint8Array).subarray(from, end), first);
  descriptors.table.fill(table, first, first + end - from);
  descriptors.count = first + end - from;
  if (unknownFiles > 0) findFiles(set, words, firstRecord, from, end, first);
}

/** Looks for the files that the kernel has not found. The rows from … end - 1 are descriptors from `first` on. */
function findFiles(
  set: SetContext,
  words: Batch["words"],
  firstRecord: RecordRow,
  from: number,
  end: number,
  first: number,
): void {
  const { file: fileOf } = set.builder.descriptors;
  const [ids, types, fds] = [words[ID], words[TYPE], words[FD]] as [Uint32Array, Uint32Array, Uint32Array];
  for (let row = from, to = first; row < end; row++, to++) {
    if (fileOf[to] !== NONE) continue;
    const id = ids[row] as number;
    const file = fileOfType(set, id, types[row] as number);
    if (file < 0) reportMissingFile(set, firstRecord + row, fds[row] as number, id);
    fileOf[to] = file;
  }
}
