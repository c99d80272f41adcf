// Places a plan's objects: tables stacked in order, tasks and files as near to their edges as their order allows, so
// that edges to private files are mostly straight and only those of shared files bend.

import type { Subject } from "../order/graph.ts";
import type { Plan } from "../plan/plan.ts";
import { moreBox } from "./boxes.ts";
import type { Draft } from "./draft.ts";
import { columnsOf, type FileLane } from "./file-box.ts";
import { listUnused, placeFiles } from "./files-lane.ts";
import type { Frame } from "./frame.ts";
import { type Box, type Edge, PITCH } from "./scene.ts";
import { stackTables } from "./tables-lane.ts";
import { placeTasks } from "./tasks-lane.ts";

/** Boxes and edges of a plan, from `top` downwards, and where they end. In pixels. */
export function compose(
  subject: Subject,
  plan: Plan,
  frame: Frame,
  top: number,
): { boxes: Box[]; edges: Edge[]; bottom: number } {
  const draft: Draft = { subject, plan, frame, top, boxes: [], edges: [] };
  const columns = columnsOf(subject, [...plan.files, ...plan.unused], frame.fileWidth);
  const lane: FileLane = { x: frame.file, width: frame.fileWidth, columns };
  const tables = stackTables(draft);
  const tasksBottom = placeTasks(draft, tables.tasks, tables.bottom);
  const filesBottom = placeFiles(draft, lane, tables.files);
  let bottom = Math.max(tables.bottom, tasksBottom, filesBottom);
  if (plan.moreHolders > 0) {
    draft.boxes.push(moreBox(frame, tables.bottom, plan.moreHolders, "holder", plan.full));
    bottom = Math.max(bottom, tables.bottom + PITCH);
  }
  bottom = listUnused(draft, lane, bottom);
  return { boxes: draft.boxes, edges: draft.edges, bottom };
}
