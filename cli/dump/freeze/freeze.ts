// Stops processes while they are read, and resumes them whatever happens.

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { arch } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CliError } from "../../error.ts";
import type { Notes } from "../notes.ts";
import { readStat, threadsOf } from "../processes.ts";
import { startWatchdog, type Watchdog } from "./watchdog.ts";

/** Milliseconds that a process may take to stop. */
const PATIENCE = 2000;
const STEP = 5;

/**
 * Runs `body` while processes are stopped. They are resumed when it ends or fails, or when this process ends, even by
 * SIGKILL.
 *
 * @param list Lists the processes. Called until it returns no new ones, as a process can fork until it is stopped.
 * @throws CliError if a process cannot be stopped.
 */
export async function whileFrozen<T>(
  list: () => readonly number[],
  notes: Notes,
  body: () => T | Promise<T>,
): Promise<T> {
  const watchdog = await startWatchdog();
  try {
    const seen = new Set<number>();
    for (let fresh = list(); fresh.length > 0; fresh = list().filter((pid) => !seen.has(pid))) {
      for (const pid of fresh) seen.add(pid);
      await stop(fresh, seen, watchdog, notes);
    }
    return await body();
  } finally {
    await watchdog.release();
  }
}

/** Stops `pids`: by control group where a group has no other members, one by one otherwise. */
async function stop(
  pids: readonly number[],
  all: ReadonlySet<number>,
  watchdog: Watchdog,
  notes: Notes,
): Promise<void> {
  const left = new Set(pids);
  for (const group of groupsOf(pids, all)) {
    if (!(await freezeGroup(group, watchdog))) continue;
    for (const pid of group.pids) left.delete(pid);
    const frozen = await until(() => /^frozen 1$/m.test(readText(join(group.path, "cgroup.events")) ?? ""));
    if (!frozen) throw new CliError(`the control group ${group.path} did not freeze within ${PATIENCE / 1000} seconds`);
  }
  const sent = await signalStop([...left], watchdog);
  for (const pid of sent) {
    if (await until(() => threadsOf(pid).every(isAtRest))) continue;
    // It cannot run until the kernel lets it continue, and will stop at that point.
    if (threadsOf(pid).every((thread) => isAtRest(thread) || stateOf(thread) === "uninterruptible")) {
      notes.add("waiting", `pid ${pid}`);
    } else throw new CliError(`pid ${pid} did not stop within ${PATIENCE / 1000} seconds`);
  }
}

const stateOf = (pid: number): string => readStat(pid)?.state ?? "dead";

/** Whether a thread is not running and so cannot change its descriptors. */
function isAtRest(thread: number): boolean {
  const state = stateOf(thread);
  if (state === "uninterruptible") return isInVfork(thread);
  return state === "stopped" || state === "traced" || state === "zombie" || state === "dead";
}

/** Numbers of clone(2), clone3(2) and vfork(2) by process.arch. */
const CLONING: Readonly<Record<string, readonly number[]>> = {
  x64: [56, 58, 435],
  arm64: [220, 435],
  riscv64: [220, 435],
  loong64: [220, 435],
  ia32: [120, 190, 435],
  arm: [120, 190, 435],
  ppc64: [120, 189, 435],
  s390x: [120, 190, 435],
};

/** Whether a thread waits for its child to exec, which the child does not do while it is stopped. */
function isInVfork(thread: number): boolean {
  const number = /^\d+/.exec(readText(`/proc/${thread}/syscall`) ?? "")?.[0];
  return number !== undefined && (CLONING[arch()] ?? []).includes(Number(number));
}

/** Waits until `done`; false if that takes too long. */
async function until(done: () => boolean): Promise<boolean> {
  const end = Date.now() + PATIENCE;
  while (!done()) {
    if (Date.now() > end) return false;
    await sleep(STEP);
  }
  return true;
}

/** Sends SIGSTOP; returns the processes that it was sent to. */
async function signalStop(pids: readonly number[], watchdog: Watchdog): Promise<number[]> {
  const held = pids.flatMap((pid) => {
    const stat = readStat(pid);
    // A process that was already stopped is not ours to resume. A leader may have exited before its other threads.
    if (stat === null || stat.state === "stopped" || threadsOf(pid).every((thread) => hasEnded(stateOf(thread)))) {
      return [];
    }
    return [{ pid, start: stat.start }];
  });
  if (held.length === 0) return [];
  await watchdog.hold(held);
  return held.flatMap(({ pid }) => {
    try {
      process.kill(pid, "SIGSTOP");
      return [pid];
    } catch (error) {
      if ((error as { code?: string }).code === "ESRCH") return [];
      throw new CliError(`pid ${pid}: not permitted to stop it`);
    }
  });
}

const hasEnded = (state: string): boolean => state === "zombie" || state === "dead";

/** A control group. */
interface Group {
  /** Its directory. */
  readonly path: string;
  /** Its processes that are to be stopped. */
  readonly pids: readonly number[];
}

/** Starts to freeze a group; false if it is already frozen or freezing is not permitted. */
async function freezeGroup({ path }: Group, watchdog: Watchdog): Promise<boolean> {
  const file = join(path, "cgroup.freeze");
  try {
    if (readFileSync(file, "utf8").trim() !== "0") return false;
    await watchdog.hold([{ group: file }]);
    writeFileSync(file, "1");
    return true;
  } catch {
    return false;
  }
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
