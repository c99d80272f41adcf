// Keeps the selected box where it is on the screen when the scene around it changes, and brings it into view when it
// was selected elsewhere.

import { useCallback, useRef } from "react";
import { boxOf } from "../../graph/draw/trace.ts";
import type { View } from "../../graph/draw/view.ts";
import { HEADING, type Scene } from "../../graph/scene/scene.ts";
import { type ObjectRef, sameRef } from "../../model/object-ref.ts";
import type { Size } from "./useSize.ts";

/** Returns a function from the current view to the one to move to; null to stay. Call it once per new scene. */
export function useKeepInView(scene: Scene | null, selected: number, selection: ObjectRef | null) {
  const last = useRef<{ scene: Scene | null; selection: ObjectRef | null }>({ scene: null, selection: null });
  return useCallback(
    (view: View, size: Size): View | null => {
      const previous = last.current;
      last.current = { scene, selection };
      const box = scene?.boxes[selected];
      if (box === undefined || scene === null) return null;
      if (previous.scene === scene && sameRef(previous.selection, selection)) return null;
      let { x, y } = view;
      const old = previous.scene === null ? undefined : previous.scene.boxes[boxOf(previous.scene, selection)];
      if (old !== undefined && previous.scene?.level === scene.level) y += (old.y - box.y) * view.k;
      const top = box.y * view.k + y;
      const bottom = top + Math.min(box.height * view.k, size.height - 2 * HEADING);
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
