// The graph to draw: tasks, file tables, slots and open files with their edges, of one image or two.

import { type Checkpoint, NONE } from "../../model/checkpoint.ts";
import type { Side } from "../../model/comparison/side.ts";
import { i32At, u32At } from "../../model/read.ts";

// Rows of the graph. For one image they are the rows of its Checkpoint; for two they are rows of the union.
type GraphRow<Table extends string> = number & { readonly indexes?: Table };

/** Index into `Graph.tasks`. */
export type GraphTaskRow = GraphRow<"graph tasks">;
/** Index into `Graph.tables`. */
export type GraphTableRow = GraphRow<"graph tables">;
/** Index into `Graph.descriptors`: a descriptor is a slot in the drawing. */
export type SlotRow = GraphRow<"slots">;
/** Index into `Graph.files`. */
export type GraphFileRow = GraphRow<"graph files">;

/** The edges of the drawing, as columns. A Checkpoint is one; `union` (union.ts) makes one of two. */
export interface Graph {
  readonly tasks: { readonly count: number };
  readonly tables: {
    readonly count: number;
    /** The slots of table t are rows first[t] … first[t + 1] - 1 of the descriptors. */
    readonly first: Uint32Array;
    /** Tasks that use table t on either side: task[firstTask[t]] … task[firstTask[t + 1] - 1]. */
    readonly firstTask: Uint32Array;
    readonly task: Uint32Array;
  };
  readonly descriptors: {
    readonly count: number;
    readonly fd: Int32Array;
    readonly table: Uint32Array;
    /** The open file that the slot leads to; NONE: missing from the image. */
    readonly file: Int32Array;
    /** In a union: the slot's file before, if it is another one; else NONE. */
    readonly fileBefore?: Int32Array;
  };
  readonly files: {
    readonly count: number;
    readonly kind: Uint8Array;
    readonly use: Uint8Array;
    /** Slots that lead to file f on either side, ascending: holder[firstHolder[f]] … holder[firstHolder[f + 1] - 1]. */
    readonly firstHolder: Uint32Array;
    readonly holder: Uint32Array;
  };
}

/** How an object or an edge differs between two images. */
export const SAME = 0;
export const ADDED = 1;
export const REMOVED = 2;
export const CHANGED = 3;
/** On one side only, by a change that is hidden: not drawn. */
export const HIDDEN = 4;
export type Change = typeof SAME | typeof ADDED | typeof REMOVED | typeof CHANGED | typeof HIDDEN;

/** One value for each kind of object. */
export interface PerObject<T> {
  readonly task: T;
  readonly table: T;
  readonly descriptor: T;
  readonly file: T;
}

export type ObjectKind = keyof PerObject<unknown>;

/** The changes that are hidden, and what they keep from being drawn. */
export interface SwitchedOff {
  /** Kinds without a visible change. Bit k: the kind with index k in CHANGE_KINDS. */
  readonly kinds: number;
  /** By object: the kinds of its changes that are all hidden. `null`: none are. */
  readonly hidden: PerObject<Uint32Array> | null;
  /** Slots and tasks that are HIDDEN. */
  readonly slots: number;
  readonly tasks: number;
}

export const NOTHING_OFF: SwitchedOff = { kinds: 0, hidden: null, slots: 0, tasks: 0 };

/** How the rows of a graph of two images relate to the images. */
export interface Both {
  readonly before: Checkpoint;
  /** By side: the image's row for each row of the graph; NONE: the object does not exist on that side. */
  readonly rows: Readonly<Record<Side, PerObject<Int32Array>>>;
  /** A Change for each row of the graph. */
  readonly change: PerObject<Uint8Array>;
  readonly off: SwitchedOff;
}

/** The subject of a drawing: a graph, and the image or images that its labels come from. Can be cloned structurally. */
export interface Subject {
  readonly graph: Graph;
  /** The image; for two, the later one. */
  readonly after: Checkpoint;
  /** Null for one image: rows of the graph are rows of `after`. */
  readonly both: Both | null;
}

/** Two images as the subject of a drawing. */
export interface SubjectOfBoth extends Subject {
  readonly both: Both;
}

/** One image as the subject of a drawing. */
export function oneImage(checkpoint: Checkpoint): Subject {
  return { graph: checkpoint, after: checkpoint, both: null };
}

/** Row in the later image; NONE if the object was removed. */
export function rowAfter(subject: Subject, to: ObjectKind, row: number): number {
  return subject.both === null ? row : i32At(subject.both.rows.after[to], row);
}

/** Row in the earlier image; NONE for one image and for an added object. */
export function rowBefore(subject: Subject, to: ObjectKind, row: number): number {
  return subject.both === null ? NONE : i32At(subject.both.rows.before[to], row);
}

/** How an object differs between the two images; SAME for one image. */
export function changeOf(subject: Subject, to: ObjectKind, row: number): Change {
  return (subject.both?.change[to][row] ?? SAME) as Change;
}

/** The number of slots that lead to a file, on either side. */
export function holdersOf(graph: Graph, file: GraphFileRow): number {
  const { firstHolder } = graph.files;
  return u32At(firstHolder, file + 1) - u32At(firstHolder, file);
}

/** The number of slots of a table. */
export function slotsOf(graph: Graph, table: GraphTableRow): number {
  const { first } = graph.tables;
  return u32At(first, table + 1) - u32At(first, table);
}

/** How many slots of a table are not HIDDEN. */
export function shownSlotsOf(subject: Subject, table: GraphTableRow): number {
  const { graph, both } = subject;
  const count = slotsOf(graph, table);
  if (both === null || both.off.slots === 0) return count;
  const first = u32At(graph.tables.first, table);
  return both.change.descriptor
    .subarray(first, first + count)
    .reduce((n, change) => (change === HIDDEN ? n - 1 : n), count);
}

/** The number of tasks that use a table, on either side. */
export function tasksOf(graph: Graph, table: GraphTableRow): number {
  const { firstTask } = graph.tables;
  return u32At(firstTask, table + 1) - u32At(firstTask, table);
}

/** A slot's file before, if it is another one; else, and for one image, NONE. */
export function fileBefore(graph: Graph, slot: SlotRow): number {
  const column = graph.descriptors.fileBefore;
  return column === undefined ? NONE : i32At(column, slot);
}

/** Tables of a task: one, in a union up to two. Linear in all tables, so only for single tasks. */
export function tablesOfTask(graph: Graph, task: GraphTaskRow): GraphTableRow[] {
  const { count, firstTask, task: users } = graph.tables;
  const found: GraphTableRow[] = [];
  let table = 0;
  for (let at = 0; at < users.length && found.length < 2; at++) {
    if (users[at] !== task) continue;
    while (table < count && u32At(firstTask, table + 1) <= at) table++;
    found.push(table);
  }
  return found;
}
