// What can differ between two checkpoints: the kinds of change, and the form of each in the `diff --json` document.

import type { Details, DetailValue } from "../model/fields.ts";
import type { LinkRole } from "../model/links.ts";

/** Kinds of change, in the order in which changes of one descriptor are listed. Changes.kind is an index into this. */
export const CHANGE_KINDS = [
  "task-added",
  "task-removed",
  "task-renamed",
  "fd-opened",
  "fd-closed",
  "close-on-exec",
  "file-path",
  "file-pos",
  "file-flags",
  "file-mode",
  "file-version",
  "file-shared",
  "file-unshared",
  "table-shared",
  "table-unshared",
  "file-detail",
  "file-linked",
  "task-detail",
  "resource-added",
  "resource-removed",
  "resource-changed",
] as const;

export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** Kinds of change in a word or two, for lists, switches and counts. */
export const CHANGE_TITLES: Readonly<Record<ChangeKind, string>> = {
  "task-added": "task added",
  "task-removed": "task gone",
  "task-renamed": "task renamed",
  "fd-opened": "opened",
  "fd-closed": "closed",
  "close-on-exec": "close-on-exec",
  "file-path": "path",
  "file-pos": "position",
  "file-flags": "flags",
  "file-mode": "mode",
  "file-version": "version",
  "file-shared": "file shared",
  "file-unshared": "file unshared",
  "table-shared": "table shared",
  "table-unshared": "table unshared",
  "file-detail": "detail",
  "file-linked": "link",
  "task-detail": "task detail",
  "resource-added": "resource added",
  "resource-removed": "resource gone",
  "resource-changed": "resource changed",
};

/** The name of a kind of change when the two images are swapped. */
export function mirrored(kind: ChangeKind): ChangeKind {
  return MIRRORED[kind] ?? kind;
}

const MIRRORED: Readonly<Partial<Record<ChangeKind, ChangeKind>>> = {
  "task-added": "task-removed",
  "task-removed": "task-added",
  "fd-opened": "fd-closed",
  "fd-closed": "fd-opened",
  "file-shared": "file-unshared",
  "file-unshared": "file-shared",
  "table-shared": "table-unshared",
  "table-unshared": "table-shared",
  "resource-added": "resource-removed",
  "resource-removed": "resource-added",
};

/**
 * The kind of an index into CHANGE_KINDS.
 *
 * @throws RangeError if there is no such kind.
 */
export function kindOf(index: number): ChangeKind {
  const kind = CHANGE_KINDS[index];
  if (kind === undefined) throw new RangeError(`No kind of change has the index ${index}`);
  return kind;
}

/** Index of a kind of change. */
export const changeKind = (kind: ChangeKind): number => CHANGE_KINDS.indexOf(kind);

/** A descriptor by the names that a user knows. `pid`: the pid, or the task's index where the image has none. */
export interface Holder {
  readonly pid: number;
  readonly fd: number;
}

interface Common {
  /** Present if the change could be an effect of an incomplete image. */
  readonly uncertain?: true;
}

/** `fds`: how many descriptors the task has. */
export interface TaskOnOneSide extends Common {
  readonly kind: "task-added" | "task-removed";
  readonly pid: number;
  readonly comm: string;
  /** The exact bytes as base64, if they are not valid UTF-8. */
  readonly commBytes?: string;
  readonly fds: number;
}

export interface TaskRenamed extends Common {
  readonly kind: "task-renamed";
  readonly pid: number;
  readonly before: string;
  readonly after: string;
  readonly beforeBytes?: string;
  readonly afterBytes?: string;
}

export interface DescriptorOnOneSide extends Common {
  readonly kind: "fd-opened" | "fd-closed";
  readonly holders: readonly Holder[];
  /** Path, or the name shown for a file without one; `null` if the file is missing from the image. */
  readonly path: string | null;
  readonly pathBytes?: string;
}

export interface CloseOnExec extends Common {
  readonly kind: "close-on-exec";
  readonly holders: readonly Holder[];
  readonly before: boolean;
  readonly after: boolean;
}

/** A value of one open file and of the other. */
export interface Values<T> {
  readonly before: T;
  readonly after: T;
}

/** Values that differ between two open files of different path. 64-bit ones are decimal strings. */
export interface PathDetails {
  readonly pos?: Values<string>;
  readonly flags?: Values<number>;
  readonly mode?: Values<number>;
  readonly version?: Values<string>;
  /** Present where the names alone do not show the difference. */
  readonly kind?: Values<string>;
}

export interface FilePath extends Common {
  readonly kind: "file-path";
  readonly holders: readonly Holder[];
  readonly before: string | null;
  readonly after: string | null;
  readonly beforeBytes?: string;
  readonly afterBytes?: string;
  readonly details: PathDetails;
}

/** 64-bit values: decimal strings. */
export interface FilePosition extends Common {
  readonly kind: "file-pos" | "file-version";
  readonly holders: readonly Holder[];
  readonly before: string;
  readonly after: string;
}

export interface FileFlags extends Common {
  readonly kind: "file-flags";
  readonly holders: readonly Holder[];
  readonly before: number;
  readonly after: number;
  /** Names of the flags that were set, and of those that were cleared. */
  readonly set: readonly string[];
  readonly cleared: readonly string[];
}

