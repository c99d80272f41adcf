// Places what is planned: tables stacked in their order, tasks and files as near to their edges as their order lets
// them be, so that an edge to a private file is mostly a straight line and what bends is what is shared.

import { NONE } from "../../model/checkpoint.ts";
import { ADDED, CHANGED, type Change, changeOf, REMOVED, SAME, type Subject } from "../order/graph.ts";
import type { Layout } from "../order/layout.ts";
import type { Plan } from "../plan/plan.ts";
import {
  BOX,
  columnsOf,
  type Fold,
  type Frame,
  fileBox,
  foldBox,
  foldsOf,
  moreBox,
  moreTasksBox,
  slotBox,
  tableBox,
  taskBox,
  unusedBox,
} from "./boxes.ts";
import { placeInOrder } from "./place.ts";
import { type Box, type Edge, PITCH } from "./scene.ts";

/** Lanes between `left` and `right`; wider than that if they would not be readable. */
export function lanesIn(left: number, right: number): Frame {
  const width = right - left;
  const narrow = width < 560;
  const margin = narrow ? 6 : 20;
  const taskWidth = narrow ? 84 : Math.round(Math.min(180, width * 0.17));
  const tableWidth = narrow ? 66 : Math.round(Math.min(216, Math.max(130, width * 0.2)));
  const gap = narrow ? 14 : Math.round(Math.min(72, width * 0.045));
  const fan = narrow ? 36 : Math.round(Math.min(200, Math.max(64, width * 0.12)));
  const task = left + margin;
  const table = task + taskWidth + gap;
  const file = table + tableWidth + fan;
  const fileWidth = Math.min(640, Math.max(narrow ? 176 : 260, right - margin - file));
  return { margin, task, taskWidth, table, tableWidth, file, fileWidth };
}

const TABLE_GAP = 14;

/** A box in the files' lane that waits for its height: a file, or what a table folds. */
interface Waiting {
  readonly file: number;
  readonly fold: Fold | null;
  /** Sum and number of what it hangs on: places (in tables) to order it by, heights to put it at. */
  order: number;
  height: number;
  weight: number;
  readonly sources: { from: number; y: number; count: number; change: Change }[];
}

