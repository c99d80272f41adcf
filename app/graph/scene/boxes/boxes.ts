// The boxes of tasks and slots, and the text in them. Those of tables are in table-box.ts, of files in file-box.ts.

import { NONE } from "../../../model/checkpoint.ts";
import { i32At, u8At, u32At } from "../../../model/read.ts";
import { counted, grouped } from "../../../model/text/words.ts";
import {
  ADDED,
  changeOf,
  type Graph,
  type GraphTaskRow,
  REMOVED,
  SAME,
  type SlotRow,
  type Subject,
} from "../../order/graph.ts";
import { slotDiffers } from "../../plan/folded.ts";
import { MORE, type PlannedTable, type QuietRun } from "../../plan/plan.ts";
import type { Draft } from "../draft.ts";
import type { Frame } from "../lanes/frame.ts";
import { type Box, CHARACTER, COLUMN } from "../scene.ts";
import { clipped, shortened } from "../text/shorten.ts";
import {
  accessLetters,
  closeOnExecMark,
  fdRanges,
  isShared,
  ownerLabel,
  slotFileName,
  taskLabel,
  taskNote,
  taskNumberLabel,
  tasksRange,
} from "../text/words.ts";
import { box, characters, left, right, signed } from "./box.ts";

/** Pixels by which a task is indented below its parent, and the most levels of indentation. */
export const INDENT = 8;
export const MOST_INDENTED = 4;

/** A task: number and comm, and its state if it is worth mentioning; indented below its parent. */
export function taskBox(
  { subject, layout, frame }: Pick<Draft, "subject" | "layout" | "frame">,
  task: GraphTaskRow,
  y: number,
  quiet: boolean,
): Box {
  const change = changeOf(subject, "task", task);
  const { cells, indent } = signed(subject, change);
  const inset = frame.taskWidth < 90 ? 0 : INDENT * Math.min(MOST_INDENTED, u8At(layout.taskDepth, task));
  const width = frame.taskWidth - inset;
  const note = taskNote(subject, task);
  const room = characters(width - 12 - indent);
  const label = taskLabel(subject, task);
  const shownNote = note !== "" && label.length + note.length + 1 <= room ? note : "";
  cells.push(left(taskLabelIn(subject, task, room - (shownNote === "" ? 0 : shownNote.length + 1)), 6 + indent));
  if (shownNote !== "") cells.push(right(shownNote, width - 6, "muted"));
  return box({
    kind: "task",
    ref: { to: "task", row: task },
    column: COLUMN.task,
    x: frame.task + inset,
    y,
    width,
    cells,
    change,
    quiet: quiet && change === SAME,
  });
}

/** A comm cut to fewer characters says no more than the task's number alone. */
const LEAST_COMM = 4;

/** An index behind a comm. */
const INDEX = / \(index (.*)\)$/;

/** A task's number and comm in at most `room` characters, or its number alone if little of its comm would be left. */
function taskLabelIn(subject: Subject, task: GraphTaskRow, room: number): string {
  const label = taskLabel(subject, task);
  if (label.length <= room) return label;
  const index = INDEX.exec(label);
  if (index !== null) {
    const short = ` (${index[1]})`;
    const comm = label.slice(0, index.index);
    const most = room - short.length;
    return most < Math.min(LEAST_COMM, comm.length) ? clipped(index[1] ?? "", room) : `${clipped(comm, most)}${short}`;
  }
  const number = taskNumberLabel(subject, task);
  return number.length + LEAST_COMM + 2 <= room ? clipped(label, room) : clipped(number, room);
}

/** A row of the tasks' lane that stands for several tasks. */
function tasksBox(frame: Frame, y: number, text: string, label: string, action: Box["action"]): Box {
  return box({
    kind: "fold",
    action,
    column: COLUMN.task,
    x: frame.task,
    y,
    width: frame.taskWidth,
    cells: [left(clipped(text, characters(frame.taskWidth - 12)), 6, "muted")],
    label,
    ...(action === null ? {} : { open: false }),
  });
}

/** Tasks of one table that are not drawn. */
export function moreTasksBox(frame: Frame, y: number, count: number): Box {
  const text = `+ ${counted(count, "more task")}`;
  return tasksBox(frame, y, text, text, null);
}

/** The tasks of tables that are alike: `100 tasks`, and which. */
export function alikeTasksBox(subject: Subject, { table, alike }: PlannedTable, frame: Frame, y: number): Box {
  const tables = [table, ...alike];
  const name = `${counted(tables.length, "task")} ${ownerLabel(subject, table, tables)}`.trim();
  const range = tasksRange(subject, tables);
  const room = characters(frame.taskWidth - 12);
  const text = `▸ ${name}`.length <= room ? `▸ ${name}` : `▸ ${counted(tables.length, "task")}`;
  const label = `${name} with the same descriptors: ${range}`;
  return tasksBox(frame, y, text, label, { do: "unfold", tables });
}

/** The tasks of tables in which nothing has changed; for a single task, its name. */
export function quietTasksBox(subject: Subject, { tasks, tables }: QuietRun, frame: Frame, y: number): Box {
  const { graph } = subject;
  const [table] = tables;
  const one =
    tasks === 1 && table !== undefined ? u32At(graph.tables.task, u32At(graph.tables.firstTask, table)) : null;
  const text = one === null ? counted(tasks, "task") : taskLabel(subject, one);
  const shown = one === null ? text : taskLabelIn(subject, one, characters(frame.taskWidth - 12) - 2);
  return tasksBox(frame, y, `▸ ${shown}`, `${one === null ? "" : "task "}${text} unchanged`, { do: "unfold", tables });
}

