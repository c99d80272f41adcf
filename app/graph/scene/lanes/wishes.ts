// The widths that the lanes need for their texts to be shown in full.

import { NONE } from "../../../model/checkpoint.ts";
import { i32At, u8At, u32At } from "../../../model/read.ts";
import type { GraphFileRow, GraphTableRow, Subject } from "../../order/graph.ts";
import type { Layout } from "../../order/layout.ts";
import type { Plan } from "../../plan/plan.ts";
import { INDENT, MOST_INDENTED, slotPlaces } from "../boxes/boxes.ts";
import { changesOf } from "../boxes/file-box.ts";
import { CHARACTER } from "../scene.ts";
import { lastForm } from "../text/shorten.ts";
import {
  accessLetters,
  descriptorsLabel,
  fileName,
  holdersLabel,
  ownerLabel,
  positionLabel,
  slotFileName,
  tableBadge,
  taskLabel,
  taskNote,
  taskNumberLabel,
} from "../text/words.ts";
import type { Wishes } from "./frame.ts";

/** Longer names are shortened even if there is room. */
const MOST_NAME = 40;
/** Longer names of tasks without pids are shortened if there is no room: `412 → 415` fits. */
const MOST_NUMBER = 12;

const numberLength = (subject: Subject, task: number): number =>
  Math.min(MOST_NUMBER, taskNumberLabel(subject, task).length);

/** The widths that the lanes of a plan need. Measures only the texts that are drawn: a few thousand at most. */
export function wishesOf(subject: Subject, layout: Layout, plan: Plan): Wishes {
  const indent = subject.both === null ? 0 : 2 * CHARACTER;
  const wish = { task: 0, number: 0, table: 0, own: 0, shared: 0 };
  const grow = (lane: keyof typeof wish, width: number): void => {
    wish[lane] = Math.max(wish[lane], width);
  };
  const tasks = [...plan.tables.flatMap((table) => table.tasks), ...plan.loose];
  for (const task of tasks) {
    const inset = INDENT * Math.min(MOST_INDENTED, u8At(layout.taskDepth, task));
    const note = taskNote(subject, task);
    const text = taskLabel(subject, task).length + (note === "" ? 0 : note.length + 1);
    grow("task", PADDING + indent + inset + text * CHARACTER);
    grow("number", PADDING + indent + numberLength(subject, task) * CHARACTER);
  }
  for (const { tasks, tables } of plan.quiet) {
    const [table] = tables;
    if (tasks !== 1 || table === undefined) continue;
    const task = u32At(subject.graph.tables.task, u32At(subject.graph.tables.firstTask, table));
    grow("task", PADDING + (2 + taskLabel(subject, task).length) * CHARACTER);
    grow("number", PADDING + (2 + numberLength(subject, task)) * CHARACTER);
  }
  for (const { table, slots, open } of plan.tables) {
    grow("table", PADDING + indent + titleLength(subject, table, open) * CHARACTER);
    for (const slot of slots) grow("table", slotWidth(subject, slot));
  }
  for (const file of plan.files) {
    grow(
      holdersLabel(subject, file) === "" ? "own" : "shared",
      PADDING + indent + fileLength(subject, file) * CHARACTER,
    );
  }
  return wish;
}

/** Pixels left and right of a box's text, and for characters that are cut by rounding. */
const PADDING = 16;

/** A title with its counts; without the count of descriptors if the table has no slots in view. */
function titleLength(subject: Subject, table: GraphTableRow, open: boolean): number {
  const badge = tableBadge(subject, table);
  const count = open ? descriptorsLabel(subject, table).length + 1 : 0;
  return 2 + ownerLabel(subject, table).length + count + (badge === "" ? 0 : badge.length + 1);
}

function slotWidth(subject: Subject, slot: number): number {
  const file = i32At(subject.graph.descriptors.file, slot);
  if (file === NONE) return 0;
  const name = Math.min(MOST_NAME, slotFileName(subject, slot).length);
  const letters = accessLetters(subject, file);
  const text = name + (letters === "" ? 0 : letters.length + 1);
  return slotPlaces(subject, slot, Number.POSITIVE_INFINITY).nameAt + (text + 1) * CHARACTER + 7;
}

function fileLength(subject: Subject, file: GraphFileRow): number {
  const change = changesOf(subject, file).at(-1) ?? "";
  const flags = change !== "" && change.length <= MOST_NAME ? change : accessLetters(subject, file);
  const parts = [flags, positionLabel(subject, file), holdersLabel(subject, file)];
  const name = Math.min(MOST_NAME, nameLength(fileName(subject, file)));
  return parts.reduce((length, part) => length + (part === "" ? 0 : part.length + 1), name);
}

/** Characters by which a name is recognized: of a path its last part with a few before it. */
const nameLength = (name: string): number => Math.min(name.length, lastForm(name).length + 6);
