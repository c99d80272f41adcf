// The lane of file tables: stacked in order, each with its slots, and with room beside it for its tasks and files.

import { NONE } from "../../../model/checkpoint.ts";
import { i32At } from "../../../model/read.ts";
import { counted } from "../../../model/text/words.ts";
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
  type SlotRow,
  type Subject,
} from "../../order/graph.ts";
import type { PlannedTable } from "../../plan/plan.ts";
import { BOX } from "../boxes/box.ts";
import { goBox, moreBox, slotBox, slotFoldBox } from "../boxes/boxes.ts";
import { quietBox } from "../boxes/fold-box.ts";
import { type BarScale, tableBox } from "../boxes/table-box.ts";
import type { Draft, EdgeSource, PendingFile, PendingTask, TableEnd } from "../draft.ts";
import { type Box, PITCH } from "../scene.ts";
import { isShared } from "../text/words.ts";

const TABLE_GAP = 14;
/** Tables of one row stand close together. */
const BAR_GAP = 2;
/** Pixels between the two edges of a slot that led to another file before. */
const EARLIER = 5;

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
  readonly fileByRow: ReadonlyMap<GraphFileRow, PendingFile>;
}

/** Stacks the tables of a plan. */
export function stackTables(draft: Draft, bars: BarScale | null): Pending {
  const { plan, top } = draft;
  const files = plan.files.map((file): PendingFile => ({ file, sources: [] }));
  const fileByRow = new Map(files.map((pending) => [pending.file, pending]));
  const collected: Collected = { tasks: [], taskByRow: new Map(), fileByRow };
  const quiet = new Map(plan.quiet.map((run) => [run.place, run]));
  let y = top;
  const { window } = plan;
  if (window !== null && window.tablesAbove > 0) {
    draft.boxes.push(goBox(draft.frame, y, `▴ ${counted(window.tablesAbove, "file table")} above`, window.up));
    y += PITCH + TABLE_GAP;
  }
  for (let place = 0; place <= plan.tables.length; place++) {
    const run = quiet.get(place);
    if (run !== undefined) {
      const end: TableEnd = { box: draft.boxes.length, y: y + BOX / 2, change: SAME };
      draft.boxes.push(quietBox(draft.subject, run, draft.frame, y));
      collected.tasks.push({ of: { kind: "quiet", run }, ideal: y, tables: [end] });
      y += PITCH + TABLE_GAP;
    }
    const planned = plan.tables[place];
    if (planned === undefined) continue;
    const box = draft.boxes.length;
    const rows = addTable(draft, collected, planned, y, bars);
    addUsers(draft.subject, collected, planned, box, y);
    const isGroup = planned.alike.length > 0;
    const taskRows = isGroup ? 1 : planned.tasks.length + (planned.moreTasks > 0 ? 1 : 0);
    const height = Math.max(rows, taskRows, privateRows(draft, collected, planned));
    y += height * PITCH + (height === 1 && plan.level === "bars" ? BAR_GAP : TABLE_GAP);
  }
  if (window !== null && window.tablesBelow > 0) {
    draft.boxes.push(goBox(draft.frame, y, `▾ ${counted(window.tablesBelow, "file table")} below`, window.down));
    y += PITCH + TABLE_GAP;
  }
  return { tasks: collected.tasks, files, bottom: y };
}

