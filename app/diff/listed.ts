// How many changes lists for people have: without those of resources that another kind of change reports as well.

import { u8At } from "../model/read.ts";
import { type ChangeKind, kindOf } from "./changes.ts";
import type { Comparison } from "./comparison.ts";
import { isRepeatedAt, isSecurityAt } from "./resource-at.ts";

const known = new WeakMap<Comparison, Readonly<Record<ChangeKind, number>>>();

/** By kind, how many changes are listed. */
export function listedCounts(comparison: Comparison): Readonly<Record<ChangeKind, number>> {
  let counts = known.get(comparison);
  if (counts === undefined) {
    const own = { ...comparison.counts };
    for (let index = 0; index < comparison.changes.count; index++) {
      if (isRepeatedAt(comparison, index)) own[kindOf(u8At(comparison.changes.kind, index))]--;
    }
    counts = own;
    known.set(comparison, counts);
  }
  return counts;
}

/** How many changes are listed. */
export const listedCount = (comparison: Comparison): number =>
  Object.values(listedCounts(comparison)).reduce((sum, count) => sum + count, 0);

/** The position of a change in the list of changes, from 1 on. */
export function placeOfChange(comparison: Comparison, order: Uint32Array, change: number): number {
  let place = 0;
  for (const each of order) {
    if (!isRepeatedAt(comparison, each)) place++;
    if (each === change) break;
  }
  return place;
}

/** How many changes make something possible that was not. */
export function countSecurity(comparison: Comparison): number {
  let count = 0;
  for (let index = 0; index < comparison.changes.count; index++) if (isSecurityAt(comparison, index)) count++;
  return count;
}
