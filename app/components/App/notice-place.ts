// Finds a place for a notice where it covers nothing that can be clicked.

/** A rectangle in pixels of the window. */
export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export const overlap = (a: Rect, b: Rect): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** Pixels between a notice and what is around it, and between the places that are tried. */
const GAP = 3;
const STEP = 8;

/**
 * The highest free place for a box of `width` × `height` in the window, and of several the one nearest to the middle;
 * `null`: there is none.
 */
export function freePlace(
  { width, height }: { readonly width: number; readonly height: number },
  window: { readonly width: number; readonly height: number },
  taken: readonly Rect[],
): { readonly left: number; readonly top: number } | null {
  const middle = (window.width - width) / 2;
  for (let top = GAP; top + height + GAP <= window.height; top += STEP) {
    const inRow = taken.filter((each) => each.top < top + height + GAP && each.bottom > top - GAP);
    // The free place that is nearest to the middle is the middle itself, or next to something.
    const lefts = [middle, ...inRow.flatMap(({ left, right }) => [right + GAP, left - width - GAP])]
      .filter((left) => left >= GAP && left + width + GAP <= window.width)
      .sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle));
    const isFree = (left: number): boolean => inRow.every((each) => each.right <= left || each.left >= left + width);
    const free = lefts.find(isFree);
    if (free !== undefined) return { left: free, top };
  }
  return null;
}

/** What users click; the drawing's hidden tree is for screen readers. */
const CLICKABLE =
  "button, a, input, select, textarea, summary, label, canvas, [role=separator], [role=row], [role=treeitem]";

/** The rectangles of what can be clicked and is in view. */
export function clickables(document: Document): Rect[] {
  const { innerWidth = 0, innerHeight = 0 } = document.defaultView ?? {};
  return [...document.querySelectorAll(CLICKABLE)]
    .filter((element) => element.closest(".drawing-tree, .visually-hidden") === null)
    .map((element) => element.getBoundingClientRect())
    .filter(({ width, height }) => width > 0 && height > 0)
    .filter(({ left, top, right, bottom }) => right > 0 && bottom > 0 && left < innerWidth && top < innerHeight);
}
