// The scene of level `map`: histograms along the lanes, charts or the surroundings of the selection, and the files that
// changed or that most share.

import { NONE } from "../../../model/checkpoint.ts";
import type { ObjectRef } from "../../../model/object-ref.ts";
import { counted, grouped } from "../../../model/text/words.ts";
import type { GraphFileRow, Subject } from "../../order/graph.ts";
import type { Layout } from "../../order/layout.ts";
import { planAround } from "../../plan/around.ts";
import { type Expansion, isMap } from "../../plan/plan.ts";
import { columnsOf, fileBox } from "../boxes/file-box.ts";
import { compose } from "../compose.ts";
import {
  type Box,
  COLUMN,
  type Edge,
  HEADING,
  type Heading,
  laneHeadings,
  PITCH,
  type PreparedScene,
  type Ribbon,
  type SceneOptions,
  withColumns,
} from "../scene.ts";
import { offNotes } from "../text/off-notes.ts";
import { chartsOf } from "./charts.ts";
import { markersOf, stripsOf, stripsWidth } from "./strips.ts";

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

export function prepareMap(subject: Subject, layout: Layout, options: Omit<SceneOptions, "height">): PreparedScene {
  const { width, selection, expansion } = options;
  const left = stripsWidth(width, selection !== null);
  const top = HEADING + 8;
  const above =
    selection === null
      ? charts(layout, left, width)
      : surroundings(subject, layout, selection, expansion, { left, right: width, top });
  const files = topFiles(subject, layout, above, left);
  const count = counted(subject.graph.descriptors.count, "descriptor");
  const notes = [
    isMap(subject)
      ? `Too large to draw in full (${count}): the lanes are histograms; zoom in to see tables and slots.`
      : "Zoomed out to histograms; zoom in to see tables and slots.",
    ...offNotes(subject),
    ...above.notes,
    ...files.notes,
  ];
  const scene = withColumns({
    level: "map",
    width: Math.max(width, above.right),
    height: files.bottom + 16,
    boxes: [...above.boxes, ...files.boxes],
    edges: above.edges,
    ribbons: above.ribbons,
    axes: [],
    strips: [],
    markers: [],
    headings: [...above.headings, ...files.headings],
    notes,
    isPart: false,
    compared: subject.both !== null,
  });
  return {
    notes,
    at(height) {
      const strips = stripsOf(subject, layout, left, height);
      return {
        ...scene,
        height: Math.max(scene.height, height),
        strips,
        markers: selection === null ? [] : markersOf(subject, layout, strips, selection),
        headings: [...strips.map(({ heading, x }) => ({ text: heading, x, y: Number.NaN })), ...scene.headings],
      };
    },
  };
}

/** What the whole graph is like, while nothing is selected. */
function charts({ histograms }: Layout, left: number, right: number): Part {
  const { boxes, bottom } = chartsOf(histograms, { left: left + 6, right: right - 14, top: HEADING + 12 });
  return { boxes, edges: [], ribbons: [], headings: [], notes: [], bottom, right };
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

/** The files that changed and the most shared ones, in order of rank, except those already drawn above. */
function topFiles(subject: Subject, layout: Layout, above: Part, left: number): Part {
  const drawn = new Set(above.boxes.map(({ ref }) => (ref?.to === "file" ? ref.row : NONE)));
  const rows: GraphFileRow[] = [...layout.ranked.subarray(0, TOP_FILES)].filter((file) => !drawn.has(file));
  const room = above.right - left;
  const x = left + 6;
  const width = Math.min(700, Math.max(176, room - 20));
  const lane = { x, width, columns: columnsOf(subject, rows, width), column: COLUMN.file };
  const top = above.bottom + 14;
  const boxes = rows.map((file, at) => fileBox(subject, file, lane, top + at * PITCH));
  const text = subject.both === null ? "MOST SHARED OPEN FILES" : "CHANGED AND MOST SHARED OPEN FILES";
  const note = `${grouped(rows.length)} of ${counted(layout.ranked.length, subject.both === null ? "shared file" : "changed or shared file")} listed; the table has all.`;
  return {
    boxes,
    edges: [],
    ribbons: [],
    headings: rows.length > 0 ? [{ text, x, y: top - 10 }] : [],
    notes: rows.length > 0 && layout.ranked.length > rows.length ? [note] : [],
    bottom: rows.length > 0 ? top + rows.length * PITCH : above.bottom,
    right: above.right,
  };
}
