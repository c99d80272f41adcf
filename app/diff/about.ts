// What a change is about, as an object that can be looked at; and the change that an object is part of.

import { NONE } from "../model/checkpoint.ts";
import type { ObjectRef } from "../model/object-ref.ts";
import type { Side } from "../model/side.ts";
import { type ChangeKind, changeKind, isOfDescriptors } from "./changes.ts";
import { kindAt } from "./describe.ts";
import type { Comparison } from "./diff.ts";

/** An object of one of the two images. */
export interface ObjectAt {
  readonly side: Side;
  readonly ref: ObjectRef;
}

/**
 * The object that shows a change: as it is after, if it is there, else as it was. Of changes of an open file's values
 * and sharing the file, of other changes of descriptors the first one.
 */
export function objectOfChange(comparison: Comparison, change: number): ObjectAt | null {
  const { before, after, pairs, changes } = comparison;
  const at = (side: Side, to: ObjectRef["to"], row: number | undefined): ObjectAt | null =>
    row === undefined || row === NONE ? null : { side, ref: { to, row } };
  const first = changes.row[changes.firstRow[change] as number] ?? 0;
  const slotBefore = pairs.descriptors.before[first];
  const slotAfter = pairs.descriptors.after[first];
  const taskBefore = changes.taskBefore[change];
  const taskAfter = changes.taskAfter[change] as number;
  switch (kindAt(comparison, change)) {
    case "task-added":
    case "task-renamed":
      return at("after", "task", taskAfter);
    case "task-removed":
      return at("before", "task", taskBefore);
    case "fd-opened":
    case "close-on-exec":
    case "file-path":
      return at("after", "descriptor", slotAfter);
    case "fd-closed":
      return at("before", "descriptor", slotBefore);
    case "file-pos":
    case "file-flags":
    case "file-mode":
    case "file-version":
    case "file-shared":
      return at("after", "file", changes.fileAfter[change]);
    case "file-unshared":
      return (
        at("after", "file", after.descriptors.file[slotAfter ?? NONE]) ??
        at("before", "file", before.descriptors.file[slotBefore ?? NONE])
      );
    case "table-shared":
    case "table-unshared":
      return at("after", "table", after.tasks.table[taskAfter]);
  }
}

/** Pairs that one descriptor is in, looked at: a table that tasks shared and left may put it into many. */
const MOST_PAIRS = 16;
/** Holders of a file that are asked for the sharing that they are part of. */
const MOST_HOLDERS = 64;

const FILE_SHARED = changeKind("file-shared");
const FILE_UNSHARED = changeKind("file-unshared");

/**
 * A change that an object is part of: `preferred`, if it is one; else the first of a kind that is not hidden; -1: none.
 * A few looks through the columns: for what is picked, not for every row.
 */
export function changeAbout(
  comparison: Comparison,
  { side, ref }: ObjectAt,
  hidden: Uint8Array,
  preferred = -1,
): number {
  const { before, after, pairs, changes } = comparison;
  const isBefore = side === "before";
  let found = -1;
  /** Notes a change; true if it is the preferred one and nothing more need be looked at. */
  const take = (change: number): boolean => {
    if (hidden[changes.kind[change] as number] === 1) return false;
    if (change === preferred) found = change;
    else if (found === -1 || (change < found && found !== preferred)) found = change;
    return found === preferred;
  };
  const isOfKind = (change: number, prefix: "task-" | "table-"): boolean =>
    kindAt(comparison, change).startsWith(prefix);

  const ofSlot = (slot: number, wanted: (kind: number) => boolean): boolean => {
    const column = isBefore ? pairs.descriptors.before : pairs.descriptors.after;
    let pair = column.indexOf(slot);
    for (let tries = 0; pair !== -1 && tries < MOST_PAIRS; pair = column.indexOf(slot, pair + 1), tries++) {
      for (let at = changes.row.indexOf(pair); at !== -1; at = changes.row.indexOf(pair, at + 1)) {
        const change = changeOfRow(comparison, at);
        // Rows of changes of tables are tasks.
        if (isOfDescriptors(kindAt(comparison, change)) && wanted(changes.kind[change] as number) && take(change)) {
          return true;
        }
      }
    }
    return false;
  };

  switch (ref.to) {
    case "descriptor":
      ofSlot(ref.row, () => true);
      break;
    case "file": {
      const column = isBefore ? changes.fileBefore : changes.fileAfter;
      for (let at = column.indexOf(ref.row); at !== -1; at = column.indexOf(ref.row, at + 1))
        if (take(at)) return found;
      const { firstHolder, holder } = (isBefore ? before : after).files;
      const first = firstHolder[ref.row] ?? 0;
      const end = Math.min(firstHolder[ref.row + 1] ?? 0, first + MOST_HOLDERS);
      if (found !== -1 && found === preferred) break;
      for (let at = first; at < end; at++) {
        if (ofSlot(holder[at] as number, (kind) => kind === FILE_SHARED || kind === FILE_UNSHARED)) break;
      }
      break;
    }
    case "task": {
      const column = isBefore ? changes.taskBefore : changes.taskAfter;
      for (let at = column.indexOf(ref.row); at !== -1; at = column.indexOf(ref.row, at + 1)) {
        if (isOfKind(at, "task-") && take(at)) return found;
      }
      if (found === -1) tables((task) => task === ref.row);
      break;
    }
    case "table": {
      const { table } = (isBefore ? before : after).tasks;
      tables((task) => table[task] === ref.row);
      break;
    }
  }
  return found;

  /** Changes of tables that a task (its row at this moment) is part of. */
  function tables(isIt: (task: number) => boolean): void {
    for (let change = 0; change < changes.count; change++) {
      if (!isOfTables(changes.kind[change] as number)) continue;
      const rows = changes.row.subarray(changes.firstRow[change], changes.firstRow[change + 1]);
      if (rows.some((task) => isIt(isBefore ? task : (pairs.taskAfter[task] as number))) && take(change)) return;
    }
  }
}

const TABLE_SHARED = changeKind("table-shared");
const TABLE_UNSHARED = changeKind("table-unshared");
const isOfTables = (kind: number): boolean => kind === TABLE_SHARED || kind === TABLE_UNSHARED;

/** The change that entry `at` of Changes.row belongs to. */
function changeOfRow({ changes }: Comparison, at: number): number {
  let low = 0;
  let high = changes.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((changes.firstRow[middle + 1] as number) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A change as another comparison of the same images would know it: its kind, and its first holder or task. */
export interface ChangeName {
  readonly kind: ChangeKind;
  readonly pid: number;
  /** NONE for changes of tasks and tables. */
  readonly fd: number;
}

export function nameOfChange(comparison: Comparison, change: number): ChangeName {
  const { pid, fd } = comparison.changes;
  return { kind: kindAt(comparison, change), pid: pid[change] ?? NONE, fd: fd[change] ?? NONE };
}

/** The change of a name; -1 if there is none. */
export function findChange({ changes }: Comparison, name: ChangeName): number {
  const kind = changeKind(name.kind);
  for (let at = changes.pid.indexOf(name.pid); at !== -1 && at < changes.count; at++) {
    if (changes.pid[at] !== name.pid) return -1;
    if (changes.fd[at] === name.fd && changes.kind[at] === kind) return at;
  }
  return -1;
}
