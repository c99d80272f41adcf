// Walks a member's entries block by block: a size, then that many bytes of a message, then raw bytes in some kinds.

import type { Source } from "../../source.ts";
import { type Start, word } from "./framing.ts";

/** Bytes at the start of a member that are read first. */
export const HEAD_SIZE = 64 << 10;
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

/** What a walk calls. Whatever `visit` and `progress` throw, it throws. */
export interface Visitor {
  /** Called for every whole entry after the magics. */
  readonly visit: Visit;
  /**
   * Called before entries are visited, if sizes are little-endian: handles those that begin at bytes[from] itself, as
   * many as it likes. Returns where they end; `from` if there are none. The block begins at `offset` of the member.
   */
  readonly visitMany?: (bytes: Uint8Array, from: number, offset: number) => number;
  /** Called for entries larger than ENTRY_LIMIT, with their offset and their length, size word included. */
  readonly oversized: (offset: number, length: number) => void;
  /** Called for a last entry that the file ends inside, with the bytes of its message that are left, and its offset. */
  readonly cut: (bytes: Uint8Array, offset: number) => void;
  /** Called after each block of a member that has more than its head. */
  readonly progress: (offset: number) => void;
}

/**
 * Walks the entries of a member. `head` are its first bytes, HEAD_SIZE of them if it has as many. If they are all of
 * it, as they are of most members, the walk is over when this returns.
 *
 * @throws SourceError if bytes cannot be read. Damage is returned as a fault.
 */
export function walkEntries(source: Source, start: Start, head: Uint8Array, visitor: Visitor): Walk | Promise<Walk> {
  const { size } = source;
  if (head.length < Math.min(size, HEAD_SIZE)) return shortened(head.length);
  const { littleEndian } = start;
  const reached = walkBlock(head, start.length, 0, size, littleEndian, visitor);
  if (typeof reached !== "number") return reached;
  if (reached === size) return { end: size, fault: null };
  return walkOn(source, littleEndian, visitor, { bytes: head, from: start.length, offset: 0, reached });
}

/**
 * Visits the entries that lie whole in a block, which begins at `offset` of the member, from bytes[from] on. Returns
 * where in the block it stopped, which may be beyond its end if raw bytes follow the last entry; or the end of the
 * walk, if there are fewer of these than there should be.
 */
function walkBlock(
  bytes: Uint8Array,
  from: number,
  offset: number,
  size: number,
  littleEndian: boolean,
  { visit, visitMany }: Visitor,
): number | Walk {
  let at = from;
  while (at + 4 <= bytes.length) {
    const next = littleEndian && visitMany !== undefined ? visitMany(bytes, at, offset) : at;
    if (next > at) {
      at = next;
      continue;
    }
    const end = at + 4 + word(bytes, at, littleEndian);
    if (end > bytes.length) break;
    const payload = visit(bytes, at + 4, end, offset + at);
    const left = size - offset - end;
    if (payload > left) return { end: offset + end, fault: cutPayload(payload, left) };
    at = end + payload;
  }
  return at;
}

/** A block of a member in which the walk stopped at bytes[reached]. */
interface Block {
  readonly bytes: Uint8Array;
  /** Where in it the walk began. */
  readonly from: number;
  /** Where in the member it begins. */
  readonly offset: number;
  readonly reached: number;
}

/** Walks on from a block, reading further ones. */
async function walkOn(source: Source, littleEndian: boolean, visitor: Visitor, first: Block): Promise<Walk> {
  const { size } = source;
  let { bytes, from, offset, reached } = first;
  let wanted = HEAD_SIZE;
  for (;;) {
    let at = reached;
    if (at + 4 <= bytes.length) {
      const length = word(bytes, at, littleEndian);
      const left = size - offset - at - 4;
      if (length > left) {
        visitor.cut(await source.read(offset + at + 4, Math.min(left, ENTRY_LIMIT)), offset + at);
        return truncated(offset + at, length, left);
      }
      if (length > ENTRY_LIMIT) {
        visitor.oversized(offset + at, 4 + length);
        at += 4 + length;
      }
    }
    if (at > from) {
      wanted = Math.min(Math.max(wanted, HEAD_SIZE) * 4, LARGEST_BLOCK);
      visitor.progress(Math.min(offset + at, size));
    } else if (bytes.length < from + 4) return { end: offset + at, fault: TRAILING };
    else wanted = 4 + word(bytes, at, littleEndian);
    offset += at;
    if (offset >= size) return { end: size, fault: null };
    from = 0;
    const length = Math.min(wanted, size - offset);
    bytes = await source.read(offset, length);
    if (bytes.length < length) return shortened(offset + bytes.length);
    const next = walkBlock(bytes, 0, offset, size, littleEndian, visitor);
    if (typeof next !== "number") return next;
    reached = next;
  }
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
