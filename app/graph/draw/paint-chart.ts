// Draws a chart on a canvas.

import type { Box, Chart } from "../scene/scene.ts";
import { LANE_TEXT, partStyle, type Theme } from "./style.ts";

export function paintChart(context: CanvasRenderingContext2D, { x, y }: Box, chart: Chart, theme: Theme): void {
  for (const bar of chart.bars) {
    const { colour, opacity } = partStyle(theme, bar.part);
    context.fillStyle = colour;
    context.globalAlpha = opacity;
    context.fillRect(x + bar.x, y + bar.y, Math.max(bar.width, 0.5), Math.max(bar.height, 0.5));
  }
  context.globalAlpha = 1;
  if (chart.line !== null) {
    context.fillStyle = theme.muted;
    context.fillRect(x + chart.line.x, y + chart.line.y, chart.line.width, 1);
  }
  context.font = `${LANE_TEXT}px ${theme.font}`;
  context.textBaseline = "middle";
  for (const { text, x: left, y: middle, align, tone } of chart.texts) {
    context.fillStyle = tone === "change" ? theme.fg : theme[tone];
    context.textAlign = align === "middle" ? "center" : "left";
    context.fillText(text, x + left, y + middle);
  }
}
