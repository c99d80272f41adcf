// Adds records: their kinds and lengths, and an offset for each run of records that follow one another.

import type { RecordKind, Records } from "../../model/checkpoint.ts";
import { cursorAt, RUN } from "../../model/records.ts";
import type { RecordRow } from "../../model/rows.ts";
import type { Budget } from "../limits.ts";
import { type RecordColumns, type RunColumns, recordColumns, runColumns } from "./columns.ts";
import { cutAll, type Growth, grow, grown, growTo, nextCapacity } from "./growing.ts";

/** Longest record; a longer run of bytes between records takes several rows. */
const LONGEST_RECORD = 0xffff_f000;

/** Most bytes of a length: 32 bits, 7 in each. */
const LENGTH_BYTES = 5;

/** Bytes of a length below 16 KiB. */
const USUAL_LENGTH_BYTES = 2;

/** Kinds that a byte can hold. */
const BYTE_KINDS = 256;

/** A budget that counts the bytes of rows, but not the rows themselves. */
const bytesOnly = (budget: Budget): Budget => ({
  ...budget,
  takeRows: (wanted, bytesPerRow) => Math.floor(budget.takeBytes(wanted * bytesPerRow, bytesPerRow) / bytesPerRow),
});

/** Records that follow one another. */
export interface RecordBatch {
  readonly rows: number;
  /** By row: where it begins, from a place that is the same for all. */
  readonly offsets: Uint32Array;
  /** Where the last one ends. */
  readonly end: number;
  /** The lengths, seven bits in a byte, as they are stored; and by row where its own begins. */
  readonly lengths: Uint8Array;
  readonly lengthBytes: number;
  readonly lengthsAt: Uint32Array;
}

/** The records of whole members that follow one another. Offsets, and the end of the last, are in their member. */
export interface MemberBatch extends RecordBatch {
  readonly members: number;
  /** By member: how many rows it and those before it have. */
  readonly memberRows: Uint32Array;
}

/** The kinds of a member's records: its magic, its first entry and the others. */
export interface MemberRecordKinds {
  readonly magic: number;
  readonly firstEntry: number;
  readonly entry: number;
}

/** The records so far. */
interface RecordList {
  readonly growth: Growth;
  /** Runs do not count towards the limit of rows. */
  readonly runGrowth: Growth;
  readonly records: RecordColumns;
  readonly runs: RunColumns;
  lengths: Uint8Array<ArrayBuffer>;
  lengthAt: number;
  /** Of the last record. */
  lastMember: number;
  lastStart: number;
  lastEnd: number;
  /** The row at which the last run is full. */
  full: number;
}

const createList = (growth: Growth): RecordList => {
  const { decoded, budget } = growth;
  const records = recordColumns();
  return {
    growth,
    runGrowth: { decoded, budget: bytesOnly(budget) },
    records,
    runs: runColumns(),
    lengths: new Uint8Array(2 * records.capacity),
    lengthAt: 0,
    lastMember: 0,
    lastStart: 0,
    lastEnd: 0,
    full: 0,
  };
};

/** Begins a run with a row. */
function addRun(list: RecordList, row: RecordRow, offset: number, member: number): void {
  const { runs } = list;
  if (runs.count === runs.capacity) grow(runs, list.runGrowth);
  const run = runs.count++;
  runs.firstRow[run] = row;
  runs.offset[run] = offset;
  runs.lengthAt[run] = list.lengthAt;
  if (member > 0 && runs.member.length === 0) runs.member = new Uint32Array(runs.capacity);
  if (runs.member.length > 0) runs.member[run] = member;
  list.full = row + RUN;
  list.lastMember = member;
}

function growLengths(list: RecordList): void {
  const { decoded, budget } = list.growth;
  const { length } = list.lengths;
  const wanted = nextCapacity(length, decoded());
  list.lengths = grown(list.lengths, length + budget.takeBytes(wanted - length, LENGTH_BYTES));
}

function setKind({ records, growth }: RecordList, row: RecordRow, kind: number): void {
  if (kind >= BYTE_KINDS && records.kind.BYTES_PER_ELEMENT === 1) {
    growth.budget.takeBytes(records.capacity);
    records.kind = Uint16Array.from(records.kind);
  }
  records.kind[row] = kind;
}

/** How many records can be added without growing. */
const roomIn = ({ records, runs, lengths, lengthAt }: RecordList): number =>
  Math.min(
    records.capacity - records.count,
    Math.floor((lengths.length - lengthAt) / LENGTH_BYTES),
    (runs.capacity - runs.count - 1) * RUN,
  );

/**
 * Adds the records of a batch, for which there is room; returns the first. Its offsets are from `base`.
 *
 * @param kind Of all of them; or by row, if a byte can hold each.
 */
function addBatch(
  list: RecordList,
  batch: RecordBatch,
  base: number,
  kind: number | Uint8Array,
  member: number,
): RecordRow {
  const { records } = list;
  const { rows, offsets, lengthsAt, lengthBytes } = batch;
  const first = records.count;
  const from = list.lengthAt;
  list.lengths.set(batch.lengths.subarray(0, lengthBytes), from);
  if (base + (offsets[0] as number) !== list.lastEnd || member !== list.lastMember) list.full = first;
  for (let row = list.full; row < first + rows; row = list.full) {
    list.lengthAt = from + (lengthsAt[row - first] as number);
    addRun(list, row, base + (offsets[row - first] as number), member);
  }
  if (typeof kind === "number") {
    setKind(list, first, kind);
    records.kind.fill(kind, first, first + rows);
  } else records.kind.set(kind.subarray(0, rows), first);
  records.count = first + rows;
  list.lengthAt = from + lengthBytes;
  list.lastStart = base + (offsets[rows - 1] as number);
  list.lastEnd = base + batch.end;
  return first;
}

