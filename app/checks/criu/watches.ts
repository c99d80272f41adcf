// What epolls watch, descriptors of a task that holds the epoll, and file locks. Once all files are restored, CRIU adds the
// watches and takes the locks by the numbers of the descriptors.

import { fileOfDescriptor } from "../../decoder/criu/descriptor-lookup.ts";
import { NONE } from "../../model/checkpoint.ts";
import { i32At, u32At } from "../../model/read.ts";
import type { FileRow } from "../../model/rows.ts";
import { faultAt, type Scan } from "./scan.ts";

/** Notes a descriptor that an epoll watches: the n-th in its entry; NONE: the entry is about this one alone. */
export function noteWatch(scan: Scan, file: FileRow, fd: number, nth: number): void {
  scan.watches.push(file, fd, scan.record, nth);
}

/** Reports locks of tasks, or through descriptors, that are missing. Those of other tasks are never taken. */
export function checkLocks(scan: Scan): void {
  const { checkpoint, notes, tablesLost, dangling } = scan;
  const { tasks } = checkpoint;
  if (tablesLost || dangling) return;
  const tables = new Map(Array.from({ length: tasks.count }, (_, task) => [i32At(tasks.pid, task), task]));
  for (const { pid, fd, record } of notes.locks) {
    const task = tables.get(pid);
    if (task !== undefined && fileOfDescriptor(checkpoint, i32At(tasks.table, task), fd) !== NONE) continue;
    const [field, whose] =
      task === undefined ? (["pid", `task ${pid}`] as const) : (["fd", `descriptor ${fd} of task ${pid}`] as const);
    const message = `A file lock belongs to ${whose}, which is missing.`;
    faultAt(scan, "lock-without-descriptor", record, field, message, task === undefined ? "warning" : undefined);
  }
}

/** Most holders of an epoll to search. */
const SEARCH_LIMIT = 64;

/** Reports watched descriptors that no table with the epoll has. */
export function checkWatches(scan: Scan): void {
  const { checkpoint, watches, tablesLost, dangling } = scan;
  const { files, descriptors } = checkpoint;
  if (tablesLost || dangling) return;
  for (let watch = 0; watch < watches.length; watch += 4) {
    const file = watches[watch] as number;
    const fd = watches[watch + 1] as number;
    const first = u32At(files.firstHolder, file);
    const last = u32At(files.firstHolder, file + 1);
    // An epoll without a descriptor is never set up.
    if (first === last || last - first > SEARCH_LIMIT) continue;
    let isThere = false;
    for (let at = first; at < last && !isThere; at++) {
      const table = u32At(descriptors.table, u32At(files.holder, at));
      isThere = fileOfDescriptor(checkpoint, table, fd) !== NONE;
    }
    if (isThere) continue;
    const record = watches[watch + 2] as number;
    const nth = watches[watch + 3] as number;
    const message = `An epoll watches descriptor ${fd}, which no task with the epoll has.`;
    faultAt(scan, "watch-missing", record, nth === NONE ? "tfd" : `epfd.tfd[${nth}].tfd`, message);
  }
}
