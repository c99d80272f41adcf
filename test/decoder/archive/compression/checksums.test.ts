import { createHash } from "node:crypto";
import { gzipSync, crc32 as zlibCrc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import {
  crc32,
  crc32WithZeros,
  createCrc64,
  createSha256,
} from "../../../../app/decoder/archive/compression/checksums.ts";
import { createXxh64 } from "../../../../app/decoder/archive/compression/xxh64.ts";
import { encodeText } from "../../../../app/model/text/text.ts";

const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => (at * 31 + (at >> 3)) & 255);
const hex = (value: Uint8Array): string => Buffer.from(value).toString("hex");

/** XXH64 with big integers. */
function xxh64(data: Uint8Array): bigint {
  const mask = (1n << 64n) - 1n;
  const [p1, p2, p3] = [0x9e3779b185ebca87n, 0xc2b2ae3d27d4eb4fn, 0x165667b19e3779f9n];
  const [p4, p5] = [0x85ebca77c2b2ae63n, 0x27d4eb2f165667c5n];
  const rotate = (value: bigint, by: bigint): bigint => ((value << by) | (value >> (64n - by))) & mask;
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const round = (lane: bigint, word: bigint): bigint => (rotate((lane + word * p2) & mask, 31n) * p1) & mask;
  let at = 0;
  let hash = p5;
  if (data.length >= 32) {
    const lanes = [(p1 + p2) & mask, p2, 0n, -p1 & mask];
    for (; at + 32 <= data.length; at += 32) {
      for (let lane = 0; lane < 4; lane++) {
        lanes[lane] = round(lanes[lane] as bigint, view.getBigUint64(at + 8 * lane, true));
      }
    }
    hash = [1n, 7n, 12n, 18n].reduce((sum, by, lane) => (sum + rotate(lanes[lane] as bigint, by)) & mask, 0n);
    for (const lane of lanes) hash = ((hash ^ round(0n, lane)) * p1 + p4) & mask;
  }
  hash = (hash + BigInt(data.length)) & mask;
  for (; at + 8 <= data.length; at += 8) {
    hash = (rotate(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * p1 + p4) & mask;
  }
  if (at + 4 <= data.length) {
    hash = (rotate(hash ^ ((BigInt(view.getUint32(at, true)) * p1) & mask), 23n) * p2 + p3) & mask;
    at += 4;
  }
  for (; at < data.length; at++) hash = (rotate(hash ^ ((BigInt(data[at] as number) * p5) & mask), 11n) * p1) & mask;
  hash = ((hash ^ (hash >> 33n)) * p2) & mask;
  hash = ((hash ^ (hash >> 29n)) * p3) & mask;
  return hash ^ (hash >> 32n);
}

describe.each([0, 1, 3, 4, 7, 8, 31, 32, 33, 55, 56, 63, 64, 65, 119, 120, 1000])("of %i bytes", (length) => {
  const data = bytes(length);
  const halves = [data.subarray(0, length >> 1), data.subarray(length >> 1)];

  test("CRC-32 is that of gzip", () => {
    const gzip = gzipSync(data);
    expect(crc32(halves[1] as Uint8Array, crc32(halves[0] as Uint8Array))).toBe(gzip.readUInt32LE(gzip.length - 8));
    if (zlibCrc32 !== undefined) expect(crc32(data)).toBe(zlibCrc32(data));
  });
  test("CRC-32 with zeros after the bytes is that of both", () => {
    for (const zeros of [0, 1, 7, 4096, 100_003]) {
      const both = new Uint8Array(length + zeros);
      both.set(data);
      expect(crc32WithZeros(crc32(data), zeros)).toBe(crc32(both));
    }
  });
  test("SHA-256 is that of Node", () => {
    const sum = createSha256();
    for (const half of halves) sum.add(half);
    expect(hex(sum.bytes())).toBe(createHash("sha256").update(data).digest("hex"));
  });
  test("XXH64 is that of the definition", () => {
    const sum = createXxh64();
    for (const half of halves) sum.add(half);
    expect(Buffer.from(sum.bytes()).readUInt32LE()).toBe(Number(xxh64(data) & 0xffffffffn));
  });
});

test("CRC-64 of the check value is that of the xz specification", () => {
  const sum = createCrc64();
  sum.add(encodeText("123456789"));
  expect(Buffer.from(sum.bytes()).readBigUInt64LE()).toBe(0x995dc9bbdf1939fan);
});
