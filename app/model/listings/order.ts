// Which rows of a listing are shown, and in which order: a filter and a sort over columns.

import type { Checkpoint } from "../checkpoint.ts";
import { type Column, type Listing, rowCount, type Span } from "./column.ts";
import { columnOf } from "./columns.ts";
import { filterMask } from "./filter.ts";

/** Which rows of a listing to show, and how. */
export interface Order {
  readonly listing: Listing;
  /** Column id to sort by; `null`: the image's order. */
  readonly column: string | null;
  readonly descending: boolean;
  /** In the language of filter.ts; if empty, every row passes. */
  readonly filter: string;
  /** Column id to group by; absent or `null`: rows are not grouped. */
  readonly group?: string | null;
}

/** Rows of a listing in order, and the groups that they are in. */
export interface OrderedRows {
  readonly rows: Uint32Array;
  /** Group g: rows[first[g]] … rows[first[g + 1] - 1]. Empty: not grouped. */
  readonly first: Uint32Array;
}

/** Whether an order is the image's own, with every row. */
export function isPlain({ column, descending, filter, group }: Order): boolean {
  return column === null && !descending && filter.trim() === "" && group == null;
}

/** The rows of `orderRows`, those of one value of the column `group` together, the largest groups first. */
export function groupRows(checkpoint: Checkpoint, order: Order): OrderedRows {
  const rows = orderRows(checkpoint, order);
  const column = order.group == null ? null : columnOf(order.listing, order.group);
  // A new array each time: the worker transfers it, which detaches it for everyone else.
  if (column === null) return { rows, first: new Uint32Array(0) };
  const { high, low } = keysOf(checkpoint, order.listing, column);
  const place = new Uint32Array(high.length);
  rows.forEach((row, at) => {
    place[row] = at;
  });
  // Rows without a value are one group.
  const compare = (a: number, b: number): number => {
    const [x, y] = [high[a] as number, high[b] as number];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
    return x - y || (low === null ? 0 : (low[a] as number) - (low[b] as number));
  };
  const sorted = rows.slice().sort((a, b) => compare(a, b) || (place[a] as number) - (place[b] as number));
  const starts: number[] = [];
  sorted.forEach((row, at) => {
    if (at === 0 || compare(sorted[at - 1] as number, row) !== 0) starts.push(at);
  });
  const groups = starts.map((start, at) => ({ start, end: starts[at + 1] ?? sorted.length }));
  groups.sort((a, b) => b.end - b.start - (a.end - a.start) || a.start - b.start);
  const grouped = new Uint32Array(sorted.length);
  const first = new Uint32Array(groups.length + 1);
  groups.forEach(({ start, end }, at) => {
    const to = first[at] as number;
    grouped.set(sorted.subarray(start, end), to);
    first[at + 1] = to + end - start;
  });
  return { rows: grouped, first };
}

/**
 * The rows of a listing that pass the filter, sorted. Rows of equal value keep the image's order; rows without a
 * value come last whichever way it is sorted.
 */
export function orderRows(checkpoint: Checkpoint, order: Order): Uint32Array {
  const rows = passingRows(checkpoint, order);
  const column = order.column === null ? null : columnOf(order.listing, order.column);
  if (column === null) return order.descending ? rows.reverse() : rows;
  const keys = keysOf(checkpoint, order.listing, column);
  const sign = order.descending ? -1 : 1;
  const { high, low } = keys;
  return rows.sort((a, b) => {
    const x = high[a] as number;
    const y = high[b] as number;
    if (x !== y) {
      if (Number.isNaN(x)) return Number.isNaN(y) ? a - b : 1;
      if (Number.isNaN(y)) return -1;
      return x < y ? -sign : sign;
    }
    const difference = low === null ? 0 : (low[a] as number) - (low[b] as number);
    return difference === 0 ? a - b : sign * difference;
  });
}

function passingRows(checkpoint: Checkpoint, { listing, filter }: Order): Uint32Array {
  const mask = filterMask(checkpoint, listing, filter);
  const count = rowCount(checkpoint, listing);
  const rows = new Uint32Array(count);
  let kept = 0;
  for (let row = 0; row < count; row++) if (mask === null || mask[row] === 1) rows[kept++] = row;
  return kept === count ? rows : rows.slice(0, kept);
}

/** Numbers that compare as a column's values do. `low` decides where `high` is equal; NaN in `high`: no value. */
interface Keys {
  readonly high: Float64Array;
  readonly low: Uint32Array | null;
}

