// Keeps the selected box in its place on the screen when the scene around it changes. Brings it into view when it is
// selected in another view, or when the drawing's view becomes too small to show it.

import { useCallback, useRef } from "react";
import { boxOf } from "../../graph/draw/trace.ts";
import type { View } from "../../graph/draw/view.ts";
import { type Box, HEADING, type Scene } from "../../graph/scene/scene.ts";
import { type ObjectRef, sameRef } from "../../model/object-ref.ts";
import type { Size } from "./useSize.ts";

/** What the view was last moved for. */
interface Last {
  readonly scene: Scene | null;
  readonly selection: ObjectRef | null;
  /** Of the view, in pixels. */
  readonly height: number;
}

/** Returns a function from the current view to the one to move to; null to stay. Call it once per new scene or size. */
export function useKeepInView(scene: Scene | null, selected: number, selection: ObjectRef | null) {
  const last = useRef<Last>({ scene: null, selection: null, height: 0 });
  return useCallback(
    (view: View, size: Size): View | null => {
      const previous = last.current;
      last.current = { scene, selection, height: size.height };
      const box = scene?.boxes[selected];
      if (box === undefined || scene === null) return null;
      if (previous.scene === scene && sameRef(previous.selection, selection)) {
        // The sentence about the selection takes some of the drawing's height.
        const wasInView = isWithin(box, view, previous.height) && !isWithin(box, view, size.height);
        if (!wasInView) return null;
      }
      let { x, y } = view;
      const old = previous.scene === null ? undefined : previous.scene.boxes[boxOf(previous.scene, selection)];
      if (old !== undefined && previous.scene?.level === scene.level) y += (old.y - box.y) * view.k;
      const [top, bottom] = edgesOf(box, { ...view, y }, size.height);
      if (top < HEADING + 4) y += HEADING + 12 - top;
      else if (bottom > size.height) y -= bottom - size.height + 12;
      const left = box.x * view.k + x;
      if (left < 0) x -= left - 6;
      else if (left + box.width * view.k > size.width) {
        x -= Math.min(left - 6, left + box.width * view.k - size.width + 6);
      }
      return x === view.x && y === view.y ? null : { x, y, k: view.k };
    },
    [scene, selected, selection],
  );
}

/** Top and bottom of a box on the screen; of a box higher than the view, as much as fits. */
function edgesOf(box: Box, { y, k }: View, height: number): readonly [top: number, bottom: number] {
  const top = box.y * k + y;
  return [top, top + Math.min(box.height * k, height - 2 * HEADING)];
}

function isWithin(box: Box, view: View, height: number): boolean {
  const [top, bottom] = edgesOf(box, view, height);
  return top >= HEADING && bottom <= height;
}
