// Draws a scene on a canvas: only what is in view, in the colours of a theme.

import { NONE } from "../../model/checkpoint.ts";
import { type Change, REMOVED, SAME } from "../order/graph.ts";
import { type Box, CHARACTER, type Edge, HEADING, type Scene, type Strip, type Tone } from "../scene/scene.ts";
import { changeSign } from "../scene/words.ts";
import { changeColour, edgeWidth, LANE_TEXT, type Theme } from "./style.ts";
import type { Trace } from "./trace.ts";

/** Screen = world × k + (x, y), in CSS pixels. */
export interface View {
  readonly x: number;
  readonly y: number;
  readonly k: number;
}

export interface PaintOptions {
  readonly view: View;
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** Device pixels for one CSS pixel. */
  readonly ratio: number;
  readonly theme: Theme;
  /** What is traced; all else steps back. */
  readonly trace: Trace | null;
  /** Box indexes; NONE for none. */
  readonly selected: number;
  readonly hovered: number;
}

const BACK = 0.28;
const UNCHANGED = 0.45;
/** With more edges than this in view, each is paler. */
const CROWD = 200;
/** Below this zoom text would be noise. */
const LEAST_TEXT = 0.45;

/** Paints a scene. Leaves the context's transform as it found it. */
export function paint(context: CanvasRenderingContext2D, scene: Scene, options: PaintOptions): void {
  const { view, width, height, ratio, theme, trace } = options;
  context.save();
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = theme.bg;
  context.fillRect(0, 0, width, height);
  context.setTransform(ratio * view.k, 0, 0, ratio * view.k, ratio * view.x, ratio * view.y);
  const top = -view.y / view.k;
  const bottom = (height - view.y) / view.k;
  const hairline = 1 / view.k;

  // Quiet edges first, then shared ones, then what is traced: the last are on top.
  const layers: Edge[][] = [[], [], []];
  scene.edges.forEach((one, index) => {
    // Strips stand still while the rest is scrolled: an edge from one begins at a height of the view.
    const edge = one.from === NONE ? { ...one, y1: (one.y1 - view.y) / view.k } : one;
    if (Math.max(edge.y1, edge.y2) < top || Math.min(edge.y1, edge.y2) > bottom) return;
    const lit = trace !== null && trace.edges[index] === 1;
    layers[lit ? 2 : edge.shared || edge.change !== SAME ? 1 : 0]?.push(edge);
  });
  const crowded = layers.reduce((sum, edges) => sum + edges.length, 0) > CROWD;
  layers.forEach((edges, layer) => {
    for (const edge of edges) {
      const unchanged = scene.compared && edge.change === SAME;
      context.globalAlpha =
        layer === 2
          ? 1
          : (trace === null ? (crowded && edge.change === SAME ? 0.6 : 1) : BACK) * (unchanged ? UNCHANGED : 1);
      paintEdge(context, edge, theme, view.k, layer === 2);
    }
  });

  const text = view.k >= LEAST_TEXT;
  scene.boxes.forEach((box, index) => {
    if (box.y + box.height < top || box.y > bottom) return;
    const lit = trace !== null && trace.boxes[index] === 1;
    const unchanged = scene.compared && box.change === SAME && !lit;
    const alpha = (trace === null || lit ? 1 : BACK) * (unchanged ? UNCHANGED : 1);
    paintBox(context, box, theme, view.k, alpha, text);
  });
  for (const [index, strong] of [
    [options.hovered, false],
    [options.selected, true],
  ] as const) {
    const box = scene.boxes[index];
    if (box === undefined) continue;
    context.globalAlpha = 1;
    context.strokeStyle = theme.accent;
    context.lineWidth = (strong ? 2 : 1) * Math.max(1, hairline);
    context.strokeRect(box.x - 0.5, box.y - 0.5, box.width + 1, box.height + 1);
  }
  context.globalAlpha = 1;
  paintStrips(context, scene, options);
  paintHeadings(context, scene, options);
  context.restore();
}

function toneColour(theme: Theme, tone: Tone, change: Change): string {
  if (tone === "change") return change === SAME ? theme.fg : changeColour(theme, change);
  return theme[tone];
}

