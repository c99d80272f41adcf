// The rows of a scrolled list that are in view. The list can be longer than the tallest element of a browser.

import { type RefObject, useLayoutEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { type Place, rowAt, slotCount, slotFor } from "../shell/tables/row-window.ts";

export interface WindowRow {
  readonly row: number;
  /** Pixels from the top of the scrolled element. */
  readonly top: number;
}

export interface RowWindow {
  readonly rows: readonly WindowRow[];
  /** Height of the scrolled element in pixels. */
  readonly height: number;
  /** Whole rows in view. */
  readonly visible: number;
  /**
   * The id of a row's element, `PREFIX-ROW`; undefined if the row is not rendered, as there is no such element then.
   */
  idOf(prefix: string, row: number): string | undefined;
  /** Scrolls as little as needed to show the row. `withNext`: from far away, far enough to show what follows it. */
  reveal(row: number, withNext?: boolean): void;
}

/** Rows that are rendered above and below the view, so that scrolling shows no gap. */
const OVERSCAN = 6;

/** The part of the view that is above a row that is revealed from far away. */
const ABOVE = 1 / 3;

/** `count` rows of `rowHeight` pixels each in `scroller`, whose first `header` pixels do not scroll. */
export function useRowWindow(
  count: number,
  rowHeight: number,
  scroller: RefObject<HTMLElement | null>,
  header: number,
): RowWindow {
  const place = useRef<Place>({ row: 0, slot: 0 });
  const [, redraw] = useState(0);
  const slots = slotCount(count);
  const view = useScrolled(scroller, rowHeight);
  const inView = view - header;
  const visible = Math.max(1, Math.floor(inView / rowHeight));
  /** Rows in view, counting a partly visible one. At the end of the element, this many are shown. */
  const span = Math.max(1, Math.ceil(inView / rowHeight));
  const scrolled = Math.floor((scroller.current?.scrollTop ?? 0) / rowHeight);
  const slot = Math.min(scrolled, Math.max(0, slots - span));

  if (slots === count) place.current = { row: slot, slot };
  else if (slot !== place.current.slot) {
    place.current = { row: rowAt(slot, place.current, count, span), slot };
  }
  const top = place.current;

  // Scrolling row by row moves the scroll bar too far in a list that is scaled down. Once it rests, it is corrected.
  useLayoutEffect(() => {
    if (slots === count) return;
    const timer = setTimeout(() => {
      const { row } = place.current;
      const wanted = slotFor(row, count, span);
      const element = scroller.current;
      if (element === null || wanted === place.current.slot) return;
      place.current = { row, slot: wanted };
      element.scrollTop = wanted * rowHeight + (element.scrollTop % rowHeight);
    }, 200);
    return () => clearTimeout(timer);
  });

  const rows: WindowRow[] = [];
  // None before the view is measured.
  const end = view === 0 ? 0 : Math.min(slots, slot + Math.ceil(view / rowHeight) + 1 + OVERSCAN);
  for (let at = Math.max(0, slot - OVERSCAN); at < end; at++) {
    const row = top.row + at - top.slot;
    if (row >= 0 && row < count) rows.push({ row, top: at * rowHeight });
  }

  const reveal = (row: number, withNext = false): void => {
    const element = scroller.current;
    if (element === null || row < 0) return;
    const inView = (element.clientHeight - header) / rowHeight;
    const [full, some] = [Math.max(1, Math.floor(inView)), Math.max(1, Math.ceil(inView))];
    const first = place.current.row;
    if (row >= first && row < first + full && !(row === first && element.scrollTop % rowHeight !== 0)) return;
    const isFar = withNext && (row < first - 1 || row > first + full);
    const least = row <= first ? row : row - full + 1;
    const wanted = Math.max(0, Math.min(isFar ? row - Math.floor(full * ABOVE) : least, count - full));
    const before = element.scrollTop;
    if (wanted >= count - some) element.scrollTop = element.scrollHeight;
    else {
      const at = slotFor(wanted, count, some);
      place.current = { row: wanted, slot: at };
      element.scrollTop = at * rowHeight;
    }
    if (element.scrollTop === before) redraw((n) => n + 1);
  };

  const idOf = (prefix: string, row: number) =>
    rows.some((drawn) => drawn.row === row) ? `${prefix}-${row}` : undefined;

  return { rows, height: slots * rowHeight, visible, idOf, reveal };
}

/**
 * The height of the view of a scrolled element, 0 before it is mounted. Renders again when it
 * is scrolled to another row.
 */
function useScrolled(scroller: RefObject<HTMLElement | null>, rowHeight: number): number {
  const [element, setElement] = useState<HTMLElement | null>(null);
  const [height, setHeight] = useState(0);
  const [, setSlot] = useState(0);
  // After every render, as any may mount another element.
  useLayoutEffect(() => {
    if (scroller.current !== element) setElement(scroller.current);
  });
  useLayoutEffect(() => {
    if (element === null) return;
    const measure = (): void => setHeight(element.clientHeight);
    // At once, or the frame would show the rows of the old place.
    const onScroll = (): void => flushSync(() => setSlot(Math.floor(element.scrollTop / rowHeight)));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", onScroll);
    };
  }, [element, rowHeight]);
  return height;
}
