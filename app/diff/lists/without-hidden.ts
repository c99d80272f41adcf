// A comparison in which hidden changes do not mark their descriptors.

import { i32At, u8At, u32At } from "../../model/read.ts";
import { BIT_OF_KIND, changeKind, isOfDescriptors, isOfResources, kindOf } from "../changes.ts";
import type { Comparison } from "../comparison.ts";
import { PRESENCE } from "../pairs/pair.ts";
import type { HiddenChanges } from "./filter.ts";

/** The same changes, with `changed` made of those that are not hidden. Linear in pairs and changes. */
export function withoutHidden(comparison: Comparison, hidden: HiddenChanges): Comparison {
  const { changes, pairs } = comparison;
  // Changes of resources have no descriptors, and some are always hidden because others repeat them.
  if (!hidden.some((is, change) => is === 1 && !isOfResources(kindOf(u8At(changes.kind, change))))) return comparison;
  const changed = new Uint16Array(pairs.descriptors.count);
  for (let change = 0; change < changes.count; change++) {
    const kind = kindOf(u8At(changes.kind, change));
    if (hidden[change] === 1 || !isOfDescriptors(kind)) continue;
    const end = u32At(changes.firstRow, change + 1);
    for (let at = u32At(changes.firstRow, change); at < end; at++) {
      const pair = u32At(changes.row, at);
      changed[pair] = (changed[pair] as number) | BIT_OF_KIND[kind];
    }
  }
  keepOneSided(comparison, hidden, changed);
  return { ...comparison, changed };
}

/** If a task is on one side only, so are its descriptors for that reason: they are marked like the task. */
function keepOneSided(comparison: Comparison, hidden: HiddenChanges, changed: Uint16Array): void {
  const { tables } = comparison.pairs;
  const hiddenTasks = { before: new Set<number>(), after: new Set<number>() };
  const [added, removed] = [changeKind("task-added"), changeKind("task-removed")];
  comparison.changes.kind.forEach((kind, change) => {
    if (hidden[change] !== 1) return;
    if (kind === added) hiddenTasks.after.add(i32At(comparison.changes.taskAfter, change));
    if (kind === removed) hiddenTasks.before.add(i32At(comparison.changes.taskBefore, change));
  });
  for (let table = 0; table < tables.count; table++) {
    const presence = u8At(tables.presence, table);
    if (presence === PRESENCE.both) continue;
    const isBefore = presence === PRESENCE.before;
    const tasks = (isBefore ? tables.taskBefore : tables.taskAfter).subarray(
      tables.firstTask[table],
      tables.firstTask[table + 1],
    );
    if (tasks.every((task) => hiddenTasks[isBefore ? "before" : "after"].has(task))) continue;
    const [first, end] = [u32At(tables.firstRow, table), u32At(tables.firstRow, table + 1)];
    changed.set(comparison.changed.subarray(first, end), first);
  }
}
