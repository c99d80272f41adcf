// The distinct values of details, as JSON in one pool. A value is first written into a scratch buffer and looked up by
// its bytes. Most values are known already, and need neither a string nor an entry in a Map.
//
// Casts `as number` read typed arrays within bounds checked by the loop.

import type { DetailStore } from "../../model/checkpoint.ts";
import type { DetailValue } from "../../model/fields.ts";
import { createJsonBytes, type JsonBytes, writeInteger, writeValue } from "../../model/text/json-bytes.ts";
import { decodeText } from "../../model/text/text.ts";
import { createBudget } from "../limits.ts";
import { FIRST_CAPACITY, type Growth, grown, growTo } from "./growing.ts";

/** Slots that are tried for a value. Only a crafted image has values that need more; they go into a Map. */
const MOST_TRIED = 32;

/** Whole numbers below this are found without a hash. */
const MOST_SMALL = 2 ** 18;

/** Shorter values are copied faster by a loop than by a call of `set`. */
const SHORT = 64;

/** Values, each with a number. */
export interface JsonValues {
  /** The number of a value, which is added if it is new. @throws LimitReached */
  indexOf(value: DetailValue): number;
  /** The same for a whole number of at most 53 bits. */
  indexOfInteger(number: number): number;
  /**
   * The scratch room, emptied: a value that is not a number is written into it as JSON, and
   * `indexOfWritten` then has its number.
   */
  write(): JsonBytes;
  indexOfWritten(): number;
  finish(): Pick<DetailStore, "start" | "pool">;
}

/** An empty collection. */
export function createJsonValues({ budget }: Pick<Growth, "budget">): JsonValues {
  const free = createBudget();
  const start = new Uint32Array(FIRST_CAPACITY);
  const columns = { capacity: FIRST_CAPACITY, start, hash: new Int32Array(FIRST_CAPACITY) };
  const scratch = createJsonBytes(256);
  const crowded = new Map<string, number>();
  /** By small whole number, which ids and inodes are: the number of its value, plus 1. It is not in `table`. */
  let small = new Uint32Array(FIRST_CAPACITY);
  /** By the low bits of their hash: the numbers of values, from 1 on. */
  let table = new Uint32Array(4 * FIRST_CAPACITY);
  let pool = new Uint8Array(1024);
  let length = 0;
  let count = 0;
  /** How many values are in `table`. */
  let entered = 0;

  /** The number of the value in the scratch room, or -1 - the place in `table` where it belongs. */
  const find = (hash: number): number => {
    const mask = table.length - 1;
    for (let tried = 0; tried < MOST_TRIED; tried++) {
      const place = (hash + tried) & mask;
      const value = (table[place] as number) - 1;
      if (value < 0) return -1 - place;
      if (columns.hash[value] === hash && isWritten(scratch, columns.start, pool, value)) return value;
    }
    return crowded.get(decodeText(scratch.bytes.subarray(0, scratch.length))) ?? -1 - table.length;
  };
  /** Enters a value. `place` is beyond the table if there was no room. */
  const enter = (value: number, place: number): void => {
    if (place < table.length) table[place] = value + 1;
    else crowded.set(decodeText(pool.subarray(columns.start[value], columns.start[value + 1])), value);
  };
  const enlarge = (): void => {
    const old = table;
    const others = [...crowded.values()];
    table = new Uint32Array(4 * old.length);
    crowded.clear();
    for (let place = 0; place < old.length; place++) if (old[place] !== 0) enterAgain((old[place] as number) - 1);
    for (const value of others) enterAgain(value);
  };
  const enterAgain = (value: number): void => {
    const mask = table.length - 1;
    const hash = columns.hash[value] as number;
    let tried = 0;
    while (tried < MOST_TRIED && table[(hash + tried) & mask] !== 0) tried++;
    enter(value, tried < MOST_TRIED ? (hash + tried) & mask : table.length);
  };
  /** Adds what has been written as a value. */
  const addWritten = (): number => {
    const { bytes, length: more } = scratch;
    const lacking = length + more - pool.length;
    if (lacking > 0) pool = grown(pool, pool.length + budget.takeBytes(Math.max(pool.length, lacking), lacking));
    copy(pool, length, bytes, more);
    length += more;
    columns.start[++count] = length;
    if (count + 1 === columns.capacity) growTo(columns, 2 * columns.capacity, free);
    return count - 1;
  };
  const indexOfWritten = (): number => {
    const hash = hashOf(scratch.bytes, scratch.length);
    const found = find(hash);
    if (found >= 0) return found;
    const value = addWritten();
    columns.hash[value] = hash;
    enter(value, -1 - found);
    if (2 * ++entered > table.length) enlarge();
    return value;
  };
  const indexOfInteger = (number: number): number => {
    const isSmall = number >= 0 && number < MOST_SMALL;
    if (isSmall && number >= small.length) small = grown(small, 2 ** (32 - Math.clz32(number)));
    const known = isSmall ? (small[number] as number) : 0;
    if (known > 0) return known - 1;
    scratch.length = 0;
    writeInteger(scratch, number);
    if (!isSmall) return indexOfWritten();
    const value = addWritten();
    small[number] = value + 1;
    return value;
  };

  return {
    indexOf(value) {
      if (typeof value === "number" && Number.isSafeInteger(value)) return indexOfInteger(value);
      scratch.length = 0;
      writeValue(scratch, value);
      return indexOfWritten();
    },
    indexOfInteger,
    write() {
      scratch.length = 0;
      return scratch;
    },
    indexOfWritten,
    finish: () => ({ start: columns.start.slice(0, count + 1), pool: pool.subarray(0, length) }),
  };
}

/** Whether a value in the pool equals the written one. */
function isWritten({ bytes, length }: JsonBytes, start: Uint32Array, pool: Uint8Array, value: number): boolean {
  const from = start[value] as number;
  if ((start[value + 1] as number) - from !== length) return false;
  for (let at = 0; at < length; at++) if (pool[from + at] !== bytes[at]) return false;
  return true;
}

function copy(to: Uint8Array, at: number, bytes: Uint8Array, count: number): void {
  if (count < SHORT) for (let from = 0; from < count; from++) to[at + from] = bytes[from] as number;
  else to.set(bytes.subarray(0, count), at);
}

/** The hash by which a value is looked up: FNV-1a, with its high bits mixed into the low ones. */
export function hashOf(bytes: Uint8Array, length: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let at = 0; at < length; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return hash ^ (hash >>> 15);
}
