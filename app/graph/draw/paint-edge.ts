// Draws one edge on a canvas: from a task to its table, from a slot (or a bundle of slots) to its file.

import { REMOVED } from "../order/graph.ts";
import type { Edge } from "../scene/scene.ts";
import { changeSign } from "../scene/words.ts";
import { edgeColour, edgePath, edgeWidth, isMarked, LEAST_TEXT, type Theme } from "./style.ts";

/** Paints an edge with its arrowhead and, on a change, its sign. `k`: the zoom. */
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
  const { curves, tip } = edgePath(edge);
  for (const { offset, end } of curves) curve(context, edge, offset, end);
  context.setLineDash([]);
  if (edge.kind !== "fold") arrowhead(context, tip, edge.y2, edge.shared ? 4 : 3);
  if (k < LEAST_TEXT) return;
  if (isMarked(edge.change)) paintSign(context, edge, theme, colour);
  else if (edge.kind === "bundle" && edge.count > 1 && traced) paintCount(context, edge, theme);
}

/** One line of an edge, `offset` pixels below its ends, to `end`. */
function curve(context: CanvasRenderingContext2D, { x1, y1, y2 }: Edge, offset: number, end: number): void {
  const bend = (end - x1) / 2;
  context.beginPath();
  context.moveTo(x1, y1 + offset);
  if (Math.abs(y1 - y2) < 0.5) context.lineTo(end, y2 + offset);
  else context.bezierCurveTo(x1 + bend, y1 + offset, end - bend, y2 + offset, end, y2 + offset);
  context.stroke();
}

function arrowhead(context: CanvasRenderingContext2D, x: number, y: number, size: number): void {
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x - size * 1.6, y - size);
  context.lineTo(x - size * 1.6, y + size);
  context.fill();
}

/** The sign of a change, in the middle of the edge. */
function paintSign(context: CanvasRenderingContext2D, edge: Edge, theme: Theme, colour: string): void {
  const x = (edge.x1 + edge.x2) / 2;
  const y = (edge.y1 + edge.y2) / 2;
  context.font = `bold 12px ${theme.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = theme.bg;
  context.fillRect(x - 6, y - 7, 12, 14);
  context.fillStyle = colour;
  context.fillText(changeSign(edge.change), x, y);
}

/** The number of slots in a bundle. */
function paintCount(context: CanvasRenderingContext2D, edge: Edge, theme: Theme): void {
  context.font = `11px ${theme.font}`;
  context.textAlign = "left";
  context.textBaseline = "bottom";
  context.fillText(`×${edge.count}`, edge.x1 + 6, edge.y1 - 1);
}
