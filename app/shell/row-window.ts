// Which rows a scrolled list shows. Browsers stop at some 17 million pixels, so a long list is drawn on a shorter
// one: scrolling by little moves row by row, dragging the scroll bar moves by proportion.

/** Rows that the scrolled element is high at most; at 22 px well below what any browser can do, and quick to measure. */
export const MAX_SLOTS = 100_000;

/** A place in the list: this row is at the top when the element is scrolled to this slot. */
export interface Place {
  readonly row: number;
  readonly slot: number;
}

/** How high the scrolled element is, in rows. */
export const slotCount = (rows: number): number => Math.min(rows, MAX_SLOTS);

/** The slot that stands for `row` at the top, of a list with `visible` rows in view. */
export function slotFor(row: number, rows: number, visible: number): number {
  const slots = slotCount(rows);
  if (slots === rows) return row;
  const lastRow = Math.max(1, rows - visible);
  const lastSlot = Math.max(0, slots - visible);
  const slot = Math.round((row / lastRow) * lastSlot);
  // Only the ends of the list are at the ends of the element.
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
