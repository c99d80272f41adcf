// What paint.ts and svg.ts have in common: the theme, and which colour and width say what.

import { ADDED, type Change, REMOVED } from "../order/graph.ts";
import type { Edge } from "../scene/scene.ts";

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

/** The colour of what was added, removed or changed. */
export function changeColour(theme: Theme, change: Change): string {
  return change === ADDED ? theme.added : change === REMOVED ? theme.removed : theme.changed;
}

/** Pixels: shared edges and bundles are thicker, bundles by how many slots they stand for. */
export function edgeWidth(edge: Edge): number {
  if (edge.kind === "bundle") return Math.min(4, 1 + Math.log2(edge.count) / 2);
  return edge.shared ? 1.4 : 0.75;
}
