// Places a plan's objects: tables stacked in order, tasks beside them, private files beside their slots, shared files
// in a band of their own.

import type { Subject } from "../order/graph.ts";
import type { Layout } from "../order/layout.ts";
import type { Plan } from "../plan/plan.ts";
import { moreBox } from "./boxes/boxes.ts";
import { columnsOf } from "./boxes/file-box.ts";
import { type BarScale, barScaleOf } from "./boxes/table-box.ts";
import type { Draft } from "./draft.ts";
import { listUnused, placeFiles } from "./lanes/files-lane.ts";
import { type Frame, frameRight, lanesIn, mainLane, type Needs } from "./lanes/frame.ts";
import { stackTables } from "./lanes/tables-lane.ts";
import { placeTasks } from "./lanes/tasks-lane.ts";
import { wishesOf } from "./lanes/wishes.ts";
import { type Box, COLUMN, type Edge, PITCH, type Ribbon } from "./scene.ts";
import { isShared } from "./text/words.ts";

/** The area that a composition may take, in pixels. It grows downwards, and to the right if it is too narrow. */
export interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
}

export interface Composition {
  readonly frame: Frame;
  readonly needs: Needs;
  readonly boxes: Box[];
  readonly edges: Edge[];
  readonly ribbons: Ribbon[];
  /** How the bars of tables are scaled, if there are any. */
  readonly bars: BarScale | null;
  readonly bottom: number;
  readonly right: number;
}

/** Boxes and edges of a plan. */
export function compose(subject: Subject, layout: Layout, plan: Plan, area: Area): Composition {
  const shared = plan.files.filter((file) => isShared(subject, file));
  const needs: Needs = {
    own: shared.length < plan.files.length,
    shared: shared.length > 0,
    trunks: shared.length === 0 ? 0 : plan.tables.length,
    wishes: wishesOf(subject, layout, plan),
  };
  const frame = lanesIn(area.left, area.right, needs);
  const { top } = area;
  const draft: Draft = { subject, layout, plan, frame, top, boxes: [], edges: [], ribbons: [] };
  const bars = plan.level === "bars" ? barScaleOf(subject, plan, frame) : null;
  const tables = stackTables(draft, bars);
  const tasksBottom = placeTasks(draft, tables.tasks, tables.bottom);
  let bottom = Math.max(tables.bottom, tasksBottom, placeFiles(draft, tables.files));
  if (plan.moreHolders > 0) {
    draft.boxes.push(moreBox(frame, tables.bottom, plan.moreHolders, "holder", plan.full));
    bottom = Math.max(bottom, tables.bottom + PITCH);
  }
  const lane = mainLane(frame, needs);
  const columns = columnsOf(subject, plan.unused, lane.width);
  bottom = listUnused(draft, { ...lane, columns, column: COLUMN.file }, bottom);
  const { boxes, edges, ribbons } = draft;
  return { frame, needs, boxes, edges, ribbons, bars, bottom, right: frameRight(frame) };
}