function keysOf(checkpoint: Checkpoint, listing: Listing, column: Column): Keys {
  const count = rowCount(checkpoint, listing);
  const high = new Float64Array(count);
  const { borrowed, number, big, yes, span } = column;
  if (borrowed) {
    const lender = columnOf(borrowed.listing, borrowed.column);
    if (lender === null) return { high, low: null };
    const lent = keysOf(checkpoint, borrowed.listing, lender);
    const low = lent.low && new Uint32Array(count);
    for (let row = 0; row < count; row++) {
      const from = borrowed.row(checkpoint, row);
      high[row] = lent.high[from] ?? Number.NaN;
      if (low && lent.low) low[row] = lent.low[from] ?? 0;
    }
    return { high, low };
  }
  if (big) {
    const low = new Uint32Array(count);
    for (let row = 0; row < count; row++) {
      const value = big(checkpoint, row);
      high[row] = value === null ? Number.NaN : Number(value >> 32n);
      if (value !== null) low[row] = Number(value & 0xffffffffn);
    }
    return { high, low };
  }
  if (number) for (let row = 0; row < count; row++) high[row] = number(checkpoint, row);
  else if (yes) for (let row = 0; row < count; row++) high[row] = yes(checkpoint, row) ? 1 : 0;
  else if (span) rankSpans(high, checkpoint, span);
  else rankTexts(high, checkpoint, column);
  return { high, low: null };
}

/** Bytes in a key of `rankSpans`: as many as a double holds exactly. */
const KEY_BYTES = 6;

/** Fills `ranks` so that they compare as the bytes of the rows do, the shorter first; NaN where there are none. */
function rankSpans(ranks: Float64Array, checkpoint: Checkpoint, span: Span): void {
  const { text } = checkpoint;
  const count = ranks.length;
  const from = new Uint32Array(count);
  const to = new Uint32Array(count);
  for (let row = 0; row < count; row++) {
    from[row] = span.offset(checkpoint, row);
    to[row] = (from[row] as number) + span.length(checkpoint, row);
  }
  // A common prefix decides nothing; the few bytes after it usually do, and can be compared as one number.
  const common = commonLength(text, from, to);
  const key = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    const start = (from[row] as number) + common;
    let value = 0;
    // Each byte is counted from 1, so that an end comes before a zero byte.
    for (let at = start; at < start + KEY_BYTES; at++)
      value = value * 257 + (at < (to[row] as number) ? (text[at] as number) + 1 : 0);
    key[row] = value;
  }
  const compare = (a: number, b: number): number => {
    const difference = (key[a] as number) - (key[b] as number);
    return difference !== 0
      ? difference
      : compareSpans(text, from[a] as number, to[a] as number, from[b] as number, to[b] as number);
  };
  const rows = new Uint32Array(count).map((_, row) => row).sort(compare);
  let rank = 0;
  for (let at = 0; at < count; at++) {
    const row = rows[at] as number;
    if (at > 0 && compare(rows[at - 1] as number, row) !== 0) rank++;
    ranks[row] = from[row] === to[row] ? Number.NaN : rank;
  }
}

/** How many leading bytes all spans have in common. */
function commonLength(text: Uint8Array, from: Uint32Array, to: Uint32Array): number {
  const first = from[0] ?? 0;
  let common = (to[0] ?? 0) - first;
  for (let row = 1; row < from.length && common > 0; row++) {
    const start = from[row] as number;
    const most = Math.min(common, (to[row] as number) - start);
    common = 0;
    while (common < most && text[first + common] === text[start + common]) common++;
  }
  return common;
}

/** Below 0, 0 or above, as memcmp, the shorter first. */
function compareSpans(text: Uint8Array, a: number, aEnd: number, b: number, bEnd: number): number {
  const shared = Math.min(aEnd - a, bEnd - b);
  for (let at = 0; at < shared; at++) {
    const difference = (text[a + at] as number) - (text[b + at] as number);
    if (difference !== 0) return difference;
  }
  return aEnd - a - (bEnd - b);
}

/** Like `rankSpans`, for words: repeated ones are made only once. */
function rankTexts(ranks: Float64Array, checkpoint: Checkpoint, column: Column): void {
  const { distinct } = column;
  const words = new Map<number, string>();
  const wordOf = (row: number): string => {
    if (!distinct) return column.text(checkpoint, row);
    const value = distinct(checkpoint, row);
    const known = words.get(value);
    if (known !== undefined) return known;
    const word = column.text(checkpoint, row);
    words.set(value, word);
    return word;
  };
  const texts = Array.from(ranks, (_, row) => wordOf(row));
  const sorted = [...new Set(texts)].sort();
  const rankOf = new Map(sorted.map((text, rank) => [text, rank]));
  texts.forEach((text, row) => {
    ranks[row] = text === "" ? Number.NaN : (rankOf.get(text) ?? Number.NaN);
  });
}
