// File tables: "dump the file table, followed by all open file descriptors".

import type { DescriptorDescription, Sequence } from "./description.ts";
import { announceObject, checkpointObject, type Dump, ERRNO, fail, type Steps } from "./dump.ts";

/** The objref of the current task's file table, which is described first if necessary; -EBUSY if it has none. */
export function* checkpointFileTable(dump: Dump): Steps {
  const id = dump.task?.fileTable ?? null;
  const row = id === null ? -1 : dump.tableRows.get(id);
  if (row < 0) return fail(dump, "checkpoint_obj_file_table", ERRNO.EBUSY);
  const known = dump.hash.described("FILE_TABLE", row);
  if (known > 0) return known;
  const objref = announceObject(dump, "FILE_TABLE", row);
  const result = yield* dumpFileTable(dump, row);
  return result < 0 ? result : objref;
}

/**
 * Describes a file table: FILE_TABLE, its descriptors in ascending order, and the steps that they deferred. As the only
 * object that can be large, it yields chunks.
 */
function* dumpFileTable(dump: Dump, row: number): Steps {
  const { writer, deferred } = dump;
  const table = dump.description.fileTables.at(row);
  if (table === undefined) throw new Error(`there is no file table ${row}`);
  const { fds } = table;
  const order = scanDescriptors(fds);
  writer.record("FILE_TABLE", { fdt_nfds: table.announced ?? fds.length });
  for (let at = 0; at < fds.length; at++) {
    const descriptor = fds.at(order === null ? at : (order[at] as number)) as DescriptorDescription;
    const result = checkpointDescriptor(dump, descriptor);
    if (result < 0) return result;
    if (writer.full) yield writer.take();
  }
  // A deferred step can describe further files, which defer more steps.
  for (let at = 0; at < deferred.length; at++) {
    const step = deferred[at] as (typeof deferred)[number];
    const result = step();
    if (result < 0) return result;
    if (writer.full) yield writer.take();
  }
  deferred.length = 0;
  return 0;
}

/** Rows of descriptors in order of their numbers; `null` if they are in order already. */
function scanDescriptors(fds: Sequence<DescriptorDescription>): Uint32Array | null {
  let before = -1;
  let ascending = true;
  const numbers = new Int32Array(fds.length);
  for (let row = 0; row < fds.length; row++) {
    const fd = fds.at(row)?.fd ?? -1;
    numbers[row] = fd;
    ascending &&= fd > before;
    before = fd;
  }
  if (ascending) return null;
  return Uint32Array.from(numbers.keys()).sort((a, b) => (numbers[a] as number) - (numbers[b] as number) || a - b);
}

function checkpointDescriptor(dump: Dump, { fd, file, closeOnExec }: DescriptorDescription): number {
  const row = file === null ? -1 : dump.fileRows.get(file);
  // The descriptor was closed after the table was scanned.
  if (row < 0) return fail(dump, "checkpoint_file_desc", ERRNO.EBADF);
  const objref = checkpointObject(dump, "FILE", row);
  if (objref < 0) return objref;
  dump.records.descriptor(objref, fd, closeOnExec ? 1 : 0);
  return 0;
}
