// Draws the headings on a canvas: those of the lanes stay at the top of the view, others scroll with the drawing.

import { grouped } from "../../model/text/words.ts";
import { type Axis, CHARACTER, HEADING, type Scene } from "../scene/scene.ts";
import { clipped } from "../scene/text/shorten.ts";
import { LANE_TEXT, LEAST_TEXT, type Theme } from "./style.ts";
import type { PaintOptions, View } from "./view.ts";

export function paintHeadings(
  context: CanvasRenderingContext2D,
  scene: Scene,
  { view, width, ratio, theme }: Pick<PaintOptions, "view" | "width" | "ratio" | "theme">,
): void {
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.globalAlpha = 1;
  context.fillStyle = theme.bg;
  context.fillRect(0, 0, width, HEADING);
  context.fillStyle = theme.hairline;
  context.fillRect(0, HEADING - 1, width, 1);
  context.font = `${LANE_TEXT}px ${theme.font}`;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillStyle = theme.muted;
  const sticky = scene.headings.filter((heading) => Number.isNaN(heading.y)).sort((a, b) => a.x - b.x);
  const starts = [...sticky.slice(1).map(({ x }) => x), ...scene.axes.map(({ x }) => x - 12)];
  const above = sharedAbove(scene, view);
  sticky.forEach((heading) => {
    const x = heading.x * view.k + view.x;
    const next = Math.min(...starts.filter((start) => start > heading.x));
    const room = (Number.isFinite(next) ? next * view.k + view.x : width) - x - 8;
    const most = Math.floor(room / (CHARACTER * 0.92));
    if (most < 3) return;
    const isOfShared = above > 0 && heading === sticky.at(-1);
    const text = isOfShared ? `▴ ${grouped(above)} SHARED ABOVE` : heading.text;
    context.fillText(headingIn(text, most), x, HEADING / 2);
  });
  for (const axis of scene.axes) paintAxis(context, axis, view, theme);
  for (const heading of scene.headings) {
    if (Number.isNaN(heading.y) || view.k < LEAST_TEXT) continue;
    const y = heading.y * view.k + view.y;
    if (y > HEADING) context.fillText(heading.text, heading.x * view.k + view.x, y);
  }
}

/** How many shared files are above the view, where the edges from below lead; 0 for a map, which has no such lane. */
export const sharedAbove = ({ boxes, level }: Scene, { y, k }: View): number =>
  level === "map"
    ? 0
    : boxes.filter((box) => box.kind === "file" && box.shared && (box.y + box.height) * k + y <= HEADING).length;

/** A heading in at most `most` characters: without its second count, its count alone, without what it is by, or cut. */
export function headingIn(text: string, most: number): string {
  const [first = ""] = text.split(" · ");
  const [count = first] = /^[\d,]+(?: → [\d,]+)?(?= )/.exec(first) ?? [];
  const [what = first] = first.split(" BY ");
  return [text, first, what, count].find(({ length }) => length <= most) ?? clipped(first, most);
}

/** The scale of the bars below, along the lower side of the headings. */
function paintAxis(context: CanvasRenderingContext2D, { x, width, ticks }: Axis, view: View, theme: Theme): void {
  context.textAlign = "center";
  for (const { at, text } of ticks) {
    const middle = (x + at * width) * view.k + view.x;
    context.fillStyle = theme.hairline;
    context.fillRect(middle - 0.5, HEADING - 5, 1, 5);
    context.fillStyle = theme.muted;
    context.fillText(text, middle, HEADING / 2 - 1);
  }
  context.textAlign = "left";
}