export interface FileMode extends Common {
  readonly kind: "file-mode";
  readonly holders: readonly Holder[];
  readonly before: number;
  readonly after: number;
}

export interface FileSharing extends Common {
  readonly kind: "file-shared" | "file-unshared";
  /** One group for each of the separate open files. */
  readonly groups: readonly (readonly Holder[])[];
}

export interface TableSharing extends Common {
  readonly kind: "table-shared" | "table-unshared";
  /** Pids: one group for each of the separate file tables. */
  readonly groups: readonly (readonly number[])[];
}

/** A value of an open file that is not in a column. `null`: the image has none. */
export interface FileDetail extends Common {
  readonly kind: "file-detail";
  readonly holders: readonly Holder[];
  /** Key in `details` of `show --json`. */
  readonly key: string;
  readonly before: DetailValue;
  readonly after: DetailValue;
  /** Present if the values cannot be of one open file: the descriptors lead to another one of the same name. */
  readonly replaced?: true;
}

/** A descriptor that an open file is linked to. `events`: what an epoll waits for there. */
export interface LinkedHolder extends Holder {
  readonly events?: readonly string[];
}

export interface FileLinked extends Common {
  readonly kind: "file-linked";
  readonly holders: readonly Holder[];
  readonly role: LinkRole;
  /** The descriptors that it is linked to; empty if what it is linked to is outside the image. */
  readonly before: readonly LinkedHolder[];
  readonly after: readonly LinkedHolder[];
}

/** `null`: the image has none. */
export interface TaskDetail extends Common {
  readonly kind: "task-detail";
  readonly pid: number;
  readonly key: string;
  readonly before: DetailValue;
  readonly after: DetailValue;
}

/** What is common to changes of resources: see app/resources. */
interface OfResource extends Common {
  readonly resource: string;
  /** The columns that say which row it is. */
  readonly key: Details;
  /** Present if a task can do, or can be reached for, what was not possible before. */
  readonly security?: true;
}

export interface ResourceOnOneSide extends OfResource {
  readonly kind: "resource-added" | "resource-removed";
  /** The row, as in `show --json --resources`. */
  readonly entry: Details;
}

export interface ResourceChanged extends OfResource {
  readonly kind: "resource-changed";
  /** The column. */
  readonly field: string;
  readonly before: DetailValue;
  readonly after: DetailValue;
  /** The exact bytes as base64, if they are not valid UTF-8. */
  readonly beforeBytes?: string;
  readonly afterBytes?: string;
}

/** What was not compared, or another caveat. `code` is stable. */
export interface Note {
  readonly code: string;
  readonly message: string;
}

export type Change =
  | TaskOnOneSide
  | TaskRenamed
  | DescriptorOnOneSide
  | CloseOnExec
  | FilePath
  | FilePosition
  | FileFlags
  | FileMode
  | FileSharing
  | TableSharing
  | FileDetail
  | FileLinked
  | TaskDetail
  | ResourceOnOneSide
  | ResourceChanged;

/** Bits of Differences.changed: what differs between the two descriptors of a pair. */
export const CHANGE_BITS = {
  opened: 1,
  closed: 2,
  closeOnExec: 4,
  path: 8,
  pos: 16,
  flags: 32,
  mode: 64,
  version: 128,
  sharing: 256,
  detail: 512,
  linked: 1024,
} as const;

/** The bits for values of an open file other than its path. */
export const VALUE_BITS =
  CHANGE_BITS.pos |
  CHANGE_BITS.flags |
  CHANGE_BITS.mode |
  CHANGE_BITS.version |
  CHANGE_BITS.detail |
  CHANGE_BITS.linked;

/** The bit of CHANGE_BITS for a kind of change; 0 for changes of tasks and tables. */
export const BIT_OF_KIND: Record<ChangeKind, number> = {
  "task-added": 0,
  "task-removed": 0,
  "task-renamed": 0,
  "fd-opened": CHANGE_BITS.opened,
  "fd-closed": CHANGE_BITS.closed,
  "close-on-exec": CHANGE_BITS.closeOnExec,
  "file-path": CHANGE_BITS.path,
  "file-pos": CHANGE_BITS.pos,
  "file-flags": CHANGE_BITS.flags,
  "file-mode": CHANGE_BITS.mode,
  "file-version": CHANGE_BITS.version,
  "file-shared": CHANGE_BITS.sharing,
  "file-unshared": CHANGE_BITS.sharing,
  "table-shared": 0,
  "table-unshared": 0,
  "file-detail": CHANGE_BITS.detail,
  "file-linked": CHANGE_BITS.linked,
  "task-detail": 0,
  "resource-added": 0,
  "resource-removed": 0,
  "resource-changed": 0,
};

/** Whether changes of a kind are about resources. */
export const isOfResources = (kind: ChangeKind): boolean => kind.startsWith("resource-");

/** Whether changes of a kind are about descriptors, and not about tasks or tables. */
export const isOfDescriptors = (kind: ChangeKind): boolean => BIT_OF_KIND[kind] !== 0;
