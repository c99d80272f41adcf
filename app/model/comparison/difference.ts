// Where bytes differ. Whole members and columns are compared, so this asks the platform, or takes four bytes at a time.

import { NATIVE_BYTES, nativeCompare } from "../native-compare.ts";

/**
 * The index of the first byte that differs in two byte strings; the length of the shorter one if there is none.
 *
 * @param compare The platform's comparison; `null`: there is none.
 */
export function firstDifference(left: Uint8Array, right: Uint8Array, compare = nativeCompare): number {
  const length = Math.min(left.length, right.length);
  if (compare === null || length < NATIVE_BYTES) return differenceFrom(0, left, right, length);
  const isSame = (from: number, end: number): boolean =>
    compare(left.subarray(from, end), right.subarray(from, end)) === 0;
  if (isSame(0, length)) return length;
  // The difference is among the bytes from … end - 1. Each comparison ends where it is.
  let from = 0;
  let end = length;
  while (end - from > NATIVE_BYTES) {
    const middle = from + ((end - from) >>> 1);
    if (isSame(from, middle)) from = middle;
    else end = middle;
  }
  return differenceFrom(from, left, right, end);
}

/** The same by a loop, for the bytes from … end - 1. */
function differenceFrom(from: number, left: Uint8Array, right: Uint8Array, end: number): number {
  let at = from;
  if (((left.byteOffset | right.byteOffset | at) & 3) === 0) {
    const count = end >>> 2;
    const words = new Uint32Array(left.buffer, left.byteOffset, count);
    const others = new Uint32Array(right.buffer, right.byteOffset, count);
    let word = at >>> 2;
    while (word < count && words[word] === others[word]) word++;
    at = 4 * word;
  }
  while (at < end && left[at] === right[at]) at++;
  return at;
}

/** The bytes of a column. */
export const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Whether two columns of one type are the same. */
export const areSameColumns = <Column extends Uint8Array | Uint16Array | Uint32Array | Int32Array | BigUint64Array>(
  left: Column,
  right: Column,
): boolean =>
  left === right ||
  (left.length === right.length && firstDifference(bytesOf(left), bytesOf(right)) === left.byteLength);

/** Bytes of two columns that are compared at once before a closer look. */
const CHUNK = 4096;

/**
 * Marks the rows in which two columns differ: `marks` has 1 for each. `false`: they are not of one length.
 *
 * @param perRow The elements of each row: a 64-bit value has two.
 */
export function markDifferentRows<Column extends Uint8Array | Uint32Array>(
  marks: Uint8Array,
  left: Column,
  right: Column,
  perRow: 1 | 2 = 1,
): boolean {
  if (left.length !== right.length) return false;
  const step = CHUNK / left.BYTES_PER_ELEMENT;
  for (let from = 0; from < left.length; from += step) {
    const end = Math.min(from + step, left.length);
    if (areSameColumns(left.subarray(from, end), right.subarray(from, end))) continue;
    for (let at = from; at < end; at++) if (left[at] !== right[at]) marks[perRow === 1 ? at : at >>> 1] = 1;
  }
  return true;
}

/** Calls `visit` for each of the rows from … end - 1 with a mark, in ascending order. */
export function eachMarked(marks: Uint8Array, from: number, end: number, visit: (row: number) => void): void {
  const rows = marks.subarray(from, end);
  for (let row = rows.indexOf(1); row >= 0; row = rows.indexOf(1, row + 1)) visit(from + row);
}
