// The drawing: tasks, file tables and open files with their edges, on a canvas, with a hidden tree that says the same.

import {
  type KeyboardEvent,
  type Ref,
  useCallback,
  useEffect,
  useImperativeHandle,
  useMemo,
  useRef,
  useState,
} from "react";
import { boxAt, stripAt } from "../../graph/draw/hit.ts";
import { paint } from "../../graph/draw/paint.ts";
import { boxOf, traceOf } from "../../graph/draw/trace.ts";
import type { View } from "../../graph/draw/view.ts";
import { oneImage, type Subject } from "../../graph/order/graph.ts";
import { type Layout, layout as layOut } from "../../graph/order/layout.ts";
import { type Direction, firstStep, type Step, walk } from "../../graph/order/walk.ts";
import { type Expansion, MORE, MOST_IN_BARS, MOST_SHOWN, NOTHING_OPENED } from "../../graph/plan/plan.ts";
import { type Action, HEADING, type Scene } from "../../graph/scene/scene.ts";
import { sceneOf } from "../../graph/scene/scene-of.ts";
import { sentence } from "../../graph/scene/sentence.ts";
import { objectAt } from "../../graph/scene/strips.ts";
import type { TreeItem } from "../../graph/scene/tree.ts";
import { type Checkpoint, NONE } from "../../model/checkpoint.ts";
import { type ObjectRef, sameRef } from "../../model/object-ref.ts";
import { counted } from "../../model/words.ts";
import "./Drawing.css";
import type { DrawingHandle } from "../../shell/commands/command.ts";
import { HiddenTree } from "./HiddenTree.tsx";
import { Legend } from "./Legend.tsx";
import { useTheme } from "./useTheme.ts";
import { useZoom } from "./useZoom.ts";

export interface DrawingProps {
  readonly checkpoint: Checkpoint;
  /** Two images in one (union.ts); then rows in `selection` and `onSelect` are rows of its graph. */
  readonly comparison?: Subject;
  /** Made in the worker for large images; without it, only small ones are drawn. */
  readonly layout?: Layout;
  readonly selection: ObjectRef | null;
  onSelect(object: ObjectRef | null): void;
  onHover?(object: ObjectRef | null): void;
  /** Where the drawing is looked at; left out, the drawing keeps that to itself. */
  readonly view?: View;
  onView?(view: View): void;
  readonly ref?: Ref<DrawingHandle>;
}

/** Draws one image or two. Fills the element that it is in. */
export function Drawing(props: DrawingProps) {
  const { checkpoint, comparison, layout: given } = props;
  const subject = useMemo(() => comparison ?? oneImage(checkpoint), [checkpoint, comparison]);
  const { descriptors, tasks, files } = subject.graph;
  const small = descriptors.count <= MOST_IN_BARS && files.count <= 4 * MOST_IN_BARS;
  const own = useMemo(() => (given === undefined && small ? layOut(subject) : undefined), [given, small, subject]);
  const layout = given ?? own;
  if (descriptors.count === 0 && tasks.count === 0 && files.count === 0) {
    return (
      <section className="drawing" aria-label="Drawing">
        <p className="drawing-wait">Nothing to draw: this image holds no tasks, no descriptors and no open files.</p>
      </section>
    );
  }
  if (layout === undefined) {
    return (
      <section className="drawing" aria-label="Drawing">
        <p className="drawing-wait">Putting {counted(descriptors.count, "descriptor")} in order …</p>
      </section>
    );
  }
  return <LaidOut {...props} subject={subject} layout={layout} />;
}

const HINT = "Point at an object to trace its edges, click to pin it, walk the edges with the arrow keys.";

const ARROWS: Record<string, Direction> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

