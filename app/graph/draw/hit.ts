// From a point of the drawing to what is drawn there: a binary search in each lane.

import { NONE } from "../../model/checkpoint.ts";
import { PITCH, type Scene, type Strip } from "../scene/scene.ts";

/** The index of the box at a point in world coordinates; NONE if there is none. A slot comes before its table. */
export function boxAt(scene: Scene, x: number, y: number): number {
  for (const column of scene.columns) {
    let low = 0;
    let high = column.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((scene.boxes[column[middle] as number]?.y ?? 0) <= y) low = middle + 1;
      else high = middle;
    }
    const index = column[low - 1];
    const box = index === undefined ? undefined : scene.boxes[index];
    if (index === undefined || box === undefined) continue;
    // The gap below a box of one row belongs to it: a finger is wide.
    const height = Math.max(box.height, PITCH);
    if (y < box.y + height && x >= box.x && x < box.x + box.width) return index;
  }
  return NONE;
}

/** The density strip at a point: `x` in world coordinates, `y` in the view, in which strips do not scroll. */
export function stripAt(scene: Scene, x: number, y: number): Strip | null {
  return (
    scene.strips.find(
      (strip) => x >= strip.x && x < strip.x + strip.width && y >= strip.y && y < strip.y + strip.height,
    ) ?? null
  );
}
