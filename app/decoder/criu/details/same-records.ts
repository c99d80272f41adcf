// Finds out which entries of two sets are the same. Two dumps of a process have most of them in common, and in the same
// order: they are compared many at a time.

import type { Checkpoint, Records } from "../../../model/checkpoint.ts";
import { areSameColumns, firstDifference } from "../../../model/comparison/difference.ts";
import { moveTo, type RecordCursor, recordCursor } from "../../../model/records.ts";
import type { RecordRow } from "../../../model/rows.ts";
import { type Source, SourceError } from "../../source.ts";
import { ENTRY_LIMIT } from "../wire/entries.ts";
import { statesMore } from "../wire/inspect.ts";

/** A set whose entries are compared. */
export interface ComparedSet {
  readonly checkpoint: Checkpoint;
  readonly sources: readonly Source[];
}

/**
 * Whether a record of one set and one of the other are entries of the same message with the same
 * bytes, both whole or both cut off. Returns the answer at once if the bytes are in memory. What is
 * not an entry, or cannot be read, equals nothing.
 */
export type EntryComparer = (record: RecordRow, other: RecordRow) => boolean | Promise<boolean>;

/** The most entries to compare at once: few after a difference, then more and more. */
const FEWEST = 16;
const MOST = 4096;
/** The most bytes, unless one entry has more. */
const MOST_BYTES = 256 << 10;

/** Entries from … end - 1 of a set that equal those in the other set `shift` rows further on. */
export interface SameEntries {
  from: RecordRow;
  end: RecordRow;
  shift: number;
}

/**
 * A function that compares entries of two sets, fastest in their order.
 *
 * @param found Is set to those that were compared last and are the same.
 */
export function createEntryComparer(
  set: ComparedSet,
  earlier: ComparedSet,
  found: SameEntries = { from: 0, end: 0, shift: 0 },
): EntryComparer {
  const own = placeIn(set);
  const other = placeIn(earlier);
  let most = FEWEST;
  const note = (record: RecordRow, same: number, { count }: Stretch): boolean => {
    found.from = record;
    found.end = record + same;
    most = same < count ? FEWEST : Math.min(2 * most, MOST);
    return same > 0;
  };
  return (record, otherRecord) => {
    if (record >= found.from && record < found.end && otherRecord - record === found.shift) return true;
    found.from = found.end;
    if (!moveToEntry(own, record) || !moveToEntry(other, otherRecord)) return false;
    const stretch = stretchAt(own, other, most);
    found.shift = otherRecord - record;
    const same = countSame(own.cursor, record, stretch);
    return typeof same === "number" ? note(record, same, stretch) : same.then((count) => note(record, count, stretch));
  };
}

/** A place among the entries of a set. */
interface Place {
  readonly records: Records;
  readonly sources: readonly Source[];
  readonly cursor: RecordCursor;
}

const placeIn = ({ checkpoint: { records }, sources }: ComparedSet): Place => ({
  records,
  sources,
  cursor: recordCursor(records),
});

/** Moves to a record. Returns whether there is one, of a member that is there. */
function moveToEntry({ records, sources, cursor }: Place, record: RecordRow): boolean {
  if (record < 0 || record >= records.count) return false;
  moveTo(cursor, record);
  return sources[cursor.member] !== undefined;
}

/** Bytes of both sets in which entries of the same messages and lengths follow one another. */
interface Stretch {
  readonly source: Source;
  readonly otherSource: Source;
  readonly offset: number;
  readonly otherOffset: number;
  readonly bytes: number;
  /** How many entries there are. */
  readonly count: number;
}

/** The longest stretch from both places on, which are moved to its end. */
function stretchAt(own: Place, other: Place, most: number): Stretch {
  const { cursor, sources } = own;
  const { cursor: otherCursor, sources: otherSources } = other;
  const { row, member, offset } = cursor;
  const { row: otherRow, member: otherMember, offset: otherOffset } = otherCursor;
  let bytes = 0;
  let count = 0;
  while (count < most && bytes < MOST_BYTES) {
    const rows = alikeRows(own, other);
    if (rows === 0) break;
    bytes += rows === 1 ? cursor.length : bytesOfRun(own.records, cursor.run);
    count += rows;
    if (!moveToEntry(own, row + count) || !moveToEntry(other, otherRow + count)) break;
    const follows = cursor.member === member && cursor.offset === offset + bytes;
    if (!follows || otherCursor.member !== otherMember || otherCursor.offset !== otherOffset + bytes) break;
  }
  const [source, otherSource] = [sources[member] as Source, otherSources[otherMember] as Source];
  return { source, otherSource, offset, otherOffset, bytes, count };
}

