// Makes the scene of a subject at its level: the whole graph, or strips with the surroundings of the selection.

import { counted, grouped } from "../../model/words.ts";
import type { Subject } from "../order/graph.ts";
import type { Layout } from "../order/layout.ts";
import { isMap, type Plan, TASKS_PER_TABLE } from "../plan/plan.ts";
import { planWhole } from "../plan/whole.ts";
import { compose } from "./compose.ts";
import { mapScene } from "./map-scene.ts";
import { offNotes } from "./off-notes.ts";
import { HEADING, laneHeadings, type Scene, type SceneOptions, withColumns } from "./scene.ts";
import { barAxis } from "./table-box.ts";

/** The scene of a subject at a size. At most MOST_MARKS (some 3,000) marks, whatever the size of the image. */
export function sceneOf(subject: Subject, layout: Layout, options: SceneOptions): Scene {
  return isMap(subject) ? mapScene(subject, layout, options) : wholeScene(subject, layout, options);
}

function wholeScene(subject: Subject, layout: Layout, { width, selection, expansion }: SceneOptions): Scene {
  const plan = planWhole(subject, layout, selection, expansion);
  const drawn = compose(subject, layout, plan, { left: 0, right: width, top: HEADING + 8 });
  const { frame, needs, boxes, edges, ribbons, bars } = drawn;
  const files = `${countOf(subject, "files", "open file")}${layout.shared > 0 ? ` · ${grouped(layout.shared)} shared` : ""}`;
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
    compared: subject.both !== null,
  });
}

/** How many objects of a kind the image has, as everywhere on the page; of two images, `31 → 32 open files`. */
function countOf({ after, both }: Subject, listing: "tasks" | "tables" | "files", noun: string): string {
  const now = counted(after[listing].count, noun);
  if (both === null || both.before[listing].count === after[listing].count) return now;
  return `${grouped(both.before[listing].count)} → ${now}`;
}

/** Notes on what a plan leaves out. */
function notesOf(plan: Plan): string[] {
  const notes: string[] = [];
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
