// Finds the box at a point of the drawing, by binary search in each column.

import { NONE } from "../../model/checkpoint.ts";
import { u32At } from "../../model/read.ts";
import { firstIndex } from "../../model/search.ts";
import { type Box, PITCH, type Scene, type Strip } from "../scene/scene.ts";

/** The index of the box at a point in world coordinates; NONE if there is none. A slot is found before its table. */
export function boxAt(scene: Scene, x: number, y: number): number {
  for (const column of scene.columns) {
    const boxIn = (place: number): Box => scene.boxes[u32At(column, place)] as Box;
    const place = firstIndex(column.length, (at) => boxIn(at).y > y) - 1;
    if (place < 0) continue;
    const box = boxIn(place);
    // A box of one row includes the gap below it, as a larger touch target.
    const height = Math.max(box.height, PITCH);
    if (y < box.y + height && x >= box.x && x < box.x + box.width) return u32At(column, place);
  }
  return NONE;
}

/** The density strip at a point: `x` in world coordinates, `y` in the view, because strips do not scroll. */
export function stripAt(scene: Scene, x: number, y: number): Strip | null {
  return (
    scene.strips.find(
      (strip) => x >= strip.x && x < strip.x + strip.width && y >= strip.y && y < strip.y + strip.height,
    ) ?? null
  );
}
