// Whether the namespaces of the processes can be dumped.

import { NAMESPACE_TYPES, type NamespaceType, type TaskFacts } from "./facts.ts";
import type { Scope } from "./scope.ts";

/** Types of namespaces in which a process may differ from the root process (criu/include/namespaces.h, CLONE_SUBNS). */
const NESTED: ReadonlySet<NamespaceType> = new Set(["mnt", "net"]);

export function checkNamespaces({ report, root, facts, ownTypes }: Scope, task: TaskFacts): void {
  const { pid, namespaces } = task;
  for (const type of NAMESPACE_TYPES) {
    const [own, ofRoot, ofCriu] = [namespaces[type], root?.namespaces[type], facts.machine.namespaces[type]];
    if (NESTED.has(type) || own === undefined || own === ofRoot || own === ofCriu) continue;
    report("dump-nested-namespace", { pid }, `process ${pid} has a ${type} namespace of its own, ${own}`);
  }
  const { time, time_for_children: forChildren } = namespaces;
  if (time !== undefined && forChildren !== undefined && time !== forChildren) {
    report(
      "dump-time-namespace",
      { pid },
      `process ${pid} called unshare(CLONE_NEWTIME) but has not entered the new namespace`,
    );
  }
  if (task === root && ownTypes.has("user") && !task.mapsRoot) {
    report("dump-user-namespace", { pid }, `${namespaces.user} maps no user or group to 0`);
  }
}
