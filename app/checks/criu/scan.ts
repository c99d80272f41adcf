// The state of checking a set, and the helpers that the checks of entries share.

import { FILE_FIELDS } from "../../decoder/criu/format/file-types.ts";
import { MEMBER_KINDS } from "../../decoder/criu/format/member-kinds.ts";
import { indexMembers, type MemberIndex } from "../../decoder/criu/sets/member-index.ts";
import { isSet, type Plan, scan as scanMessage, scratch } from "../../decoder/criu/wire/wire.ts";
import { createIdIndex, type IdIndex, indexIds } from "../../decoder/id-index.ts";
import { type Checkpoint, descriptorCount, NONE, type OpenFiles, type Severity } from "../../model/checkpoint.ts";
import { taskState } from "../../model/names/names.ts";
import { u32At } from "../../model/read.ts";
import { recordMember, recordOffset } from "../../model/records.ts";
import { createFindingList, type FindingList, type Message } from "../finding.ts";
import {
  beginKept,
  createNoteList,
  inodesIn,
  type KeptList,
  type NoteList,
  peerFinder,
  pipeFinder,
  socketFinder,
} from "./kept.ts";
import type { ColumnFinder } from "./kernel/file-columns.ts";
import { createLateIndex, type LateIndex } from "./late-index.ts";
import { beginHostNotes, type HostNotes } from "./needs/host-notes.ts";
import { beginNotes, type NeedNotes } from "./needs/need-notes.ts";
import { isDamaged, isMissingTable } from "./problems.ts";
import { CRIU_RULES } from "./rules.ts";
import type { MappedFacts, PagemapFacts } from "./set/memory-facts.ts";
import type { FilterFacts, TaskNamespaces, TreeEntry } from "./set/tree-facts.ts";
import { withoutUnread } from "./set/unread.ts";

/** The kinds of ids. */
export type Space =
  | ("file" | "socket" | "pipe" | "terminal" | "memfd" | "table" | "ghost")
  | ("mount" | "cgroup" | "filter" | "namespace" | "network");

/** Spaces whose ids are collected while entries are read. */
type LateSpace = Exclude<Space, "file" | "table" | "ghost" | "pipe" | "socket">;

/** What an entry refers to: `who` names `what` 3, in `field`. Each reference of an entry is declared once. */
export interface Reference {
  /** The rule that is broken if it is missing. */
  readonly code: string;
  readonly space: Space;
  /** Name of the field in its entry, or in the message of the open file. */
  readonly field: string;
  /** The noun for what is missing: `… names ${what} 3, which is missing from the set.` */
  readonly what: string;
  readonly who: string;
  /** The fd_types that the open file has to have. */
  readonly type?: number;
  /** If it is missing; `error` if absent. */
  readonly severity?: Severity;
}

/** Declares a reference. */
export const reference = (space: Space, code: string, who: string, field: string, what: string): Reference => ({
  space,
  code,
  who,
  field,
  what,
});

/**
 * Declares a reference to an open file of a type, given by its field in file_entry: CRIU looks it up by id and type.
 */
export const typedReference = (type: string, who: string, field: string, what: string): Reference => ({
  ...reference("file", "file-missing", who, field, what),
  type: FILE_FIELDS.indexOf(type),
});

/** Declares a reference to the entry of a path, a regular file's. */
export const pathReference = (who: string, field: string, what: string): Reference =>
  typedReference("reg", who, field, what);

/** References of one kind, resolved at the end. Those that are known to be sound are left out. */
interface References {
  /** The record of the first, whether or not it is left out. */
  readonly first: number;
  readonly ids: number[];
  readonly records: number[];
}

