// Matches groups of two images whose numbers every dump assigns anew, by the members that they have in common:
// namespaces by their tasks, peer groups by their mounts.

import { SIDES, type Side } from "../../model/comparison/side.ts";

/** A group before and one after, and what is in both of them. */
export interface Overlap {
  readonly before: string;
  readonly after: string;
  members: number;
  /** The first member: its row before, and its place in an order that the caller chooses. */
  first: number;
  place: number;
}

/** By group of each side, the overlap that identifies it: the same for corresponding groups only. */
export type Matched = Readonly<Record<Side, ReadonlyMap<string, Overlap>>>;

/** Gathers members that are in a group on both sides. */
export function createOverlaps() {
  const found: Overlap[] = [];
  /** By group before, then by group after. */
  const known = new Map<string, Map<string, Overlap>>();
  return {
    /** Adds a member. @param row Its row before. @param place Its place in the order. */
    add(before: string, after: string, row: number, place: number): void {
      let others = known.get(before);
      if (others === undefined) {
        others = new Map();
        known.set(before, others);
      }
      let overlap = others.get(after);
      if (overlap === undefined) {
        overlap = { before, after, members: 0, first: row, place };
        others.set(after, overlap);
        found.push(overlap);
      }
      overlap.members++;
      if (place < overlap.place) [overlap.first, overlap.place] = [row, place];
    },

    /**
     * Matches the groups that have most members in common; of several, those of the first member. If one of many
     * members leaves for another group, that is a change of this member alone.
     */
    match(): Matched {
      const overlaps = found.toSorted((a, b) => b.members - a.members || a.place - b.place);
      const matched: Record<Side, Map<string, Overlap>> = { before: new Map(), after: new Map() };
      for (const overlap of overlaps) {
        if (SIDES.some((side) => matched[side].has(overlap[side]))) continue;
        for (const side of SIDES) matched[side].set(overlap[side], overlap);
      }
      for (const overlap of overlaps) {
        for (const side of SIDES) if (!matched[side].has(overlap[side])) matched[side].set(overlap[side], overlap);
      }
      return matched;
    },
  };
}
