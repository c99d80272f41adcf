// Whether the mounts of a mount namespace can be dumped: CRIU mounts them again at restore, unless they are external.

import { visible } from "../../model/text/text.ts";
import type { MountFacts, TaskFacts } from "./facts.ts";
import type { Fault } from "./findings.ts";
import { fault } from "./findings.ts";
import { isFirst, type Scope } from "./scope.ts";

/**
 * Types of file systems that CRIU mounts again (criu/filesystems.c, fstypes). fuse is one of them, and its dump always
 * fails; btrfs is known, but not mounted.
 */
const MOUNTED_AGAIN: ReadonlySet<string> = new Set([
  "proc",
  "sysfs",
  "devtmpfs",
  "binfmt_misc",
  "tmpfs",
  "devpts",
  "simfs",
  "pstore",
  "mqueue",
  "securityfs",
  "fusectl",
  "debugfs",
  "tracefs",
  "cgroup",
  "cgroup2",
  "aufs",
  "overlay",
  "autofs",
]);

/** Mounts of one namespace with what CRIU compares them with. */
interface Group {
  readonly mounts: ReadonlyMap<string, MountFacts>;
  /** All mounts that go into the image, of all namespaces. */
  readonly dumped: readonly MountFacts[];
  readonly roots: ReadonlySet<MountFacts>;
}

/** Reports mounts of a process's own mount namespace that CRIU cannot mount again, each once. */
export function checkMounts(scope: Scope, { pid, namespaces }: TaskFacts): void {
  const { facts, report } = scope;
  const own = namespaces.mnt;
  const ofCriu = facts.machine.namespaces.mnt;
  if (own === undefined || ofCriu === undefined || own === ofCriu || !isFirst(scope, `mounts ${own}`)) return;
  const group = groupOf(scope, own, ofCriu);
  for (const mount of group.mounts.values()) {
    if (group.roots.has(mount) || isExternal(scope, mount)) continue;
    const found = mountFault(group, mount);
    if (found !== null) report(found.code, { pid, path: mount.mountPoint }, found.message);
  }
}

function groupOf({ facts }: Scope, own: string, ofCriu: string): Group {
  const all = Object.entries(facts.machine.mounts);
  const dumped = all
    .map(([, mount]) => mount)
    .filter(({ namespace }) => namespace !== undefined && namespace !== ofCriu);
  const roots = dumped.filter(({ parent, namespace }) => facts.machine.mounts[parent]?.namespace !== namespace);
  return {
    mounts: new Map(all.filter(([, { namespace }]) => namespace === own)),
    dumped,
    roots: new Set(roots),
  };
}

/** Whether the options declare a mount external, or let criu dump detect that itself. */
const isExternal = ({ options: { externalMounts } }: Scope, { mountPoint }: MountFacts): boolean =>
  externalMounts === "all" || externalMounts.has(mountPoint);

function mountFault(group: Group, mount: MountFacts): Fault | null {
  const { mountPoint, type, root = "/", master } = mount;
  const what = `the mount ${visible(mountPoint)} (${visible(type)})`;
  const isSlave = master !== undefined && master !== rootMaster(group);
  if (isSlave && !group.dumped.some((other) => other.shared === master)) {
    return fault("dump-mount-slave", `${what} receives mounts from outside the dumped namespaces`);
  }
  if (root !== "/") {
    const hasSource = group.dumped.some((other) => isSourceOf(group, other, mount));
    const part = `${visible(root)} of a file system that is not mounted in the dumped namespaces`;
    return hasSource ? null : fault("dump-mount-external", `${what} shows ${part}`);
  }
  return MOUNTED_AGAIN.has(type) ? null : fault("dump-mount-type", `${what} is of a type that CRIU does not mount`);
}

/** The group that the root mount receives mounts from: CRIU leaves it out. */
const rootMaster = ({ roots }: Group): string | undefined =>
  [...roots].find(({ master }) => master !== undefined)?.master;

/** Whether a bind mount can be made from `other`: one of the whole file system, or a root that contains it. */
function isSourceOf({ roots }: Group, other: MountFacts, { device, type, root = "/" }: MountFacts): boolean {
  if (other.device !== device || other.type !== type) return false;
  const of = other.root ?? "/";
  return of === "/" || (roots.has(other) && (root === of || root.startsWith(`${of}/`)));
}
