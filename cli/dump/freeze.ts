// Stops processes while they are looked at, and lets them go again whatever happens.

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CliError } from "../images.ts";
import { readStat, threadsOf } from "./processes.ts";

/** How long a process may take to stop, in milliseconds. */
const PATIENCE = 2000;
const STEP = 5;

/** Signals that end this process, so that what it has stopped has to be let go first. */
const ENDING: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];

/** What was stopped, and how it is let go. */
interface Stopped {
  readonly pids: readonly number[];
  release(): void;
}

/**
 * Runs `body` while processes are stopped. They are let go when it ends, fails, or a signal ends this process.
 *
 * @param list The processes, asked for again until nothing new turns up: a process can start others until it is stopped.
 * @throws CliError if a process cannot be stopped.
 */
export async function whileFrozen<T>(list: () => readonly number[], body: () => T | Promise<T>): Promise<T> {
  const stopped: Stopped[] = [];
  const release = (): void => {
    for (const { release } of stopped.splice(0)) release();
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
    // A signal that came while `body` kept this process busy is told only now, and ends it as it should.
    await sleep(0);
    for (const name of ENDING) process.off(name, onSignal);
    process.off("exit", release);
  }
}

/** Stops `pids`: whole control groups where nothing else is in them, one by one otherwise. */
async function stop(pids: readonly number[], all: ReadonlySet<number>, stopped: Stopped[]): Promise<void> {
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

function signalStop(pid: number, stopped: Stopped[]): void {
  // A process that was stopped before stays so.
  if (["stopped", "zombie", "dead"].includes(stateOf(pid))) return;
  const start = readStat(pid)?.start;
  try {
    process.kill(pid, "SIGSTOP");
  } catch (error) {
    if ((error as { code?: string }).code === "ESRCH") return;
    throw new CliError(`pid ${pid}: stopping it is not permitted`);
  }
  stopped.push({
    pids: [pid],
    release() {
      // Not another process that has taken the number meanwhile.
      if (readStat(pid)?.start !== start) return;
      try {
        process.kill(pid, "SIGCONT");
      } catch {
        // It has ended.
      }
    },
  });
}

interface Group {
  readonly path: string;
  readonly pids: readonly number[];
}

function freezeGroup({ path, pids }: Group, stopped: Stopped[]): boolean {
  const file = join(path, "cgroup.freeze");
  try {
    if (readFileSync(file, "utf8").trim() !== "0") return false;
    writeFileSync(file, "1");
  } catch {
    return false;
  }
  stopped.push({
    pids,
    release() {
      try {
        writeFileSync(file, "0");
      } catch {
        // The group is gone, and all its processes with it.
      }
    },
  });
  return true;
}

/** Control groups (version 2) that hold some of these processes and nothing but processes that are to be stopped. */
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

/** All processes in a group and the groups below it; `null`: it cannot be told. */
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
