// Finds rows by an image's ids. In any real image ids are small and dense, so they index an array; the scattered ids of
// a hostile image go to a Map instead of making the array large.

/** Ids (unsigned 32-bit) to rows. */
export interface IdIndex {
  /** The row of `id`; -1 if there is none. */
  get(id: number): number;
  /** Adds the row of `id`, unless it already has one; returns whether it was added. */
  add(id: number, row: number): boolean;
  /**
   * Adds `count` ids that follow one another, from `id` on, with rows that are `step` apart, if that is quick: if all
   * are greater than any id so far, and not scattered. Returns whether they were added.
   */
  addRun(id: number, count: number, row: number, step: number): boolean;
}

/** Most array elements for each id. */
const SPREAD = 8;
const LEAST = 4096;
/** Below V8's limit of 2^24 entries in a Map. */
const MOST_SCATTERED = 1 << 23;

/** The index of rows 0 … `count` - 1 by their ids. */
export function indexIds(ids: Uint32Array, count: number): IdIndex {
  let largest = 0;
  for (let row = 0; row < count; row++) if ((ids[row] as number) > largest) largest = ids[row] as number;
  if (largest >= Math.max(LEAST, count * SPREAD)) {
    const index = createIdIndex();
    for (let row = 0; row < count; row++) index.add(ids[row] as number, row);
    return index;
  }
  const dense = new Int32Array(Math.max(LEAST, largest + 1)).fill(-1);
  for (let row = count - 1; row >= 0; row--) dense[ids[row] as number] = row;
  return createIdIndex(dense, count);
}

/** An empty index; or one of the rows in `known`, by id, which are `added`. */
export function createIdIndex(known = new Int32Array(LEAST).fill(-1), added = 0): IdIndex {
  let dense = known;
  const scattered = new Map<number, number>();
  let count = added;
  // Or greater.
  let greatest = added > 0 ? known.length - 1 : -1;
  const growDense = (id: number): void => {
    const larger = new Int32Array(Math.max(dense.length * 2, id + 1)).fill(-1);
    larger.set(dense);
    dense = larger;
  };

  const get = (id: number): number => {
    const row = id < dense.length ? (dense[id] as number) : -1;
    return row >= 0 || scattered.size === 0 ? row : (scattered.get(id) ?? -1);
  };
  return {
    get,
    add(id, row) {
      if (get(id) >= 0) return false;
      count++;
      if (id > greatest) greatest = id;
      if (id >= dense.length && id < Math.max(LEAST, count * SPREAD)) growDense(id);
      if (id < dense.length) dense[id] = row;
      else if (scattered.size < MOST_SCATTERED) scattered.set(id, row);
      return true;
    },
    addRun(id, added, row, step) {
      const last = id + added - 1;
      if (id <= greatest || last >= Math.max(LEAST, (count + added) * SPREAD)) return false;
      count += added;
      greatest = last;
      if (last >= dense.length) growDense(last);
      for (let at = 0; at < added; at++) dense[id + at] = row + at * step;
      return true;
    },
  };
}