/** Boxes and edges of a plan, from `top` downwards. */
export function compose(
  subject: Subject,
  plan: Plan,
  frame: Frame,
  top: number,
): { boxes: Box[]; edges: Edge[]; bottom: number } {
  const boxes: Box[] = [];
  const edges: Edge[] = [];
  const rowsAtHome = filesAtHome(subject, plan);

  // Tables, from top to bottom, each with room for its tasks and the files that stand beside it.
  const waitingFiles = new Map<number, Waiting>();
  for (const file of plan.files)
    waitingFiles.set(file, { file, fold: null, order: 0, height: 0, weight: 0, sources: [] });
  const waiting: Waiting[] = [...waitingFiles.values()];
  const tasks: {
    task: number;
    count: number;
    ideal: number;
    tables: { index: number; y: number; change: Change }[];
  }[] = [];
  const tasksByRow = new Map<number, (typeof tasks)[number]>();
  let y = top;
  plan.tables.forEach((planned, index) => {
    const tableIndex = boxes.length;
    const footer = planned.open && planned.moreSlots > 0 ? 1 : 0;
    const rows = 1 + planned.slots.length + footer;
    boxes.push(tableBox(subject, planned, frame, y, rows));
    const middle = y + BOX / 2;
    const hang = (file: number, order: number, from: number, height: number, count: number, change: Change): void => {
      const target = waitingFiles.get(file);
      if (target !== undefined) addSource(target, order, from, height, count, change);
    };
    planned.slots.forEach((slot, at) => {
      const slotY = y + (at + 1) * PITCH;
      const change = changeOf(subject, "descriptor", slot);
      const now = subject.graph.descriptors.file[slot] as number;
      const was = subject.graph.descriptors.wasFile?.[slot] ?? NONE;
      const order = index + (at + 1) / (rows + 1);
      const moved = was !== NONE;
      const edge = moved ? ADDED : change === CHANGED ? SAME : change;
      hang(now, order, boxes.length, slotY + BOX / 2, 1, edge);
      if (moved) hang(was, order, boxes.length, slotY + BOX / 2, 1, REMOVED);
      boxes.push(slotBox(subject, slot, frame, slotY, tableIndex));
    });
    if (footer === 1) boxes.push(moreBox(frame, y + (rows - 1) * PITCH, planned.moreSlots, "fd", plan.full));
    for (const [file, count] of planned.bundles) hang(file, index + 0.5 / (rows + 1), tableIndex, middle, count, SAME);
    foldsOf(planned).forEach((fold, at) => {
      const made: Waiting = { file: NONE, fold, order: 0, height: 0, weight: 0, sources: [] };
      addSource(made, index + 0.9 + at / 1000, tableIndex, middle, fold.count, SAME);
      waiting.push(made);
    });
    for (const task of planned.tasks) {
      const known = tasksByRow.get(task);
      const change = taskEdgeChange(subject, task, planned.table);
      if (known === undefined) {
        const fresh = { task, count: 0, ideal: y, tables: [{ index: tableIndex, y: middle, change }] };
        tasksByRow.set(task, fresh);
        tasks.push(fresh);
      } else known.tables.push({ index: tableIndex, y: middle, change });
    }
    if (planned.moreTasks > 0) {
      tasks.push({
        task: NONE,
        count: planned.moreTasks,
        ideal: y,
        tables: [{ index: tableIndex, y: middle, change: SAME }],
      });
    }
    const beside = Math.max(rowsAtHome[index] ?? 0, planned.tasks.length + (planned.moreTasks > 0 ? 1 : 0));
    y += Math.max(rows, beside) * PITCH + TABLE_GAP;
  });
  const tablesBottom = y;

  for (const task of plan.loose) tasks.push({ task, count: 0, ideal: tablesBottom, tables: [] });
  if (plan.moreLoose > 0) tasks.push({ task: NONE, count: plan.moreLoose, ideal: tablesBottom, tables: [] });
  const taskYs = placeInOrder(
    tasks.map(({ ideal }) => ideal),
    PITCH,
    top,
  );
  tasks.forEach(({ task, count, tables }, at) => {
    const from = boxes.length;
    const taskY = taskYs[at] as number;
    boxes.push(task === NONE ? moreTasksBox(frame, taskY, count) : taskBox(subject, task, frame, taskY));
    for (const { index, y: tableY, change } of tables) {
      edges.push({
        kind: task === NONE ? "fold" : "use",
        from,
        to: index,
        x1: frame.task + frame.taskWidth,
        y1: taskY + BOX / 2,
        x2: frame.table,
        y2: tableY,
        count: Math.max(1, count),
        shared: boxes[index]?.shared ?? false,
        change,
      });
    }
  });

  // Files and folds: in the order of what they hang on, as near to it as can be.
  waiting.sort((a, b) => a.order / a.weight - b.order / b.weight || a.file - b.file);
  const fileYs = placeInOrder(
    waiting.map(({ height, weight }) => height / weight - BOX / 2),
    PITCH,
    top,
  );
  const columns = columnsOf(subject, [...plan.files, ...plan.unused], frame.fileWidth);
  waiting.forEach(({ file, fold, sources }, at) => {
    const to = boxes.length;
    const fileY = fileYs[at] as number;
    const made =
      fold === null ? fileBox(subject, file, frame.file, frame.fileWidth, fileY, columns) : foldBox(fold, frame, fileY);
    boxes.push(made);
    for (const { from, y: sourceY, count, change } of sources) {
      edges.push({
        kind: fold !== null ? "fold" : count > 1 || boxes[from]?.kind === "table" ? "bundle" : "lead",
        from,
        to,
        x1: frame.table + frame.tableWidth,
        y1: sourceY,
        x2: frame.file,
        y2: fileY + BOX / 2,
        count,
        shared: made.shared,
        change,
      });
    }
  });
  let bottom = Math.max(tablesBottom, (taskYs.at(-1) ?? top) + PITCH, (fileYs.at(-1) ?? top) + PITCH);

  if (plan.moreHolders > 0) {
    boxes.push(moreBox(frame, tablesBottom, plan.moreHolders, "holder", plan.full));
    bottom = Math.max(bottom, tablesBottom + PITCH);
  }
  if (plan.unused.length > 0 || (plan.unusedCount > 0 && plan.level !== "map")) {
    bottom = Math.max(bottom, (fileYs.at(-1) ?? top - PITCH) + PITCH) + PITCH;
    boxes.push(unusedBox(plan, frame, bottom));
    for (const file of plan.unused) {
      bottom += PITCH;
      boxes.push(fileBox(subject, file, frame.file, frame.fileWidth, bottom, columns));
    }
    bottom += PITCH;
  }
  return { boxes, edges, bottom };
}

