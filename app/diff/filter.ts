// Which changes to list: by kind, and by pid.

import { NONE } from "../model/checkpoint.ts";
import { CHANGE_KINDS, type ChangeKind, changeKind, isOfDescriptors } from "./changes.ts";
import type { Comparison } from "./diff.ts";
import { pairNumber } from "./pair.ts";

export interface ChangeFilter {
  /** Only these kinds; absent or empty: every kind. */
  readonly only?: readonly ChangeKind[];
  /** Not these kinds. */
  readonly ignore?: readonly ChangeKind[];
  /** Only changes that a task of this number (pid, or index) is among the holders of, or that are about it. */
  readonly pid?: number;
}

/** Indices of the changes that pass, ascending. */
export function filterChanges(comparison: Comparison, filter: ChangeFilter): Uint32Array {
  const { changes } = comparison;
  const wanted = new Set((filter.only ?? []).map(changeKind));
  const unwanted = new Set((filter.ignore ?? []).map(changeKind));
  const { pid } = filter;
  const concerns = pid === undefined ? () => true : concernsTask(comparison, pid);
  const passes = (index: number): boolean => {
    const kind = changes.kind[index] ?? 0;
    return (wanted.size === 0 || wanted.has(kind)) && !unwanted.has(kind) && concerns(index);
  };
  return Uint32Array.from(changes.kind.keys()).filter(passes);
}

/** Whether a change is about the task of a number. */
function concernsTask({ before, after, pairs, changes }: Comparison, pid: number): (index: number) => boolean {
  const { tables, descriptors } = pairs;
  const isIt = (taskBefore: number, taskAfter: number): boolean =>
    pairNumber(before, after, taskBefore, taskAfter) === pid;
  const uses = new Uint8Array(tables.count);
  for (let table = 0; table < tables.count; table++) {
    const end = tables.firstTask[table + 1] ?? 0;
    for (let at = tables.firstTask[table] ?? 0; at < end && uses[table] === 0; at++) {
      if (isIt(tables.taskBefore[at] ?? NONE, tables.taskAfter[at] ?? NONE)) uses[table] = 1;
    }
  }
  return (index) => {
    if (isIt(changes.taskBefore[index] ?? NONE, changes.taskAfter[index] ?? NONE)) return true;
    const ofTables = !isOfDescriptors(CHANGE_KINDS[changes.kind[index] ?? 0] ?? "task-added");
    return changes.row
      .subarray(changes.firstRow[index], changes.firstRow[index + 1])
      .some((row) => (ofTables ? isIt(row, NONE) : uses[descriptors.tablePair[row] ?? 0] === 1));
  };
}
