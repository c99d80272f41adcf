// Reads bytes of a mapping across stretches.

import type { MappedPages } from "../decoder/memory/memory.ts";

/** Known bytes from `offset` on: fewer than `length` if what follows is not known. */
export async function readKnown(pages: MappedPages, offset: number, length: number): Promise<Uint8Array> {
  const first = await pages.read(offset, length);
  if (first.length === length || first.length === 0) return first;
  const bytes = new Uint8Array(length);
  bytes.set(first);
  let filled = first.length;
  while (filled < length) {
    const more = await pages.read(offset + filled, length - filled);
    if (more.length === 0) break;
    bytes.set(more, filled);
    filled += more.length;
  }
  return bytes.subarray(0, filled);
}
