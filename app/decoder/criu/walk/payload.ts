// Raw bytes after the message of an entry: data in pipes and queues, contents of unlinked files.

import type { MemberKind } from "../format/member-kinds.ts";
import { isSet, low, plan, scan, wide } from "../wire/wire.ts";
import type { Entry, SetContext } from "./context.ts";

/** Number of raw bytes after an entry's message, of the `left` bytes to the end of the member. */
export type PayloadLength = (set: SetContext, entry: Entry, left: number) => number;

/** The payload of a kind's entries; `null` if they have none. */
export function payloadOf({ message, payload }: MemberKind): PayloadLength | null {
  if (message === "ghost_chunk_entry") return ghostPayload;
  if (payload === undefined) return null;
  const lengths = plan(payload.message, payload.lengths);
  const slots = payload.lengths.map((name) => lengths.slot[name] as number);
  return ({ values }, { bytes, start, end }) => {
    const seen = scan(bytes, start, end, lengths, values);
    return slots.reduce((sum, slot) => sum + (isSet(seen, slot) ? low(values, slot) : 0), 0);
  };
}

const GHOST = plan("ghost_file_entry", ["chunks"]);
const GHOST_CHUNK = plan("ghost_chunk_entry", ["len"]);

/** The contents of an unlinked file: everything after its first entry, or runs with an entry each. */
const ghostPayload: PayloadLength = ({ values }, { bytes, start, end, nth }, left) => {
  if (nth === 0) {
    const { chunks } = GHOST.slot;
    const hasChunks = isSet(scan(bytes, start, end, GHOST, values), chunks) && low(values, chunks) !== 0;
    return hasChunks ? 0 : left;
  }
  const { len } = GHOST_CHUNK.slot;
  return isSet(scan(bytes, start, end, GHOST_CHUNK, values), len) ? wide(values, len) : 0;
};
