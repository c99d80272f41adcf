// Reads the tables of a CRIU image set.

import type { Image } from "../../decoder/image.ts";
import type { Tables } from "../tables.ts";
import { readIpc } from "./ipc.ts";
import { readMappings } from "./mappings.ts";
import { readFilters } from "./seccomp.ts";
import { createSetReader } from "./set-reader.ts";
import { readSocketNamespaces } from "./sockets.ts";
import { readSystem } from "./system.ts";
import { readTasks } from "./tasks.ts";

/** The tables that are read from the cores. */
const OF_CORES = ["tasks", "threads", "credentials", "limits", "signals", "timers", "seccomp"];

/** Fills the tables that are asked for. Returns the network namespaces of sockets: see readSocketNamespaces. */
export async function readCriu(image: Image, tables: Tables, signal?: AbortSignal): Promise<Float64Array | null> {
  const set = createSetReader(image, signal);
  if (tables.wants(...OF_CORES)) await readTasks(set, tables, await readFilters(set));
  await readMappings(set, tables, await readIpc(set, tables));
  await readSystem(set, tables);
  return readSocketNamespaces(set, tables);
}
