// Lists of row numbers: growing while columns are walked, and sorted only if they are out of order.

import { u32At } from "../model/read.ts";

/** A growing list of row numbers. */
export type Rows = ReturnType<typeof createRows>;

/** An empty list of row numbers. */
export function createRows() {
  let rows = new Uint32Array(64);
  let count = 0;
  return {
    get count(): number {
      return count;
    },
    push(row: number): void {
      if (count === rows.length) {
        const larger = new Uint32Array(2 * count);
        larger.set(rows);
        rows = larger;
      }
      rows[count++] = row;
    },
    /** The rows so far, as a view: it does not see later pushes. */
    list(): Uint32Array {
      return rows.subarray(0, count);
    },
  };
}

/** Sorts rows in place. Checks first whether they are in order already, as in most images. */
export function sortRows(rows: Uint32Array, compare: (a: number, b: number) => number): Uint32Array {
  for (let at = 1; at < rows.length; at++) {
    if (compare(u32At(rows, at - 1), u32At(rows, at)) > 0) return rows.sort(compare);
  }
  return rows;
}

/** A column with a value for each row. TypedArray.from would go through an iterator and take ten times longer. */
export function columnOf(rows: ArrayLike<number>, value: (row: number) => number): Int32Array {
  const values = new Int32Array(rows.length);
  for (let at = 0; at < rows.length; at++) values[at] = value(rows[at] as number);
  return values;
}
