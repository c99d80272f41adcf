// The rows of the list of changes that are in view. They are as high as their text, which wraps; in a very long
// list all rows have the same height, because measuring each would take too long.

import { useVirtualizer } from "@tanstack/react-virtual";
import type { RefObject } from "react";
import { useRowWindow, type WindowRow } from "../useRowWindow.ts";

/** Longer lists have rows of one height. */
const MOST_MEASURED = 10_000;
/** Pixels of a row before it is measured, and of all rows of a long list. */
const ROW = 40;

export interface ChangeWindow {
  readonly rows: readonly WindowRow[];
  /** Pixels. */
  readonly height: number;
  /** Rows in view, about. */
  readonly visible: number;
  /** Pixels of every row; `null`: each is as high as its text. */
  readonly rowHeight: number | null;
  /** Ref of a row's element, with its index in `data-index`. */
  measure(element: HTMLElement | null): void;
  reveal(row: number): void;
}

const noMeasuring = (): void => {};

/** `keyOf`: the same function as long as the rows are the same; with another one, all of them are placed again. */
export function useChangeWindow(
  count: number,
  keyOf: (row: number) => number,
  scroller: RefObject<HTMLElement | null>,
): ChangeWindow {
  const isLong = count > MOST_MEASURED;
  const long = useRowWindow(isLong ? count : 0, ROW, scroller, 0);
  const virtualizer = useVirtualizer({
    count: isLong ? 0 : count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    getItemKey: keyOf,
    overscan: 6,
  });
  if (isLong) return { ...long, rowHeight: ROW, measure: noMeasuring };
  const items = virtualizer.getVirtualItems();
  return {
    rows: items.map(({ index, start }) => ({ row: index, top: start })),
    height: virtualizer.getTotalSize(),
    visible: Math.max(1, Math.floor((virtualizer.scrollRect?.height ?? 0) / ROW)),
    rowHeight: null,
    measure: virtualizer.measureElement,
    reveal(row) {
      if (row >= 0) virtualizer.scrollToIndex(row, { align: "auto" });
    },
  };
}
