// The signs of edges: readable where the two edges of one slot are close to each other.

import { expect, test } from "vitest";
import { paintSigns, type Signed } from "../../app/graph/draw/paint-edge.ts";
import { ADDED, REMOVED } from "../../app/graph/order/graph.ts";
import type { Edge } from "../../app/graph/scene/scene.ts";

const theme = {
  bg: "bg",
  fg: "fg",
  muted: "muted",
  hairline: "hairline",
  accent: "accent",
  shared: "shared",
  added: "added",
  removed: "removed",
  changed: "changed",
  font: "monospace",
};

test("what is cleared below one sign removes no part of another sign, nor the other edge of its slot", () => {
  const calls: { readonly call: string; readonly y: number; readonly end: number }[] = [];
  const context = {
    fillRect: (_: number, y: number, __: number, height: number) => calls.push({ call: "clear", y, end: y + height }),
    fillText: (text: string, _: number, y: number) => calls.push({ call: text, y, end: y }),
  } as unknown as CanvasRenderingContext2D;
  const signed = (change: Edge["change"], y: number): Signed => ({
    edge: { change, sign: { x: 12, y }, shared: false, kind: "edge" } as unknown as Edge,
    traced: false,
    alpha: 1,
  });
  paintSigns(context, [signed(ADDED, 100), signed(REMOVED, 105)], theme);
  expect(calls.map(({ call }) => call)).toEqual(["clear", "clear", "+", "−"]);
  const [above, below] = calls;
  expect(above?.end).toBeLessThan(105);
  expect(below?.y).toBeGreaterThan(100);
});
