// The boxes of a scene and the words in them: a task, a table, a slot, a file, and what is folded.

import { NONE } from "../../model/checkpoint.ts";
import { FILE_KINDS } from "../../model/names.ts";
import type { ObjectRef } from "../../model/object-ref.ts";
import { counted, grouped } from "../../model/words.ts";
import { type Change, changeOf, SAME, type Subject } from "../order/graph.ts";
import { FOLD_DANGLING, FOLD_SHARED, MORE, type Plan, type PlannedTable } from "../plan/plan.ts";
import { type Box, type BoxKind, type Cell, CHARACTER, COLUMN, PITCH } from "./scene.ts";
import {
  accessLetters,
  changeSign,
  closeOnExecMark,
  fileName,
  holdersLabel,
  isDeleted,
  isShared,
  isTableShared,
  positionLabel,
  shortFlags,
  tableBadge,
  taskLabel,
  taskNote,
  usedAs,
} from "./words.ts";

/** Where the three lanes lie, in pixels. */
export interface Frame {
  readonly margin: number;
  readonly task: number;
  readonly taskWidth: number;
  readonly table: number;
  readonly tableWidth: number;
  readonly file: number;
  readonly fileWidth: number;
}

/** Height of a box of one row. */
export const BOX = PITCH - 2;

const characters = (pixels: number): number => Math.max(0, Math.floor(pixels / CHARACTER));

/** Text cut in its middle to at most `most` characters; the end of a path tells more than its beginning. */
function elided(text: string, most: number): string {
  if (text.length <= most) return text;
  const all = [...text];
  if (all.length <= most) return text;
  if (most < 2) return all.slice(0, most).join("");
  const head = most < 18 ? 0 : Math.floor((most - 1) / 4);
  return `${all.slice(0, head).join("")}…${all.slice(all.length - (most - 1 - head)).join("")}`;
}

/** Text cut at its end: a task's number comes first. */
const clipped = (text: string, most: number): string =>
  text.length <= most ? text : `${[...text].slice(0, Math.max(0, most - 1)).join("")}…`;

interface BoxParts {
  readonly kind: BoxKind;
  readonly ref?: ObjectRef;
  readonly parent?: number;
  readonly action?: Box["action"];
  readonly column: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height?: number;
  readonly cells: readonly Cell[];
  readonly shared?: boolean;
  readonly change?: Change;
  readonly fraction?: number;
  readonly label?: string;
  readonly open?: boolean;
}

const box = (parts: BoxParts): Box => ({
  kind: parts.kind,
  ref: parts.ref ?? null,
  parent: parts.parent ?? NONE,
  action: parts.action ?? null,
  column: parts.column,
  x: parts.x,
  y: parts.y,
  width: parts.width,
  height: parts.height ?? BOX,
  cells: parts.cells,
  shared: parts.shared ?? false,
  change: parts.change ?? SAME,
  fraction: parts.fraction ?? 0,
  label: parts.label ?? "",
  open: parts.open ?? null,
});

const left = (text: string, x: number, tone: Cell["tone"] = "fg"): Cell => ({ text, x, align: "left", tone });
const right = (text: string, x: number, tone: Cell["tone"] = "fg"): Cell => ({ text, x, align: "right", tone });

/** Undrawn slots of a table: one row of the files' lane. */
export interface Fold {
  readonly table: number;
  readonly shared: boolean;
  readonly count: number;
  /** How many of each kind, most first. */
  readonly kinds: readonly (readonly [number, number])[];
}

/** The folds of a table: its private files in one row, and in another the shared ones for which there is no room. */
export function foldsOf({ table, folds }: PlannedTable): Fold[] {
  const made: Fold[] = [];
  const kinds = [...folds].filter(([kind]) => kind !== FOLD_SHARED).sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const count = kinds.reduce((sum, [, some]) => sum + some, 0);
  if (count > 0) made.push({ table, shared: false, count, kinds });
  const shared = folds.get(FOLD_SHARED) ?? 0;
  if (shared > 0) made.push({ table, shared: true, count: shared, kinds: [] });
  return made;
}

/** The sign of a change before a box's first words, and how far they move for it. */
function signed(subject: Subject, change: Change): { cells: Cell[]; indent: number } {
  if (subject.both === null) return { cells: [], indent: 0 };
  return { cells: change === SAME ? [] : [left(changeSign(change), 5, "change")], indent: 2 * CHARACTER };
}

