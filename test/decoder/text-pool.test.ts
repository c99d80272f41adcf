// The pool of an image's text, held against plain concatenation: any bytes, from any place of any block.

import fc from "fast-check";
import { expect, test } from "vitest";
import { createTextPool } from "../../app/decoder/builder/text-pool.ts";
import { createBudget } from "../../app/decoder/limits.ts";

const block = fc.uint8Array({ maxLength: 700, max: 3 }).chain((bytes) =>
  fc.record({
    // Of a larger buffer, as blocks of a source are.
    bytes: fc.constant(Uint8Array.from([9, ...bytes, 9]).subarray(1, bytes.length + 1)),
    ranges: fc.array(fc.tuple(fc.nat({ max: bytes.length }), fc.nat({ max: bytes.length }), fc.boolean()), {
      minLength: 1,
      maxLength: 5,
    }),
  }),
);

test("text is what was added, up to a NUL where that ends it", () => {
  fc.assert(
    fc.property(fc.array(block, { maxLength: 6 }), (blocks) => {
      const pool = createTextPool({ decoded: () => 1, budget: createBudget() });
      const wanted: number[] = [];
      for (const { bytes, ranges } of blocks) {
        for (const [one, other, isToNul] of ranges) {
          const [start, end] = [Math.min(one, other), Math.max(one, other)];
          const nul = bytes.subarray(start, end).indexOf(0);
          const stop = isToNul && nul >= 0 ? start + nul : end;
          expect(isToNul ? pool.addToNul(bytes, start, end) : pool.add(bytes, start, end)).toBe(
            isToNul ? stop : wanted.length,
          );
          wanted.push(...bytes.subarray(start, stop));
          expect(pool.length()).toBe(wanted.length);
        }
      }
      expect([...pool.bytes()]).toEqual(wanted);
    }),
  );
});

test.each([0, 1, 2, 3, 4, 5, 6, 7, 8])("a text ends at a NUL at %i, whatever comes before it", (at) => {
  for (const byte of [1, 0x7f, 0x80, 0x81, 0xff]) {
    const bytes = new Uint8Array(12).fill(byte);
    bytes[at] = 0;
    const pool = createTextPool({ decoded: () => 1, budget: createBudget() });
    expect(pool.addToNul(bytes, 0, 12)).toBe(at);
    expect([...pool.bytes()]).toEqual([...bytes.subarray(0, at)]);
  }
});
