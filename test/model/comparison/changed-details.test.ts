// Rows whose details differ, held against comparing the details of each row.

import fc from "fast-check";
import { expect, test } from "vitest";
import { createBuilder } from "../../../app/decoder/builder.ts";
import type { DetailStore } from "../../../app/model/checkpoint.ts";
import { changedDetails } from "../../../app/model/comparison/changed-details.ts";
import { valueComparer } from "../../../app/model/detail-store.ts";

const KEYS = ["state", "type", "backlog"] as const;
const ROWS = 20;

/** By row, the values of its details; absent: it has none of that key. */
type Rows = readonly (readonly (string | null)[])[];

/** A store whose keys are numbered in their order. */
function storeOf(rows: Rows): DetailStore {
  const { fileDetails } = createBuilder();
  for (const key of KEYS) fileDetails.add(0, key, "first");
  rows.forEach((values, row) => {
    KEYS.forEach((key, at) => {
      const value = values[at] ?? null;
      if (value !== null) fileDetails.add(row + 1, key, value);
    });
  });
  return fileDetails.finish();
}

const value = fc.oneof(
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 4, arbitrary: fc.constantFrom("a", "b", "a long value, of which there are several", "another long value") },
  { weight: 4, arbitrary: fc.nat(30).map((number) => `number ${number}`) },
);
const rowsOf = fc.array(fc.tuple(value, value, value), { minLength: ROWS, maxLength: ROWS });

test("are those with another value, and with a detail on one side only", () => {
  fc.assert(
    fc.property(rowsOf, rowsOf, fc.array(fc.nat(ROWS - 1), { maxLength: 6 }), (before, others, edited) => {
      const after = before.map((values, row) => (edited.includes(row) ? (others[row] as (typeof others)[0]) : values));
      const expected = before.map((values, row) => (values.some((each, at) => each !== after[row]?.[at]) ? 1 : 0));
      const found = changedDetails(storeOf(before), storeOf(after), ROWS + 1);
      expect([...(found ?? [])]).toEqual([0, ...expected]);
    }),
    { numRuns: 500 },
  );
});

test("values are the same only if all their bytes are, in whatever order they are compared", () => {
  fc.assert(
    fc.property(rowsOf, rowsOf, fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 90 }), (one, other, pairs) => {
      const [x, y] = [storeOf(one), storeOf(other)];
      const textOf = ({ start, pool }: DetailStore, at: number) => String(pool.subarray(start[at], start[at + 1]));
      const isSame = valueComparer(x, y);
      for (const [left, right] of pairs) {
        const [a, b] = [left % (x.start.length - 1), right % (y.start.length - 1)];
        expect(isSame(a, b)).toBe(textOf(x, a) === textOf(y, b));
        expect(isSame(a, a % (y.start.length - 1))).toBe(textOf(x, a) === textOf(y, a % (y.start.length - 1)));
      }
    }),
    { numRuns: 200 },
  );
});

test("are not found if keys have other numbers, or too many rows have details of other keys", () => {
  const { fileDetails } = createBuilder();
  for (const key of [...KEYS].reverse()) fileDetails.add(0, key, "first");
  expect(changedDetails(storeOf([]), fileDetails.finish(), 1)).toBeNull();
  const [before, after] = [0, 1].map((other) =>
    storeOf(Array.from({ length: 1002 }, (_, row) => (row % 2 === other ? ["a", "b"] : ["a"]))),
  ) as [DetailStore, DetailStore];
  expect(changedDetails(before, after, 1003)).toBeNull();
  expect(changedDetails(before, before, 1003)).toEqual(new Uint8Array(1003));
});
