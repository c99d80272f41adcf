// The checksums of compressed formats, computed piece by piece.

/** A running checksum. */
export interface Checksum {
  add(bytes: Uint8Array): void;
  /** The checksum of everything added, as the bytes that a file stores. */
  bytes(): Uint8Array;
}

function crcTable(polynomial: number): Uint32Array {
  const table = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    table[byte] = value;
  }
  return table;
}

const CRC32 = crcTable(0xedb88320);

/** CRC-32 as in gzip and xz. `before`: the checksum of the preceding bytes, to continue from. */
export function crc32(bytes: Uint8Array, before = 0): number {
  let crc = ~before;
  for (let at = 0; at < bytes.length; at++) {
    crc = (crc >>> 8) ^ (CRC32[(crc ^ (bytes[at] as number)) & 255] as number);
  }
  return ~crc >>> 0;
}

const word = (value: number): Uint8Array =>
  Uint8Array.of(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24);

export function createCrc32(): Checksum {
  let crc = 0;
  return {
    add: (bytes) => {
      crc = crc32(bytes, crc);
    },
    bytes: () => word(crc),
  };
}

/** The table of CRC-64 (ECMA-182, reflected), as pairs of words: low, high. */
const CRC64 = (() => {
  const table = new Uint32Array(512);
  for (let byte = 0; byte < 256; byte++) {
    let low = byte;
    let high = 0;
    for (let bit = 0; bit < 8; bit++) {
      const odd = low & 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (odd) {
        low ^= 0xd7870f42;
        high ^= 0xc96c5795;
      }
    }
    table[2 * byte] = low;
    table[2 * byte + 1] = high;
  }
  return table;
})();

export function createCrc64(): Checksum {
  let low = ~0;
  let high = ~0;
  return {
    add: (bytes) => {
      for (let at = 0; at < bytes.length; at++) {
        const index = 2 * ((low ^ (bytes[at] as number)) & 255);
        low = ((low >>> 8) | (high << 24)) ^ (CRC64[index] as number);
        high = (high >>> 8) ^ (CRC64[index + 1] as number);
      }
    },
    bytes: () => Uint8Array.of(...word(~low >>> 0), ...word(~high >>> 0)),
  };
}

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

/** `to` becomes its product with `by`. */
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

/** Adds bytes `from` to `end` - 1 to the four lanes, 32 at a time. Runs on every byte: a lane at a time, without objects. */
function addStripes(lanes: readonly Word64[], bytes: Uint8Array, from: number, end: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [low1, high1, low2, high2] = [PRIME1.low | 0, PRIME1.high | 0, PRIME2.low | 0, PRIME2.high | 0];
  for (let index = 0; index < lanes.length; index++) {
    const lane = lanes[index] as Word64;
    let [low, high] = [lane.low | 0, lane.high | 0];
    for (let at = from + 8 * index; at < end; at += 32) {
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
    lane.low = low;
    lane.high = high;
  }
}

/** XXH64 with seed 0; its bytes are the low 32 bits, little-endian, as Zstandard stores them. */
export function createXxh64(): Checksum {
  const lanes: Word64[] = [
    { low: (0x85ebca87 + 0x27d4eb4f) | 0, high: 0x60ea27ee | 0 },
    { ...PRIME2 },
    { low: 0, high: 0 },
    { low: -0x85ebca87 | 0, high: ~0x9e3779b1 },
  ];
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
    for (const [index, bits] of [1, 7, 12, 18].entries()) {
      const part = { ...(lanes[index] as Word64) };
      rotate(part, bits);
      add(hash, part.low, part.high);
    }
    for (const lane of lanes) {
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
        addStripes(lanes, held, 0, 32);
        filled = 0;
      }
      const end = bytes.length - ((bytes.length - at) % 32);
      addStripes(lanes, bytes, at, end);
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

/** SHA-256's constants: fractions of the cube roots of the first 64 primes, and of the square roots of the first 8. */
const [SHA256_ROUNDS, SHA256_START] = (() => {
  const primes: number[] = [];
  for (let number = 2; primes.length < 64; number++) {
    if (primes.every((prime) => number % prime !== 0)) primes.push(number);
  }
  const fraction = (value: number): number => Math.floor((value - Math.floor(value)) * 2 ** 32) | 0;
  return [primes.map((prime) => fraction(Math.cbrt(prime))), primes.slice(0, 8).map((prime) => fraction(prime ** 0.5))];
})();

export function createSha256(): Checksum {
  const state = Int32Array.from(SHA256_START);
  const words = new Int32Array(64);
  const held = new Uint8Array(64);
  let filled = 0;
  let length = 0;
  const right = (value: number, bits: number): number => (value >>> bits) | (value << (32 - bits));
  const at32 = (at: number): number => words[at] as number;

  const block = (bytes: Uint8Array, at: number): void => {
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, 64);
    for (let index = 0; index < 16; index++) words[index] = view.getInt32(4 * index);
    for (let index = 16; index < 64; index++) {
      const w15 = at32(index - 15);
      const w2 = at32(index - 2);
      const s0 = right(w15, 7) ^ right(w15, 18) ^ (w15 >>> 3);
      const s1 = right(w2, 17) ^ right(w2, 19) ^ (w2 >>> 10);
      words[index] = at32(index - 16) + s0 + at32(index - 7) + s1;
    }
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
    for (let index = 0; index < 64; index++) {
      const s1 = right(e, 6) ^ right(e, 11) ^ right(e, 25);
      const one = (h + s1 + ((e & f) ^ (~e & g)) + (SHA256_ROUNDS[index] as number) + at32(index)) | 0;
      const s0 = right(a, 2) ^ right(a, 13) ^ right(a, 22);
      const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    for (const [index, value] of [a, b, c, d, e, f, g, h].entries()) state[index] = (state[index] as number) + value;
  };
  const take = (bytes: Uint8Array): void => {
    let at = 0;
    while (at < bytes.length) {
      const count = Math.min(64 - filled, bytes.length - at);
      held.set(bytes.subarray(at, at + count), filled);
      filled += count;
      at += count;
      if (filled === 64) {
        block(held, 0);
        filled = 0;
      }
    }
  };

  return {
    add(bytes) {
      length += bytes.length;
      take(bytes);
    },
    bytes() {
      const bits = BigInt(length) * 8n;
      take(Uint8Array.of(128, ...new Uint8Array((119 - filled) % 64)));
      const end = new DataView(new ArrayBuffer(8));
      end.setBigUint64(0, bits);
      take(new Uint8Array(end.buffer));
      const result = new DataView(new ArrayBuffer(32));
      for (const [index, value] of state.entries()) result.setInt32(4 * index, value);
      return new Uint8Array(result.buffer);
    },
  };
}
