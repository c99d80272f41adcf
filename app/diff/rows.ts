// Lists of row numbers: collected while columns are walked, and sorted only where they are out of order.

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
    /** What was collected, as a view that later pushes leave behind. */
    list(): Uint32Array {
      return rows.subarray(0, count);
    },
  };
}

/** Sorts rows in place. Most images come in order already, so that is looked at first. */
export function sortRows(rows: Uint32Array, compare: (a: number, b: number) => number): Uint32Array {
  for (let at = 1; at < rows.length; at++) {
    if (compare(rows[at - 1] as number, rows[at] as number) > 0) return rows.sort(compare);
  }
  return rows;
}

/** 0 … count - 1. */
export function allRows(count: number): Uint32Array {
  const rows = new Uint32Array(count);
  for (let row = 0; row < count; row++) rows[row] = row;
  return rows;
}

/** A column of values, one for each row. A loop, as TypedArray.from goes through an iterator and takes ten times longer. */
export function columnOf(rows: ArrayLike<number>, value: (row: number) => number): Int32Array {
  const values = new Int32Array(rows.length);
  for (let at = 0; at < rows.length; at++) values[at] = value(rows[at] as number);
  return values;
}
