// How far the wheel zooms the drawing.

import { expect, test } from "vitest";
import { wheelDelta } from "../../app/components/Drawing/useZoom.ts";

const factor = (deltaY: number, deltaMode = 0): number =>
  2 ** wheelDelta({ deltaY, deltaMode, ctrlKey: true } as WheelEvent);

test("a notch of a wheel zooms little, in pixels and in lines", () => {
  expect(factor(-120)).toBeCloseTo(Math.SQRT2);
  expect(factor(120)).toBeCloseTo(Math.SQRT1_2);
  expect(factor(-3, 1)).toBeCloseTo(Math.SQRT2);
});

test("a pinch zooms by its steps", () => {
  expect(factor(-1)).toBeCloseTo(2 ** 0.02);
  expect(factor(10)).toBeCloseTo(2 ** -0.2);
});
