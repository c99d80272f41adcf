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
  const first = lowerBound(ascending, value);
  return [first, endOfRun(ascending, first, value)];
}

/** From the first to before the second index. */
export interface RowRange {
  first: number;
  end: number;
}

/**
 * A function that returns the result of `rowsOf`, always in the same object. It does not search if it is called with
 * ascending values that leave out few.
 */
export function rangeFinder(ascending: Uint32Array): (value: number) => Readonly<RowRange> {
  const range: RowRange = { first: 0, end: 0 };
  const isNext = (at: number, value: number): boolean =>
    (at === 0 || (ascending[at - 1] as number) < value) &&
    (at === ascending.length || (ascending[at] as number) >= value);
  return (value) => {
    range.first = isNext(range.end, value) ? range.end : lowerBound(ascending, value);
    range.end = endOfRun(ascending, range.first, value);
    return range;
  };
}

/** The first index whose value is not less than `value`; the length if there is none. */
export function lowerBound(ascending: Uint32Array, value: number): number {
  let low = 0;
  let high = ascending.length;
  // Written out, because this is called for every open file: firstIndex calls a function for each step.
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where a run of one value ends. */
function endOfRun(ascending: Uint32Array, first: number, value: number): number {
  let end = first;
  while (end < ascending.length && ascending[end] === value) end++;
  return end;
}

/**
 * Where each value from 0 to `count` - 1 begins in a column that ascends: value v is in rows
 * first[v] … first[v + 1] - 1.
 *
 * @param only By value: 1 for those that are wanted. Absent: all are.
 */
export function firstOfEach(ascending: Uint32Array, count: number, only?: Uint8Array): Uint32Array {
  const first = new Uint32Array(count + 1);
  if (only !== undefined) {
    for (let value = only.indexOf(1); value >= 0; value = only.indexOf(1, value + 1)) {
      [first[value], first[value + 1]] = rowsOf(ascending, value);
    }
    return first;
  }
  let row = 0;
  for (let value = 0; value <= count; value++) {
    while (row < ascending.length && (ascending[row] as number) < value) row++;
    first[value] = row;
  }
  return first;
}
