// The list of changes as rows: the events, and below an event that is open its changes.

import { u32At } from "../../model/read.ts";
import type { Events } from "./events.ts";
import type { HiddenChanges } from "./filter.ts";

/** One value for each row: -(e + 1) for the heading of event e, c for change c. */
export type ChangeRows = Int32Array;

/**
 * The rows of the changes that are not hidden. An event with only one visible change has no heading, unless `heads`.
 *
 * Its loops pass every change, so they read columns by casts.
 *
 * @param isOpen Whether the changes of an event are listed below its heading.
 */
export function changeRows(
  { count, first, change }: Events,
  hidden: HiddenChanges,
  isOpen: (event: number) => boolean,
  heads = false,
): ChangeRows {
  const rows = new Int32Array(count + change.length);
  let to = 0;
  for (let event = 0; event < count; event++) {
    const heading = to++;
    to = addShown(rows, to, change, hidden, first[event] as number, first[event + 1] as number);
    const shown = to - heading - 1;
    if (shown === 0) to = heading;
    else if (shown === 1 && !heads) rows[heading] = rows[--to] as number;
    else {
      rows[heading] = -(event + 1);
      if (!isOpen(event)) to = heading + 1;
    }
  }
  return rows.slice(0, to);
}

/**
 * Adds the changes of an event that are not hidden; returns where the next row goes. A function of its own: V8 optimizes the
 * loop where it runs for long, with one event, and then left the optimized code again for each of many short events.
 */
function addShown(
  rows: ChangeRows,
  to: number,
  change: Uint32Array,
  hidden: HiddenChanges,
  from: number,
  end: number,
): number {
  let next = to;
  for (let at = from; at < end; at++) {
    const each = change[at] as number;
    if (hidden[each] !== 1) rows[next++] = each;
  }
  return next;
}

/** The row that shows a change: its own, or the heading of its event if that is closed; -1 if the change is hidden. */
export function rowOfChange(rows: ChangeRows, { eventOf }: Events, change: number): number {
  if (change < 0) return -1;
  const own = rows.indexOf(change);
  return own === -1 ? rows.indexOf(-(u32At(eventOf, change) + 1)) : own;
}

/** The event of a heading; `null`: the row is a change. */
export function headingAt(rows: ChangeRows, row: number): number | null {
  const value = rows[row];
  return value === undefined || value >= 0 ? null : -(value + 1);
}
