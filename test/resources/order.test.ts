// Filtering and sorting the rows of a table.

import { expect, test } from "vitest";
import { orderResource } from "../../app/resources/order.ts";
import { resourceNamed } from "../../app/resources/resources.ts";
import { createTable, type Row } from "../../app/resources/table.ts";

function mappings(rows: readonly Row[]) {
  const table = createTable(resourceNamed("mappings"));
  for (const row of rows) table.add(row, -1, -1);
  return table.finish();
}

const TABLE = mappings([
  { pid: 12, start: 0x1000n, size: 4096n, permissions: "r-xp", kind: "file", path: "/lib/libc.so" },
  { pid: 12, start: 0x7f0000n, size: 8192n, permissions: "rwxp", kind: "anonymous" },
  { pid: 123, start: 0x2000n, size: 100n, permissions: "rw-p", kind: "file", path: "/lib/libm.so" },
]);

const rows = (filter: string, column: string | null = null, descending = false): number[] => [
  ...orderResource(TABLE, { filter, column, descending }),
];

test("words match in any column, with keys in one, with a dash not", () => {
  expect(rows("")).toEqual([0, 1, 2]);
  expect(rows("rwx")).toEqual([1]);
  expect(rows("LIB -libc")).toEqual([2]);
  expect(rows("kind:file permissions:x")).toEqual([0]);
  expect(rows("-kind:file")).toEqual([1]);
});

test("a number with a key is the whole number, an address a part of one", () => {
  expect(rows("pid:12")).toEqual([0, 1]);
  expect(rows("start:7f")).toEqual([1]);
  expect(rows("0x7f0000")).toEqual([1]);
});

test("sorts numbers by value, texts by text, and rows without a value first", () => {
  expect(rows("", "size")).toEqual([2, 0, 1]);
  expect(rows("", "start", true)).toEqual([1, 2, 0]);
  expect(rows("", "path")).toEqual([1, 0, 2]);
  expect(rows("", "pid", true)).toEqual([2, 0, 1]);
});
