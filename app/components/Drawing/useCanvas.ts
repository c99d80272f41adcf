// The canvas of the drawing: painted at most once per frame and only after a change, panned and zoomed, hit-tested.

import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { type Arc, arcsOf } from "../../graph/draw/arcs.ts";
import { boxAt, stripAt } from "../../graph/draw/hit.ts";
import { freeCorner, minimapOf, paintMinimap } from "../../graph/draw/minimap.ts";
import { paint } from "../../graph/draw/paint.ts";
import { LEAST_TEXT, type Theme } from "../../graph/draw/style.ts";
import { traceOf, withBoxes } from "../../graph/draw/trace.ts";
import type { View } from "../../graph/draw/view.ts";
import { REMOVED, type Subject } from "../../graph/order/graph.ts";
import type { Layout } from "../../graph/order/layout.ts";
import { relationsOf } from "../../graph/order/relations.ts";
import { placeAmongSlots } from "../../graph/plan/window.ts";
import { objectAt, slotPlaceAt } from "../../graph/scene/map/strips.ts";
import { type Action, HEADING, type Scene } from "../../graph/scene/scene.ts";
import { NONE } from "../../model/checkpoint.ts";
import type { ObjectRef } from "../../model/object-ref.ts";
import { counted } from "../../model/text/words.ts";
import type { FocusControl, FocusedView } from "./useFocus.ts";
import { useKeepInView } from "./useKeepInView.ts";
import { useRatio } from "./useRatio.ts";
import type { Size } from "./useSize.ts";
import { useZoom, type Zoom } from "./useZoom.ts";

/** What is on the canvas. */
export interface Picture {
  readonly subject: Subject;
  /** Null until the worker has laid it out. */
  readonly layout: Layout | null;
  /** Null until layout, size and theme are known. */
  readonly scene: Scene | null;
  readonly size: Size | null;
  readonly theme: Theme | null;
  readonly selection: ObjectRef | null;
  /** The box of the selection; NONE if it is not drawn. */
  readonly selected: number;
}

/** What is at a point: a box with its object and action, or an object on a strip. */
export interface Hit {
  /** Index of the box; NONE for none. */
  readonly box: number;
  readonly ref: ObjectRef | null;
  readonly action: Action | null;
}

export interface Canvas {
  readonly zoom: Zoom;
  /** The box under the pointer; NONE for none. Call `repaint` after changing it. */
  readonly hovered: RefObject<number>;
  /** What is below the view, in words; empty if nothing is. */
  readonly below: string;
  repaint(): void;
  pageDown(): void;
  /**
   * Fits the whole drawing into the view, or what is drawn at a coarser level; called again, restores the initial view.
   */
  fit(): void;
  zoomBy(factor: number): void;
  /** Opens the level below the histograms at a point. */
  zoomInAt(x: number, y: number): void;
  /** What is at a point of the canvas, in CSS pixels. */
  at(x: number, y: number): Hit;
}

const NO_HIT: Hit = { box: NONE, ref: null, action: null };

function hitAt({ subject, layout, scene }: Picture, view: View, px: number, py: number): Hit {
  if (scene === null || layout === null || py < HEADING) return NO_HIT;
  const worldX = (px - view.x) / view.k;
  const box = boxAt(scene, worldX, (py - view.y) / view.k);
  const found = scene.boxes[box];
  if (found !== undefined) return { box, ref: found.ref, action: found.action };
  const strip = stripAt(scene, worldX, py);
  return strip === null ? NO_HIT : { ...NO_HIT, ref: objectAt(subject, layout, strip, py) };
}

/** The arcs of the box under the pointer, or else of the selected one. */
export function arcsAt({ subject, scene, selected }: Picture, hovered: number): Arc[] {
  const box = hovered === NONE ? selected : hovered;
  const ref = scene?.boxes[box]?.ref ?? null;
  if (scene === null || ref === null) return [];
  // A slot's links are those of its file, and are drawn there.
  const start = ref.to === "descriptor" ? fileBoxOf(scene, box) : box;
  return arcsOf(scene, start, relationsOf(subject, ref));
}

/** The box of the file that a slot's box leads to, or the slot's own if that is not drawn. */
function fileBoxOf(scene: Scene, slot: number): number {
  const edge = scene.edges.find(({ from, change }) => from === slot && change !== REMOVED);
  return edge?.to ?? slot;
}

