// The targets of epolls: descriptor numbers, resolved when all tables are known.

import { type Checkpoint, NONE, USE } from "../../model/checkpoint.ts";
import { u8At, u32At } from "../../model/read.ts";
import type { FileRow } from "../../model/rows.ts";
import { fileOfDescriptor } from "./descriptor-lookup.ts";
import type { Links } from "./rows.ts";

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
 * Marks the files that epolls watch, and finds them by their descriptor numbers. A number belongs to the table in which the
 * epoll was set up, which is not recorded: the first table that holds the epoll and has such a descriptor is taken.
 */
export function markEpollTargets(checkpoint: Checkpoint, { keys, rows }: Links): EpollTargets {
  const { files, descriptors } = checkpoint;
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
  const epollTargets = new Int32Array(rows.length);
  for (let at = 0; at < rows.length; at++) {
    const file = epollTarget(rows[at] as FileRow, keys[at] as number);
    epollTargets[at] = file;
    if (file !== NONE) files.use[file] = u8At(files.use, file) | USE.epollTarget;
  }
  return { epollTarget, epollTargets };
}
