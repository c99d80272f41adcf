// Histograms of large graphs, and the charts made of them.

import { describe, expect, test } from "vitest";
import { oneImage } from "../../app/graph/order/graph.ts";
import { histogramsOf } from "../../app/graph/order/histograms.ts";
import { KIND_PARTS } from "../../app/graph/order/kind-parts.ts";
import { layout } from "../../app/graph/order/layout.ts";
import { NOTHING_OPENED } from "../../app/graph/plan/plan.ts";
import { chartsOf } from "../../app/graph/scene/map/charts.ts";
import { sceneOf } from "../../app/graph/scene/scene-of.ts";
import { treeOf } from "../../app/graph/scene/tree.ts";
import { holderCount } from "../../app/model/checkpoint.ts";
import { checkpointOfCrowd } from "../support/crowd.ts";
import { checkpointOf } from "../support/state.ts";

const many = checkpointOfCrowd({ tables: 2000, slotsPerTable: 50, family: 10, sharedSlots: 10, unused: 9 });

describe("histograms", () => {
  test("count every table, held file and descriptor once", () => {
    const { fds, holders, parts } = histogramsOf(oneImage(many));
    const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
    expect(sum(fds.map(({ count }) => count))).toBe(2000);
    const held = Array.from({ length: many.files.count }, (_, file) => holderCount(many.files, file)).filter(Boolean);
    expect(sum(holders.map(({ count }) => count))).toBe(held.length);
    for (const { from, to, count } of holders) {
      expect(held.filter((value) => value >= from && value <= to)).toHaveLength(count);
    }
    expect(sum(parts)).toBe(many.descriptors.count);
  });

  test("have bins of holders that double, without a gap", () => {
    const { holders } = histogramsOf(oneImage(many));
    expect(holders.slice(0, 4).map(({ from, to }) => [from, to])).toEqual([
      [1, 1],
      [2, 2],
      [3, 4],
      [5, 8],
    ]);
  });

  test("distinguish shared, missing and private descriptors of each kind", () => {
    const image = checkpointOf({
      tasks: [],
      tables: [[0, 1, 2, 3, 4].map((fd) => ({ fd, file: fd - 1 })), [{ fd: 0, file: 0 }]],
      files: [
        { kind: "regular", path: "/shared" },
        { kind: "pipe", path: "pipe:[1]", stable: 6 },
        { kind: "socket", path: "socket:[1]", stable: 8 },
        { kind: "epoll", path: "epoll", stable: 5 },
      ],
    });
    const { parts } = histogramsOf(oneImage(image));
    expect(Object.fromEntries(KIND_PARTS.map((part, at) => [part, parts[at]]))).toEqual({
      shared: 2,
      file: 0,
      pipe: 1,
      socket: 1,
      other: 1,
      missing: 1,
    });
  });

  test("of nothing are empty", () => {
    const { fds, holders } = histogramsOf(oneImage(checkpointOf({ tasks: [], tables: [], files: [] })));
    expect([fds, holders]).toEqual([[], []]);
  });
});

describe("charts", () => {
  test("have bars as high as their counts, on a line with labels that do not overlap", () => {
    const { boxes } = chartsOf(histogramsOf(oneImage(many)), { left: 0, right: 700, top: 0 });
    for (const { chart, width, height } of boxes) {
      for (const bar of chart?.bars ?? []) {
        expect(bar.x >= 0 && bar.x + bar.width <= width + 1).toBe(true);
        expect(bar.y >= 0 && bar.y + bar.height <= height).toBe(true);
      }
      const axis = chart?.texts.filter(({ y }) => y > (chart.line?.y ?? Number.POSITIVE_INFINITY)) ?? [];
      axis.sort((a, b) => a.x - b.x);
      axis.slice(1).forEach(({ x, text }, at) => {
        const before = axis[at];
        const room = x - (before?.x ?? 0);
        expect(room).toBeGreaterThan(((text.length + (before?.text.length ?? 0)) / 2) * 7.25);
      });
    }
  });

  test.each([150, 200, 260, 340])("have a label for every bar before one for a bin without, in %i pixels", (right) => {
    const holders = Array.from({ length: 11 }, (_, power) => ({
      from: power === 0 ? 1 : 2 ** (power - 1) + 1,
      to: 2 ** power,
      count: power === 0 ? 92_000 : power === 10 ? 8 : 0,
    }));
    const { boxes } = chartsOf({ fds: [], holders, parts: [] }, { left: 0, right, top: 0 });
    const texts = boxes[1]?.chart?.texts.map(({ text }) => text) ?? [];
    expect(texts).toEqual(expect.arrayContaining(["1", "92,000", "8"]));
    expect(texts).toContainEqual(expect.stringMatching(/^513–/));
  });

  test("are in the tree, in words", () => {
    const subject = oneImage(many);
    const scene = sceneOf(subject, layout(subject), {
      width: 1200,
      height: 800,
      selection: null,
      expansion: NOTHING_OPENED,
    });
    const labels = treeOf(scene).map(({ label }) => label);
    expect(labels).toContain("Descriptors per file table: 50: 2,000 file tables");
    expect(labels.find((label) => label.startsWith("Holders per open file"))).toMatch(/1: [\d,]+ open files, 2: /);
    expect(labels.find((label) => label.startsWith("Kinds of descriptors"))).toMatch(/[\d,]+ shared, /);
  });
});
