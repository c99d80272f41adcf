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
import { type ComparedSet, createEntryComparer, type SameEntries } from "./same-records.ts";

const EXTERNAL = fileKind("external");
const REGULAR = fileKind("regular");

/**
 * Whether the details and links of open files are the same in two sets.
 *
 * @param detailed Open files that are read for details although they have a path.
 * @param earlier A set with its details, that were read with the same options.
 */
export async function haveSameDetails(
  set: ComparedSet,
  detailed: Iterable<FileRow>,
  earlier: ComparedSet,
): Promise<boolean> {
  const [own, other] = [set.checkpoint, earlier.checkpoint];
  if (own.files.count === 0 || other.format !== "criu" || !haveSameColumns(own, other)) return false;
  if (other.problems.some(({ code }) => code === "limit")) return false;
  if (own.files.kind.includes(EXTERNAL) || !(await haveSameLocks(set, earlier))) return false;
  return (await haveSameEntries(set, detailed, earlier)) && haveSameFurther(set, earlier);
}

/** Whether the entries of the files that are read for details are the same. */
async function haveSameEntries(set: ComparedSet, detailed: Iterable<FileRow>, earlier: ComparedSet): Promise<boolean> {
  const { files, fileRecords } = set.checkpoint;
  const { count, kind, has, record } = files;
  const hasFurther = fileRecords.record.length > 0;
  const { first } = fileRecords;
  const isDetailed = new Uint8Array(count);
  for (const file of detailed) isDetailed[file] = 1;
  const { record: otherRecord } = earlier.checkpoint.files;
  const found: SameEntries = { from: 0, end: 0, shift: 0 };
  const isSame = createEntryComparer(set, earlier, found);
  // Those from … end - 1 are known to be the same. Without calls, because the loop runs cold.
  let [from, end, shift] = [0, 0, 0];
  for (let file = 0; file < count; file++) {
    const isRegular = kind[file] === REGULAR && ((has[file] as number) & HAS.inode) !== 0 && isDetailed[file] === 0;
    if (isRegular && (!hasFurther || first[file] === first[file + 1])) continue;
    const own = record[file] as number;
    const other = otherRecord[file] as number;
    if (own >= from && own < end && other - own === shift) continue;
    const same = isSame(own, other);
    if (!(typeof same === "boolean" ? same : await same)) return false;
    ({ from, end, shift } = found);
  }
  return true;
}

/** Whether the further records of files are the same. All files with any are read for details. */
async function haveSameFurther(set: ComparedSet, earlier: ComparedSet): Promise<boolean> {
  const { first, record } = set.checkpoint.fileRecords;
  const { first: otherFirst, record: otherRecord } = earlier.checkpoint.fileRecords;
  if (!areSameColumns(first, otherFirst)) return false;
  const isSame = createEntryComparer(set, earlier);
  for (let at = 0; at < record.length; at++) {
    const same = isSame(record[at] as number, otherRecord[at] as number);
    if (!(typeof same === "boolean" ? same : await same)) return false;
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

/** Whether columns are the same, apart from some bits: details themselves set one. Takes four rows at a time. */
function areSameBut(own: Uint8Array, other: Uint8Array, but: number): boolean {
  if (own.length !== other.length) return false;
  let row = 0;
  if (((own.byteOffset | other.byteOffset) & 3) === 0) {
    const words = own.length >>> 2;
    const left = new Uint32Array(own.buffer, own.byteOffset, words);
    const right = new Uint32Array(other.buffer, other.byteOffset, words);
    const compared = ~Math.imul(but, 0x01010101);
    for (let at = 0; at < words; at++) {
      if ((((left[at] as number) ^ (right[at] as number)) & compared) !== 0) return false;
    }
    row = 4 * words;
  }
  for (; row < own.length; row++) {
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
