// The scene of level `map`: density strips, the surroundings of the selection, and the most shared files.

import { NONE } from "../../model/checkpoint.ts";
import type { ObjectRef } from "../../model/object-ref.ts";
import { u32At } from "../../model/read.ts";
import { counted, grouped } from "../../model/words.ts";
import { type GraphFileRow, SAME, type Subject } from "../order/graph.ts";
import type { Layout } from "../order/layout.ts";
import { planAround } from "../plan/around.ts";
import type { Expansion } from "../plan/plan.ts";
import { compose } from "./compose.ts";
import { columnsOf, fileBox } from "./file-box.ts";
import { offNotes } from "./off-notes.ts";
import {
  type Box,
  COLUMN,
  type Edge,
  HEADING,
  type Heading,
  laneHeadings,
  PITCH,
  type Ribbon,
  type Scene,
  type SceneOptions,
  type Strip,
  withColumns,
} from "./scene.ts";
import { stripsOf, stripsWidth } from "./strips.ts";

/** Number of the most shared files listed beside the strips. */
const TOP_FILES = 40;

/** One part of the scene, and its area. */
interface Part {
  readonly boxes: readonly Box[];
  readonly edges: readonly Edge[];
  readonly ribbons: readonly Ribbon[];
  readonly headings: readonly Heading[];
  readonly notes: readonly string[];
  readonly bottom: number;
  readonly right: number;
}

export function mapScene(subject: Subject, layout: Layout, options: SceneOptions): Scene {
  const { width, height, selection, expansion } = options;
  const left = stripsWidth(width);
  const strips = stripsOf(subject, layout, left, height);
  const top = HEADING + 8;
  const around: Part =
    selection === null
      ? { boxes: [], edges: [], ribbons: [], headings: [], notes: [], bottom: top, right: width }
      : surroundings(subject, layout, selection, expansion, { left, right: width, top });
  const files = topFiles(subject, layout, around, left);
  const fileStrip = selection === null ? strips.strips.at(-1) : undefined;
  const fileEdges =
    fileStrip === undefined ? [] : edgesFromStrip(layout, fileStrip, strips.heightOf, files.rows, files.boxes);
  const count = counted(subject.graph.descriptors.count, "descriptor");
  return withColumns({
    level: "map",
    width: Math.max(width, around.right),
    height: Math.max(files.bottom + 16, height),
    boxes: [...around.boxes, ...files.boxes],
    edges: [...around.edges, ...fileEdges],
    ribbons: around.ribbons,
    axes: [],
    strips: strips.strips,
    markers: selection === null ? [] : strips.markersOf(selection),
    headings: [
      ...strips.strips.map(({ heading, x }) => ({ text: heading, x, y: Number.NaN })),
      ...around.headings,
      ...files.headings,
    ],
    notes: [
      `Too large to draw in full (${count}): each lane is a strip of counts, all in one order.`,
      ...offNotes(subject),
      ...around.notes,
      ...files.notes,
    ],
    compared: subject.both !== null,
  });
}

/** The selected object and its surroundings. */
function surroundings(
  subject: Subject,
  layout: Layout,
  selection: ObjectRef,
  expansion: Expansion,
  area: { readonly left: number; readonly right: number; readonly top: number },
): Part {
  const plan = planAround(subject, layout, selection, expansion);
  const { frame, needs, boxes, edges, ribbons, bottom, right } = compose(subject, layout, plan, area);
  const moreTasks = plan.tables.reduce((sum, table) => sum + table.moreTasks, 0);
  const holders = plan.moreHolders > 0 ? `, ${counted(plan.moreHolders, "more holder")} not drawn` : "";
  const tasks = moreTasks > 0 ? `, ${counted(moreTasks, "more task")} not drawn` : "";
  return {
    boxes,
    edges,
    ribbons,
    headings: laneHeadings(frame, needs, "tasks", "file tables", "open files"),
    notes: [`Around the selection: ${counted(plan.tables.length, "file table")}${holders}${tasks}.`],
    bottom: bottom + 3 * PITCH,
    right,
  };
}

/** The most shared files that are not drawn above, in lane order. */
function topFiles(subject: Subject, layout: Layout, above: Part, left: number): Part & { rows: GraphFileRow[] } {
  const drawn = new Set(above.boxes.map(({ ref }) => (ref?.to === "file" ? ref.row : NONE)));
  const rows: GraphFileRow[] = [...layout.ranked.subarray(0, TOP_FILES)]
    .filter((file) => !drawn.has(file))
    .sort((a, b) => u32At(layout.filePlace, a) - u32At(layout.filePlace, b));
  const room = above.right - left;
  const fan = room < 400 ? 40 : 120;
  const x = left + fan;
  const width = Math.min(640, Math.max(176, room - fan - 12));
  const lane = { x, width, columns: columnsOf(subject, rows, width), column: COLUMN.file };
  const boxes = rows.map((file, at) => fileBox(subject, file, lane, above.bottom + at * PITCH));
  const text =
    subject.both === null ? "MOST SHARED FILES, IN LANE ORDER" : "CHANGED AND MOST SHARED FILES, IN LANE ORDER";
  const heading = { text, x, y: above.headings.length === 0 ? Number.NaN : above.bottom - 10 };
  const note = `${grouped(rows.length)} of ${counted(layout.shared, "shared file")} listed; the table has all.`;
  return {
    rows,
    boxes,
    edges: [],
    ribbons: [],
    headings: rows.length > 0 ? [heading] : [],
    notes: rows.length > 0 && layout.shared > rows.length ? [note] : [],
    bottom: rows.length > 0 ? above.bottom + rows.length * PITCH : above.bottom,
    right: above.right,
  };
}

/** Edges from the strip of files to the listed files. `boxes` are the first of the scene. */
function edgesFromStrip(
  layout: Layout,
  strip: Strip,
  heightOf: (position: number) => number,
  rows: readonly GraphFileRow[],
  boxes: readonly Box[],
): Edge[] {
  return boxes.map((box, at) => ({
    kind: "bundle",
    from: NONE,
    to: at,
    via: Number.NaN,
    x1: strip.x + strip.width,
    y1: heightOf(u32At(layout.filePosition, rows[at] as GraphFileRow)),
    x2: box.x,
    y2: box.y + box.height / 2,
    count: 1,
    shared: true,
    change: SAME,
  }));
}
