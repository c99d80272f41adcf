// Reads entries in their usual form many at a time, by the kernel.

import type { RecordRow, TableRow } from "../../../model/rows.ts";
import { machineOf } from "../handlers/machine.ts";
import type { Entry, SetContext } from "../walk/context.ts";
import { type Batch, createEntryKernel, type Room } from "./entry-kernel.ts";
import { createForms } from "./forms.ts";
import { addDescriptorForm, addUsualDescriptors, roomForDescriptors } from "./usual-descriptors.ts";
import { addFileForm, addUsualFiles, roomForFiles } from "./usual-files.ts";
import type { UsualKernel } from "./usual-kernel.ts";
import { addPipeForm, addUsualPipes, roomForUsualPipes } from "./usual-pipes.ts";
import { addTaskForms } from "./usual-tasks.ts";

/** The kernel of a set, once the machine that wrote it is known; `null` if its entries are not read by one. */
export function usualKernel(set: SetContext): UsualKernel | null {
  if (set.usual === undefined) set.usual = createUsual(set);
  return set.usual;
}

function createUsual(set: SetContext): UsualKernel | null {
  if (set.options.kernels === false || !machineOf(set).littleEndian) return null;
  const forms = createForms();
  const nodes = {
    files: addFileForm(forms, set),
    descriptors: addDescriptorForm(forms),
    pipes: addPipeForm(forms),
    ...addTaskForms(forms),
  };
  const kernel = createEntryKernel(forms);
  return kernel === null ? null : { kernel, nodes, hasFiles: false };
}

/** Entries that have a usual form. */
export interface UsualKind {
  readonly form: "files" | "descriptors" | "pipes";
  readonly room: (set: SetContext) => Room;
  /** Adds the rows of a batch, whose records have been added. */
  readonly add: (set: SetContext, batch: Batch, firstRecord: RecordRow, table: TableRow) => void;
}

const PIPES: UsualKind = { form: "pipes", room: roomForUsualPipes, add: addUsualPipes };

/** By kind of member. */
export const USUAL_KINDS: ReadonlyMap<string, UsualKind> = new Map<string, UsualKind>([
  ["files", { form: "files", room: roomForFiles, add: addUsualFiles }],
  [
    "fdinfo",
    {
      form: "descriptors",
      room: roomForDescriptors,
      add: (set, batch, firstRecord, table) => addUsualDescriptors(set, batch, firstRecord, table, 0, batch.rows),
    },
  ],
  ["pipes-data", PIPES],
  ["fifo-data", PIPES],
]);

/** Batches with fewer rows are not worth their cost: entries are read one by one for a while. */
const FEW = 8;
/** The most entries to read one by one before the next batch. */
const LONGEST_PAUSE = 1024;

/** Reads entries in the usual form. */
export interface UsualReader {
  /** Must be called at the beginning of a member. */
  begin(): void;
  /** Reads entries from bytes[from] on; returns where they end. The block begins at `offset` of the member. */
  read(kind: UsualKind, entry: Entry, recordKind: number, bytes: Uint8Array, from: number, offset: number): number;
}

/** A reader of the entries of a set. */
export function createUsualReader(set: SetContext): UsualReader {
  // Entries left to read one by one, and how many there were the last time.
  let pause = 0;
  let lastPause = 0;
  return {
    begin: () => set.usual?.kernel.forget(),
    read({ form, room, add }, entry, recordKind, bytes, from, offset) {
      if (pause > 0) {
        pause--;
        return from;
      }
      const usual = usualKernel(set);
      const free = room(set);
      if (usual === null || free.rows < 1) return from;
      const { kernel, nodes } = usual;
      const { batch } = kernel;
      kernel.read(nodes[form], bytes, from, free);
      const { rows } = batch;
      const end = batch.base + batch.end;
      if (rows < Math.min(FEW, free.rows) && end + 4 <= bytes.length) {
        pause = Math.min(Math.max(FEW, 2 * lastPause), LONGEST_PAUSE);
        lastPause = pause;
      } else lastPause = 0;
      if (rows === 0) return from;
      const record = set.builder.addRecords(batch, offset + batch.base, recordKind, entry.member);
      add(set, batch, record, entry.table);
      entry.nth += rows;
      entry.record = record + rows - 1;
      return end;
    },
  };
}
