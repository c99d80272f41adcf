import { describe, expect, test } from "vitest";
import { svgOf } from "../../app/graph/draw/svg.ts";
import { oneImage } from "../../app/graph/order/graph.ts";
import { layout } from "../../app/graph/order/layout.ts";
import { NOTHING_OPENED } from "../../app/graph/plan/plan.ts";
import { sceneOf } from "../../app/graph/scene/scene-of.ts";
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

const svg = (checkpoint: ReturnType<typeof checkpointOf>, title = "t"): string => {
  const subject = oneImage(checkpoint);
  const options = { width: 900, height: 600, selection: null, expansion: NOTHING_OPENED };
  return svgOf(sceneOf(subject, layout(subject), options), theme, title);
};

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
});
