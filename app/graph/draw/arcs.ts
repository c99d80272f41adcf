// Arcs from the object that is pointed at or selected to those that it is linked to.

import { NONE } from "../../model/checkpoint.ts";
import type { Relation } from "../order/relations.ts";
import { type Box, CHARACTER, COLUMN, type Scene } from "../scene/scene.ts";
import { LANE_TEXT, type PathContext, type Theme } from "./style.ts";
import { boxOf } from "./trace.ts";

interface Point {
  readonly x: number;
  readonly y: number;
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
  /** Index of the box at its other end. */
  readonly to: number;
}

type Curve = Omit<Arc, "title" | "titleAt" | "to">;

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
    arcs.push({ ...arc, title, to, titleAt: isTitled ? null : titlePlace(scene, arc, title) });
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

/** The middle of an arc. */
export const arcMiddle = ({ x1, y1, x2, y2, bend1, bend2 }: Curve): Point => ({
  x: (x1 + x2) / 2 + ((bend1 + bend2) * 3) / 8,
  y: (y1 + y2) / 2,
});

/** Half the size of a title, in pixels. */
const titleSize = (title: string) => ({ x: (title.length * CHARACTER * 0.93) / 2 + 4, y: 8 });

/** Pixels by which a title moves aside to cover no text, nearest first. */
const ASIDE = [0, 12, 24, 36, 48, 64, 80, 96, 112].flatMap((by) => (by === 0 ? [0] : [by, -by]));
const UP_AND_DOWN = [0, 10, -10, 20, -20];

/** Where a title covers no text: in the middle of its arc, or near it. Null if there is no such place. */
function titlePlace({ boxes }: Scene, arc: Curve, title: string): Point | null {
  const middle = arcMiddle(arc);
  const half = titleSize(title);
  const near = boxes.filter(({ y, height }) => y < middle.y + 40 && y + height > middle.y - 40);
  const texts = near.flatMap((box) =>
    box.cells.map(({ text, x, align }) => {
      const width = text.length * CHARACTER;
      const left = box.x + (align === "left" ? x : x - width);
      return { left, right: left + width, top: box.y + 2, bottom: box.y + 18 };
    }),
  );
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
  for (const { title, titleAt } of arcs) {
    if (titleAt === null) continue;
    const half = titleSize(title);
    context.fillStyle = theme.bg;
    context.fillRect(titleAt.x - half.x, titleAt.y - half.y, 2 * half.x, 2 * half.y);
    context.fillStyle = theme.accent;
    context.fillText(title, titleAt.x, titleAt.y);
  }
}
