// Which bytes go with what is looked at, and the other way round.

import { type Checkpoint, NONE, recordMember } from "../model/checkpoint.ts";
import { objectOfRecord, recordAt, recordOf, type Selection } from "../model/related.ts";
import type { ByteSelection } from "./state.ts";

/** Whether a record says something of what is looked at: it is its record, or a further one of a file. */
function isAbout(checkpoint: Checkpoint, selection: Selection, record: number): boolean {
  if (record === NONE) return false;
  if (recordOf(checkpoint, selection) === record) return true;
  if (selection.to !== "file") return false;
  const { first, record: further } = checkpoint.fileRecords;
  return further.subarray(first[selection.row] ?? 0, first[selection.row + 1] ?? 0).includes(record);
}

/** The record that selected bytes are in; NONE: none. */
export function recordOfBytes(checkpoint: Checkpoint, { member, at }: ByteSelection): number {
  return recordAt(checkpoint, member, at);
}

/** The bytes to show for what is looked at: those that are shown if they are about it, else where its record begins. */
export function bytesForSelection(
  checkpoint: Checkpoint,
  selection: Selection | null,
  shown: ByteSelection | null,
): ByteSelection | null {
  if (selection === null) return shown;
  const record = recordOf(checkpoint, selection);
  if (record === NONE) return shown;
  if (shown !== null && isAbout(checkpoint, selection, recordOfBytes(checkpoint, shown))) return shown;
  const at = checkpoint.records.offset[record] ?? 0;
  return { member: recordMember(checkpoint.records, record), anchor: at, at };
}

/** What to look at for selected bytes: what is looked at if their record is about it, else what their record describes. */
export function selectionForBytes(
  checkpoint: Checkpoint,
  bytes: ByteSelection,
  selection: Selection | null,
): Selection | null {
  const record = recordOfBytes(checkpoint, bytes);
  if (record === NONE) return selection;
  if (selection !== null && isAbout(checkpoint, selection, record)) return selection;
  return objectOfRecord(checkpoint, record) ?? { to: "record", row: record };
}

/** A selection that is inside of its member; `null` if the document has no such member or it is empty. */
export function clampToMember({ members }: Checkpoint, { member, anchor, at }: ByteSelection): ByteSelection | null {
  const size = members[member]?.size ?? 0;
  if (size === 0) return null;
  const inside = (offset: number): number => Math.max(0, Math.min(offset, size - 1));
  return { member, anchor: inside(anchor), at: inside(at) };
}

/** Longer runs of bytes are shown from their start. */
const LONG = 256;

/**
 * The selection of `length` bytes from `offset`. The cursor is on the last, so that the next field is a step away; on
 * the first of a long run, which would else be seen from its end.
 */
export function byteRange(member: number, offset: number, length: number): ByteSelection {
  const last = offset + Math.max(0, length - 1);
  return length > LONG ? { member, anchor: last, at: offset } : { member, anchor: offset, at: last };
}
