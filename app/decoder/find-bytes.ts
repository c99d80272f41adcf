// Searches a source for a run of bytes, a stretch at a time.

import type { Source } from "./source.ts";

/** Longest run of bytes that can be searched for. */
export const LONGEST_NEEDLE = 1024;
/** Bytes that are read at once. */
const BLOCK = 1024 * 1024;

export interface Occurrences {
  /** Offsets, ascending; no two overlap. */
  readonly found: Float64Array;
  /** Where to continue; `null` at the end of the source. */
  readonly next: number | null;
}

/**
 * Finds at most `most` occurrences of `needle` that begin in bytes from … from + stretch - 1 of `source`; they may end
 * later. Takes time linear in `stretch`, whatever the bytes are.
 */
export async function findBytes(
  source: Source,
  needle: Uint8Array,
  { from, stretch, most, signal }: { from: number; stretch: number; most: number; signal?: AbortSignal },
): Promise<Occurrences> {
  const found: number[] = [];
  if (needle.length === 0 || needle.length > LONGEST_NEEDLE) return { found: new Float64Array(0), next: null };
  const borders = bordersOf(needle);
  // An occurrence that begins within the stretch may end after it.
  const end = Math.min(source.size, from + stretch + needle.length - 1);
  let matched = 0;
  for (let at = from; at < end && found.length < most; at += BLOCK) {
    signal?.throwIfAborted();
    const bytes = await source.read(at, Math.min(BLOCK, end - at));
    if (bytes.length === 0) break;
    for (let i = 0; i < bytes.length; i++) {
      if (matched === 0) {
        const first = bytes.indexOf(needle[0] as number, i);
        if (first < 0) break;
        i = first;
      }
      while (matched > 0 && bytes[i] !== needle[matched]) matched = borders[matched - 1] as number;
      if (bytes[i] === needle[matched]) matched++;
      if (matched < needle.length) continue;
      found.push(at + i + 1 - needle.length);
      matched = 0;
      if (found.length >= most) break;
    }
  }
  const last = found.at(-1);
  const after = last === undefined ? from : last + needle.length;
  const next = found.length >= most ? after : Math.max(after, from + stretch);
  return { found: Float64Array.from(found), next: next + needle.length > source.size ? null : next };
}

/** For each prefix of the needle, the length of its longest proper prefix that is also a suffix (as in KMP). */
export function bordersOf(needle: Uint8Array): Uint16Array {
  const borders = new Uint16Array(needle.length);
  let length = 0;
  for (let at = 1; at < needle.length; at++) {
    while (length > 0 && needle[at] !== needle[length]) length = borders[length - 1] as number;
    if (needle[at] === needle[length]) length++;
    borders[at] = length;
  }
  return borders;
}
