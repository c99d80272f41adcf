// Reads the processes that `dump` and `watch` name, frozen or running.

import { CliError } from "../error.ts";
import { openDuplicator } from "./descriptors/duplicate.ts";
import { openEntries } from "./descriptors/entries.ts";
import { readUnixSockets } from "./descriptors/unix-sockets.ts";
import { whileFrozen } from "./freeze/freeze.ts";
import { type Kcmp, openKcmp } from "./kcmp.ts";
import { type Live, readLive } from "./live.ts";
import { createNotes } from "./notes.ts";
import { parsePid, processesOf, readStat, threadsOf, withDescendants } from "./processes.ts";

/** Which processes to read, and how. */
export interface DumpRequest {
  readonly pids: readonly number[];
  /** Descendants too. */
  readonly tree: boolean;
  /** All threads, not only those with a file table of their own. */
  readonly threads: boolean;
  readonly freeze: boolean;
  /** Whether to find out which descriptors share an open file. */
  readonly sharing: boolean;
}

/** The request described by the parsed arguments. @throws CliError for an operand that is not a pid. */
export function dumpRequest(
  operands: readonly string[],
  options: {
    readonly tree: boolean;
    readonly threads: boolean;
    readonly freeze: boolean;
    readonly "no-sharing": boolean;
  },
): DumpRequest {
  const { tree, threads, freeze, "no-sharing": noSharing } = options;
  return { pids: operands.map(parsePid), tree, threads, freeze, sharing: !noSharing };
}

/** kcmp(2); `null` if the request does not need it. @throws CliError if it is needed and not available. */
export async function kcmpFor({ sharing }: DumpRequest): Promise<Kcmp | null> {
  if (process.platform !== "linux") throw new CliError("processes can be read on Linux only");
  if (!sharing) return null;
  const kcmp = await openKcmp();
  if ("missing" in kcmp) {
    throw new CliError(`cannot find out what is shared: ${kcmp.missing}; use --no-sharing to continue without it`);
  }
  return kcmp;
}

/** @throws CliError if a requested process does not exist. */
export function requireProcesses({ pids }: DumpRequest): void {
  for (const pid of pids) if (readStat(pid) === null) throw new CliError(`no process with pid ${pid}`);
}

/** Reads the processes of a request that still exist. @throws CliError if reading one is not permitted. */
export async function takeLive(request: DumpRequest, kcmp: Kcmp | null): Promise<Live> {
  const { pids, tree, threads, freeze } = request;
  // Ids of threads stay: they are wanted with their process.
  const list = (): number[] => (tree ? [...pids, ...withDescendants(processesOf(pids))] : [...pids]);
  const notes = createNotes();
  const unixSockets = await readUnixSockets(processesOf(list()), notes);
  const duplicator = await openDuplicator();
  const entries = await openEntries();
  const read = (options: { frozen: boolean; states?: ReadonlyMap<number, string> }): Live =>
    readLive(list(), { kcmp, threads, unixSockets, duplicator, entries, notes, ...options });
  try {
    if (!freeze) return read({ frozen: false });
    if (processesOf(pids).includes(process.pid)) throw new CliError("ckptscope cannot freeze itself");
    // Frozen tasks are all stopped; the image gets their states from before.
    const states = new Map<number, string>();
    for (const pid of list().flatMap(threadsOf)) states.set(pid, readStat(pid)?.state ?? "running");
    return await whileFrozen(
      () => processesOf(list()),
      notes,
      () => read({ frozen: true, states }),
    );
  } finally {
    duplicator?.close();
    entries.close();
  }
}
