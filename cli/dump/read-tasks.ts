// The tasks of processes, and their file tables.

import { i32At } from "../../app/model/read.ts";
import { type Descriptor, listDescriptors, type Reader, readDescriptor } from "./descriptors/descriptors.ts";
import { hasTable } from "./groups.ts";
import { KCMP, type Kcmp } from "./kcmp.ts";
import type { Notes } from "./notes.ts";
import { processesOf, readTask, type Task, threadsOf } from "./processes.ts";

/** A file table. */
export interface Table {
  /** A task that uses it. */
  readonly pid: number;
  /** Ascending by number. */
  readonly descriptors: readonly Descriptor[];
}

/**
 * Each process, followed by those of its threads that are wanted: each task is listed once, even if its id is repeated.
 *
 * @param ids Ids of processes, or of single threads: these are wanted with their process.
 */
export function readTasks(
  ids: readonly number[],
  { threads, kcmp }: { readonly threads: boolean; readonly kcmp: Kcmp | null },
  notes: Notes,
): Task[] {
  const tasks: Task[] = [];
  const named = new Set(ids);
  for (const pid of processesOf(ids)) {
    const leader = readTask(pid);
    if (leader === null) {
      notes.add("not-found", `pid ${pid}`);
      continue;
    }
    tasks.push(leader);
    const others = threadsOf(pid).filter((thread) => thread !== pid);
    // A leader that has exited before the other threads has no table; the first of these stands for it.
    const main = hasTable(leader) ? pid : (others[0] ?? pid);
    for (const thread of others) {
      // A thread that shares its leader's table shows nothing that the leader does not.
      const hasOwn = thread === main || (kcmp !== null && kcmp(main, thread, KCMP.FILES, 0, 0) > 0);
      const wanted = threads || named.has(thread) || hasOwn;
      const task = wanted ? readTask(thread) : null;
      if (task !== null) tasks.push(task);
    }
  }
  return tasks;
}

/**
 * Notes what an image cannot hold of tasks. A container restricts everything in it, so restrictions that this process
 * has too are left out.
 */
export function noteRestrictions(tasks: readonly Task[], notes: Notes): void {
  const own = readTask(process.pid)?.restrictions;
  for (const { pid, restrictions } of tasks) {
    const { noNewPrivs, seccomp, hasAmbient } = restrictions;
    if (noNewPrivs && own?.noNewPrivs !== true) notes.add("no-new-privs", `pid ${pid}`);
    if (seccomp !== "0 0" && seccomp !== own?.seccomp) notes.add("seccomp", `pid ${pid}`);
    if (hasAmbient) notes.add("ambient", `pid ${pid}`);
  }
}

/** The tables that tasks use. `tableOf`: see groupTables. */
export function readTables(reader: Reader, tasks: readonly Task[], tableOf: Int32Array): Table[] {
  const tables: Table[] = [];
  for (const [row, { pid }] of tasks.entries()) {
    // Tables are numbered by their first task.
    if (i32At(tableOf, row) !== tables.length) continue;
    const descriptors: Descriptor[] = [];
    for (const fd of listDescriptors(pid) ?? []) {
      const descriptor = readDescriptor(reader, pid, fd);
      if (descriptor !== null) descriptors.push(descriptor);
    }
    tables.push({ pid, descriptors });
  }
  return tables;
}
