// The widths of a grid's columns.

import { expect, test } from "vitest";
import { gridTemplate } from "../../app/components/Tables/grid-columns.ts";

test("columns give up the same part of what they can spare, and a path takes what is left", () => {
  const columns = [
    { grows: false, size: 100, least: 100 },
    { grows: true, size: 300, least: 150 },
    { grows: false, size: 150, least: 100 },
  ];
  const { template, width } = gridTemplate(columns);
  expect(width).toBe(350);
  expect(template).toBe("100px minmax(150px, 1fr) clamp(100px, 100px + (100% - 350px) * 0.2500, 150px)");
});

test("without a column that grows, the room that is left stays empty", () => {
  expect(gridTemplate([{ grows: false, size: 80, least: 80 }]).template).toBe("80px minmax(0, 1fr)");
});
