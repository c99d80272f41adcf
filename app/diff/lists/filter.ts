// Filters changes: by kind, by pid, by words, and those that a program makes merely by running.

import { i32At, u8At } from "../../model/read.ts";
import type { TaskRow } from "../../model/rows.ts";
import { CHANGE_KINDS, type ChangeKind, changeKind, isOfResources } from "../changes.ts";
import type { Changes, Comparison } from "../comparison.ts";
import { isRepeatedAt, isSecurityAt } from "../describe/resource-at.ts";
import { pairNumber } from "../pairs/pair.ts";
import { createRows } from "../rows.ts";
import { concernsTask } from "./change-tasks.ts";
import { isExpected } from "./expected.ts";
import { matchesWords } from "./filter-words.ts";

export interface ChangeFilter {
  /** Only these kinds; absent or empty: all kinds. */
  readonly only?: readonly ChangeKind[];
  /** Not these kinds. */
  readonly ignore?: readonly ChangeKind[];
  /** Only changes about the task with this number (pid, or index), or that have it among their holders. */
  readonly pid?: number;
  /** Only changes that match these words (filter-words.ts). */
  readonly words?: string;
  /** Not expected changes (expected.ts). */
  readonly withoutExpected?: boolean;
  /** Not changes of resources that another kind of change reports as well, unless they matter for security. */
  readonly withoutRepeated?: boolean;
  /** Only what allows something new (security.ts). */
  readonly security?: boolean;
}

/** By change: 1 if it is hidden. */
export type HiddenChanges = Uint8Array;

/** Which changes do not pass the filter. */
export function hiddenChanges(comparison: Comparison, filter: ChangeFilter): HiddenChanges {
  const passes = passesFilter(comparison, filter);
  const hidden = new Uint8Array(comparison.changes.count);
  for (let index = 0; index < hidden.length; index++) if (!passes(index)) hidden[index] = 1;
  return hidden;
}

/** Which changes are of these kinds. */
export function hiddenByKind({ count, kind }: Changes, off: readonly ChangeKind[]): HiddenChanges {
  const kinds = new Set(off.map(changeKind));
  const hidden = new Uint8Array(count);
  for (let change = 0; change < count; change++) if (kinds.has(u8At(kind, change))) hidden[change] = 1;
  return hidden;
}

/** Indices of the changes that pass the filter, ascending. */
export function filterChanges(comparison: Comparison, filter: ChangeFilter): Uint32Array {
  const passes = passesFilter(comparison, filter);
  const found = createRows();
  for (let index = 0; index < comparison.changes.count; index++) if (passes(index)) found.push(index);
  return found.list();
}

/** Whether a change passes the filter. */
function passesFilter(comparison: Comparison, filter: ChangeFilter): (index: number) => boolean {
  const { changes } = comparison;
  const { pid, words, withoutExpected, security, withoutRepeated } = filter;
  const only = filter.only?.length ? filter.only : CHANGE_KINDS;
  const isWanted = CHANGE_KINDS.map((kind) => only.includes(kind) && filter.ignore?.includes(kind) !== true);
  const isResource = CHANGE_KINDS.map(isOfResources);
  const concerns = pid === undefined ? null : concernsTask(comparison, hasNumber(comparison, pid));
  const matches = words === undefined ? null : matchesWords(comparison, words);
  return (index) => {
    const kind = u8At(changes.kind, index);
    if (isWanted[kind] !== true) return false;
    if (withoutRepeated === true && isResource[kind] && isRepeatedAt(comparison, index)) return false;
    if (security === true && !isSecurityAt(comparison, index)) return false;
    if (withoutExpected === true && isExpected(comparison, index)) return false;
    return (matches === null || matches(index)) && (concerns === null || concerns(index));
  };
}

/** Whether one of the two images has a task with a number (pid, or index). */
export function hasTask(comparison: Comparison, pid: number): boolean {
  const { before, after, pairs } = comparison;
  const isTask = hasNumber(comparison, pid);
  for (let task = 0; task < before.tasks.count; task++) if (isTask(task, i32At(pairs.taskAfter, task))) return true;
  for (let task = 0; task < after.tasks.count; task++) if (isTask(i32At(pairs.taskBefore, task), task)) return true;
  return false;
}

/** Tests the number (pid, or index) of a task, given by its rows. */
const hasNumber =
  ({ before, after }: Comparison, pid: number) =>
  (taskBefore: TaskRow, taskAfter: TaskRow): boolean =>
    pairNumber(before, after, taskBefore, taskAfter) === pid;
