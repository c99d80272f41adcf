import { expect, test } from "vitest";
import { allRows } from "../../app/model/all-rows.ts";

test.each([0, 1, 5000])("%i rows in order", (count) => {
  expect([...allRows(count)]).toEqual(Array.from({ length: count }, (_, row) => row));
});
