// What can differ between two checkpoints: the kinds of change, and the form of each in the `diff --json` document.

import type { Details, DetailValue } from "../model/fields.ts";
import type { LinkRole } from "../model/links.ts";

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

/** A kind of change. */
interface KindSpec {
  /** In a word or two, for lists, switches and counts. */
  readonly title: string;
  /** Its name when the two images are swapped; absent: the same. */
  readonly mirrored?: string;
  /** Of changes of descriptors and open files: what differs. Absent for changes of tasks, tables and resources. */
  readonly bit?: number;
}

/** Kinds of change, in the order in which changes of one descriptor are listed. */
const KINDS = {
  "task-added": { title: "task added", mirrored: "task-removed" },
  "task-removed": { title: "task gone", mirrored: "task-added" },
  "task-renamed": { title: "task renamed" },
  "fd-opened": { title: "opened", mirrored: "fd-closed", bit: CHANGE_BITS.opened },
  "fd-closed": { title: "closed", mirrored: "fd-opened", bit: CHANGE_BITS.closed },
  "close-on-exec": { title: "close-on-exec", bit: CHANGE_BITS.closeOnExec },
  "file-path": { title: "path", bit: CHANGE_BITS.path },
  "file-pos": { title: "position", bit: CHANGE_BITS.pos },
  "file-flags": { title: "flags", bit: CHANGE_BITS.flags },
  "file-mode": { title: "mode", bit: CHANGE_BITS.mode },
  "file-version": { title: "version", bit: CHANGE_BITS.version },
  "file-shared": { title: "file shared", mirrored: "file-unshared", bit: CHANGE_BITS.sharing },
  "file-unshared": { title: "file unshared", mirrored: "file-shared", bit: CHANGE_BITS.sharing },
  "table-shared": { title: "table shared", mirrored: "table-unshared" },
  "table-unshared": { title: "table unshared", mirrored: "table-shared" },
  "file-detail": { title: "detail", bit: CHANGE_BITS.detail },
  "file-linked": { title: "link", bit: CHANGE_BITS.linked },
  "task-detail": { title: "task detail" },
  "resource-added": { title: "resource added", mirrored: "resource-removed" },
  "resource-removed": { title: "resource gone", mirrored: "resource-added" },
  "resource-changed": { title: "resource changed" },
} as const satisfies Readonly<Record<string, KindSpec>>;

export type ChangeKind = keyof typeof KINDS;

/** Changes.kind is an index into this. */
export const CHANGE_KINDS = Object.keys(KINDS) as readonly ChangeKind[];

const specOf = (kind: ChangeKind): KindSpec => KINDS[kind];

const byKind = <T>(read: (spec: KindSpec) => T): Readonly<Record<ChangeKind, T>> =>
  Object.fromEntries(CHANGE_KINDS.map((kind) => [kind, read(specOf(kind))])) as Record<ChangeKind, T>;

export const CHANGE_TITLES = byKind(({ title }) => title);

/** The bit of CHANGE_BITS for a kind of change; 0 for changes of tasks, tables and resources. */
export const BIT_OF_KIND = byKind(({ bit }) => bit ?? 0);

/** The name of a kind of change when the two images are swapped. */
export const mirrored = (kind: ChangeKind): ChangeKind => (specOf(kind).mirrored ?? kind) as ChangeKind;

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

/** Whether changes of a kind are about resources. */
export const isOfResources = (kind: ChangeKind): boolean => kind.startsWith("resource-");

/** Whether changes of a kind are about descriptors, and not about tasks or tables. */
export const isOfDescriptors = (kind: ChangeKind): boolean => BIT_OF_KIND[kind] !== 0;
