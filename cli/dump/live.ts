// Reads running processes from /proc and kcmp(2) into a description that can be encoded as an image.

import type { Description } from "../../app/encoder/description.ts";
import { noteChanges } from "./changes.ts";
import { describe } from "./describe.ts";
import { createReader } from "./descriptors.ts";
import { groupFiles, groupTables } from "./groups.ts";
import type { Kcmp } from "./kcmp.ts";
import { readTables, readTasks } from "./read-tasks.ts";

export interface LiveOptions {
  /** Compares open files and file tables; `null`: every descriptor is taken for an open file of its own. */
  readonly kcmp: Kcmp | null;
  /** All threads, not only those that have a file table of their own. */
  readonly threads: boolean;
  /** Whether the processes are stopped, so that nothing can change while they are read. */
  readonly frozen: boolean;
  /** For the inode of a unix socket the inode of the other end, as far as known. */
  readonly unixPeers?: ReadonlyMap<string, string>;
  /** States of tasks before they were stopped, by pid. */
  readonly states?: ReadonlyMap<number, string>;
}

/** Processes as they were read. */
export interface Live {
  readonly description: Description;
  /** What changed while the processes were read, one sentence each. */
  readonly notes: readonly string[];
}

/**
 * Reads processes.
 *
 * @throws CliError if reading a process is not permitted or kcmp(2) is refused.
 */
export function readLive(pids: readonly number[], options: LiveOptions): Live {
  const { kcmp, threads, frozen, states, unixPeers } = options;
  const notes: string[] = [];
  const reader = createReader();
  const tasks = readTasks(pids, { kcmp, threads }, notes);
  const tableOf = groupTables(tasks, kcmp);
  const tables = readTables(reader, tasks, tableOf, notes);
  const descriptors = tables.flatMap((table) => table.descriptors);
  const fileOf = groupFiles(descriptors, { kcmp, frozen }, notes);
  if (!frozen) noteChanges(reader, tasks, tables, notes);
  return {
    description: describe(reader, { tasks, tableOf, tables, descriptors, fileOf }, { states, unixPeers }),
    notes: [...new Set(notes)],
  };
}
