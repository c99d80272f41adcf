// Places in memory: mappings and offsets in them ⇄ a task and an address.

import type { MappingRow, Mappings, PageState } from "../decoder/memory/memory.ts";
import { addressText } from "../model/mappings.ts";
import type { MemoryBytes, MemoryResponse, SpaceSummary } from "../worker/memory-protocol.ts";
import type { MemoryPlace } from "./state.ts";

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

/** Where a place is; the start of the first mapping if it is nowhere, or there is none. `null`: there are no mappings. */
export function spotOf(memory: Memory, place: MemoryPlace | null): Spot | null {
  const { spaces, mappings } = memory;
  const space = spaces.find(({ number }) => number === place?.space) ?? spaces.find(({ first, end }) => end > first);
  if (space === undefined || space.end === space.first) return null;
  const address = BigInt(`0x${place?.space === space.number ? place.address : "0"}`);
  for (let mapping = space.first; mapping < space.end; mapping++) {
    const offset = address - BigInt(mappings.start[mapping] as number);
    if (offset >= 0n && offset < BigInt(sizeOf(mappings, mapping))) return { space, mapping, offset: Number(offset) };
  }
  return { space, mapping: space.first, offset: 0 };
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
