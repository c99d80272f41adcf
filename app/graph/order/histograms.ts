// How descriptors are distributed over tasks' tables, open files over numbers of holders, and descriptors over kinds.
// Of two images: the later one, and what is gone.
//
// Casts `as number` read typed arrays within bounds checked by the loop.

import { bin } from "d3-array";
import { u32At } from "../../model/read.ts";
import { descriptorCountOf, holderCountOf, isCounted } from "./counts.ts";
import type { Subject } from "./graph.ts";
import { KIND_PARTS, partOfFile, partsByFile } from "./kind-parts.ts";

/** How many have a value from `from` to `to`, both included. */
export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

export interface Histograms {
  /** File tables by their number of descriptors. */
  readonly fds: readonly Bin[];
  /** Held files by their number of holders. */
  readonly holders: readonly Bin[];
  /** Descriptors by part, in the order of KIND_PARTS. */
  readonly parts: readonly number[];
}

/** About as many bins as a histogram of tables has. */
const BINS = 12;

/**
 * Linear in the graph.
 *
 * @param parts partsByFile of the graph.
 */
export function histogramsOf(subject: Subject, parts = partsByFile(subject.graph)): Histograms {
  const { tables } = subject.graph;
  const sizes = Uint32Array.from({ length: tables.count }, (_, table) => descriptorCountOf(subject, table));
  return {
    fds: integerBins(sizes),
    holders: holderBins(holderCounts(subject)),
    parts: partCounts(subject, parts),
  };
}

/** By file: its number of holders. */
function holderCounts(subject: Subject): Uint32Array {
  const { count, firstHolder } = subject.graph.files;
  const counts = new Uint32Array(count);
  if (subject.both === null) {
    for (let file = 0; file < count; file++) {
      counts[file] = (firstHolder[file + 1] as number) - (firstHolder[file] as number);
    }
  } else {
    for (let file = 0; file < count; file++) counts[file] = holderCountOf(subject, file);
  }
  return counts;
}

/** Bins of equal width over whole numbers. */
function integerBins(values: Uint32Array): Bin[] {
  if (values.length === 0) return [];
  const bins = bin<number, number>().thresholds(BINS)(values);
  return bins
    .map(({ x0 = 0, x1 = 0, length }, at) => {
      const from = Math.ceil(x0);
      const end = at === bins.length - 1 ? Math.floor(x1) : Math.ceil(x1) - 1;
      return { from, to: Math.max(from, end), count: length };
    })
    .filter(({ count }, at, all) => count > 0 || (at > 0 && at < all.length - 1));
}

/** Bins that double: 1, 2, 3–4, 5–8 and so on, up to the largest number of holders. */
function holderBins(holders: Uint32Array): Bin[] {
  const ends = Array.from({ length: 31 }, (_, power) => 2 ** power);
  const counts = new Uint32Array(ends.length + 1);
  let last = -1;
  for (let file = 0; file < holders.length; file++) {
    const value = holders[file] as number;
    if (value === 0) continue;
    const at = Math.min(ends.length, 32 - Math.clz32(value - 1));
    counts[at] = (counts[at] as number) + 1;
    if (at > last) last = at;
  }
  return Array.from({ length: last + 1 }, (_, at) => ({
    from: at === 0 ? 1 : (ends[at - 1] as number) + 1,
    to: ends[at] as number,
    count: u32At(counts, at),
  }));
}

function partCounts(subject: Subject, parts: Uint8Array): number[] {
  const { count, file } = subject.graph.descriptors;
  const counts = new Uint32Array(KIND_PARTS.length);
  for (let slot = 0; slot < count; slot++) {
    if (subject.both !== null && !isCounted(subject, slot)) continue;
    const part = partOfFile(parts, file[slot] as number);
    counts[part] = (counts[part] as number) + 1;
  }
  return [...counts];
}
