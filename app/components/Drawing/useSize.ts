// The size of an element, followed as it changes.

import { type RefObject, useCallback, useEffect, useLayoutEffect, useState } from "react";

/** CSS pixels, whole ones. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The size of an element, null until it is mounted; and a function that measures it now, for layout effects. */
export function useSize(element: RefObject<HTMLElement | null>): readonly [size: Size | null, measure: () => void] {
  const [size, setSize] = useState<Size | null>(null);
  const measure = useCallback(() => {
    if (element.current !== null) setSize(measured(element.current.clientWidth, element.current.clientHeight));
  }, [element]);
  // Before the first paint, which then has the right size.
  useLayoutEffect(measure, [measure]);
  useEffect(() => {
    if (element.current === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setSize(measured(entry.contentRect.width, entry.contentRect.height));
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return [size, measure];
}

/** The size that takes the place of an old one; an element that is not displayed keeps the old one. */
const measured =
  (clientWidth: number, clientHeight: number) =>
  (old: Size | null): Size | null => {
    const [width, height] = [Math.floor(clientWidth), Math.floor(clientHeight)];
    if (width <= 0 || height <= 0) return old;
    return old?.width === width && old.height === height ? old : { width, height };
  };
