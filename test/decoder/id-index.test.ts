// Indexes of ids, dense or scattered.

import { expect, test } from "vitest";
import { createIdIndex, indexIds } from "../../app/decoder/id-index.ts";

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

test("ids that follow one another are added together if they are new and not scattered", () => {
  const index = createIdIndex();
  expect(index.addRun(1, 5000, 8, 8)).toBe(true);
  expect([0, 1, 2, 5000, 5001].map((id) => index.get(id))).toEqual([-1, 8, 16, 40_000, -1]);
  // One of them may be taken.
  expect(index.addRun(5000, 2, 0, 1)).toBe(false);
  expect(index.add(5001, 7)).toBe(true);
  expect(index.addRun(5001, 2, 0, 1)).toBe(false);
  expect(index.add(5001, 1)).toBe(false);
  // Far from the others.
  expect(index.addRun(1_000_000, 2, 0, 1)).toBe(false);
  expect(index.get(1_000_000)).toBe(-1);
  expect(index.addRun(5002, 1, 3, 1)).toBe(true);
  expect([index.get(5001), index.get(5002)]).toEqual([7, 3]);
});

test("ids are not added to an index of rows that may have them", () => {
  for (const id of [3000, 9000]) {
    const index = indexIds(Uint32Array.of(7, id), 2);
    expect(index.addRun(id - 1, 2, 0, 1)).toBe(false);
    expect([index.get(id - 1), index.get(id)]).toEqual([-1, 1]);
  }
});
