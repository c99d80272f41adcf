// How many changes the lists for people have: without those of resources that another kind of change reports too.

import { u8At } from "../../model/read.ts";
import { type ChangeKind, kindOf } from "../changes.ts";
import type { Comparison } from "../comparison.ts";
import { isRepeatedAt, isSecurityAt } from "../describe/resource-at.ts";
import { isExpected } from "./expected.ts";

/** How many changes are listed, and how many of them each filter concerns. */
export interface Listed {
  readonly count: number;
  readonly byKind: Readonly<Record<ChangeKind, number>>;
  /** Expected ones (expected.ts). */
  readonly expected: number;
  /** Changes that allow something new. */
  readonly security: number;
}

/** Counts the changes that are listed. Linear in the changes. */
export function listed(comparison: Comparison): Listed {
  const { changes } = comparison;
  const byKind = { ...comparison.counts };
  let count = changes.count;
  let expected = 0;
  let security = 0;
  for (let index = 0; index < changes.count; index++) {
    if (isExpected(comparison, index)) expected++;
    if (isSecurityAt(comparison, index)) security++;
    if (!isRepeatedAt(comparison, index)) continue;
    byKind[kindOf(u8At(changes.kind, index))]--;
    count--;
  }
  return { count, byKind, expected, security };
}

/** The position of a change in the list of changes, from 1 on. */
export function placeOfChange(comparison: Comparison, order: Uint32Array, change: number): number {
  let place = 0;
  for (const each of order) {
    if (!isRepeatedAt(comparison, each)) place++;
    if (each === change) break;
  }
  return place;
}
