// What the tasks of this machine keep open, read from /proc.

import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { KCMP, type Kcmp } from "../dump/kcmp.ts";
import { errorCode, hasEnded, threadsOf } from "../dump/processes.ts";

/** Something that a task keeps open: its link in /proc/PID. */
export interface Held {
  /** The process, or a thread with a file table or directories of its own. */
  readonly pid: number;
  readonly fd: number | null;
  readonly use?: string;
  /** The target of the link, a character for each byte: a path, perhaps with " (deleted)", or `socket:[1234]`. */
  readonly target: string;
  /** Path of the link; `null`: there is none, of a mapping. */
  readonly link: string | null;
}

/** What a process and its threads keep open. Throws if it may not be read or does not exist. */
export function heldBy(pid: number, kcmp: Kcmp | null): Held[] {
  // The first thread may have exited before the others.
  const threads = threadsOf(pid).filter((thread) => thread !== pid);
  const main = threads.length > 0 && hasEnded(pid) ? (threads.shift() ?? pid) : pid;
  const held = [...descriptorsOf(main), ...directoriesOf(main), ...programOf(main)];
  const own = new Set(held.map(({ fd, use, target }) => `${fd ?? use} ${target}`));
  for (const thread of threads) {
    const further = threadHeld(main, thread, kcmp);
    // Without kcmp(2), what is equal is assumed to be shared.
    held.push(
      ...(kcmp === null ? further.filter(({ fd, use, target }) => !own.has(`${fd ?? use} ${target}`)) : further),
    );
  }
  return held;
}

/** What a thread has open that it does not share with its process. It may end meanwhile. */
function threadHeld(main: number, thread: number, kcmp: Kcmp | null): Held[] {
  const isShared = (type: number): boolean => kcmp !== null && kcmp(main, thread, type, 0, 0) <= 0;
  try {
    return [
      ...(isShared(KCMP.FILES) ? [] : descriptorsOf(thread)),
      ...(isShared(KCMP.FS) ? [] : directoriesOf(thread)),
    ];
  } catch (error) {
    if (["ENOENT", "ESRCH", "EACCES", "EPERM"].includes(errorCode(error))) return [];
    throw error;
  }
}

function descriptorsOf(pid: number): Held[] {
  const fds = readdirSync(`/proc/${pid}/fd`).map(Number);
  return fds.sort((a, b) => a - b).flatMap((fd) => linkAt(`/proc/${pid}/fd/${fd}`, { pid, fd }));
}

const directoriesOf = (pid: number): Held[] => [
  ...linkAt(`/proc/${pid}/cwd`, { pid, fd: null, use: "working directory" }),
  ...linkAt(`/proc/${pid}/root`, { pid, fd: null, use: "root" }),
];

/** The executable of a process, and its other mappings. */
function programOf(pid: number): Held[] {
  const held = linkAt(`/proc/${pid}/exe`, { pid, fd: null, use: "executable" });
  const [executable] = held;
  const mapped = new Set<string>();
  for (const line of readLatin1(`/proc/${pid}/maps`).split("\n")) {
    const path = /^\S+ \S+ \S+ \S+ \d+ +(\/.*)$/.exec(line)?.[1]?.replaceAll("\\012", "\n");
    if (path !== undefined && path !== executable?.target && !SHARED_MEMORY.test(path)) mapped.add(path);
  }
  for (const target of mapped) held.push({ pid, fd: null, use: "mapping", target, link: null });
  return held;
}

/** Memory that the kernel shows as an unlinked file although it never had a path: shared mappings, System V, aio. */
const SHARED_MEMORY = /^\/(?:dev\/zero|SYSV[\da-f]{8}|\[aio\]) \(deleted\)$/;

function linkAt(link: string, how: Pick<Held, "pid" | "fd" | "use">): Held[] {
  try {
    return [{ ...how, target: readlinkSync(link, "latin1"), link }];
  } catch {
    // Closed meanwhile; a kernel thread has no executable.
    return [];
  }
}

/** A file of /proc, a character for each byte; empty: it cannot be read. */
export function readLatin1(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
