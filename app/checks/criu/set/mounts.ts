// Checks of mounts: CRIU mounts what it reaches from the root of a namespace, over the mounts that others are on
// (criu/mount.c, CRIU 4.2).

import { NONE } from "../../../model/checkpoint.ts";
import { visibleText } from "../../../model/text.ts";
import { faultAt, type Scan } from "../scan.ts";

/** Reports mounts that are on each other, which CRIU does not reach, and mounts on themselves, which it refuses. */
export function checkMounts(scan: Scan): void {
  const { mounts } = scan;
  /** By mount: the walk in which it was met first, plus 1. */
  const metIn = new Uint32Array(mounts.length);
  const rows = new Map(mounts.map(({ member, id }, row) => [`${member} ${id}`, row]));
  for (const first of mounts.keys()) {
    for (let row = first; row !== NONE && metIn[row] === 0; ) {
      metIn[row] = first + 1;
      const mount = mounts[row];
      if (mount === undefined || mount.isRoot) break;
      const { member, id, parent, record, at } = mount;
      const under = rows.get(`${member} ${parent}`) ?? NONE;
      if (under !== NONE && metIn[under] === first + 1) {
        const isOwn = under === row;
        const what = isOwn ? "is on itself." : `is on mount ${parent}, which is on it: neither is mounted.`;
        const message = `Mount ${id} (${visibleText(at)}) ${what}`;
        faultAt(scan, "mount-unreachable", record, "parent_mnt_id", message, isOwn ? "error" : "warning");
      }
      row = under;
    }
  }
}
