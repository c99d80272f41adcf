// Arcs from the object that is pointed at or selected to those that it is linked to.

import { NONE } from "../../model/checkpoint.ts";
import type { Relation } from "../order/relations.ts";
import { type Box, CHARACTER, COLUMN, type Scene } from "../scene/scene.ts";
import { LANE_TEXT, type PathContext, type Theme } from "./style.ts";
import { boxOf } from "./trace.ts";

/** A curve between the sides of two boxes, and its title. */
export interface Arc {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  /** How far its control points are from its ends, to the right; negative: to the left. */
  readonly bend1: number;
  readonly bend2: number;
  readonly title: string;
  /** Index of the box at its other end. */
  readonly to: number;
}

const BEND = 34;

/** The arcs of a box to what it is linked to, as far as that is drawn. */
export function arcsOf(scene: Scene, from: number, relations: readonly Relation[]): Arc[] {
  const start = scene.boxes[from];
  if (start === undefined) return [];
  const arcs: Arc[] = [];
  const seen = new Set<number>();
  for (const { title, ref } of relations) {
    const to = boxOf(scene, ref);
    const end = scene.boxes[to];
    if (to === NONE || to === from || end === undefined || seen.has(to)) continue;
    seen.add(to);
    arcs.push({ ...between(start, end, scene.width), title, to });
  }
  return arcs;
}

/** `right`: where the drawing ends. */
function between(a: Box, b: Box, right: number): Omit<Arc, "title" | "to"> {
  const middle = (box: Box): number => box.y + Math.min(box.height, 18) / 2;
  const [y1, y2] = [middle(a), middle(b)];
  if (a.x + a.width <= b.x) return { x1: a.x + a.width, y1, x2: b.x, y2, bend1: BEND, bend2: -BEND };
  if (b.x + b.width <= a.x) return { x1: a.x, y1, x2: b.x + b.width, y2, bend1: -BEND, bend2: BEND };
  // In one lane the gutter has room: it is right of private files if there is one, and left of all others.
  const out = BEND + Math.min(40, Math.abs(y2 - y1) / 8);
  if (a.column === COLUMN.own && b.column === COLUMN.own && a.x + a.width + 2 * out < right) {
    return { x1: a.x + a.width, y1, x2: b.x + b.width, y2, bend1: out, bend2: out };
  }
  return { x1: a.x, y1, x2: b.x, y2, bend1: -out, bend2: -out };
}

/** Draws the line of an arc into a path. */
export function arcPath(path: PathContext, { x1, y1, x2, y2, bend1, bend2 }: Arc): void {
  path.moveTo(x1, y1);
  path.bezierCurveTo(x1 + bend1, y1, x2 + bend2, y2, x2, y2);
}

/** The middle of an arc, where its title is. */
export const arcMiddle = ({ x1, y1, x2, y2, bend1, bend2 }: Arc): { readonly x: number; readonly y: number } => ({
  x: (x1 + x2) / 2 + ((bend1 + bend2) * 3) / 8,
  y: (y1 + y2) / 2,
});

export function paintArcs(
  context: CanvasRenderingContext2D,
  arcs: readonly Arc[],
  theme: Theme,
  k: number,
  hasText: boolean,
): void {
  context.globalAlpha = 1;
  context.strokeStyle = theme.accent;
  context.fillStyle = theme.accent;
  context.lineWidth = 1.5 * Math.max(1, 1 / k);
  for (const arc of arcs) {
    context.beginPath();
    arcPath(context, arc);
    context.stroke();
    context.beginPath();
    context.arc(arc.x1, arc.y1, 2.5, 0, 2 * Math.PI);
    context.arc(arc.x2, arc.y2, 2.5, 0, 2 * Math.PI);
    context.fill();
  }
  if (!hasText) return;
  context.font = `${LANE_TEXT}px ${theme.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const [at, arc] of arcs.entries()) {
    // Titles of one kind are said once, at the first arc of several.
    if (arcs.findIndex(({ title }) => title === arc.title) !== at) continue;
    const { x, y } = arcMiddle(arc);
    const width = arc.title.length * CHARACTER * 0.93 + 8;
    context.fillStyle = theme.bg;
    context.fillRect(x - width / 2, y - 8, width, 16);
    context.fillStyle = theme.accent;
    context.fillText(arc.title, x, y);
  }
}
