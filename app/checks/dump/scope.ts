// State that the checks of one dump share: the facts, what follows from all of them, and the findings.

import { visible } from "../../model/text/text.ts";
import type { CriuOptions } from "./criu-options.ts";
import {
  type DumpFacts,
  type FileFacts,
  type MountFacts,
  NAMESPACE_TYPES,
  type NamespaceType,
  type TaskFacts,
  type UnixSocketFacts,
} from "./facts.ts";
import type { Report } from "./findings.ts";
import { hiddenMounts } from "./mounts.ts";

export interface Scope {
  readonly facts: DumpFacts;
  readonly options: CriuOptions;
  readonly report: Report;
  readonly root: TaskFacts | undefined;
  readonly tasks: ReadonlyMap<number, TaskFacts>;
  /** By inode of a unix socket that waits to be accepted: the listening socket. */
  readonly listeners: ReadonlyMap<string, UnixSocketFacts>;
  /** By device number: a mount of it. */
  readonly devices: ReadonlyMap<string, MountFacts>;
  /** Namespaces that CRIU knows: its own and those of the processes. */
  readonly namespaces: ReadonlySet<string>;
  /** Types of namespaces in which the root process differs from CRIU: these go into the image. */
  readonly ownTypes: ReadonlySet<NamespaceType>;
  readonly hidden: ReadonlySet<string>;
  /** Locks and paths that have been checked: each holder of an open file, and each mapping, shows them again. */
  readonly seen: Set<string>;
}

export function createScope(facts: DumpFacts, options: CriuOptions, report: Report): Scope {
  const { tasks, machine } = facts;
  const root = tasks[0];
  const namespaces = new Set<string>(Object.values(machine.namespaces));
  for (const task of tasks) for (const name of Object.values(task.namespaces)) namespaces.add(name);
  const ownTypes = new Set(NAMESPACE_TYPES.filter((type) => root !== undefined && !sameNamespace(facts, root, type)));
  return {
    facts,
    options,
    report,
    root,
    tasks: new Map(tasks.map((task) => [task.pid, task])),
    listeners: new Map(
      Object.values(machine.unixSockets).flatMap((socket) => socket.pending.map((inode) => [inode, socket] as const)),
    ),
    devices: new Map(Object.values(machine.mounts).map((mount) => [mount.device, mount])),
    namespaces,
    ownTypes,
    hidden: hiddenMounts(machine.mounts),
    seen: new Set(),
  };
}

/** Whether a process is in CRIU's namespace of a type, as far as is known. */
function sameNamespace({ machine }: DumpFacts, task: TaskFacts, type: NamespaceType): boolean {
  const [own, other] = [machine.namespaces[type], task.namespaces[type]];
  return own === undefined || other === undefined || own === other;
}

/** Whether something is checked for the first time. */
export function isFirst({ seen }: Scope, what: string): boolean {
  if (seen.has(what)) return false;
  seen.add(what);
  return true;
}

/** The name of a file for a message. */
export const shown = ({ name }: Pick<FileFacts, "name">): string => visible(name);
