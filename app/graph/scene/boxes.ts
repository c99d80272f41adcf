// The boxes of tasks, tables and slots, and the text in them. Those of files are in file-box.ts, folds in fold-box.ts.

import { NONE } from "../../model/checkpoint.ts";
import { i32At, u32At } from "../../model/read.ts";
import { counted, grouped } from "../../model/words.ts";
import {
  changeOf,
  type Graph,
  type GraphTableRow,
  type GraphTaskRow,
  holdersOf,
  type SlotRow,
  type Subject,
  shownSlotsOf,
  tasksOf,
} from "../order/graph.ts";
import { MORE, type PlannedTable } from "../plan/plan.ts";
import { box, characters, clipped, elided, left, right, signed } from "./box.ts";
import type { Frame } from "./frame.ts";
import { type Box, type Cell, CHARACTER, COLUMN, PITCH } from "./scene.ts";
import { accessLetters, closeOnExecMark, isShared, isTableShared, tableBadge, taskLabel, taskNote } from "./words.ts";

/** A task: number and comm, and its state if it is worth mentioning. */
export function taskBox(subject: Subject, task: GraphTaskRow, frame: Frame, y: number): Box {
  const change = changeOf(subject, "task", task);
  const { cells, indent } = signed(subject, change);
  const note = taskNote(subject, task);
  const room = characters(frame.taskWidth - 12 - indent);
  const label = taskLabel(subject, task);
  const shownNote = note !== "" && label.length + note.length + 1 <= room ? note : "";
  cells.push(left(clipped(label, room - (shownNote === "" ? 0 : shownNote.length + 1)), 6 + indent));
  if (shownNote !== "") cells.push(right(shownNote, frame.taskWidth - 6, "muted"));
  return box({
    kind: "task",
    ref: { to: "task", row: task },
    column: COLUMN.task,
    x: frame.task,
    y,
    width: frame.taskWidth,
    cells,
    change,
  });
}

/** Tasks of one table that are not drawn. */
export function moreTasksBox(frame: Frame, y: number, count: number): Box {
  const text = `+ ${counted(count, "more task")}`;
  return box({
    kind: "fold",
    column: COLUMN.task,
    x: frame.task,
    y,
    width: frame.taskWidth,
    cells: [left(elided(text, characters(frame.taskWidth - 12)), 6, "muted")],
    label: text,
  });
}

/** A file table `rows` rows high: a title, and room for the slots drawn in it. */
export function tableBox(subject: Subject, planned: PlannedTable, frame: Frame, y: number, rows: number): Box {
  const { graph } = subject;
  const { table } = planned;
  const count = shownSlotsOf(subject, table);
  const sharedSlots = countSharedSlots(graph, table);
  return box({
    kind: "table",
    ref: { to: "table", row: table },
    action: { do: "toggle", table },
    column: COLUMN.table,
    x: frame.table,
    y,
    width: frame.tableWidth,
    height: rows * PITCH - 2,
    cells: tableCells(subject, planned, frame, sharedSlots),
    shared: isTableShared(subject, table),
    change: changeOf(subject, "table", table),
    fraction: count === 0 ? 0 : sharedSlots / count,
    ...(count === 0 ? {} : { open: planned.open }),
  });
}

/** The title of a table: the longest count that fits beside the badge; if none fits, the badge alone. */
function tableCells(subject: Subject, { table, open }: PlannedTable, frame: Frame, sharedSlots: number): Cell[] {
  const { cells, indent } = signed(subject, changeOf(subject, "table", table));
  const count = shownSlotsOf(subject, table);
  const badge = tableBadge(subject, table);
  const room = characters(frame.tableWidth - 12 - indent);
  const fds = counted(count, "fd");
  const opener = count === 0 ? "" : open ? "▾ " : "▸ ";
  const titles = [
    `${opener}${fds}${sharedSlots > 0 ? ` · ${grouped(sharedSlots)} shared` : ""}`,
    `${opener}${fds}`,
    fds,
  ];
  const badgeRoom = badge === "" ? 0 : badge.length + 1;
  const title = titles.find((text) => text.length + badgeRoom <= room);
  if (title === undefined) {
    cells.push(left(elided(badge || fds, room), 6 + indent, badge === "" ? "fg" : "shared"));
    return cells;
  }
  cells.push(left(title, 6 + indent));
  if (badge !== "") {
    cells.push(right(badge, frame.tableWidth - 7, tasksOf(subject.graph, table) > 0 ? "shared" : "muted"));
  }
  return cells;
}

/** The number of slots of a table whose files have several holders. */
function countSharedSlots(graph: Graph, table: GraphTableRow): number {
  const { tables, descriptors } = graph;
  let count = 0;
  const end = u32At(tables.first, table + 1);
  for (let slot = u32At(tables.first, table); slot < end; slot++) {
    const file = i32At(descriptors.file, slot);
    if (file !== NONE && holdersOf(graph, file) > 1) count++;
  }
  return count;
}

/** Digits of the largest fd of a slot's table, whose fds ascend. */
function fdDigits({ tables, descriptors }: Graph, slot: SlotRow): number {
  const last = u32At(tables.first, u32At(descriptors.table, slot) + 1) - 1;
  return String(i32At(descriptors.fd, last)).length;
}

/** A slot of the table whose box is `parent`: fd, close-on-exec, and the access mode of its file. */
export function slotBox(subject: Subject, slot: SlotRow, frame: Frame, y: number, parent: number): Box {
  const { descriptors } = subject.graph;
  const change = changeOf(subject, "descriptor", slot);
  const { cells, indent } = signed(subject, change);
  const file = i32At(descriptors.file, slot);
  const fdEnd = indent + (Math.max(frame.tableWidth < 100 ? 3 : 4, fdDigits(subject.graph, slot)) + 0.8) * CHARACTER;
  cells.push(right(String(i32At(descriptors.fd, slot)), fdEnd));
  const mark = closeOnExecMark(subject, slot);
  if (mark !== "") cells.push(left(mark, fdEnd + CHARACTER * 0.7, mark === "ⓧ" ? "muted" : "change"));
  const letters = file === NONE ? "missing" : accessLetters(subject, file);
  const room = characters(frame.tableWidth - fdEnd - (mark === "" ? 0.5 : mark.length + 1) * CHARACTER - 7);
  if (letters.length <= room) cells.push(right(letters, frame.tableWidth - 7, "muted"));
  else if (file === NONE) cells.push(right("?", frame.tableWidth - 7, "muted"));
  return box({
    kind: "slot",
    ref: { to: "descriptor", row: slot },
    parent,
    column: COLUMN.slot,
    x: frame.table,
    y,
    width: frame.tableWidth,
    cells,
    shared: file !== NONE && isShared(subject, file),
    change,
  });
}

/** Offers the next slots or holders (“show 50 more”). `full`: the drawing can hold no more, so they are only counted. */
export function moreBox(frame: Frame, y: number, count: number, noun: string, full: boolean): Box {
  const text = counted(count, `more ${noun}`);
  const more = `… ${text}`;
  const offer = full ? more : `${more}: show ${MORE}`;
  const room = characters(frame.tableWidth - 12);
  return box({
    kind: "more",
    action: full ? null : { do: "more" },
    column: COLUMN.slot,
    x: frame.table,
    y,
    width: frame.tableWidth,
    cells: [left(offer.length <= room ? offer : clipped(more, room), 6, "muted")],
    label: full ? `${text}, not drawn: see the table` : `${text}: show ${MORE}`,
  });
}
