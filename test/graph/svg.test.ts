import { describe, expect, test } from "vitest";
import { svgOf } from "../../app/graph/draw/svg.ts";
import { ADDED, type Change, oneImage } from "../../app/graph/order/graph.ts";
import { KIND_PARTS } from "../../app/graph/order/kind-parts.ts";
import { layout } from "../../app/graph/order/layout.ts";
import { NOTHING_OPENED } from "../../app/graph/plan/plan.ts";
import type { Scene } from "../../app/graph/scene/scene.ts";
import { sceneOf } from "../../app/graph/scene/scene-of.ts";
import { type Checkpoint, NONE } from "../../app/model/checkpoint.ts";
import { checkpointOfCrowd } from "../support/crowd.ts";
import { checkpointOf } from "../support/state.ts";

const theme = {
  bg: "#fff",
  fg: "#000",
  muted: "#666",
  hairline: "#ccc",
  accent: "#00f",
  shared: "#808",
  added: "#080",
  removed: "#800",
  changed: "#860",
  font: '"A & B", monospace',
};

const sceneFor = (checkpoint: Checkpoint): Scene => {
  const subject = oneImage(checkpoint);
  const options = { width: 900, height: 600, selection: null, expansion: NOTHING_OPENED };
  return sceneOf(subject, layout(subject), options);
};

const svg = (checkpoint: Checkpoint, title = "t"): string => svgOf(sceneFor(checkpoint), theme, title);

/** The attributes of elements that match. */
const found = (text: string, form: RegExp): readonly number[][] =>
  Array.from(text.matchAll(form), (match) => match.slice(1).map(Number));

describe("a scene as SVG", () => {
  const hostile = checkpointOf({
    tasks: [{ pid: 1, comm: "<b>&\"'", table: 0 }],
    tables: [[{ fd: 0, file: 0 }]],
    files: [{ kind: "regular", path: "/<script>\u0007\u202e" }],
  });

  test("escapes all text", () => {
    const text = svg(hostile, "<title>");
    expect(text).toContain("1 &lt;b&gt;&amp;&quot;&#39;");
    expect(text).toContain("/&lt;script&gt;\\x07\\u202e");
    expect(text).toContain("<title>&lt;title&gt;</title>");
    expect(text).not.toContain("<script");
    expect(text).toContain('font-family="&quot;A &amp; B&quot;, monospace"');
  });

  test("has elements for all boxes and edges, all closed", () => {
    const text = svg(checkpointOfCrowd({ tables: 2000, slotsPerTable: 50, family: 10, sharedSlots: 10 }));
    for (const tag of ["svg", "g", "text", "title"]) {
      const opened = text.match(new RegExp(`<${tag}[ >]`, "g"))?.length;
      expect(text.match(new RegExp(`</${tag}>`, "g"))?.length).toBe(opened);
    }
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
  });

  test("has the texts of boxes at their places, aligned to their sides", () => {
    const scene = sceneFor(hostile);
    const text = svgOf(scene, theme, "t");
    const places = (anchor: string) =>
      found(text, new RegExp(`<text x="([\\d.]+)" y="([\\d.]+)"[^>]*"${anchor}"`, "g"));
    for (const box of scene.boxes) {
      for (const { x, align } of box.cells) {
        expect(places(align === "left" ? "start" : "end")).toContainEqual([box.x + x, box.y + 9.5]);
      }
    }
  });

  test("has a frame for each task, table and file, and a line above each slot", () => {
    const scene = sceneFor(hostile);
    const text = svgOf(scene, theme, "t");
    const frames = scene.boxes.filter(({ kind }) => kind === "task" || kind === "table" || kind === "file");
    expect(found(text, /<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)" fill="none"/g)).toEqual(
      frames.map(({ x, y, width, height }) => [x + 0.5, y + 0.5, width - 1, height - 1]),
    );
    const slots = scene.boxes.filter(({ kind }) => kind === "slot");
    expect(slots).toHaveLength(1);
    expect(found(text, /<path d="M([\d.]+) ([\d.]+)h([\d.]+)" stroke="#ccc"/g)).toEqual(
      slots.map(({ x, y, width }) => [x, y - 0.5, width]),
    );
  });

  test("has close-on-exec as a drawn mark, not as a character that few typefaces have", () => {
    const text = svg(
      checkpointOf({
        tasks: [{ pid: 1, comm: "a", table: 0 }],
        tables: [[{ fd: 0, file: 0, closeOnExec: true }]],
        files: [{ kind: "regular", path: "/a" }],
      }),
    );
    expect(text).not.toContain("ⓧ");
    expect(text.match(/<path[^>]*><title>close-on-exec<\/title><\/path>/g)).toHaveLength(1);
  });

  test("has the signs of edges above all edges, and the boxes above both, which hide what is below them", () => {
    const scene = sceneFor(hostile);
    const edges = scene.edges.map((edge) => ({
      ...edge,
      change: ADDED as Change,
      sign: { x: edge.x1 + 12, y: edge.y1 },
    }));
    const text = svgOf({ ...scene, edges }, theme, "t");
    const lastEdge = text.lastIndexOf('fill="none" stroke="#080"');
    const [firstSign, lastSign] = [text.indexOf(">+</text>"), text.lastIndexOf(">+</text>")];
    expect(lastEdge).toBeGreaterThan(0);
    expect(firstSign).toBeGreaterThan(lastEdge);
    expect(text.match(/height="8" fill="#fff"/g)).toHaveLength(edges.length);
    for (const { x, y, width, height } of scene.boxes.filter(({ parent }) => parent === NONE)) {
      const ground = text.indexOf(`<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="#fff"/>`);
      expect(ground).toBeGreaterThan(lastSign);
    }
  });

  test("has the bars of a strip one below the other, each part after those before it", () => {
    const scene = sceneFor(checkpointOfCrowd({ tables: 2000, slotsPerTable: 50, family: 10, sharedSlots: 10 }));
    const bars = found(svgOf(scene, theme, "t"), /M([\d.]+) ([\d.]+)h([\d.]+)v[\d.]+h-[\d.]+z/g);
    const expected = scene.strips.flatMap(({ x, y, width, height, bars: count, parts }) =>
      KIND_PARTS.flatMap((_, part) =>
        Array.from({ length: count }, (_, bar) => {
          const own = parts.subarray(bar * KIND_PARTS.length, (bar + 1) * KIND_PARTS.length);
          const before = own.subarray(0, part).reduce((sum, each) => sum + each, 0);
          return [x + before * width, y + (bar * height) / count, (own[part] ?? 0) * width];
        }),
      ).filter(([, , length = 0]) => length > 0),
    );
    expect(expected.length).toBeGreaterThan(100);
    expect(bars).toHaveLength(expected.length);
    for (const [at, bar] of bars.entries()) {
      for (const [index, value] of bar.entries())
        expect(Math.abs(value - (expected[at]?.[index] ?? 0))).toBeLessThan(0.06);
    }
  });
});
