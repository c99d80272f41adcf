// The descriptors that hold an open file, by the numbers that a comparison gives their tasks.

import { type Checkpoint, NONE } from "../../model/checkpoint.ts";
import type { Side } from "../../model/comparison/side.ts";
import { i32At, u32At } from "../../model/read.ts";
import type { FileRow, TaskRow } from "../../model/rows.ts";
import type { Holder } from "../changes.ts";
import { type Pairs, pairNumber } from "./pair.ts";

/** Both checkpoints of a comparison, and their correspondences. */
export interface Compared {
  readonly before: Checkpoint;
  readonly after: Checkpoint;
  readonly pairs: Pairs;
}

/** The descriptors that refer to an open file on one side, in image order; the first `most` of them. */
export function holdersOfFile(
  { before, after, pairs }: Compared,
  side: Side,
  file: FileRow,
  most = Number.POSITIVE_INFINITY,
): Holder[] {
  const { files, descriptors, tables } = side === "before" ? before : after;
  const holders: Holder[] = [];
  if (file === NONE) return holders;
  for (let at = u32At(files.firstHolder, file); at < u32At(files.firstHolder, file + 1); at++) {
    const descriptor = u32At(files.holder, at);
    const table = u32At(descriptors.table, descriptor);
    for (let user = u32At(tables.firstTask, table); user < u32At(tables.firstTask, table + 1); user++) {
      if (holders.length >= most) return holders;
      const task = u32At(tables.task, user);
      const pid =
        side === "before"
          ? pairNumber(before, after, task, i32At(pairs.taskAfter, task))
          : pairNumber(before, after, i32At(pairs.taskBefore, task), task);
      holders.push({ pid, fd: i32At(descriptors.fd, descriptor) });
    }
  }
  return holders;
}

/** The rows of a task; NONE: it is not on that side. */
export interface HeldBy {
  readonly taskBefore: TaskRow;
  readonly taskAfter: TaskRow;
}

/**
 * The descriptors that refer to an open file on one side, each once, however many tasks share its
 * table: by the number of `within` if that task is one of them, else by the lowest number of a task
 * that is in both images, else by the lowest.
 */
export function descriptorsOfFile(
  { before, after, pairs }: Compared,
  side: Side,
  file: FileRow,
  within: number | undefined,
): (Holder & HeldBy)[] {
  const { files, descriptors, tables } = side === "before" ? before : after;
  const others = side === "before" ? pairs.taskAfter : pairs.taskBefore;
  const holders: (Holder & HeldBy)[] = [];
  if (file === NONE) return holders;
  for (let at = u32At(files.firstHolder, file); at < u32At(files.firstHolder, file + 1); at++) {
    const descriptor = u32At(files.holder, at);
    const table = u32At(descriptors.table, descriptor);
    let best: (HeldBy & { readonly pid: number; readonly rank: number }) | null = null;
    for (let user = u32At(tables.firstTask, table); user < u32At(tables.firstTask, table + 1); user++) {
      const task = u32At(tables.task, user);
      const other = i32At(others, task);
      const [taskBefore, taskAfter] = side === "before" ? [task, other] : [other, task];
      const pid = pairNumber(before, after, taskBefore, taskAfter);
      const rank = other === NONE ? 2 : pid === within ? 0 : 1;
      if (best === null || rank < best.rank || (rank === best.rank && pid < best.pid))
        best = { pid, rank, taskBefore, taskAfter };
    }
    if (best === null) continue;
    const { pid, taskBefore, taskAfter } = best;
    holders.push({ pid, fd: i32At(descriptors.fd, descriptor), taskBefore, taskAfter });
  }
  return holders;
}

/** Whether a descriptor of some task refers to an open file. A table that no task uses does not count. */
export function isHeld({ files, descriptors, tables }: Checkpoint, file: FileRow): boolean {
  for (let at = u32At(files.firstHolder, file); at < u32At(files.firstHolder, file + 1); at++) {
    const table = u32At(descriptors.table, u32At(files.holder, at));
    if (u32At(tables.firstTask, table) < u32At(tables.firstTask, table + 1)) return true;
  }
  return false;
}
