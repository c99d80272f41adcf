// Makes the scene of a subject at its level: the whole graph, or strips with the surroundings of the selection.

import type { ObjectRef } from "../../model/object-ref.ts";
import { counted, grouped } from "../../model/text/words.ts";
import type { Subject } from "../order/graph.ts";
import type { Layout } from "../order/layout.ts";
import { type Expansion, type Focus, isMap, MOST_IN_WORDS, type Plan, TASKS_PER_TABLE } from "../plan/plan.ts";
import { planWhole } from "../plan/whole.ts";
import { planWindow } from "../plan/window.ts";
import { barAxis } from "./boxes/table-box.ts";
import { compose } from "./compose.ts";
import { prepareMap } from "./map/map-scene.ts";
import { HEADING, laneHeadings, type PreparedScene, type Scene, type SceneOptions, withColumns } from "./scene.ts";
import { offNotes } from "./text/off-notes.ts";

/** The scene of a subject at a size. At most MOST_MARKS (some 3,000) marks, whatever the size of the image. */
export const sceneOf = (subject: Subject, layout: Layout, options: SceneOptions): Scene =>
  prepareScene(subject, layout, options).at(options.height);

/** The same for a width, and for heights to be given later. */
export function prepareScene(subject: Subject, layout: Layout, options: Omit<SceneOptions, "height">): PreparedScene {
  const level = options.focus?.level ?? (isMap(subject) ? "map" : null);
  if (level === "map") return prepareMap(subject, layout, options);
  const scene = tablesScene(subject, layout, options);
  return { notes: scene.notes, at: () => scene };
}

/** Tables with their slots or as bars: all, or those at the place in focus. */
function tablesScene(
  subject: Subject,
  layout: Layout,
  { width, selection, expansion, focus = null }: Omit<SceneOptions, "height">,
): Scene {
  const plan = planFor(subject, layout, selection, expansion, focus);
  const drawn = compose(subject, layout, plan, { left: 0, right: width, top: HEADING + 8 });
  const { frame, needs, boxes, edges, ribbons, bars } = drawn;
  const files = `${countOf(subject, "files", "open file")}${sharedOf(layout)}`;
  const tables = countOf(subject, "tables", "file table");
  return withColumns({
    level: plan.level,
    width: drawn.right,
    height: drawn.bottom + 16,
    boxes,
    edges,
    ribbons,
    axes: bars === null ? [] : [barAxis(bars, frame)],
    strips: [],
    markers: [],
    headings: laneHeadings(frame, needs, countOf(subject, "tasks", "task"), tables, files),
    notes: [...offNotes(subject), ...notesOf(plan)],
    isPart: plan.window !== null,
    compared: subject.both !== null,
  });
}

/** The plan at the level in focus: of the whole graph, or of a part if it is too large for that. */
function planFor(
  subject: Subject,
  layout: Layout,
  selection: ObjectRef | null,
  expansion: Expansion,
  focus: Focus | null,
): Plan {
  if (focus === null || focus.level === "map") return planWhole(subject, layout, selection, expansion);
  const { level, at } = focus;
  const isWhole = !isMap(subject) && (level === "bars" || subject.graph.descriptors.count <= MOST_IN_WORDS);
  return isWhole
    ? planWhole(subject, layout, selection, expansion, level)
    : planWindow(subject, layout, selection, expansion, { level, at });
}

/** How many objects of a kind the image has, as everywhere on the page; for two images, `31 → 32 open files`. */
function countOf({ after, both }: Subject, listing: "tasks" | "tables" | "files", noun: string): string {
  const now = counted(after[listing].count, noun);
  if (both === null || both.before[listing].count === after[listing].count) return now;
  return `${grouped(both.before[listing].count)} → ${now}`;
}

/** How many open files are shared: ` · 17 shared`, for two images ` · 15 → 17 shared`; empty if none are. */
function sharedOf({ sharedOn: { before, after } }: Layout): string {
  if (before === 0 && after === 0) return "";
  return before === after ? ` · ${grouped(after)} shared` : ` · ${grouped(before)} → ${grouped(after)} shared`;
}

/** Notes on what a plan leaves out. */
function notesOf(plan: Plan): string[] {
  const notes: string[] = [];
  if (plan.window !== null) {
    const { tablesAbove, tablesBelow } = plan.window;
    const all = counted(tablesAbove + plan.tables.length + tablesBelow, "file table");
    return [`A part of the image: ${grouped(plan.tables.length)} of ${all}; zoom out to see all.`];
  }
  let folded = 0;
  for (const { folds } of plan.tables) for (const count of folds.values()) folded += count;
  if (plan.level === "bars" && folded > 0) {
    notes.push(
      `${counted(folded, "descriptor")} folded by table; open a table (Enter or double-click) to see its slots.`,
    );
  }
  if (plan.level === "bars" && plan.sharedHidden > 0) {
    notes.push(
      `${counted(plan.sharedHidden, "shared file")} with fewer holders not drawn: a drawing holds about 3,000 marks.`,
    );
  }
  const moreTasks = plan.tables.reduce((sum, table) => sum + table.moreTasks, 0) + plan.moreLoose;
  if (moreTasks > 0) {
    notes.push(`${counted(moreTasks, "task")} not drawn: only the first ${TASKS_PER_TABLE} of each table are.`);
  }
  return notes;
}
