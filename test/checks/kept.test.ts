// Lists of what is kept of entries.

import { expect, test } from "vitest";
import {
  addNote,
  addNotes,
  beginKept,
  COLUMN,
  columnOf,
  contentsTest,
  pipeFinder,
} from "../../app/checks/criu/kept.ts";

const columns = (...rows: readonly (readonly number[])[]): Uint32Array[] =>
  [...Array(6).keys()].map((column) => Uint32Array.from(rows, (row) => row[column] ?? 0));

test("rows are in the order of their records, whichever were added first", () => {
  const kept = beginKept();
  addNotes(kept.pipes, columns([3, 1, 6, 70, 0], [9, 2, 6, 71, 1]), 2);
  addNote(kept.pipes, 5, 7, 0b110, Uint32Array.of(0, 0, 72, 0, 1, 0), [1, 2]);
  addNotes(kept.pipes, columns([10, 3, 6, 73, 0]), 1);
  expect([...columnOf(kept.pipes, COLUMN.record)]).toEqual([3, 5, 9, 10]);
  expect([...columnOf(kept.pipes, COLUMN.values)]).toEqual([70, 72, 71, 73]);
  expect([...columnOf(kept.pipes, COLUMN.values + 1)]).toEqual([0, 1, 1, 0]);
});

test("slots that a message lacks are 0", () => {
  const kept = beginKept();
  for (let record = 0; record < 200; record++) {
    addNote(kept.contents, record, 0, 0b10, Uint32Array.of(0, 0, record, 9, 9, 9, 9, 9), [1, 2, 3]);
  }
  expect(columnOf(kept.contents, COLUMN.values)).toHaveLength(200);
  expect([...columnOf(kept.contents, COLUMN.values + 1)]).toEqual(Array(200).fill(0));
});

test("the first message with a value is found", () => {
  const kept = beginKept();
  addNotes(kept.pipes, columns([3, 1, 6, 70], [9, 2, 6, 71], [12, 2, 6, 70]), 3);
  const { get } = pipeFinder(kept);
  expect([70, 71, 72, 0].map(get)).toEqual([3, 9, -1, -1]);
  expect(contentsTest(kept)(70)).toBe(false);
  addNotes(kept.contents, columns([3, 1, 6, 70]), 1);
  expect([70, 71].map(contentsTest(kept))).toEqual([true, false]);
});
