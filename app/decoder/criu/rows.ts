// Finds rows by a number in the image (a file id, a pipe id, a pid), with typed arrays and with bounded work even for
// crafted images.
//
// Casts `as number` read typed arrays within bounds checked by the loop.

import { firstIndex } from "../../model/search.ts";

/** An index over a column of keys. */
export interface RowIndex {
  /** Rows by key, then by row: rows[first(key)] … rows[end(key) - 1] are the rows with that key. */
  readonly rows: Uint32Array;
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
  const first = (key: number): number => firstIndex(count, (at) => (keys[rows[at] as number] as number) >= key);
  const row = (key: number) => {
    const found = rows[first(key)];
    return found !== undefined && keys[found] === key ? found : -1;
  };
  return { rows, first, end: (key) => first(key + 1), row };
}

/** Pairs of a key and a row, collected while decoding and indexed by `linkedRows`. */
export interface Links {
  readonly keys: number[];
  readonly rows: number[];
}

export const createLinks = (): Links => ({ keys: [], rows: [] });

export function addLink(links: Links, key: number, row: number): void {
  links.keys.push(key);
  links.rows.push(row);
}

/** Calls `visit` with the rows linked to a key. */
export type LinkedRows = (key: number, visit: (row: number) => void) => void;

/** Most rows to visit for one key. Only a crafted image has more. */
const VISIT_LIMIT = 64;

/** Looks up the links added so far; those added later are not seen. */
export function linkedRows({ keys, rows }: Links): LinkedRows {
  const index = indexRows(keys, keys.length);
  return (key, visit) => {
    const first = index.first(key);
    const end = Math.min(index.end(key), first + VISIT_LIMIT);
    for (let at = first; at < end; at++) visit(rows[index.rows[at] as number] as number);
  };
}

/** The same index, with the `special` one of two neighbours with the same id first. */
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
