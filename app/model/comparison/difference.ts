// Where bytes differ. Whole members and columns are compared, so this takes four bytes at a time.

/** The index of the first byte that differs in two byte strings; the length of the shorter one if there is none. */
export function firstDifference(left: Uint8Array, right: Uint8Array): number {
  const length = Math.min(left.length, right.length);
  let at = 0;
  if (((left.byteOffset | right.byteOffset) & 3) === 0) {
    const count = length >>> 2;
    const words = new Uint32Array(left.buffer, left.byteOffset, count);
    const others = new Uint32Array(right.buffer, right.byteOffset, count);
    while (at < count && words[at] === others[at]) at++;
    at *= 4;
  }
  while (at < length && left[at] === right[at]) at++;
  return at;
}

/** The bytes of a column. */
export const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Whether two columns of one type are the same. */
export const areSameColumns = <Column extends Uint8Array | Uint32Array | Int32Array>(
  left: Column,
  right: Column,
): boolean => left.length === right.length && firstDifference(bytesOf(left), bytesOf(right)) === left.byteLength;
