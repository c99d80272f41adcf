// Reads entries again when somebody looks at them, a stretch of a member at a time.

import type { Checkpoint } from "../../model/checkpoint.ts";
import { type Source, SourceError } from "../source.ts";
import { ENTRY_LIMIT } from "./entries.ts";

/** An entry's bytes: its message is bytes[start … end - 1]. */
export interface EntryBytes {
  readonly bytes: Uint8Array;
  /** Where bytes[0] stands in the member. */
  readonly base: number;
  readonly start: number;
  readonly end: number;
  /** The message's name; `null` if it is not described. */
  readonly message: string | null;
}

const STRETCH = 64 << 10;

/**
 * A function that reads a record again. Neighbours of the record read last cost nothing. Answers `null` for
 * records that are no entry, and for bytes that cannot be had any more.
 */
export function createEntryReader(
  checkpoint: Checkpoint,
  sources: readonly Source[],
): (record: number) => Promise<EntryBytes | null> {
  const { records } = checkpoint;
  let held = { member: -1, base: 0, bytes: new Uint8Array(0) as Uint8Array };
  return async (record) => {
    const kind = records.kinds[records.kind[record] ?? -1];
    const member = records.member[record] ?? -1;
    const source = sources[member];
    const offset = records.offset[record] ?? 0;
    const length = records.length[record] ?? 0;
    if (kind === undefined || source === undefined || kind.type < 0 || length > ENTRY_LIMIT + 4) return null;
    const inside = held.member === member && offset >= held.base;
    if (!inside || offset + length > held.base + held.bytes.length) {
      try {
        const bytes = await source.read(offset, Math.min(Math.max(length, STRETCH), source.size - offset));
        held = { member, base: offset, bytes };
      } catch (error) {
        if (error instanceof SourceError) return null;
        throw error;
      }
    }
    const at = offset - held.base;
    if (at + length > held.bytes.length) return null;
    return { bytes: held.bytes, base: held.base, start: at + 4, end: at + length, message: kind.struct };
  };
}
