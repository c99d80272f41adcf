// Pairs of descriptors. Tables that correspond have nearly the same descriptors, so their pairs are stored as runs, in
// which the descriptors of each side are in consecutive rows.
//
// Casts `as number` read columns within bounds that the loops check.

import { type Checkpoint, NONE } from "../checkpoint.ts";
import { i32At, u32At } from "../read.ts";
import type { DescriptorRow } from "../rows.ts";
import { lowerBound } from "../search.ts";
import { otherSide, type Side } from "./side.ts";

/** Pairs of descriptors, by table pair, then fd. */
export interface DescriptorPairs {
  readonly count: number;
  readonly runs: PairRuns;
}

/** Runs of pairs. A run can extend over several table pairs. */
interface PairRuns {
  readonly count: number;
  /** The first pair of each run; count + 1 entries. */
  readonly firstPair: Uint32Array;
  /** Descriptor rows of that pair, which those of the other pairs follow; NONE: the run has none on that side. */
  readonly before: Int32Array;
  readonly after: Int32Array;
}

/** The run that a pair is in. */
export const runOf = ({ firstPair }: PairRuns, pair: number): number => lowerBound(firstPair, pair + 1) - 1;

/** A run of pairs that have a descriptor on both sides: from the first to before another, and the rows of the first. */
interface RunOfBoth {
  readonly pair: number;
  readonly end: number;
  readonly before: DescriptorRow;
  readonly after: DescriptorRow;
}

/** The runs of pairs that have a descriptor on both sides. */
export function* runsOfBoth({ runs }: DescriptorPairs): Generator<RunOfBoth> {
  for (let run = 0; run < runs.count; run++) {
    const before = i32At(runs.before, run);
    const after = i32At(runs.after, run);
    if (before === NONE || after === NONE) continue;
    yield { pair: u32At(runs.firstPair, run), end: u32At(runs.firstPair, run + 1), before, after };
  }
}

/** The descriptor of a pair; NONE: it has none on that side. */
export function descriptorOf({ runs }: DescriptorPairs, side: Side, pair: number): DescriptorRow {
  const run = runOf(runs, pair);
  const first = i32At(runs[side], run);
  return first === NONE ? NONE : first + pair - u32At(runs.firstPair, run);
}

/** The pairs that a descriptor is in, ascending. */
export function* pairsOfDescriptor(
  { runs }: DescriptorPairs,
  side: Side,
  descriptor: DescriptorRow,
): Generator<number> {
  const column = runs[side];
  for (let run = 0; run < runs.count; run++) {
    const first = column[run] as number;
    if (first === NONE || first > descriptor) continue;
    const pair = (runs.firstPair[run] as number) + descriptor - first;
    if (pair < (runs.firstPair[run + 1] as number)) yield pair;
  }
}

/** The first pair that a descriptor is in; -1 if there is none. */
export function firstPairOfDescriptor(pairs: DescriptorPairs, side: Side, descriptor: DescriptorRow): number {
  for (const pair of pairsOfDescriptor(pairs, side, descriptor)) return pair;
  return -1;
}

/** The descriptor on the other side of the first pair that a descriptor is in; NONE: there is none. */
export function counterpartOf(pairs: DescriptorPairs, side: Side, descriptor: DescriptorRow): DescriptorRow {
  const pair = firstPairOfDescriptor(pairs, side, descriptor);
  return pair === -1 ? NONE : descriptorOf(pairs, otherSide(side), pair);
}

/** The table pair that a pair of descriptors is of. `firstRow`: see TablePairs. */
export const tablePairOf = ({ firstRow }: { readonly firstRow: Uint32Array }, pair: number): number =>
  lowerBound(firstRow, pair + 1) - 1;

/**
 * By descriptor pair: the open file that its descriptor on one side refers to; NONE: none, or there is no descriptor.
 */
export function filesOfPairs({ descriptors }: Checkpoint, { count, runs }: DescriptorPairs, side: Side): Int32Array {
  const files = new Int32Array(count);
  for (let run = 0; run < runs.count; run++) {
    const pair = u32At(runs.firstPair, run);
    const end = u32At(runs.firstPair, run + 1);
    const first = i32At(runs[side], run);
    if (first === NONE) files.fill(NONE, pair, end);
    else files.set(descriptors.file.subarray(first, first + end - pair), pair);
  }
  return files;
}