/** A task: its number and comm, and its state where that is worth a word. */
export function taskBox(subject: Subject, task: number, frame: Frame, y: number): Box {
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

/** A file table `rows` rows high: its head, and room for the slots that are drawn in it. */
export function tableBox(subject: Subject, planned: PlannedTable, frame: Frame, y: number, rows: number): Box {
  const { table } = planned;
  const change = changeOf(subject, "table", table);
  const { cells, indent } = signed(subject, change);
  const { first, firstTask } = subject.graph.tables;
  const count = (first[table + 1] ?? 0) - (first[table] ?? 0);
  const shared = isTableShared(subject, table);
  const sharedSlots = sharedIn(subject, table);
  const badge = tableBadge(subject, table);
  const room = characters(frame.tableWidth - 12 - indent);
  const opener = count === 0 ? "" : planned.open ? "▾" : "▸";
  const words = [
    `${opener} ${counted(count, "fd")}${sharedSlots > 0 ? ` · ${grouped(sharedSlots)} shared` : ""}`,
    `${opener} ${counted(count, "fd")}`,
    counted(count, "fd"),
  ].map((text) => text.trim());
  const beside = badge === "" ? 0 : badge.length + 1;
  const text = words.find((word) => word.length + beside <= room);
  if (text !== undefined) cells.push(left(text, 6 + indent));
  else
    cells.push(left(elided(badge === "" ? (words[2] ?? "") : badge, room), 6 + indent, badge === "" ? "fg" : "shared"));
  if (text !== undefined && badge !== "") {
    cells.push(
      right(badge, frame.tableWidth - 7, (firstTask[table + 1] ?? 0) > (firstTask[table] ?? 0) ? "shared" : "muted"),
    );
  }
  return box({
    kind: "table",
    ref: { to: "table", row: table },
    action: { do: "toggle", table },
    column: COLUMN.table,
    x: frame.table,
    y,
    width: frame.tableWidth,
    height: rows * PITCH - 2,
    cells,
    shared,
    change,
    fraction: count === 0 ? 0 : sharedSlots / count,
    ...(count === 0 ? {} : { open: planned.open }),
  });
}

function sharedIn(subject: Subject, table: number): number {
  const { tables, descriptors, files } = subject.graph;
  let count = 0;
  const end = tables.first[table + 1] ?? 0;
  for (let slot = tables.first[table] ?? 0; slot < end; slot++) {
    const file = descriptors.file[slot] as number;
    if (file >= 0 && (files.firstHolder[file + 1] as number) - (files.firstHolder[file] as number) > 1) count++;
  }
  return count;
}

/** A slot of the table whose box is `parent`: fd, close-on-exec, and the file's access mode. */
export function slotBox(subject: Subject, slot: number, frame: Frame, y: number, parent: number): Box {
  const { descriptors } = subject.graph;
  const change = changeOf(subject, "descriptor", slot);
  const { cells, indent } = signed(subject, change);
  const file = descriptors.file[slot] as number;
  const numberEnd = indent + (frame.tableWidth < 100 ? 3.6 : 5) * CHARACTER;
  cells.push(right(String(descriptors.fd[slot] ?? NONE), numberEnd));
  const mark = closeOnExecMark(subject, slot);
  if (mark !== "") cells.push(left(mark, numberEnd + CHARACTER * 0.7, mark === "ⓧ" ? "muted" : "change"));
  const letters = file === NONE ? "leads nowhere" : accessLetters(subject, file);
  const room = characters(frame.tableWidth - numberEnd - (mark === "" ? 0.5 : mark.length + 1) * CHARACTER - 7);
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

/** What “show 50 more” would show. `full`: the drawing can hold no more, and it is only counted. */
export function moreBox(frame: Frame, y: number, count: number, what: string, full: boolean): Box {
  const more = `… ${counted(count, `more ${what}`)}`;
  const room = characters(frame.tableWidth - 12);
  const offer = full ? more : `${more}: show ${MORE}`;
  return box({
    kind: "more",
    action: full ? null : { do: "more" },
    column: COLUMN.slot,
    x: frame.table,
    y,
    width: frame.tableWidth,
    cells: [left(offer.length <= room ? offer : clipped(more, room), 6, "muted")],
    label: full ? `${counted(count, `more ${what}`)}, not drawn: see the table` : offer.slice(2),
  });
}

/** Where the columns of a file box begin and end, in characters from its right end. */
interface FileColumns {
  readonly holders: number;
  readonly pos: number;
  readonly flags: number;
  readonly full: boolean;
}

/** The columns that a list of files needs, and for which there is room. */
export function columnsOf(subject: Subject, files: readonly number[], width: number): FileColumns {
  let holders = 0;
  const positions: number[] = [];
  let flags = 0;
  let access = 0;
  for (const file of files) {
    holders = Math.max(holders, holdersLabel(subject, file).length);
    positions.push(positionLabel(subject, file).length);
    flags = Math.max(flags, flagsText(subject, file).length);
    access = Math.max(access, accessLetters(subject, file).length);
  }
  const room = characters(width);
  positions.sort((a, b) => a - b);
  const most = positions.at(-1) ?? 0;
  // Where room is scarce, a few very large positions do not take it from the names of all others.
  const scarce = room - holders - most - flags <= 24;
  const posRoom = scarce ? (positions[Math.floor(positions.length * 0.8)] ?? 0) : most;
  const left = room - holders - posRoom;
  const full = left - flags > 24;
  return { holders, pos: posRoom, flags: full ? flags : left - access > 20 ? access : 0, full };
}

const flagsText = (subject: Subject, file: number): string =>
  `${shortFlags(subject, file)}${isDeleted(subject, file) ? " deleted" : ""}`.trim();

/** An open file: name, access mode and flags, position, number of holders. */
export function fileBox(
  subject: Subject,
  file: number,
  x: number,
  width: number,
  y: number,
  columns: FileColumns,
): Box {
  const change = changeOf(subject, "file", file);
  const { cells, indent } = signed(subject, change);
  const shared = isShared(subject, file);
  const end = width - 6;
  const holders = holdersLabel(subject, file);
  if (holders !== "") cells.push(right(holders, end, "shared"));
  const posEnd = end - (columns.holders > 0 ? (columns.holders + 1) * CHARACTER : 0);
  const unused = subject.graph.files.firstHolder[file + 1] === subject.graph.files.firstHolder[file];
  const whole = unused ? "" : positionLabel(subject, file);
  // A number that is cut is a wrong number: it is told whole or not at all.
  const pos = whole.length <= characters(posEnd - 8 - indent) - 9 ? whole : "@…";
  if (pos !== "") cells.push(right(pos, posEnd, pos.includes("→") ? "change" : "fg"));
  const flagsAt = posEnd - (columns.pos > 0 ? columns.pos + 1 : 0) * CHARACTER - columns.flags * CHARACTER;
  const wanted = columns.full ? flagsText(subject, file) : columns.flags > 0 ? accessLetters(subject, file) : "";
  const flagsFit = flagsAt + wanted.length * CHARACTER < posEnd - pos.length * CHARACTER;
  const flags = unused || !flagsFit ? "" : wanted;
  if (flags !== "") cells.push(left(flags, flagsAt, "muted"));
  const nameEnd = flags !== "" ? flagsAt : pos !== "" ? posEnd - pos.length * CHARACTER : holders !== "" ? posEnd : end;
  const use = unused ? usedAs(subject, file) : "";
  const nameRoom = characters(nameEnd - CHARACTER - 8 - indent);
  const name = elided(fileName(subject, file), nameRoom - (use === "" ? 0 : Math.min(use.length + 2, nameRoom / 2)));
  cells.push(left(name, 8 + indent, unused ? "muted" : "fg"));
  if (use !== "") cells.push(right(clipped(use, nameRoom - name.length - 1), nameEnd, "muted"));
  return box({
    kind: unused ? "unused" : "file",
    ref: { to: "file", row: file },
    column: COLUMN.file,
    x,
    y,
    width,
    cells,
    shared,
    change,
  });
}

/** What a fold says: `+ 41 private regular`, `+ 12 private: 9 regular, 3 pipe`. */
function foldText({ kinds, count, shared }: Fold): string {
  const number = `+ ${grouped(count)}`;
  if (shared) return `${number} shared, of fewer holders`;
  const word = (kind: number): string =>
    kind === FOLD_DANGLING ? "to files that are not in the image" : (FILE_KINDS[kind] ?? "unknown");
  const [only] = kinds;
  if (kinds.length === 1 && only !== undefined) {
    return only[0] === FOLD_DANGLING ? `${number} ${word(only[0])}` : `${number} private ${word(only[0])}`;
  }
  return `${number} private: ${kinds.map(([kind, some]) => `${grouped(some)} ${word(kind)}`).join(", ")}`;
}

/** A fold of a table, in the lane of files. */
export function foldBox(fold: Fold, frame: Frame, y: number): Box {
  const text = foldText(fold);
  return box({
    kind: "fold",
    action: { do: "toggle", table: fold.table },
    column: COLUMN.file,
    x: frame.file,
    y,
    width: frame.fileWidth,
    cells: [left(clipped(text, characters(frame.fileWidth - 16)), 8, "muted")],
    shared: fold.shared,
    label: text,
  });
}

/** The head of the files that no descriptor holds. */
export function unusedBox(plan: Plan, frame: Frame, y: number): Box {
  const hidden = plan.unusedCount - plan.unused.length;
  const text = `${counted(plan.unusedCount, "file")} held by no descriptor`;
  const opener = hidden > 0 ? "▸" : "▾";
  return box({
    kind: "more",
    action: { do: "unused" },
    column: COLUMN.file,
    x: frame.file,
    y,
    width: frame.fileWidth,
    cells: [left(clipped(`${opener} ${text}`, characters(frame.fileWidth - 12)), 6, "muted")],
    label: text,
    open: hidden === 0,
  });
}