/** Digits of the largest fd of a slot's table, whose fds ascend. */
function fdDigits({ tables, descriptors }: Graph, slot: SlotRow): number {
  const last = u32At(tables.first, u32At(descriptors.table, slot) + 1) - 1;
  return String(i32At(descriptors.fd, last)).length;
}

/** Where the texts of a slot are, in pixels from its left: the end of its number, its mark, its name. */
export function slotPlaces(subject: Subject, slot: SlotRow, tableWidth: number) {
  const indent = subject.both === null ? 0 : 2 * CHARACTER;
  const digits = Math.max(tableWidth < NARROW_TABLE ? 2 : 3, fdDigits(subject.graph, slot));
  const fdEnd = 5 + indent + digits * CHARACTER;
  const mark = closeOnExecMark(subject, slot);
  // Where there is room, names are aligned whether or not they have the mark.
  const markWidth =
    mark === "" && tableWidth < NARROW_TABLE ? 1 : Math.max(2.6, mark.length + (mark.length > 1 ? 2 : 1.6));
  return { fdEnd, mark, markAt: fdEnd + CHARACTER * 0.7, nameAt: fdEnd + markWidth * CHARACTER };
}

/** Tables narrower than this, in pixels, have no columns in their slots. */
const NARROW_TABLE = 150;

/** A slot of the table whose box is `parent`: fd, close-on-exec, the name of its file, and the file's access mode. */
export function slotBox(subject: Subject, slot: SlotRow, frame: Frame, y: number, parent: number): Box {
  const { descriptors } = subject.graph;
  const change = changeOf(subject, "descriptor", slot);
  const { cells } = signed(subject, change);
  const file = i32At(descriptors.file, slot);
  const { fdEnd, mark, markAt, nameAt } = slotPlaces(subject, slot, frame.tableWidth);
  cells.push(right(String(i32At(descriptors.fd, slot)), fdEnd));
  if (mark !== "") cells.push(left(mark, markAt, mark === "ⓧ" ? "muted" : "change"));
  const room = characters(frame.tableWidth - nameAt - 7);
  const letters = file === NONE ? "" : accessLetters(subject, file);
  const name = file === NONE ? "missing" : slotFileName(subject, slot);
  // A name gives way to the letters only as long as it can be recognized.
  const least = Math.min(LEAST_NAME, name.length);
  const shownLetters = letters !== "" && room - letters.length - 1 >= least ? letters : "";
  const shown = shortened(name, room - (shownLetters === "" ? 0 : shownLetters.length + 1));
  cells.push(left(shown, nameAt, file === NONE ? "muted" : name.includes(" → ") ? "change" : "fg"));
  if (shownLetters !== "") cells.push(right(shownLetters, frame.tableWidth - 7, "muted"));
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
    quiet: !slotDiffers(subject, slot) && change === SAME,
  });
}

/** Characters that a name gets before anything else is shown beside it. */
const LEAST_NAME = 12;

/** The row that stands for a table's folded slots: `▸ 5 unchanged`, `▸ 12 as in 412 nginx`. */
export function slotFoldBox(subject: Subject, planned: PlannedTable, frame: Frame, y: number, parent: number): Box {
  const { table, slotFold: fold } = planned;
  if (fold === null) throw new RangeError(`Table ${table} has no folded slots`);
  const fds = fdRanges(
    fold.slots.map((slot) => i32At(subject.graph.descriptors.fd, slot)),
    8,
  );
  const change = changeOf(subject, "table", table);
  const isOneSided = change === ADDED || change === REMOVED;
  const unchanged = isOneSided ? "to unchanged files" : "unchanged";
  const why = fold.why === "unchanged" ? unchanged : `as in ${taskLabel(subject, fold.parent)}`;
  const what = `${grouped(fold.slots.length)} ${why}`;
  const text = `${fold.open ? "▾" : "▸"} ${what}`;
  const room = characters(frame.tableWidth - 12);
  const forms = [`${text}: ${fds}`, text, text.replace(/ files$/, "")];
  const shown = forms.find(({ length }) => length <= room) ?? text;
  return box({
    kind: "fold",
    action: { do: "unfold", tables: [table] },
    parent,
    column: COLUMN.slot,
    x: frame.table,
    y,
    width: frame.tableWidth,
    cells: [left(clipped(shown, room), 6, "muted")],
    label: `${what}, fd ${fds}`,
    open: fold.open,
  });
}

/**
 * Offers the next slots or holders (“show 50 more”). `full`: the drawing can hold no more, so they are only counted.
 */
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

/** Leads to what is above or below a part of a graph: `▴ 400,000 fds above`. */
export function goBox(frame: Frame, y: number, text: string, at: number, parent = NONE): Box {
  return box({
    kind: "more",
    action: { do: "go", at },
    parent,
    column: parent === NONE ? COLUMN.table : COLUMN.slot,
    x: frame.table,
    y,
    width: frame.tableWidth,
    cells: [left(clipped(text, characters(frame.tableWidth - 12)), 6, "muted")],
    label: text,
  });
}
