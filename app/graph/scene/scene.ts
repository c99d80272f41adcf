// A scene: the marks of one drawing in world coordinates, each with its object. Plain data: made by scene-of.ts,
// drawn by draw/paint.ts and draw/svg.ts, searched by draw/hit.ts.

import type { ObjectRef } from "../../model/object-ref.ts";
import type { Change, GraphTableRow } from "../order/graph.ts";
import type { KindPart } from "../order/kind-parts.ts";
import type { Expansion, Focus, Level } from "../plan/plan.ts";
import { type Frame, mainLane, type Needs } from "./lanes/frame.ts";

/** Pixels from one slot, file or task to the next, including a gap of two. */
export const PITCH = 20;
/** Width of a character in pixels: a monospace face at 12 px. */
export const CHARACTER = 7.25;
/** Height of the lane headings at the top of the view, in pixels. */
export const HEADING = 24;

export type Tone = "fg" | "muted" | "shared" | "change";

/** A piece of text in a box. `x` is from the box's left; for `right`, where the text ends. */
export interface Cell {
  readonly text: string;
  readonly x: number;
  readonly align: "left" | "right";
  readonly tone: Tone;
}

/** The effect of activating a box, besides selecting its object. */
export type Action =
  | { readonly do: "toggle"; readonly table: GraphTableRow }
  /** Draws folded slots, or tables that are folded together, each by itself; or folds them again. */
  | { readonly do: "unfold"; readonly tables: readonly GraphTableRow[] }
  | { readonly do: "more" }
  /** Moves a window to another place among the slots. */
  | { readonly do: "go"; readonly at: number }
  | { readonly do: "unused" };

export type BoxKind = "task" | "table" | "slot" | "file" | "fold" | "more" | "unused" | "chart";

/**
 * Columns for finding boxes. Slots lie inside their tables and are searched first; `own`: private files beside them.
 */
export const COLUMN = { slot: 0, task: 1, table: 2, file: 3, own: 4 } as const;

export interface Box {
  readonly kind: BoxKind;
  /** Its object; null for folds. */
  readonly ref: ObjectRef | null;
  /** For a slot, the index of its table's box; else NONE. */
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
  /** For two images: whether neither it nor what it leads to has changed. */
  readonly quiet: boolean;
  /** For a table whose slots are not drawn, their number by kind. */
  readonly bar: Bar | null;
  readonly chart: Chart | null;
  /** What is drawn besides the object, added to its sentence for screen readers. */
  readonly note: string;
  /** Text of a box without an object; that of an object is made on demand (sentence.ts). */
  readonly label: string;
  /** For a table, whether its slots are drawn; null where there is nothing to open. */
  readonly open: boolean | null;
}

/** A bar within a box: where it begins, in pixels from the box's left, and its parts from left to right. */
export interface Bar {
  readonly x: number;
  readonly parts: readonly { readonly part: KindPart; readonly width: number }[];
}

/** A chart. Everything is relative to its box. */
export interface Chart {
  /** The axis; null for none. */
  readonly line: { readonly x: number; readonly y: number; readonly width: number } | null;
  readonly bars: readonly {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
    readonly part: KindPart;
  }[];
  /** `y`: the middle of the text. */
  readonly texts: readonly {
    readonly text: string;
    readonly x: number;
    readonly y: number;
    readonly align: "start" | "middle";
    readonly tone: Tone;
  }[];
}

/** The scale of bars, in the heading of their lane. */
export interface Axis {
  readonly x: number;
  readonly width: number;
  /** `at`: 0 … 1 of the width. */
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
}

/** The common part of the edges from one table to shared files: a vertical line, with their number beside its table. */
export interface Ribbon {
  /** Index of the table's box. */
  readonly table: number;
  readonly x: number;
  readonly y1: number;
  readonly y2: number;
  /** Where the topmost of the edges leaves the table; NaN: there is no room for the number. */
  readonly labelY: number;
  /** Number of slots. */
  readonly count: number;
}

