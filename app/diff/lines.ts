// The list of changes as lines of one height: a heading for each task, two lines for each change below it.

import { CHANGE_KINDS, type ChangeKind } from "./changes.ts";
import type { Changes } from "./diff.ts";

/**
 * What is on each line: below zero the heading above change -(value + 1); else 2 × change for its first line and
 * 2 × change + 1 for its second. Changes ascend.
 */
export type ChangeLines = Int32Array;

/** By index into CHANGE_KINDS: 1 for a kind that is switched off. */
export function hiddenKinds(off: readonly ChangeKind[]): Uint8Array {
  return Uint8Array.from(CHANGE_KINDS, (kind) => (off.includes(kind) ? 1 : 0));
}

/** The lines of all changes but those of hidden kinds. */
export function changeLines({ count, kind, taskBefore, taskAfter }: Changes, hidden: Uint8Array): ChangeLines {
  const lines = new Int32Array(3 * count);
  let at = 0;
  let last = -1;
  for (let change = 0; change < count; change++) {
    if (hidden[kind[change] as number] === 1) continue;
    const same = last >= 0 && taskBefore[last] === taskBefore[change] && taskAfter[last] === taskAfter[change];
    if (!same) lines[at++] = -(change + 1);
    lines[at++] = 2 * change;
    lines[at++] = 2 * change + 1;
    last = change;
  }
  return lines.slice(0, at);
}

/** The first line of a change; -1 if it is not listed. */
export function lineOfChange(lines: ChangeLines, change: number): number {
  const wanted = 2 * change;
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const value = lines[middle] as number;
    // A heading goes before the first line of the change that it is above.
    const key = value < 0 ? -2 * (value + 1) - 1 : value;
    if (key < wanted) low = middle + 1;
    else high = middle;
  }
  return lines[low] === wanted ? low : -1;
}

/** The next change (`by` 1) or the one before (-1) that is not of a hidden kind; -1 if there is none. From -1: the end. */
export function stepChange({ count, kind }: Changes, hidden: Uint8Array, from: number, by: 1 | -1): number {
  let at = from < 0 ? (by === 1 ? 0 : count - 1) : from + by;
  while (at >= 0 && at < count && hidden[kind[at] as number] === 1) at += by;
  return at < count ? at : -1;
}
