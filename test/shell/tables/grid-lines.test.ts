// The lines of grouped rows.

import { expect, test } from "vitest";
import { gridLines, groupOfLine, lineOfRow, rowOfLine, rowsOfLines } from "../../../app/shell/tables/grid-lines.ts";

const first = Uint32Array.of(0, 3, 4);

test("a heading for each group, and the rows of open ones", () => {
  expect([...(gridLines(first, () => false) ?? [])]).toEqual([-1, -2]);
  expect([...(gridLines(first, (group) => group === 0) ?? [])]).toEqual([-1, 0, 1, 2, -2]);
});

test("lines and rows lead to each other", () => {
  const lines = gridLines(first, (group) => group === 0);
  expect([0, 1, 4].map((line) => groupOfLine(lines, line))).toEqual([0, -1, 1]);
  expect([0, 1, 3].map((line) => rowOfLine(lines, line))).toEqual([-1, 0, 2]);
  expect([0, 2, 3].map((at) => lineOfRow(lines, at))).toEqual([1, 3, -1]);
});

test("a range of lines has the rows of its open groups, without headings", () => {
  const rows = Uint32Array.of(13, 11, 12, 10);
  const lines = gridLines(first, (group) => group === 0);
  expect([...rowsOfLines(lines, rows, 0, 4)]).toEqual([13, 11, 12]);
  expect([...rowsOfLines(lines, rows, 2, 3)]).toEqual([11, 12]);
  expect([...rowsOfLines(null, rows, 1, 2)]).toEqual([11, 12]);
});

/** Rows of a group that was opened, all of which are marked. */
const MANY = 1_000_000;

test("a range may have a million lines", () => {
  const lines = gridLines(Uint32Array.of(0, MANY), () => true);
  const rows = Uint32Array.from({ length: MANY }, (_, at) => at);
  expect(rowsOfLines(lines, rows, 0, MANY).length).toBe(MANY);
});

test("without groups, a line is a row", () => {
  const lines = gridLines(new Uint32Array(0), () => true);
  expect([lines, rowOfLine(lines, 7), groupOfLine(lines, 7), lineOfRow(lines, 7)]).toEqual([null, 7, -1, 7]);
});
