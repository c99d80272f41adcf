// Reads running processes from /proc and kcmp(2) into a description that can be encoded as an image.

import type { Description } from "../../app/encoder/description.ts";
import { i32At } from "../../app/model/read.ts";
import { noteChanges } from "./changes.ts";
import { describe } from "./describe.ts";
import { createReader } from "./descriptors/descriptors.ts";
import type { Duplicator } from "./descriptors/duplicate.ts";
import type { Entries } from "./descriptors/entries.ts";
import type { UnixSocket } from "./descriptors/unix-sockets.ts";
import { endedTasks, withoutEnded } from "./ended.ts";
import { groupFiles, groupTables } from "./groups.ts";
import type { Kcmp } from "./kcmp.ts";
import { createNotes, type Notes } from "./notes.ts";
import { noteRestrictions, readTables, readTasks } from "./read-tasks.ts";
import { watchSleepers } from "./slept.ts";

export interface LiveOptions {
  /** Compares open files and file tables; `null`: every descriptor is assumed to have its own open file. */
  readonly kcmp: Kcmp | null;
  /** All threads, not only those that have a file table of their own. */
  readonly threads: boolean;
  /** Whether the processes are stopped, so that nothing can change while they are read. */
  readonly frozen: boolean;
  /** Unix sockets by inode, where known. */
  readonly unixSockets?: ReadonlyMap<string, UnixSocket>;
  /** Reads more about sockets, as far as permitted. */
  readonly duplicator?: Duplicator | null;
  /** Reads the entries of descriptors; absent: by their paths. */
  readonly entries?: Entries;
  /** Where to note what changed; absent: a new list. */
  readonly notes?: Notes;
  /** States of tasks before they were stopped, by pid. */
  readonly states?: ReadonlyMap<number, string>;
}

/** Processes as they were read. */
export interface Live {
  readonly description: Description;
  /** What changed while the processes were read: one sentence for each kind of change. */
  readonly notes: readonly string[];
}

/**
 * Reads processes.
 *
 * @throws CliError if reading a process is not permitted or kcmp(2) is refused.
 */
export function readLive(ids: readonly number[], options: LiveOptions): Live {
  const { kcmp, threads, frozen, states, unixSockets, duplicator, entries, notes = createNotes() } = options;
  const reader = createReader(entries);
  const tasks = readTasks(ids, { kcmp, threads }, notes);
  noteRestrictions(tasks, notes);
  const sleepers = frozen ? null : watchSleepers(tasks.map(({ tgid }) => tgid));
  const tableOf = groupTables(tasks, kcmp);
  const tables = readTables(reader, tasks, tableOf);
  const descriptors = tables.flatMap((table) => table.descriptors);
  const fileOf = groupFiles(descriptors, kcmp, notes);
  const reading = { tasks, tableOf, tables, descriptors, fileOf };
  const description = describe(reader, reading, { kcmp, states, unixSockets, duplicator, notes });
  const ended = endedTasks(tasks, notes);
  if (sleepers !== null) {
    const hasSlept = (table: number): boolean =>
      tasks.every(({ tgid }, row) => i32At(tableOf, row) !== table || sleepers.has(tgid));
    const doubtful = tables.filter(({ pid }, table) => !ended.has(pid) && !hasSlept(table));
    noteChanges(reader, doubtful, notes);
  }
  return { description: withoutEnded(description, ended), notes: notes.sentences() };
}