function paintBox(
  context: CanvasRenderingContext2D,
  box: Box,
  theme: Theme,
  k: number,
  alpha: number,
  text: boolean,
): void {
  const line = Math.max(1, 1 / k);
  const isSlot = box.kind === "slot";
  // What lies behind is hidden even by a box that steps back.
  context.globalAlpha = 1;
  context.fillStyle = theme.bg;
  if (!isSlot) context.fillRect(box.x, box.y, box.width, box.height);
  context.globalAlpha = alpha;
  const marked = box.change !== SAME;
  const colour = marked ? changeColour(theme, box.change) : box.shared ? theme.shared : theme.hairline;
  context.lineWidth = line;
  if (isSlot) {
    context.strokeStyle = theme.hairline;
    context.beginPath();
    context.moveTo(box.x, box.y - 0.5);
    context.lineTo(box.x + box.width, box.y - 0.5);
    context.stroke();
    if (marked || box.shared) {
      context.fillStyle = colour;
      context.fillRect(box.x + box.width - 2, box.y, 3, box.height);
    }
  } else if (box.kind === "fold" || box.kind === "more" || box.kind === "unused") {
    // Not one object: no frame, only a rule on the side that its edge comes from.
    if (box.kind !== "more") {
      context.fillStyle = box.shared ? theme.shared : theme.hairline;
      context.fillRect(box.x, box.y + 2, line, box.height - 4);
    }
  } else {
    context.strokeStyle = colour;
    if (box.change === REMOVED) context.setLineDash([4, 3]);
    context.strokeRect(box.x + 0.5, box.y + 0.5, box.width - 1, box.height - 1);
    // A table of several tasks has a double frame; a file of several slots a thick left side.
    if (box.kind === "table" && box.shared) {
      context.strokeStyle = theme.shared;
      context.strokeRect(box.x - 2.5, box.y - 2.5, box.width + 5, box.height + 5);
    }
    context.setLineDash([]);
    if (box.kind === "file" && box.shared) {
      context.fillStyle = marked ? colour : theme.shared;
      context.fillRect(box.x, box.y, 3, box.height);
    }
    if (box.fraction > 0 && box.open === false) {
      context.fillStyle = theme.shared;
      context.fillRect(box.x + 1, box.y + 15, Math.max(2, (box.width - 2) * box.fraction), 2);
    }
  }
  if (!text) return;
  context.textBaseline = "middle";
  context.font = `12px ${theme.font}`;
  const middle = box.y + Math.min(box.height, 18) / 2 + 0.5;
  for (const cell of box.cells) {
    context.fillStyle = toneColour(theme, cell.tone, box.change);
    context.textAlign = cell.align;
    const [before, after] = cell.text.split("ⓧ");
    if (after === undefined) {
      context.fillText(cell.text, box.x + cell.x, middle, Math.max(1, cell.text.length * CHARACTER + 2));
      continue;
    }
    const x = box.x + cell.x;
    context.fillText(before ?? "", x, middle);
    closeMark(context, x + (before ?? "").length * CHARACTER + 5, middle - 0.5);
    context.fillText(after, x + ((before ?? "").length + 1.6) * CHARACTER, middle);
  }
}

/** ⓧ, which few typefaces of one width hold. */
function closeMark(context: CanvasRenderingContext2D, x: number, y: number): void {
  context.strokeStyle = context.fillStyle;
  context.lineWidth = 1;
  context.beginPath();
  context.arc(x, y, 4.5, 0, 2 * Math.PI);
  context.moveTo(x - 2, y - 2);
  context.lineTo(x + 2, y + 2);
  context.moveTo(x + 2, y - 2);
  context.lineTo(x - 2, y + 2);
  context.stroke();
}

