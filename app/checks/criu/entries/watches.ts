// What epolls watch, descriptors of a task that holds the epoll, and file locks. Once all files are restored, CRIU adds
// the watches and takes the locks by the numbers of the descriptors.

import { FILE_FIELDS } from "../../../decoder/criu/format/file-types.ts";
import { fileOfDescriptor } from "../../../decoder/criu/handlers/descriptor-lookup.ts";
import { NONE, nameBytes } from "../../../model/checkpoint.ts";
import { fileKind } from "../../../model/names/names.ts";
import { i32At, u8At, u32At } from "../../../model/read.ts";
import type { FileRow } from "../../../model/rows.ts";
import { decodeText } from "../../../model/text/text.ts";
import { faultAt, type Scan } from "../scan.ts";

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

/** A watch, by its first number in `scan.watches`. */
type WatchRow = number;

const epollOf = ({ watches }: Scan, watch: WatchRow): FileRow => watches[watch] ?? NONE;
const fdOf = ({ watches }: Scan, watch: WatchRow): number => watches[watch + 1] ?? NONE;

/** Checks what epolls watch. */
export function checkWatches(scan: Scan): void {
  const { watches, tablesLost, dangling } = scan;
  if (tablesLost || dangling) return;
  /** Watches of epolls, by the watching epoll. */
  const nested = new Map<FileRow, WatchRow[]>();
  for (let watch = 0; watch < watches.length; watch += 4) {
    const epoll = epollOf(scan, watch);
    if (!isSearched(scan, epoll)) continue;
    const target = targetOf(scan, watch);
    if (target === NONE) {
      fault(scan, watch, "watch-missing", `watches descriptor ${fdOf(scan, watch)}, which no task with the epoll has.`);
    } else if (target === epoll) {
      fault(scan, watch, "watch-impossible", `watches itself, as descriptor ${fdOf(scan, watch)}.`);
    } else if (isUnwatchable(scan, target)) {
      const what = `watches descriptor ${fdOf(scan, watch)}, which is a file that the kernel refuses to watch.`;
      fault(scan, watch, "watch-impossible", what);
    } else if (scan.types[target] === EPOLL) {
      const others = nested.get(epoll);
      if (others === undefined) nested.set(epoll, [watch]);
      else others.push(watch);
    }
  }
  if (!ascend(scan)) checkRepeated(scan);
  if (nested.size > 0) checkCycles(scan, nested);
}

const EPOLL = FILE_FIELDS.indexOf("epfd");

const REGULAR = FILE_FIELDS.indexOf("reg");
const [FILE, DIRECTORY] = [fileKind("regular"), fileKind("directory")];

/** Devices that are always ready. */
const READY = /^\/dev\/(null|zero|full)$/;

/**
 * Whether epoll_ctl(2) refuses an open file because it is always ready. Regular files are not among them: those of FUSE
 * and some of kernfs can be watched, and programs in Go try it with each file they open.
 */
function isUnwatchable({ checkpoint, types }: Scan, file: FileRow): boolean {
  if (types[file] !== REGULAR) return false;
  const kind = u8At(checkpoint.files.kind, file);
  return kind === DIRECTORY || (kind !== FILE && READY.test(decodeText(nameBytes(checkpoint, file))));
}

/** Whether an epoll is set up, and does not have too many holders to search. */
function isSearched({ checkpoint: { files } }: Scan, epoll: FileRow): boolean {
  const holders = u32At(files.firstHolder, epoll + 1) - u32At(files.firstHolder, epoll);
  return holders > 0 && holders <= SEARCH_LIMIT;
}

/** The open file that the watched descriptor refers to; NONE: no task with the epoll has it. */
function targetOf(scan: Scan, watch: WatchRow): FileRow {
  const { checkpoint } = scan;
  const { files, descriptors } = checkpoint;
  const epoll = epollOf(scan, watch);
  const last = u32At(files.firstHolder, epoll + 1);
  for (let holder = u32At(files.firstHolder, epoll); holder < last; holder++) {
    const table = u32At(descriptors.table, u32At(files.holder, holder));
    const target = fileOfDescriptor(checkpoint, table, fdOf(scan, watch));
    if (target !== NONE) return target;
  }
  return NONE;
}

/** Reports a watch. @param what The rest of a sentence about its epoll. */
function fault(scan: Scan, watch: WatchRow, code: "watch-missing" | "watch-impossible", what: string): void {
  const [record, nth] = scan.watches.slice(watch + 2, watch + 4) as [number, number];
  faultAt(scan, code, record, nth === NONE ? "tfd" : `epfd.tfd[${nth}].tfd`, `An epoll ${what}`);
}

/**
 * Whether each epoll's watches follow one another in the order of their descriptors, so that none of them is repeated.
 */
function ascend(scan: Scan): boolean {
  const { checkpoint, watches } = scan;
  const isSeen = new Uint8Array(checkpoint.files.count);
  let last = NONE;
  let fd = NONE;
  for (let watch = 0; watch < watches.length; watch += 4) {
    const epoll = epollOf(scan, watch);
    const next = fdOf(scan, watch);
    if (epoll === last ? next <= fd : isSeen[epoll] === 1) return false;
    isSeen[epoll] = 1;
    last = epoll;
    fd = next;
  }
  return true;
}

/** Reports descriptors that an epoll watches twice. */
function checkRepeated(scan: Scan): void {
  const { watches } = scan;
  const watched = new Map<FileRow, Set<number>>();
  for (let watch = 0; watch < watches.length; watch += 4) {
    const epoll = epollOf(scan, watch);
    if (!isSearched(scan, epoll)) continue;
    const known = watched.get(epoll) ?? new Set();
    if (known.size === 0) watched.set(epoll, known);
    const fd = fdOf(scan, watch);
    const target = known.has(fd) ? targetOf(scan, watch) : NONE;
    if (target !== NONE && target !== epoll) {
      fault(scan, watch, "watch-impossible", `watches descriptor ${fd} twice.`);
    }
    known.add(fd);
  }
}

/** Reports epolls that watch each other: the kernel refuses the last of the watches of a cycle. */
function checkCycles(scan: Scan, next: ReadonlyMap<FileRow, readonly WatchRow[]>): void {
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
        continue;
      }
      const target = targetOf(scan, watch);
      if (onWay.has(target)) {
        const what = `watches another, as descriptor ${fdOf(scan, watch)}, which watches it in turn.`;
        fault(scan, watch, "watch-impossible", what);
      } else if (!left.has(target)) {
        onWay.add(target);
        way.push({ epoll: target, at: 0 });
      }
    }
  }
}
