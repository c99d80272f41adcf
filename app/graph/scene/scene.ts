// A scene: the marks of one drawing in world coordinates, each with the object that it stands for. Plain data;
// scene-of.ts makes it, paint.ts and svg.ts draw it, hit.ts finds in it.

import type { ObjectRef } from "../../model/object-ref.ts";
import type { Change } from "../order/graph.ts";
import type { Expansion, Level } from "../plan/plan.ts";

/** Pixels from one slot, file or task to the next; their boxes leave two of them free. */
export const PITCH = 20;
/** Width of a character of the drawing's typeface at its size, 12 px. */
export const CHARACTER = 7.25;
/** Height of the lane headings at the top of the view. */
export const HEADING = 24;

export type Tone = "fg" | "muted" | "shared" | "change";

/** A piece of text in a box. `x` is from the box's left; for `right`, where the text ends. */
export interface Cell {
  readonly text: string;
  readonly x: number;
  readonly align: "left" | "right";
  readonly tone: Tone;
}

/** What activating a box does beside selecting its object. */
export type Action =
  | { readonly do: "toggle"; readonly table: number }
  | { readonly do: "more" }
  | { readonly do: "unused" };

export type BoxKind = "task" | "table" | "slot" | "file" | "fold" | "more" | "unused";

/** Boxes are found by column, then by height; slots lie inside their tables and are asked first. */
export const COLUMN = { slot: 0, task: 1, table: 2, file: 3 } as const;

export interface Box {
  readonly kind: BoxKind;
  /** The object that it stands for; null for folds. */
  readonly ref: ObjectRef | null;
  /** Of a slot: the index of its table's box; else NONE. */
  readonly parent: number;
  readonly action: Action | null;
  readonly column: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly cells: readonly Cell[];
  /** An open file of several slots, or a table of several tasks. */
  readonly shared: boolean;
  readonly change: Change;
  /** Of a table: the part of its slots that lead to shared files, 0 … 1. */
  readonly fraction: number;
  /** Words in one line for what stands for no object; an object's are made when they are read (words.ts, sentence). */
  readonly label: string;
  /** Of a table: whether its slots are drawn; null where there is nothing to open. */
  readonly open: boolean | null;
}

/** `use`: a task uses a table. `lead`: a slot leads to a file. `bundle`: several slots do. `fold`: to a fold. */
export type EdgeKind = "use" | "lead" | "bundle" | "fold";

export interface Edge {
  readonly kind: EdgeKind;
  /** Indexes of boxes; `from` is NONE at a density strip. */
  readonly from: number;
  readonly to: number;
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  readonly count: number;
  readonly shared: boolean;
  readonly change: Change;
}

/** Counts along the common height of the lanes, as bars to the right. Its heights are the view's: it does not scroll. */
export interface Strip {
  readonly to: ObjectRef["to"];
  readonly heading: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Length of each bar, 0 … 1, and of its part that is shared; of the changed ones whether there are any. */
  readonly bars: Float32Array;
  readonly shared: Float32Array;
  readonly changed: Uint8Array;
}

export interface Heading {
  readonly text: string;
  readonly x: number;
  /** NaN: stays at the top of the view. */
  readonly y: number;
}

export interface Scene {
  readonly level: Level;
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly edges: readonly Edge[];
  readonly strips: readonly Strip[];
  /** Heights at which the selection lies on the strips. */
  readonly markers: readonly number[];
  readonly headings: readonly Heading[];
  /** Sentences: what is not drawn, and why. */
  readonly notes: readonly string[];
  /** Box indexes by column, top to bottom, for hit.ts. */
  readonly columns: readonly Uint32Array[];
  /** Whether unchanged objects step back: the drawing is of two images. */
  readonly compared: boolean;
}

/** What a scene depends on beside subject and layout. Sizes in CSS pixels. */
export interface SceneOptions {
  readonly width: number;
  readonly height: number;
  readonly selection: ObjectRef | null;
  readonly expansion: Expansion;
}

/** How many marks a scene holds. */
export function markCount(scene: Scene): number {
  return scene.boxes.length + scene.edges.length + scene.strips.reduce((sum, strip) => sum + strip.bars.length, 0);
}
