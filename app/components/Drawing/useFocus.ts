// Zooming by levels: from histograms to tables as bars and on to slots, and back.

import { useCallback, useEffect, useState } from "react";
import type { View } from "../../graph/draw/view.ts";
import type { Subject } from "../../graph/order/graph.ts";
import type { Layout } from "../../graph/order/layout.ts";
import { type Focus, isMap, type Level } from "../../graph/plan/plan.ts";
import { placeAmongSlots } from "../../graph/plan/window.ts";
import { NONE } from "../../model/checkpoint.ts";
import type { ObjectRef } from "../../model/object-ref.ts";

const FEW_TABLES = 3;
const LEVELS: readonly Level[] = ["map", "bars", "words"];

/** A view, and the level that the user zoomed to, as links record them. */
export interface FocusedView extends View {
  readonly level?: Level;
  readonly at?: number;
}

export interface FocusControl {
  /** Null: everything, at the level for its size. */
  readonly focus: Focus | null;
  /** To the next finer level (1) or coarser one (-1) from `level`, at a place among the slots (NONE: as it is). */
  step(from: Level, by: 1 | -1, at: number): void;
  go(at: number): void;
  reset(): void;
}

/** Starts at the level of the requested view, again for each new request, and follows the selection within a part. */
export function useFocus(
  subject: Subject,
  layout: Layout | null,
  selection: ObjectRef | null,
  requested: FocusedView | undefined,
): FocusControl {
  const { first } = subject.graph.tables;
  const [state, setState] = useState({ requested, first, focus: requestedFocus(requested), isOwn: false });
  if (state.requested !== requested) setState({ requested, first, focus: requestedFocus(requested), isOwn: false });
  // Another graph is drawn as a whole, unless it is a later part of the requested one.
  else if (state.first !== first) setState({ ...state, first, focus: state.isOwn ? null : state.focus });
  const { focus } = state;
  const setFocus = useCallback(
    (change: (old: Focus | null) => Focus | null) =>
      setState((old) => ({ ...old, focus: change(old.focus), isOwn: true })),
    [],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: follows the selection when it changes, not the focus
  useEffect(() => {
    if (layout === null || selection === null || focus === null || focus.level === "map") return;
    const at = placeAmongSlots(subject, layout, selection);
    if (at !== NONE && (at < focus.at || at > focus.at + NEAR)) setFocus((old) => old && { ...old, at });
  }, [selection, subject, layout]);

  return {
    focus,
    step(from, by, at) {
      // Few tables are not worth a level of their own.
      const levels = subject.graph.tables.count < FEW_TABLES ? LEVELS.filter((each) => each !== "bars") : LEVELS;
      const level = levels[levels.indexOf(from) + by];
      if (level === undefined) return;
      // The level `map` shows the whole of a large image, so there is no focus.
      setFocus((old) =>
        level === "map" && isMap(subject) ? null : { level, at: Math.max(0, at === NONE ? (old?.at ?? 0) : at) },
      );
    },
    go: (at) => setFocus((old) => old && { ...old, at }),
    reset: () => setFocus(() => null),
  };
}

/** A selection at most so many slots below the place in focus is drawn with it. */
const NEAR = 100;

const requestedFocus = (view: FocusedView | undefined): Focus | null =>
  view?.level === undefined ? null : { level: view.level, at: view.at ?? 0 };
