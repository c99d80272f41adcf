// The usual accidents and attacks on bytes.

import type { Random } from "./target.ts";

export interface Mutated {
  readonly bytes: Uint8Array;
  /** The first byte that is not as it was; the length if none is. */
  readonly changedFrom: number;
}

const EXTREMES = [0, 1, 7, 8, 0x7f, 0x7fff, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff];

function joined(...pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** Flips a bit, sets a byte or an extreme word, cuts a piece out, doubles or moves one, or cuts the end off. */
function mutateOnce(whole: Uint8Array, next: Random): Uint8Array {
  if (whole.length === 0) return whole;
  const at = next(whole.length);
  const to = Math.min(whole.length, at + 1 + next(200));
  const copy = (): Uint8Array => whole.slice();
  switch (next(8)) {
    case 0: {
      const bytes = copy();
      bytes[at] = (bytes[at] as number) ^ (1 << next(8));
      return bytes;
    }
    case 1: {
      const bytes = copy();
      bytes[at] = next(256);
      return bytes;
    }
    case 2:
    case 3: {
      if (whole.length < 4) return whole;
      const bytes = copy();
      // Most numbers stand at multiples of four.
      const word = Math.min(next(2) === 0 ? at & ~3 : at, bytes.length - 4);
      const value = next(3) === 0 ? next(10_000) : (EXTREMES[next(EXTREMES.length)] as number);
      new DataView(bytes.buffer).setUint32(word, value, next(8) > 0);
      return bytes;
    }
    case 4:
      return joined(whole.subarray(0, at), whole.subarray(to));
    case 5:
      return joined(whole.subarray(0, to), whole.subarray(at));
    case 6: {
      const bytes = copy();
      bytes.copyWithin(next(bytes.length), at, to);
      return bytes;
    }
    default:
      return whole.slice(0, at);
  }
}

function firstDifference(one: Uint8Array, other: Uint8Array): number {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at++) if (one[at] !== other[at]) return at;
  return length;
}

/** One to three mutations. */
export function mutate(whole: Uint8Array, next: Random): Mutated {
  let bytes = whole;
  for (let left = 1 + (next(2) === 0 ? 0 : next(3)); left > 0; left--) bytes = mutateOnce(bytes, next);
  return { bytes, changedFrom: firstDifference(whole, bytes) };
}
