// Grouping rows: what several descriptors or tasks have in common becomes one change.

import { NONE } from "../model/checkpoint.ts";
import { sortRows } from "./rows.ts";

/**
 * Which values of `one` go with several values of `other`, among `rows`: 1 by value of `one`.
 *
 * @param many Values of `one` are 0 … many - 1.
 */
export function mixedKeys(rows: Uint32Array, one: Int32Array, other: Int32Array, many: number): Uint8Array {
  const first = new Int32Array(many).fill(NONE);
  const mixed = new Uint8Array(many);
  for (const row of rows) {
    const key = one[row] as number;
    if (first[key] === NONE) first[key] = other[row] as number;
    else if (first[key] !== other[row]) mixed[key] = 1;
  }
  return mixed;
}

/** Groups of rows that compare as equal, as views of `rows`, which is sorted in place. */
export function* groupsOf(rows: Uint32Array, compare: (a: number, b: number) => number): Generator<Uint32Array> {
  sortRows(rows, (a, b) => compare(a, b) || a - b);
  for (let start = 0, end = 1; start < rows.length; start = end++) {
    while (end < rows.length && compare(rows[start] as number, rows[end] as number) === 0) end++;
    yield rows.subarray(start, end);
  }
}
