// Ids in use: of processes, threads, sessions and process groups.

import { readdirSync, readFileSync } from "node:fs";
import type { Demand } from "../../app/checks/host/demand.ts";
import type { HostFacts } from "../../app/checks/host/facts.ts";
import { readStat } from "../dump/processes.ts";
import { nameOf } from "./holders.ts";

type Processes = Required<Pick<HostFacts, "pids" | "processes">>;

/** Reads the ids in use. @param demands The processes whose ids are in the image are named. */
export function readProcesses(demands: readonly Demand[]): Processes {
  const wanted = new Set(demands.flatMap((demand) => (demand.kind === "pid" ? [demand.id] : [])));
  const ids = new Set<number>();
  const named = new Map<number, { id: number; as: string; name: string }>();
  const note = (id: number, as: string, pid: number): void => {
    if (id <= 0) return;
    ids.add(id);
    // A process describes an id better than a session or group does.
    if (wanted.has(id) && (as === "process" || !named.has(id))) named.set(id, { id, as, name: nameOf(pid) });
  };
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    // This process will have ended when the restore runs; its session and group live on.
    if (!Number.isInteger(pid)) continue;
    if (pid !== process.pid) {
      note(pid, "process", pid);
      for (const tid of threadsOf(pid)) if (tid !== pid) note(tid, "thread", pid);
    }
    const stat = readStat(pid);
    if (stat === null || pid === process.pid) continue;
    note(stat.sid, "session", pid);
    note(stat.pgid, "process group", pid);
  }
  return { pids: [...ids].sort((a, b) => a - b), processes: [...named.values()] };
}

function threadsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return [];
  }
}

/** Locks and leases that are held, from /proc/locks. */
export function readLocks(): NonNullable<HostFacts["locks"]> {
  let text: string;
  try {
    text = readFileSync("/proc/locks", "latin1");
  } catch {
    return [];
  }
  const found = [];
  for (const line of text.split("\n")) {
    const [, lock, , mode, pid, place = "", start = "0", end = "EOF"] = line.trim().split(/\s+/);
    const [major = "", minor = "", inode = ""] = place.split(":");
    // Waiting locks have an arrow in the second column.
    if (lock === undefined || lock === "->" || inode === "") continue;
    found.push({
      lock,
      write: mode === "WRITE",
      pid: Math.max(0, Number(pid)),
      device: `${Number.parseInt(major, 16)}:${Number.parseInt(minor, 16)}`,
      inode,
      start,
      end: end === "EOF" ? null : end,
    });
  }
  return found;
}
