// Binary search.

/**
 * The first index from `from` to `end - 1` for which `holds` is true; `end` if there is none.
 *
 * @param holds False up to some index and true from there on.
 */
export function firstIndex(end: number, holds: (index: number) => boolean, from = 0): number {
  let low = from;
  let high = Math.max(from, end);
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The first index whose value is more than `value`; the length if there is none. */
export function upperBound(ascending: ArrayLike<number>, value: number): number {
  return firstIndex(ascending.length, (index) => (ascending[index] as number) > value);
}

/** Where a value is in a column that ascends: from the first to before the second index. */
export function rowsOf(ascending: Uint32Array, value: number): readonly [first: number, end: number] {
  let low = 0;
  let high = ascending.length;
  // Written out, because this is called for every open file: firstIndex calls a function for each step.
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < ascending.length && ascending[end] === value) end++;
  return [low, end];
}

/** Where each value from 0 to `count` - 1 begins in a column that ascends: value v is in rows first[v] … first[v + 1] - 1. */
export function firstOfEach(ascending: Uint32Array, count: number): Uint32Array {
  const first = new Uint32Array(count + 1);
  let row = 0;
  for (let value = 0; value <= count; value++) {
    while (row < ascending.length && (ascending[row] as number) < value) row++;
    first[value] = row;
  }
  return first;
}
