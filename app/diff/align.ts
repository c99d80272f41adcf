// The descriptors of two checkpoints side by side: one row for a descriptor before and after, gaps where there is
// none, a section for each pair of file tables that tasks use.

import { NONE } from "../model/checkpoint.ts";
import { type Comparison, descriptorNumber } from "./diff.ts";
import type { TablePairs } from "./pair.ts";
import { columnOf } from "./rows.ts";

/**
 * Rows to lay side by side, by section, then fd. Sections are the table pairs of the comparison, in its order (lowest
 * task first): a table that tasks share stands once. Section s has rows first[s] … first[s + 1] - 1; some are empty.
 */
export interface Alignment {
  readonly count: number;
  readonly sections: TablePairs;
  readonly first: Uint32Array;
  /** Row of Pairs.descriptors. */
  readonly pair: Uint32Array;
  readonly fd: Int32Array;
  /** Descriptor rows; NONE: a gap. */
  readonly before: Int32Array;
  readonly after: Int32Array;
  /** Bits of CHANGED; 0: the same on both sides. */
  readonly changed: Uint16Array;
}

/** Every descriptor, or with `mask` (bits of CHANGED) only those of which one of these things has changed. */
export function align(comparison: Comparison, mask?: number): Alignment {
  const { pairs, changed } = comparison;
  const { tables, descriptors } = pairs;
  const first = new Uint32Array(tables.count + 1);
  const kept = new Uint32Array(descriptors.count);
  let count = 0;
  for (let section = 0; section < tables.count; section++) {
    const end = tables.firstRow[section + 1] ?? 0;
    for (let row = tables.firstRow[section] ?? 0; row < end; row++) {
      if (mask === undefined || ((changed[row] ?? 0) & mask) !== 0) kept[count++] = row;
    }
    first[section + 1] = count;
  }
  const pair = kept.slice(0, count);
  const bits = new Uint16Array(count);
  for (let at = 0; at < count; at++) bits[at] = changed[pair[at] ?? 0] ?? 0;
  return {
    count,
    sections: tables,
    first,
    pair,
    fd: columnOf(pair, (row) => descriptorNumber(comparison.before, comparison.after, pairs, row)),
    before: columnOf(pair, (row) => descriptors.before[row] ?? NONE),
    after: columnOf(pair, (row) => descriptors.after[row] ?? NONE),
    changed: bits,
  };
}
