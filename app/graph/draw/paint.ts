// Draws a scene on a canvas: only what is in view, in the colours of a theme.

import type { Edge, Scene } from "../scene/scene.ts";
import { paintArcs } from "./arcs.ts";
import { paintBox } from "./paint-box.ts";
import { paintEdge, paintRibbon, paintRibbonCount, paintSigns, type Signed } from "./paint-edge.ts";
import { paintHeadings } from "./paint-headings.ts";
import { paintStrips } from "./paint-strips.ts";
import {
  CROWD,
  CROWDED,
  DIMMED,
  DIMMED_CHANGE,
  FULL,
  isMarked,
  LEAST_TEXT,
  type Strength,
  UNCHANGED,
} from "./style.ts";
import type { PaintOptions } from "./view.ts";

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
  paintArcs(context, options.arcs, theme, view.k, view.k >= LEAST_TEXT);
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
  scene.edges.forEach((edge, index) => {
    if (Math.max(edge.y1, edge.y2) < top || Math.min(edge.y1, edge.y2) > bottom) return;
    if (trace !== null && trace.edges[index] === 1) traced.push(edge);
    else if (edge.shared || isMarked(edge.change)) marked.push(edge);
    else plain.push(edge);
  });
  for (const ribbon of scene.ribbons) {
    const isTraced = trace === null || trace.boxes[ribbon.table] === 1;
    paintRibbon(context, ribbon, theme, isTraced ? 1 : DIMMED.lines);
    if (isTraced && view.k >= LEAST_TEXT && (scene.level !== "bars" || trace !== null)) {
      paintRibbonCount(context, ribbon, theme);
    }
  }
  const signs: Signed[] = [];
  const crowded = plain.length + marked.length + traced.length > CROWD;
  for (const edge of [...plain, ...marked]) {
    const pale = crowded && !isMarked(edge.change) ? CROWDED : 1;
    const strength = strengthOf(scene.compared && !isMarked(edge.change), isMarked(edge.change), trace !== null);
    const alpha = strength.lines * pale;
    context.globalAlpha = alpha;
    paintEdge(context, edge, theme, view.k, false);
    signs.push({ edge, traced: false, alpha });
  }
  context.globalAlpha = 1;
  for (const edge of traced) {
    paintEdge(context, edge, theme, view.k, true);
    signs.push({ edge, traced: true, alpha: 1 });
  }
  if (view.k >= LEAST_TEXT) paintSigns(context, signs, theme);
}

function paintBoxes(context: CanvasRenderingContext2D, scene: Scene, options: PaintOptions): void {
  const { view, theme, trace } = options;
  const { top, bottom } = inView(options);
  const hasText = view.k >= LEAST_TEXT;
  scene.boxes.forEach((box, index) => {
    if (box.y + box.height < top || box.y > bottom) return;
    const traced = trace !== null && trace.boxes[index] === 1;
    const strength = traced ? FULL : strengthOf(scene.compared && box.quiet, !box.quiet, trace !== null);
    paintBox(context, box, theme, view.k, strength, hasText);
  });
}

/** How strongly to draw what is not traced. `dimmed`: something else is. */
function strengthOf(unchanged: boolean, changed: boolean, dimmed: boolean): Strength {
  if (dimmed) return changed ? DIMMED_CHANGE : DIMMED;
  return unchanged ? UNCHANGED : FULL;
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
