// Which tasks share a file table, and which descriptors share an open file, by kcmp(2).

import { i32At } from "../../app/model/read.ts";
import { CliError } from "../error.ts";
import type { Descriptor } from "./descriptors/descriptors.ts";
import { groupSame } from "./group-same.ts";
import { ERRNO, KCMP, type Kcmp } from "./kcmp.ts";
import type { Notes } from "./notes.ts";
import type { Task } from "./processes.ts";

/** Whether a task has not ended. */
export const hasTable = ({ state }: Task): boolean => state !== "zombie" && state !== "dead";

/** The number of each task's file table, tables numbered by their first task; -1: it has none. */
export function groupTables(tasks: readonly Task[], kcmp: Kcmp | null): Int32Array {
  const rows = tasks.flatMap((task, row) => (hasTable(task) ? [row] : []));
  const pids = rows.map((row) => (tasks[row] as Task).pid);
  const compare = (a: number, b: number): number => {
    const [pid1, pid2] = [pids[a] as number, pids[b] as number];
    return kcmp === null ? a - b : orderOf(kcmp(pid1, pid2, KCMP.FILES, 0, 0), a, b, pid1, pid2);
  };
  const groups = groupSame(rows.length, () => "", compare);
  const tableOf = new Int32Array(tasks.length).fill(-1);
  for (const [index, row] of rows.entries()) tableOf[row] = i32At(groups, index);
  return tableOf;
}

/**
 * The number of each descriptor's open file, files numbered in the order in which a dump writes them; -1: the
 * descriptor was closed meanwhile.
 */
export function groupFiles(descriptors: readonly Descriptor[], kcmp: Kcmp | null, notes: Notes): Int32Array {
  if (kcmp === null) return Int32Array.from(descriptors.keys());
  const gone = new Set<number>();
  // One open file can be seen at two positions, even of frozen processes: others can have it as well.
  const bucketOf = (row: number): number => (descriptors[row] as Descriptor).opening.number;
  const groups = groupSame(descriptors.length, bucketOf, fileOrder(descriptors, kcmp, gone));
  for (const row of gone) {
    const { pid, fd } = descriptors[row] as Descriptor;
    notes.add("closed", `pid ${pid} fd ${fd}`);
    groups[row] = -1;
  }
  return renumbered(groups);
}

/** Orders descriptors by open file; those that turn out to be closed are added to `gone` and come last. */
function fileOrder(descriptors: readonly Descriptor[], kcmp: Kcmp, gone: Set<number>) {
  const isGone = (row: number): boolean => {
    const { pid, fd } = descriptors[row] as Descriptor;
    if (kcmp(pid, pid, KCMP.FILE, fd, fd) < 0) gone.add(row);
    return gone.has(row);
  };
  return (a: number, b: number): number => {
    if (a === b) return 0;
    if (gone.size > 0) {
      const missing = Number(gone.has(a)) - Number(gone.has(b));
      if (missing !== 0 || gone.has(a)) return missing || a - b;
    }
    const first = descriptors[a] as Descriptor;
    const second = descriptors[b] as Descriptor;
    const result = kcmp(first.pid, second.pid, KCMP.FILE, first.fd, second.fd);
    if (result === -ERRNO.EBADF || result === -ERRNO.ESRCH) {
      // Both are always checked, so that both are noted.
      const [firstGone, secondGone] = [isGone(a), isGone(b)];
      return Number(firstGone) - Number(secondGone) || a - b;
    }
    return orderOf(result, a, b, first.pid, second.pid);
  };
}

/** A result of kcmp(2) for rows `a` and `b` as a comparison. Something that no longer exists equals nothing else. */
function orderOf(result: number, a: number, b: number, pid1: number, pid2: number): number {
  if (result === 0) return 0;
  if (result === 1) return -1;
  if (result === 2) return 1;
  if (result === -ERRNO.ESRCH || result === -ERRNO.EBADF) return a - b;
  if (result === -ERRNO.EPERM) {
    throw new CliError(
      `comparing pid ${pid1} and pid ${pid2} is not permitted; run as root (CAP_SYS_PTRACE) or use --no-sharing`,
    );
  }
  const reason = result === 3 ? "gives no order" : `failed with errno ${-result}`;
  throw new CliError(`kcmp(2) of pid ${pid1} and pid ${pid2} ${reason}; use --no-sharing to continue without it`);
}

/** Groups numbered without gaps; -1 stays -1. */
function renumbered(groups: Int32Array): Int32Array {
  const numbers = new Int32Array(groups.length).fill(-1);
  let next = 0;
  return groups.map((group) => {
    if (group < 0) return -1;
    if (i32At(numbers, group) === -1) numbers[group] = next++;
    return i32At(numbers, group);
  });
}
