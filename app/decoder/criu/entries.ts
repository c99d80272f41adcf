// Walks a member's entries block by block: a size, then that many bytes of a message, then raw bytes in some kinds.

import type { Source } from "../source.ts";
import { type Start, word } from "./framing.ts";

const FIRST_BLOCK = 64 << 10;
/** Bytes that are read at once, unless one entry has more. */
export const LARGEST_BLOCK = 4 << 20;

/** Larger entries are skipped unread. CRIU writes none nearly as large. */
export const ENTRY_LIMIT = 64 << 20;

/** The end of a walk, and the fault if that is not the end of the member. Offsets are in the member. */
export interface Walk {
  readonly end: number;
  readonly fault: { readonly code: string; readonly message: string } | null;
}

/**
 * Handles one entry: its message is bytes[start … end - 1]; the entry begins at `offset` of the member. Returns the
 * number of raw bytes that follow the message.
 */
export type Visit = (bytes: Uint8Array, start: number, end: number, offset: number) => number;

/**
 * Calls `visit` for every whole entry after the magics, `oversized` for entries larger than ENTRY_LIMIT (with
 * their offset and their length, size word included), `cut` for a last entry that the file ends inside (with the bytes
 * of its message that are left, and its offset), and `progress` after each block.
 *
 * @throws SourceError if bytes cannot be read; whatever `visit` and `progress` throw. Damage is returned as a fault.
 */
export async function walkEntries(
  source: Source,
  { length: from, littleEndian }: Start,
  visit: Visit,
  oversized: (offset: number, length: number) => void,
  cut: (bytes: Uint8Array, offset: number) => void,
  progress: (offset: number) => void,
): Promise<Walk> {
  const { size } = source;
  let offset = from;
  let block = FIRST_BLOCK;
  while (offset < size) {
    const wanted = Math.min(block, size - offset);
    const bytes = await source.read(offset, wanted);
    if (bytes.length < wanted) return shortened(offset + bytes.length);
    let at = 0;
    while (at + 4 <= bytes.length) {
      const length = word(bytes, at, littleEndian);
      const left = size - offset - at - 4;
      if (length > left) {
        cut(await source.read(offset + at + 4, Math.min(left, ENTRY_LIMIT)), offset + at);
        return truncated(offset + at, length, left);
      }
      const end = at + 4 + length;
      if (length > ENTRY_LIMIT) {
        oversized(offset + at, 4 + length);
        at = end;
        continue;
      }
      if (end > bytes.length) break;
      const payload = visit(bytes, at + 4, end, offset + at);
      if (payload > left - length) return { end: offset + end, fault: cutPayload(payload, left - length) };
      at = end + payload;
    }
    if (at === 0) {
      if (bytes.length < 4) return { end: offset, fault: TRAILING };
      block = 4 + word(bytes, 0, littleEndian);
      continue;
    }
    offset += at;
    block = Math.min(Math.max(block, FIRST_BLOCK) * 4, LARGEST_BLOCK);
    progress(Math.min(offset, size));
  }
  return { end: size, fault: null };
}

const TRAILING = {
  code: "truncated-entry",
  message: "The file ends in the middle of an entry's size.",
};

const truncated = (end: number, length: number, left: number): Walk => ({
  end,
  fault: {
    code: "truncated-entry",
    message: `An entry of ${length} bytes begins here, but only ${left} bytes are left. Values before the cut are shown.`,
  },
});

const cutPayload = (length: number, left: number) => ({
  code: "truncated-data",
  message: `${length} bytes of raw data should follow an entry, but only ${left} bytes are left.`,
});

const shortened = (end: number): Walk => ({
  end,
  fault: { code: "shortened-member", message: "The file became shorter while it was read." },
});
