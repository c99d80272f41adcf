// The lane of tasks, and the edges from tasks to their tables.

import { NONE } from "../../model/checkpoint.ts";
import { BOX } from "./box.ts";
import { moreTasksBox, taskBox } from "./boxes.ts";
import type { Draft, PendingTask } from "./draft.ts";
import { placeInOrder } from "./place.ts";
import { PITCH } from "./scene.ts";

/** Places tasks near their tables, and tasks without a table below all tables. Returns where the lane ends. */
export function placeTasks(draft: Draft, withTables: readonly PendingTask[], tablesBottom: number): number {
  const { subject, plan, frame, top, boxes } = draft;
  const tasks = [...withTables];
  for (const task of plan.loose) tasks.push({ task, count: 0, ideal: tablesBottom, tables: [] });
  if (plan.moreLoose > 0) tasks.push({ task: NONE, count: plan.moreLoose, ideal: tablesBottom, tables: [] });
  const heights = placeInOrder(
    tasks.map(({ ideal }) => ideal),
    PITCH,
    top,
  );
  tasks.forEach((pending, at) => {
    const y = heights[at] as number;
    const from = boxes.length;
    const { task, count } = pending;
    boxes.push(task === NONE ? moreTasksBox(frame, y, count) : taskBox(subject, task, frame, y));
    addUseEdges(draft, pending, from, y + BOX / 2);
  });
  return (heights.at(-1) ?? top) + PITCH;
}

/** Edges from a task's box to the boxes of its tables. */
function addUseEdges({ frame, boxes, edges }: Draft, pending: PendingTask, from: number, y: number): void {
  for (const table of pending.tables) {
    edges.push({
      kind: pending.task === NONE ? "fold" : "use",
      from,
      to: table.box,
      x1: frame.task + frame.taskWidth,
      y1: y,
      x2: frame.table,
      y2: table.y,
      count: Math.max(1, pending.count),
      shared: boxes[table.box]?.shared ?? false,
      change: table.change,
    });
  }
}
