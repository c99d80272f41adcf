// Places what is planned: tables stacked in their order, tasks and files as near to their edges as their order lets
// them be, so that an edge to a private file is mostly a straight line and what bends is what is shared.

import { NONE } from "../model/checkpoint.ts";
import { FILE_KINDS } from "../model/names.ts";
import type { ObjectRef } from "../model/object-ref.ts";
import { ADDED, CHANGED, type Change, changeOf, REMOVED, SAME, type Subject } from "./graph.ts";
import type { Layout } from "./layout.ts";
import { placeInOrder } from "./place.ts";
import { FOLD_DANGLING, FOLD_SHARED, MORE, type Plan, type PlannedTable } from "./plan.ts";
import { type Box, type BoxKind, type Cell, CHARACTER, COLUMN, type Edge, PITCH } from "./scene.ts";
import {
  accessLetters,
  changeSign,
  closeOnExecMark,
  counted,
  fileName,
  grouped,
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

const BOX = PITCH - 2;
const TABLE_GAP = 14;
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
interface Fold {
  readonly table: number;
  readonly shared: boolean;
  readonly count: number;
  /** How many of each kind, most first. */
  readonly kinds: readonly (readonly [number, number])[];
}

/** The folds of a table: its private files in one row, and in another the shared ones for which there is no room. */
function foldsOf({ table, folds }: PlannedTable): Fold[] {
  const made: Fold[] = [];
  const kinds = [...folds].filter(([kind]) => kind !== FOLD_SHARED).sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const count = kinds.reduce((sum, [, some]) => sum + some, 0);
  if (count > 0) made.push({ table, shared: false, count, kinds });
  const shared = folds.get(FOLD_SHARED) ?? 0;
  if (shared > 0) made.push({ table, shared: true, count: shared, kinds: [] });
  return made;
}

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
  const columns = fileColumns(subject, plan, frame.fileWidth);
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

/** The sign of a change before a box's first words, and how far they move for it. */
function signed(subject: Subject, change: Change): { cells: Cell[]; indent: number } {
  if (subject.both === null) return { cells: [], indent: 0 };
  return { cells: change === SAME ? [] : [left(changeSign(change), 5, "change")], indent: 2 * CHARACTER };
}

function taskBox(subject: Subject, task: number, frame: Frame, y: number): Box {
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

function moreTasksBox(frame: Frame, y: number, count: number): Box {
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

function tableBox(subject: Subject, planned: PlannedTable, frame: Frame, y: number, rows: number): Box {
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

function slotBox(subject: Subject, slot: number, frame: Frame, y: number, parent: number): Box {
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

function moreBox(frame: Frame, y: number, count: number, what: string, full: boolean): Box {
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

function fileColumns(subject: Subject, plan: Plan, width: number): FileColumns {
  return columnsOf(subject, [...plan.files, ...plan.unused], width);
}

function columnsOf(subject: Subject, files: readonly number[], width: number): FileColumns {
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
  // A few very large positions do not take room from the names of all others.
  const posRoom = positions.sort((a, b) => a - b)[Math.floor(positions.length * 0.8)] ?? 0;
  const left = room - holders - posRoom;
  const full = left - flags > 24;
  return { holders, pos: posRoom, flags: full ? flags : left - access > 20 ? access : 0, full };
}

const flagsText = (subject: Subject, file: number): string =>
  `${shortFlags(subject, file)}${isDeleted(subject, file) ? " deleted" : ""}`.trim();

function fileBox(subject: Subject, file: number, x: number, width: number, y: number, columns: FileColumns): Box {
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
  const flags =
    unused || pos.length > columns.pos
      ? ""
      : columns.full
        ? flagsText(subject, file)
        : columns.flags > 0
          ? accessLetters(subject, file)
          : "";
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

function foldBox(fold: Fold, frame: Frame, y: number): Box {
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

function unusedBox(plan: Plan, frame: Frame, y: number): Box {
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
