// Finds equal items by sorting them, instead of comparing each with every other.

import { i32At } from "../../app/model/read.ts";

/**
 * Groups rows 0 … count - 1 by equality. Returns the group of each row; groups are numbered by their first row.
 *
 * @param bucketOf Rows in different buckets differ and are not compared.
 * @param compare A total order within a bucket; 0 for equal rows.
 */
export function groupSame(
  count: number,
  bucketOf: (row: number) => string | number,
  compare: (a: number, b: number) => number,
): Int32Array {
  const buckets = new Map<string | number, number[]>();
  for (let row = 0; row < count; row++) {
    const key = bucketOf(row);
    const bucket = buckets.get(key);
    if (bucket === undefined) buckets.set(key, [row]);
    else bucket.push(row);
  }
  // Union-find: each row points towards the least row of its group. Sorting compares equal rows directly or through
  // a third equal row, so their groups are complete when it ends.
  const towards = Int32Array.from({ length: count }, (_, row) => row);
  const leastOf = (row: number): number => {
    let at = row;
    while (towards[at] !== at) {
      towards[at] = i32At(towards, i32At(towards, at));
      at = i32At(towards, at);
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
    groups[row] = least === row ? next++ : i32At(groups, least);
  }
  return groups;
}