/**
 * `use`: a task uses a table. `lead`: a slot leads to a file. `bundle`: slots that are not
 * drawn do. `fold`: leads to a fold.
 */
export type EdgeKind = "use" | "lead" | "bundle" | "fold";

export interface Edge {
  readonly kind: EdgeKind;
  /** Indexes of boxes. */
  readonly from: number;
  readonly to: number;
  readonly x1: number;
  readonly y1: number;
  /** Where it crosses from one height to the other; NaN: it does so all along its way. */
  readonly via: number;
  readonly x2: number;
  readonly y2: number;
  /** Number of slots (or undrawn tasks) that it represents. */
  readonly count: number;
  readonly shared: boolean;
  readonly change: Change;
  /** Where the sign of its change is; null: it has not changed, or there is no room for one beside other lines. */
  readonly sign: { readonly x: number; readonly y: number } | null;
}

/** A histogram along a lane, as bars to the right. Its heights are in the view: it does not scroll. */
export interface Strip {
  readonly to: "table" | "descriptor";
  readonly heading: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly bars: number;
  /** Lengths of the parts of each bar, 0 … 1: parts[bar × KIND_PARTS.length + part]. */
  readonly parts: Float32Array;
  /** By bar: 1 where anything in it changed. */
  readonly changed: Uint8Array;
  readonly ticks: Axis["ticks"];
}

/** A line across a strip where the selection is. */
export interface Marker {
  readonly x: number;
  readonly y: number;
  readonly width: number;
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
  readonly ribbons: readonly Ribbon[];
  readonly axes: readonly Axis[];
  readonly strips: readonly Strip[];
  readonly markers: readonly Marker[];
  readonly headings: readonly Heading[];
  /** Sentences about what is not drawn, and why. */
  readonly notes: readonly string[];
  /** Box indexes by column (COLUMN), top to bottom, for hit.ts. */
  readonly columns: readonly Uint32Array[];
  /** Whether it is a part of the graph, so that zooming out draws more of it. */
  readonly isPart: boolean;
  /** Whether the drawing is of two images: unchanged objects are dimmed. */
  readonly compared: boolean;
}

/** The parameters of a scene besides subject and layout. Sizes in CSS pixels. */
export interface SceneOptions {
  readonly width: number;
  readonly height: number;
  readonly selection: ObjectRef | null;
  readonly expansion: Expansion;
  /** Where the user zoomed to; null: everything, at the level for its size. */
  readonly focus?: Focus | null;
}

/** A scene without what depends on the height of the view, which is known only when its notes are on the page. */
export interface PreparedScene {
  readonly notes: readonly string[];
  /** The scene for a height in CSS pixels. Those of all heights share what does not depend on it. */
  at(height: number): Scene;
}

/** The number of marks in a scene. */
export function markCount(scene: Scene): number {
  return (
    scene.boxes.length +
    scene.edges.length +
    scene.ribbons.length +
    scene.strips.reduce((sum, strip) => sum + strip.bars, 0)
  );
}

/** Completes a scene with the columns by which its boxes are found. */
export function withColumns(scene: Omit<Scene, "columns">): Scene {
  const columns: number[][] = Object.values(COLUMN).map(() => []);
  scene.boxes.forEach((box, index) => {
    columns[box.column]?.push(index);
  });
  const y = (index: number): number => (scene.boxes[index] as Box).y;
  return { ...scene, columns: columns.map((indexes) => Uint32Array.from(indexes.sort((a, b) => y(a) - y(b)))) };
}

/** Lane headings for the lanes of a frame. They stay at the top of the view. */
export function laneHeadings(frame: Frame, needs: Needs, tasks: string, tables: string, files: string): Heading[] {
  const heading = (text: string, x: number): Heading => ({ text: text.toUpperCase(), x, y: Number.NaN });
  const headings = [heading(tasks, frame.task), heading(tables, frame.table)];
  if (needs.own && needs.shared && !frame.isStacked) headings.push(heading("private files", frame.own));
  headings.push(heading(files, mainLane(frame, needs).x));
  return headings;
}
