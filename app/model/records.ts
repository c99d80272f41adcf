// Where each record is. Records follow one another, so only the first of each run has an offset; the offset of another
// is that one plus the lengths in between. Casts `as number` read typed arrays within bounds that
// were checked before.

import { NONE, type RecordKind, type Records } from "./checkpoint.ts";
import type { RecordRow } from "./rows.ts";
import { firstIndex } from "./search.ts";

/** Most records of a run: what a look-up walks at most. */
export const RUN = 64;

/** A place in the records. Moving it forwards is fast; moving it to any other row takes as long as walking one run. */
export interface RecordCursor {
  readonly records: Records;
  /** The current row. The other fields are its own. */
  row: RecordRow;
  member: number;
  /** Bytes from the start of the member. */
  offset: number;
  /** Bytes, including the header. */
  length: number;
  /** The run it is in, the first row after it, and where the next length begins. */
  run: number;
  runEnd: number;
  at: number;
}

/** A cursor at no row yet. */
export const recordCursor = (records: Records): RecordCursor => ({
  records,
  row: -1,
  member: 0,
  offset: 0,
  length: 0,
  run: -1,
  runEnd: 0,
  at: 0,
});

/** Moves a cursor to a row. @throws RangeError if there is no such row. */
export function moveTo(cursor: RecordCursor, row: RecordRow): void {
  if (row === cursor.row && row >= 0) return;
  if (!(row > cursor.row && row < cursor.runEnd)) enterRun(cursor, row);
  while (cursor.row < row) step(cursor);
}

/** Moves a cursor to before the first row of the run that has `row`. */
function enterRun(cursor: RecordCursor, row: RecordRow): void {
  const { records } = cursor;
  const { runs } = records;
  const run = runOf(records, row);
  cursor.run = run;
  cursor.runEnd = run + 1 < runs.count ? (runs.firstRow[run + 1] as number) : records.count;
  cursor.row = (runs.firstRow[run] as number) - 1;
  cursor.member = runs.member.length === 0 ? 0 : (runs.member[run] as number);
  cursor.offset = runs.offset[run] as number;
  cursor.length = 0;
  cursor.at = runs.lengthAt[run] as number;
}

/** Moves a cursor to the next row of its run. */
function step(cursor: RecordCursor): void {
  const { lengths } = cursor.records;
  cursor.offset += cursor.length;
  let byte = lengths[cursor.at++] as number;
  let length = byte & 127;
  for (let scale = 128; byte > 127; scale *= 128) {
    byte = lengths[cursor.at++] as number;
    length += (byte & 127) * scale;
  }
  cursor.length = length;
  cursor.row++;
}

/** The run that has a row. */
function runOf({ count, runs }: Pick<Records, "count" | "runs">, row: RecordRow): number {
  if (!(row >= 0 && row < count)) throw new RangeError(`Record ${row} of ${count}`);
  const { firstRow } = runs;
  // Nearly all runs are full.
  let low = Math.min(Math.floor(row / RUN), runs.count - 1);
  if (row < (firstRow[low] as number)) throw new Error("a run has more records than it may have");
  let high = low + 1;
  for (let step = 1; high < runs.count && (firstRow[high] as number) <= row; step *= 2) {
    low = high;
    high = Math.min(runs.count, high + step);
  }
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((firstRow[middle] as number) <= row) low = middle;
    else high = middle;
  }
  return low;
}

/** A cursor at a row. @throws RangeError if there is no such row. */
export function cursorAt(records: Records, row: RecordRow): RecordCursor {
  const cursor = recordCursor(records);
  moveTo(cursor, row);
  return cursor;
}

/** Where a record begins: bytes from the start of its member. @throws RangeError if there is no such row. */
export const recordOffset = (records: Records, row: RecordRow): number => cursorAt(records, row).offset;

/** How long a record is: bytes, including the header. @throws RangeError if there is no such row. */
export const recordLength = (records: Records, row: RecordRow): number => cursorAt(records, row).length;

