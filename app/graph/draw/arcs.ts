// Arcs from the object that is pointed at or selected to those that it is linked to. Their lines leave out the texts of
// the boxes that they cross.

import { NONE } from "../../model/checkpoint.ts";
import type { Relation } from "../order/relations.ts";
import { type Box, CHARACTER, COLUMN, type Scene } from "../scene/scene.ts";
import { LANE_TEXT, type PathContext, type Theme } from "./style.ts";
import { boxOf } from "./trace.ts";

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where a text of the scene is. */
interface Place {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

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
  /** The middle of its title; null: not drawn, because it would cover text or repeat that of an earlier arc. */
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
  const arcs: Arc[] = [];
  const seen = new Set<number>();
  for (const { title, ref } of relations) {
    const to = boxOf(scene, ref);
    const end = scene.boxes[to];
    if (to === NONE || to === from || end === undefined || seen.has(to)) continue;
    seen.add(to);
    const arc = between(start, end, scene.width);
    const isTitled = arcs.some((other) => other.title === title && other.titleAt !== null);
    const titleAt = isTitled ? null : titlePlace(scene, arc, title);
    arcs.push({ ...arc, title, to, titleAt, gaps: textsCrossed(scene, arc) });
  }
  return arcs;
}

/** `right`: where the drawing ends. */
function between(a: Box, b: Box, right: number): Curve {
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

/** Where the texts of boxes are between two heights. */
function textsBetween({ boxes }: Scene, top: number, bottom: number): Place[] {
  return boxes
    .filter(({ y, height }) => y < bottom && y + height > top)
    .flatMap((box) =>
      box.cells.map(({ text, x, align }) => {
        const width = text.length * CHARACTER;
        const left = box.x + (align === "left" ? x : x - width);
        return { left, right: left + width, top: box.y + 2, bottom: box.y + 18 };
      }),
    );
}

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

/** Half the size of a title, in pixels. */
const titleSize = (title: string) => ({ x: (title.length * CHARACTER * 0.93) / 2 + 4, y: 8 });

/** Pixels by which a title moves aside to cover no text, nearest first. */
const ASIDE = [0, 12, 24, 36, 48, 64, 80, 96, 112].flatMap((by) => (by === 0 ? [0] : [by, -by]));
const UP_AND_DOWN = [0, 10, -10, 20, -20];

/** Where a title covers no text: in the middle of its arc, or near it. Null if there is no such place. */
function titlePlace(scene: Scene, arc: Curve, title: string): Point | null {
  const middle = arcMiddle(arc);
  const half = titleSize(title);
  const texts = textsBetween(scene, middle.y - 40, middle.y + 40);
  const places = UP_AND_DOWN.flatMap((dy) => ASIDE.map((dx) => ({ x: middle.x + dx, y: middle.y + dy })));
  places.sort((a, b) => Math.hypot(a.x - middle.x, a.y - middle.y) - Math.hypot(b.x - middle.x, b.y - middle.y));
  const isFree = ({ x, y }: Point): boolean =>
    x - half.x > 0 &&
    !texts.some(
      ({ left, right, top, bottom }) =>
        left < x + half.x && right > x - half.x && top < y + half.y && bottom > y - half.y,
    );
  return places.find(isFree) ?? null;
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
    context.arc(arc.x1, arc.y1, 2.5, 0, 2 * Math.PI);
    context.arc(arc.x2, arc.y2, 2.5, 0, 2 * Math.PI);
    context.fill();
  }
  if (!hasText) return;
  context.font = `${LANE_TEXT}px ${theme.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const { title, titleAt } of arcs) {
    if (titleAt === null) continue;
    const half = titleSize(title);
    context.fillStyle = theme.bg;
    context.fillRect(titleAt.x - half.x, titleAt.y - half.y, 2 * half.x, 2 * half.y);
    context.fillStyle = theme.accent;
    context.fillText(title, titleAt.x, titleAt.y);
  }
}
