// The keys of the drawing: arrows walk along the edges, Enter opens, Home goes to the start,
// Escape clears the selection.

import { type KeyboardEvent, useRef } from "react";
import type { Subject } from "../../graph/order/graph.ts";
import type { Layout } from "../../graph/order/layout.ts";
import { type Direction, firstStep, type Step, walk } from "../../graph/order/walk.ts";
import type { Action } from "../../graph/scene/scene.ts";
import type { TreeItem } from "../../graph/scene/tree.ts";
import { type ObjectRef, sameRef } from "../../model/object-ref.ts";

const ARROWS: Record<string, Direction> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

interface WalkOptions {
  readonly subject: Subject;
  readonly layout: Layout | null;
  readonly selection: ObjectRef | null;
  onSelect(object: ObjectRef | null): void;
  onAction(action: Action): void;
}

/** A key handler for the hidden tree. It calls preventDefault for the keys that it handles. */
export function useWalk({ subject: { graph }, layout, selection, onSelect, onAction }: WalkOptions) {
  // The last step made by a key. A selection made elsewhere starts a new walk.
  const last = useRef<Step | null>(null);

  const next = (layout: Layout, direction: Direction): Step | null => {
    if (selection === null) return firstStep(graph, layout);
    const from = sameRef(last.current?.at ?? null, selection) ? (last.current?.from ?? null) : null;
    return walk(graph, layout, { at: selection, from }, direction);
  };

  return (event: KeyboardEvent, item: TreeItem | undefined): void => {
    if (layout === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const direction = ARROWS[event.key];
    if (direction !== undefined) {
      const step = next(layout, direction);
      if (step !== null) {
        last.current = step;
        onSelect(step.at);
      }
    } else if (event.key === "Enter" || event.key === " ") {
      if (item !== undefined && selection === null && item.ref !== null) onSelect(item.ref);
      else onAction(item?.action ?? { do: "more" });
    } else if (event.key === "Home") {
      const step = firstStep(graph, layout);
      if (step !== null) onSelect(step.at);
    } else if (event.key === "Escape" && selection !== null) onSelect(null);
    else return;
    event.preventDefault();
  };
}
