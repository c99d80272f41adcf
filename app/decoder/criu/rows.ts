// From a number out of an image (a file id, a pipe id, a pid) to the rows that carry it. Typed arrays, and nothing
// that crafted numbers could slow down.

/** An index over a column of keys. */
export interface RowIndex {
  /** Rows by key, then by row. */
  readonly rows: Uint32Array;
  /** Calls-free lookup: rows[first(key)] … rows[end(key) - 1] are the rows with that key. */
  first(key: number): number;
  end(key: number): number;
  /** The first row with that key; -1 if there is none. */
  row(key: number): number;
}

/** Indexes keys[0 … count - 1] (unsigned 32-bit). Dense keys by counting, others by sorting. */
export function indexRows(keys: ArrayLike<number>, count: number): RowIndex {
  let largest = 0;
  for (let row = 0; row < count; row++) if ((keys[row] as number) > largest) largest = keys[row] as number;
  return largest <= 4 * count + 1024 ? denseIndex(keys, count, largest) : sortedIndex(keys, count);
}

function denseIndex(keys: ArrayLike<number>, count: number, largest: number): RowIndex {
  const firsts = new Uint32Array(largest + 2);
  for (let row = 0; row < count; row++) {
    const key = keys[row] as number;
    firsts[key + 1] = (firsts[key + 1] as number) + 1;
  }
  for (let key = 0; key <= largest; key++) firsts[key + 1] = (firsts[key + 1] as number) + (firsts[key] as number);
  const next = firsts.slice();
  const rows = new Uint32Array(count);
  for (let row = 0; row < count; row++) {
    const key = keys[row] as number;
    const at = next[key] as number;
    rows[at] = row;
    next[key] = at + 1;
  }
  const first = (key: number) => (key > largest ? count : (firsts[key] as number));
  const end = (key: number) => (key > largest ? count : (firsts[key + 1] as number));
  const row = (key: number) => {
    if (key > largest) return -1;
    const at = firsts[key] as number;
    return at < (firsts[key + 1] as number) ? (rows[at] as number) : -1;
  };
  return { rows, first, end, row };
}

function sortedIndex(keys: ArrayLike<number>, count: number): RowIndex {
  const rows = new Uint32Array(count);
  for (let row = 0; row < count; row++) rows[row] = row;
  rows.sort((a, b) => (keys[a] as number) - (keys[b] as number) || a - b);
  const lowerBound = (key: number): number => {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((keys[rows[middle] as number] as number) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const row = (key: number) => {
    const found = rows[lowerBound(key)];
    return found !== undefined && keys[found] === key ? found : -1;
  };
  return { rows, first: lowerBound, end: (key) => lowerBound(key + 1), row };
}

/** Pairs of a key and a row, collected while decoding and indexed when they are first looked up. */
export interface Links {
  readonly keys: number[];
  readonly rows: number[];
}

export const createLinks = (): Links => ({ keys: [], rows: [] });

export function addLink(links: Links, key: number, row: number): void {
  links.keys.push(key);
  links.rows.push(row);
}

/** More rows than this with one key are not visited: nothing real has as many, crafted numbers might. */
const VISIT_LIMIT = 64;

/** A function that calls `visit` with the first rows linked to a key. Links added later are not seen. */
export function linkedRows({ keys, rows }: Links): (key: number, visit: (row: number) => void) => void {
  const index = indexRows(keys, keys.length);
  return (key, visit) => {
    const first = index.first(key);
    const end = Math.min(index.end(key), first + VISIT_LIMIT);
    for (let at = first; at < end; at++) visit(rows[index.rows[at] as number] as number);
  };
}

/** An index in which a FIFO or terminal goes before the REG entry with the same id. */
export function specialFirst(index: RowIndex, special: Uint8Array, ids: Uint32Array): RowIndex {
  const rows = index.rows.slice();
  for (let at = 1; at < rows.length; at++) {
    const before = rows[at - 1] as number;
    const row = rows[at] as number;
    if (ids[row] !== ids[before] || special[row] !== 1 || special[before] === 1) continue;
    rows[at - 1] = row;
    rows[at] = before;
  }
  return {
    ...index,
    rows,
    row: (key) => {
      const at = index.first(key);
      return at < index.end(key) ? (rows[at] as number) : -1;
    },
  };
}
