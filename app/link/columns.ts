// Columns of numbers in a packed image: each number is stored as its difference from the previous one.

import { u32At } from "../model/read.ts";
import type { ByteReader, ByteWriter } from "./bytes.ts";

/** Writes each number as its difference from the previous one. */
function steps(writer: ByteWriter, column: ArrayLike<number>): void {
  let before = 0;
  for (let row = 0; row < column.length; row++) {
    const value = column[row] as number;
    writer.signed(value - before);
    before = value;
  }
}

/** Writes columns as `steps` does, and returns how many numbers it wrote. */
export function* allSteps(writer: ByteWriter, columns: readonly ArrayLike<number>[]): Generator<number> {
  for (const column of columns) {
    steps(writer, column);
    yield column.length;
  }
}

/**
 * Reads what `steps` wrote; `null` if a number is missing or out of bounds. `count` has been checked against the input.
 */
export function readSteps(reader: ByteReader, count: number, least: number, most: number): Float64Array | null {
  if (reader.failed || count > reader.left) return null;
  const values = new Float64Array(count);
  let value = 0;
  for (let row = 0; row < count; row++) {
    value += reader.signed();
    if (!(value >= least && value <= most)) return null;
    values[row] = value;
  }
  return reader.failed ? null : values;
}

/** The halves of 64-bit values. */
export function words(values: BigUint64Array): { readonly low: Uint32Array; readonly high: Uint32Array } {
  const halves = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
  const pick = (odd: number) => new Uint32Array(values.length).map((_, row) => u32At(halves, 2 * row + odd));
  return { low: pick(0), high: pick(1) };
}
