// The widths of a grid's columns.

import { expect, test } from "vitest";
import {
  charactersIn,
  columnSizes,
  columnWidth,
  fewPids,
  gridTemplate,
} from "../../app/components/Tables/grid-columns.ts";
import { checkpointOf } from "../support/state.ts";

test("a path takes what it can use first; the others give up the same part of what they can spare", () => {
  const columns = [
    { grows: false, size: 100, least: 100 },
    { grows: true, size: 300, least: 150 },
    { grows: false, size: 150, least: 100 },
    { grows: false, size: 250, least: 100 },
  ];
  const { template, width } = gridTemplate(columns);
  expect(width).toBe(450);
  expect(template).toBe(
    "100px minmax(150px, 1fr) clamp(100px, 100px + (100% - 600px) * 0.2500, 150px) clamp(100px, 100px + (100% - 600px) * 0.7500, 250px)",
  );
});

test.each([
  [300, [100, 150, 100]],
  [350, [100, 150, 100]],
  [450, [100, 250, 100]],
  [520, [100, 300, 120]],
  [900, [100, 650, 150]],
])("in %i pixels the columns are as wide as their template makes them", (room, widths) => {
  const columns = [
    { grows: false, size: 100, least: 100 },
    { grows: true, size: 300, least: 150 },
    { grows: false, size: 150, least: 100 },
  ];
  expect(columns.map((_, at) => columnWidth(columns, at, room))).toEqual(widths);
});

test("a path has room for as many characters as its column", () => {
  expect(charactersIn(13 + 73)).toBe(10);
});

test("without a column that grows, the room that is left stays empty", () => {
  expect(gridTemplate([{ grows: false, size: 80, least: 80 }]).template).toBe("80px minmax(0, 1fr)");
});

test.each([
  ["22975", "22975"],
  ["0 1", "0 1"],
  ["22975 22977", "22975 +1"],
  ["22975 22977 22978 +2", "22975 +4"],
])("the pids %s are shown as %s, none of them cut", (pids, shown) => {
  expect(fewPids(pids)).toBe(shown);
});

test("a title of wide letters has room in the narrowest column", () => {
  const checkpoint = checkpointOf({ tasks: [{ pid: 1, comm: "a", table: 0 }], tables: [[]], files: [] });
  const comm = columnSizes("descriptors", checkpoint, null).get("comm");
  // 12 pixels of padding, and the title in bold DejaVu Sans.
  expect(comm?.least).toBeGreaterThanOrEqual(12 + 41);
});
