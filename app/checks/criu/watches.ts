// What epolls watch, descriptors of a task that holds the epoll, and file locks. Once all files are restored, CRIU adds the
// watches and takes the locks by the numbers of the descriptors.

import { fileOfDescriptor } from "../../decoder/criu/descriptor-lookup.ts";
import { FILE_FIELDS } from "../../decoder/criu/file-types.ts";
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

/** A descriptor that an epoll watches. */
interface Watch {
  readonly epoll: FileRow;
  /** The open file behind the descriptor; NONE: there is none. */
  readonly target: FileRow;
  readonly fd: number;
  readonly record: number;
  readonly field: string;
}

/** Checks what epolls watch. */
export function checkWatches(scan: Scan): void {
  const { watches, tablesLost, dangling } = scan;
  if (tablesLost || dangling) return;
  /** By epoll, the descriptors that it watches. */
  const watched = new Map<FileRow, Set<number>>();
  /** Those that watch epolls. */
  const nested: Watch[] = [];
  for (let at = 0; at < watches.length; at += 4) {
    const watch = watchAt(scan, at);
    if (watch === null) continue;
    const { epoll, target, fd, record, field } = watch;
    const known = watched.get(epoll) ?? new Set();
    if (known.size === 0) watched.set(epoll, known);
    if (target === NONE) {
      const message = `An epoll watches descriptor ${fd}, which no task with the epoll has.`;
      faultAt(scan, "watch-missing", record, field, message);
    } else if (target === epoll) {
      faultAt(scan, "watch-impossible", record, field, `An epoll watches itself, as descriptor ${fd}.`);
    } else if (known.has(fd)) {
      faultAt(scan, "watch-impossible", record, field, `An epoll watches descriptor ${fd} twice.`);
    } else if (scan.types[target] === EPOLL) nested.push(watch);
    known.add(fd);
  }
  checkCycles(scan, nested);
}

const EPOLL = FILE_FIELDS.indexOf("epfd");

/** The watch at a place of `scan.watches`; `null`: the epoll is never set up, or has too many holders to search. */
function watchAt({ checkpoint, watches }: Scan, at: number): Watch | null {
  const { files, descriptors } = checkpoint;
  const [epoll, fd, record, nth] = watches.slice(at, at + 4) as [number, number, number, number];
  const first = u32At(files.firstHolder, epoll);
  const last = u32At(files.firstHolder, epoll + 1);
  if (first === last || last - first > SEARCH_LIMIT) return null;
  let target = NONE;
  for (let holder = first; holder < last && target === NONE; holder++) {
    target = fileOfDescriptor(checkpoint, u32At(descriptors.table, u32At(files.holder, holder)), fd);
  }
  return { epoll, target, fd, record, field: nth === NONE ? "tfd" : `epfd.tfd[${nth}].tfd` };
}

/** Reports epolls that watch each other: the kernel refuses the last of the watches of a cycle. */
function checkCycles(scan: Scan, nested: readonly Watch[]): void {
  const next = new Map<FileRow, Watch[]>();
  for (const watch of nested) next.set(watch.epoll, [...(next.get(watch.epoll) ?? []), watch]);
  /** Epolls that have been left, and those on the way to the current one. */
  const left = new Set<FileRow>();
  for (const start of next.keys()) {
    if (left.has(start)) continue;
    const way: { readonly epoll: FileRow; at: number }[] = [{ epoll: start, at: 0 }];
    const onWay = new Set([start]);
    for (let top = way.at(-1); top !== undefined; top = way.at(-1)) {
      const watch = next.get(top.epoll)?.[top.at++];
      if (watch === undefined) {
        left.add(top.epoll);
        onWay.delete(top.epoll);
        way.pop();
      } else if (onWay.has(watch.target)) {
        const message = `An epoll watches another, as descriptor ${watch.fd}, which watches it in turn.`;
        faultAt(scan, "watch-impossible", watch.record, watch.field, message);
      } else if (!left.has(watch.target)) {
        onWay.add(watch.target);
        way.push({ epoll: watch.target, at: 0 });
      }
    }
  }
}
