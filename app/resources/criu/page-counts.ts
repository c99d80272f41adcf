// How many pages of a range of addresses are in an image.

import { upperBound } from "../../model/search.ts";

/** Runs of pages, in any order: the number of the first page of each, and how many there are. */
export interface PageRuns {
  readonly first: number[];
  readonly count: number[];
}

/** No runs yet. */
export const createRuns = (): PageRuns => ({ first: [], count: [] });

/**
 * Returns a function that counts the pages of runs from one page number to before another, in logarithmic time. Runs of
 * a real image do not overlap; where those of a crafted one do, the later counts.
 */
export function countRuns({ first, count }: PageRuns): (from: number, to: number) => number {
  const order = Uint32Array.from(first.keys()).sort((a, b) => (first[a] as number) - (first[b] as number));
  const starts = Float64Array.from(order, (run) => first[run] as number);
  const counts = Float64Array.from(order, (run) => count[run] as number);
  const before = new Float64Array(order.length + 1);
  for (let at = 0; at < order.length; at++) {
    const next = at + 1 < order.length ? (starts[at + 1] as number) : Number.POSITIVE_INFINITY;
    counts[at] = Math.min(counts[at] as number, next - (starts[at] as number));
    before[at + 1] = (before[at] as number) + (counts[at] as number);
  }
  const below = (page: number): number => {
    const run = upperBound(starts, page) - 1;
    return run < 0 ? 0 : (before[run] as number) + Math.min(counts[run] as number, page - (starts[run] as number));
  };
  return (from, to) => Math.max(0, below(to) - below(from));
}
