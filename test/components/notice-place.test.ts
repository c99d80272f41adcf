// Where a notice goes.

import { expect, test } from "vitest";
import { freePlace, type Rect } from "../../app/components/App/notice-place.ts";

const WINDOW = { width: 400, height: 200 };
const SIZE = { width: 100, height: 20 };
const rect = (left: number, top: number, width: number, height: number): Rect => ({
  left,
  top,
  right: left + width,
  bottom: top + height,
});

test("the middle of the top, if nothing is there", () => {
  expect(freePlace(SIZE, WINDOW, [rect(0, 100, 400, 100)])).toEqual({ left: 150, top: 3 });
});

test("beside what is at the top, as near to the middle as there is room", () => {
  const bar = [rect(0, 0, 60, 30), rect(200, 0, 30, 30), rect(380, 0, 20, 30)];
  const place = freePlace(SIZE, WINDOW, bar);
  expect(place).toEqual({ left: 97, top: 3 });
});

test("below a bar that has no gap of its width", () => {
  const bar = [rect(0, 0, 150, 30), rect(200, 0, 150, 30)];
  const place = freePlace(SIZE, WINDOW, bar);
  expect(place?.left).toBe(150);
  expect(place?.top).toBeGreaterThanOrEqual(30);
});

test("nowhere, if all of the window can be clicked, or is too small", () => {
  expect(freePlace(SIZE, WINDOW, [rect(0, 0, 400, 200)])).toBeNull();
  expect(freePlace(SIZE, { width: 90, height: 200 }, [])).toBeNull();
});
