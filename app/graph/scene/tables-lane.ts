// The lane of file tables: stacked in order, each with its slots, and with room beside it for its tasks and files.

import { NONE } from "../../model/checkpoint.ts";
import { i32At } from "../../model/read.ts";
import {
  ADDED,
  CHANGED,
  type Change,
  changeOf,
  fileBefore,
  type GraphFileRow,
  type GraphTableRow,
  type GraphTaskRow,
  REMOVED,
  rowAfter,
  rowBefore,
  SAME,
  type Subject,
} from "../order/graph.ts";
import type { Plan, PlannedTable } from "../plan/plan.ts";
import { BOX } from "./box.ts";
import { moreBox, slotBox, tableBox } from "./boxes.ts";
import type { Draft, EdgeSource, PendingFile, PendingTask, TableEnd } from "./draft.ts";
import { type Fold, foldsOf } from "./fold-box.ts";
import { PITCH } from "./scene.ts";

const TABLE_GAP = 14;

/** The boxes that the other lanes have to place, and where the tables end. */
interface Pending {
  readonly tasks: PendingTask[];
  readonly files: PendingFile[];
  readonly bottom: number;
}

/** Collects the slots and edges of tables. */
interface Collected {
  readonly tasks: PendingTask[];
  readonly taskByRow: Map<GraphTaskRow, PendingTask>;
  readonly files: PendingFile[];
  readonly fileByRow: ReadonlyMap<GraphFileRow, PendingFile>;
}

/** Stacks the tables of a plan. */
export function stackTables(draft: Draft): Pending {
  const { subject, plan, top } = draft;
  const files = plan.files.map((file) => pendingFile(file, null));
  const fileByRow = new Map(files.map((pending) => [pending.file, pending]));
  const collected: Collected = { tasks: [], taskByRow: new Map(), files, fileByRow };
  const rowsBeside = filesBeside(subject, plan);
  let y = top;
  plan.tables.forEach((planned, place) => {
    const tableBoxIndex = draft.boxes.length;
    const rows = addTable(draft, collected, planned, place, y);
    addUsers(subject, collected, planned, tableBoxIndex, y);
    const taskRows = planned.tasks.length + (planned.moreTasks > 0 ? 1 : 0);
    y += Math.max(rows, rowsBeside[place] ?? 0, taskRows) * PITCH + TABLE_GAP;
  });
  return { tasks: collected.tasks, files, bottom: y };
}

const pendingFile = (file: GraphFileRow, fold: Fold | null): PendingFile => ({
  file,
  fold,
  order: 0,
  height: 0,
  weight: 0,
  sources: [],
});

/** Adds a table with its slots and the sources of its edges to files. Returns its height in rows. */
function addTable(draft: Draft, collected: Collected, planned: PlannedTable, place: number, y: number): number {
  const { subject, plan, frame, boxes } = draft;
  const table = boxes.length;
  const middle = y + BOX / 2;
  const hasFooter = planned.open && planned.moreSlots > 0;
  const rows = 1 + planned.slots.length + (hasFooter ? 1 : 0);
  boxes.push(tableBox(subject, planned, frame, y, rows));

  const connect = (file: GraphFileRow, order: number, source: EdgeSource): void => {
    const target = collected.fileByRow.get(file);
    if (target !== undefined) addSource(target, order, source);
  };
  planned.slots.forEach((slot, at) => {
    const slotY = y + (at + 1) * PITCH;
    const order = place + (at + 1) / (rows + 1);
    const end = { box: boxes.length, y: slotY + BOX / 2, count: 1 };
    const change = changeOf(subject, "descriptor", slot);
    const earlier = fileBefore(subject.graph, slot);
    // A change of file is one edge added and one removed; other changes of a slot do not affect its edge.
    const edgeChange = earlier !== NONE ? ADDED : change === CHANGED ? SAME : change;
    connect(i32At(subject.graph.descriptors.file, slot), order, { ...end, change: edgeChange });
    if (earlier !== NONE) connect(earlier, order, { ...end, change: REMOVED });
    boxes.push(slotBox(subject, slot, frame, slotY, table));
  });
  if (hasFooter) boxes.push(moreBox(frame, y + (rows - 1) * PITCH, planned.moreSlots, "fd", plan.full));

  for (const [file, count] of planned.bundles) {
    connect(file, place + 0.5 / (rows + 1), { box: table, y: middle, count, change: SAME });
  }
  foldsOf(planned).forEach((fold, at) => {
    const pending = pendingFile(NONE, fold);
    addSource(pending, place + 0.9 + at / 1000, { box: table, y: middle, count: fold.count, change: SAME });
    collected.files.push(pending);
  });
  return rows;
}

