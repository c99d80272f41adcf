import { expect, test } from "vitest";
import { allRows } from "../../app/model/all-rows.ts";

test("rows in their order, of any number, that the caller may change", () => {
  for (const count of [3, 0, 5, 1, 2 ** 18 + 1, 7, 2 ** 18]) {
    const rows = allRows(count);
    expect(rows).toEqual(Uint32Array.from({ length: count }, (_, row) => row));
    rows.fill(9);
  }
});
