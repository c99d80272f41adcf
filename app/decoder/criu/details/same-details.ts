// Whether the details of open files, and the links between them, are the same as in a set that was decoded before, so
// that they need not be read again: most files that are not regular do nothing between two dumps of a process.
//
// Details and links are made from the entries of files that are not regular or that flags name, from further
// entries that describe these, from locks, and from columns: ids, kinds, what is unlinked, and which
// descriptor of which task is which file. collect-details.ts uses nothing else of a set, apart from its
// plugins, which describe external files only.

import { type Checkpoint, HAS } from "../../../model/checkpoint.ts";
import { areSameColumns } from "../../../model/comparison/difference.ts";
import { fileKind } from "../../../model/names/names.ts";
import type { FileRow, RecordRow } from "../../../model/rows.ts";
import type { MessageName } from "../format/messages.ts";
import { WANTED } from "./alike-runs.ts";
import { type ComparedSet, createEntryComparer } from "./same-records.ts";

const EXTERNAL = fileKind("external");
const REGULAR = fileKind("regular");

/**
 * Whether the details and links of open files are the same in two sets.
 *
 * @param flags By open file: what is done about it, as alike-runs.ts has it. Empty for no files.
 * @param earlier A set with its details, that were read with the same options.
 */
export async function haveSameDetails(set: ComparedSet, flags: Uint8Array, earlier: ComparedSet): Promise<boolean> {
  const [own, other] = [set.checkpoint, earlier.checkpoint];
  if (flags.length === 0 || other.format !== "criu" || !haveSameColumns(own, other)) return false;
  if (other.problems.some(({ code }) => code === "limit")) return false;
  if (own.files.kind.includes(EXTERNAL) || !(await haveSameLocks(set, earlier))) return false;
  const isSame = createEntryComparer(set, earlier);
  const { record } = own.files;
  const { record: otherRecord } = other.files;
  for (let file = 0; file < flags.length; file++) {
    if (!isRead(own, flags, file)) continue;
    const same = isSame(record[file] as number, otherRecord[file] as number);
    if (!(typeof same === "boolean" ? same : await same)) return false;
  }
  return haveSameFurther(set, flags, earlier);
}

/** Whether something of a file is read for its details. */
const isRead = ({ files }: Checkpoint, flags: Uint8Array, file: FileRow): boolean =>
  ((flags[file] as number) & WANTED) !== 0 || files.kind[file] !== REGULAR;

/** Whether the further records of the files that are read are the same. */
async function haveSameFurther(set: ComparedSet, flags: Uint8Array, earlier: ComparedSet): Promise<boolean> {
  const { first, record } = set.checkpoint.fileRecords;
  const { first: otherFirst, record: otherRecord } = earlier.checkpoint.fileRecords;
  if (!areSameColumns(first, otherFirst)) return false;
  if (record.length === 0) return true;
  const isSame = createEntryComparer(set, earlier);
  for (let file = 0; file < flags.length; file++) {
    if (!isRead(set.checkpoint, flags, file)) continue;
    for (let at = first[file] as number; at < (first[file + 1] as number); at++) {
      if (!(await isSame(record[at] as number, otherRecord[at] as number))) return false;
    }
  }
  return true;
}

/** Whether the columns that details depend on are the same. */
function haveSameColumns(own: Checkpoint, other: Checkpoint): boolean {
  const { machine, files, descriptors, tables, tasks } = own;
  return (
    machine.arch === other.machine.arch &&
    machine.littleEndian === other.machine.littleEndian &&
    areSameColumns(files.id, other.files.id) &&
    areSameColumns(files.kind, other.files.kind) &&
    areSameBut(files.has, other.files.has, HAS.details) &&
    areSameColumns(tables.first, other.tables.first) &&
    areSameColumns(descriptors.fd, other.descriptors.fd) &&
    areSameColumns(descriptors.file, other.descriptors.file) &&
    areSameColumns(tasks.pid, other.tasks.pid) &&
    areSameColumns(tasks.table, other.tasks.table)
  );
}

/** Whether columns are the same, apart from some bits: details themselves set one. */
function areSameBut(own: Uint8Array, other: Uint8Array, but: number): boolean {
  if (own.length !== other.length) return false;
  for (let row = 0; row < own.length; row++) {
    if ((((own[row] as number) ^ (other[row] as number)) & ~but) !== 0) return false;
  }
  return true;
}

/** Whether the locks are the same, or both sets have none. */
async function haveSameLocks(set: ComparedSet, earlier: ComparedSet): Promise<boolean> {
  const [own, other] = [locksIn(set.checkpoint), locksIn(earlier.checkpoint)];
  if (own.length !== other.length) return false;
  const isSame = createEntryComparer(set, earlier);
  for (const [at, record] of own.entries()) if (!(await isSame(record, other[at] as number))) return false;
  return true;
}

/** The records of locks. Their member may have any name. */
function locksIn({ records: { kind, kinds } }: Checkpoint): RecordRow[] {
  const found: RecordRow[] = [];
  const wanted = kinds.findIndex(({ struct }) => struct === ("file_lock_entry" satisfies MessageName));
  if (wanted < 0) return found;
  for (let row = kind.indexOf(wanted); row >= 0; row = kind.indexOf(wanted, row + 1)) found.push(row);
  return found;
}
