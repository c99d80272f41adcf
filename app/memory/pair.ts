// Which mapping before corresponds to which after: by path, offset, kind and order, as addresses differ between two
// runs of one program.

import type { AddressSpace, ImageMemory, MappingRow } from "../decoder/memory/memory.ts";
import type { Checkpoint } from "../model/checkpoint.ts";
import { type MappingFacts, matchMappings } from "../model/comparison/match-mappings.ts";
import { pathOf } from "./choose.ts";

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

/** Pairs the mappings of two address spaces. */
export function pairMappings(
  before: MemorySide,
  spaceBefore: AddressSpace,
  after: MemorySide,
  spaceAfter: AddressSpace,
): MappingPair[] {
  const partner = new Map<MappingRow, MappingRow>();
  const alone: MappingRow[] = [];
  const facts = { before: factsOf(before), after: factsOf(after) };
  const groupsBefore = groupsOf(before, spaceBefore);
  for (const [key, rows] of groupsOf(after, spaceAfter)) {
    const left = matchMappings(facts, groupsBefore.get(key) ?? [], rows, (one, other) => partner.set(one, other));
    for (const mapping of left.after) alone.push(mapping);
  }
  const pairs: MappingPair[] = [];
  for (let mapping = spaceBefore.first; mapping < spaceBefore.end; mapping++) {
    pairs.push({ before: mapping, after: partner.get(mapping) ?? null });
  }
  for (const mapping of alone.sort((a, b) => a - b)) pairs.push({ before: null, after: mapping });
  return pairs;
}

/** Mappings of an address space that can correspond to each other: of one path, offset and kind. */
function groupsOf({ checkpoint, memory }: MemorySide, { first, end }: AddressSpace): Map<string, MappingRow[]> {
  const { kind, offset } = memory.mappings;
  const groups = new Map<string, MappingRow[]>();
  for (let mapping = first; mapping < end; mapping++) {
    const path = pathOf(checkpoint, memory, mapping);
    // The offset of memory without a file may be derived from its address.
    const key = `${kind[mapping]} ${path === "" ? "" : `${offset[mapping]} ${path}`}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [mapping]);
    else group.push(mapping);
  }
  return groups;
}

function factsOf({ memory: { mappings } }: MemorySide): MappingFacts {
  const start = (mapping: MappingRow): number => mappings.start[mapping] as number;
  const end = (mapping: MappingRow): number => mappings.end[mapping] as number;
  return { start, end, size: (row) => end(row) - start(row), nature: (row) => String(mappings.permissions[row]) };
}
