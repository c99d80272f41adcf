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
