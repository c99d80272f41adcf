// The visible rows of a scrolled list. Browsers limit the height of an element (Firefox to about 17 million pixels), so
// a long list gets a shorter element: small scroll steps move row by row; dragging the scroll bar moves in proportion.

/** The maximum height of the scrolled element, in rows. At 22 px far below the limit of any browser. */
export const MAX_SLOTS = 100_000;

/** A scroll position: `row` is at the top when the element is scrolled to `slot`, in units of row heights. */
export interface Place {
  readonly row: number;
  readonly slot: number;
}

/** The height of the scrolled element, in rows. */
export const slotCount = (rows: number): number => Math.min(rows, MAX_SLOTS);

/** The slot to scroll to so that `row` is at the top of a list with `visible` rows in view. */
export function slotFor(row: number, rows: number, visible: number): number {
  const slots = slotCount(rows);
  if (slots === rows) return row;
  const lastRow = Math.max(1, rows - visible);
  const lastSlot = Math.max(0, slots - visible);
  const slot = Math.round((row / lastRow) * lastSlot);
  // The ends of the element are reserved for the ends of the list; otherwise rows close to them could not be reached.
  if (row <= 0) return 0;
  if (row >= lastRow) return lastSlot;
  return Math.min(lastSlot - 1, Math.max(1, slot));
}

/** The row at the top after scrolling from `from` to `slot`. */
export function rowAt(slot: number, from: Place, rows: number, visible: number): number {
  const slots = slotCount(rows);
  if (slots === rows) return slot;
  const lastRow = Math.max(0, rows - visible);
  const lastSlot = Math.max(1, slots - visible);
  if (slot <= 0) return 0;
  if (slot >= lastSlot) return lastRow;
  const moved = slot - from.slot;
  const near = Math.abs(moved) <= 3 * Math.max(1, visible);
  const row = near ? from.row + moved : Math.round((slot / lastSlot) * lastRow);
  return Math.min(lastRow, Math.max(0, row));
}
