// The list of changes as lines of one height: a heading for each task, two lines for each change below it.

import { i32At, u8At } from "../model/read.ts";
import { firstIndex } from "../model/search.ts";
import { CHANGE_KINDS, type ChangeKind } from "./changes.ts";
import type { Changes } from "./comparison.ts";

/**
 * One value for each line: -(change + 1) for the heading above a change, 2 × change for the first line of a change,
 * 2 × change + 1 for its second line. Changes ascend.
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
    if (hidden[u8At(kind, change)] === 1) continue;
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
  // A heading comes before the first line of its change.
  const key = (value: number): number => (value < 0 ? -2 * (value + 1) - 1 : value);
  const line = firstIndex(lines.length, (index) => key(i32At(lines, index)) >= wanted);
  return lines[line] === wanted ? line : -1;
}

/** The next (`by` 1) or previous (-1) change that is not of a hidden kind; -1 if there is none. `from` -1: the first, or the last. */
export function stepChange({ count, kind }: Changes, hidden: Uint8Array, from: number, by: 1 | -1): number {
  let at = from < 0 ? (by === 1 ? 0 : count - 1) : from + by;
  while (at >= 0 && at < count && hidden[u8At(kind, at)] === 1) at += by;
  return at < count ? at : -1;
}
