// Finds which of many things are one and the same, given an order of them: by sorting, never by comparing each with
// every other.

/**
 * Groups rows 0 … count - 1 that `compare` calls equal: the group of each row, groups numbered by their first row.
 *
 * Only rows of one bucket are compared: rows of different buckets cannot be the same. `compare` is a total order.
 */
export function groupSame(
  count: number,
  bucketOf: (row: number) => string,
  compare: (a: number, b: number) => number,
): Int32Array {
  const buckets = new Map<string, number[]>();
  for (let row = 0; row < count; row++) {
    const key = bucketOf(row);
    const bucket = buckets.get(key);
    if (bucket === undefined) buckets.set(key, [row]);
    else bucket.push(row);
  }
  // Each row points towards the least row of its group. Rows that end up side by side have been compared, or each with
  // an equal third: no comparisons are needed after sorting.
  const towards = Int32Array.from({ length: count }, (_, row) => row);
  const leastOf = (row: number): number => {
    let at = row;
    while (towards[at] !== at) {
      towards[at] = towards[towards[at] as number] as number;
      at = towards[at] as number;
    }
    return at;
  };
  const compareAndJoin = (a: number, b: number): number => {
    const order = compare(a, b);
    if (order !== 0) return order;
    const [x, y] = [leastOf(a), leastOf(b)];
    towards[Math.max(x, y)] = Math.min(x, y);
    return 0;
  };
  for (const rows of buckets.values()) if (rows.length > 1) rows.sort(compareAndJoin);

  const groups = new Int32Array(count);
  let next = 0;
  for (let row = 0; row < count; row++) {
    const least = leastOf(row);
    groups[row] = least === row ? next++ : (groups[least] as number);
  }
  return groups;
}
