// Whether the details of open files, and the links between them, are the same as in a set that was decoded before, so that
// they need not be read again: most files that are not regular do nothing between two dumps of a process.
//
// Details and links are made from the entries of files that are not regular or that flags name, from further entries that
// describe these, from locks, and from columns: ids, kinds, what is unlinked, and which descriptor of which task is which file.
// collect-details.ts uses nothing else of a set, apart from its plugins, which describe external files only.

import { type Checkpoint, furtherRecords, HAS } from "../../../model/checkpoint.ts";
import { fileKind } from "../../../model/names.ts";
import type { RecordRow } from "../../../model/rows.ts";
import { type Source, SourceError } from "../../source.ts";
import { MEMBER_KINDS } from "../format/member-kinds.ts";
import { memberOfName } from "../format/member-names.ts";
import { createEntryReader, type EntryBytes } from "../wire/inspect.ts";
import { WANTED } from "./alike-runs.ts";

/** A set, as far as details depend on it. */
interface DetailedSet {
  readonly checkpoint: Checkpoint;
  readonly sources: readonly Source[];
}

const EXTERNAL = fileKind("external");
const REGULAR = fileKind("regular");

/**
 * Whether the details and links of open files are the same in two sets.
 *
 * @param flags By open file: what is done about it, as alike-runs.ts has it. Empty for no files.
 * @param earlier A set with its details, that were read with the same options.
 */
export async function haveSameDetails(set: DetailedSet, flags: Uint8Array, earlier: DetailedSet): Promise<boolean> {
  const [own, other] = [set.checkpoint, earlier.checkpoint];
  if (flags.length === 0 || other.format !== "criu" || !haveSameColumns(own, other)) return false;
  if (other.problems.some(({ code }) => code === "limit")) return false;
  if (own.files.kind.includes(EXTERNAL) || !(await haveSameLocks(set, earlier))) return false;
  const isSame = entryComparer(set, earlier);
  const isSameFurther = entryComparer(set, earlier);
  for (let file = 0; file < flags.length; file++) {
    const further = furtherRecords(own.fileRecords, file);
    const others = furtherRecords(other.fileRecords, file);
    if (further.length !== others.length) return false;
    if (((flags[file] as number) & WANTED) === 0 && own.files.kind[file] === REGULAR) continue;
    const same = isSame(own.files.record[file] as number, other.files.record[file] as number);
    if (!(typeof same === "boolean" ? same : await same)) return false;
    for (let at = 0; at < further.length; at++) {
      if (!(await isSameFurther(further[at] as number, others[at] as number))) return false;
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
    areSame(files.id, other.files.id) &&
    areSame(files.kind, other.files.kind) &&
    // Details themselves set one more bit.
    areSame(files.has, other.files.has, HAS.details) &&
    areSame(tables.first, other.tables.first) &&
    areSame(descriptors.fd, other.descriptors.fd) &&
    areSame(descriptors.file, other.descriptors.file) &&
    areSame(tasks.pid, other.tasks.pid) &&
    areSame(tasks.table, other.tasks.table)
  );
}

/** Whether columns are the same, apart from some bits. */
function areSame<Column extends Uint8Array | Uint32Array | Int32Array>(own: Column, other: Column, but = 0): boolean {
  if (own.length !== other.length) return false;
  for (let row = 0; row < own.length; row++) {
    if ((((own[row] as number) ^ (other[row] as number)) & ~but) !== 0) return false;
  }
  return true;
}

const FILE_LOCKS = MEMBER_KINDS.findIndex(({ name }) => name === "filelocks");

/** The member with the locks of a set. */
const locksOf = ({ checkpoint, sources }: DetailedSet): Source | undefined =>
  sources[checkpoint.members.findIndex(({ name }) => memberOfName(name)?.kind === FILE_LOCKS)];

/** Whether the locks are the same bytes, or both sets have none. */
async function haveSameLocks(set: DetailedSet, earlier: DetailedSet): Promise<boolean> {
  const [own, other] = [locksOf(set), locksOf(earlier)];
  if (own === undefined || other === undefined) return own === other;
  if (own.size !== other.size) return false;
  try {
    return areSame(await own.read(0, own.size), await other.read(0, other.size));
  } catch (error) {
    if (error instanceof SourceError) return false;
    throw error;
  }
}

/** Returns a function that finds out whether two entries are of the same message and have the same bytes. */
function entryComparer(set: DetailedSet, earlier: DetailedSet) {
  const readOwn = createEntryReader(set.checkpoint, set.sources);
  const readOther = createEntryReader(earlier.checkpoint, earlier.sources);
  return (record: RecordRow, otherRecord: RecordRow): boolean | Promise<boolean> => {
    const own = readOwn(record);
    const other = readOther(otherRecord);
    if (!(own instanceof Promise) && !(other instanceof Promise)) return isSameEntry(own, other);
    return Promise.all([own, other]).then(([entry, otherEntry]) => isSameEntry(entry, otherEntry));
  };
}

/** An entry that cannot be read equals no other: the other set's may be readable. */
function isSameEntry(own: EntryBytes | null, other: EntryBytes | null): boolean {
  if (own === null || other === null) return false;
  const { bytes, start, end } = own;
  const shift = other.start - start;
  if (own.message !== other.message || own.isCut !== other.isCut || end + shift !== other.end) return false;
  for (let at = start; at < end; at++) if (bytes[at] !== other.bytes[at + shift]) return false;
  return true;
}
