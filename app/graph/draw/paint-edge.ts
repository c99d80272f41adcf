// Draws one edge on a canvas: from a task to its table, from a slot (or a bundle of slots) to its file.

import { REMOVED } from "../order/graph.ts";
import type { Edge, Ribbon } from "../scene/scene.ts";
import { changeSign } from "../scene/text/words.ts";
import {
  arrowSize,
  CLEARED,
  COUNT_UP,
  edgeColour,
  edgePath,
  edgeWidth,
  LEAST_TEXT,
  RIBBON,
  RIBBON_COUNT,
  ribbonWidth,
  type Theme,
} from "./style.ts";

/** Paints an edge with its arrowhead. `k`: the zoom. */
export function paintEdge(
  context: CanvasRenderingContext2D,
  edge: Edge,
  theme: Theme,
  k: number,
  traced: boolean,
): void {
  const colour = edgeColour(theme, edge, traced);
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.lineWidth = Math.max(traced ? 1.2 : 0, edgeWidth(edge)) * Math.max(1, 1 / k);
  if (edge.change === REMOVED) context.setLineDash([5, 4]);
  else if (edge.kind === "fold") context.setLineDash([1, 3]);
  context.beginPath();
  const tip = edgePath(context, edge);
  context.stroke();
  context.setLineDash([]);
  if (edge.kind !== "fold") arrowhead(context, tip, edge);
  if (k >= LEAST_TEXT && edge.sign === null && edge.kind === "bundle" && edge.count > 1 && traced) {
    paintCount(context, edge, theme);
  }
}

function arrowhead(context: CanvasRenderingContext2D, x: number, edge: Edge): void {
  const { length, half } = arrowSize(edge);
  context.beginPath();
  context.moveTo(x, edge.y2);
  context.lineTo(x - length, edge.y2 - half);
  context.lineTo(x - length, edge.y2 + half);
  context.fill();
}

/** An edge whose sign is painted, and how. */
export interface Signed {
  readonly edge: Edge;
  readonly traced: boolean;
  readonly alpha: number;
}

/**
 * Paints the signs of edges, above all lines. The lines below them are cleared first: the sign of one edge of a slot
 * is close to that of the other.
 */
export function paintSigns(context: CanvasRenderingContext2D, all: readonly Signed[], theme: Theme): void {
  context.font = `bold 12px ${theme.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.globalAlpha = 1;
  context.fillStyle = theme.bg;
  for (const { edge } of all) {
    if (edge.sign !== null) context.fillRect(edge.sign.x - 6, edge.sign.y - CLEARED, 12, 2 * CLEARED);
  }
  for (const { edge, traced, alpha } of all) {
    if (edge.sign === null) continue;
    context.globalAlpha = alpha;
    context.fillStyle = edgeColour(theme, edge, traced);
    context.fillText(changeSign(edge.change), edge.sign.x, edge.sign.y);
  }
  context.globalAlpha = 1;
}

/** The number of slots in a bundle. */
function paintCount(context: CanvasRenderingContext2D, edge: Edge, theme: Theme): void {
  context.font = `11px ${theme.font}`;
  context.textAlign = "left";
  context.textBaseline = "bottom";
  context.fillText(`×${edge.count}`, edge.x1 + 6, edge.y1 - COUNT_UP);
}

/** The common part of several edges, below their lines. */
export function paintRibbon(context: CanvasRenderingContext2D, ribbon: Ribbon, theme: Theme, alpha: number): void {
  context.globalAlpha = RIBBON * alpha;
  context.strokeStyle = theme.shared;
  context.lineWidth = ribbonWidth(ribbon);
  context.beginPath();
  context.moveTo(ribbon.x, ribbon.y1);
  context.lineTo(ribbon.x, ribbon.y2);
  context.stroke();
  context.globalAlpha = alpha;
}

/** How many slots a ribbon leads from, above the first of them. */
export function paintRibbonCount(context: CanvasRenderingContext2D, ribbon: Ribbon, theme: Theme): void {
  if (Number.isNaN(ribbon.labelY)) return;
  context.font = `11px ${theme.font}`;
  context.textAlign = "right";
  context.textBaseline = "bottom";
  context.fillStyle = theme.shared;
  context.fillText(`×${ribbon.count}`, ribbon.x - RIBBON_COUNT, ribbon.labelY - COUNT_UP);
}
