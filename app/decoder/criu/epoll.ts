// The targets of epolls: descriptor numbers, resolved when all tables are known.

import { type Checkpoint, NONE, USE } from "../../model/checkpoint.ts";
import { u8At, u32At } from "../../model/read.ts";
import type { FileRow } from "../../model/rows.ts";
import { fileOfDescriptor } from "./descriptor-lookup.ts";
import type { Links } from "./rows.ts";

/** Most holders of an epoll to search. */
const SEARCH_LIMIT = 64;

/**
 * Marks the files that epolls watch, and returns a function that finds the file an epoll watches by a descriptor number
 * (NONE if it is unknown). The number belongs to the table in which the epoll was set up, which is not recorded: the
 * first table that holds the epoll and has such a descriptor is taken.
 */
export function markEpollTargets(checkpoint: Checkpoint, epolls: Links): (epoll: FileRow, fd: number) => FileRow {
  const { files, descriptors } = checkpoint;
  const targetOf = (epoll: FileRow, fd: number): FileRow => {
    const first = u32At(files.firstHolder, epoll);
    const end = Math.min(u32At(files.firstHolder, epoll + 1), first + SEARCH_LIMIT);
    for (let at = first; at < end; at++) {
      const table = u32At(descriptors.table, u32At(files.holder, at));
      const file = fileOfDescriptor(checkpoint, table, fd);
      if (file !== NONE) return file;
    }
    return NONE;
  };
  const { rows, keys } = epolls;
  for (let at = 0; at < rows.length; at++) {
    const file = targetOf(rows[at] as FileRow, keys[at] as number);
    if (file !== NONE) files.use[file] = u8At(files.use, file) | USE.epollTarget;
  }
  return targetOf;
}
