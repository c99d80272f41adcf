// Draws the density strips on a canvas, with the marks of the selection. They pan sideways but do not scroll.

import type { Scene, Strip } from "../scene/scene.ts";
import type { Theme } from "./style.ts";
import type { PaintOptions } from "./view.ts";

export function paintStrips(
  context: CanvasRenderingContext2D,
  scene: Scene,
  { view, ratio, theme }: Pick<PaintOptions, "view" | "ratio" | "theme">,
): void {
  context.setTransform(ratio * view.k, 0, 0, ratio, ratio * view.x, 0);
  for (const strip of scene.strips) paintStrip(context, strip, theme);
  context.fillStyle = theme.accent;
  for (const y of scene.markers) {
    for (const strip of scene.strips) context.fillRect(strip.x - 3, y - 0.5, strip.width + 6, 1);
  }
}

function paintStrip(context: CanvasRenderingContext2D, strip: Strip, theme: Theme): void {
  const step = strip.height / strip.bars.length;
  context.globalAlpha = 1;
  context.fillStyle = theme.hairline;
  context.fillRect(strip.x - 1, strip.y, 1, strip.height);
  context.fillStyle = theme.muted;
  context.globalAlpha = 0.55;
  fillBars(context, strip, strip.bars);
  context.globalAlpha = 1;
  context.fillStyle = theme.shared;
  fillBars(context, strip, strip.shared);
  context.fillStyle = theme.changed;
  strip.changed.forEach((changed, at) => {
    if (changed === 1) context.fillRect(strip.x - 4, strip.y + at * step, 3, step);
  });
}

/** All bars as one outline, so that no seams show between them. */
function fillBars(context: CanvasRenderingContext2D, strip: Strip, bars: Float32Array): void {
  const step = strip.height / strip.bars.length;
  context.beginPath();
  context.moveTo(strip.x, strip.y);
  bars.forEach((bar, at) => {
    const right = strip.x + (bar > 0 ? Math.max(1, bar * strip.width) : 0);
    context.lineTo(right, strip.y + at * step);
    context.lineTo(right, strip.y + (at + 1) * step);
  });
  context.lineTo(strip.x, strip.y + strip.height);
  context.fill();
}
