// The drawing: tasks, file tables and open files with their edges, on a canvas, and a hidden
// tree with the same content.

import {
  type Ref,
  type RefObject,
  startTransition,
  useDeferredValue,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { svgOf } from "../../graph/draw/svg.ts";
import { boxOf } from "../../graph/draw/trace.ts";
import type { View } from "../../graph/draw/view.ts";
import { oneImage, type Subject } from "../../graph/order/graph.ts";
import { type Layout, layout as layOut } from "../../graph/order/layout.ts";
import { relationsOf } from "../../graph/order/relations.ts";
import type { Action, Scene } from "../../graph/scene/scene.ts";
import { prepareScene } from "../../graph/scene/scene-of.ts";
import { relationSentence, sentence } from "../../graph/scene/text/sentence.ts";
import { type Checkpoint, NONE } from "../../model/checkpoint.ts";
import { type ObjectRef, sameRef } from "../../model/object-ref.ts";
import { counted } from "../../model/text/words.ts";
import type { DrawingHandle } from "../../shell/commands/command.ts";
import { isLaidOutByWorker } from "../../shell/layouts.ts";
import { CommandButton } from "../CommandButton.tsx";
import { useApp } from "../context.ts";
import { useNarrow } from "../Workspace/useNarrow.ts";
import { Wrapped } from "../Wrapped.tsx";
import "./Drawing.css";
import { HiddenTree } from "./HiddenTree.tsx";
import { Legend } from "./Legend.tsx";
import { Minimap } from "./Minimap.tsx";
import { pngOf } from "./png.ts";
import { arcsAt, type Canvas, type Picture, useCanvas } from "./useCanvas.ts";
import { useExpansion } from "./useExpansion.ts";
import { type FocusedView, useFocus } from "./useFocus.ts";
import { useSize } from "./useSize.ts";
import { useTheme } from "./useTheme.ts";
import { useWalk } from "./useWalk.ts";

export interface DrawingProps {
  readonly checkpoint: Checkpoint;
  /** Two images in one (union.ts); then rows in `selection` and `onSelect` are rows of its graph. */
  readonly comparison?: Subject;
  /** For two images: whether what has not changed is drawn too. */
  readonly whole?: boolean;
  /** Computed in the worker for large images; without it, only small ones are drawn. */
  readonly layout?: Layout;
  readonly selection: ObjectRef | null;
  onSelect(object: ObjectRef | null): void;
  onHover?(object: ObjectRef | null): void;
  /** The visible part of the drawing; if absent, the drawing manages it itself. */
  readonly view?: FocusedView;
  onView?(view: FocusedView): void;
  /** Called when it has been painted for the first time. */
  onPainted?(): void;
  readonly ref?: Ref<DrawingHandle>;
}

/** Draws one image or two. Fills its parent element. */
export function Drawing(props: DrawingProps) {
  const { checkpoint, comparison, layout: given } = props;
  const subject = useMemo(() => comparison ?? oneImage(checkpoint), [checkpoint, comparison]);
  const { descriptors, tasks, files } = subject.graph;
  const isOwn = given === undefined && !isLaidOutByWorker(checkpoint);
  const own = useMemo(() => (isOwn ? layOut(subject) : undefined), [isOwn, subject]);
  const layout = given ?? own ?? null;
  const drawing = useDrawingNumber(layout !== null);
  if (descriptors.count === 0 && tasks.count === 0 && files.count === 0) {
    return (
      <section className="drawing" aria-label="Drawing">
        <p className="drawing-wait">Nothing to draw: this image has no tasks, no descriptors and no open files.</p>
      </section>
    );
  }
  return <Shown key={drawing} {...props} subject={subject} layout={layout} />;
}

/** A number for each drawing. Once a layout is missing again, another one begins. */
function useDrawingNumber(isLaidOut: boolean): number {
  const [last, setLast] = useState({ isLaidOut, number: 0 });
  if (last.isLaidOut !== isLaidOut) setLast({ isLaidOut, number: last.number + (isLaidOut ? 0 : 1) });
  return last.number;
}

const HINT = "Point at an object to trace its edges; click to select it.";
const TOUCH_HINT = "Tap an object to select it and trace its edges.";

/** Pixels from the top left corner of a table's box in which a click opens or folds the table. */
const OPENER = { width: 22, height: 20 };

type ShownProps = Omit<DrawingProps, "layout"> & { readonly subject: Subject; readonly layout: Layout | null };

/** What is drawn, and how the user acts on it. */
type Drawn = Pick<ShownProps, "subject" | "layout" | "whole" | "selection" | "onSelect">;

/**
 * What is drawn. It follows what should be drawn in a task of its own, with pauses: a selection shows in the tables and
 * in the inspector first. Only the first drawing of an image, and the end of one, are drawn at once.
 */
function useDrawn(wanted: Drawn): Drawn {
  const { subject, layout, whole, selection } = wanted;
  // biome-ignore lint/correctness/useExhaustiveDependencies: onSelect belongs to the subject, and is new in each rendering
  const latest = useMemo(() => wanted, [subject, layout, whole, selection]);
  const deferred = useDeferredValue(latest);
  return layout === null || deferred.layout === null ? latest : deferred;
}

/** Whether the canvas has been on the page since an earlier task. The first scene is made in a task of its own. */
function useMounted(): boolean {
  const [isMounted, setMounted] = useState(false);
  // Not a deferred value: those are rendered after all other panels (Later.tsx).
  useEffect(() => startTransition(() => setMounted(true)), []);
  return isMounted;
}

/**
 * A drawing. Without a layout, it renders everything else, so that only the scene remains to be made once the layout is
 * there.
 */
function Shown(props: ShownProps) {
  const { onHover, view, onView, onPainted, ref } = props;
  const { subject, layout, whole = false, selection, onSelect } = useDrawn(props);
  const host = useRef<HTMLElement>(null);
  const viewBox = useRef<HTMLDivElement>(null);
  const element = useRef<HTMLCanvasElement>(null);
  const tree = useRef<HTMLDivElement>(null);
  const pointed = useRef<HTMLParagraphElement>(null);
  const theme = useTheme(host);
  const [size, measure] = useSize(viewBox);
  const [opened, expand] = useExpansion(subject);
  const expansion = useMemo(() => ({ ...opened, whole }), [opened, whole]);

  const levels = useFocus(subject, layout, selection, view);
  const { focus } = levels;
  const isMounted = useMounted();
  const width = isMounted ? size?.width : undefined;
  const prepared = useMemo(
    () =>
      layout === null || width === undefined
        ? null
        : prepareScene(subject, layout, { width, selection, expansion, focus }),
    [subject, layout, width, selection, expansion, focus],
  );
  const scene = useMemo(() => (size === null ? null : (prepared?.at(size.height) ?? null)), [prepared, size]);
  const notes = prepared?.notes.join(" ") ?? "";
  // Notes below the drawing take some of its height, which should be known before it is painted.
  // biome-ignore lint/correctness/useExhaustiveDependencies: measures after the notes have changed
  useLayoutEffect(measure, [measure, notes]);
  const selected = useMemo(() => (scene === null ? NONE : boxOf(scene, selection)), [scene, selection]);
  const picture = useMemo(
    (): Picture => ({ subject, layout, scene, size, theme, selection, selected }),
    [subject, layout, scene, size, theme, selection, selected],
  );
  const minimap = useRef<HTMLCanvasElement>(null);
  const canvas = useCanvas(element, minimap, picture, levels, { view, onView, onPainted });

  const act = (action: Action): void => (action.do === "go" ? levels.go(action.at) : expand(action, scene));
  const activate = (object: ObjectRef | null, action: Action | null, onOpener: boolean): void => {
    if (scene === null) return;
    if (object !== null) onSelect(object);
    else if (action === null) onSelect(null);
    if (action !== null && (object === null || onOpener)) act(action);
  };
  const pointer = usePointer(picture, canvas, { element, pointed, tree, onHover, act, activate });
  // Keys walk on from what is selected, whether it is drawn yet or not.
  const from = props.subject === subject ? props.selection : selection;
  const onKey = useWalk({ subject, layout, selection: from, onSelect, onAction: act });
  const label = labelOf(subject);
  useHandle(ref, picture, canvas, tree, label);
  const spoken = useMemo(() => (selection === null ? "" : described(subject, selection)), [subject, selection]);
  return (
    <section className="drawing" ref={host} aria-label="Drawing">
      <div className="drawing-view" ref={viewBox} data-more={canvas.below === "" ? undefined : ""}>
        <canvas ref={element} role="img" aria-label={label} {...pointer} />
        {scene !== null && (
          <HiddenTree
            subject={subject}
            scene={scene}
            label={label}
            selection={selection}
            treeRef={tree}
            onKey={onKey}
            onActivate={(item) => activate(item.ref, item.action, false)}
          />
        )}
        {layout === null && (
          <p className="drawing-wait drawing-soon">
            Laying out {counted(subject.graph.descriptors.count, "descriptor")} …
          </p>
        )}
        <Minimap canvas={minimap} picture={picture} zoom={canvas.zoom} />
      </div>
      <Foot subject={subject} notes={notes} canvas={canvas} pointed={pointed} spoken={spoken} />
      <p className="drawing-live" aria-live="polite">
        {spoken}
      </p>
    </section>
  );
}

interface FootProps {
  readonly subject: Subject;
  /** Notes on what is not drawn. */
  readonly notes: string;
  readonly canvas: Canvas;
  readonly pointed: RefObject<HTMLParagraphElement | null>;
  readonly spoken: string;
}

/**
 * Below the drawing: what is selected or pointed at, what is further down, the buttons, notes
 * on what is not drawn, and the legend.
 */
function Foot({ subject, notes, canvas, pointed, spoken }: FootProps) {
  const isLegendShown = useApp((state) => state.legendShown);
  const onlyChanges = useApp((state) => state.onlyChanges);
  const compared = subject.both !== null;
  const hint = useNarrow() ? TOUCH_HINT : HINT;
  return (
    <div className="drawing-foot">
      <div className="drawing-line">
        <div className="drawing-status" aria-hidden="true">
          <p className={spoken === "" ? "muted" : undefined} title={spoken || hint}>
            {spoken === "" ? hint : <Wrapped text={spoken} />}
          </p>
          {/* Over the selection's sentence: the drawing must not move below the pointer. */}
          <p className="drawing-pointed" ref={pointed} />
        </div>
        <div className="drawing-tools">
          {canvas.below !== "" && (
            <button type="button" className="plain" title="Scroll down by one page" onClick={canvas.pageDown}>
              ▾ {canvas.below}
            </button>
          )}
          {compared && (
            <CommandButton id="only-changes" className="plain">
              {onlyChanges ? "▸ Unfold unchanged" : "▾ Fold unchanged"}
            </CommandButton>
          )}
          <span className="unbroken">
            <CommandButton id="zoom-out" className="plain">
              −
            </CommandButton>
            <CommandButton id="zoom-in" className="plain">
              +
            </CommandButton>
            <CommandButton id="zoom-fit" className="plain">
              Fit
            </CommandButton>
          </span>
          <CommandButton id="toggle-legend" className="plain">
            {isLegendShown ? "▾ Legend" : "▸ Legend"}
          </CommandButton>
        </div>
      </div>
      {notes !== "" && <p className="drawing-notes">{notes}</p>}
      {isLegendShown && <Legend compared={compared} />}
    </div>
  );
}

/** An object in a sentence, and what it is linked to. */
function described(subject: Subject, object: ObjectRef): string {
  const links = relationSentence(subject, relationsOf(subject, object));
  return links === "" ? sentence(subject, object) : `${sentence(subject, object)}; ${links}`;
}

function labelOf({ graph, both }: Subject): string {
  const counts = [
    counted(graph.tasks.count, "task"),
    counted(graph.tables.count, "file table"),
    counted(graph.descriptors.count, "descriptor"),
    counted(graph.files.count, "open file"),
  ];
  return `${both === null ? "Drawing" : "Drawing of both images"}: ${counts.join(", ")}`;
}

const focusTree = (tree: RefObject<HTMLElement | null>): void =>
  tree.current?.querySelector<HTMLElement>("[tabindex='0']")?.focus({ preventScroll: true });

interface PointerOptions {
  readonly element: RefObject<HTMLCanvasElement | null>;
  /** The sentence about what is under the pointer. */
  readonly pointed: RefObject<HTMLElement | null>;
  readonly tree: RefObject<HTMLElement | null>;
  readonly onHover: ((object: ObjectRef | null) => void) | undefined;
  act(action: Action): void;
  activate(object: ObjectRef | null, action: Action | null, onOpener: boolean): void;
}

/** Pointer handlers of the canvas: hovering describes and traces, a click selects, a double click opens a table. */
function usePointer(picture: Picture, { at, zoom, zoomInAt, hovered, repaint }: Canvas, options: PointerOptions) {
  const { subject, scene } = picture;
  const { element, pointed, tree, onHover, act, activate } = options;
  const hoveredObject = useRef<ObjectRef | null>(null);

  const hover = (px: number, py: number): void => {
    const { box, ref: object, action } = at(px, py);
    if (element.current !== null) element.current.style.cursor = object !== null || action !== null ? "pointer" : "";
    if (box === hovered.current && sameRef(object, hoveredObject.current)) return;
    hovered.current = box;
    hoveredObject.current = object;
    const label = scene?.boxes[box]?.label ?? "";
    if (pointed.current !== null) pointed.current.textContent = object === null ? label : described(subject, object);
    onHover?.(object);
    repaint();
  };

  const click = (px: number, py: number): void => {
    const { box, ref: object, action } = at(px, py);
    activate(object, action, isOnOpener(scene, box, zoom.view(), px, py));
    focusTree(tree);
  };

  return {
    onPointerMove: ({ nativeEvent }: React.PointerEvent) => hover(nativeEvent.offsetX, nativeEvent.offsetY),
    onPointerLeave: () => hover(-1, -1),
    onClick: ({ nativeEvent }: React.MouseEvent) => click(nativeEvent.offsetX, nativeEvent.offsetY),
    onDoubleClick: ({ nativeEvent }: React.MouseEvent) => {
      const { offsetX, offsetY } = nativeEvent;
      const { action } = at(offsetX, offsetY);
      if (action?.do === "toggle") act(action);
      else zoomInAt(offsetX, offsetY);
    },
  };
}

function isOnOpener(scene: Scene | null, index: number, view: View, px: number, py: number): boolean {
  const box = scene?.boxes[index];
  if (box === undefined) return false;
  return (px - view.x) / view.k < box.x + OPENER.width && (py - view.y) / view.k < box.y + OPENER.height;
}

/** Fills the handle that commands use. */
function useHandle(
  ref: Ref<DrawingHandle> | undefined,
  picture: Picture,
  canvas: Canvas,
  tree: RefObject<HTMLElement | null>,
  label: string,
): void {
  const { scene, theme } = picture;
  useImperativeHandle(
    ref,
    () => ({
      zoomBy: canvas.zoomBy,
      fit: canvas.fit,
      isMade: scene !== null && theme !== null,
      svg: () => (scene === null || theme === null ? null : svgOf(scene, theme, label, arcsAt(picture, NONE))),
      png: async () => (scene === null || theme === null ? null : pngOf(picture, scene, theme)),
      focus: () => focusTree(tree),
    }),
    [picture, scene, theme, canvas, tree, label],
  );
}
