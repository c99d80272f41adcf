// Stops processes while they are read, and resumes them whatever happens.

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CliError } from "../error.ts";
import { readStat, threadsOf } from "./processes.ts";

/** Milliseconds that a process may take to stop. */
const PATIENCE = 2000;
const STEP = 5;

/** Signals that end this process; the processes it stopped are resumed first. */
const ENDING: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];

/** Resumes something that was stopped: a process or a control group. */
type Resume = () => void;

/**
 * Runs `body` while processes are stopped. They are resumed when it ends, fails, or a signal ends this process.
 *
 * @param list Lists the processes. Called until it returns none that is new: a process can fork until it is stopped.
 * @throws CliError if a process cannot be stopped.
 */
export async function whileFrozen<T>(list: () => readonly number[], body: () => T | Promise<T>): Promise<T> {
  const stopped: Resume[] = [];
  const release = (): void => {
    for (const resume of stopped.splice(0)) resume();
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    release();
    for (const name of ENDING) process.off(name, onSignal);
    process.kill(process.pid, signal);
  };
  for (const name of ENDING) process.on(name, onSignal);
  process.on("exit", release);
  try {
    const seen = new Set<number>();
    for (let fresh = list(); fresh.length > 0; fresh = list().filter((pid) => !seen.has(pid))) {
      for (const pid of fresh) seen.add(pid);
      await stop(fresh, seen, stopped);
    }
    return await body();
  } finally {
    release();
    // A signal that arrived while `body` was busy is delivered in this turn, and must still end the process.
    await sleep(0);
    for (const name of ENDING) process.off(name, onSignal);
    process.off("exit", release);
  }
}

/** Stops `pids`: by control group where a group has no other members, one by one otherwise. */
async function stop(pids: readonly number[], all: ReadonlySet<number>, stopped: Resume[]): Promise<void> {
  const left = new Set(pids);
  for (const group of groupsOf(pids, all)) {
    if (!freezeGroup(group, stopped)) continue;
    for (const pid of group.pids) left.delete(pid);
    await until(
      () => /^frozen 1$/m.test(readText(join(group.path, "cgroup.events")) ?? ""),
      () => `the control group ${group.path} did not freeze`,
    );
  }
  for (const pid of left) signalStop(pid, stopped);
  for (const pid of left) {
    await until(
      () => threadsOf(pid).every((thread) => ["stopped", "traced", "zombie", "dead"].includes(stateOf(thread))),
      () => `pid ${pid} did not stop`,
    );
  }
}

const stateOf = (pid: number): string => readStat(pid)?.state ?? "dead";

async function until(done: () => boolean, otherwise: () => string): Promise<void> {
  const end = Date.now() + PATIENCE;
  while (!done()) {
    if (Date.now() > end) throw new CliError(`${otherwise()} within ${PATIENCE / 1000} seconds`);
    await sleep(STEP);
  }
}

function signalStop(pid: number, stopped: Resume[]): void {
  // A process that is stopped already is not ours to resume.
  if (["stopped", "zombie", "dead"].includes(stateOf(pid))) return;
  const start = readStat(pid)?.start;
  try {
    process.kill(pid, "SIGSTOP");
  } catch (error) {
    if ((error as { code?: string }).code === "ESRCH") return;
    throw new CliError(`pid ${pid}: stopping it is not permitted`);
  }
  stopped.push(() => {
    // The pid may have been reused.
    if (readStat(pid)?.start !== start) return;
    try {
      process.kill(pid, "SIGCONT");
    } catch {
      // It has ended.
    }
  });
}

/** A control group. */
interface Group {
  /** Its directory. */
  readonly path: string;
  /** Those of its processes that are to be stopped. */
  readonly pids: readonly number[];
}

/** Starts to freeze a group; false if it is frozen already or that is not permitted. */
function freezeGroup({ path }: Group, stopped: Resume[]): boolean {
  const file = join(path, "cgroup.freeze");
  try {
    if (readFileSync(file, "utf8").trim() !== "0") return false;
    writeFileSync(file, "1");
  } catch {
    return false;
  }
  stopped.push(() => {
    try {
      writeFileSync(file, "0");
    } catch {
      // The group was removed: its processes have ended.
    }
  });
  return true;
}

/** Control groups (version 2) of these processes all of whose members are to be stopped. */
function groupsOf(pids: readonly number[], all: ReadonlySet<number>): Group[] {
  const root = mountOfGroups();
  if (root === null) return [];
  const paths = new Map<string, number[]>();
  for (const pid of pids) {
    const path = /^0::(\/.+)$/m.exec(readText(`/proc/${pid}/cgroup`) ?? "")?.[1];
    if (path === undefined || path.includes("/..")) continue;
    paths.set(path, [...(paths.get(path) ?? []), pid]);
  }
  return [...paths].flatMap(([path, own]) => {
    const folder = join(root, path);
    const members = membersOf(folder);
    return members !== null && members.length > 0 && members.every((pid) => all.has(pid) && pid !== process.pid)
      ? [{ path: folder, pids: own }]
      : [];
  });
}

/** All processes in a group and its descendants; `null`: unknown. */
function membersOf(folder: string): number[] | null {
  if (!existsSync(join(folder, "cgroup.freeze"))) return null;
  const members: number[] = [];
  const folders = [folder];
  for (const each of folders) {
    const text = readText(join(each, "cgroup.procs"));
    if (text === null) return null;
    for (const line of text.split("\n")) if (line !== "") members.push(Number(line));
    for (const entry of readdirSync(each, { withFileTypes: true })) {
      if (entry.isDirectory()) folders.push(join(each, entry.name));
    }
  }
  return members;
}

/** Where control groups of version 2 are mounted; `null`: nowhere. */
function mountOfGroups(): string | null {
  const mounts = readText("/proc/self/mountinfo") ?? "";
  return /^\S+ \S+ \S+ \S+ (\S+) .* - cgroup2 /m.exec(mounts)?.[1] ?? null;
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
