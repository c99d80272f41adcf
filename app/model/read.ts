// Reading columns. `column[row]` has the type `number | undefined`; these return the number and throw where there is no
// such row. Rows come from the decoder and are valid, so a missing row is a bug in ckptscope, never damage in an image.
//
// One function for each kind of array: a shared one would see several kinds and V8 would no longer inline it.

const noSuchRow = (length: number, row: number): never => {
  throw new RangeError(`Row ${row} of a column with ${length} rows`);
};

/** @throws RangeError if `column` has no such row. */
export function u8At(column: Uint8Array, row: number): number {
  return column[row] ?? noSuchRow(column.length, row);
}

/** @throws RangeError if `column` has no such row. */
export function u16At(column: Uint16Array, row: number): number {
  return column[row] ?? noSuchRow(column.length, row);
}

/** @throws RangeError if `column` has no such row. */
export function u32At(column: Uint32Array, row: number): number {
  return column[row] ?? noSuchRow(column.length, row);
}

/** @throws RangeError if `column` has no such row. */
export function i32At(column: Int32Array, row: number): number {
  return column[row] ?? noSuchRow(column.length, row);
}

/** @throws RangeError if `column` has no such row. */
export function f64At(column: Float64Array, row: number): number {
  return column[row] ?? noSuchRow(column.length, row);
}

/** @throws RangeError if `column` has no such row. */
export function u64At(column: BigUint64Array, row: number): bigint {
  return column[row] ?? noSuchRow(column.length, row);
}

/** 64-bit numbers with a smaller high half are represented exactly by a number. */
export const MOST_EXACT = 2 ** 21;

/**
 * A column of 64-bit values as 32-bit words, the lower half first: reading a BigUint64Array
 * allocates an object for each value.
 */
export const wordsOf = ({ buffer, byteOffset, byteLength }: BigUint64Array | Float64Array): Uint32Array =>
  new Uint32Array(buffer, byteOffset, byteLength / 4);
