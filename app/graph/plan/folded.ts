// What a plan folds: of two images what has not changed, of one image what a task inherited from its parent.

import { NONE } from "../../model/checkpoint.ts";
import { i32At, u8At, u32At } from "../../model/read.ts";
import {
  ADDED,
  CHANGED,
  changeOf,
  fileBefore,
  type GraphTableRow,
  type GraphTaskRow,
  HIDDEN,
  REMOVED,
  SAME,
  type SlotRow,
  type Subject,
  tasksOf,
} from "../order/graph.ts";
import type { Layout } from "../order/layout.ts";

/**
 * Whether a slot or a file that it leads to differs between two images. Slots that came or went with their whole table
 * do not differ by themselves.
 */
export function slotDiffers(subject: Subject, slot: SlotRow): boolean {
  const { graph, both } = subject;
  if (both === null) return false;
  const change = u8At(both.change.descriptor, slot);
  if (change === HIDDEN) return false;
  const ofTable = u8At(both.change.table, u32At(graph.descriptors.table, slot));
  const isOneSided = ofTable === ADDED || ofTable === REMOVED;
  if (change === CHANGED || (change !== SAME && !isOneSided) || fileBefore(graph, slot) !== NONE) return true;
  const file = i32At(graph.descriptors.file, slot);
  return file !== NONE && u8At(both.change.file, file) !== SAME;
}

/** Whether nothing about a table has changed: neither its slots, nor its tasks, nor itself. */
export function isQuiet(subject: Subject, table: GraphTableRow): boolean {
  const { tables } = subject.graph;
  if (subject.both === null) return true;
  if (changeOf(subject, "table", table) !== SAME) return false;
  for (let at = u32At(tables.firstTask, table); at < u32At(tables.firstTask, table + 1); at++) {
    if (changeOf(subject, "task", u32At(tables.task, at)) !== SAME) return false;
  }
  for (let slot = u32At(tables.first, table); slot < u32At(tables.first, table + 1); slot++) {
    if (slotDiffers(subject, slot) || changeOf(subject, "descriptor", slot) === HIDDEN) return false;
  }
  return true;
}

/** Slots of a table with the same fd for the same open file in the table of its task's parent, and that parent. */
export function inheritedSlots(
  { graph }: Subject,
  layout: Layout,
  table: GraphTableRow,
  tableOfTask: ReadonlyMap<GraphTaskRow, GraphTableRow>,
): { readonly parent: GraphTaskRow; readonly slots: SlotRow[] } {
  const none = { parent: NONE, slots: [] };
  const { first, firstTask, task } = graph.tables;
  if (tasksOf(graph, table) === 0) return none;
  const parent = i32At(layout.taskParent, u32At(task, u32At(firstTask, table)));
  const above = parent === NONE ? undefined : tableOfTask.get(parent);
  if (above === undefined || above === table) return none;
  const { fd, file } = graph.descriptors;
  const slots: SlotRow[] = [];
  let at = u32At(first, above);
  const end = u32At(first, above + 1);
  for (let slot = u32At(first, table); slot < u32At(first, table + 1); slot++) {
    while (at < end && i32At(fd, at) < i32At(fd, slot)) at++;
    if (at === end) break;
    if (fd[at] === fd[slot] && file[at] === file[slot] && file[slot] !== NONE) slots.push(slot);
  }
  return { parent, slots };
}