/** Where a record ends: bytes from the start of its member. @throws RangeError if there is no such row. */
export function recordEnd(records: Records, row: RecordRow): number {
  const { offset, length } = cursorAt(records, row);
  return offset + length;
}

/** The kind of a record, an index into `kinds`. @throws RangeError if there is no such row. */
export function recordKind({ kind }: Records, row: RecordRow): number {
  const found = kind[row];
  if (found === undefined) throw new RangeError(`Record ${row} of ${kind.length}`);
  return found;
}

/** The member that a record is in. @throws RangeError if there is no such row. */
export function recordMember(records: Records, row: RecordRow): number {
  const { member } = records.runs;
  return member.length === 0 ? 0 : (member[runOf(records, row)] as number);
}

/** The first row after `row` that is in another member. */
export function endOfMember(records: Records, row: RecordRow): RecordRow {
  const { runs } = records;
  if (runs.member.length === 0) return records.count;
  let run = runOf(records, row);
  const member = runs.member[run];
  while (run < runs.count && runs.member[run] === member) run++;
  return run < runs.count ? (runs.firstRow[run] as number) : records.count;
}

/** The first row after each of the consecutive members from that of `row` on, of `most` members at most. */
export function endsOfMembers({ count, runs }: Records, row: RecordRow, most: number): RecordRow[] {
  if (runs.member.length === 0) return most > 0 ? [count] : [];
  const ends: RecordRow[] = [];
  const first = runOf({ count, runs }, row);
  let member = runs.member[first] as number;
  for (let run = first + 1; ends.length < most; run++) {
    if (run < runs.count && runs.member[run] === member) continue;
    ends.push(run < runs.count ? (runs.firstRow[run] as number) : count);
    if (run >= runs.count || runs.member[run] !== ++member) return ends;
  }
  return ends;
}

/** Calls `visit` for each member that has records, with the first and the one after the last. */
export function eachMemberOf(
  { count, runs }: Records,
  visit: (member: number, start: RecordRow, end: RecordRow) => void,
): void {
  const { firstRow } = runs;
  for (let run = 0; run < runs.count; ) {
    const start = firstRow[run] as number;
    const member = runs.member.length === 0 ? 0 : (runs.member[run] as number);
    run = runs.member.length === 0 ? runs.count : run + 1;
    while (run < runs.count && runs.member[run] === member) run++;
    visit(member, start, run < runs.count ? (firstRow[run] as number) : count);
  }
}

/** The last record of a member, or of one before it, that begins at or before `offset`; NONE if there is none. */
export function lastRecordFrom(records: Records, member: number, offset: number): RecordRow {
  return lastFrom(records, member, offset)?.row ?? NONE;
}

/** The record that byte `offset` of a member is in; NONE if there is none. */
export function recordAt(records: Records, member: number, offset: number): RecordRow {
  const found = lastFrom(records, member, offset);
  return found !== null && found.member === member && offset < found.offset + found.length ? found.row : NONE;
}

/** Members and offsets ascend. */
function lastFrom(records: Records, member: number, offset: number): RecordCursor | null {
  const { runs } = records;
  const isAfter = (run: number): boolean => {
    const own = runs.member.length === 0 ? 0 : (runs.member[run] as number);
    return own > member || (own === member && (runs.offset[run] as number) > offset);
  };
  const run = firstIndex(runs.count, isAfter) - 1;
  if (run < 0) return null;
  const cursor = cursorAt(records, runs.firstRow[run] as number);
  const end = cursor.member === member ? offset : Number.POSITIVE_INFINITY;
  while (cursor.offset + cursor.length <= end && cursor.row + 1 < cursor.runEnd) step(cursor);
  return cursor;
}

/** No records at all. */
export const noRecords = (kinds: readonly RecordKind[]): Records => ({
  count: 0,
  kind: new Uint8Array(0),
  lengths: new Uint8Array(0),
  runs: {
    count: 0,
    firstRow: new Uint32Array(0),
    offset: new Float64Array(0),
    lengthAt: new Uint32Array(0),
    member: new Uint32Array(0),
  },
  kinds,
});
