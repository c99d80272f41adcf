// What an epoll watches: descriptors by number, resolved when all tables are known.

import { type Checkpoint, NONE, USE } from "../../model/checkpoint.ts";

/** Of what holds an epoll no more than this is looked through. */
const SEARCH_LIMIT = 64;

/**
 * Marks the files that an epoll watches. An epoll names a descriptor of the table that it was filled in: of the
 * tables that hold the epoll, the first one with such a descriptor is taken.
 */
export function markEpollTargets(
  checkpoint: Checkpoint,
  epolls: { readonly keys: readonly number[]; readonly rows: readonly number[] },
) {
  const { files, tables, descriptors } = checkpoint;
  const target = (file: number, fd: number): number => {
    const first = files.firstHolder[file] ?? 0;
    const end = Math.min(files.firstHolder[file + 1] ?? 0, first + SEARCH_LIMIT);
    for (let at = first; at < end; at++) {
      const table = descriptors.table[files.holder[at] as number] as number;
      let low = tables.first[table] as number;
      let high = tables.first[table + 1] as number;
      const last = high;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((descriptors.fd[middle] as number) < fd) low = middle + 1;
        else high = middle;
      }
      if (low < last && descriptors.fd[low] === fd) return descriptors.file[low] as number;
    }
    return NONE;
  };
  for (const [at, file] of epolls.rows.entries()) {
    const row = target(file, epolls.keys[at] as number);
    if (row >= 0) files.use[row] = (files.use[row] as number) | USE.epollTarget;
  }
  return target;
}
