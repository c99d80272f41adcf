// Re-reads entries for inspection, a block of a member at a time.

import type { Checkpoint } from "../../../model/checkpoint.ts";
import { moveTo, recordCursor } from "../../../model/records.ts";
import type { RecordRow } from "../../../model/rows.ts";
import { type Source, SourceError } from "../../source.ts";
import { ENTRY_LIMIT } from "./entries.ts";
import { word } from "./framing.ts";

/** An entry's bytes: its message is bytes[start … end - 1]. */
export interface EntryBytes {
  readonly bytes: Uint8Array;
  /** Offset of bytes[0] in the member. */
  readonly base: number;
  readonly start: number;
  readonly end: number;
  /** The file ends inside the entry. */
  readonly isCut: boolean;
  /** The message's name; `null` if messages.ts does not describe it. */
  readonly message: string | null;
}

const BLOCK = 64 << 10;

/** Whether the size word at `at`, in either byte order, is larger than the bytes that follow. */
export const statesMore = (bytes: Uint8Array, at: number, left: number): boolean =>
  word(bytes, at, true) > left && word(bytes, at, false) > left;

/** No entry, if its bytes can no longer be read. */
function unreadable(error: unknown): null {
  if (error instanceof SourceError) return null;
  throw error;
}

/** Re-reads a record: at once if it is in memory. */
export type EntryReader = (record: RecordRow) => EntryBytes | null | Promise<EntryBytes | null>;

/**
 * Returns a function that re-reads a record; neighbours of the last record are still in memory. It returns `null` for
 * records that are not entries, and if the bytes can no longer be read.
 */
export function createEntryReader(checkpoint: Checkpoint, sources: readonly Source[]): EntryReader {
  const { records } = checkpoint;
  const cursor = recordCursor(records);
  let held = { member: -1, base: 0, bytes: new Uint8Array(0) as Uint8Array };
  const inHeld = (offset: number, length: number, size: number, message: string | null): EntryBytes | null => {
    // An integer, not a double like the offset: the functions that read entries are compiled for integers.
    const at = (offset - held.base) | 0;
    if (at + length > held.bytes.length) return null;
    const { bytes, base } = held;
    const isCut = offset + length === size && statesMore(bytes, at, length - 4);
    return { bytes, base, start: at + 4, end: at + length, isCut, message };
  };
  return (record) => {
    const kind = records.kinds[records.kind[record] ?? -1];
    if (record < 0 || record >= records.count) return null;
    moveTo(cursor, record);
    const { member, offset, length } = cursor;
    const source = sources[member];
    if (kind === undefined || source === undefined || kind.type < 0 || length > ENTRY_LIMIT + 4) return null;
    const isInside = held.member === member && offset >= held.base;
    if (isInside && offset + length <= held.base + held.bytes.length)
      return inHeld(offset, length, source.size, kind.struct);
    const hold = (bytes: Uint8Array): EntryBytes | null => {
      held = { member, base: offset, bytes };
      return inHeld(offset, length, source.size, kind.struct);
    };
    try {
      const bytes = source.read(offset, Math.min(Math.max(length, BLOCK), source.size - offset));
      return ArrayBuffer.isView(bytes) ? hold(bytes) : bytes.then(hold).catch(unreadable);
    } catch (error) {
      return unreadable(error);
    }
  };
}