function paintPicture(
  canvas: HTMLCanvasElement,
  picture: Picture,
  view: View,
  hovered: number,
  arcs: readonly Arc[],
): void {
  const { scene, size, theme, selected } = picture;
  const context = canvas.getContext("2d");
  if (scene === null || theme === null || size === null || context === null) return;
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  // A map shows only the surroundings of the selection, so nothing is dimmed for it.
  const isPlain = hovered === NONE && scene.level === "map";
  const traced = isPlain ? null : traceOf(scene, hovered === NONE ? selected : hovered);
  const trace = withBoxes(
    traced,
    arcs.map(({ to }) => to),
  );
  paint(context, scene, { ...size, view, ratio, theme, trace, arcs, selected, hovered });
}

/** Paints the minimap, or hides it while the view shows the whole drawing, and where it would cover some of it. */
function paintMap(canvas: HTMLCanvasElement, { scene, size, theme }: Picture, view: View): void {
  const map = scene === null || size === null ? null : minimapOf(scene, size, view);
  const place = map && scene && size && freeCorner(scene, size, view, map);
  canvas.style.display = place === null ? "none" : "";
  const context = canvas.getContext("2d");
  if (map === null || place === null || scene === null || size === null || theme === null || context === null) return;
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [Math.round(map.width * ratio), Math.round(map.height * ratio)];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  canvas.style.left = `${place.left}px`;
  canvas.style.top = `${place.top}px`;
  canvas.style.width = `${map.width}px`;
  canvas.style.height = `${map.height}px`;
  paintMinimap(context, scene, { view, size, theme, scale: map.scale, ratio });
}

/** How many file tables begin below the view, in words; or that something does. */
function belowView({ scene, size }: Picture, { y, k }: View): string {
  if (scene === null || size === null) return "";
  const bottom = (size.height - y) / k;
  if (scene.height - bottom < 24) return "";
  const tables = scene.boxes.filter((box) => box.kind === "table" && box.y > bottom).length;
  return tables === 0 ? "more below" : `${counted(tables, "more file table")} below`;
}

/** The zoom that shows the whole drawing, at most 1. */
const fitZoom = (scene: Scene, size: Size): number => Math.min(1, size.width / scene.width, size.height / scene.height);

/** Whether zooming out leads to a coarser level: the whole drawing would be too small to read, or it is a part. */
const isCoarsened = (scene: Scene, size: Size): boolean =>
  scene.level !== "map" && (scene.isPart || fitZoom(scene, size) < LEAST_TEXT);

/** How far a scene zooms before another level replaces it. Histograms do not zoom: they would only become larger. */
function zoomRange(scene: Scene, size: Size): { readonly least: number; readonly most: number } {
  if (scene.level === "map") return { least: 1, most: 1 };
  const least = isCoarsened(scene, size) ? (scene.isPart ? 1 : LEAST_TEXT) : fitZoom(scene, size);
  return { least, most: scene.level === "bars" ? 1.6 : 4 };
}

/** The place among the slots of the object at a point of the canvas, or of the selection; NONE if there is neither. */
function placeAt(picture: Picture, view: View, px: number, py: number): number {
  const { subject, layout, scene, selection } = picture;
  if (scene === null || layout === null) return NONE;
  const strip = stripAt(scene, (px - view.x) / view.k, py);
  if (strip !== null) return slotPlaceAt(subject, layout, strip, py);
  const box = scene.boxes[boxAt(scene, (px - view.x) / view.k, (py - view.y) / view.k)];
  const object = box?.ref ?? selection;
  return object === null ? NONE : placeAmongSlots(subject, layout, object);
}

interface CanvasOptions {
  /** Where to move the view, once. */
  readonly view: FocusedView | undefined;
  /** Called when a movement of the view ends. */
  readonly onView: ((view: FocusedView) => void) | undefined;
  /** Called after the frame in which the canvas is painted for the first time. */
  readonly onPainted: (() => void) | undefined;
}

