// What a restore will compare with the restoring machine, as data: one entry for each thing that an image names. The
// list is made from the image alone (criu/needs/demands.ts, linux-cr/demands.ts) and compared with facts in compare.ts.

import type { Subject } from "../subject.ts";

/** How a restore uses a path. */
export type PathUse =
  | "open"
  | "directory"
  | "root"
  | "executable"
  | "mapped"
  | "fifo"
  | "link"
  | "watched"
  | "mounted-on";

/** A path that the restore opens again. */
export interface FileDemand extends Subject {
  readonly kind: "file";
  /** Bytes as in the image. */
  readonly path: Uint8Array;
  /** The same bytes as characters up to U+00FF, to look them up. */
  readonly key: string;
  readonly use: PathUse;
  /** Bytes that it must have; `null`: any number. */
  readonly size: number | null;
  /** st_mode that it must have; `null`: any. */
  readonly mode: number | null;
  /** The build id that it must have, in hexadecimal; `null`: any. */
  readonly buildId: string | null;
  /** How it is opened. */
  readonly isWritten: boolean;
  readonly isAppended: boolean;
  /** The mapping that needs it: its first address and the one after its last, in hexadecimal. */
  readonly mapping?: { readonly start: string; readonly end: string };
  /** For a hard link that stands in for an unlinked file: that file's old name. */
  readonly standsFor?: Uint8Array;
}

/** A name that the restore creates briefly, for an unlinked file. */
export interface NameDemand extends Subject {
  readonly kind: "name";
  readonly path: Uint8Array;
}

/** A pid, thread id, session or process group that must be free. */
export interface PidDemand extends Subject {
  readonly kind: "pid";
  readonly id: number;
  readonly as: "task" | "thread" | "session" | "process group";
}

/** An address that a socket is bound to, and the one that it is connected to. */
export interface AddressDemand extends Subject {
  readonly kind: "address";
  readonly protocol: string;
  readonly family: 4 | 6;
  /** `127.0.0.1`, `::1`. */
  readonly address: string;
  readonly port: number;
  readonly isListening: boolean;
  /** `null`: not connected. */
  readonly remote: string | null;
  /** IPv6 that does not accept IPv4. */
  readonly isV6Only: boolean;
  /** It may be bound to an address that the machine does not have. */
  readonly isFree: boolean;
  /**
   * The kernel's restart of Linux-CR binds it (inet_restore): with sk_reuse 2, so that TCP sockets are bound to
   * addresses in use, and with freebind, which only IPv4 has.
   */
  readonly isForced: boolean;
}

/** A name that a unix socket is bound to (`bound`), or that must lead to a socket outside the image (`peer`). */
export interface SocketNameDemand extends Subject {
  readonly kind: "socket-name";
  /** Begins with NUL: an abstract name. */
  readonly path: Uint8Array;
  readonly as: "bound" | "peer";
}

/** The number of a pseudo-terminal that must be free. */
export interface PtyDemand extends Subject {
  readonly kind: "pty";
  readonly index: number;
}

/** The terminal that criu runs in takes the place of one outside the image. */
export interface TerminalDemand extends Subject {
  readonly kind: "terminal";
  readonly index: number;
}

/** A lock that the restore takes. */
export interface LockDemand extends Subject {
  readonly kind: "lock";
  readonly lock: "POSIX" | "FLOCK" | "OFD" | "LEASE";
  readonly isWrite: boolean;
  readonly start: bigint;
  /** The byte after the last; `null`: to the end. */
  readonly end: bigint | null;
  readonly path: Uint8Array;
}

/** Descriptors up to a number, in a file table that some tasks share. */
export interface DescriptorDemand extends Subject {
  readonly kind: "descriptors";
  readonly highest: number;
  /** Tasks for which the restore itself needs descriptors; 0: it needs none (Linux-CR). */
  readonly tasks: number;
}

/** A resource limit that the restore sets. `null`: unlimited. */
export interface LimitDemand extends Subject {
  readonly kind: "limit";
  readonly resource: string;
  readonly soft: bigint | null;
  readonly hard: bigint | null;
}

/** The machine: its architecture; for Linux-CR the exact kernel. */
export interface MachineDemand extends Subject {
  readonly kind: "machine";
  readonly arch: string;
  readonly release: string | null;
}

/** A flag of /proc/cpuinfo. */
export interface FeatureDemand extends Subject {
  readonly kind: "feature";
  readonly flag: string;
  /** The processor of the dump lacked it, and so must the host's (Linux-CR). */
  readonly isLacking?: true;
}

/** A security module with a profile of a task. */
export interface SecurityDemand extends Subject {
  readonly kind: "security";
  readonly module: string;
  readonly profile: string;
}

/** The loopback interface, which CRIU uses when it starts. */
export interface LoopbackDemand extends Subject {
  readonly kind: "loopback";
}

/** A network device that a socket is bound to. */
export interface InterfaceDemand extends Subject {
  readonly kind: "interface";
  /** Made visible. */
  readonly name: string;
}

/** A type of file system that the restore mounts. */
export interface FileSystemDemand extends Subject {
  readonly kind: "filesystem";
  /** As in /proc/filesystems. */
  readonly name: string;
  /** Where the first such mount is. */
  readonly at: Uint8Array;
}

/** Something of the restoring machine that a restore depends on. */
export type Demand =
  | FileDemand
  | NameDemand
  | PidDemand
  | AddressDemand
  | SocketNameDemand
  | PtyDemand
  | TerminalDemand
  | LockDemand
  | DescriptorDemand
  | LimitDemand
  | MachineDemand
  | FeatureDemand
  | SecurityDemand
  | LoopbackDemand
  | FileSystemDemand
  | InterfaceDemand;

/** What an image demands of the restoring machine, in the order of the restore. */
export interface Demands {
  /** A demand about an open file may name only its row: `subject` says who holds it. */
  readonly list: readonly Demand[];
  /** What a demand is about, with the first holder of its open file. */
  readonly subject: (demand: Demand) => Subject;
  /** The tasks have a root directory of their own: paths are looked up in it. */
  readonly hasOwnRoot: boolean;
}

/** Nothing is demanded. */
export const NO_DEMANDS: Demands = { list: [], hasOwnRoot: false, subject: () => ({}) };
