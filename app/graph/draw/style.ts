// Style shared by canvas and SVG: the theme, colours, widths and the paths of edges.

import { ADDED, CHANGED, type Change, REMOVED } from "../order/graph.ts";
import type { Box, Edge, Tone } from "../scene/scene.ts";

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
/** Opacity of unchanged objects in a drawing of two images. */
export const UNCHANGED = 0.45;
/** Smallest zoom at which text is drawn. */
export const LEAST_TEXT = 0.45;

/** Whether an object is drawn in the colour of its change. */
export const isMarked = (change: Change): boolean => change === ADDED || change === REMOVED || change === CHANGED;

/** The colour of a change. */
export function changeColour(theme: Theme, change: Change): string {
  return change === ADDED ? theme.added : change === REMOVED ? theme.removed : theme.changed;
}

export function toneColour(theme: Theme, tone: Tone, change: Change): string {
  if (tone !== "change") return theme[tone];
  return isMarked(change) ? changeColour(theme, change) : theme.fg;
}

/** The colour of a box's frame or mark. */
export function boxColour(theme: Theme, box: Box): string {
  if (isMarked(box.change)) return changeColour(theme, box.change);
  return box.shared ? theme.shared : theme.hairline;
}

/** Whether a box has a frame of its own: a task, table or file has one; folds, files without holders and offers do not. */
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

/** The lines of an edge, by their distance from its ends and the x at which they end, and the tip of its arrowhead. */
export function edgePath({ kind, shared, x2 }: Edge): {
  curves: readonly { readonly offset: number; readonly end: number }[];
  tip: number;
} {
  // A double line to a table of several tasks, to match its double frame.
  if (kind === "use" && shared) {
    const end = x2 - 2;
    return {
      curves: [
        { offset: -1.5, end },
        { offset: 1.5, end },
      ],
      tip: end,
    };
  }
  return { curves: [{ offset: 0, end: kind === "fold" ? x2 : x2 - 4 }], tip: x2 };
}
