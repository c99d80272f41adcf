// Places the titles of arcs so that they cover no text, number of a ribbon, sign or arrowhead.

import { CHARACTER, type Scene } from "../scene/scene.ts";
import { arrowSize, COUNT_UP, LANE_TEXT, RIBBON_COUNT } from "./style.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where a text or a mark of the scene is. */
export interface Place {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Where the texts of boxes are between two heights. */
export function textsBetween({ boxes }: Scene, top: number, bottom: number): Place[] {
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

/** Pixels from a point of its arc to the middle of a title, at most. */
const FAR = 24;

/** Pixels from the arcs within which there can be a title. */
const REACH = FAR + 8;

/** What a title must not cover, between two heights of arcs. */
export function titleObstacles(scene: Scene, first: number, last: number): Place[] {
  const [top, bottom] = [first - REACH, last + REACH];
  const marks: Place[] = [];
  for (const { x, labelY, count } of scene.ribbons) {
    if (Number.isNaN(labelY)) continue;
    const right = x - RIBBON_COUNT;
    marks.push({ ...textAbove(labelY), left: right - countWidth(count), right });
  }
  for (const edge of scene.edges) {
    const { kind, x1, y1, x2, y2, sign, count } = edge;
    if (kind !== "fold") {
      const size = arrowSize(edge);
      marks.push({ left: x2 - size.length, right: x2, top: y2 - size.half, bottom: y2 + size.half });
    }
    if (sign !== null) marks.push({ left: sign.x - 6, right: sign.x + 6, top: sign.y - 6, bottom: sign.y + 6 });
    else if (kind === "bundle" && count > 1) {
      marks.push({ ...textAbove(y1), left: x1 + 6, right: x1 + 6 + countWidth(count) });
    }
  }
  return [...textsBetween(scene, top, bottom), ...marks.filter((mark) => mark.top < bottom && mark.bottom > top)];
}

const countWidth = (count: number): number => (String(count).length + 1) * CHARACTER;
const textAbove = (y: number) => ({ top: y - COUNT_UP - LANE_TEXT, bottom: y - COUNT_UP });

/** The area that a title takes, around its middle. */
export function titleArea(title: string, { x, y }: Point): Place {
  const half = (title.length * CHARACTER * 0.93) / 2 + 4;
  return { left: x - half, right: x + half, top: y - 8, bottom: y + 8 };
}

/** Pixels by which a title moves aside to cover nothing. */
const ASIDE = [0, 12, 24, 36, 48, 64, 80, 96, 112].flatMap((by) => (by === 0 ? [0] : [by, -by]));
const UP_AND_DOWN = [0, 8, -8, 16, -16, FAR, -FAR];

/**
 * The middle of a title, nearest to the first of some points of its arc, or else near another. Null if there is no such
 * place.
 *
 * @param taken What it must not cover.
 * @param width Where the drawing ends.
 */
export function titlePlace(
  points: readonly Point[],
  title: string,
  taken: readonly Place[],
  width: number,
): Point | null {
  const steps = UP_AND_DOWN.flatMap((dy) => ASIDE.map((dx) => ({ dx, dy, far: Math.hypot(dx, dy) })));
  // A place next to the middle of an arc is as good as one on the line at twice the distance.
  const places = points.flatMap(({ x, y }) => {
    const along = Math.hypot(x - (points[0] as Point).x, y - (points[0] as Point).y) / 2;
    return steps.map(({ dx, dy, far }) => ({ x: x + dx, y: y + dy, far: far + along }));
  });
  places.sort((a, b) => a.far - b.far);
  const found = places.find((place) => {
    const area = titleArea(title, place);
    return area.left > 0 && area.right < width && !taken.some((other) => overlaps(area, other));
  });
  return found === undefined ? null : { x: found.x, y: found.y };
}

const overlaps = (a: Place, b: Place): boolean =>
  a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;
