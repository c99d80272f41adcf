// The lane of tasks, and the edges from tasks to their tables.

import { BOX } from "../boxes/box.ts";
import { alikeTasksBox, moreTasksBox, quietTasksBox, taskBox } from "../boxes/boxes.ts";
import type { Draft, PendingTask } from "../draft.ts";
import type { Box } from "../scene.ts";
import { PITCH } from "../scene.ts";
import { taskSign } from "./edge-sign.ts";
import { placeInOrder } from "./place.ts";

/** Places tasks near their tables, and tasks without a table below all tables. Returns where the lane ends. */
export function placeTasks(draft: Draft, withTables: readonly PendingTask[], tablesBottom: number): number {
  const { plan, top, boxes } = draft;
  const tasks = [...withTables];
  for (const task of plan.loose) tasks.push({ of: { kind: "task", task }, ideal: tablesBottom, tables: [] });
  if (plan.moreLoose > 0) {
    tasks.push({ of: { kind: "more", count: plan.moreLoose }, ideal: tablesBottom, tables: [] });
  }
  const heights = placeInOrder(
    tasks.map(({ ideal }) => ideal),
    PITCH,
    top,
  );
  tasks.forEach((pending, at) => {
    const y = heights[at] as number;
    const from = boxes.length;
    boxes.push(boxFor(draft, pending, y));
    addUseEdges(draft, pending, from, y + BOX / 2);
  });
  return (heights.at(-1) ?? top) + PITCH;
}

function boxFor(draft: Draft, { of, tables }: PendingTask, y: number): Box {
  const { subject, frame } = draft;
  const quiet = tables.every(({ box }) => draft.boxes[box]?.quiet ?? true);
  if (of.kind === "task") return taskBox(draft, of.task, y, quiet);
  if (of.kind === "alike") return alikeTasksBox(subject, of.planned, frame, y);
  return of.kind === "quiet" ? quietTasksBox(subject, of.run, frame, y) : moreTasksBox(frame, y, of.count);
}

/** Edges from a task's box to the boxes of its tables. */
function addUseEdges({ frame, boxes, edges }: Draft, { of, tables }: PendingTask, from: number, y: number): void {
  for (const table of tables) {
    const line = { x1: frame.task + frame.taskWidth, y1: y, via: Number.NaN, x2: frame.table, y2: table.y };
    edges.push({
      kind: of.kind === "task" ? "use" : "fold",
      from,
      to: table.box,
      ...line,
      count: of.kind === "more" ? of.count : 1,
      shared: of.kind !== "alike" && of.kind !== "quiet" && (boxes[table.box]?.shared ?? false),
      change: table.change,
      sign: taskSign(table.change, line),
    });
  }
}
