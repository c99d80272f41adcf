// The tasks of processes, and their file tables.

import { i32At } from "../../app/model/read.ts";
import { type Descriptor, listDescriptors, type Reader, readDescriptor } from "./descriptors.ts";
import { KCMP, type Kcmp } from "./kcmp.ts";
import { readTask, type Task, threadsOf } from "./processes.ts";

/** A file table. */
export interface Table {
  /** A task that uses it. */
  readonly pid: number;
  /** Ascending by number. */
  readonly descriptors: readonly Descriptor[];
}

/** Each process, followed by those of its threads that are wanted. */
export function readTasks(
  pids: readonly number[],
  { threads, kcmp }: { readonly threads: boolean; readonly kcmp: Kcmp | null },
  notes: string[],
): Task[] {
  const tasks: Task[] = [];
  for (const pid of pids) {
    const leader = readTask(pid);
    if (leader === null) {
      notes.push(`pid ${pid} ended before it was read`);
      continue;
    }
    tasks.push(leader);
    for (const thread of threadsOf(pid)) {
      if (thread === pid) continue;
      // A thread that shares its leader's table shows nothing that the leader does not.
      const wanted = threads || (kcmp !== null && kcmp(pid, thread, KCMP.FILES, 0, 0) > 0);
      const task = wanted ? readTask(thread) : null;
      if (task !== null) tasks.push(task);
    }
  }
  return tasks;
}

/** The tables that tasks use. `tableOf`: see groupTables. */
export function readTables(reader: Reader, tasks: readonly Task[], tableOf: Int32Array, notes: string[]): Table[] {
  const tables: Table[] = [];
  for (const [row, { pid }] of tasks.entries()) {
    // Tables are numbered by their first task.
    if (i32At(tableOf, row) !== tables.length) continue;
    const descriptors: Descriptor[] = [];
    const numbers = listDescriptors(pid);
    if (numbers === null) notes.push(`pid ${pid} ended while it was read`);
    for (const fd of numbers ?? []) {
      const descriptor = readDescriptor(reader, pid, fd);
      if (descriptor !== null) descriptors.push(descriptor);
    }
    tables.push({ pid, descriptors });
  }
  return tables;
}
