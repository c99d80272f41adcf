// Draws a scene on a canvas: only what is in view, in the colours of a theme.

import { NONE } from "../../model/checkpoint.ts";
import type { Edge, Scene } from "../scene/scene.ts";
import { paintBox } from "./paint-box.ts";
import { paintEdge } from "./paint-edge.ts";
import { paintHeadings } from "./paint-headings.ts";
import { paintStrips } from "./paint-strips.ts";
import { isMarked, LEAST_TEXT, UNCHANGED } from "./style.ts";
import type { PaintOptions } from "./view.ts";

/** Opacity of untraced objects while something is traced. */
const DIMMED = 0.28;
/** Opacity of changes that are not traced: legible, as the others are still to be seen while one is selected. */
const DIMMED_CHANGE = 0.7;
/** With more edges than this in view, each is paler. */
const CROWD = 200;
const CROWDED = 0.6;

/** Paints a scene. Leaves the context's transform as it found it. */
export function paint(context: CanvasRenderingContext2D, scene: Scene, options: PaintOptions): void {
  const { view, width, height, ratio, theme } = options;
  context.save();
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = theme.bg;
  context.fillRect(0, 0, width, height);
  context.setTransform(ratio * view.k, 0, 0, ratio * view.k, ratio * view.x, ratio * view.y);
  paintEdges(context, scene, options);
  paintBoxes(context, scene, options);
  context.globalAlpha = 1;
  outline(context, scene, options.hovered, 1, options);
  outline(context, scene, options.selected, 2, options);
  paintStrips(context, scene, options);
  paintHeadings(context, scene, options);
  context.restore();
}

/** World heights at the top and the bottom of the view. */
const inView = ({ view, height }: PaintOptions): { top: number; bottom: number } => ({
  top: -view.y / view.k,
  bottom: (height - view.y) / view.k,
});

/** Private edges first, then shared and changed ones, then traced ones on top. */
function paintEdges(context: CanvasRenderingContext2D, scene: Scene, options: PaintOptions): void {
  const { view, theme, trace } = options;
  const { top, bottom } = inView(options);
  const [plain, marked, traced]: [Edge[], Edge[], Edge[]] = [[], [], []];
  scene.edges.forEach((one, index) => {
    // Strips do not scroll: an edge from a strip begins at a height in the view.
    const edge = one.from === NONE ? { ...one, y1: (one.y1 - view.y) / view.k } : one;
    if (Math.max(edge.y1, edge.y2) < top || Math.min(edge.y1, edge.y2) > bottom) return;
    if (trace !== null && trace.edges[index] === 1) traced.push(edge);
    else if (edge.shared || isMarked(edge.change)) marked.push(edge);
    else plain.push(edge);
  });
  const crowded = plain.length + marked.length + traced.length > CROWD;
  for (const edge of [...plain, ...marked]) {
    const pale = crowded && !isMarked(edge.change) ? CROWDED : 1;
    const unchanged = scene.compared && !isMarked(edge.change) ? UNCHANGED : 1;
    const dimmed = isMarked(edge.change) ? DIMMED_CHANGE : DIMMED;
    context.globalAlpha = (trace === null ? pale : dimmed) * unchanged;
    paintEdge(context, edge, theme, view.k, false);
  }
  context.globalAlpha = 1;
  for (const edge of traced) paintEdge(context, edge, theme, view.k, true);
}

function paintBoxes(context: CanvasRenderingContext2D, scene: Scene, options: PaintOptions): void {
  const { view, theme, trace } = options;
  const { top, bottom } = inView(options);
  const hasText = view.k >= LEAST_TEXT;
  scene.boxes.forEach((box, index) => {
    if (box.y + box.height < top || box.y > bottom) return;
    const traced = trace !== null && trace.boxes[index] === 1;
    const unchanged = scene.compared && !isMarked(box.change) && !traced ? UNCHANGED : 1;
    const dimmed = isMarked(box.change) ? DIMMED_CHANGE : DIMMED;
    const alpha = (trace === null || traced ? 1 : dimmed) * unchanged;
    paintBox(context, box, theme, view.k, alpha, hasText);
  });
}

/** The frame of the hovered or selected box. */
function outline(
  context: CanvasRenderingContext2D,
  scene: Scene,
  index: number,
  width: number,
  { view, theme }: PaintOptions,
): void {
  const box = scene.boxes[index];
  if (box === undefined) return;
  context.strokeStyle = theme.accent;
  context.lineWidth = width * Math.max(1, 1 / view.k);
  context.strokeRect(box.x - 0.5, box.y - 0.5, box.width + 1, box.height + 1);
}
