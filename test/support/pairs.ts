// Pairs of descriptors as lists.

import { createPairRuns } from "../../app/diff/pairs/pair-runs.ts";
import { type DescriptorPairs, descriptorOf } from "../../app/model/comparison/descriptor-pairs.ts";
import type { Side } from "../../app/model/comparison/side.ts";

/** By pair: its descriptor on one side, or NONE. */
export const descriptorsOfPairs = (pairs: DescriptorPairs, side: Side): number[] =>
  Array.from({ length: pairs.count }, (_, pair) => descriptorOf(pairs, side, pair));

/** The pairs of a list of descriptors before and after. */
export function pairsOfDescriptors(
  list: Iterable<readonly [before: number, after: number, ...unknown[]]>,
): DescriptorPairs {
  const runs = createPairRuns();
  for (const [before, after] of list) runs.add(before, after);
  return runs.finish(runs.count);
}
