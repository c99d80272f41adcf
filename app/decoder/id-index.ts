// Finds rows by an image's ids. In any real image ids are small and dense, so they index an array; the scattered ids of
// a hostile image go to a Map instead of making the array large.

/** Ids (unsigned 32-bit) to rows. */
export interface IdIndex {
  /** The row of `id`; -1 if there is none. */
  get(id: number): number;
  /** Adds the row of `id`, unless it already has one; returns whether it was added. */
  add(id: number, row: number): boolean;
}

/** Most array elements for each id. */
const SPREAD = 8;
const LEAST = 4096;
/** Below V8's limit of 2^24 entries in a Map. */
const MOST_SCATTERED = 1 << 23;

/** An empty index. */
export function createIdIndex(): IdIndex {
  let dense = new Int32Array(LEAST).fill(-1);
  const scattered = new Map<number, number>();
  let count = 0;

  const get = (id: number): number => {
    const row = id < dense.length ? (dense[id] as number) : -1;
    return row >= 0 || scattered.size === 0 ? row : (scattered.get(id) ?? -1);
  };
  return {
    get,
    add(id, row) {
      if (get(id) >= 0) return false;
      count++;
      if (id >= dense.length && id < Math.max(LEAST, count * SPREAD)) {
        const larger = new Int32Array(Math.max(dense.length * 2, id + 1)).fill(-1);
        larger.set(dense);
        dense = larger;
      }
      if (id < dense.length) dense[id] = row;
      else if (scattered.size < MOST_SCATTERED) scattered.set(id, row);
      return true;
    },
  };
}
