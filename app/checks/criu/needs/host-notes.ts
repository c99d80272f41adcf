// Values of entries that depend on the restoring machine, noted while the entries are checked: see demands.ts.

import { NONE } from "../../../model/checkpoint.ts";

/** A mapping of a file. */
export interface MappingNote {
  readonly pid: number;
  /** Its first address and the one after its last. */
  readonly start: bigint;
  readonly end: bigint;
  readonly isShared: boolean;
}

/** A resource limit of a task. */
export interface LimitNote {
  readonly pid: number;
  /** RLIMIT_…, as a number. */
  readonly resource: number;
  readonly soft: bigint;
  readonly hard: bigint;
}

/** A mount of a task's mount namespace. */
export interface MountNote {
  readonly id: number;
  readonly parent: number;
  readonly at: Uint8Array;
  /** mnt_entry.fstype. */
  readonly type: number;
  /** It comes from outside. */
  readonly isExternal: boolean;
  /** It shows its file system from the root on, not one of its directories. */
  readonly isWhole: boolean;
}

/** Values of entries that depend on the restoring machine. */
export interface HostNotes {
  /** By file id: the first mapping of the file. */
  readonly mappings: Map<number, MappingNote>;
  /** By open file: the build id that its entry asks for, in hexadecimal. */
  readonly buildIds: Map<number, string>;
  /** Threads other than the first, with the pid of their process. */
  readonly threads: { readonly pid: number; readonly tid: number }[];
  readonly limits: LimitNote[];
  readonly mounts: MountNote[];
  /** By open file: the name that a unix socket is bound to. */
  readonly names: Map<number, Uint8Array>;
  /** File id of a hard link that stands in for an unlinked file → file id of the unlinked file. */
  readonly links: Map<number, number>;
  /** inventory_entry.lsmtype; NONE: not in the image. */
  lsm: number;
  /** Security profiles of tasks. */
  readonly profiles: { readonly pid: number; readonly profile: string }[];
  /** Parts of the processor's state that a task has, by the flag of /proc/cpuinfo that they need. */
  readonly features: Map<string, number>;
  /** Open files: sockets in a network namespace that is restored with the tasks. */
  readonly ownNetwork: Set<number>;
  /** Open files: IPv6 sockets that do not accept IPv4; sockets that may have an address which the machine lacks. */
  readonly v6Only: Set<number>;
  readonly freeBind: Set<number>;
  /** The pid namespace of CRIU itself; NONE: unknown. */
  rootPids: number;
  /** The tasks have a pid namespace, or a network namespace, of their own. */
  hasOwnPids: boolean;
  hasOwnNetwork: boolean;
}

export const beginHostNotes = (): HostNotes => ({
  mappings: new Map(),
  buildIds: new Map(),
  threads: [],
  limits: [],
  mounts: [],
  names: new Map(),
  links: new Map(),
  lsm: NONE,
  profiles: [],
  features: new Map(),
  ownNetwork: new Set(),
  v6Only: new Set(),
  freeBind: new Set(),
  rootPids: NONE,
  hasOwnPids: false,
  hasOwnNetwork: false,
});
