// Reads memory of images, for tests.

import type { Image } from "../../app/decoder/image.ts";
import type { ImageMemory } from "../../app/decoder/memory/memory.ts";
import { openImage } from "../../app/decoder/open.ts";
import type { Source } from "../../app/decoder/source.ts";

/** An opened image and its memory. */
export interface Opened {
  readonly image: Image;
  readonly memory: ImageMemory;
}

/** Opens an image for its memory. Throws if it has none. */
export async function openMemory(sources: readonly Source[], set?: string): Promise<Opened> {
  const image = await openImage(sources, set === undefined ? {} : { set });
  if ("refused" in image) throw new Error(image.refused);
  const memory = await image.memory();
  if (typeof memory === "string") throw new Error(memory);
  return { image, memory };
}

/** A mapping as text: each of its stretches with the state and, of what is known, the bytes in latin1. */
export async function describeMapping(memory: ImageMemory, mapping: number): Promise<[string, number, string][]> {
  const { mappings } = memory;
  const size = (mappings.end[mapping] as number) - (mappings.start[mapping] as number);
  const pages = await memory.pages(mapping);
  const found: [string, number, string][] = [];
  for (let at = 0; at < size; ) {
    const { state, end } = pages.stretchAt(at);
    const bytes = state === "stored" ? await pages.read(at, end - at) : new Uint8Array(0);
    const next = bytes.length > 0 ? at + bytes.length : pages.stretchAt(at).end;
    const shown = bytes.length > 0 ? state : pages.stretchAt(at).state;
    const last = found.at(-1);
    const text = Buffer.from(bytes).toString("latin1");
    if (last !== undefined && last[0] === shown) found[found.length - 1] = [shown, last[1] + next - at, last[2] + text];
    else found.push([shown, next - at, text]);
    at = next;
  }
  return found;
}

/** All memory as text. */
export async function describeMemory(memory: ImageMemory): Promise<unknown> {
  const found = [];
  for (let row = 0; row < memory.mappings.count; row++) {
    found.push([memory.mappings.start[row], await describeMapping(memory, row)]);
  }
  return found;
}