function addSource(target: PendingFile, order: number, source: EdgeSource): void {
  // A removed edge should hardly pull the file away from its current holders.
  const weight = source.change === REMOVED ? 0.01 : source.count;
  target.order += order * weight;
  target.height += source.y * weight;
  target.weight += weight;
  target.sources.push(source);
}

/** Collects the tasks of a table; a task of two tables (in a union) is placed once. */
function addUsers(subject: Subject, collected: Collected, planned: PlannedTable, box: number, y: number): void {
  const middle = y + BOX / 2;
  for (const task of planned.tasks) {
    const end: TableEnd = { box, y: middle, change: changeOfUse(subject, task, planned.table) };
    const known = collected.taskByRow.get(task);
    if (known !== undefined) {
      known.tables.push(end);
      continue;
    }
    const pending: PendingTask = { task, count: 0, ideal: y, tables: [end] };
    collected.taskByRow.set(task, pending);
    collected.tasks.push(pending);
  }
  if (planned.moreTasks > 0) {
    const end: TableEnd = { box, y: middle, change: SAME };
    collected.tasks.push({ task: NONE, count: planned.moreTasks, ideal: y, tables: [end] });
  }
}

/** Whether a task started or stopped using a table between two images. */
function changeOfUse(subject: Subject, task: GraphTaskRow, table: GraphTableRow): Change {
  const { both, after } = subject;
  if (both === null) return SAME;
  const uses = (tableOf: Int32Array, taskRow: number, tableRow: number): boolean =>
    taskRow !== NONE && tableRow !== NONE && i32At(tableOf, taskRow) === tableRow;
  const usesAfter = uses(after.tasks.table, rowAfter(subject, "task", task), rowAfter(subject, "table", table));
  const usedBefore = uses(
    both.before.tasks.table,
    rowBefore(subject, "task", task),
    rowBefore(subject, "table", table),
  );
  return usesAfter === usedBefore ? SAME : usesAfter ? ADDED : REMOVED;
}

/** By place of a table: rows of the files' lane beside it, for its folds and for the files whose mean place it is. */
function filesBeside({ graph }: Subject, plan: Plan): number[] {
  const places = new Map<GraphFileRow, { sum: number; count: number }>();
  const add = (file: GraphFileRow, place: number, count: number): void => {
    if (file === NONE) return;
    const known = places.get(file);
    if (known === undefined) places.set(file, { sum: place * count, count });
    else {
      known.sum += place * count;
      known.count += count;
    }
  };
  plan.tables.forEach((planned, place) => {
    for (const slot of planned.slots) {
      add(i32At(graph.descriptors.file, slot), place, 1);
      add(fileBefore(graph, slot), place, 1);
    }
    for (const [file, count] of planned.bundles) add(file, place, count);
  });
  const rows = plan.tables.map((planned) => foldsOf(planned).length);
  for (const file of plan.files) {
    const place = places.get(file);
    if (place === undefined) continue;
    const mean = Math.round(place.sum / place.count);
    rows[mean] = (rows[mean] ?? 0) + 1;
  }
  return rows;
}
