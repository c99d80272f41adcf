// Draws one box of a scene on a canvas: its frame and its text.

import { NONE } from "../../model/checkpoint.ts";
import { REMOVED } from "../order/graph.ts";
import { type Bar, type Box, type Cell, CHARACTER } from "../scene/scene.ts";
import { paintChart } from "./paint-chart.ts";
import {
  BAR_HEIGHT,
  boxColour,
  CLOSE_MARK,
  CLOSE_MARK_WIDTH,
  closeMarkPath,
  hasFrame,
  isMarked,
  partStyle,
  type Strength,
  type Theme,
  toneColour,
} from "./style.ts";

/** Paints a box. `k`: the zoom. */
export function paintBox(
  context: CanvasRenderingContext2D,
  box: Box,
  theme: Theme,
  k: number,
  strength: Strength,
  hasText: boolean,
): void {
  // Even a dimmed box hides the edges below it. Slots lie on their tables, which hide them already.
  context.globalAlpha = 1;
  context.fillStyle = theme.bg;
  if (box.parent === NONE) context.fillRect(box.x, box.y, box.width, box.height);
  if (box.chart !== null) {
    paintChart(context, box, box.chart, theme);
    return;
  }
  context.globalAlpha = strength.lines;
  context.lineWidth = Math.max(1, 1 / k);
  if (box.parent !== NONE) paintSlotLines(context, box, theme);
  else if (hasFrame(box)) paintFrame(context, box, theme);
  else if (box.kind !== "more") {
    // Folds and files without holders: no frame, only a rule on the side of the edge.
    context.fillStyle = box.shared ? theme.shared : theme.hairline;
    context.fillRect(box.x, box.y + 2, context.lineWidth, box.height - 4);
  }
  if (!hasText) return;
  context.textBaseline = "middle";
  context.font = `12px ${theme.font}`;
  context.globalAlpha = strength.text;
  for (const cell of box.cells) paintCell(context, box, cell, toneColour(theme, cell.tone, box.change, strength.muted));
}

/** A line above the slot; a mark on its right side if it is shared or differs. */
function paintSlotLines(context: CanvasRenderingContext2D, box: Box, theme: Theme): void {
  context.strokeStyle = theme.hairline;
  context.beginPath();
  context.moveTo(box.x, box.y - 0.5);
  context.lineTo(box.x + box.width, box.y - 0.5);
  context.stroke();
  if (!isMarked(box.change) && !box.shared) return;
  context.fillStyle = boxColour(theme, box);
  context.fillRect(box.x + box.width - 2, box.y, 3, box.height);
}

/** The frame of a task, table or file. */
function paintFrame(context: CanvasRenderingContext2D, box: Box, theme: Theme): void {
  context.strokeStyle = boxColour(theme, box);
  if (box.change === REMOVED) context.setLineDash([4, 3]);
  context.strokeRect(box.x + 0.5, box.y + 0.5, box.width - 1, box.height - 1);
  // A table of several tasks has a double frame; a file of several slots has a thick left side.
  if (box.kind === "table" && box.shared) {
    context.strokeStyle = theme.shared;
    context.strokeRect(box.x - 2.5, box.y - 2.5, box.width + 5, box.height + 5);
  }
  context.setLineDash([]);
  if (box.kind === "file" && box.shared) {
    context.fillStyle = boxColour(theme, box);
    context.fillRect(box.x, box.y, 3, box.height);
  }
  if (box.bar !== null) paintBar(context, box, box.bar, theme);
}

/** A table's slots by kind, on the scale of its lane. */
function paintBar(context: CanvasRenderingContext2D, box: Box, bar: Bar, theme: Theme): void {
  const alpha = context.globalAlpha;
  let x = box.x + bar.x;
  for (const { part, width } of bar.parts) {
    const { colour, opacity } = partStyle(theme, part);
    context.fillStyle = colour;
    context.globalAlpha = alpha * opacity;
    context.fillRect(x, box.y + (box.height - BAR_HEIGHT) / 2, width, BAR_HEIGHT);
    x += width;
  }
  context.globalAlpha = alpha;
}

function paintCell(context: CanvasRenderingContext2D, box: Box, cell: Cell, colour: string): void {
  const x = box.x + cell.x;
  const middle = box.y + Math.min(box.height, 18) / 2 + 0.5;
  context.fillStyle = colour;
  context.textAlign = cell.align;
  const mark = cell.text.indexOf(CLOSE_MARK);
  if (mark === -1) {
    context.fillText(cell.text, x, middle, Math.max(1, cell.text.length * CHARACTER + 2));
    return;
  }
  context.fillText(cell.text.slice(0, mark), x, middle);
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.beginPath();
  closeMarkPath(context, x + mark * CHARACTER + 5, middle - 0.5);
  context.stroke();
  context.fillText(cell.text.slice(mark + 1), x + (mark + CLOSE_MARK_WIDTH) * CHARACTER, middle);
}