/**
 * How many entries, from both places on, have the same messages and lengths: a whole run if one begins in both sets,
 * otherwise one or none.
 */
function alikeRows(own: Place, other: Place): number {
  if (!isSameKind(own, other)) return 0;
  const { records, cursor } = own;
  const { records: others, cursor: otherCursor } = other;
  const { row, run } = cursor;
  const { row: otherRow, run: otherRun } = otherCursor;
  const rows = cursor.runEnd - row;
  if (records.runs.firstRow[run] !== row || others.runs.firstRow[otherRun] !== otherRow) return 1;
  if (otherCursor.runEnd - otherRow !== rows || !isFollowed(records, run) || !isFollowed(others, otherRun)) return 1;
  const bytes = bytesOfRun(records, run);
  if (bytes > MOST_BYTES || bytes !== bytesOfRun(others, otherRun)) return 1;
  const isAlike =
    areSameColumns(lengthsOfRun(records, run), lengthsOfRun(others, otherRun)) &&
    isOfOneKind(records, row, rows) &&
    isOfOneKind(others, otherRow, rows);
  return isAlike ? rows : 1;
}

/** Whether the run after a run is of the same member. */
const isFollowed = ({ runs: { count, member } }: Records, run: number): boolean =>
  run + 1 < count && member[run + 1] === member[run];

/** Bytes of a run that is followed by another one. */
const bytesOfRun = ({ runs: { offset } }: Records, run: number): number =>
  (offset[run + 1] as number) - (offset[run] as number);

/** The lengths of the records of such a run, as they are stored. */
const lengthsOfRun = ({ lengths, runs: { lengthAt } }: Records, run: number): Uint8Array =>
  lengths.subarray(lengthAt[run], lengthAt[run + 1]);

/** Whether `rows` records from `row` on are of one kind. */
function isOfOneKind({ kind }: Records, row: RecordRow, rows: number): boolean {
  const first = kind[row];
  for (let at = row + 1; at < row + rows; at++) if (kind[at] !== first) return false;
  return true;
}

/** Whether the current records are entries of the same message and length. */
function isSameKind({ records, cursor }: Place, { records: others, cursor: otherCursor }: Place): boolean {
  if (cursor.length !== otherCursor.length || cursor.length > ENTRY_LIMIT + 4) return false;
  const kind = records.kinds[records.kind[cursor.row] ?? -1];
  const otherKind = others.kinds[others.kind[otherCursor.row] ?? -1];
  if (kind === undefined || otherKind === undefined) return false;
  return kind.type >= 0 && otherKind.type >= 0 && kind.struct === otherKind.struct;
}

/** How many entries at the beginning of a stretch, whose first is `record`, are the same. */
function countSame(cursor: RecordCursor, record: RecordRow, stretch: Stretch): number | Promise<number> {
  const { source, otherSource, offset, otherOffset, bytes, count } = stretch;
  if (count === 0) return 0;
  try {
    const own = source.read(offset, bytes);
    const others = otherSource.read(otherOffset, bytes);
    if (!(own instanceof Promise) && !(others instanceof Promise)) return countIn(cursor, record, stretch, own, others);
    return Promise.all([own, others])
      .then(([read, otherRead]) => countIn(cursor, record, stretch, read, otherRead))
      .catch(unreadable);
  } catch (error) {
    return unreadable(error);
  }
}

/** None, as bytes cannot be read. */
function unreadable(error: unknown): 0 {
  if (error instanceof SourceError) return 0;
  throw error;
}

/** The same, by the bytes of both. */
function countIn(
  cursor: RecordCursor,
  record: RecordRow,
  stretch: Stretch,
  own: Uint8Array,
  others: Uint8Array,
): number {
  const { bytes, offset, count } = stretch;
  const same = firstDifference(own, others);
  if (same < bytes) {
    moveTo(cursor, record);
    while (cursor.offset + cursor.length - offset <= same) moveTo(cursor, cursor.row + 1);
    return cursor.row - record;
  }
  if (isEndAlike(stretch)) return count;
  moveTo(cursor, record + count - 1);
  return statesMore(own, cursor.offset - offset, cursor.length - 4) ? count - 1 : count;
}

/** Whether a stretch ends with its member in both sets or in none: that decides whether its last entry is cut off. */
const isEndAlike = ({ source, otherSource, offset, otherOffset, bytes }: Stretch): boolean =>
  (offset + bytes === source.size) === (otherOffset + bytes === otherSource.size);