function LaidOut(props: DrawingProps & { readonly subject: Subject; readonly layout: Layout }) {
  const { subject, layout, selection, onSelect, onHover, view: wantedView, onView, ref } = props;
  const host = useRef<HTMLElement>(null);
  const viewBox = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const tree = useRef<HTMLDivElement>(null);
  const said = useRef<HTMLParagraphElement>(null);
  const theme = useTheme(host);
  const size = useSize(viewBox);
  const [expansion, setExpansion] = useOpened(subject);

  const scene = useMemo(
    () => (size === null ? null : sceneOf(subject, layout, { ...size, selection, expansion })),
    [subject, layout, size, selection, expansion],
  );
  const selected = useMemo(() => (scene === null ? NONE : boxOf(scene, selection)), [scene, selection]);

  // Redrawn at most once a frame, and only when something changed.
  const hovered = useRef(NONE);
  const hoveredObject = useRef<ObjectRef | null>(null);
  const frame = useRef(0);
  const draw = useRef<() => void>(() => {});
  const invalidate = useCallback(() => {
    if (frame.current === 0) {
      frame.current = requestAnimationFrame(() => {
        frame.current = 0;
        draw.current();
      });
    }
  }, []);
  const takesDoubleClick = (x: number, y: number): boolean => at(x, y).action?.do === "toggle";
  const zoom = useZoom(canvas, {
    onChange: invalidate,
    onEnd: (view) => onView?.(view),
    takesDoubleClick,
  });
  draw.current = () => {
    const context = canvas.current?.getContext("2d");
    if (scene === null || theme === null || size === null || context == null || canvas.current === null) return;
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
    if (canvas.current.width !== width) canvas.current.width = width;
    if (canvas.current.height !== height) canvas.current.height = height;
    // Around the selection of a map everything is the selection's: nothing has to step back for it.
    const quiet = hovered.current === NONE && scene.level === "map";
    const traced = hovered.current !== NONE ? hovered.current : selected;
    paint(context, scene, {
      ...size,
      view: zoom.view(),
      ratio,
      theme,
      trace: quiet ? null : traceOf(scene, traced),
      selected,
      hovered: hovered.current,
    });
  };
  useEffect(() => () => cancelAnimationFrame(frame.current), []);

  const keepInView = useKeepInView(scene, selected, selection);
  useEffect(() => {
    if (scene === null || size === null || theme === null) return;
    hovered.current = NONE;
    zoom.bound({ worldWidth: scene.width, worldHeight: scene.height, ...size });
    const moved = keepInView(zoom.view(), size);
    if (moved !== null) zoom.set(moved);
    invalidate();
  }, [scene, size, theme, zoom, invalidate, keepInView]);
  const reached = useRef<View | undefined>(undefined);
  useEffect(() => {
    // Only what is bounded by a scene can be moved to where it is wanted, and it is moved there once.
    if (scene === null || size === null || theme === null || wantedView === reached.current) return;
    reached.current = wantedView;
    if (wantedView === undefined) return;
    const { x, y, k } = zoom.view();
    if (x !== wantedView.x || y !== wantedView.y || k !== wantedView.k) zoom.set(wantedView);
  }, [wantedView, zoom, scene, size, theme]);

  /** What is at a point of the canvas: a box with its object and action, or an object on a strip. */
  const at = (px: number, py: number): { box: number; ref: ObjectRef | null; action: Action | null } => {
    const nothing = { box: NONE, ref: null, action: null };
    if (scene === null || py < HEADING) return nothing;
    const { x, y, k } = zoom.view();
    const worldX = (px - x) / k;
    const box = boxAt(scene, worldX, (py - y) / k);
    const found = scene.boxes[box];
    if (found !== undefined) return { box, ref: found.ref, action: found.action };
    const strip = stripAt(scene, worldX, py);
    return strip === null ? nothing : { ...nothing, ref: objectAt(subject, layout, strip, py) };
  };

  const hover = (px: number, py: number): void => {
    const { box, ref: object, action } = at(px, py);
    if (canvas.current !== null) canvas.current.style.cursor = object !== null || action !== null ? "pointer" : "";
    if (box === hovered.current && sameRef(object, hoveredObject.current)) return;
    hovered.current = box;
    hoveredObject.current = object;
    say(object, scene?.boxes[box]?.label ?? "");
    onHover?.(object);
    invalidate();
  };
  const say = (object: ObjectRef | null, otherwise: string): void => {
    if (said.current === null) return;
    const shown = object ?? (otherwise === "" ? selection : null);
    said.current.textContent = shown === null ? otherwise : sentence(subject, shown);
  };

  const act = (action: Action): void => setExpansion((old) => acted(old, action, scene));
  const activate = (object: ObjectRef | null, action: Action | null, opener: boolean): void => {
    if (object !== null) onSelect(object);
    else if (action === null) onSelect(null);
    if (action !== null && (object === null || opener)) act(action);
  };
  const click = (px: number, py: number): void => {
    const { box, ref: object, action } = at(px, py);
    const found = scene?.boxes[box];
    const opener = found !== undefined && (px - zoom.view().x) / zoom.view().k < found.x + 22;
    activate(object, action, opener && (py - zoom.view().y) / zoom.view().k < found.y + 20);
    tree.current?.querySelector<HTMLElement>("[tabindex='0']")?.focus({ preventScroll: true });
  };

  // The last step that a key made; a selection from elsewhere begins a new walk.
  const last = useRef<Step | null>(null);
  const onKey = (event: KeyboardEvent, item: TreeItem | undefined): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const direction = ARROWS[event.key];
    if (direction !== undefined) {
      const from = sameRef(last.current?.at ?? null, selection) ? (last.current?.from ?? null) : null;
      const step =
        selection === null
          ? firstStep(subject.graph, layout)
          : walk(subject.graph, layout, { at: selection, from }, direction);
      if (step !== null) {
        last.current = step;
        onSelect(step.at);
      }
    } else if (event.key === "Enter" || event.key === " ") {
      if (item !== undefined && selection === null && item.ref !== null) onSelect(item.ref);
      else act(item?.action ?? { do: "more" });
    } else if (event.key === "Home") {
      const step = firstStep(subject.graph, layout);
      if (step !== null) onSelect(step.at);
    } else if (event.key === "Escape" && selection !== null) onSelect(null);
    else return;
    event.preventDefault();
  };

  useImperativeHandle(
    ref,
    () => ({
      zoomBy: zoom.zoomBy,
      fit() {
        if (scene === null || size === null) return;
        const k = Math.min(1, size.width / scene.width, size.height / scene.height);
        const now = zoom.view();
        const fitted = now.x === 0 && now.y === 0 && Math.abs(now.k - k) < 1e-6;
        zoom.set({ x: 0, y: 0, k: fitted ? 1 : k });
      },
      focus() {
        tree.current?.querySelector<HTMLElement>("[tabindex='0']")?.focus({ preventScroll: true });
      },
    }),
    [scene, size, zoom],
  );

  const { graph, both } = subject;
  const label = `${both === null ? "Drawing" : "Drawing of both moments"}: ${counted(graph.tasks.count, "task")}, ${counted(
    graph.tables.count,
    "file table",
  )}, ${counted(graph.descriptors.count, "descriptor")}, ${counted(graph.files.count, "open file")}`;
  const sentenceNow = selection === null ? "" : sentence(subject, selection);

  return (
    <section
      className="drawing"
      ref={host}
      aria-label="Drawing"
      onKeyUpCapture={() => host.current?.setAttribute("data-keys", "")}
      onPointerDownCapture={() => host.current?.removeAttribute("data-keys")}
    >
      <div className="drawing-view" ref={viewBox}>
        <canvas
          ref={canvas}
          role="img"
          aria-label={label}
          onPointerMove={(event) => hover(event.nativeEvent.offsetX, event.nativeEvent.offsetY)}
          onPointerLeave={() => hover(-1, -1)}
          onClick={(event) => click(event.nativeEvent.offsetX, event.nativeEvent.offsetY)}
          onDoubleClick={(event) => {
            const { action } = at(event.nativeEvent.offsetX, event.nativeEvent.offsetY);
            if (action?.do === "toggle") act(action);
          }}
        />
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
      </div>
      <div className="drawing-foot">
        <p className="drawing-said" ref={said} aria-hidden="true" data-hint={HINT}>
          {sentenceNow}
        </p>
        {scene !== null && scene.notes.length > 0 && <p className="drawing-notes">{scene.notes.join(" ")}</p>}
        <Legend compared={both !== null} />
      </div>
      <p className="drawing-live" aria-live="polite">
        {sentenceNow}
      </p>
    </section>
  );
}

