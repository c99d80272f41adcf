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
  // First the least row of each group, as sorting does not keep rows in order.
  const head = new Int32Array(count);
  for (const rows of buckets.values()) {
    if (rows.length > 1) rows.sort(compare);
    let from = 0;
    for (let at = 1; at <= rows.length; at++) {
      if (at < rows.length && compare(rows[at - 1] as number, rows[at] as number) === 0) continue;
      let least = rows[from] as number;
      for (let of = from; of < at; of++) least = Math.min(least, rows[of] as number);
      for (let of = from; of < at; of++) head[rows[of] as number] = least;
      from = at;
    }
  }
  const groups = new Int32Array(count);
  let next = 0;
  for (let row = 0; row < count; row++) {
    groups[row] = head[row] === row ? next++ : (groups[head[row] as number] as number);
  }
  return groups;
}
