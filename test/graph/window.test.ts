// Parts of a graph that the user zoomed into.

import { describe, expect, test } from "vitest";
import { oneImage, type Subject } from "../../app/graph/order/graph.ts";
import { layout } from "../../app/graph/order/layout.ts";
import { type Focus, MOST_MARKS, NOTHING_OPENED } from "../../app/graph/plan/plan.ts";
import { placeAmongSlots } from "../../app/graph/plan/window.ts";
import { markCount, type Scene } from "../../app/graph/scene/scene.ts";
import { sceneOf } from "../../app/graph/scene/scene-of.ts";
import { checkpointOfCrowd } from "../support/crowd.ts";

const many = oneImage(checkpointOfCrowd({ tables: 2000, slotsPerTable: 50, family: 10, sharedSlots: 10 }));
const single = oneImage(checkpointOfCrowd({ tables: 1, slotsPerTable: 30_000, family: 1, sharedSlots: 0 }));
const hundred = oneImage(checkpointOfCrowd({ tables: 101, slotsPerTable: 9, family: 10, sharedSlots: 3 }));

const draw = (subject: Subject, focus: Focus | null): Scene =>
  sceneOf(subject, layout(subject), { width: 1200, height: 800, selection: null, expansion: NOTHING_OPENED, focus });

const count = ({ boxes }: Scene, kind: string): number => boxes.filter((box) => box.kind === kind).length;
const offers = ({ boxes }: Scene): [string, unknown][] =>
  boxes.filter(({ action }) => action?.do === "go").map(({ label, action }) => [label, action]);

describe("zooming in", () => {
  test("leads from histograms to tables as bars, and on to slots", () => {
    expect(draw(many, null).level).toBe("map");
    const bars = draw(many, { level: "bars", at: 50_000 });
    expect([bars.level, count(bars, "table"), count(bars, "slot")]).toEqual(["bars", 150, 0]);
    expect(bars.boxes.filter(({ bar }) => bar !== null)).toHaveLength(150);
    const words = draw(many, { level: "words", at: 50_000 });
    expect([words.level, count(words, "table"), count(words, "slot")]).toEqual(["words", 1, 50]);
    expect(words.boxes.find(({ kind }) => kind === "table")?.ref?.row).toBe(1000);
  });

  test("says what is above and below, and where that is", () => {
    expect(offers(draw(many, { level: "bars", at: 50_000 }))).toEqual([
      ["▴ 990 file tables above", { do: "go", at: 42_500 }],
      ["▾ 860 file tables below", { do: "go", at: 57_450 }],
    ]);
    expect(offers(draw(many, { level: "words", at: 0 }))).toEqual([
      ["▾ 1,999 file tables below", { do: "go", at: 50 }],
    ]);
  });

  test("into one very large table draws the slots at a place, and leads to those around them", () => {
    const scene = draw(single, { level: "words", at: 20_000 });
    expect(count(scene, "slot")).toBe(80);
    expect(scene.boxes.find(({ kind }) => kind === "slot")?.ref?.row).toBe(20_000);
    expect(offers(scene)).toEqual([
      ["▴ 20,000 fds above", { do: "go", at: 19_920 }],
      ["▾ 9,920 fds below", { do: "go", at: 20_080 }],
    ]);
  });

  test("never draws too much, and marks the drawing as a part", () => {
    for (const subject of [many, single]) {
      for (const level of ["bars", "words"] as const) {
        for (const at of [0, 29_999, 10_000_000]) {
          const scene = draw(subject, { level, at });
          expect(markCount(scene)).toBeLessThanOrEqual(MOST_MARKS);
          expect(scene.isPart).toBe(true);
          expect(count(scene, "table")).toBeGreaterThan(0);
        }
      }
    }
  });
});

describe("zooming out", () => {
  test("of a hundred tables leads to histograms that fit the view", () => {
    const scene = draw(hundred, { level: "map", at: 0 });
    expect(scene.level).toBe("map");
    for (const { y, height, bars } of scene.strips) {
      expect(y + height).toBeLessThanOrEqual(800);
      expect(bars).toBeGreaterThanOrEqual(101);
    }
    expect(scene.notes[0]).toBe("Zoomed out to histograms; zoom in to see tables and slots.");
  });

  test("draws all tables of an image that is not too large for that", () => {
    const scene = draw(hundred, { level: "bars", at: 400 });
    expect([scene.isPart, count(scene, "table")]).toEqual([false, 101]);
  });
});

test("the place of an object is that of its first slot", () => {
  const order = layout(many);
  expect(placeAmongSlots(many, order, { to: "table", row: 7 })).toBe(350);
  expect(placeAmongSlots(many, order, { to: "descriptor", row: 399 })).toBe(399);
  expect(placeAmongSlots(many, order, { to: "task", row: 3 })).toBe(150);
});
