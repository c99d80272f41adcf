// Entries of fdinfo files: the descriptors of one table. There can be millions, so nothing is allocated here.

import type { RecordRow } from "../../../model/rows.ts";
import { type Entry, reportDamage, reportRecord, type SetContext } from "../walk/context.ts";
import { isSet, low, MALFORMED, plan, scan } from "../wire/wire.ts";
import { fileOfType } from "./file-links.ts";

const FDINFO = plan("fdinfo_entry", ["id", "flags", "fd", "type"]);
const { id: ID, flags: FLAGS, fd: FD, type: TYPE } = FDINFO.slot;

export const FD_CLOEXEC = 1;
export const LARGEST_FD = 0x7fffffff;

/** fdinfo_entry: a descriptor and the id of its open file. */
export function onDescriptor(set: SetContext, { bytes, start, end, record, table }: Entry): number {
  const { builder, values } = set;
  const seen = scan(bytes, start, end, FDINFO, values);
  if (seen & MALFORMED) reportDamage(set, record);
  const fd = low(values, FD);
  if (!isSet(seen, FD) || fd > LARGEST_FD) {
    reportRecord(set, record, "bad-descriptor", "A descriptor without a valid number is left out.");
    return 0;
  }
  const file = isSet(seen, ID) ? fileOfType(set, low(values, ID), isSet(seen, TYPE) ? low(values, TYPE) : 0) : -1;
  if (file < 0) {
    reportMissingFile(set, record, fd, isSet(seen, ID) ? low(values, ID) : null);
  }
  const closeOnExec = isSet(seen, FLAGS) ? low(values, FLAGS) & FD_CLOEXEC : 0;
  builder.addDescriptor(table, fd, file, closeOnExec, record);
  return 0;
}

/** Reports that an open file is not in the set. `id`: `null` if the descriptor does not say which. */
export function reportMissingFile(set: SetContext, record: RecordRow, fd: number, id: number | null): void {
  const what = id === null ? "no open file" : `open file ${id}, which is missing from this set`;
  set.complete = false;
  reportRecord(set, record, "missing-file", `Descriptor ${fd} refers to ${what}.`);
}
