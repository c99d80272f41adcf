// How much of a part of memory is in the image. Reads the descriptions of pages, not the pages.

import type { ImageMemory } from "../decoder/memory/memory.ts";
import type { Part } from "./choose.ts";
import { type Coverage, noCoverage } from "./search.ts";

/** Bytes of a part by the state of their pages. @throws SourceError */
export async function coverageOf(memory: ImageMemory, { mapping, from, to }: Part): Promise<Coverage> {
  const coverage = noCoverage();
  const pages = await memory.pages(mapping);
  for (let at = from; at < to; ) {
    const { end, state } = pages.stretchAt(at);
    const next = Math.min(end, to);
    coverage[state] += next - at;
    at = next;
  }
  return coverage;
}
