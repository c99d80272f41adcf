// Chooses the level of a drawing and makes its scene: the whole graph, or strips with what is around the selection.

import { counted, grouped } from "../../model/words.ts";
import { SAME, type Subject } from "../order/graph.ts";
import type { Layout } from "../order/layout.ts";
import { levelOf, planAround, planWhole } from "../plan/plan.ts";
import type { Frame } from "./boxes.ts";
import { around, compose, lanesIn } from "./compose.ts";
import { mapWidth, stripsOf } from "./map.ts";
import { type Box, type Edge, HEADING, type Heading, PITCH, type Scene, type SceneOptions } from "./scene.ts";

/** The scene of a subject at a size. At most some 3,000 marks, whatever the size of the image. */
export function sceneOf(subject: Subject, layout: Layout, options: SceneOptions): Scene {
  return levelOf(subject) === "map" ? mapScene(subject, layout, options) : wholeScene(subject, layout, options);
}

function wholeScene(subject: Subject, layout: Layout, { width, selection, expansion }: SceneOptions): Scene {
  const plan = planWhole(subject, layout, selection, expansion);
  const frame = lanesIn(0, width);
  const composed = compose(subject, plan, frame, HEADING + 8);
  const { graph } = subject;
  const notes: string[] = [];
  if (plan.level === "bars") {
    let folded = 0;
    for (const { folds } of plan.tables) for (const [, count] of folds) folded += count;
    if (folded > 0) {
      notes.push(`${counted(folded, "descriptor")} folded by table; open a table (Enter, double click) for its slots.`);
    }
    if (plan.sharedHidden > 0) {
      notes.push(
        `${counted(plan.sharedHidden, "shared file")} with fewer holders not drawn: a drawing holds about 3,000 marks.`,
      );
    }
  }
  const moreTasks = plan.tables.reduce((sum, table) => sum + table.moreTasks, 0) + plan.moreLoose;
  if (moreTasks > 0) notes.push(`${counted(moreTasks, "task")} not drawn: of one table, the first twelve are.`);
  return finished({
    level: plan.level,
    width: frame.file + frame.fileWidth + frame.margin,
    height: composed.bottom + 16,
    boxes: composed.boxes,
    edges: composed.edges,
    strips: [],
    markers: [],
    headings: laneHeadings(frame, [
      counted(graph.tasks.count, "task"),
      counted(graph.tables.count, "file table"),
      `${counted(layout.held, "open file")}${layout.shared > 0 ? ` · ${grouped(layout.shared)} shared` : ""}`,
    ]),
    notes,
    compared: subject.both !== null,
  });
}

function laneHeadings(frame: Frame, texts: readonly [string, string, string]): Heading[] {
  return [
    { text: texts[0].toUpperCase(), x: frame.task, y: Number.NaN },
    { text: texts[1].toUpperCase(), x: frame.table, y: Number.NaN },
    { text: texts[2].toUpperCase(), x: frame.file, y: Number.NaN },
  ];
}

/** How many of the most shared files are listed beside the strips. */
const TOP_FILES = 40;

function mapScene(subject: Subject, layout: Layout, options: SceneOptions): Scene {
  const { width, height, selection, expansion } = options;
  const { graph } = subject;
  const left = mapWidth(width);
  const strips = stripsOf(subject, layout, left, height);
  const notes = [
    `Too large to draw whole (${counted(graph.descriptors.count, "descriptor")}): each lane is a strip of counts, all in one order.`,
  ];
  const boxes: Box[] = [];
  const edges: Edge[] = [];
  const headings: Heading[] = strips.strips.map((strip) => ({ text: strip.heading, x: strip.x, y: Number.NaN }));
  let bottom = HEADING + 8;
  let right = width;
  if (selection !== null) {
    const plan = planAround(subject, layout, selection, expansion);
    const frame = lanesIn(left, width);
    const composed = compose(subject, plan, frame, bottom);
    for (const box of composed.boxes) boxes.push(box);
    for (const edge of composed.edges) edges.push(edge);
    headings.push(...laneHeadings(frame, ["TASKS", "FILE TABLES", "OPEN FILES"]));
    bottom = composed.bottom + 3 * PITCH;
    right = frame.file + frame.fileWidth + frame.margin;
    const moreTasks = plan.tables.reduce((sum, table) => sum + table.moreTasks, 0);
    notes.push(
      `Around the selection: ${counted(plan.tables.length, "file table")} drawn${
        plan.moreHolders > 0 ? `, ${counted(plan.moreHolders, "further holder")} not` : ""
      }${moreTasks > 0 ? `, ${counted(moreTasks, "further task")} not` : ""}.`,
    );
  }
  const top = around(subject, layout, { x: left, width: right - left, y: bottom, most: TOP_FILES, drawn: boxes });
  if (top.boxes.length > 0) {
    const y = selection === null ? Number.NaN : bottom - 10;
    headings.push({
      text: subject.both === null ? "MOST SHARED FILES, IN LANE ORDER" : "CHANGED AND MOST SHARED FILES, IN LANE ORDER",
      x: top.x,
      y,
    });
    const first = boxes.length;
    for (const box of top.boxes) boxes.push(box);
    const fileStrip = strips.strips.at(-1);
    if (selection === null && fileStrip !== undefined) {
      top.files.forEach((file, at) => {
        const box = top.boxes[at];
        if (box === undefined) return;
        edges.push({
          kind: "bundle",
          from: -1,
          to: first + at,
          x1: fileStrip.x + fileStrip.width,
          y1: strips.heightOf(layout.filePosition[file] as number),
          x2: box.x,
          y2: box.y + box.height / 2,
          count: 1,
          shared: true,
          change: SAME,
        });
      });
    }
    bottom = top.bottom;
    const hidden = layout.shared - top.files.length;
    if (hidden > 0)
      notes.push(`${grouped(top.files.length)} of ${counted(layout.shared, "shared file")} listed; the table has all.`);
  }
  return finished({
    level: "map",
    width: Math.max(width, right),
    height: Math.max(bottom + 16, height),
    boxes,
    edges,
    strips: strips.strips,
    markers: selection === null ? [] : strips.markersOf(selection),
    headings,
    notes,
    compared: subject.both !== null,
  });
}

function finished(scene: Omit<Scene, "columns">): Scene {
  const columns: number[][] = [[], [], [], []];
  scene.boxes.forEach((box, index) => {
    columns[box.column]?.push(index);
  });
  const y = (index: number): number => scene.boxes[index]?.y ?? 0;
  return { ...scene, columns: columns.map((indexes) => Uint32Array.from(indexes.sort((a, b) => y(a) - y(b)))) };
}
