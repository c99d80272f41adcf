// Indexes of ids, dense or scattered.

import { expect, test } from "vitest";
import { indexIds } from "../../app/decoder/id-index.ts";

test.each([
  ["dense", Uint32Array.of(7, 3, 7, 5)],
  ["scattered", Uint32Array.of(0xffff_ffff, 3, 0xffff_ffff, 500_000)],
])("%s ids lead to the first of their rows", (_, ids) => {
  const index = indexIds(ids, 4);
  expect([...ids].map((id) => index.get(id))).toEqual([0, 1, 0, 3]);
  expect(index.get(4)).toBe(-1);
  expect(index.get(100_000)).toBe(-1);
  expect(index.add(100_000, 4)).toBe(true);
  expect(index.add(3, 4)).toBe(false);
  expect([index.get(100_000), index.get(3)]).toEqual([4, 1]);
});