/** The walk of the checks through one set. */
export interface Scan {
  readonly checkpoint: Checkpoint;
  readonly list: FindingList;
  readonly spaces: Readonly<Record<Space, Pick<IdIndex, "get">>> & Readonly<Record<LateSpace, LateIndex>>;
  readonly references: Map<Reference, References>;
  /** fd_types of open files, by row. */
  readonly types: Uint8Array;
  /** Row of the first open file with an id. */
  readonly fileRows: FileIndex;
  /** Pids of tasks that are dead. */
  readonly dead: IdIndex;
  /** By open file: the inode of a unix socket; 0: it is not one. This and the next are known once all entries have been read. */
  readonly inodes: () => Uint32Array;
  /** Inode that a unix socket names as its peer → that socket. */
  readonly peerFiles: Pick<IdIndex, "get">;
  readonly notes: NeedNotes;
  readonly hostNotes: HostNotes;
  /** The set is compared with a host. If not, some of the notes for that are not taken. */
  readonly isCompared: boolean;
  /** What is kept of entries of the commonest kinds, and their references. */
  readonly kept: Readonly<Record<KeptList, NoteList>>;
  readonly keptReferences: Map<Reference, NoteList>;
  /** Numbers of ghost files that remaps name. */
  readonly ghostsNamed: IdIndex;
  /** Ghost files whose size is known, by number. */
  readonly ghosts: Map<number, GhostFacts>;
  readonly members: MemberIndex;
  /** Missing members that have been reported: their numbers, by kind. */
  readonly called: Map<string, Set<number>>;
  /** By member. */
  readonly pagemaps: Map<number, PagemapFacts>;
  /** By pid. */
  readonly mapped: Map<number, MappedFacts>;
  /** External files, which plugins restore: id and record. */
  readonly externals: { readonly id: number; readonly record: number }[];
  /** The process tree, in the order of its entries. */
  readonly tree: TreeEntry[];
  /** Cores, by number, that describe a task: 1, or 0 if they have nothing but its ids. */
  readonly taskCores: IdIndex;
  /** By pid. */
  readonly namespaces: Map<number, TaskNamespaces>;
  /** Those of the last task. */
  lastNamespaces: TaskNamespaces["ids"] | null;
  /** What pidfds refer to; -1: an ended process. */
  readonly pidfds: { readonly pid: number; readonly record: number }[];
  /** Descriptors of namespaces: the id, and the flag of clone(2) for its kind. */
  readonly nsFiles: { readonly id: number; readonly flag: number; readonly record: number }[];
  /** Pid namespaces that come from outside. */
  readonly externalPids: Set<number>;
  /** In the order of seccomp.img, and those that threads have. */
  readonly filters: FilterFacts[];
  readonly usedFilters: Set<number>;
  /** All mounts, in the order of their entries. */
  readonly mounts: MountFacts[];
  /** Mounts that show a whole tmpfs: the devices of those from outside, and the others. */
  readonly tmpfs: {
    readonly outside: Set<number>;
    /** Peer groups of mounts from outside, whole or not. */
    readonly outsidePeers: Set<number>;
    readonly inside: {
      readonly mount: number;
      readonly device: number;
      /** Its peer group, and the one that it follows; 0: none. */
      readonly peers: number;
      readonly followed: number;
      readonly record: number;
    }[];
  };
  /** Network namespaces of tasks that are not CRIU's own, with the record that names them. */
  readonly networks: Map<number, number>;
  /** System V segments that tasks map, by id: the first mapping's record, and which of its mappings it is. */
  readonly segments: Map<number, { readonly record: number; readonly nth: number }>;
  readonly inventory: InventoryFacts;
  /** Looks at columns; `null` if there is no kernel for that. */
  columns: ColumnFinder | null;
  /** Bytes of a page. */
  pageSize: number;
  readonly out: Uint32Array;
  /** Scratch space for two words. */
  readonly words: Uint32Array;
  /** The messages of open files in the current entry have not been checked yet: see Handler.leaves. */
  areMessagesLeft: boolean;
  record: number;
  /** Where the entry begins in its member. */
  offset: number;
  member: number;
  /** The name of the member's kind; "": unknown. */
  memberKind: string;
  /** The number in the member's name. */
  memberNumber: number;
  /** The kind of open file that the member's entries are, before CRIU 3.4; `null`: none, or files.img. */
  memberFile: string | null;
  /** Row of the next open file. */
  file: number;
  /** Entries were lost with a damaged image. */
  readonly isDamaged: boolean;
  /** A task names its file table. */
  namesTables: boolean;
  /** A file table is missing: the files that its descriptors held seem unused. */
  tablesLost: boolean;
  /** A reference is dangling, so an object that seems unused may be its target. */
  dangling: boolean;
}

/** A mount: what it is on, and where. */
export interface MountFacts {
  readonly id: number;
  readonly parent: number;
  /** Its parent is outside of its namespace. */
  readonly isRoot: boolean;
  readonly at: Uint8Array;
  readonly member: number;
  readonly record: number;
}

