// What epolls watch, descriptors of a task that holds the epoll, and file locks. Once all files are restored, CRIU adds
// the watches and takes the locks by the numbers of the descriptors.

import { FILE_FIELDS } from "../../../decoder/criu/format/file-types.ts";
import { fileOfDescriptor } from "../../../decoder/criu/handlers/descriptor-lookup.ts";
import { NONE, nameBytes } from "../../../model/checkpoint.ts";
import { fileKind } from "../../../model/names/names.ts";
import { i32At, u8At, u32At } from "../../../model/read.ts";
import type { FileRow } from "../../../model/rows.ts";
import { decodeText } from "../../../model/text/text.ts";
import { COLUMN, columnOf } from "../kept.ts";
import { faultAt, has, type Scan } from "../scan.ts";

/** The slots of a watch with an entry of its own, id and tfd; bit 30 marks it as such. */
export const OWN_ENTRY = (1 << 30) | (1 << 2) | (1 << 1);

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

/** A watch, by its row in the columns. */
type WatchRow = number;

/** What epolls watch, by column. */
interface Watches {
  readonly scan: Scan;
  readonly count: number;
  readonly epolls: Uint32Array;
  readonly fds: Uint32Array;
  readonly records: Uint32Array;
  readonly seen: Uint32Array;
}

/** All watches, including those of damaged entries, which may lack the descriptor. */
function watchesOf(scan: Scan): Watches {
  const { watches } = scan.kept;
  const column = (at: number): Uint32Array => columnOf(watches, at);
  return {
    scan,
    count: watches.count,
    epolls: column(COLUMN.file),
    fds: column(COLUMN.values),
    records: column(COLUMN.record),
    seen: column(COLUMN.seen),
  };
}

const isKnown = ({ seen }: Watches, watch: WatchRow): boolean => has(u32At(seen, watch), 1);

/** Checks what epolls watch. */
export function checkWatches(scan: Scan): void {
  if (scan.tablesLost || scan.dangling) return;
  const watches = watchesOf(scan);
  /** Watches of epolls, by the watching epoll. */
  const nested = new Map<FileRow, WatchRow[]>();
  for (const watch of unusual(watches)) {
    const epoll = u32At(watches.epolls, watch);
    if (!isKnown(watches, watch) || !isSearched(scan, epoll)) continue;
    const target = targetOf(watches, watch);
    const fd = watches.fds[watch];
    if (target === NONE) {
      fault(watches, watch, "watch-missing", `watches descriptor ${fd}, which no task with the epoll has.`);
    } else if (target === epoll) {
      fault(watches, watch, "watch-impossible", `watches itself, as descriptor ${fd}.`);
    } else if (isUnwatchable(scan, target)) {
      const what = `watches descriptor ${fd}, which is a file that the kernel refuses to watch.`;
      fault(watches, watch, "watch-impossible", what);
    } else if (scan.types[target] === EPOLL) {
      const others = nested.get(epoll);
      if (others === undefined) nested.set(epoll, [watch]);
      else others.push(watch);
    }
  }
  if (!ascend(watches)) checkRepeated(watches);
  if (nested.size > 0) checkCycles(watches, nested);
}

/**
 * Watches but for the usual ones, of a descriptor in the only table that holds the epoll, which has no gaps, and of a
 * file that is neither an epoll nor has a path.
 */
function unusual({ scan: { checkpoint, types }, count, epolls, fds, seen }: Watches): WatchRow[] {
  const { firstHolder, holder } = checkpoint.files;
  const { fd: numbers, file: files, table: tableOf } = checkpoint.descriptors;
  const { first } = checkpoint.tables;
  const rows: WatchRow[] = [];
  for (let watch = 0; watch < count; watch++) {
    const epoll = epolls[watch] as number;
    const held = firstHolder[epoll] as number;
    const table = tableOf[holder[held] as number] as number;
    const fd = fds[watch] as number;
    const begin = first[table] as number;
    const likely = begin + fd;
    const isThere =
      ((seen[watch] as number) & 2) !== 0 &&
      firstHolder[epoll + 1] === held + 1 &&
      likely < (first[table + 1] as number) &&
      numbers[likely] === fd &&
      (likely === begin || numbers[likely - 1] !== fd);
    const type = isThere ? (types[files[likely] as number] as number) : EPOLL;
    if (type === EPOLL || type === REGULAR) rows.push(watch);
  }
  return rows;
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
function targetOf({ scan: { checkpoint }, epolls, fds }: Watches, watch: WatchRow): FileRow {
  const { files, descriptors } = checkpoint;
  const epoll = u32At(epolls, watch);
  const last = u32At(files.firstHolder, epoll + 1);
  for (let holder = u32At(files.firstHolder, epoll); holder < last; holder++) {
    const table = u32At(descriptors.table, u32At(files.holder, holder));
    const target = fileOfDescriptor(checkpoint, table, u32At(fds, watch));
    if (target !== NONE) return target;
  }
  return NONE;
}

/** Reports a watch. @param what The rest of a sentence about its epoll. */
function fault(watches: Watches, watch: WatchRow, code: "watch-missing" | "watch-impossible", what: string): void {
  const { scan, seen, records } = watches;
  const record = u32At(records, watch);
  // Which of its entry's watches it is.
  const nth = watch - records.indexOf(record);
  const field = u32At(seen, watch) === OWN_ENTRY ? "tfd" : `epfd.tfd[${nth}].tfd`;
  faultAt(scan, code, record, field, `An epoll ${what}`);
}

/**
 * Whether each epoll's watches follow one another in the order of their descriptors, so that none of them is repeated.
 */
function ascend(watches: Watches): boolean {
  const { scan, epolls, fds, seen } = watches;
  const isSeen = new Uint8Array(scan.checkpoint.files.count);
  let last = NONE;
  let fd = NONE;
  for (let watch = 0; watch < watches.count; watch++) {
    if (((seen[watch] as number) & 2) === 0) continue;
    const epoll = epolls[watch] as number;
    const next = fds[watch] as number;
    if (epoll === last ? next <= fd : isSeen[epoll] === 1) return false;
    isSeen[epoll] = 1;
    last = epoll;
    fd = next;
  }
  return true;
}

/** Reports descriptors that an epoll watches twice. */
function checkRepeated(watches: Watches): void {
  const { scan, epolls, fds } = watches;
  const watched = new Map<FileRow, Set<number>>();
  for (let watch = 0; watch < watches.count; watch++) {
    const epoll = u32At(epolls, watch);
    if (!isKnown(watches, watch) || !isSearched(scan, epoll)) continue;
    const known = watched.get(epoll) ?? new Set();
    if (known.size === 0) watched.set(epoll, known);
    const fd = u32At(fds, watch);
    const target = known.has(fd) ? targetOf(watches, watch) : NONE;
    if (target !== NONE && target !== epoll) {
      fault(watches, watch, "watch-impossible", `watches descriptor ${fd} twice.`);
    }
    known.add(fd);
  }
}

/** Reports epolls that watch each other: the kernel refuses the last of the watches of a cycle. */
function checkCycles(watches: Watches, next: ReadonlyMap<FileRow, readonly WatchRow[]>): void {
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
      const target = targetOf(watches, watch);
      if (onWay.has(target)) {
        const what = `watches another, as descriptor ${watches.fds[watch]}, which watches it in turn.`;
        fault(watches, watch, "watch-impossible", what);
      } else if (!left.has(target)) {
        onWay.add(target);
        way.push({ epoll: target, at: 0 });
      }
    }
  }
}
