// The minimap: the whole drawing in small, with the frame of the view, which is moved by clicking or dragging.

import { type PointerEvent, type RefObject, useRef } from "react";
import { minimapOf } from "../../graph/draw/minimap.ts";
import type { Picture } from "./useCanvas.ts";
import type { Zoom } from "./useZoom.ts";

interface MinimapProps {
  readonly canvas: RefObject<HTMLCanvasElement | null>;
  readonly picture: Picture;
  readonly zoom: Zoom;
}

/** Where it is, and whether it is shown, is set when it is painted (useCanvas.ts). Until then it is not shown. */
const HIDDEN = { display: "none" };

/** Painted together with the drawing (useCanvas.ts), which hides it while the view shows the whole drawing. */
export function Minimap({ canvas, picture, zoom }: MinimapProps) {
  const isDragging = useRef(false);
  const move = ({ nativeEvent }: PointerEvent): void => {
    const { scene, size } = picture;
    const view = zoom.view();
    const map = scene === null || size === null ? null : minimapOf(scene, size, view);
    if (map === null || size === null) return;
    const { k } = view;
    // Centre the view on the point.
    const x = size.width / 2 - (nativeEvent.offsetX / map.scale) * k;
    const y = size.height / 2 - (nativeEvent.offsetY / map.scale) * k;
    zoom.set({ x, y, k });
  };
  return (
    <canvas
      ref={canvas}
      className="drawing-minimap"
      style={HIDDEN}
      role="img"
      aria-label="Minimap: where the view is in the drawing"
      onPointerDown={(event) => {
        isDragging.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
        move(event);
      }}
      onPointerMove={(event) => {
        if (isDragging.current) move(event);
      }}
      onPointerUp={() => {
        isDragging.current = false;
      }}
    />
  );
}
