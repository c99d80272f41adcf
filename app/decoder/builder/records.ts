// Adds records: their kinds and lengths, and an offset for each run of records that follow one another.

import type { RecordKind, Records } from "../../model/checkpoint.ts";
import { cursorAt, RUN } from "../../model/records.ts";
import type { RecordRow } from "../../model/rows.ts";
import type { Budget } from "../limits.ts";
import { recordColumns, runColumns } from "./columns.ts";
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

/** An empty list of records. Its functions throw LimitReached when the budget is used up. */
export function createRecords(growth: Growth) {
  const { decoded, budget } = growth;
  const records = recordColumns();
  const runs = runColumns();
  // Runs do not count towards the limit of rows.
  const runGrowth: Growth = { decoded, budget: bytesOnly(budget) };
  let lengths = new Uint8Array(2 * records.capacity);
  let lengthAt = 0;
  // Of the last record.
  let lastMember = 0;
  let lastStart = 0;
  let lastEnd = 0;
  // The row at which the last run is full.
  let full = 0;

  const addRun = (row: RecordRow, offset: number, member: number): void => {
    if (runs.count === runs.capacity) grow(runs, runGrowth);
    const run = runs.count++;
    runs.firstRow[run] = row;
    runs.offset[run] = offset;
    runs.lengthAt[run] = lengthAt;
    if (member > 0 && runs.member.length === 0) runs.member = new Uint32Array(runs.capacity);
    if (runs.member.length > 0) runs.member[run] = member;
    full = row + RUN;
    lastMember = member;
  };

  const growLengths = (): void => {
    const wanted = nextCapacity(lengths.length, decoded());
    lengths = grown(lengths, lengths.length + budget.takeBytes(wanted - lengths.length, LENGTH_BYTES));
  };

  const setKind = (row: RecordRow, kind: number): void => {
    if (kind >= BYTE_KINDS && records.kind.BYTES_PER_ELEMENT === 1) {
      budget.takeBytes(records.capacity);
      records.kind = Uint16Array.from(records.kind);
    }
    records.kind[row] = kind;
  };

  const addRecord = (offset: number, length: number, kind: number, member: number): RecordRow => {
    if (records.count === records.capacity) grow(records, growth);
    if (lengthAt + LENGTH_BYTES > lengths.length) growLengths();
    const row = records.count;
    if (row === full || offset !== lastEnd || member !== lastMember) addRun(row, offset, member);
    records.count = row + 1;
    if (kind < BYTE_KINDS) records.kind[row] = kind;
    else setKind(row, kind);
    let left = length;
    for (; left > 127; left = Math.floor(left / 128)) lengths[lengthAt++] = (left % 128) | 128;
    lengths[lengthAt++] = left;
    lastStart = offset;
    lastEnd = offset + length;
    return row;
  };

  const finishRecords = (kinds: readonly RecordKind[]): Records => ({
    ...cutAll(records),
    lengths: lengths.subarray(0, lengthAt),
    runs: cutAll(runs),
    kinds,
  });

  return {
    records,

    /** `kind` indexes Head.recordKinds, `member` Head.members. Offset and length are in bytes. */
    addRecord,

    /** Gives a record another kind. */
    setRecordKind: setKind,

    /** Bytes between records. */
    addGap(offset: number, length: number, kind: number, member: number): void {
      for (let at = 0; at < length; at += LONGEST_RECORD) {
        addRecord(offset + at, Math.min(LONGEST_RECORD, length - at), kind, member);
      }
    },

    /** Where the last record begins and ends in its member. */
    lastRecord(): { readonly start: number; readonly end: number } {
      return { start: lastStart, end: lastEnd };
    },

    /** Where a record begins, and its member; undefined if there is only one. Takes time: for problems. */
    placeOf(record: RecordRow): { readonly offset: number; readonly member: number | undefined } {
      const isSingle = runs.member.length === 0;
      // Nearly always: a problem of the current record.
      if (record === records.count - 1) return { offset: lastStart, member: isSingle ? undefined : lastMember };
      const { offset, member } = cursorAt(finishRecords([]), record);
      return { offset, member: isSingle ? undefined : member };
    },
    /** Reserves capacity for more records. */
    reserveRecords(more: number): void {
      if (records.count + more > records.capacity) growTo(records, records.count + more, budget);
      const wanted = lengthAt + more * USUAL_LENGTH_BYTES - lengths.length;
      if (wanted > 0) lengths = grown(lengths, lengths.length + budget.takeBytes(wanted, 0));
    },

    /** The records so far, as views. */
    finishRecords,
  };
}
