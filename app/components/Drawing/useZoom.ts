// Pan and zoom of a canvas by wheel, pinch, drag and touch (d3-zoom), kept within the drawing.

import { select } from "d3-selection";
import { type D3ZoomEvent, type ZoomBehavior, type ZoomTransform, zoom, zoomIdentity } from "d3-zoom";
import { type RefObject, useLayoutEffect, useMemo, useRef } from "react";
import type { View } from "../../graph/draw/view.ts";

/** Sizes in CSS pixels: of the world, and of the canvas. */
export interface Extent {
  readonly worldWidth: number;
  readonly worldHeight: number;
  readonly width: number;
  readonly height: number;
  /** The smallest and the largest zoom. */
  readonly least: number;
  readonly most: number;
}

export interface ZoomOptions {
  /** Called on every change of the view. */
  onChange(view: View): void;
  /** Called when a movement ends. */
  onEnd(view: View): void;
  /** Whether a double click at this point of the canvas does something other than zooming. */
  takesDoubleClick(x: number, y: number): boolean;
  /** Called for zooming in (1) or out (-1) further than the drawing goes, with the point of the canvas. */
  beyond(by: 1 | -1, x: number, y: number): void;
}

/** Reads and moves the view from code. */
export interface Zoom {
  /** The current view. */
  view(): View;
  zoomBy(factor: number): void;
  set(view: View): void;
  /** Sets the sizes of world and canvas; moves the view back inside if necessary. */
  setExtent(extent: Extent): void;
}

/** Milliseconds between two changes of level by the wheel, which sends many events for one movement. */
const LEVEL_PAUSE = 400;

/** How far one event of the wheel zooms at most, as a power of two. */
const NOTCH = 0.5;

/**
 * How far an event of the wheel zooms, as a power of two. Pinching a touch pad sends Ctrl with small steps, for which d3
 * takes ten times the step; a notch of a wheel would zoom by a factor of five.
 */
export const wheelDelta = ({ deltaY, deltaMode, ctrlKey }: WheelEvent): number => {
  const unit = (deltaMode === 1 ? 0.05 : deltaMode === 2 ? 1 : 0.002) * (ctrlKey ? 10 : 1);
  return Math.max(-NOTCH, Math.min(NOTCH, -deltaY * unit));
};

/** Limits a transform so that the view stays within the drawing, or at its top left if it is smaller. */
function inside(transform: ZoomTransform, extent: Extent): ZoomTransform {
  const { worldWidth, worldHeight, width, height } = extent;
  const x = Math.min(0, Math.max(transform.x, Math.min(0, width - worldWidth * transform.k)));
  const y = Math.min(0, Math.max(transform.y, Math.min(0, height - worldHeight * transform.k)));
  return x === transform.x && y === transform.y ? transform : zoomIdentity.translate(x, y).scale(transform.k);
}

/** Whether a view cannot zoom in (1) or out (-1) any further. */
const isAtEnd = ({ k }: View, { least, most }: Extent, by: 1 | -1): boolean =>
  by === 1 ? k >= most - 1e-6 : k <= least + 1e-6;

/** Attaches pan and zoom to a canvas for as long as it is mounted. */
export function useZoom(canvas: RefObject<HTMLCanvasElement | null>, options: ZoomOptions): Zoom {
  const latest = useRef(options);
  latest.current = options;
  const state = useRef({
    view: { x: 0, y: 0, k: 1 } as View,
    extent: { worldWidth: 1, worldHeight: 1, width: 1, height: 1, least: 1, most: 1 } as Extent,
    levelChanged: 0,
    behaviour: null as ZoomBehavior<HTMLCanvasElement, unknown> | null,
  });

  // A layout effect, as those that set the view.
  useLayoutEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const selection = select(element);
    const behaviour = zoom<HTMLCanvasElement, unknown>()
      .scaleExtent([state.current.extent.least, state.current.extent.most])
      .clickDistance(4)
      .wheelDelta(wheelDelta)
      // Not measured, as by default: that would have the page laid out in the middle of a rendering.
      .extent(() => [
        [0, 0],
        [state.current.extent.width, state.current.extent.height],
      ])
      .constrain((transform) => inside(transform, state.current.extent))
      .filter((event: Event) => {
        // The wheel scrolls; with Ctrl or Cmd, which is also what pinching a touch pad sends, it zooms.
        if (event.type === "wheel") return (event as WheelEvent).ctrlKey || (event as WheelEvent).metaKey;
        if (event.type === "dblclick") {
          const { offsetX, offsetY } = event as MouseEvent;
          return !latest.current.takesDoubleClick(offsetX, offsetY);
        }
        return (event as MouseEvent).button === 0 || (event as MouseEvent).button === undefined;
      })
      .on("zoom", ({ transform }: D3ZoomEvent<HTMLCanvasElement, unknown>) => {
        state.current.view = { x: transform.x, y: transform.y, k: transform.k };
        latest.current.onChange(state.current.view);
      })
      .on("end", () => latest.current.onEnd(state.current.view));
    state.current.behaviour = behaviour;
    selection.call(behaviour);
    const scroll = (event: WheelEvent) => {
      if (event.ctrlKey || event.metaKey) {
        const by = event.deltaY < 0 ? 1 : -1;
        if (!isAtEnd(state.current.view, state.current.extent, by)) return;
        event.preventDefault();
        if (event.timeStamp - state.current.levelChanged < LEVEL_PAUSE) return;
        state.current.levelChanged = event.timeStamp;
        latest.current.beyond(by, event.offsetX, event.offsetY);
        return;
      }
      event.preventDefault();
      const unit = event.deltaMode === 1 ? 20 : event.deltaMode === 2 ? state.current.extent.height : 1;
      const { k } = state.current.view;
      const sideways = event.shiftKey && event.deltaX === 0;
      const dx = sideways ? event.deltaY : event.deltaX;
      const dy = sideways ? 0 : event.deltaY;
      behaviour.translateBy(selection, (-dx * unit) / k, (-dy * unit) / k);
    };
    element.addEventListener("wheel", scroll, { passive: false });
    return () => {
      element.removeEventListener("wheel", scroll);
      selection.on(".zoom", null);
      state.current.behaviour = null;
    };
  }, [canvas]);

  return useMemo((): Zoom => {
    const set = (view: View): void => {
      const element = canvas.current;
      const transform = inside(zoomIdentity.translate(view.x, view.y).scale(view.k), state.current.extent);
      if (element !== null) state.current.behaviour?.transform(select(element), transform);
    };
    return {
      view: () => state.current.view,
      set,
      zoomBy(factor) {
        const { view, extent } = state.current;
        const by = factor > 1 ? 1 : -1;
        if (isAtEnd(view, extent, by)) return latest.current.beyond(by, extent.width / 2, extent.height / 2);
        if (canvas.current !== null) state.current.behaviour?.scaleBy(select(canvas.current), factor);
      },
      setExtent(extent) {
        state.current.extent = extent;
        state.current.behaviour?.scaleExtent([extent.least, extent.most]);
        const element = canvas.current;
        if (element !== null) set(state.current.view);
      },
    };
  }, [canvas]);
}
