// The capabilities that CRIU needs for this restore.

import type { Demands } from "./demand.ts";
import type { HostFacts } from "./facts.ts";
import type { Privilege } from "./report.ts";

/** The capabilities that a restore needs, with the reason for each. */
export function privilegesOf({ list, hasOwnRoot }: Demands, facts: HostFacts | null): Privilege[] {
  const needed = new Map<string, string>([
    ["CAP_SYS_ADMIN", "or CAP_CHECKPOINT_RESTORE with --unprivileged: to set pids and lay out memory"],
  ]);
  const need = (capability: string, reason: string): void => {
    if (!needed.has(capability)) needed.set(capability, reason);
  };
  if (hasOwnRoot) need("CAP_SYS_CHROOT", "the tasks have a root directory of their own");
  for (const demand of list) {
    if (demand.kind === "address" && demand.remote !== null && demand.protocol === "tcp") {
      need("CAP_NET_ADMIN", "a TCP connection is put into repair mode");
    } else if (demand.kind === "address" && demand.port < 1024) {
      need("CAP_NET_BIND_SERVICE", `${demand.protocol} port ${demand.port} is below 1024`);
    } else if (demand.kind === "limit" && isAbove(facts, demand.resource, demand.hard)) {
      need("CAP_SYS_RESOURCE", `${demand.resource} is raised above the hard limit of criu`);
    }
  }
  const held = facts === null ? null : new Set(facts.made.capabilities);
  return Array.from(needed, ([capability, reason]) => ({
    capability,
    reason,
    held:
      held === null
        ? null
        : held.has(capability) || (capability === "CAP_SYS_ADMIN" && held.has("CAP_CHECKPOINT_RESTORE")),
  }));
}

function isAbove(facts: HostFacts | null, resource: string, hard: bigint | null): boolean {
  const own = facts?.limits?.find((limit) => limit.resource === resource)?.hard;
  if (own === undefined || own === null || !/^\d{1,20}$/.test(own)) return false;
  return hard === null || hard > BigInt(own);
}
