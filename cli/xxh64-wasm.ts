// The inner loop of XXH64 in WebAssembly, whose 64-bit multiplication makes it six times as fast as in JavaScript. The
// page's policy does not allow WebAssembly.

import type { Stripes } from "../app/decoder/archive/xxh64.ts";

const PRIME1 = 0x9e3779b185ebca87n;
const PRIME2 = 0xc2b2ae3d27d4eb4fn;

/** Where the bytes to add are copied to; the sums are before them. */
const ROOM = 64;
/** WebAssembly counts memory in pages of this size. */
const PAGE = 64 << 10;
const PAGES = 3;
/** The most bytes that are added at once: a block of Zstandard. */
const MOST = 128 << 10;

const I32 = 0x7f;
const I64 = 0x7e;

/** A signed number in LEB128. */
function leb(value: bigint): number[] {
  const bytes: number[] = [];
  for (let left = BigInt.asIntN(64, value); ; ) {
    const byte = Number(left & 0x7fn);
    left >>= 7n;
    const isLast = left === (byte & 0x40 ? -1n : 0n);
    bytes.push(isLast ? byte : byte | 0x80);
    if (isLast) return bytes;
  }
}

/** An unsigned number of at most 14 bits in LEB128. */
const length = (value: number): number[] => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, value >> 7]);

const section = (id: number, ...contents: number[]): number[] => [id, ...length(contents.length), ...contents];

const get = (local: number): number[] => [0x20, local];
const set = (local: number): number[] => [0x21, local];
/** From the address on the stack plus `offset`. */
const load64 = (offset: number): number[] => [0x29, 3, offset];
const store64 = (offset: number): number[] => [0x37, 3, offset];
const i32 = (value: number): number[] => [0x41, ...leb(BigInt(value))];
const i64 = (value: bigint): number[] => [0x42, ...leb(value)];
const ADD64 = 0x7c;
const MULTIPLY64 = 0x7e;
const ROTATE64 = 0x89;

/**
 * A module with a memory `m` and a function `f(at: i32, end: i32)`, which adds the bytes from `at` to `end` - 1 to the
 * sums at address 0: for each of the four, sum = rotate(sum + next 8 bytes × PRIME2, 31) × PRIME1.
 */
function moduleBytes(): Uint8Array<ArrayBuffer> {
  const [at, end] = [0, 1];
  const sums = [2, 3, 4, 5];
  const added = (sum: number, index: number): number[] => [
    ...[...get(sum), ...get(at), ...load64(8 * index), ...i64(PRIME2), MULTIPLY64, ADD64],
    ...[...i64(31n), ROTATE64, ...i64(PRIME1), MULTIPLY64, ...set(sum)],
  ];
  const code = [
    ...[1, sums.length, I64],
    ...sums.flatMap((sum, index) => [...i32(0), ...load64(8 * index), ...set(sum)]),
    ...[0x03, 0x40], // loop
    ...sums.flatMap(added),
    ...[...get(at), ...i32(32), 0x6a, 0x22, at, ...get(end), 0x49, 0x0d, 0, 0x0b], // at += 32; again if at < end
    ...sums.flatMap((sum, index) => [...i32(0), ...get(sum), ...store64(8 * index)]),
    0x0b,
  ];
  return Uint8Array.of(
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 1, 0x60, 2, I32, I32, 0),
    ...section(3, 1, 0),
    ...section(5, 1, 0, PAGES),
    ...section(7, 2, 1, 0x6d, 2, 0, 1, 0x66, 0, 0),
    ...section(10, 1, ...length(code.length), ...code),
  );
}

interface Exports {
  readonly m: WebAssembly.Memory;
  readonly f: (at: number, end: number) => void;
}

/** The four sums, for processors that are little-endian as WebAssembly is. */
export function createStripes(): Stripes {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes()));
  const { m, f } = exports as unknown as Exports;
  const room = new Uint8Array(m.buffer, ROOM, PAGES * PAGE - ROOM);
  return {
    lanes: new Int32Array(m.buffer, 0, 8),
    add(bytes, from, end) {
      for (let at = from; at < end; at += MOST) {
        const part = bytes.subarray(at, Math.min(end, at + MOST));
        room.set(part);
        f(ROOM, ROOM + part.length);
      }
    },
  };
}
