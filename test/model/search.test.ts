import { expect, test } from "vitest";
import { rowsOf } from "../../app/model/search.ts";

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
