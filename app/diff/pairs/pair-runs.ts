// Collects pairs of descriptors as runs.

import { NONE } from "../../model/checkpoint.ts";
import type { DescriptorPairs } from "../../model/comparison/descriptor-pairs.ts";
import { u32At } from "../../model/read.ts";
import { createRows } from "../rows.ts";

/** Collects pairs in their order. */
export function createPairRuns() {
  const [firstPair, before, after] = [createRows(), createRows(), createRows()];
  let count = 0;
  /** The rows that a pair must have to belong to the last run. */
  let nextBefore = NONE - 1;
  let nextAfter = NONE - 1;
  return {
    get count(): number {
      return count;
    },
    /** Adds `length` pairs, of which the first is of these descriptors. */
    add(descriptorBefore: number, descriptorAfter: number, length = 1): void {
      if (descriptorBefore !== nextBefore || descriptorAfter !== nextAfter) {
        firstPair.push(count);
        before.push(descriptorBefore);
        after.push(descriptorAfter);
      }
      nextBefore = descriptorBefore === NONE ? NONE : descriptorBefore + length;
      nextAfter = descriptorAfter === NONE ? NONE : descriptorAfter + length;
      count += length;
    },
    /** The first `kept` of the pairs. */
    finish(kept: number): DescriptorPairs {
      const all = firstPair.list();
      let runs = all.length;
      while (runs > 0 && u32At(all, runs - 1) >= kept) runs--;
      const first = new Uint32Array(runs + 1);
      first.set(all.subarray(0, runs));
      first[runs] = kept;
      // NONE is stored unsigned in the lists, and is NONE again in a signed column.
      const column = (rows: Uint32Array): Int32Array => new Int32Array(rows.subarray(0, runs));
      return {
        count: kept,
        runs: { count: runs, firstPair: first, before: column(before.list()), after: column(after.list()) },
      };
    },
  };
}
