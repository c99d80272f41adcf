// Saves bytes of memory: what a range of addresses is, and reading it from the worker piece by piece.

import type { MappingRow } from "../../decoder/memory/memory.ts";
import { addressText } from "../../model/mappings.ts";
import type { MemoryBytes, SpaceSummary } from "../../worker/memory-protocol.ts";
import type { Memory } from "./memory-places.ts";

/** Bytes of a mapping: offsets from its start, `to` exclusive. */
export interface MemoryPiece {
  readonly mapping: MappingRow;
  readonly from: number;
  readonly to: number;
}

/** The largest range that is saved at once. */
const MOST = 256 << 20;
/** Bytes of a request. */
const FETCHED = 64 << 10;

const RANGE = /^\s*(?:0x)?([0-9a-f]{1,16})\s*-\s*(?:0x)?([0-9a-f]{1,16})\s*$/i;

/** The pieces of a task's memory in a range such as `7f00-7f10`, or why there are none, as a sentence. */
export function piecesOf(
  { mappings }: Memory,
  { first, end }: SpaceSummary,
  text: string,
): readonly MemoryPiece[] | string {
  const [, low = "", high = ""] = RANGE.exec(text) ?? [];
  if (low === "") return "Type a range of hexadecimal addresses, such as 7f00-7f10";
  const [from, to] = [BigInt(`0x${low}`), BigInt(`0x${high}`)];
  if (to <= from) return "The range ends before it begins";
  if (to - from > BigInt(MOST)) return "More than 256 MiB: use ckptscope memory --range";
  const pieces: MemoryPiece[] = [];
  let next = from;
  for (let mapping = first; mapping < end && next < to; mapping++) {
    const [start, last] = [BigInt(mappings.start[mapping] as number), BigInt(mappings.end[mapping] as number)];
    if (last <= next) continue;
    if (start > next) break;
    const stop = last < to ? last : to;
    pieces.push({ mapping, from: Number(next - start), to: Number(stop - start) });
    next = stop;
  }
  return next < to ? `Nothing is mapped at ${next.toString(16)}` : pieces;
}

/** The range of a whole mapping. */
export const rangeOf = ({ mappings }: Memory, mapping: MappingRow): string =>
  `${addressText(mappings.start[mapping] as number)}-${addressText(mappings.end[mapping] as number)}`;

/** What was read: the bytes, and how many of them are zeros because they are not in the image. */
export interface SavedMemory {
  readonly parts: readonly Uint8Array<ArrayBuffer>[];
  readonly missing: number;
}

/**
 * Reads pieces one request after the other.
 *
 * @param fetch Requests bytes of a mapping.
 * @param progress Takes the part that is done, 0 to 1.
 */
export async function readPieces(
  pieces: readonly MemoryPiece[],
  fetch: (piece: { mapping: MappingRow; offset: number; length: number }) => Promise<MemoryBytes>,
  progress: (done: number) => void,
): Promise<SavedMemory> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const size = pieces.reduce((sum, { from, to }) => sum + to - from, 0);
  let [done, missing] = [0, 0];
  for (const { mapping, from, to } of pieces) {
    for (let offset = from; offset < to; ) {
      const { bytes, states } = await fetch({ mapping, offset, length: Math.min(FETCHED, to - offset) });
      if (bytes.length === 0) throw new Error("The bytes can no longer be read");
      for (const [at, { start, state }] of states.entries()) {
        if (state !== "stored" && state !== "zero") missing += (states[at + 1]?.start ?? bytes.length) - start;
      }
      parts.push(bytes as Uint8Array<ArrayBuffer>);
      offset += bytes.length;
      done += bytes.length;
      progress(done / size);
    }
  }
  return { parts, missing };
}
