// How many bytes a row has: as many as fit with their text, so that the text is not outside the view.

import { type RefObject, useLayoutEffect, useState } from "react";
import { hexLength } from "../../shell/bytes/hex-rows.ts";

const LONGEST = 16;
/** Used if no length fits: the grid then scrolls. */
const SHORTEST = 8;
/** Characters of the gaps between the columns, and pixels of a row's padding. */
const GAPS = 3;
const PADDING = 12;

/** The length for the width that the grid has now. `digits`: of an offset. */
export function useRowLength(grid: RefObject<HTMLElement | null>, digits: number): number {
  const [length, setLength] = useState(LONGEST);
  useLayoutEffect(() => {
    const element = grid.current;
    if (element === null) return;
    const measure = () => {
      const cells = element.querySelector<HTMLElement>(".hex-head .hex-cells");
      const character = (cells?.getBoundingClientRect().width ?? 0) / hexLength(length);
      // Without a layout, nothing has a width.
      if (character === 0) return;
      const fits = (each: number): boolean =>
        (digits + hexLength(each) + each + GAPS) * character + PADDING <= element.clientWidth;
      setLength(fits(LONGEST) ? LONGEST : SHORTEST);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [grid, digits, length]);
  return length;
}
