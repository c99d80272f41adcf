// A plan: the level of detail, the tasks, tables, slots and files to draw, and those to fold into counts. It has no
// coordinates, which the scene adds.

import type { GraphFileRow, GraphTableRow, GraphTaskRow, SlotRow, Subject } from "../order/graph.ts";

/** `words`: everything; `bars`: tables as counts, shared files as boxes; `map`: densities and a neighbourhood. */
export type Level = "words" | "bars" | "map";

/** Where the user zoomed to: a level, and a place among all slots in lane order. */
export interface Focus {
  readonly level: Level;
  readonly at: number;
}

/** What the user has opened and folded. */
export interface Expansion {
  /** Tables opened by the user: their slots are drawn even if the level would fold them. */
  readonly tables: ReadonlySet<GraphTableRow>;
  /** Tables folded by the user. */
  readonly folded: ReadonlySet<GraphTableRow>;
  /** Tables drawn by themselves and in full: without folded slots, and not as one of several that are alike. */
  readonly unfolded: ReadonlySet<GraphTableRow>;
  /** For two images: whether what has not changed is drawn too. */
  readonly whole: boolean;
  /** Whether files that no descriptor holds are listed. */
  readonly unused: boolean;
  /** Number of slots, holders or tasks of one object that are drawn before “show 50 more”. */
  readonly limit: number;
}

/** Number of slots or holders that “show 50 more” adds. */
export const MORE = 50;
/** The highest Expansion.limit. */
export const MOST_SHOWN = 200;

export const NOTHING_OPENED: Expansion = {
  tables: new Set(),
  folded: new Set(),
  unfolded: new Set(),
  whole: false,
  unused: false,
  limit: MORE,
};

/** Slots of a table in one row: those that have not changed, or that are as in the table of the task's parent. */
export interface SlotFold {
  readonly why: "unchanged" | "inherited";
  /** The parent; NONE for unchanged slots. */
  readonly parent: GraphTaskRow;
  readonly slots: readonly SlotRow[];
  /** Whether the user opened it: its slots are then drawn too. */
  readonly open: boolean;
}

/** A table, and the part of it that is drawn. */
export interface PlannedTable {
  readonly table: GraphTableRow;
  /** Other tables with the same descriptors for the same open files, drawn as one with it. */
  readonly alike: readonly GraphTableRow[];
  /** Slots folded into one row; null for none. */
  readonly slotFold: SlotFold | null;
  /** Whether it is drawn with all its slots (or as many as the limit allows). */
  readonly open: boolean;
  /** Slots that are drawn, ascending. */
  readonly slots: readonly SlotRow[];
  /** Number of slots of an open table above the drawn ones, which are therefore not drawn. */
  readonly slotsAbove: number;
  /** Number of other slots of an open table that are not drawn. */
  readonly moreSlots: number;
  readonly tasks: readonly GraphTaskRow[];
  readonly moreTasks: number;
  /** Drawn files that undrawn slots lead to, with the number of those slots. */
  readonly bundles: ReadonlyMap<GraphFileRow, number>;
  /** Undrawn slots whose files are not drawn: counts by file kind, FOLD_SHARED or FOLD_MISSING. */
  readonly folds: ReadonlyMap<number, number>;
}

/** Key of PlannedTable.folds: slots that lead to shared files. */
export const FOLD_SHARED = -2;
/** Key of PlannedTable.folds: slots whose files are missing from the image. */
export const FOLD_MISSING = -1;

/** Tables next to each other in which nothing has changed, drawn as one row. */
export interface QuietRun {
  /** How many of Plan.tables are above it. */
  readonly place: number;
  readonly tables: readonly GraphTableRow[];
  readonly tasks: number;
}

export interface Plan {
  readonly level: Level;
  readonly tables: readonly PlannedTable[];
  readonly quiet: readonly QuietRun[];
  /** Tasks without a file table: those drawn, and the number of others. */
  readonly loose: readonly GraphTaskRow[];
  readonly moreLoose: number;
  /** Files with holders that are drawn as boxes, in lane order. */
  readonly files: readonly GraphFileRow[];
  /** Files that no descriptor holds: those listed, and their total number. */
  readonly unused: readonly GraphFileRow[];
  readonly unusedCount: number;
  /** Shared files drawn as boxes, and not. */
  readonly sharedDrawn: number;
  readonly sharedHidden: number;
  /** Holders of the selected file that are left for “show 50 more”. */
  readonly moreHolders: number;
  /** Whether the drawing can hold no more, so that “show 50 more” is not offered. */
  readonly full: boolean;
  /**
   * For a part of a graph: how much is above and below it, and the places among the slots
   * there; null for a whole graph.
   */
  readonly window: {
    readonly tablesAbove: number;
    readonly tablesBelow: number;
    readonly up: number;
    readonly down: number;
  } | null;
}

/** Up to this many descriptors, everything is drawn in words. */
export const MOST_IN_WORDS = 150;
/** Above this many descriptors, lanes become density strips. */
const MOST_IN_BARS = 20_000;
/** Boxes, slots, edges and strip bars that one scene may hold. */
export const MOST_MARKS = 3000;
/** Tasks of one table that are drawn; the rest are counted. */
export const TASKS_PER_TABLE = 12;

/** Whether a graph is too large for a drawing of all its tables. */
export function isMap({ graph: { tasks, tables, descriptors } }: Subject): boolean {
  return descriptors.count > MOST_IN_BARS || skeleton(tasks.count, tables.count) > 2600;
}

/** The level of detail for so many tasks, tables and slots, where all tables are drawn. */
export function levelOf(tasks: number, tables: number, slots: number): "words" | "bars" {
  return slots <= MOST_IN_WORDS && skeleton(tasks, tables) <= 1100 ? "words" : "bars";
}

/** Marks for tasks and tables alone. */
const skeleton = (tasks: number, tables: number): number => 2 * Math.min(tasks, tables * TASKS_PER_TABLE) + 5 * tables;