/** An unlinked file: st_mode and size. */
export interface GhostFacts {
  readonly mode: number;
  readonly size: bigint;
}

/** What the inventory says about the set as a whole. */
export interface InventoryFacts {
  version: number;
  /** Written by CRIU 3.16 or later. */
  isRecent: boolean;
  /** TCP connections were closed by the dump. */
  tcpClose: boolean;
  /** Mappings of probes were left out of the dump. */
  allowUprobes: boolean;
  /** The control group of CRIU itself; NONE: unknown. */
  rootCgroup: number;
  /** Namespaces of CRIU itself; NONE: unknown. */
  rootNetwork: number;
  rootTime: number;
  rootMounts: number;
  plugins: readonly string[];
}

/** Whether a scan filled a slot. */
export const has = isSet;
/** The low half of a slot's number; the start of a string or message. */
export const low = ({ out }: Scan, slot: number): number => out[2 * slot] as number;

/** The high half of a slot's number; the end of a string or message. */
export const high = ({ out }: Scan, slot: number): number => out[2 * slot + 1] as number;

const USED_BY_TASK: ReadonlySet<string> = new Set(["fs", "mm", "vmas"]);

/** Whether a reference to an open file is sound, whatever entries follow. */
export function isFound({ fileRows, types }: Scan, { type }: Reference, id: number): boolean {
  const row = fileRows.get(id);
  return row !== NONE && (type === undefined || types[row] === type);
}

/** Notes that the current entry refers to `id`. */
export function refer(scan: Scan, reference: Reference, id: number): void {
  // The members of tasks are named by pids.
  if (reference.space === "file" && USED_BY_TASK.has(scan.memberKind) && !scan.notes.users.has(id)) {
    scan.notes.users.set(id, scan.memberNumber);
  }
  let known = scan.references.get(reference);
  if (known === undefined) {
    known = { first: scan.record, ids: [], records: [] };
    scan.references.set(reference, known);
  }
  if (reference.space === "file" && isFound(scan, reference, id)) return;
  known.ids.push(id);
  known.records.push(scan.record);
}

/** The list of the entries that have a reference. */
export function keptReferences({ keptReferences }: Scan, reference: Reference): NoteList {
  let list = keptReferences.get(reference);
  if (list === undefined) {
    list = createNoteList(1);
    keptReferences.set(reference, list);
  }
  return list;
}

/** Makes a member the current one. */
export function enterMember(scan: Scan, member: number): void {
  const place = scan.members.places[member] ?? null;
  const kind = place === null ? undefined : MEMBER_KINDS[place.kind];
  scan.member = member;
  scan.memberKind = kind?.name ?? "";
  scan.memberNumber = place === null || Number.isNaN(place.number) ? NONE : place.number;
  scan.memberFile = kind?.file ?? null;
}

/** Reads a message into the scan's slots: see wire.ts. */
export const scanInto = (scanned: Scan, bytes: Uint8Array, start: number, end: number, fields: Plan): number =>
  scanMessage(bytes, start, end, fields, scanned.out);

/** Notes a fault of the current entry. The offset of its field is found at the end. */
export function fault(scan: Scan, code: string, field: string | null, message: Message, severity?: Severity): void {
  const { record, offset, member } = scan;
  scan.list.add(code, message, { record, field, offset, member }, undefined, severity);
}

/** Notes a fault of another entry; `record` NONE: of the set as a whole. */
export function faultAt(
  { checkpoint, list }: Scan,
  code: string,
  record: number,
  field: string,
  message: string,
  severity?: Severity,
): void {
  const { records } = checkpoint;
  if (record === NONE) list.add(code, message, { record: null, field: null, offset: null }, undefined, severity);
  else {
    const place = { record, field, offset: recordOffset(records, record), member: recordMember(records, record) };
    list.add(code, message, place, undefined, severity);
  }
}

/** Finds the first open file with an id. */
export interface FileIndex {
  get(id: number): number;
  /** Makes it use an index of all files: by id, one more than the row, or 0. Greater ids are still looked up. */
  use(rowOfId: Uint32Array): void;
}

/** An index that is made when it is first needed. */
function createFileIndex({ id, count }: OpenFiles): FileIndex {
  let made: IdIndex | null = null;
  let known: Uint32Array | null = null;
  const search = (own: number): number => {
    made ??= indexIds(id, count);
    return made.get(own);
  };
  return {
    get: (own) => (known !== null && own < known.length ? (known[own] as number) - 1 : search(own)),
    use(rowOfId) {
      known = rowOfId;
    },
  };
}

