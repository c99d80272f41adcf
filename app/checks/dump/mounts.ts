// Which mounts lie under other mounts.

import type { MountFacts } from "./facts.ts";

type Mounts = Readonly<Record<string, MountFacts>>;

/**
 * Numbers of mounts whose files no path leads to, because another mount was made at their root, at a directory above
 * their mount point, or at one above that of a mount they are in (criu/mount.c, mnt_is_overmounted).
 */
export function hiddenMounts(mounts: Mounts): Set<string> {
  /** Mount points by parent. */
  const points = new Map<string, Set<string>>();
  for (const { parent, mountPoint } of Object.values(mounts)) {
    const known = points.get(parent);
    if (known === undefined) points.set(parent, new Set([mountPoint]));
    else known.add(mountPoint);
  }
  const covered = new Map<string, boolean>();
  const isCovered = (id: string): boolean => {
    const chain: string[] = [];
    let answer = false;
    // A loop of parents, which no kernel shows, ends at the first mount that was seen.
    for (let at = id; ; at = mounts[at]?.parent ?? "") {
      const mount = mounts[at];
      const known = covered.get(at);
      if (mount === undefined || known !== undefined) {
        answer = known ?? false;
        break;
      }
      chain.push(at);
      covered.set(at, false);
      answer = hasAbove(points.get(mount.parent), mount.mountPoint);
      if (answer) break;
    }
    for (const at of chain) covered.set(at, answer);
    return answer;
  };
  return new Set(
    Object.entries(mounts)
      .filter(([id, { mountPoint }]) => points.get(id)?.has(mountPoint) || isCovered(id))
      .map(([id]) => id),
  );
}

/** Whether one of the mount points is a directory above `point`. */
function hasAbove(points: ReadonlySet<string> | undefined, point: string): boolean {
  if (points === undefined || point === "/") return false;
  for (let end = point.lastIndexOf("/"); end > 0; end = point.lastIndexOf("/", end - 1)) {
    if (points.has(point.slice(0, end))) return true;
  }
  return points.has("/");
}
