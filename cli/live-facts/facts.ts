// Reads running processes as facts for the checks of a dump.

import { readdirSync, readFileSync } from "node:fs";
import type { DescriptorFacts, DumpFacts, TaskFacts } from "../../app/checks/dump/facts.ts";
import { openDuplicator } from "../dump/descriptors/duplicate.ts";
import { readUnixSockets } from "../dump/descriptors/unix-sockets.ts";
import { openKcmp } from "../dump/kcmp.ts";
import { createNotes } from "../dump/notes.ts";
import { processesOf, readStat, withDescendants } from "../dump/processes.ts";
import { CliError } from "../error.ts";
import { createDescriptorReader } from "./descriptors.ts";
import { createFileReader } from "./files.ts";
import { readMappings } from "./mappings.ts";
import { readMounts } from "./mounts.ts";
import { readSharing } from "./sharing.ts";
import { insideSockets, openSockets, unixFacts } from "./sockets.ts";
import { namespacesOf, readPlaces, readTaskFacts, type TaskHead, waitingThreads } from "./tasks.ts";

/** The facts, and what could not be determined, as sentences. */
export interface LiveFacts {
  readonly facts: DumpFacts;
  readonly notes: readonly string[];
}

/**
 * Reads a process and its descendants, which CRIU always dumps with it.
 *
 * @throws CliError if there is no such process, or it may not be read.
 */
export async function readDumpFacts(pid: number): Promise<LiveFacts> {
  if (process.platform !== "linux") throw new CliError("processes can be read on Linux only");
  if (readStat(pid) === null) throw new CliError(`no process with pid ${pid}`);
  const [root = pid] = processesOf([pid]);
  const pids = withDescendants([root]);
  const notes = createNotes();
  const [kcmp, duplicator] = [await openKcmp(), await openDuplicator()];
  try {
    const missing = "missing" in kcmp ? `what is shared is not checked: ${kcmp.missing}` : null;
    const compare = "missing" in kcmp ? null : kcmp;
    const heads = pids.flatMap((each) => readTaskFacts(each, compare) ?? []);
    const waiting = await waitingThreads(heads);
    const sharing = readSharing(heads, compare);
    const unixSockets = await readUnixSockets(pids, notes);
    const files = createFileReader();
    const readDescriptors = createDescriptorReader({ files, sockets: openSockets(duplicator), kcmp: compare });
    const tasks = heads.map((head): TaskFacts => {
      const shares = sharing.get(head.pid);
      const isFirst = shares?.sharesFilesWith == null;
      return {
        ...head,
        ...(shares ?? NOTHING_SHARED),
        threads: head.threads.map((thread) => ({ ...thread, isWaiting: waiting.has(thread.tid) })),
        descriptors: isFirst ? readDescriptors.read(head.pid) : [],
        places: readPlaces(files, head),
        mappings: readMappings(files, head),
      };
    });
    const inside = insideSockets(tasks);
    const own = namespacesOf("self");
    const { mounts, isComplete } = readMounts(tasks, own.mnt);
    return {
      facts: {
        tasks: readDescriptors.withTargets(tasks),
        machine: {
          namespaces: own,
          hugePages: readHugePages(),
          mounts,
          hasAllMounts: isComplete,
          unixSockets: unixFacts(unixSockets, inside),
          isInside: isInside(root),
        },
      },
      notes: [
        ...(missing === null ? [] : [missing]),
        ...notes.sentences(),
        ...gone(heads, pids),
        ...unseen(tasks, duplicator !== null),
      ],
    };
  } finally {
    duplicator?.close();
  }
}

const NOTHING_SHARED = {
  sharesMemoryWith: null,
  sharesDirectoriesWith: null,
  sharesFilesWith: null,
  sharesSignalsWith: null,
} as const;

function gone(heads: readonly TaskHead[], pids: readonly number[]): string[] {
  const missing = pids.length - heads.length;
  return missing === 0 ? [] : [`${missing} processes ended before they were read`];
}

/** What was not permitted to be read. */
function unseen(tasks: readonly TaskFacts[], hasDuplicates: boolean): string[] {
  const hasNoFiles = ({ mappings }: TaskFacts): boolean =>
    mappings.some(({ name }) => name.startsWith("/")) && mappings.every(({ file }) => file === null);
  const isHidden = ({ socket }: DescriptorFacts): boolean => socket !== null && socket.type === null;
  const [task] = tasks.filter(hasNoFiles);
  const sockets = tasks.filter(({ descriptors }) => descriptors.some(isHidden));
  const withoutSockets = hasDuplicates ? "may not be read" : "cannot be read without koffi";
  return [
    ...(task === undefined ? [] : [`the mapped files of pid ${task.pid} are not checked; run as root`]),
    ...sockets.map(({ pid }) => `the protocols of some sockets of pid ${pid} ${withoutSockets}`),
  ];
}

/** Whether this process is a descendant of `root`. */
function isInside(root: number): boolean {
  for (let pid = process.pid; pid > 1; ) {
    if (pid === root) return true;
    pid = readStat(pid)?.ppid ?? 0;
  }
  return root === 1;
}

const HUGE_PAGES = "/sys/kernel/mm/hugepages";

/** By page size in bytes: whether one more page is free. */
function readHugePages(): Record<number, boolean> {
  const sizes: Record<number, boolean> = {};
  let names: string[];
  try {
    names = readdirSync(HUGE_PAGES);
  } catch {
    return sizes;
  }
  for (const name of names) {
    const [, kilobytes = ""] = /^hugepages-(\d+)kB$/.exec(name) ?? [];
    const value = (file: string): number => {
      try {
        return Number(readFileSync(`${HUGE_PAGES}/${name}/${file}`, "latin1"));
      } catch {
        return 0;
      }
    };
    const free = value("free_hugepages") - value("resv_hugepages");
    const more = value("nr_overcommit_hugepages") - value("surplus_hugepages");
    if (kilobytes !== "") sizes[Number(kilobytes) * 1024] = free > 0 || more > 0;
  }
  return sizes;
}
