import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LISTINGS, type Listing, rowCount } from "../../../app/model/listings/column.ts";
import { COLUMNS } from "../../../app/model/listings/columns.ts";
import { groupRows, isPlain, orderRows } from "../../../app/model/listings/order.ts";
import { NGINX } from "../../support/nginx.ts";
import { checkpointOf } from "../../support/state.ts";

const checkpoint = checkpointOf(NGINX);
const order = (listing: Listing, column: string | null, descending = false, filter = ""): number[] =>
  Array.from(orderRows(checkpoint, { listing, column, descending, filter }));

describe("order", () => {
  test("without a column it is the image’s", () => {
    expect(order("files", null)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(isPlain({ listing: "files", column: null, descending: false, filter: " " })).toBe(true);
  });
  test("positions sort exactly above 2^53, what has none comes last both ways", () => {
    expect(order("files", "pos")).toEqual([0, 1, 5, 3, 2, 4]);
    expect(order("files", "pos", true)).toEqual([3, 5, 1, 0, 2, 4]);
  });
  test("paths sort by their bytes", () => {
    expect(order("files", "path")).toEqual([0, 3, 5, 1, 4, 2]);
  });
  test("equal values keep the image’s order, both ways", () => {
    expect(order("files", "shared")).toEqual([2, 3, 4, 5, 0, 1]);
    expect(order("files", "shared", true)).toEqual([0, 1, 2, 3, 4, 5]);
  });
  test("descriptors sort by what their files hold", () => {
    const positions = order("descriptors", "pos").map(
      (row) => checkpoint.files.pos[checkpoint.descriptors.file[row] ?? 0],
    );
    expect(positions.slice(0, 7)).toEqual([0n, 0n, 0n, 4096n, 4096n, 4096n, 9007199254740993n]);
  });
  test("filter and order go together", () => {
    expect(order("files", "path", true, "kind:regular")).toEqual([1, 5, 3, 0]);
  });
  test("every column of every listing orders all rows, without losing one", () => {
    for (const listing of LISTINGS) {
      for (const { id } of COLUMNS[listing]) {
        const rows = order(listing, id, true);
        expect(
          rows.toSorted((a, b) => a - b),
          `${listing} by ${id}`,
        ).toEqual([...Array(rowCount(checkpoint, listing)).keys()]);
      }
    }
  });
  test("paths with a long common beginning, or none, sort as their bytes do", () => {
    const name = fc.string({ unit: fc.constantFrom("a", "b", "/", "é", "\u0000"), maxLength: 12 });
    fc.assert(
      fc.property(fc.array(name, { maxLength: 20 }), fc.string({ maxLength: 9 }), (names, prefix) => {
        const files = names.map((each) => ({ kind: "regular" as const, path: prefix + each }));
        const made = checkpointOf({ tasks: [], tables: [], files });
        const rows = orderRows(made, { listing: "files", column: "path", descending: false, filter: "" });
        const bytes = files.map(({ path }) => Buffer.from(path));
        const expected = files
          .map((_, row) => row)
          .sort((a, b) => {
            const [x, y] = [bytes[a] ?? Buffer.alloc(0), bytes[b] ?? Buffer.alloc(0)];
            if (x.length === 0 || y.length === 0) return x.length === y.length ? a - b : x.length === 0 ? 1 : -1;
            return Buffer.compare(x, y) || a - b;
          });
        expect(Array.from(rows)).toEqual(expected);
      }),
    );
  });
});

describe("groups", () => {
  const grouped = (listing: Listing, group: string, column: string | null = null, filter = ""): number[][] => {
    const { rows, first } = groupRows(checkpoint, { listing, group, column, descending: false, filter });
    return Array.from(first.subarray(0, -1), (start, at) => [...rows.subarray(start, first[at + 1])]);
  };

  test("rows of one value are together, the largest group first, in the order that they had", () => {
    expect(grouped("files", "kind")).toEqual([[0, 1, 3, 5], [4], [2]]);
    expect(grouped("files", "kind", "path")).toEqual([[0, 3, 5, 1], [4], [2]]);
    expect(grouped("descriptors", "path").map(({ length }) => length)).toEqual([3, 3, 1, 1, 1]);
  });

  test("a filter leaves out rows and empty groups", () => {
    expect(grouped("files", "kind", null, "kind:pipe")).toEqual([[4]]);
    expect(grouped("files", "kind", null, "no such")).toEqual([]);
  });

  test("without a column to group by there are no groups", () => {
    expect(groupRows(checkpoint, { listing: "files", column: null, descending: false, filter: "" }).first).toHaveLength(
      0,
    );
  });

  test("every column that groups puts each row into one group", () => {
    for (const listing of LISTINGS) {
      for (const { id } of COLUMNS[listing].filter(({ groups }) => groups)) {
        const all = grouped(listing, id).flat();
        expect(
          all.sort((a, b) => a - b),
          `${listing} by ${id}`,
        ).toEqual(order(listing, null));
      }
    }
  });
});
