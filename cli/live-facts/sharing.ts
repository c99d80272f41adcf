// Which processes share their memory, directories, file table or signal handlers, by kcmp(2).

import type { TaskFacts } from "../../app/checks/dump/facts.ts";
import { i32At } from "../../app/model/read.ts";
import { groupSame } from "../dump/group-same.ts";
import { KCMP, type Kcmp } from "../dump/kcmp.ts";
import type { TaskHead } from "./tasks.ts";

export type Sharing = Pick<
  TaskFacts,
  "sharesMemoryWith" | "sharesDirectoriesWith" | "sharesFilesWith" | "sharesSignalsWith"
>;

/** What each process shares with an earlier one, by pid. Without kcmp(2), nothing is known. */
export function readSharing(tasks: readonly TaskHead[], kcmp: Kcmp | null): ReadonlyMap<number, Sharing> {
  const found = new Map<number, Sharing>();
  if (kcmp === null) return found;
  const pids = tasks.filter(({ state, isKernelThread }) => state !== "Z" && !isKernelThread).map(({ pid }) => pid);
  const firstOf = (type: number): ((row: number) => number | null) => {
    const groups = groupSame(pids.length, () => "", orderBy(kcmp, pids, type));
    const first = new Map<number, number>();
    for (const [row, pid] of pids.entries()) if (!first.has(i32At(groups, row))) first.set(i32At(groups, row), pid);
    return (row) => {
      const pid = first.get(i32At(groups, row));
      return pid === undefined || pid === pids[row] ? null : pid;
    };
  };
  const [memory, directories, files, signals] = [KCMP.VM, KCMP.FS, KCMP.FILES, KCMP.SIGHAND].map(firstOf);
  for (const [row, pid] of pids.entries()) {
    found.set(pid, {
      sharesMemoryWith: memory?.(row) ?? null,
      sharesDirectoriesWith: directories?.(row) ?? null,
      sharesFilesWith: files?.(row) ?? null,
      sharesSignalsWith: signals?.(row) ?? null,
    });
  }
  return found;
}

/** Orders processes by a resource. One that has ended, or may not be compared, equals no other. */
function orderBy(kcmp: Kcmp, pids: readonly number[], type: number): (a: number, b: number) => number {
  return (a, b) => {
    const result = kcmp(pids[a] ?? 0, pids[b] ?? 0, type, 0, 0);
    return result === 0 ? 0 : result === 1 ? -1 : result === 2 ? 1 : a - b;
  };
}
