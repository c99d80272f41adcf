// The tasks that threads belong to, from the process tree.

import { NONE } from "../../model/checkpoint.ts";
import { taskState } from "../../model/names/names.ts";
import { u8At } from "../../model/read.ts";
import type { TaskRow } from "../../model/rows.ts";
import { messageOf, type SetReader } from "./set-reader.ts";

/** The pid of each thread other than the first of its task. */
export type ThreadOwners = ReadonlyMap<number, number>;

const ZOMBIE = taskState("zombie");

/** Whether a task is a zombie: only its exit status is left. */
export const isDead = ({ checkpoint }: SetReader, task: TaskRow): boolean =>
  task !== NONE && u8At(checkpoint.tasks.state, task) === ZOMBIE;

/** Reads which threads belong to which task. */
export async function readThreadOwners(set: SetReader): Promise<ThreadOwners> {
  const owners = new Map<number, number>();
  for await (const entry of set.entries("pstree")) {
    const item = messageOf(entry, "pstree_entry");
    const pid = item?.number("pid") ?? null;
    if (item === null || pid === null) continue;
    // The threads of a dead task are memory that was never set.
    const task = set.taskOfPid(pid);
    if (isDead(set, task)) continue;
    for (const tid of item.numbers("threads")) if (tid !== pid && !owners.has(tid)) owners.set(tid, pid);
  }
  return owners;
}
