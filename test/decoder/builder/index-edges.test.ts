// The order of descriptors, whatever order they are added in, and the rows that refer to tables and files.

import { expect, test } from "vitest";
import { holdersByFile, sortDescriptors } from "../../../app/decoder/builder/index-edges.ts";
import { createBuilder } from "../../../app/decoder/builder.ts";
import { random } from "../../support/random.ts";

/** Table, number and file of a descriptor. */
type Added = readonly [table: number, fd: number, file: number];

const FILES = 20;

function sorted(added: readonly Added[], tables: number) {
  const builder = createBuilder();
  for (const [row, [table, fd, file]] of added.entries()) builder.addDescriptor(table, fd, file, 0, row);
  const { first, descriptors } = sortDescriptors(builder.descriptors, tables, null);
  const { firstHolder, holder } = holdersByFile(descriptors, FILES, null);
  return { first: [...first], descriptors, firstHolder: [...firstHolder], holder: [...holder] };
}

function expectSorted(added: readonly Added[], tables: number): void {
  const { first, descriptors, firstHolder, holder } = sorted(added, tables);
  const rows = [...added.entries()].sort(
    ([a, [table, fd]], [b, [other, otherFd]]) => table - other || fd - otherFd || a - b,
  );
  expect([...descriptors.record.subarray(0, added.length)]).toEqual(rows.map(([row]) => row));
  const firstOf = (table: number) => rows.filter(([, [own]]) => own < table).length;
  expect(first).toEqual(Array.from({ length: tables + 1 }, (_, table) => firstOf(table)));
  const holders = Array.from({ length: FILES }, (_, file) =>
    rows.flatMap(([, [, , own]], at) => (own === file ? [at] : [])),
  );
  expect(holder).toEqual(holders.flat());
  expect(firstHolder).toEqual(
    Array.from({ length: FILES + 1 }, (_, file) => holders.slice(0, file).reduce((sum, { length }) => sum + length, 0)),
  );
}

test.each<readonly [string, readonly Added[], number]>([
  ["none", [], 0],
  ["none, but tables", [], 3],
  ["in order, with empty tables", [1, 1, 3, 3, 3].map((table, at) => [table, at, at] as const), 6],
  [
    "a number that is less in the next table",
    [
      [0, 5, 0],
      [1, 2, 0],
      [1, 3, -1],
    ],
    2,
  ],
  [
    "tables out of order",
    [
      [1, 0, 1],
      [0, 0, 1],
      [0, 1, 1],
    ],
    2,
  ],
  [
    "numbers out of order",
    [
      [0, 1, 1],
      [0, 0, 2],
      [0, 0, 3],
    ],
    1,
  ],
])("%s", (_name, added, tables) => {
  expectSorted(added, tables);
});

test("any order", () => {
  const below = random(11);
  for (let round = 0; round < 200; round++) {
    const tables = 1 + below(4);
    const added = Array.from({ length: below(30) }, (): Added => [below(tables), below(6), below(FILES + 1) - 1]);
    expectSorted(added, tables);
    expectSorted(
      added.toSorted(([a, fd], [b, other]) => a - b || fd - other),
      tables,
    );
  }
});
