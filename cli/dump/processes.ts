// Tasks, read from /proc.

import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { Credentials, TaskStatus } from "../../app/encoder/description.ts";
import { visible } from "../../app/model/text/text.ts";
import { CliError } from "../error.ts";

/** One task: a process (its thread group leader) or another thread. */
export interface Task {
  readonly pid: number;
  readonly tgid: number;
  readonly ppid: number;
  readonly pgid: number;
  readonly sid: number;
  readonly comm: Uint8Array;
  /** A word of TASK_STATES. */
  readonly state: string;
  /** Start time in clock ticks since boot: distinguishes it from a later task with the same pid. */
  readonly start: string;
  /** Its exit status as returned by wait(2); 0 while it is alive, or if the status may not be read. */
  readonly exitCode: number;
  readonly credentials: Credentials;
  /** Absent: /proc/PID/status lacks some of it. */
  readonly status?: TaskStatus;
  readonly restrictions: Restrictions;
  /** Soft and hard resource limits by number. */
  readonly limits: readonly (readonly [string, string])[];
  readonly umask: number;
  readonly workingDirectory: string | null;
  readonly root: string | null;
}

/** A task's privileges in /proc/PID/status that an image cannot hold. */
export interface Restrictions {
  readonly noNewPrivs: boolean;
  /** Mode of seccomp(2), and how many filters apply; 0 0: none. */
  readonly seccomp: string;
  readonly hasAmbient: boolean;
}

// Linux fs/proc/array.c, task_state_array.
const STATES: Readonly<Record<string, string>> = {
  R: "running",
  S: "sleeping",
  D: "uninterruptible",
  I: "uninterruptible",
  T: "stopped",
  t: "traced",
  Z: "zombie",
  X: "dead",
};

/** The system's code for an error: `ENOENT`. */
export const errorCode = (error: unknown): string => (error as { code?: string }).code ?? "";

/** Whether an error means that the process or descriptor no longer exists. */
export const isGone = (error: unknown): boolean => ["ENOENT", "ESRCH"].includes(errorCode(error));

/** The state of a task that any user may read; `null`: no such task. */
export function readStat(pid: number): Pick<Task, "state" | "ppid" | "pgid" | "sid" | "start" | "exitCode"> | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
  // comm may contain spaces and parentheses; the last parenthesis ends it.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const state = STATES[fields[0] ?? ""] ?? "running";
  return {
    state,
    ppid: Number(fields[1]),
    pgid: Number(fields[2]),
    sid: Number(fields[3]),
    start: fields[19] ?? "",
    // While a task is stopped or traced, this field has the signal that stopped it.
    exitCode: state === "zombie" || state === "dead" ? Number(fields[49] ?? 0) : 0,
  };
}

/** Reads a task; `null`: it does not exist. */
export function readTask(pid: number): Task | null {
  const stat = readStat(pid);
  if (stat === null) return null;
  try {
    const status = fieldsOf(readFileSync(`/proc/${pid}/status`, "latin1"));
    const field = (name: string): string => status.get(name) ?? "";
    const numbers = (name: string): number[] => field(name).split(/\s+/).filter(Boolean).map(Number);
    const four = (name: string): [number, number, number, number] => {
      const [real = 0, effective = 0, saved = 0, fs = 0] = numbers(name);
      return [real, effective, saved, fs];
    };
    const comm = readFileSync(`/proc/${pid}/comm`);
    return {
      ...stat,
      pid,
      tgid: Number(field("Tgid")),
      comm: comm.subarray(0, comm.length - 1),
      credentials: { uids: four("Uid"), gids: four("Gid"), groups: numbers("Groups") },
      ...statusOf(field),
      restrictions: {
        noNewPrivs: field("NoNewPrivs") === "1",
        seccomp: `${field("Seccomp") || 0} ${field("Seccomp_filters") || 0}`,
        hasAmbient: /[^0]/.test(field("CapAmb")),
      },
      limits: limitsOf(pid),
      umask: Number.parseInt(field("Umask") || "22", 8),
      workingDirectory: link(`/proc/${pid}/cwd`),
      root: link(`/proc/${pid}/root`),
    };
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

/**
 * Sets of capabilities and signals, which /proc/PID/status has in hexadecimal. Some sandboxes have a /proc of their
 * own, which lacks some of them: then none is returned, so that no set is taken for an empty one.
 *
 * @param field The text of a field; empty if there is none.
 */
export function statusOf(field: (name: string) => string): { readonly status?: TaskStatus } {
  let isWhole = true;
  const set = (name: string): string => {
    const digits = field(name);
    isWhole &&= digits !== "";
    return BigInt(`0x${digits || "0"}`).toString();
  };
  const status = {
    capabilities: {
      effective: set("CapEff"),
      permitted: set("CapPrm"),
      inheritable: set("CapInh"),
      bounding: set("CapBnd"),
    },
    signals: {
      blocked: set("SigBlk"),
      pending: set("SigPnd"),
      sharedPending: set("ShdPnd"),
      ignored: set("SigIgn"),
      caught: set("SigCgt"),
    },
  };
  return isWhole ? { status } : {};
}

/** The values of lines `name: value`. A value can be empty: a task without supplementary groups. */
function fieldsOf(text: string): Map<string, string> {
  const fields = text.split("\n").map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return new Map(fields);
}

const RLIM_INFINITY = "18446744073709551615";

/** The limits of /proc/PID/limits, whose lines are in the order of their numbers; empty: they may not be read. */
function limitsOf(pid: number): [string, string][] {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/limits`, "latin1");
  } catch {
    return [];
  }
  // Columns of 26, 21 and 21 characters: Linux fs/proc/base.c, proc_pid_limits.
  const number = (column: string): string => {
    const value = column.trim();
    return value === "unlimited" ? RLIM_INFINITY : value;
  };
  const lines = text.split("\n").slice(1, -1);
  return lines.map((line) => [number(line.slice(26, 47)), number(line.slice(47, 68))]);
}

/** Whether a task has ended; its parent may not have noticed yet. */
export function hasEnded(pid: number): boolean {
  const state = readStat(pid)?.state;
  return state === undefined || state === "zombie" || state === "dead";
}

/** Whether all threads of a process have ended: the first one can do so before the others. */
export const isOver = (pid: number): boolean => hasEnded(pid) && threadsOf(pid).every(hasEnded);

/** The processes that these ids of processes and threads belong to, each once. An id without a task stays as it is. */
export function processesOf(ids: readonly number[]): number[] {
  const processes = ids.map((id) => {
    try {
      return Number(fieldsOf(readFileSync(`/proc/${id}/status`, "latin1")).get("Tgid") ?? id);
    } catch {
      return id;
    }
  });
  return [...new Set(processes)];
}

/** The target of a link in /proc; `null`: reading it is not permitted. */
function link(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

/** Ids of a process's threads; empty if it has ended. */
export function threadsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

/** Processes and all their descendants, parents before children; this process is left out. */
export function withDescendants(roots: readonly number[]): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const ppid = readStat(pid)?.ppid;
    if (ppid === undefined) continue;
    const siblings = children.get(ppid);
    if (siblings === undefined) children.set(ppid, [pid]);
    else siblings.push(pid);
  }
  const found = new Set(roots);
  // Iterating over a set includes what is added meanwhile.
  for (const pid of found) for (const child of children.get(pid) ?? []) found.add(child);
  return [...found];
}

/** The pid in an argument. @throws CliError if it is not one. */
export function parsePid(text: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new CliError(`'${visible(text)}' is not a process id`);
  return Number(text);
}
