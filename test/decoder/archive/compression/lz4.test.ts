// LZ4 blocks: the examples of the format's description, round trips, every cut, mutations.

import fc from "fast-check";
import { expect, test } from "vitest";
import { unpackLz4 } from "../../../../app/decoder/archive/compression/lz4.ts";
import { packLz4 } from "../../../support/lz4.ts";

const bytes = (text: string): Uint8Array => Uint8Array.from(text.split(" "), (pair) => Number.parseInt(pair, 16));

function unpacked(block: Uint8Array, size: number): string | null {
  const out = new Uint8Array(size);
  return unpackLz4(block, out) ? Buffer.from(out).toString("latin1") : null;
}

test.each([
  ["literals only", "50 61 62 63 64 65", 5, "abcde"],
  ["a match that repeats one byte", "11 61 01 00 50 62 63 64 65 66", 11, "aaaaaabcdef"],
  ["a match that repeats two bytes", "22 61 62 02 00 50 63 64 65 66 67", 13, "ababababcdefg"],
  ["lengths of more than a byte", `f0 01 ${"61 ".repeat(16).trim()}`, 16, "a".repeat(16)],
  ["a long match", "1f 61 01 00 ff 03 50 62 63 64 65 66", 283, `${"a".repeat(278)}bcdef`],
])("unpacks %s", (_, block, size, text) => {
  expect(unpacked(bytes(block), size)).toBe(text);
});

test.each([
  ["nothing", "", 0],
  ["a distance of 0", "11 61 00 00 50 62 63 64 65 66", 11],
  ["a distance beyond the start", "11 61 02 00 50 62 63 64 65 66", 11],
  ["literals that are cut off", "50 61 62", 5],
  ["a length that is cut off", "f0", 15],
  ["a distance that is cut off", "11 61 01", 11],
  ["more than it should", "50 61 62 63 64 65", 4],
  ["less than it should", "50 61 62 63 64 65", 6],
  ["a match at the end", "11 61 01 00", 6],
])("refuses %s", (_, block, size) => {
  expect(unpacked(block === "" ? new Uint8Array(0) : bytes(block), size)).toBeNull();
});

const page = fc
  .array(fc.tuple(fc.nat(255), fc.integer({ min: 1, max: 300 })), { maxLength: 40 })
  .map((runs) =>
    Uint8Array.from(
      runs.flatMap(([byte, length]) => Array.from({ length }, (_, i) => (length % 3 === 0 ? byte ^ i : byte))),
    ),
  );

test("round trips, and refuses every cut", () => {
  fc.assert(
    fc.property(page, (data) => {
      const block = packLz4(data);
      const out = new Uint8Array(data.length);
      expect(unpackLz4(block, out)).toBe(true);
      expect(Buffer.compare(out, data)).toBe(0);
      for (let cut = 0; cut < block.length; cut += 1 + (cut >> 4)) {
        expect(unpackLz4(block.subarray(0, cut), out)).toBe(false);
      }
    }),
  );
});