/** Keeps a canvas painted. */
export function useCanvas(
  canvas: RefObject<HTMLCanvasElement | null>,
  minimap: RefObject<HTMLCanvasElement | null>,
  picture: Picture,
  levels: FocusControl,
  { view: wantedView, onView, onPainted }: CanvasOptions,
): Canvas {
  const { scene, size, theme, selected, selection } = picture;
  const hovered = useRef(NONE);
  const [below, setBelow] = useState("");
  const frame = useRef(0);
  const draw = useRef<() => void>(() => {});
  const repaint = useCallback(() => {
    if (frame.current !== 0) return;
    frame.current = requestAnimationFrame(() => {
      frame.current = 0;
      draw.current();
    });
  }, []);
  const at = (x: number, y: number): Hit => hitAt(picture, zoom.view(), x, y);
  const zoom: Zoom = useZoom(canvas, {
    onChange: repaint,
    onEnd: (view) => onView?.({ ...view, ...levels.focus }),
    takesDoubleClick: (x, y) => at(x, y).action?.do === "toggle" || scene?.level === "map",
    beyond: (by, x, y) => step(by, x, y),
  });
  /** Goes to another level of detail, at a point of the canvas. */
  const step = (by: 1 | -1, x: number, y: number): void => {
    if (scene !== null) levels.step(scene.level, by, placeAt(picture, zoom.view(), x, y));
  };
  // Found once for each object, not for each frame.
  const arcs = useRef<{ readonly picture: Picture; readonly box: number; readonly arcs: readonly Arc[] } | null>(null);
  const wasPainted = useRef(false);
  draw.current = () => {
    const box = hovered.current;
    if (
      arcs.current?.picture.scene !== scene ||
      arcs.current.picture.selected !== selected ||
      arcs.current.box !== box
    ) {
      arcs.current = { picture, box, arcs: arcsAt(picture, box) };
    }
    if (canvas.current !== null) paintPicture(canvas.current, picture, zoom.view(), box, arcs.current.arcs);
    if (minimap.current !== null) paintMap(minimap.current, picture, zoom.view());
    setBelow(belowView(picture, zoom.view()));
    if (wasPainted.current || scene === null) return;
    wasPainted.current = true;
    // A timer runs after the frame.
    if (onPainted !== undefined) setTimeout(onPainted);
  };
  useRatio(repaint);
  useEffect(() => {
    // In the colours of paper (useTheme.ts), and at once.
    const onPrint = (): void => draw.current();
    window.addEventListener("beforeprint", onPrint);
    return () => {
      window.removeEventListener("beforeprint", onPrint);
      cancelAnimationFrame(frame.current);
    };
  }, []);

  // Layout effects from here on, so that a new scene is painted in the next frame.
  const keepInView = useKeepInView(scene, selected, selection);
  useLayoutEffect(() => {
    if (scene === null || size === null || theme === null) return;
    hovered.current = NONE;
    zoom.setExtent({ worldWidth: scene.width, worldHeight: scene.height, ...size, ...zoomRange(scene, size) });
    const moved = keepInView(zoom.view(), size);
    if (moved !== null) zoom.set(moved);
    repaint();
  }, [scene, size, theme, zoom, repaint, keepInView]);

  const reached = useRef<View | undefined>(undefined);
  // Another level begins at its top, at actual size, unless a link says where.
  const { focus } = levels;
  const shownFocus = useRef(focus);
  useLayoutEffect(() => {
    if (shownFocus.current === focus || scene === null) return;
    shownFocus.current = focus;
    if (wantedView === reached.current) zoom.set({ x: 0, y: 0, k: 1 });
  }, [focus, scene, zoom, wantedView]);

  useLayoutEffect(() => {
    // The view can be moved only after a scene bounds it, and it is moved there only once.
    if (scene === null || size === null || theme === null || wantedView === reached.current) return;
    reached.current = wantedView;
    if (wantedView === undefined) return;
    const { x, y, k } = zoom.view();
    if (x !== wantedView.x || y !== wantedView.y || k !== wantedView.k) zoom.set(wantedView);
  }, [wantedView, zoom, scene, size, theme]);

  const fit = (): void => {
    if (scene === null || size === null) return;
    const { least } = zoomRange(scene, size);
    const { x, y, k } = zoom.view();
    const isFitted = x === 0 && y === 0 && Math.abs(k - least) < 1e-6;
    // What would be too small to read is drawn at a coarser level; the coarsest one always fits.
    if (isCoarsened(scene, size)) levels.step(scene.level, -1, NONE);
    else if (isFitted && focus !== null) levels.reset();
    else zoom.set({ x: 0, y: 0, k: isFitted ? 1 : least });
  };
  const pageDown = (): void => {
    const { x, y, k } = zoom.view();
    if (size !== null) zoom.set({ x, y: y - (size.height - 3 * HEADING), k });
  };
  return {
    zoom,
    hovered,
    below,
    repaint,
    at,
    pageDown,
    fit,
    zoomBy: zoom.zoomBy,
    zoomInAt: (x, y) => {
      if (scene?.level === "map") step(1, x, y);
    },
  };
}
