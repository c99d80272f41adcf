// The row numbers of a table in order, from which lists and indexes are made.

/** 0, 1, 2, …: copying them takes a fraction of the time of a loop that V8 has not optimized. */
let kept = new Uint32Array(0);
/** The most numbers to keep. */
const MOST_KEPT = 1 << 18;

/** 0 … count - 1, in an array that the caller may change or transfer. */
export function allRows(count: number): Uint32Array<ArrayBuffer> {
  if (count <= kept.length) return kept.slice(0, count);
  const rows = new Uint32Array(count);
  rows.set(kept);
  for (let row = kept.length; row < count; row++) rows[row] = row;
  if (count <= MOST_KEPT) kept = rows.slice();
  return rows;
}
