import { expect, test } from "vitest";
import { haveSameCells, pooledComparer } from "../../../app/diff/compare/same-tables.ts";
import { resourceNamed } from "../../../app/resources/resources.ts";
import { createTable, type PooledColumn, type Row } from "../../../app/resources/table.ts";

const spec = resourceNamed("epoll");
const all = spec.columns.map((_, at) => at);

function table(rows: readonly Row[]) {
  const builder = createTable(spec);
  for (const row of rows) builder.add(row, 0, 0);
  return builder.finish();
}

const ROW = { pid: 1, fd: 3, target: 4, name: "pipe", events: ["EPOLLIN"], data: 5n, file: 6 };

test("tables with the same rows have the same cells, whatever objects hold them", () => {
  expect(haveSameCells(table([ROW, {}]), table([{ ...ROW, events: ["EPOLLIN"] }, {}]), all)).toBe(true);
});

test.each([
  { fd: 4 },
  { fd: null },
  { name: "epoll" },
  { events: ["EPOLLOUT"] },
  { data: 2n ** 40n },
  { data: null },
  // Not valid UTF-8.
  { name: new Uint8Array([255]) },
])("a cell that differs is found: %o", (cell) => {
  expect(haveSameCells(table([ROW, ROW]), table([ROW, { ...ROW, ...cell }]), all)).toBe(false);
});

test("a table with more rows differs, and only the columns that are asked for count", () => {
  expect(haveSameCells(table([ROW]), table([ROW, ROW]), all)).toBe(false);
  expect(haveSameCells(table([ROW]), table([{ ...ROW, fd: 9 }]), [0])).toBe(true);
});

test("values of two columns are the same whatever numbers they have, each time they are compared", () => {
  const at = spec.columns.findIndex(({ name }) => name === "events");
  const events = (...lists: readonly (readonly string[])[]) =>
    table(lists.map((list) => ({ ...ROW, events: list }))).columns[at] as PooledColumn;
  const isSame = pooledComparer(events(["A"], ["B"], ["A"]), events(["B"], ["A"]));
  const compared = [0, 1, 2, 0, 1].map((b) => [isSame(b, 0), isSame(b, 1)]);
  expect(compared).toEqual([
    [false, true],
    [true, false],
    [false, true],
    [false, true],
    [true, false],
  ]);
});
