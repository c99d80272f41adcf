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

/** A linear function of 32 bits: what it makes of each bit. */
type BitMatrix = Uint32Array;

function applied(matrix: BitMatrix, value: number): number {
  let result = 0;
  for (let bit = 0; bit < 32; bit++) if ((value >>> bit) & 1) result ^= matrix[bit] as number;
  return result;
}

/**
 * CRC-32 with many zeros after the bytes of `before`, as of a hole in a file: in as many steps
 * as their number has bits.
 */
export function crc32WithZeros(before: number, zeros: number): number {
  let crc = ~before;
  let matrix: BitMatrix = Uint32Array.from({ length: 32 }, (_, bit) => {
    const value = 2 ** bit;
    return (value >>> 8) ^ (CRC32[value & 255] as number);
  });
  for (let left = zeros; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) crc = applied(matrix, crc);
    const once = matrix;
    matrix = once.map((value) => applied(once, value));
  }
  return ~crc >>> 0;
}

/** A word as a file stores it, little-endian. */
export const word = (value: number): Uint8Array =>
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
