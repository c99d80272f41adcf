// The edges of a union that are listed at their target: tasks by table, slots by file. Each edge is listed once, even
// if it exists on both sides.

import { type Checkpoint, NONE } from "../../model/checkpoint.ts";
import { i32At, u32At } from "../../model/read.ts";
import type { GraphFileRow, SlotRow } from "./graph.ts";
import type { UnionRowOf, UnionRows } from "./union-rows.ts";

/** Tasks that use each table on either side. */
export function taskEdges(before: Checkpoint, after: Checkpoint, tasks: UnionRows & UnionRowOf, tables: UnionRows) {
  const count = tables.before.length;
  const firstTask = new Uint32Array(count + 1);
  const task = new Uint32Array(before.tables.task.length + after.tables.task.length);
  /** By task: the last table that lists it. */
  const listedBy = new Int32Array(tasks.before.length).fill(NONE);
  let next = 0;
  for (let row = 0; row < count; row++) {
    firstTask[row] = next;
    const addUsers = ({ tables: own }: Checkpoint, table: number, unionRow: Int32Array): void => {
      if (table === NONE) return;
      const end = u32At(own.firstTask, table + 1);
      for (let at = u32At(own.firstTask, table); at < end; at++) {
        const user = i32At(unionRow, u32At(own.task, at));
        if (listedBy[user] === row) continue;
        listedBy[user] = row;
        task[next++] = user;
      }
    };
    addUsers(before, i32At(tables.before, row), tasks.ofBefore);
    addUsers(after, i32At(tables.after, row), tasks.ofAfter);
  }
  firstTask[count] = next;
  return { firstTask, task: task.slice(0, next) };
}

/** Slots that refer to each file on either side. `fileBefore` is NONE where it is the same file. */
export function holderEdges(file: Int32Array, fileBefore: Int32Array, fileCount: number) {
  const firstHolder = new Uint32Array(fileCount + 1);
  const tally = (row: GraphFileRow): void => {
    if (row !== NONE) firstHolder[row + 1] = u32At(firstHolder, row + 1) + 1;
  };
  for (let slot = 0; slot < file.length; slot++) {
    tally(i32At(file, slot));
    tally(i32At(fileBefore, slot));
  }
  for (let row = 0; row < fileCount; row++) {
    firstHolder[row + 1] = u32At(firstHolder, row + 1) + u32At(firstHolder, row);
  }
  const next = firstHolder.slice(0, fileCount);
  const holder = new Uint32Array(u32At(firstHolder, fileCount));
  const put = (row: GraphFileRow, slot: SlotRow): void => {
    if (row === NONE) return;
    const at = u32At(next, row);
    holder[at] = slot;
    next[row] = at + 1;
  };
  for (let slot = 0; slot < file.length; slot++) {
    put(i32At(file, slot), slot);
    put(i32At(fileBefore, slot), slot);
  }
  return { firstHolder, holder };
}
