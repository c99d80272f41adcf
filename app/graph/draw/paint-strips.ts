// Draws the strips on a canvas, with the marks of the selection. They pan sideways but do not scroll.

import { KIND_PARTS } from "../order/kind-parts.ts";
import { HEADING, type Scene, type Strip } from "../scene/scene.ts";
import { LANE_TEXT, partStyle, type Theme } from "./style.ts";
import type { PaintOptions } from "./view.ts";

export function paintStrips(
  context: CanvasRenderingContext2D,
  scene: Scene,
  { view, ratio, theme }: Pick<PaintOptions, "view" | "ratio" | "theme">,
): void {
  context.setTransform(ratio * view.k, 0, 0, ratio, ratio * view.x, 0);
  for (const strip of scene.strips) paintStrip(context, strip, theme);
  context.fillStyle = theme.accent;
  context.globalAlpha = 1;
  for (const { x, y, width } of scene.markers) context.fillRect(x, y - 0.5, width, 1);
}

function paintStrip(context: CanvasRenderingContext2D, strip: Strip, theme: Theme): void {
  const step = strip.height / strip.bars;
  context.globalAlpha = 1;
  // Strips do not scroll: they hide what is behind them.
  context.fillStyle = theme.bg;
  context.fillRect(strip.x - 6, HEADING, strip.width + 12, strip.y + strip.height - HEADING);
  paintTicks(context, strip, theme);
  for (const [at, part] of KIND_PARTS.entries()) {
    const { colour, opacity } = partStyle(theme, part);
    context.fillStyle = colour;
    context.globalAlpha = opacity;
    for (let bar = 0; bar < strip.bars; bar++) fillPart(context, strip, bar, at, step);
  }
  context.globalAlpha = 1;
  context.fillStyle = theme.changed;
  strip.changed.forEach((changed, at) => {
    if (changed === 1) context.fillRect(strip.x - 5, strip.y + at * step, 3, Math.max(1.5, step));
  });
}

/** One part of one bar, after the parts before it. */
function fillPart(context: CanvasRenderingContext2D, strip: Strip, bar: number, part: number, step: number): void {
  const first = bar * KIND_PARTS.length;
  const length = strip.parts[first + part] as number;
  if (length === 0) return;
  let before = 0;
  for (let at = 0; at < part; at++) before += strip.parts[first + at] as number;
  const gap = step > 4 ? 1 : 0;
  context.fillRect(
    strip.x + before * strip.width,
    strip.y + bar * step,
    Math.max(0.5, length * strip.width),
    step - gap,
  );
}

/** The scale above a strip, and its lines. */
function paintTicks(context: CanvasRenderingContext2D, { x, y, width, height, ticks }: Strip, theme: Theme): void {
  context.font = `${LANE_TEXT}px ${theme.font}`;
  context.textBaseline = "middle";
  ticks.forEach(({ at, text }, index) => {
    const left = x + at * width;
    context.fillStyle = theme.hairline;
    context.fillRect(left - 0.5, y - 3, 1, height + 3);
    context.fillStyle = theme.muted;
    context.textAlign = index === 0 ? "left" : at > 0.95 ? "right" : "center";
    context.fillText(text, left, y - 10);
  });
}
