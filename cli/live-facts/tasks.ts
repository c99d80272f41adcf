// Processes and their threads, read from /proc.

import { readFileSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Namespaces, PlaceFacts, TaskFacts } from "../../app/checks/dump/facts.ts";
import { KCMP, type Kcmp } from "../dump/kcmp.ts";
import { errorCode, isGone, threadsOf } from "../dump/processes.ts";
import { CliError } from "../error.ts";
import type { FileReader } from "./files.ts";

/** A process, without what is compared or read later. */
export type TaskHead = Omit<
  TaskFacts,
  | "sharesMemoryWith"
  | "sharesDirectoriesWith"
  | "sharesFilesWith"
  | "sharesSignalsWith"
  | "descriptors"
  | "places"
  | "mappings"
>;

/** PF_KTHREAD, Linux include/linux/sched.h. */
const KERNEL_THREAD = 0x200000;

/** Reads a process; `null`: it has ended. @throws CliError if it may not be read. */
export function readTaskFacts(pid: number, kcmp: Kcmp | null): TaskHead | null {
  const stat = readStatFields(`/proc/${pid}/stat`);
  const status = readStatus(`/proc/${pid}/status`);
  if (stat === null || status === null) return null;
  const innermost = (name: string, otherwise: number): number =>
    Number(status.get(name)?.split(/\s+/).at(-1) ?? otherwise);
  return {
    pid,
    parent: stat.parent,
    name: stat.name,
    state: stat.state,
    innerPid: innermost("NSpid", pid),
    innerSession: innermost("NSsid", stat.session),
    isKernelThread: (stat.flags & KERNEL_THREAD) !== 0,
    namespaces: namespacesOf(pid),
    mapsRoot: mapsRoot(pid, "uid_map") && mapsRoot(pid, "gid_map"),
    threads: readThreads(pid, kcmp),
  };
}

function readThreads(pid: number, kcmp: Kcmp | null): TaskHead["threads"] {
  // The main thread comes first in /proc/PID/task, unless it has ended.
  const tids = threadsOf(pid).sort((a, b) => Number(b === pid) - Number(a === pid) || a - b);
  // A main thread that has ended has nothing to compare with.
  const ended = /^[ZX]/.test(readStatus(`/proc/${pid}/status`)?.get("State") ?? "");
  const main = ended ? (tids[1] ?? pid) : pid;
  return tids.flatMap((tid) => {
    const status = readStatus(`/proc/${pid}/task/${tid}/status`);
    if (status === null) return [];
    const differs = (type: number): boolean =>
      tid !== main && tid !== pid && kcmp !== null && kcmp(main, tid, type, 0, 0) > 0;
    return {
      tid,
      tracer: Number(status.get("TracerPid") ?? 0),
      isWaiting: status.get("State")?.startsWith("D") === true,
      hasOwnDirectories: differs(KCMP.FS),
      hasOwnFiles: differs(KCMP.FILES),
    };
  });
}

/** CRIU gives up after 10 seconds; an ordinary wait for a disk is shorter than this. */
const WAITS = 10;
const WAIT_MILLISECONDS = 100;

/** Threads that stay in an uninterruptible wait for a second. */
export async function waitingThreads(tasks: readonly TaskHead[]): Promise<ReadonlySet<number>> {
  let waiting = tasks.flatMap(({ pid, threads }) =>
    threads.filter(({ isWaiting }) => isWaiting).map(({ tid }) => ({ pid, tid })),
  );
  for (let round = 0; round < WAITS && waiting.length > 0; round++) {
    await sleep(WAIT_MILLISECONDS);
    waiting = waiting.filter(({ pid, tid }) => readStatFields(`/proc/${pid}/task/${tid}/stat`)?.state === "D");
  }
  return new Set(waiting.map(({ tid }) => tid));
}

function readStatFields(path: string) {
  const text = readText(path);
  if (text === null) return null;
  // The name may contain spaces and parentheses; the last parenthesis ends it.
  const end = text.lastIndexOf(")");
  const [state = "", parent = "0", , session = "0", , , flags = "0"] = text.slice(end + 2).split(" ");
  const name = text.slice(text.indexOf("(") + 1, end);
  return { name, state, parent: Number(parent), session: Number(session), flags: Number(flags) };
}

function readStatus(path: string): ReadonlyMap<string, string> | null {
  const text = readText(path);
  if (text === null) return null;
  const lines = text.split("\n").map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return new Map(lines);
}

/** A file of /proc; `null`: the process has ended. @throws CliError if it may not be read. */
function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (isGone(error)) return null;
    if (["EACCES", "EPERM"].includes(errorCode(error))) {
      throw new CliError(`${path} may not be read; run as the same user or as root (CAP_SYS_PTRACE)`);
    }
    throw error;
  }
}

/** Whether `uid_map` or `gid_map` of a process maps id 0. */
function mapsRoot(pid: number, file: string): boolean {
  try {
    return /^\s*0\s/m.test(readFileSync(`/proc/${pid}/${file}`, "latin1"));
  } catch {
    return true;
  }
}

const NAMESPACE_LINKS = [
  "mnt",
  "net",
  "pid",
  "user",
  "uts",
  "ipc",
  "time",
  "cgroup",
  "pid_for_children",
  "time_for_children",
] as const;

/** The namespaces of a process, as far as they may be read. */
export function namespacesOf(pid: number | "self"): Namespaces {
  const found: Partial<Record<(typeof NAMESPACE_LINKS)[number], string>> = {};
  for (const type of NAMESPACE_LINKS) {
    try {
      found[type] = readlinkSync(`/proc/${pid}/ns/${type}`);
    } catch {
      // A zombie has none, and an old kernel lacks some.
    }
  }
  return found;
}

/** Executable, working directory and root directory of a process. */
export function readPlaces(files: FileReader, { pid, state, isKernelThread }: TaskHead): PlaceFacts[] {
  if (state === "Z" || isKernelThread) return [];
  const uses = [
    ["executable", "exe"],
    ["working directory", "cwd"],
    ["root directory", "root"],
  ] as const;
  return uses.flatMap(([use, link]) => {
    const file = files.readThrough(pid, `/proc/${pid}/${link}`);
    return file === null ? [] : { use, ...file };
  });
}