/** How many members with records can be added without growing, as long as there is room for these. */
const roomOfMembers = ({ runs }: RecordList): number => runs.capacity - runs.count - 2;

/** How many records of `members` members can be added without growing; less than 1: none. */
const roomForMembers = (list: RecordList, members: number): number =>
  Math.min(roomIn(list), (list.runs.capacity - list.runs.count - 1 - members) * RUN);

/** Adds the records of whole members, for which there is room; returns the first. */
function addMembers(list: RecordList, batch: MemberBatch, member: number, kinds: MemberRecordKinds): RecordRow {
  const { records } = list;
  const { rows, members, memberRows, offsets, lengthsAt, lengthBytes } = batch;
  const first = records.count;
  const from = list.lengthAt;
  list.lengths.set(batch.lengths.subarray(0, lengthBytes), from);
  setKind(list, first, kinds.entry);
  records.kind.fill(kinds.entry, first, first + rows);
  let row = 0;
  for (let nth = 0; nth < members; nth++) {
    const end = memberRows[nth] as number;
    setKind(list, first + row, kinds.magic);
    if (row + 1 < end) setKind(list, first + row + 1, kinds.firstEntry);
    for (; row < end; row += RUN) {
      list.lengthAt = from + (lengthsAt[row] as number);
      addRun(list, first + row, offsets[row] as number, member + nth);
    }
    row = end;
  }
  records.count = first + rows;
  list.lengthAt = from + lengthBytes;
  list.lastStart = offsets[rows - 1] as number;
  list.lastEnd = batch.end;
  return first;
}

/** An empty list of records. Its functions throw LimitReached when the budget is used up. */
export function createRecords(growth: Growth) {
  const list = createList(growth);
  const { records, runs } = list;

  const addRecord = (offset: number, length: number, kind: number, member: number): RecordRow => {
    if (records.count === records.capacity) grow(records, growth);
    if (list.lengthAt + LENGTH_BYTES > list.lengths.length) growLengths(list);
    const row = records.count;
    if (row === list.full || offset !== list.lastEnd || member !== list.lastMember) addRun(list, row, offset, member);
    records.count = row + 1;
    if (kind < BYTE_KINDS) records.kind[row] = kind;
    else setKind(list, row, kind);
    const { lengths } = list;
    let at = list.lengthAt;
    let left = length;
    for (; left > 127; left = Math.floor(left / 128)) lengths[at++] = (left % 128) | 128;
    lengths[at++] = left;
    list.lengthAt = at;
    list.lastStart = offset;
    list.lastEnd = offset + length;
    return row;
  };

  const finishRecords = (kinds: readonly RecordKind[]): Records => ({
    ...cutAll(records),
    lengths: list.lengths.subarray(0, list.lengthAt),
    runs: cutAll(runs),
    kinds,
  });

  return {
    records,

    /** `kind` indexes Head.recordKinds, `member` Head.members. Offset and length are in bytes. */
    addRecord,

    recordRoom: (): number => roomIn(list),

    /** Adds the records of a batch, at least one and at most `recordRoom()`; returns the first. */
    addRecords: (batch: RecordBatch, base: number, kind: number | Uint8Array, member: number): RecordRow =>
      addBatch(list, batch, base, kind, member),

    /** How many members can be added, if `memberRoom` has room for their records; less than 1: none. */
    membersRoom: (): number => roomOfMembers(list),

    /** How many records of some members can be added without growing; less than 1: none. */
    memberRoom: (members: number): number => roomForMembers(list, members),

    /** Adds the records of whole members from `member` on, at most `memberRoom()` of them; returns the first. */
    addMembers: (batch: MemberBatch, member: number, kinds: MemberRecordKinds): RecordRow =>
      addMembers(list, batch, member, kinds),

    /** Gives a record another kind. */
    setRecordKind: (row: RecordRow, kind: number): void => setKind(list, row, kind),

    /** Bytes between records. */
    addGap(offset: number, length: number, kind: number, member: number): void {
      for (let at = 0; at < length; at += LONGEST_RECORD) {
        addRecord(offset + at, Math.min(LONGEST_RECORD, length - at), kind, member);
      }
    },

    /** Where the last record begins and ends in its member. */
    lastRecord(): { readonly start: number; readonly end: number } {
      return { start: list.lastStart, end: list.lastEnd };
    },

    /** Where a record begins, and its member; undefined if there is only one. Takes time: for problems. */
    placeOf(record: RecordRow): { readonly offset: number; readonly member: number | undefined } {
      const isSingle = runs.member.length === 0;
      // Nearly always: a problem of the current record.
      if (record === records.count - 1)
        return { offset: list.lastStart, member: isSingle ? undefined : list.lastMember };
      const { offset, member } = cursorAt(finishRecords([]), record);
      return { offset, member: isSingle ? undefined : member };
    },
    /** Reserves capacity for more records. */
    reserveRecords(more: number): void {
      const { budget } = growth;
      if (records.count + more > records.capacity) growTo(records, records.count + more, budget);
      const wanted = list.lengthAt + more * USUAL_LENGTH_BYTES - list.lengths.length;
      if (wanted > 0) list.lengths = grown(list.lengths, list.lengths.length + budget.takeBytes(wanted, 0));
    },

    /** The records so far, as views. */
    finishRecords,
  };
}
