// Runs of pages: which bytes of an address space, or of a shared object, are where.

import { firstIndex } from "../../model/search.ts";
import { PAGE_STATES, type PageState } from "./memory.ts";

/** Compressed blocks of one run, each of `blockSize` bytes unpacked but for the last, which may be shorter. */
export interface Blocks {
  /** Where the first block begins, and the last one ends: addresses, or offsets in a shared object. */
  readonly start: number;
  readonly end: number;
  readonly blockSize: number;
  /** Where each block's packed bytes begin in the pages file, and after the last one where they end. */
  readonly offsets: Float64Array;
}

/** Runs that do not overlap, ascending. */
export interface PageRuns {
  readonly count: number;
  /** Addresses, or offsets in a shared object, in bytes. */
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** Index into PAGE_STATES. */
  readonly state: Uint8Array;
  /** For stored pages: which pages file they are in. */
  readonly file: Uint32Array;
  /** For stored pages that are not compressed: where they begin in that file. */
  readonly offset: Float64Array;
  /** For compressed pages; absent for others. */
  readonly blocks: readonly (Blocks | undefined)[];
}

/** Collects runs in any order. */
export interface RunList {
  add(start: number, end: number, state: PageState, file?: number, offset?: number, blocks?: Blocks): void;
  /** The runs, and how many of them were wholly or partly covered by one before. */
  finish(): { readonly runs: PageRuns; readonly overlaps: number };
}

export function createRunList(): RunList {
  const starts: number[] = [];
  const ends: number[] = [];
  const states: number[] = [];
  const files: number[] = [];
  const offsets: number[] = [];
  const blocksOf: (Blocks | undefined)[] = [];
  let ascending = true;
  return {
    add(start, end, state, file = 0, offset = 0, blocks = undefined) {
      if (start < (ends.at(-1) ?? 0)) ascending = false;
      starts.push(start);
      ends.push(end);
      states.push(PAGE_STATES.indexOf(state));
      files.push(file);
      offsets.push(offset);
      blocksOf.push(blocks);
    },
    finish() {
      const order = starts.map((_, index) => index);
      const at = (list: readonly number[], index: number): number => list[index] as number;
      if (!ascending) order.sort((a, b) => at(starts, a) - at(starts, b) || a - b);
      const kept: number[] = [];
      let overlaps = 0;
      let last = 0;
      for (const index of order) {
        const from = Math.max(last, at(starts, index));
        if (from > at(starts, index)) overlaps++;
        if (from >= at(ends, index)) continue;
        // If pages are described twice, the first description counts.
        if (blocksOf[index] === undefined) offsets[index] = at(offsets, index) + from - at(starts, index);
        starts[index] = from;
        last = at(ends, index);
        kept.push(index);
      }
      const column = (list: readonly number[]): number[] => kept.map((index) => at(list, index));
      const runs: PageRuns = {
        count: kept.length,
        start: Float64Array.from(column(starts)),
        end: Float64Array.from(column(ends)),
        state: Uint8Array.from(column(states)),
        file: Uint32Array.from(column(files)),
        offset: Float64Array.from(column(offsets)),
        blocks: kept.map((index) => blocksOf[index]),
      };
      return { runs, overlaps };
    },
  };
}

export const NO_RUNS: PageRuns = createRunList().finish().runs;

/** The first run that ends after `position`; the count if there is none. */
export const runAfter = ({ count, end }: PageRuns, position: number): number =>
  firstIndex(count, (run) => (end[run] as number) > position);

/** The state of a run. */
export const runState = ({ state }: PageRuns, run: number): PageState => PAGE_STATES[state[run] as number] ?? "missing";

/**
 * Adds to `list` the part of `runs` from `start` to `end`, which replaces a run of pages in a parent set. Pages that
 * the parent lacks are `missing`.
 */
export function addPart(list: RunList, runs: PageRuns, start: number, end: number): void {
  let position = start;
  for (let run = runAfter(runs, start); run < runs.count && position < end; run++) {
    const runStart = runs.start[run] as number;
    if (runStart >= end) break;
    if (runStart > position) list.add(position, runStart, "missing");
    const from = Math.max(position, runStart);
    const to = Math.min(end, runs.end[run] as number);
    const blocks = runs.blocks[run];
    const offset = (runs.offset[run] as number) + (blocks === undefined ? from - runStart : 0);
    list.add(from, to, runState(runs, run), runs.file[run] as number, offset, blocks);
    position = to;
  }
  if (position < end) list.add(position, end, "missing");
}
