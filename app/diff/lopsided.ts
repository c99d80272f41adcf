// Pairs in which one image was dumped without something that the other has: without threads, or without detecting what
// is shared. This is reported in a note, not as a change.

import { type Checkpoint, NONE, taskCount } from "../model/checkpoint.ts";
import { filesOfPairs } from "../model/comparison/descriptor-pairs.ts";
import { areSameColumns } from "../model/comparison/difference.ts";
import { otherSide, SIDES, type Side } from "../model/comparison/side.ts";
import { i32At } from "../model/read.ts";
import type { TaskRow } from "../model/rows.ts";
import type { Note } from "./changes.ts";
import { openFileComparer } from "./compare/compare-open-files.ts";
import type { Compared } from "./pairs/holders.ts";

/** The classes of data that one of two images lacks. */
export interface Lopsided {
  /** The side that alone has threads as tasks of their own. */
  readonly threads: Side | null;
  /** The only side that records what is shared. */
  readonly sharing: Side | null;
  /** Whether a task on one side only is a thread that is not reported. */
  isThread(side: Side, task: TaskRow): boolean;
}

/** Finds what only one of the two images has. */
export function lopsidedOf(compared: Compared): Lopsided {
  const threads = onlySide((side) => hasThreads(compared[side]));
  const sharing = holdSameRows(compared) ? null : onlySide((side) => hasSharing(compared[side]));
  return {
    threads,
    sharing: sharing !== null && isUndetected(compared, sharing) ? sharing : null,
    isThread: (side, task) => threads === side && isThread(compared[side], task),
  };
}

/** The only side for which something is true. */
function onlySide(holds: (side: Side) => boolean): Side | null {
  const sides = SIDES.filter(holds);
  return sides.length === 1 ? (sides[0] as Side) : null;
}

function isThread({ tasks }: Checkpoint, task: TaskRow): boolean {
  const pid = i32At(tasks.pid, task);
  const tgid = i32At(tasks.tgid, task);
  return pid !== NONE && tgid > 0 && pid !== tgid;
}

function hasThreads(checkpoint: Checkpoint): boolean {
  for (let task = 0; task < checkpoint.tasks.count; task++) if (isThread(checkpoint, task)) return true;
  return false;
}

/** Whether each table has as many tasks, and each open file as many descriptors, as the one in its row after. */
const holdSameRows = ({ before, after }: Compared): boolean =>
  areSameColumns(before.tables.firstTask, after.tables.firstTask) &&
  areSameColumns(before.files.firstHolder, after.files.firstHolder);

function hasSharing({ files, tables }: Checkpoint): boolean {
  for (let table = 0; table < tables.count; table++) if (taskCount(tables, table) > 1) return true;
  const { firstHolder } = files;
  // Without calls, because there may be millions of files.
  for (let file = 0; file < files.count; file++) {
    if ((firstHolder[file + 1] as number) - (firstHolder[file] as number) > 1) return true;
  }
  return false;
}

/**
 * Whether the side without sharing seems not to have detected it: whatever the other side shares has separate but equal
 * open files there. Linux-CR only: CRIU always detects it.
 */
function isUndetected({ before, after, pairs }: Compared, side: Side): boolean {
  const [shared, separate] = side === "before" ? [before, after] : [after, before];
  if (separate.format !== "linux-cr") return false;
  const same = openFileComparer(separate, separate);
  const representative = new Int32Array(shared.files.count).fill(NONE);
  const { descriptors } = pairs;
  const own = filesOfPairs(shared, descriptors, side);
  const other = filesOfPairs(separate, descriptors, otherSide(side));
  let found = false;
  for (let row = 0; row < descriptors.count; row++) {
    const file = i32At(own, row);
    const alone = i32At(other, row);
    if (file === NONE || alone === NONE) continue;
    const first = i32At(representative, file);
    if (first === NONE) representative[file] = alone;
    else if (first !== alone && same(first, alone) !== 0) return false;
    else found = true;
  }
  return found;
}

/** Notes on what only one side has. */
export function lopsidedNotes({ threads, sharing }: Lopsided): Note[] {
  const notes: Note[] = [];
  if (threads !== null) {
    notes.push({
      code: "threads-on-one-side",
      message: `Only the image ${threads} has threads as tasks of their own; they are not compared.`,
    });
  }
  if (sharing !== null) {
    notes.push({
      code: "sharing-on-one-side",
      message: `Only the image ${sharing} says which descriptors share an open file and which tasks a table; sharing is not compared.`,
    });
  }
  return notes;
}
