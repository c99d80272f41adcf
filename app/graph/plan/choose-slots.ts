// Which slots of each table a plan draws, and which it folds into one row.

import { NONE } from "../../model/checkpoint.ts";
import { i32At, u32At } from "../../model/read.ts";
import {
  changeOf,
  fileBefore,
  type GraphTableRow,
  type GraphTaskRow,
  HIDDEN,
  type SlotRow,
  type Subject,
  shownSlotsOf,
} from "../order/graph.ts";
import type { Alike } from "./alike.ts";
import { inheritedSlots, slotDiffers } from "./folded.ts";
import { addFile, type Budget, type PlanInput } from "./parts.ts";
import type { SlotFold } from "./plan.ts";

/** Drawings with fewer slots than this show inherited ones too. */
const FEW_SLOTS = 40;
/** Fewer slots than this are not folded into a row. */
const FEWEST_INHERITED = 3;
const FEWEST_UNCHANGED = 2;

/** The drawn slots of a table, ascending, and those folded into one row. */
export interface ChosenSlots {
  readonly slots: SlotRow[];
  readonly fold: SlotFold | null;
}

/** How many slots would be drawn if all tables were open. */
export function slotsToDraw(subject: Subject, groups: readonly Alike[], isFolded: boolean): number {
  const { first } = subject.graph.tables;
  let count = 0;
  for (const { table } of groups) {
    if (!isFolded) {
      count += shownSlotsOf(subject, table);
      continue;
    }
    for (let slot = u32At(first, table); slot < u32At(first, table + 1); slot++) {
      if (slotDiffers(subject, slot)) count++;
    }
  }
  return count;
}

export const isOpen = ({ level, expansion }: PlanInput, table: GraphTableRow): boolean =>
  level === "words" ? !expansion.folded.has(table) : expansion.tables.has(table);

/** Slots of open tables, and in any table those to keep and those that differ; adds their files. */
export function chooseSlots(
  input: PlanInput,
  groups: readonly Alike[],
  budget: Budget,
): Map<GraphTableRow, ChosenSlots> {
  const { subject, kept, level, isFolded } = input;
  const { graph } = subject;
  const chosen = new Map<GraphTableRow, ChosenSlots>();
  const tableOfTask = firstTables(input);
  const canInherit = subject.both === null && level === "words" && slotsToDraw(subject, groups, false) > FEW_SLOTS;
  for (const { table } of groups) {
    const open = isOpen(input, table);
    const fold = open && (canInherit || isFolded) ? foldOf(input, table, tableOfTask) : null;
    const folded = new Set(fold === null || fold.open ? [] : fold.slots);
    const slots: SlotRow[] = [];
    const end = u32At(graph.tables.first, table + 1);
    for (let slot = u32At(graph.tables.first, table); slot < end; slot++) {
      if (!kept.has(slot) && (folded.has(slot) || !isWanted(input, slot, open, slots.length, budget))) continue;
      slots.push(slot);
      budget.left -= 3;
      addFile(budget, i32At(graph.descriptors.file, slot), 1);
      addFile(budget, fileBefore(graph, slot), 2);
    }
    chosen.set(table, { slots, fold });
  }
  return chosen;
}

/** Whether to draw a slot that is neither selected nor folded, after `drawn` others of its table. */
function isWanted(
  { subject, level, expansion }: PlanInput,
  slot: SlotRow,
  open: boolean,
  drawn: number,
  budget: Budget,
): boolean {
  if (changeOf(subject, "descriptor", slot) === HIDDEN || budget.left < 300) return false;
  if (open && (level === "words" || drawn < expansion.limit)) return true;
  return slotDiffers(subject, slot) && budget.left > 800;
}

/**
 * The slots of a table to fold into one row, except those to keep: unchanged ones of two images, inherited ones of one.
 */
function foldOf(
  input: PlanInput,
  table: GraphTableRow,
  tableOfTask: ReadonlyMap<GraphTaskRow, GraphTableRow>,
): SlotFold | null {
  const { subject, layout, kept, expansion, isFolded, level } = input;
  const open = expansion.unfolded.has(table) || (level === "bars" && isOpen(input, table));
  if (!isFolded) {
    const { parent, slots } = inheritedSlots(subject, layout, table, tableOfTask);
    const folded = slots.filter((slot) => !kept.has(slot));
    return folded.length < FEWEST_INHERITED ? null : { why: "inherited", parent, slots: folded, open };
  }
  const { first } = subject.graph.tables;
  const slots: SlotRow[] = [];
  for (let slot = u32At(first, table); slot < u32At(first, table + 1); slot++) {
    if (changeOf(subject, "descriptor", slot) === HIDDEN || slotDiffers(subject, slot) || kept.has(slot)) continue;
    slots.push(slot);
  }
  return slots.length < FEWEST_UNCHANGED ? null : { why: "unchanged", parent: NONE, slots, open };
}

/** By task: its table, of two images the first one. */
function firstTables({ subject: { graph } }: PlanInput): Map<GraphTaskRow, GraphTableRow> {
  const { count, firstTask, task } = graph.tables;
  const found = new Map<GraphTaskRow, GraphTableRow>();
  for (let table = 0; table < count; table++) {
    for (let at = u32At(firstTask, table); at < u32At(firstTask, table + 1); at++) {
      const user = u32At(task, at);
      if (!found.has(user)) found.set(user, table);
    }
  }
  return found;
}
