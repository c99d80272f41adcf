import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_SLOTS, rowAt, slotCount, slotFor } from "../../../app/shell/tables/row-window.ts";

const MILLION = 1_000_000;

describe("a list that is no longer than browsers can draw", () => {
  test("has a slot for each row", () => {
    expect(slotCount(1000)).toBe(1000);
    expect(slotFor(7, 1000, 10)).toBe(7);
    expect(rowAt(7, { row: 0, slot: 0 }, 1000, 10)).toBe(7);
  });
});

describe("a longer list", () => {
  test("is drawn on as many slots as there may be", () => {
    expect(slotCount(MILLION)).toBe(MAX_SLOTS);
  });
  test("both ends are at the ends", () => {
    expect(rowAt(0, { row: 5000, slot: 3 }, MILLION, 11)).toBe(0);
    expect(rowAt(MAX_SLOTS - 11, { row: 5000, slot: 3 }, MILLION, 11)).toBe(MILLION - 11);
    expect(slotFor(MILLION - 11, MILLION, 11)).toBe(MAX_SLOTS - 11);
  });
  test("scrolling by little moves row by row", () => {
    const place = { row: 500_000, slot: slotFor(500_000, MILLION, 11) };
    expect(rowAt(place.slot + 1, place, MILLION, 11)).toBe(500_001);
    expect(rowAt(place.slot - 10, place, MILLION, 11)).toBe(499_990);
  });
  test("dragging moves by proportion", () => {
    const row = rowAt(MAX_SLOTS / 2, { row: 0, slot: 0 }, MILLION, 11);
    expect(Math.abs(row - MILLION / 2)).toBeLessThan(100);
  });
  test("every row can be brought to the top, or seen at the end", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MILLION - 1 }), fc.integer({ min: 1, max: 60 }), (row, visible) => {
        const slot = slotFor(row, MILLION, visible);
        expect(slot).toBeGreaterThanOrEqual(0);
        expect(slot).toBeLessThanOrEqual(MAX_SLOTS - visible);
        // What is at the top stays there while nothing is scrolled.
        const inside = row > 0 && row < MILLION - visible;
        if (inside) expect(rowAt(slot, { row, slot }, MILLION, visible)).toBe(row);
      }),
    );
  });
});
