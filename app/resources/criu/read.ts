// Reads the tables of a CRIU image set.

import type { SocketFacts } from "../sockets.ts";
import type { Tables } from "../tables.ts";
import { readIpc } from "./ipc.ts";
import { readMappings } from "./mappings.ts";
import { readFilters } from "./seccomp.ts";
import type { SetReader } from "./set-reader.ts";
import { readSocketFacts } from "./sockets.ts";
import { type ComparedTables, readSystem } from "./system.ts";
import { readTasks } from "./tasks.ts";
import { readThreadOwners, type ThreadOwners } from "./thread-owners.ts";
import type { Unchanged } from "./unchanged.ts";

/** The tables that are read from the cores. */
const OF_CORES = ["tasks", "threads", "credentials", "limits", "signals", "timers", "seccomp", "aio"];

/** Tables that leave out rows where two sets are the same. */
export const WITH_ROWS_LEFT_OUT: readonly string[] = [...OF_CORES, "mappings"];

/** What to read, and what to leave out. */
export interface Reading {
  /** `null`: not read yet. */
  readonly owners: ThreadOwners | null;
  readonly unchanged: Unchanged;
  /** The set before and its tables, if this is the one after in a comparison. */
  readonly compared: ComparedTables | null;
}

/** Fills the requested tables. Returns what readSocketFacts does. */
export async function readCriu(set: SetReader, tables: Tables, reading: Reading): Promise<SocketFacts | null> {
  const { owners, unchanged } = reading;
  if (tables.wants(...OF_CORES)) {
    const filters = await readFilters(set);
    await readTasks(set, tables, {
      filters,
      owners: owners ?? (await readThreadOwners(set)),
      leftOut: unchanged.cores,
    });
  }
  await readMappings(set, tables, await readIpc(set, tables), unchanged.mappings);
  await readSystem(set, tables, reading);
  return readSocketFacts(set, tables);
}
