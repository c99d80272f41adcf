// Finds rows by a number in the image (a file id, a pipe id, a pid), with typed arrays and with bounded work even for
// crafted images.
//
// Casts `as number` read typed arrays within bounds checked by the loop.

import { allRows } from "../../../model/all-rows.ts";
import { firstIndex } from "../../../model/search.ts";
import { FIRST_CAPACITY, grown } from "../../builder/growing.ts";

/** An index over a column of keys. */
export interface RowIndex {
  /** Rows by key, then by row: rows[first(key)] … rows[end(key) - 1] are the rows with that key. */
  readonly rows: Uint32Array;
  first(key: number): number;
  end(key: number): number;
  /** The first row with that key; -1 if there is none. */
  row(key: number): number;
  /** Whether it is known that no key occurs twice. */
  readonly isUnique: boolean;
  /** The key of row 0 if it is known that the others follow one another; else `null`. */
  readonly consecutiveFrom: number | null;
}

/** Indexes keys[0 … count - 1] (unsigned 32-bit). Dense keys by counting, others by sorting. */
export function indexRows(keys: ArrayLike<number>, count: number): RowIndex {
  // Of one type, whatever the keys are in: else V8 compiles all of this several times.
  const own = keys instanceof Uint32Array ? keys.subarray(0, count) : new Uint32Array(keys).subarray(0, count);
  let smallest = own[0] ?? 0;
  let largest = smallest;
  let isInOrder = true;
  let isUnique = true;
  for (let row = 1; row < count; row++) {
    const key = own[row] as number;
    if (key > largest) largest = key;
    else if (key === largest) isUnique = false;
    else {
      isInOrder = false;
      if (key < smallest) smallest = key;
    }
  }
  if (isInOrder && isUnique && largest - smallest === count - 1) return consecutiveIndex(count, smallest, largest);
  if (largest - smallest > 4 * count + 1024) return sortedIndex(own);
  return isInOrder ? orderedIndex(own, smallest, largest, isUnique) : denseIndex(own, smallest, largest);
}

/** Keys that are the numbers from `smallest` to `largest`, as ids of files usually are. */
function consecutiveIndex(count: number, smallest: number, largest: number): RowIndex {
  const rows = allRows(count);
  const first = (key: number) => (key > largest ? count : key < smallest ? 0 : key - smallest);
  const row = (key: number) => (key > largest || key < smallest ? -1 : key - smallest);
  return { rows, first, end: (key) => first(key + 1), row, isUnique: true, consecutiveFrom: smallest };
}

/** Keys from `smallest` to `largest` that ascend. */
function orderedIndex(keys: Uint32Array, smallest: number, largest: number, isUnique: boolean): RowIndex {
  const count = keys.length;
  const firsts = new Uint32Array(largest - smallest + 2);
  let key = 0;
  for (let row = 0; row < count; row++) {
    const own = (keys[row] as number) - smallest;
    while (key < own) firsts[++key] = row;
  }
  firsts[key + 1] = count;
  return lookUp(allRows(count), firsts, smallest, largest, isUnique);
}

/** Keys from `smallest` to `largest`. */
function denseIndex(keys: Uint32Array, smallest: number, largest: number): RowIndex {
  const count = keys.length;
  const firsts = new Uint32Array(largest - smallest + 2);
  for (let row = 0; row < count; row++) {
    const at = (keys[row] as number) - smallest + 1;
    firsts[at] = (firsts[at] as number) + 1;
  }
  for (let at = 1; at < firsts.length; at++) firsts[at] = (firsts[at] as number) + (firsts[at - 1] as number);
  const next = firsts.slice();
  const rows = new Uint32Array(count);
  for (let row = 0; row < count; row++) {
    const at = (keys[row] as number) - smallest;
    const to = next[at] as number;
    rows[to] = row;
    next[at] = to + 1;
  }
  return lookUp(rows, firsts, smallest, largest);
}

/** An index by where the rows of each key begin. */
function lookUp(rows: Uint32Array, firsts: Uint32Array, smallest: number, largest: number, isUnique = false): RowIndex {
  const count = rows.length;
  const first = (key: number) => (key > largest ? count : key < smallest ? 0 : (firsts[key - smallest] as number));
  const row = (key: number) => {
    if (key > largest || key < smallest) return -1;
    const at = firsts[key - smallest] as number;
    return at < (firsts[key - smallest + 1] as number) ? (rows[at] as number) : -1;
  };
  return { rows, first, end: (key) => first(key + 1), row, isUnique, consecutiveFrom: null };
}

/** Keys and rows fit into one double if there are no more rows. */
const MOST_ROWS = 2 ** 21;