function paintEdge(context: CanvasRenderingContext2D, edge: Edge, theme: Theme, k: number, lit: boolean): void {
  const { x1, y1, x2, y2 } = edge;
  const line = Math.max(1, 1 / k);
  const colour =
    edge.change !== SAME ? changeColour(theme, edge.change) : edge.shared ? theme.shared : lit ? theme.fg : theme.muted;
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.lineWidth = Math.max(lit ? 1.2 : 0, edgeWidth(edge)) * line;
  if (edge.change === REMOVED) context.setLineDash([5, 4]);
  else if (edge.kind === "fold") context.setLineDash([1, 3]);
  const curve = (offset: number, end: number): void => {
    const bend = (end - x1) / 2;
    context.beginPath();
    context.moveTo(x1, y1 + offset);
    if (Math.abs(y1 - y2) < 0.5) context.lineTo(end, y2 + offset);
    else context.bezierCurveTo(x1 + bend, y1 + offset, end - bend, y2 + offset, end, y2 + offset);
    context.stroke();
  };
  if (edge.kind === "use" && edge.shared) {
    // One table of several tasks: a double line, as its frame is double.
    curve(-1.5, x2 - 2);
    curve(1.5, x2 - 2);
  } else curve(0, edge.kind === "fold" ? x2 : x2 - 4);
  context.setLineDash([]);
  if (edge.kind !== "fold") {
    const tip = edge.kind === "use" && edge.shared ? x2 - 2 : x2;
    const size = edge.shared ? 4 : 3;
    context.beginPath();
    context.moveTo(tip, y2);
    context.lineTo(tip - size * 1.6, y2 - size);
    context.lineTo(tip - size * 1.6, y2 + size);
    context.fill();
  }
  if (edge.change !== SAME && k >= LEAST_TEXT) {
    const sign = changeSign(edge.change);
    const x = (x1 + x2) / 2;
    const y = (y1 + y2) / 2;
    context.font = `bold 12px ${theme.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillStyle = theme.bg;
    context.fillRect(x - 6, y - 7, 12, 14);
    context.fillStyle = colour;
    context.fillText(sign, x, y);
  } else if (edge.count > 1 && edge.kind === "bundle" && lit && k >= LEAST_TEXT) {
    context.font = `11px ${theme.font}`;
    context.textAlign = "left";
    context.textBaseline = "bottom";
    context.fillText(`×${edge.count}`, x1 + 6, y1 - 1);
  }
}

/** Strips and the marks of the selection on them: they move sideways with the drawing, but do not scroll. */
function paintStrips(context: CanvasRenderingContext2D, scene: Scene, { view, ratio, theme }: PaintOptions): void {
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
  /** All bars as one outline, so that no seams show between them. */
  const fill = (bars: Float32Array): void => {
    context.beginPath();
    context.moveTo(strip.x, strip.y);
    bars.forEach((bar, at) => {
      const right = strip.x + (bar > 0 ? Math.max(1, bar * strip.width) : 0);
      context.lineTo(right, strip.y + at * step);
      context.lineTo(right, strip.y + (at + 1) * step);
    });
    context.lineTo(strip.x, strip.y + strip.height);
    context.fill();
  };
  context.fillStyle = theme.muted;
  context.globalAlpha = 0.55;
  fill(strip.bars);
  context.globalAlpha = 1;
  context.fillStyle = theme.shared;
  fill(strip.shared);
  context.fillStyle = theme.changed;
  for (let at = 0; at < strip.changed.length; at++) {
    if (strip.changed[at] === 1) context.fillRect(strip.x - 4, strip.y + at * step, 3, step);
  }
}

function paintHeadings(context: CanvasRenderingContext2D, scene: Scene, options: PaintOptions): void {
  const { view, width, ratio, theme } = options;
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
  sticky.forEach((heading, at) => {
    const x = heading.x * view.k + view.x;
    const next = sticky[at + 1];
    const room = (next === undefined ? width : next.x * view.k + view.x) - x - 8;
    const most = Math.floor(room / (CHARACTER * 0.92));
    if (most < 3) return;
    const text = heading.text.length > most ? `${heading.text.slice(0, most - 1)}…` : heading.text;
    context.fillText(text, x, HEADING / 2);
  });
  for (const heading of scene.headings) {
    if (Number.isNaN(heading.y) || view.k < LEAST_TEXT) continue;
    const y = heading.y * view.k + view.y;
    if (y > HEADING) context.fillText(heading.text, heading.x * view.k + view.x, y);
  }
}
