// Tasks that ended while they were read: their file tables were only partly read, and are not written.

import type { Description, TableDescription, TaskDescription } from "../../app/encoder/description.ts";
import type { Notes } from "./notes.ts";
import { readStat, type Task } from "./processes.ts";

/** The task as it is now; `null`: it is gone. */
type End = { readonly state: "zombie" | "dead"; readonly exitCode: number } | null;

/** Tasks that were running when they were read and have ended, by pid. */
export function endedTasks(tasks: readonly Task[], notes: Notes): Map<number, End> {
  const ended = new Map<number, End>();
  for (const { pid, start, state: before } of tasks) {
    const stat = readStat(pid);
    const state = stat === null || stat.start !== start ? null : stat.state;
    if (state !== null && state !== "zombie" && state !== "dead") continue;
    if (state === before) continue;
    ended.set(pid, stat === null || state === null ? null : { state, exitCode: stat.exitCode });
    notes.add("ended", `pid ${pid}`);
  }
  return ended;
}

/** Leaves out tasks that are gone and makes zombies of the others, with the tables and files that only they had. */
export function withoutEnded(description: Description, ended: ReadonlyMap<number, End>): Description {
  if (ended.size === 0) return description;
  const tasks = listOf(description.tasks).flatMap((task): TaskDescription[] => {
    const end = ended.get(task.pid ?? 0);
    if (end === undefined) return [task];
    return end === null ? [] : [{ ...task, ...end, fileTable: null }];
  });
  const tables = new Set(tasks.map(({ fileTable }) => fileTable));
  const fileTables = listOf(description.fileTables).filter(({ id }) => tables.has(id));
  const held = heldFiles(fileTables);
  return { ...description, tasks, fileTables, files: listOf(description.files).filter(({ id }) => held.has(id)) };
}

function heldFiles(tables: readonly TableDescription[]): Set<number | null> {
  const held = new Set<number | null>();
  for (const { fds } of tables) for (const { file } of listOf(fds)) held.add(file);
  return held;
}

const listOf = <T>(sequence: { readonly length: number; at(index: number): T | undefined }): T[] =>
  Array.from({ length: sequence.length }, (_, index) => sequence.at(index) as T);
