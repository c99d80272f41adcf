// Style shared by canvas and SVG: the theme, colours, widths and the paths of edges.

import { ADDED, CHANGED, type Change, REMOVED } from "../order/graph.ts";
import type { KindPart } from "../order/kind-parts.ts";
import type { Box, Edge, Ribbon, Tone } from "../scene/scene.ts";

/** Colours as CSS writes them, and the typeface. */
export interface Theme {
  readonly bg: string;
  readonly fg: string;
  readonly muted: string;
  readonly hairline: string;
  readonly accent: string;
  readonly shared: string;
  readonly added: string;
  readonly removed: string;
  readonly changed: string;
  readonly font: string;
}

/** Size of the lane headings, in pixels. */
export const LANE_TEXT = 11;
/** How strongly an object is drawn. Text keeps a contrast of 3:1 in both themes however faint it is. */
export interface Strength {
  /** Opacity of frames and lines, and of text. */
  readonly lines: number;
  readonly text: number;
  /** Text is in the muted colour, unless it is that of a change. */
  readonly muted: boolean;
}

export const FULL: Strength = { lines: 1, text: 1, muted: false };
/** What has not changed, in a drawing of two images. */
export const UNCHANGED: Strength = { lines: 0.6, text: 0.85, muted: true };
/** What is not connected to the object that is pointed at or selected. */
export const DIMMED: Strength = { lines: 0.3, text: 0.7, muted: true };
/** A change that is not connected to it: kept visible, because the user is going through all changes. */
export const DIMMED_CHANGE: Strength = { lines: 0.7, text: 0.8, muted: false };

/** Smallest zoom at which text is drawn. */
export const LEAST_TEXT = 0.45;

/** Whether an object is drawn in the colour of its change. */
export const isMarked = (change: Change): boolean => change === ADDED || change === REMOVED || change === CHANGED;

/** The colour of a change. */
function changeColour(theme: Theme, change: Change): string {
  return change === ADDED ? theme.added : change === REMOVED ? theme.removed : theme.changed;
}

export function toneColour(theme: Theme, tone: Tone, change: Change, muted = false): string {
  if (tone !== "change") return muted ? theme.muted : theme[tone];
  return isMarked(change) ? changeColour(theme, change) : theme.fg;
}

/** The colour of a box's frame or mark. */
export function boxColour(theme: Theme, box: Box): string {
  if (isMarked(box.change)) return changeColour(theme, box.change);
  return box.shared ? theme.shared : theme.hairline;
}

/**
 * Whether a box has a frame of its own: a task, table or file has one; folds, files without holders and offers do not.
 */
export const hasFrame = ({ kind }: Box): boolean => kind === "table" || kind === "task" || kind === "file";

export function edgeColour(theme: Theme, edge: Edge, traced: boolean): string {
  if (isMarked(edge.change)) return changeColour(theme, edge.change);
  if (edge.shared) return theme.shared;
  return traced ? theme.fg : theme.muted;
}

/** In pixels: shared edges and bundles are thicker, bundles by their number of slots. */
export function edgeWidth(edge: Edge): number {
  if (edge.kind === "bundle") return Math.min(4, 1 + Math.log2(edge.count) / 2);
  return edge.shared ? 1.4 : 0.75;
}

/** What a canvas and d3-path have in common. */
export type PathContext = Pick<CanvasPath, "moveTo" | "lineTo" | "bezierCurveTo" | "arcTo">;

/** Radius of the corners where edges turn in the gutter. */
const CORNER = 6;

/** Draws the lines of an edge into a path. Returns the tip of its arrowhead. */
export function edgePath(path: PathContext, edge: Edge): number {
  const { kind, shared, x2 } = edge;
  // A double line to a table of several tasks, to match its double frame.
  if (kind === "use" && shared) {
    edgeLine(path, edge, -1.5, x2 - 2);
    edgeLine(path, edge, 1.5, x2 - 2);
    return x2 - 2;
  }
  edgeLine(path, edge, 0, kind === "fold" ? x2 : x2 - 4);
  return x2;
}

/** One line of an edge, `offset` pixels below its ends, to `end`. */
function edgeLine(path: PathContext, { x1, y1, y2, via }: Edge, offset: number, end: number): void {
  const [from, to] = [y1 + offset, y2 + offset];
  path.moveTo(x1, from);
  if (Math.abs(y1 - y2) < 0.5) path.lineTo(end, to);
  else if (Number.isNaN(via)) {
    const bend = (end - x1) / 2;
    path.bezierCurveTo(x1 + bend, from, end - bend, to, end, to);
  } else {
    const radius = Math.max(0, Math.min(CORNER, Math.abs(y1 - y2) / 2, via - x1, end - via));
    path.arcTo(via, from, via, to, radius);
    path.arcTo(via, to, end, to, radius);
    path.lineTo(end, to);
  }
}

/** How close-on-exec is written in the texts of boxes. It is drawn, because few monospace typefaces have it. */
export const CLOSE_MARK = "ⓧ";

/** Draws the mark of close-on-exec into a path. `x`, `y`: its middle. */
export function closeMarkPath(path: Pick<CanvasPath, "arc" | "moveTo" | "lineTo">, x: number, y: number): void {
  path.moveTo(x + 4.5, y);
  path.arc(x, y, 4.5, 0, 2 * Math.PI);
  path.moveTo(x - 2, y - 2);
  path.lineTo(x + 2, y + 2);
  path.moveTo(x + 2, y - 2);
  path.lineTo(x - 2, y + 2);
}

/** Characters that the mark takes: a little more than one. */
export const CLOSE_MARK_WIDTH = 1.6;

/** With more edges than this in view, each is paler. */
export const CROWD = 200;
export const CROWDED = 0.6;

/** Half the height of what is cleared below the sign of an edge: the two edges of one slot are 5 pixels apart. */
export const CLEARED = 4;

/** Length and half the height of an edge's arrowhead, in pixels. */
export function arrowSize({ shared }: Edge): { readonly length: number; readonly half: number } {
  const half = shared ? 4 : 3;
  return { length: half * 1.6, half };
}

/** Pixels between a ribbon and the number left of it. */
export const RIBBON_COUNT = 3;
/** Pixels from an edge up to the number above it. */
export const COUNT_UP = 2;

/** In pixels: wider for more slots. */
export const ribbonWidth = ({ count }: Ribbon): number => Math.min(8, 2 + Math.log2(count));
/** Opacity of the ribbon behind its lines. */
export const RIBBON = 0.22;

/** Opacity of each part of a bar in the colour of `partColour`. */
const PART_OPACITY: Readonly<Record<KindPart, number>> = {
  shared: 1,
  file: 0.9,
  pipe: 0.62,
  socket: 0.4,
  other: 0.2,
  missing: 0.1,
};

/** The colour of a part of a bar, and its opacity. */
export const partStyle = (theme: Theme, part: KindPart): { readonly colour: string; readonly opacity: number } => ({
  colour: part === "shared" ? theme.shared : theme.muted,
  opacity: PART_OPACITY[part],
});

/** Height of bars, in pixels. */
export const BAR_HEIGHT = 8;
