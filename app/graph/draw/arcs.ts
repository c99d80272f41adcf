// Arcs from the object that is pointed at or selected to those that it is linked to. Their lines leave out the texts of
// the boxes that they cross.

import { NONE } from "../../model/checkpoint.ts";
import type { Relation } from "../order/relations.ts";
import { type Box, COLUMN, type Scene } from "../scene/scene.ts";
import { type Place, type Point, textsBetween, titleArea, titleObstacles, titlePlace } from "./arc-titles.ts";
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
  /** The middle of its title; null: not drawn, because it would cover something or repeat that of an earlier arc. */
  readonly titleAt: Point | null;
  /** The texts that its line would cross out, where it is not drawn. */
  readonly gaps: readonly Place[];
  /** Index of the box at its other end. */
  readonly to: number;
}

type Curve = Omit<Arc, "title" | "titleAt" | "gaps" | "to">;

const BEND = 34;

/** The arcs of a box to what it is linked to, as far as that is drawn. */
export function arcsOf(scene: Scene, from: number, relations: readonly Relation[]): Arc[] {
  const start = scene.boxes[from];
  if (start === undefined) return [];
  const arcs: Omit<Arc, "titleAt">[] = [];
  const seen = new Set<number>();
  for (const { title, ref } of relations) {
    const to = boxOf(scene, ref);
    const end = scene.boxes[to];
    if (to === NONE || to === from || end === undefined || seen.has(to)) continue;
    seen.add(to);
    const arc = between(start, end, scene.width);
    arcs.push({ ...arc, title, to, gaps: textsCrossed(scene, arc) });
  }
  return titled(scene, arcs);
}

/** Points of an arc near which its title may be, its middle first. */
const TITLE_POINTS = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8];

/** Places the titles, one after the other: each title once, and none over another. */
function titled(scene: Scene, arcs: readonly Omit<Arc, "titleAt">[]): Arc[] {
  if (arcs.length === 0) return [];
  const heights = arcs.flatMap(({ y1, y2 }) => [y1, y2]);
  const taken = titleObstacles(scene, Math.min(...heights), Math.max(...heights));
  for (const { x1, y1, x2, y2 } of arcs) taken.push(dot(x1, y1), dot(x2, y2));
  const placed = new Set<string>();
  return arcs.map((arc) => {
    const points = TITLE_POINTS.map((at) => arcPoint(arc, at));
    const titleAt = placed.has(arc.title) ? null : titlePlace(points, arc.title, taken, scene.width);
    if (titleAt !== null) {
      placed.add(arc.title);
      taken.push(titleArea(arc.title, titleAt));
    }
    return { ...arc, titleAt };
  });
}

/** Radius of the dots at the ends of an arc. */
const DOT = 2.5;
const dot = (x: number, y: number): Place => ({ left: x - DOT, right: x + DOT, top: y - DOT, bottom: y + DOT });

/** `right`: where the drawing ends. */
function between(a: Box, b: Box, right: number): Curve {
  const middle = (box: Box): number => box.y + Math.min(box.height, 18) / 2;
  const [y1, y2] = [middle(a), middle(b)];
  if (a.x + a.width <= b.x) return { x1: a.x + a.width, y1, x2: b.x, y2, bend1: BEND, bend2: -BEND };
  if (b.x + b.width <= a.x) return { x1: a.x, y1, x2: b.x + b.width, y2, bend1: -BEND, bend2: BEND };
  // Within one lane, arcs run in the gutter: right of private files if they have a lane, left of all others.
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

/** A point of an arc, from 0, its start, to 1. */
export function arcPoint({ x1, y1, x2, y2, bend1, bend2 }: Curve, at: number): Point {
  const rest = 1 - at;
  const [start, first, second, end] = [rest ** 3, 3 * rest ** 2 * at, 3 * rest * at ** 2, at ** 3] as const;
  return {
    x: start * x1 + first * (x1 + bend1) + second * (x2 + bend2) + end * x2,
    y: (start + first) * y1 + (second + end) * y2,
  };
}

/** The middle of an arc. */
export const arcMiddle = (arc: Curve): Point => arcPoint(arc, 0.5);

/** Points of an arc that are tested for texts; two texts are further apart than two points of an arc in view. */
const STEPS = 128;

/** The texts that the line of an arc runs through. */
function textsCrossed(scene: Scene, arc: Curve): Place[] {
  const texts = textsBetween(scene, Math.min(arc.y1, arc.y2) - 1, Math.max(arc.y1, arc.y2) + 1);
  const points = Array.from({ length: STEPS + 1 }, (_, at) => arcPoint(arc, at / STEPS));
  return texts.filter(({ left, right, top, bottom }) =>
    points.some(({ x, y }) => x > left - 2 && x < right + 2 && y > top && y < bottom),
  );
}

/** Draws what is left of an area without the gaps of an arc into a path, to be filled by the even-odd rule. */
export function arcArea(path: Pick<CanvasPath, "rect">, { gaps }: Arc, area: Place): void {
  const add = ({ left, right, top, bottom }: Place): void => path.rect(left, top, right - left, bottom - top);
  add(area);
  for (const gap of gaps) add(gap);
}

const EVERYWHERE: Place = { left: -1e6, right: 1e6, top: -1e7, bottom: 1e7 };

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
    context.save();
    if (hasText && arc.gaps.length > 0) {
      context.beginPath();
      arcArea(context, arc, EVERYWHERE);
      context.clip("evenodd");
    }
    context.beginPath();
    arcPath(context, arc);
    context.stroke();
    context.restore();
    context.beginPath();
    context.arc(arc.x1, arc.y1, DOT, 0, 2 * Math.PI);
    context.arc(arc.x2, arc.y2, DOT, 0, 2 * Math.PI);
    context.fill();
  }
  if (!hasText) return;
  context.font = `${LANE_TEXT}px ${theme.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const { title, titleAt } of arcs) {
    if (titleAt === null) continue;
    const { left, right, top, bottom } = titleArea(title, titleAt);
    context.fillStyle = theme.bg;
    context.fillRect(left, top, right - left, bottom - top);
    context.fillStyle = theme.accent;
    context.fillText(title, titleAt.x, titleAt.y);
  }
}