/** Adds a table with its slots and the sources of its edges to files. Returns its height in rows. */
function addTable(draft: Draft, collected: Collected, planned: PlannedTable, y: number, bars: BarScale | null): number {
  const { subject, plan, frame, boxes } = draft;
  const table = boxes.length;
  const lines = linesOf(planned);
  const hasFooter = planned.open && planned.moreSlots > 0;
  const rows = 1 + lines.length + (hasFooter ? 1 : 0);
  boxes.push(tableBox(draft, planned, y, rows, lines.length === 0 ? bars : null));

  const connect = (file: GraphFileRow, source: EdgeSource): void => {
    collected.fileByRow.get(file)?.sources.push(source);
  };
  /** Each edge stands for one slot of each table that is alike. */
  const tables = 1 + planned.alike.length;
  let bundleBox = table;
  let bundleY = y + BOX / 2;
  lines.forEach((line, at) => {
    const lineY = y + (at + 1) * PITCH;
    if (line === "above") {
      const text = `▴ ${counted(planned.slotsAbove, "fd")} above`;
      boxes.push(goBox(frame, lineY, text, plan.window?.up ?? 0, table));
      return;
    }
    if (line === "fold") {
      if (planned.slotFold !== null && !planned.slotFold.open) [bundleBox, bundleY] = [boxes.length, lineY + BOX / 2];
      boxes.push(slotFoldBox(subject, planned, frame, lineY, table));
      return;
    }
    const end = { box: boxes.length, table, y: lineY + BOX / 2, count: tables };
    const { change, file, earlier } = targetsOf(subject, line);
    connect(file, { ...end, change });
    // The edge to the file before leaves the slot below the other one, so that both are to be seen.
    if (earlier !== NONE) connect(earlier, { ...end, y: end.y + EARLIER, change: REMOVED });
    boxes.push(slotBox(subject, line, frame, lineY, table));
  });
  if (hasFooter) boxes.push(footer(draft, planned, y + (rows - 1) * PITCH, table));
  for (const [file, count] of planned.bundles) {
    connect(file, { box: bundleBox, table, y: bundleY, count: count * tables, change: SAME });
  }
  return rows;
}

/** What leads to the slots of a table that are not drawn. */
function footer({ plan, frame }: Draft, { moreSlots }: PlannedTable, y: number, table: number): Box {
  if (plan.window === null || plan.level === "bars") return moreBox(frame, y, moreSlots, "fd", plan.full);
  return goBox(frame, y, `▾ ${counted(moreSlots, "fd")} below`, plan.window.down, table);
}

/**
 * What is below the title of a table: its drawn slots, and the row of folded ones: inherited
 * ones first, unchanged last.
 */
function linesOf({ slots, slotFold, slotsAbove }: PlannedTable): (SlotRow | "fold" | "above")[] {
  if (slotsAbove > 0) return ["above", ...slots];
  if (slotFold === null) return [...slots];
  return slotFold.why === "inherited" ? ["fold", ...slots] : [...slots, "fold"];
}

/**
 * The files of a slot and the change of its edge. A change of file is one edge added and one removed; no other matters.
 */
function targetsOf(subject: Subject, slot: SlotRow): { file: GraphFileRow; earlier: GraphFileRow; change: Change } {
  const own = changeOf(subject, "descriptor", slot);
  const earlier = fileBefore(subject.graph, slot);
  const change = earlier !== NONE ? ADDED : own === CHANGED ? SAME : own;
  return { file: i32At(subject.graph.descriptors.file, slot), earlier, change };
}

/** How many rows the private files of a table's slots need beside it. */
function privateRows({ subject }: Draft, { fileByRow }: Collected, { slots }: PlannedTable): number {
  const files = new Set<GraphFileRow>();
  slots.forEach((slot) => {
    const { file, earlier } = targetsOf(subject, slot);
    for (const each of [file, earlier]) {
      if (each !== NONE && fileByRow.has(each) && !isShared(subject, each)) files.add(each);
    }
  });
  return files.size === 0 ? 0 : files.size + 1;
}

/** Collects the tasks of a table; a task of two tables (in a union) is placed once. */
function addUsers(subject: Subject, collected: Collected, planned: PlannedTable, box: number, y: number): void {
  const middle = y + BOX / 2;
  if (planned.alike.length > 0) {
    collected.tasks.push({ of: { kind: "alike", planned }, ideal: y, tables: [{ box, y: middle, change: SAME }] });
    return;
  }
  for (const task of planned.tasks) {
    const end: TableEnd = { box, y: middle, change: changeOfUse(subject, task, planned.table) };
    const known = collected.taskByRow.get(task);
    if (known !== undefined) {
      known.tables.push(end);
      continue;
    }
    const pending: PendingTask = { of: { kind: "task", task }, ideal: y, tables: [end] };
    collected.taskByRow.set(task, pending);
    collected.tasks.push(pending);
  }
  if (planned.moreTasks > 0) {
    const end: TableEnd = { box, y: middle, change: SAME };
    collected.tasks.push({ of: { kind: "more", count: planned.moreTasks }, ideal: y, tables: [end] });
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