/** What the user opened; forgotten when another subject is drawn. */
function useOpened(subject: Subject) {
  const [opened, setOpened] = useState({ subject, expansion: NOTHING_OPENED });
  const expansion = opened.subject === subject ? opened.expansion : NOTHING_OPENED;
  const setExpansion = useCallback(
    (change: (old: Expansion) => Expansion) =>
      setOpened((old) => ({ subject, expansion: change(old.subject === subject ? old.expansion : NOTHING_OPENED) })),
    [subject],
  );
  return [expansion, setExpansion] as const;
}

function acted(old: Expansion, action: Action, scene: Scene | null): Expansion {
  if (action.do === "more") return { ...old, limit: Math.min(MOST_SHOWN, old.limit + MORE) };
  if (action.do === "unused") return { ...old, unused: !old.unused };
  const toggled = (set: ReadonlySet<number>): Set<number> => {
    const next = new Set(set);
    if (!next.delete(action.table)) next.add(action.table);
    return next;
  };
  return scene?.level === "words" ? { ...old, folded: toggled(old.folded) } : { ...old, tables: toggled(old.tables) };
}

/** The size of an element in CSS pixels; null until it is known. */
function useSize(element: React.RefObject<HTMLElement | null>): { width: number; height: number } | null {
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  useEffect(() => {
    if (element.current === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry === undefined) return;
      const width = Math.floor(entry.contentRect.width);
      const height = Math.floor(entry.contentRect.height);
      if (width > 0 && height > 0) {
        setSize((old) => (old?.width === width && old.height === height ? old : { width, height }));
      }
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return size;
}

/**
 * Where the view must move so that the selected box stays where it was on the screen when the scene around it
 * changes, and comes into view when it was chosen elsewhere. Null: nowhere.
 */
function useKeepInView(scene: Scene | null, selected: number, selection: ObjectRef | null) {
  const last = useRef<{ scene: Scene | null; selection: ObjectRef | null }>({ scene: null, selection: null });
  return useCallback(
    (view: View, size: { width: number; height: number }): View | null => {
      const before = last.current;
      last.current = { scene, selection };
      const box = scene?.boxes[selected];
      if (box === undefined || scene === null) return null;
      if (before.scene === scene && sameRef(before.selection, selection)) return null;
      let { x, y } = view;
      const old = before.scene === null ? undefined : before.scene.boxes[boxOf(before.scene, selection)];
      if (old !== undefined && before.scene?.level === scene.level) y += (old.y - box.y) * view.k;
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
