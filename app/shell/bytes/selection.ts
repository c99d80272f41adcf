// Selected object ⇄ selected bytes.

import { type Checkpoint, furtherRecords, NONE } from "../../model/checkpoint.ts";
import { recordAt, recordMember, recordOffset } from "../../model/records.ts";
import { objectOfRecord, recordOf, type Selection } from "../../model/related.ts";
import type { RecordRow } from "../../model/rows.ts";
import type { ByteSelection } from "../state.ts";

/** Whether a record describes the selection: its own record, or another one about the same open file. */
function describes(checkpoint: Checkpoint, record: RecordRow, selection: Selection): boolean {
  if (record === NONE) return false;
  if (recordOf(checkpoint, selection) === record) return true;
  if (selection.to !== "file") return false;
  return furtherRecords(checkpoint.fileRecords, selection.row).includes(record);
}

/** The record at the cursor; NONE if the byte belongs to none. */
export function recordOfBytes(checkpoint: Checkpoint, { member, at }: ByteSelection): RecordRow {
  return recordAt(checkpoint.records, member, at);
}

/** The bytes for a selected object: the selected ones if they describe it, else the first byte of its record. */
export function bytesForSelection(
  checkpoint: Checkpoint,
  selection: Selection | null,
  shown: ByteSelection | null,
): ByteSelection | null {
  if (selection === null) return shown;
  const record = recordOf(checkpoint, selection);
  if (record === NONE) return shown;
  if (shown !== null && describes(checkpoint, recordOfBytes(checkpoint, shown), selection)) return shown;
  const at = recordOffset(checkpoint.records, record);
  return { member: recordMember(checkpoint.records, record), anchor: at, at };
}

/** The object for selected bytes: the selected one if their record describes it, else the object of their record. */
export function selectionForBytes(
  checkpoint: Checkpoint,
  bytes: ByteSelection,
  selection: Selection | null,
): Selection | null {
  const record = recordOfBytes(checkpoint, bytes);
  if (record === NONE) return selection;
  if (selection !== null && describes(checkpoint, record, selection)) return selection;
  return objectOfRecord(checkpoint, record) ?? { to: "record", row: record };
}

/** The selection clamped to its member; `null` if the document has no such member or it is empty. */
export function clampToMember({ members }: Checkpoint, { member, anchor, at }: ByteSelection): ByteSelection | null {
  const size = members[member]?.size ?? 0;
  if (size === 0) return null;
  const inside = (offset: number): number => Math.max(0, Math.min(offset, size - 1));
  return { member, anchor: inside(anchor), at: inside(at) };
}

/** Longer selections have the cursor at their start. */
const LONG = 256;

/**
 * The selection of `length` bytes from `offset`. The cursor is on the last byte, so that the next field is one step
 * away; in a long selection on the first byte, so that its start is scrolled into view.
 */
export function byteRange(member: number, offset: number, length: number): ByteSelection {
  const last = offset + Math.max(0, length - 1);
  return length > LONG ? { member, anchor: last, at: offset } : { member, anchor: offset, at: last };
}