function addSource(target: Waiting, order: number, from: number, y: number, count: number, change: Change): void {
  // What is gone does not draw the file away from where it is held now.
  const weight = change === REMOVED ? 0.01 : count;
  target.order += order * weight;
  target.height += y * weight;
  target.weight += weight;
  target.sources.push({ from, y, count, change });
}

/** How many rows of the files' lane belong beside each table: its folds, and the files whose middle it is. */
function filesAtHome(subject: Subject, plan: Plan): number[] {
  const { file: leads, wasFile } = subject.graph.descriptors;
  const places = new Map<number, { sum: number; count: number }>();
  const add = (file: number, place: number, count: number): void => {
    const known = places.get(file);
    if (known === undefined) places.set(file, { sum: place * count, count });
    else {
      known.sum += place * count;
      known.count += count;
    }
  };
  plan.tables.forEach((planned, place) => {
    for (const slot of planned.slots) {
      add(leads[slot] as number, place, 1);
      const was = wasFile?.[slot] ?? NONE;
      if (was !== NONE) add(was, place, 1);
    }
    for (const [file, count] of planned.bundles) add(file, place, count);
  });
  const rows = plan.tables.map((planned) => foldsOf(planned).length);
  for (const file of plan.files) {
    const at = places.get(file);
    if (at === undefined) continue;
    const home = Math.round(at.sum / at.count);
    rows[home] = (rows[home] ?? 0) + 1;
  }
  return rows;
}

/** Whether a task began or ceased to use a table between two images. */
function taskEdgeChange(subject: Subject, task: number, table: number): Change {
  const { both, after } = subject;
  if (both === null) return SAME;
  const nowTask = both.now.task[task] ?? NONE;
  const wasTask = both.was.task[task] ?? NONE;
  const now =
    nowTask !== NONE && after.tasks.table[nowTask] === both.now.table[table] && both.now.table[table] !== NONE;
  const was =
    wasTask !== NONE && both.before.tasks.table[wasTask] === both.was.table[table] && both.was.table[table] !== NONE;
  return now === was ? SAME : now ? ADDED : REMOVED;
}

/** The first of the ranked files as a list of boxes, in lane order: for drawings too large to hold the lane. */
export function around(
  subject: Subject,
  layout: Layout,
  at: {
    readonly x: number;
    readonly width: number;
    readonly y: number;
    readonly most: number;
    readonly drawn: readonly Box[];
  },
): { boxes: Box[]; files: number[]; bottom: number; x: number } {
  const drawn = new Set(at.drawn.filter((other) => other.ref?.to === "file").map((other) => other.ref?.row));
  const files = [...layout.ranked.subarray(0, at.most)]
    .filter((file) => !drawn.has(file))
    .sort((a, b) => (layout.filePlace[a] as number) - (layout.filePlace[b] as number));
  const fan = at.width < 400 ? 40 : 120;
  const x = at.x + fan;
  const width = Math.min(640, Math.max(176, at.width - fan - 12));
  const columns = columnsOf(subject, files, width);
  const boxes = files.map((file, index) => fileBox(subject, file, x, width, at.y + index * PITCH, columns));
  return { boxes, files, bottom: at.y + files.length * PITCH, x };
}