function sortedIndex(keys: Uint32Array): RowIndex {
  const count = keys.length;
  const rows = allRows(count);
  if (count <= MOST_ROWS) {
    // Numbers are sorted many times faster than by a function that compares.
    const both = new Float64Array(count);
    for (let row = 0; row < count; row++) both[row] = (keys[row] as number) * MOST_ROWS + row;
    both.sort();
    for (let at = 0; at < count; at++) {
      const value = both[at] as number;
      rows[at] = value - Math.floor(value / MOST_ROWS) * MOST_ROWS;
    }
  } else {
    rows.sort((a, b) => (keys[a] as number) - (keys[b] as number) || a - b);
  }
  const first = (key: number): number => firstIndex(count, (at) => (keys[rows[at] as number] as number) >= key);
  const row = (key: number) => {
    const found = rows[first(key)];
    return found !== undefined && keys[found] === key ? found : -1;
  };
  return { rows, first, end: (key) => first(key + 1), row, isUnique: false, consecutiveFrom: null };
}

/** Pairs of a key (unsigned 32-bit) and a row, collected while decoding and indexed by `linkedRows`. */
export interface Links {
  count: number;
  /** There is more room than links. */
  keys: Uint32Array<ArrayBuffer>;
  rows: Int32Array<ArrayBuffer>;
}

export const createLinks = (): Links => ({
  count: 0,
  keys: new Uint32Array(FIRST_CAPACITY),
  rows: new Int32Array(FIRST_CAPACITY),
});

function makeRoom(links: Links, count: number): void {
  if (count <= links.keys.length) return;
  const capacity = Math.max(2 * links.keys.length, count);
  links.keys = grown(links.keys, capacity);
  links.rows = grown(links.rows, capacity);
}

export function addLink(links: Links, key: number, row: number): void {
  makeRoom(links, links.count + 1);
  links.keys[links.count] = key;
  links.rows[links.count++] = row;
}

/** Adds the first `count` of many links. */
export function addLinks(links: Links, keys: Uint32Array, rows: Uint32Array, count: number): void {
  makeRoom(links, links.count + count);
  links.keys.set(keys.subarray(0, count), links.count);
  links.rows.set(rows.subarray(0, count), links.count);
  links.count += count;
}

/** Calls `visit` with the rows linked to a key. */
export type LinkedRows = (key: number, visit: (row: number) => void) => void;

/** Looks up rows by one key or many. */
export interface LinkLookup {
  readonly rows: LinkedRows;
  /** The same for the first `count` of some keys. `visit` is called with the index of the key as well. */
  readonly toMany: (keys: Uint32Array, count: number, visit: (nth: number, row: number) => void) => void;
}

/** Most rows to visit for one key. Only a crafted image has more. */
export const VISIT_LIMIT = 64;

/** Looks up links, all of which must have been added before the first look-up. */
export const linkedRows = (links: Links): LinkedRows => linkLookup(links).rows;

/** The same, by one key or many. */
export function linkLookup(links: Links): LinkLookup {
  let known: RowIndex | null = null;
  const indexed = (): RowIndex => {
    known ??= indexRows(links.keys, links.count);
    return known;
  };
  return {
    rows(key, visit) {
      const index = indexed();
      const { rows } = links;
      const first = index.first(key);
      const end = Math.min(index.end(key), first + VISIT_LIMIT);
      for (let at = first; at < end; at++) visit(rows[index.rows[at] as number] as number);
    },
    toMany(asked, count, visit) {
      const index = indexed();
      const { rows: order } = index;
      const { keys, rows } = links;
      // After the rows of the key before. Nearly always those of the next key are there.
      let at = 0;
      for (let nth = 0; nth < count; nth++) {
        const key = asked[nth] as number;
        if (at === order.length || keys[order[at] as number] !== key) at = index.first(key);
        const last = Math.min(at + VISIT_LIMIT, order.length);
        for (; at < last && keys[order[at] as number] === key; at++) visit(nth, rows[order[at] as number] as number);
        // There may be more, which are not visited.
        if (at === last) at = order.length;
      }
    },
  };
}

/** Looks up the first row that is linked to a key; -1 if there is none. As `linkedRows`. */
export function firstLinked(links: Links): (key: number) => number {
  let index: RowIndex | null = null;
  return (key) => {
    index ??= indexRows(links.keys, links.count);
    const at = index.row(key);
    return at < 0 ? -1 : (links.rows[at] as number);
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
    consecutiveFrom: null,
    rows,
    row: (key) => {
      const at = index.first(key);
      return at < index.end(key) ? (rows[at] as number) : -1;
    },
  };
}
