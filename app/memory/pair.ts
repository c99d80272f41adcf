// Which mapping before corresponds to which after: by path, offset, kind and order, as addresses differ between two runs
// of one program.

import type { AddressSpace, ImageMemory, MappingRow } from "../decoder/memory/memory.ts";
import type { Checkpoint } from "../model/checkpoint.ts";
import { mappedPath } from "./choose.ts";

/** Two mappings that correspond; `null`: there is none on that side. */
export interface MappingPair {
  readonly before: MappingRow | null;
  readonly after: MappingRow | null;
}

/** A side of a comparison. */
export interface MemorySide {
  readonly checkpoint: Checkpoint;
  readonly memory: ImageMemory;
}

/** A name for what a mapping shows. Anonymous mappings go by their order and size. */
function keyOf({ checkpoint, memory }: MemorySide, mapping: MappingRow): string {
  const { mappings } = memory;
  const path = mappedPath(checkpoint, memory, mapping);
  const kind = mappings.kind[mapping];
  return `${kind} ${path === "" ? "" : `${mappings.offset[mapping]} ${path}`}`;
}

/**
 * Pairs the mappings of two address spaces. Those at the same address with the same key come first; of the others with
 * one key, those of one size in their order, then the rest in their order.
 */
export function pairMappings(
  before: MemorySide,
  spaceBefore: AddressSpace,
  after: MemorySide,
  spaceAfter: AddressSpace,
): MappingPair[] {
  const startsAfter = new Map<string, MappingRow>();
  const at = ({ memory }: MemorySide, mapping: MappingRow): number => memory.mappings.start[mapping] as number;
  const size = (side: MemorySide, mapping: MappingRow): number =>
    (side.memory.mappings.end[mapping] as number) - at(side, mapping);
  for (let mapping = spaceAfter.first; mapping < spaceAfter.end; mapping++) {
    startsAfter.set(`${keyOf(after, mapping)} ${at(after, mapping)}`, mapping);
  }
  const partner = new Map<MappingRow, MappingRow>();
  const taken = new Set<MappingRow>();
  const pair = (one: MappingRow, other: MappingRow): void => {
    partner.set(one, other);
    taken.add(other);
  };
  for (let mapping = spaceBefore.first; mapping < spaceBefore.end; mapping++) {
    const same = startsAfter.get(`${keyOf(before, mapping)} ${at(before, mapping)}`);
    if (same !== undefined) pair(mapping, same);
  }
  for (const withSize of [true, false]) {
    const waiting = new Map<string, MappingRow[]>();
    const name = (side: MemorySide, mapping: MappingRow): string =>
      withSize ? `${keyOf(side, mapping)} ${size(side, mapping)}` : keyOf(side, mapping);
    for (let mapping = spaceAfter.end - 1; mapping >= spaceAfter.first; mapping--) {
      if (taken.has(mapping)) continue;
      const key = name(after, mapping);
      const list = waiting.get(key);
      if (list === undefined) waiting.set(key, [mapping]);
      else list.push(mapping);
    }
    for (let mapping = spaceBefore.first; mapping < spaceBefore.end; mapping++) {
      if (partner.has(mapping)) continue;
      const other = waiting.get(name(before, mapping))?.pop();
      if (other !== undefined) pair(mapping, other);
    }
  }
  const pairs: MappingPair[] = [];
  for (let mapping = spaceBefore.first; mapping < spaceBefore.end; mapping++) {
    pairs.push({ before: mapping, after: partner.get(mapping) ?? null });
  }
  for (let mapping = spaceAfter.first; mapping < spaceAfter.end; mapping++) {
    if (!taken.has(mapping)) pairs.push({ before: null, after: mapping });
  }
  return pairs;
}
