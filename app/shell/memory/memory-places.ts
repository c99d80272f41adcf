// Places in memory: mappings and offsets in them ⇄ a task and an address.

import type { MappingRow, Mappings, PageState } from "../../decoder/memory/memory.ts";
import { type Checkpoint, NONE } from "../../model/checkpoint.ts";
import { addressText, MAPPING_KINDS } from "../../model/mappings.ts";
import { i32At } from "../../model/read.ts";
import { fileName } from "../../model/text/words.ts";
import type { MemoryBytes, MemoryChange, MemoryResponse, SpaceSummary } from "../../worker/memory-protocol.ts";
import type { MemoryPlace } from "../state.ts";

/** Memory that an image has. */
export type Memory = Exclude<MemoryResponse, { readonly refused: string }>;

/** A byte of a mapping. */
export interface Spot {
  readonly space: SpaceSummary;
  readonly mapping: MappingRow;
  readonly offset: number;
}

const sizeOf = ({ start, end }: Mappings, mapping: MappingRow): number =>
  (end[mapping] as number) - (start[mapping] as number);

export const mappingSize = ({ mappings }: Memory, mapping: MappingRow): number => sizeOf(mappings, mapping);

/** The mapping and offset of a place; the start of the first mapping if unmapped or absent. `null`: no mapping. */
export function spotOf(memory: Memory, place: MemoryPlace | null): Spot | null {
  const found = place && spotAt(memory, place);
  if (found !== null) return found;
  const { spaces } = memory;
  const space = spaces.find(({ number }) => number === place?.space) ?? spaces.find(({ first, end }) => end > first);
  return space === undefined || space.end === space.first ? null : { space, mapping: space.first, offset: 0 };
}

/** The mapping that has a place, and the offset in it; `null`: it is not mapped. */
export function spotAt({ spaces, mappings }: Memory, place: MemoryPlace): Spot | null {
  const space = spaces.find(({ number }) => number === place.space);
  if (space === undefined) return null;
  const address = BigInt(`0x${place.address}`);
  // Mappings begin and end at multiples of 4096, which doubles represent exactly; the address itself they may not.
  const page = Number(address - (address & 0xfffn));
  for (let mapping = space.first; mapping < space.end; mapping++) {
    const start = mappings.start[mapping] as number;
    if (page < start || page >= (mappings.end[mapping] as number)) continue;
    return { space, mapping, offset: page - start + Number(address & 0xfffn) };
  }
  return null;
}

export const placeOf = ({ mappings }: Memory, { space, mapping, offset }: Spot): MemoryPlace => ({
  space: space.number,
  address: addressText(mappings.start[mapping] as number, offset),
});

/** The state of the byte at `at` of a response. */
export function stateAt({ states }: MemoryBytes, at: number): PageState {
  let state: PageState = "missing";
  for (const each of states) {
    if (each.start > at) break;
    state = each.state;
  }
  return state;
}

/** Text of bytes for one line: printable ASCII, and `·` for others. */
export function lineText(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·";
  return text;
}

/** The name of a mapping: the path of its file, or its kind. */
export function mappingName(checkpoint: Checkpoint, { mappings }: Memory, mapping: MappingRow): string {
  const file = i32At(mappings.file, mapping);
  return file === NONE ? (MAPPING_KINDS[mappings.kind[mapping] as number] ?? "unknown") : fileName(checkpoint, file);
}

const isChange = (change: string): boolean => change !== "same" && change !== "unknown";

/** Where runs of changed pages begin, in bytes from the start of the mapping. */
export const changedPlaces = ({ runs }: MemoryChange): number[] =>
  runs.filter(({ change }) => isChange(change)).map(({ start }) => start);

/** Characters of a strip. */
const STRIP = 24;

/**
 * The pages of a mapping as a line of characters: `█` where some changed, `·` where none did,
 * `?` where it is not known.
 */
export function strip({ runs, before, after }: MemoryChange): string {
  if (before === null) return "+".repeat(STRIP);
  if (after === null) return "−".repeat(STRIP);
  const size = runs.at(-1)?.end ?? 0;
  const cells = Array.from({ length: STRIP }, () => "·");
  for (const { start, end, change } of runs) {
    if (change === "same") continue;
    const [first, last] = [Math.floor((start / size) * STRIP), Math.ceil((end / size) * STRIP)];
    for (let cell = first; cell < last; cell++) if (cells[cell] !== "█") cells[cell] = isChange(change) ? "█" : "?";
  }
  return cells.join("");
}
