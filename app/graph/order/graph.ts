// The graph that is drawn: tasks, tables, slots and files as index edges, of one image or of two at once.

import { type Checkpoint, NONE } from "../../model/checkpoint.ts";

/** The edges of the drawing, as columns. A Checkpoint is one; `union` (union.ts) makes one of two. */
export interface Graph {
  readonly tasks: { readonly count: number };
  readonly tables: {
    readonly count: number;
    /** The slots of table t are rows first[t] … first[t + 1] - 1 of the descriptors. */
    readonly first: Uint32Array;
    /** Tasks that use (or, in a union, used) table t. */
    readonly firstTask: Uint32Array;
    readonly task: Uint32Array;
  };
  readonly descriptors: {
    readonly count: number;
    readonly fd: Int32Array;
    readonly table: Uint32Array;
    /** Where the slot leads; NONE: to a file that the image does not hold. */
    readonly file: Int32Array;
    /** In a union: where the slot led before, if that is another file; else NONE. */
    readonly wasFile?: Int32Array;
  };
  readonly files: {
    readonly count: number;
    readonly kind: Uint8Array;
    readonly use: Uint8Array;
    /** Slots that lead (or led) to file f, ascending. */
    readonly firstHolder: Uint32Array;
    readonly holder: Uint32Array;
  };
}

/** What became of an object or an edge between two images. */
export const SAME = 0;
export const ADDED = 1;
export const REMOVED = 2;
export const CHANGED = 3;
export type Change = typeof SAME | typeof ADDED | typeof REMOVED | typeof CHANGED;

/** Per kind of object, by row of the graph. */
export interface PerObject<T> {
  readonly task: T;
  readonly table: T;
  readonly descriptor: T;
  readonly file: T;
}

/** Two images in one graph: whose rows are whose, and what changed. */
export interface Both {
  readonly before: Checkpoint;
  /** Row in `before` of each row of the graph; NONE: added since. */
  readonly was: PerObject<Int32Array>;
  /** Row in `after` of each row of the graph; NONE: gone. */
  readonly now: PerObject<Int32Array>;
  /** A Change for each row of the graph. */
  readonly change: PerObject<Uint8Array>;
}

/** What is drawn: a graph, and the image or images that its words come from. Survives structured cloning. */
export interface Subject {
  readonly graph: Graph;
  /** The image; of two, the later one. */
  readonly after: Checkpoint;
  /** Absent for one image: rows of the graph are rows of `after`. */
  readonly both: Both | null;
}

/** One image as the subject of a drawing. */
export function oneImage(checkpoint: Checkpoint): Subject {
  return { graph: checkpoint, after: checkpoint, both: null };
}

/** Row in the later image; NONE if the object is gone. */
export function rowNow(subject: Subject, to: keyof PerObject<unknown>, row: number): number {
  return subject.both === null ? row : (subject.both.now[to][row] ?? NONE);
}

/** Row in the earlier image; NONE for one image, and for what was added. */
export function rowBefore(subject: Subject, to: keyof PerObject<unknown>, row: number): number {
  return subject.both === null ? NONE : (subject.both.was[to][row] ?? NONE);
}

/** What became of an object; SAME for one image. */
export function changeOf(subject: Subject, to: keyof PerObject<unknown>, row: number): Change {
  return (subject.both?.change[to][row] ?? SAME) as Change;
}
