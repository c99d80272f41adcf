// The links that lead to an open file, from the files that have them.

import type { Checkpoint } from "../../model/checkpoint.ts";
import { isGroupRole, type Link, roleAt } from "../../model/links.ts";
import { u32At } from "../../model/read.ts";
import type { FileRow } from "../../model/rows.ts";

/** Links listed at most. */
const MOST = 1000;

/** Which epolls watch a file, and in which sockets it is in flight. `file` of each: the epoll or socket. */
export function linksTo(checkpoint: Checkpoint, file: FileRow): Link[] {
  const { links } = checkpoint;
  const found: Link[] = [];
  for (let row = links.to.indexOf(file); row !== -1 && found.length < MOST; row = links.to.indexOf(file, row + 1)) {
    const role = roleAt(checkpoint, row);
    // The groups of other roles have numbers of their own, and peers are listed at both ends.
    if (isGroupRole(role) || role === "peer") continue;
    found.push({ role, file: u32At(links.from, row), data: u32At(links.data, row) });
  }
  return found;
}