/** A scan before its first entry. @param isCompared Whether the set is compared with a host. */
export function beginScan(checkpoint: Checkpoint, isCompared: boolean): Scan {
  const { files, tables, tasks, members, dialect } = checkpoint;
  const fileRows = createFileIndex(files);
  const table = createIdIndex();
  // A table that is missing from the set has no record.
  for (let row = 0; row < tables.count; row++) {
    const described = tables.record[row] !== NONE || tables.announced[row] !== NONE || hasDescriptors(checkpoint, row);
    if (described) table.add(u32At(tables.id, row), row);
  }
  const ghost = createIdIndex();
  const index = indexMembers(members);
  for (const [member, number] of index.ofKind("ghost-file")) ghost.add(number, member);
  for (const [member, number] of index.ofKind("fdinfo")) table.add(number, member);
  const dead = createIdIndex();
  const zombie = taskState("zombie");
  for (let row = 0; row < tasks.count; row++) {
    const pid = tasks.pid[row] as number;
    if (pid >= 0 && tasks.state[row] === zombie) dead.add(pid, row);
  }
  const kept = beginKept();
  return {
    checkpoint,
    list: withoutUnread(createFindingList(CRIU_RULES, dialect, []), checkpoint, index),
    spaces: {
      file: fileRows,
      socket: socketFinder(kept),
      pipe: pipeFinder(kept),
      terminal: createLateIndex(),
      memfd: createLateIndex(),
      table,
      ghost,
      mount: createLateIndex(),
      cgroup: createLateIndex(),
      filter: createLateIndex(),
      namespace: createLateIndex(),
      network: createLateIndex(),
    },
    references: new Map(),
    types: new Uint8Array(files.count + 1),
    fileRows,
    dead,
    inodes: inodesIn(kept, files.count),
    peerFiles: peerFinder(kept),
    notes: beginNotes(),
    hostNotes: beginHostNotes(),
    isCompared,
    kept,
    keptReferences: new Map(),
    ghostsNamed: createIdIndex(),
    ghosts: new Map(),
    members: index,
    called: new Map(),
    pagemaps: new Map(),
    mapped: new Map(),
    externals: [],
    tree: [],
    taskCores: createIdIndex(),
    namespaces: new Map(),
    lastNamespaces: null,
    pidfds: [],
    nsFiles: [],
    externalPids: new Set(),
    filters: [],
    usedFilters: new Set(),
    mounts: [],
    tmpfs: { outside: new Set(), outsidePeers: new Set(), inside: [] },
    networks: new Map(),
    segments: new Map(),
    inventory: {
      version: 0,
      isRecent: false,
      tcpClose: false,
      allowUprobes: false,
      rootCgroup: NONE,
      rootNetwork: NONE,
      rootTime: NONE,
      rootMounts: NONE,
      plugins: [],
    },
    columns: null,
    pageSize: 4096,
    out: scratch(),
    words: new Uint32Array(2),
    areMessagesLeft: false,
    record: NONE,
    offset: 0,
    member: NONE,
    memberKind: "",
    memberNumber: NONE,
    memberFile: null,
    file: 0,
    isDamaged: isDamaged(checkpoint),
    namesTables: false,
    tablesLost: false,
    dangling: checkpoint.problems.some((problem) => problem.severity === "error" && !isMissingTable(problem)),
  };
}

/** A type of open file in words. */
export const typeWords = (type: number): string => FILE_FIELDS[type] ?? `type ${type}`;

/** Most entries with the same id to compare. */
const SAME_ID = 8;

/**
 * Whether an open file with an id has a type, or one that is not known. A tun device's path is
 * a REG entry with the same id.
 */
export function isOfType({ checkpoint: { files }, fileRows, types }: Scan, id: number, type: number): boolean {
  const first = fileRows.get(id);
  if (first === NONE || types[first] === 0 || types[first] === type) return true;
  for (let row = first + 1; row < Math.min(files.count, first + SAME_ID); row++) {
    if (files.id[row] === id && types[row] === type) return true;
  }
  return false;
}

/** Whether a file table has any descriptor. */
export const hasDescriptors = ({ tables }: Checkpoint, table: number): boolean => descriptorCount(tables, table) > 0;
