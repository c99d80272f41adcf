// The targets of epolls: descriptor numbers, resolved when all tables are known.
//
// Casts `as number` read typed arrays within bounds checked by the loop.

import { type Checkpoint, NONE, USE } from "../../../model/checkpoint.ts";
import { u32At } from "../../../model/read.ts";
import type { FileRow } from "../../../model/rows.ts";
import type { Links } from "../walk/rows.ts";
import { fileOfDescriptor } from "./descriptor-lookup.ts";

/** Most holders of an epoll to search. */
const SEARCH_LIMIT = 64;

/** What epolls watch. */
export interface EpollTargets {
  /** The file that an epoll watches by a descriptor number; NONE if it is unknown. */
  readonly epollTarget: (epoll: FileRow, fd: number) => FileRow;
  /** The same by link of an epoll. */
  readonly epollTargets: Int32Array;
}

/**
 * Marks the files that epolls watch, and finds them by their descriptor numbers. A number belongs to the table in which
 * the epoll was set up, which is not recorded: the first table that holds the epoll and has such a descriptor is taken.
 */
export function markEpollTargets(checkpoint: Checkpoint, { keys, rows, count }: Links): EpollTargets {
  const { files, descriptors, tables } = checkpoint;
  const epollTarget = (epoll: FileRow, fd: number): FileRow => {
    const first = u32At(files.firstHolder, epoll);
    const end = Math.min(u32At(files.firstHolder, epoll + 1), first + SEARCH_LIMIT);
    for (let at = first; at < end; at++) {
      const table = u32At(descriptors.table, u32At(files.holder, at));
      const file = fileOfDescriptor(checkpoint, table, fd);
      if (file !== NONE) return file;
    }
    return NONE;
  };
  const epollTargets = new Int32Array(count);
  const { firstHolder, holder } = files;
  const { fd: fds } = descriptors;
  // The descriptors of the first table that holds the epoll are in rows first … end - 1. The loop makes no calls for
  // usual tables, nor arrays, because it runs cold.
  let last = NONE;
  let first = 0;
  let end = 0;
  for (let at = 0; at < count; at++) {
    const epoll = rows[at] as FileRow;
    const fd = keys[at] as number;
    if (epoll !== last) {
      last = epoll;
      const isHeld = (firstHolder[epoll] as number) < (firstHolder[epoll + 1] as number);
      const table = isHeld ? (descriptors.table[holder[firstHolder[epoll] as number] as number] as number) : NONE;
      first = isHeld ? (tables.first[table] as number) : 0;
      end = isHeld ? (tables.first[table + 1] as number) : 0;
    }
    // There it is if the table has no gaps and no number twice.
    const likely = first + fd;
    const isThere = likely < end && fds[likely] === fd && (likely === first || fds[likely - 1] !== fd);
    let file = isThere ? (descriptors.file[likely] as FileRow) : NONE;
    if (file === NONE) file = epollTarget(epoll, fd);
    epollTargets[at] = file;
    if (file !== NONE) files.use[file] = (files.use[file] as number) | USE.epollTarget;
  }
  return { epollTarget, epollTargets };
}
