// What epolls watch: descriptors of a task that holds the epoll. CRIU adds them by number when all files are restored.

import { fileOfDescriptor } from "../../decoder/criu/descriptor-lookup.ts";
import { NONE } from "../../model/checkpoint.ts";
import { u32At } from "../../model/read.ts";
import type { FileRow } from "../../model/rows.ts";
import { faultAt, type Scan } from "./scan.ts";

/** Notes a descriptor that an epoll watches. */
export function noteWatch(scan: Scan, file: FileRow, fd: number, field: string): void {
  scan.watches.push({ file, fd, record: scan.record, field });
}

/** Most holders of an epoll to search. */
const SEARCH_LIMIT = 64;

/** Reports watched descriptors that no table with the epoll has. */
export function checkWatches(scan: Scan): void {
  const { checkpoint, watches, tablesLost, dangling } = scan;
  const { files, descriptors } = checkpoint;
  if (tablesLost || dangling) return;
  for (const { file, fd, record, field } of watches) {
    const [first, last] = [u32At(files.firstHolder, file), u32At(files.firstHolder, file + 1)];
    // An epoll without a descriptor is never set up.
    if (first === last || last - first > SEARCH_LIMIT) continue;
    const holders = Array.from({ length: last - first }, (_, at) => u32At(files.holder, first + at));
    if (holders.some((row) => fileOfDescriptor(checkpoint, u32At(descriptors.table, row), fd) !== NONE)) continue;
    const message = `An epoll watches descriptor ${fd}, which no task with the epoll has.`;
    faultAt(scan, "watch-missing", record, field, message);
  }
}
