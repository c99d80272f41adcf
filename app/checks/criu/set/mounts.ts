// Checks of mounts: CRIU mounts what it reaches from the root of a namespace, over the mounts that others are on
// (criu/mount.c, CRIU 4.2).

import { NONE } from "../../../model/checkpoint.ts";
import { visibleText } from "../../../model/text/text.ts";
import { faultAt, type Scan } from "../scan.ts";

/** Reports mounts that are on each other, which CRIU does not reach, and mounts on themselves, which it refuses. */
export function checkMounts(scan: Scan): void {
  const { mounts } = scan;
  checkIds(scan);
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

/**
 * Mounts of a namespace with the id of another: CRIU makes a mount point for each, named by its id (criu/mount-v2.c).
 * An earlier dump into the same directory can leave mounts of other namespaces behind.
 */
function checkIds(scan: Scan): void {
  const known = new Map<string, Uint8Array>();
  for (const { id, member, record, at } of scan.mounts) {
    const key = `${member} ${id}`;
    const other = known.get(key);
    if (other === undefined) known.set(key, at);
    else {
      const message = `Mount ${id} (${visibleText(at)}) has the id of the mount on ${visibleText(other)}.`;
      faultAt(scan, "mount-repeated", record, "mnt_id", message);
    }
  }
}
