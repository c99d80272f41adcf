// Groups rows, so that what several descriptors or tasks have in common becomes one change.

import { NONE } from "../../model/checkpoint.ts";
import { sortRows } from "../rows.ts";

/**
 * The `rows` whose value of `one` goes with several values of `other` among them.
 *
 * @param many Values of `one` are 0 … many - 1.
 */
export function mixedRows(rows: Uint32Array, one: Int32Array, other: Int32Array, many: number): Uint32Array {
  const first = new Int32Array(many).fill(NONE);
  let mixed: Uint8Array | null = null;
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number;
    const key = one[row] as number;
    if (first[key] === NONE) first[key] = other[row] as number;
    else if (first[key] !== other[row]) {
      mixed ??= new Uint8Array(many);
      mixed[key] = 1;
    }
  }
  return mixed === null ? NO_ROWS : rows.filter((row) => mixed?.[one[row] as number] === 1);
}

const NO_ROWS = new Uint32Array(0);

/** Groups of rows that compare as equal, as views of `rows`, which is sorted in place. */
export function* groupsOf(rows: Uint32Array, compare: (a: number, b: number) => number): Generator<Uint32Array> {
  sortRows(rows, (a, b) => compare(a, b) || a - b);
  for (let start = 0, end = 1; start < rows.length; start = end++) {
    while (end < rows.length && compare(rows[start] as number, rows[end] as number) === 0) end++;
    yield rows.subarray(start, end);
  }
}
