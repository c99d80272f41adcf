// XXH64 with seed 0, the checksum of Zstandard.
//
// Casts `as number` read typed arrays within bounds checked by the loop.

import { type Checksum, word } from "./checksums.ts";

/** 64-bit numbers as two words; products keep their low 64 bits. */
interface Word64 {
  low: number;
  high: number;
}

const PRIME1: Word64 = { low: 0x85ebca87, high: 0x9e3779b1 };
const PRIME2: Word64 = { low: 0x27d4eb4f, high: 0xc2b2ae3d };
const PRIME3: Word64 = { low: 0x9e3779f9, high: 0x165667b1 };
const PRIME4: Word64 = { low: 0xc2b2ae63, high: 0x85ebca77 };
const PRIME5: Word64 = { low: 0x165667c5, high: 0x27d4eb2f };

/** Multiplies `to` by `by`. */
function multiply(to: Word64, by: Word64): void {
  const a0 = to.low & 0xffff;
  const a1 = to.low >>> 16;
  const b0 = by.low & 0xffff;
  const b1 = by.low >>> 16;
  const low = Math.imul(a0, b0) >>> 0;
  const mid = Math.imul(a1, b0) >>> 0;
  const middle = mid + (low >>> 16);
  const cross = (Math.imul(a0, b1) >>> 0) + (middle & 0xffff);
  const carry = Math.imul(a1, b1) + Math.floor(middle / 65536) + Math.floor(cross / 65536);
  to.high = (Math.imul(to.high, by.low) + Math.imul(to.low, by.high) + carry) | 0;
  to.low = ((cross & 0xffff) << 16) | (low & 0xffff);
}

function add(to: Word64, low: number, high: number): void {
  const sum = (to.low >>> 0) + (low >>> 0);
  to.high = (to.high + high + (sum > 0xffffffff ? 1 : 0)) | 0;
  to.low = sum | 0;
}

/** Rotates by 1 to 31 bits. */
function rotate(to: Word64, bits: number): void {
  const { low, high } = to;
  to.low = (low << bits) | (high >>> (32 - bits));
  to.high = (high << bits) | (low >>> (32 - bits));
}

/** `to` ^= `to` >> bits, for 1 to 63 bits. */
function fold(to: Word64, bits: number): void {
  const { low, high } = to;
  if (bits < 32) {
    to.low = low ^ ((low >>> bits) | (high << (32 - bits)));
    to.high = high ^ (high >>> bits);
  } else {
    to.low = low ^ (bits === 32 ? high : high >>> (bits - 32));
  }
}

const u32 = (bytes: Uint8Array, at: number): number =>
  (bytes[at] as number) |
  ((bytes[at + 1] as number) << 8) |
  ((bytes[at + 2] as number) << 16) |
  ((bytes[at + 3] as number) << 24);

/** The high 32 bits of the product of two 32-bit words. */
function highOf(a: number, b: number): number {
  const [a0, a1, b0, b1] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const middle = ((Math.imul(a1, b0) >>> 0) + (Math.imul(a0, b0) >>> 16)) >>> 0;
  const cross = ((Math.imul(a0, b1) >>> 0) + (middle & 0xffff)) >>> 0;
  return (Math.imul(a1, b1) + (middle >>> 16) + (cross >>> 16)) | 0;
}

/** The four sums that every 32 bytes are added to: nearly all of the work. A lane at a time, without objects. */
function createStripes() {
  const lanes = new Int32Array(8);
  const [low1, high1, low2, high2] = [PRIME1.low | 0, PRIME1.high | 0, PRIME2.low | 0, PRIME2.high | 0];
  return {
    /** Low and high words of the four sums. */
    lanes,
    /** Adds bytes `from` to `end` - 1, a multiple of 32. */
    add(bytes: Uint8Array, from: number, end: number): void {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      for (let index = 0; index < lanes.length; index += 2) {
        let low = lanes[index] as number;
        let high = lanes[index + 1] as number;
        for (let at = from + 4 * index; at < end; at += 32) {
          const wordLow = view.getInt32(at, true);
          const wordHigh = view.getInt32(at + 4, true);
          // lane += word × PRIME2
          const product = Math.imul(wordLow, low2);
          const sum = (low + product) | 0;
          const carry = sum >>> 0 < product >>> 0 ? 1 : 0;
          const added = (highOf(wordLow, low2) + Math.imul(wordHigh, low2)) | 0;
          high = (((((high + added) | 0) + Math.imul(wordLow, high2)) | 0) + carry) | 0;
          // Rotated by 31 bits, × PRIME1
          low = (sum << 31) | (high >>> 1);
          high = (high << 31) | (sum >>> 1);
          high = (((highOf(low, low1) + Math.imul(high, low1)) | 0) + Math.imul(low, high1)) | 0;
          low = Math.imul(low, low1);
        }
        lanes[index] = low;
        lanes[index + 1] = high;
      }
    },
  };
}

