import { expect, test } from "vitest";
import { firstOfEach, rangeFinder, rowsOf } from "../../app/model/search.ts";
import { random } from "../support/random.ts";

test.each([
  { value: 0, rows: [0, 0] },
  { value: 1, rows: [0, 2] },
  { value: 2, rows: [2, 2] },
  { value: 3, rows: [2, 5] },
  { value: 7, rows: [5, 6] },
  { value: 8, rows: [6, 6] },
  { value: -1, rows: [0, 0] },
])("the rows with a value: $value", ({ value, rows }) => {
  expect(rowsOf(Uint32Array.of(1, 1, 3, 3, 3, 7), value)).toEqual(rows);
  expect(rowsOf(new Uint32Array(0), value)).toEqual([0, 0]);
});

test("the rows with a value are found in any order", () => {
  const below = random(5);
  for (let round = 0; round < 200; round++) {
    const values = Uint32Array.from({ length: below(30) }, () => below(12)).sort();
    const rangeOf = rangeFinder(values);
    const asked = Array.from({ length: 40 }, () => below(14));
    if (below(2) === 0) asked.sort((a, b) => a - b);
    for (const value of asked) {
      const { first, end } = rangeOf(value);
      expect([value, first, end]).toEqual([value, ...rowsOf(values, value)]);
    }
  }
});

test("the rows of each value of a column that ascends", () => {
  expect([...firstOfEach(Uint32Array.of(1, 1, 3), 5)]).toEqual([0, 0, 2, 2, 3, 3]);
  expect([...firstOfEach(new Uint32Array(0), 2)]).toEqual([0, 0, 0]);
});
