// The whole drawing in small, with the frame of the view.

import { HEADING, type Scene } from "../scene/scene.ts";
import { boxColour, hasFrame, isMarked, type Theme } from "./style.ts";
import type { View } from "./view.ts";

/** Sizes in CSS pixels. */
interface Area {
  readonly width: number;
  readonly height: number;
}

/** In a narrower view it would cover what it shows. */
const NARROW = 480;
/** The largest minimap. */
const MOST: Area = { width: 110, height: 110 };

/** The size of the minimap and its scale; null while the view shows the whole drawing, and where strips are its map. */
export function minimapOf(scene: Scene, size: Area, { k }: View): (Area & { readonly scale: number }) | null {
  if (scene.strips.length > 0 || size.width < NARROW) return null;
  if (scene.width * k <= size.width + 1 && scene.height * k <= size.height + 1) return null;
  const scale = Math.min(MOST.width / scene.width, MOST.height / scene.height);
  return { width: Math.max(18, scene.width * scale), height: Math.max(18, scene.height * scale), scale };
}

/** Where the minimap is, from the view's top left corner. */
interface Place {
  readonly left: number;
  readonly top: number;
}

/** Pixels between the minimap and the edges of the view. */
const MARGIN = 10;

/** A corner of the view in which the minimap, `area` pixels large, covers no box; null if there is none. */
export function freeCorner(scene: Scene, size: Area, { x, y, k }: View, area: Area): Place | null {
  const right = size.width - area.width - MARGIN;
  const bottom = size.height - area.height - MARGIN;
  const corners: readonly Place[] = [
    { left: right, top: bottom },
    { left: MARGIN, top: bottom },
    { left: right, top: HEADING + MARGIN },
  ];
  const isFree = ({ left, top }: Place): boolean =>
    !scene.boxes.some((box) => {
      const [boxLeft, boxTop] = [box.x * k + x, box.y * k + y];
      return (
        boxLeft < left + area.width &&
        boxLeft + box.width * k > left &&
        boxTop < top + area.height &&
        boxTop + box.height * k > top
      );
    });
  return corners.find(isFree) ?? null;
}

/** Paints the boxes as spots and the view as a frame. */
export function paintMinimap(
  context: CanvasRenderingContext2D,
  scene: Scene,
  { view, size, theme, scale, ratio }: { view: View; size: Area; theme: Theme; scale: number; ratio: number },
): void {
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  for (const box of scene.boxes) {
    if (!hasFrame(box) && !isMarked(box.change)) continue;
    context.fillStyle = box.shared || isMarked(box.change) ? boxColour(theme, box) : theme.muted;
    context.globalAlpha = box.kind === "table" ? 0.3 : 0.7;
    context.fillRect(box.x * scale, box.y * scale, Math.max(1, box.width * scale), Math.max(1, box.height * scale));
  }
  context.globalAlpha = 1;
  context.strokeStyle = theme.accent;
  context.lineWidth = 1.5;
  const { x, y, k } = view;
  const frame = [(-x / k) * scale, (-y / k) * scale, (size.width / k) * scale, (size.height / k) * scale] as const;
  const [left, top, width, height] = frame;
  const right = Math.min(left + width, scene.width * scale);
  const bottom = Math.min(top + height, scene.height * scale);
  context.strokeRect(left + 0.75, top + 0.75, Math.max(2, right - left - 1.5), Math.max(2, bottom - top - 1.5));
}