/** XXH64 with seed 0; its bytes are the low 32 bits, little-endian, as Zstandard stores them. */
export function createXxh64(): Checksum {
  const stripes = createStripes();
  const { lanes } = stripes;
  lanes.set([0x85ebca87 + 0x27d4eb4f, 0x60ea27ee, PRIME2.low, PRIME2.high, 0, 0, -0x85ebca87, ~0x9e3779b1]);
  const held = new Uint8Array(32);
  let filled = 0;
  let length = 0;
  const scratch: Word64 = { low: 0, high: 0 };

  const round = (lane: Word64, low: number, high: number): void => {
    scratch.low = low;
    scratch.high = high;
    multiply(scratch, PRIME2);
    add(lane, scratch.low, scratch.high);
    rotate(lane, 31);
    multiply(lane, PRIME1);
  };
  const merged = (): Word64 => {
    const hash: Word64 = { low: 0, high: 0 };
    const parts = [0, 2, 4, 6].map((at): Word64 => ({ low: lanes[at] as number, high: lanes[at + 1] as number }));
    for (const [index, bits] of [1, 7, 12, 18].entries()) {
      const part = { ...(parts[index] as Word64) };
      rotate(part, bits);
      add(hash, part.low, part.high);
    }
    for (const lane of parts) {
      const part: Word64 = { low: 0, high: 0 };
      round(part, lane.low, lane.high);
      hash.low ^= part.low;
      hash.high ^= part.high;
      multiply(hash, PRIME1);
      add(hash, PRIME4.low, PRIME4.high);
    }
    return hash;
  };
  /** The bytes after the last whole stripe. */
  const tail = (hash: Word64): void => {
    let at = 0;
    for (; at + 8 <= filled; at += 8) {
      const part: Word64 = { low: 0, high: 0 };
      round(part, u32(held, at), u32(held, at + 4));
      hash.low ^= part.low;
      hash.high ^= part.high;
      rotate(hash, 27);
      multiply(hash, PRIME1);
      add(hash, PRIME4.low, PRIME4.high);
    }
    if (at + 4 <= filled) {
      const part: Word64 = { low: u32(held, at), high: 0 };
      multiply(part, PRIME1);
      hash.low ^= part.low;
      hash.high ^= part.high;
      rotate(hash, 23);
      multiply(hash, PRIME2);
      add(hash, PRIME3.low, PRIME3.high);
      at += 4;
    }
    for (; at < filled; at++) {
      const part: Word64 = { low: held[at] as number, high: 0 };
      multiply(part, PRIME5);
      hash.low ^= part.low;
      hash.high ^= part.high;
      rotate(hash, 11);
      multiply(hash, PRIME1);
    }
  };

  return {
    add(bytes) {
      length += bytes.length;
      let at = 0;
      if (filled > 0) {
        at = Math.min(32 - filled, bytes.length);
        held.set(bytes.subarray(0, at), filled);
        filled += at;
        if (filled < 32) return;
        stripes.add(held, 0, 32);
        filled = 0;
      }
      const end = bytes.length - ((bytes.length - at) % 32);
      stripes.add(bytes, at, end);
      at = end;
      held.set(bytes.subarray(at));
      filled = bytes.length - at;
    },
    bytes() {
      const hash = length >= 32 ? merged() : { ...PRIME5 };
      add(hash, (length % 2 ** 32) | 0, Math.floor(length / 2 ** 32));
      tail(hash);
      fold(hash, 33);
      multiply(hash, PRIME2);
      fold(hash, 29);
      multiply(hash, PRIME3);
      fold(hash, 32);
      return word(hash.low);
    },
  };
}
