// The state of decoding a set, and small helpers shared by the handlers of entries.

import type { Fact, RecordKind, Severity } from "../../../model/checkpoint.ts";
import { NONE } from "../../../model/checkpoint.ts";
import type { FileRow, RecordRow, TableRow, TaskRow } from "../../../model/rows.ts";
import { createJsonBytes, type JsonBytes } from "../../../model/text/json-bytes.ts";
import { baseName } from "../../../model/text/paths.ts";
import type { ColumnKernel } from "../../builder/column-kernel.ts";
import { FIRST_CAPACITY, grown } from "../../builder/growing.ts";
import type { Builder } from "../../builder.ts";
import { createIdIndex, type IdIndex } from "../../id-index.ts";
import type { DecodeOptions } from "../../source.ts";
import type { Framing } from "../format/dialect-names.ts";
import type { UsualKernel } from "../kernel/usual-kernel.ts";
import type { Metadata } from "../sets/container-metadata.ts";
import { isRaw, type PlacedMember, pluginImages } from "../sets/placing.ts";
import { scratch } from "../wire/wire.ts";
import { createLinks, indexRows, type LinkedRows, type LinkLookup, type Links, type RowIndex } from "./rows.ts";

/** A lock as stored in file_lock_entry. */
export interface FileLock {
  readonly pid: number;
  readonly fd: number;
  /** `null`, like the others: the entry is damaged before it. */
  readonly flag: number | null;
  readonly type: number | null;
  /** The range in bytes, as exact decimal numbers; a length of 0 extends to the end of the file. */
  readonly start: string | null;
  readonly length: string | null;
}

/** An entry's message is bytes[start … end - 1]. One object serves all entries, to spare allocations. */
export interface Entry {
  bytes: Uint8Array;
  start: number;
  end: number;
  record: RecordRow;
  /** 0 for the first entry of its member. */
  nth: number;
  /** Index into SetContext.placed. */
  member: number;
  /** The number in the member's name; NaN if it has none. */
  number: number;
  /** The table that the member describes; NONE except in fdinfo. */
  table: TableRow;
  /** The member ends inside it: missing values may have been cut off. */
  isCut: boolean;
}

/**
 * Handles the entries of one message, whose records have been added. Returns the result of `scan`, so that damage is
 * reported in one place; 0 if the handler read nothing or reports damage itself.
 */
export type Handler = (set: SetContext, entry: Entry) => number;

/** The set as a whole, as far as it has been decoded. */
export interface ImageFacts {
  /** Framing of the first file that is not the inventory. */
  framing: Framing | null;
  /** Byte order of the host, by the first file's magic; `null` before that. */
  littleEndian: boolean | null;
  /** inventory_entry.img_version. */
  imageVersion: number | null;
  /** core_entry.mtype; 0 if no core has been read. */
  machineType: number;
  /** Oldest CRIU release that can have written the set, as major × 100 + minor; 0 if unknown. */
  release: number;
  /** Oldest CRIU release that would have written the set differently; 0 if unknown. */
  before: number;
  /** Words for what CRIU 4.2 does not write. */
  readonly newer: Set<string>;
  /** Plugins that took part in the dump, as the inventory names them. */
  readonly plugins: string[];
  hostName: Omit<Fact, "label"> | null;
  securityModule: string | null;
  /** inventory_entry.pre_dump_mode is there: the set is a pre-dump, which has memory only. */
  isPreDump: boolean;
  /** Entries of pagemaps whose pages are in the parent set. */
  parentEntries: number;
  /** Bytes of a page, by the auxiliary vector of a task; `null` if none has been read that says so. */
  pageSize: number | null;
  /** Present pages. */
  memoryPages: number;
}

/** Which tables tasks use. Tables are decoded after tasks, so they are linked at the end. */
export interface TaskLinks {
  /** Whether fdinfo files are numbered by files_id; old releases number them by pid. */
  tablesById: boolean;
  /** By task: files_id; absent if unknown. */
  readonly filesId: number[];
  /** By task: whether it is dead, and so has no table. */
  readonly dead: boolean[];
  /** By task: whether its core was read. */
  readonly hasCore: boolean[];
  /** Threads other than leaders, by tid; by the same index the task. A dead task's list is uninitialised memory. */
  readonly threadIds: number[];
  readonly threadOwners: TaskRow[];
  /** Names of threads by tid, visible; of leaders as well, if there are other threads. */
  readonly threadNames: Map<number, string>;
  /** By task: its namespaces, in the order of NAMESPACE_FIELDS. Absent if unknown. */
  readonly namespaces: (readonly number[] | undefined)[];
  /** The namespaces that CRIU itself was in; `null` if the inventory does not say. */
  rootNamespaces: readonly number[] | null;
  /** pid → task. */
  readonly byPid: IdIndex;
  /** Credentials that were read: most tasks have the same as others. */
  readonly credentials: KnownCredentials[];
}

/** The bytes of a creds_entry, what its handler returned, and its details: those added as `first` … `end` - 1. */
export interface KnownCredentials {
  readonly bytes: Uint8Array;
  readonly seen: number;
  readonly first: number;
  readonly end: number;
}

/** Numbers by which entries refer to open files, with the rows of those files. */
export interface FileLinks {
  /** pipe_id → pipes and FIFOs. */
  readonly pipes: Links;
  /** Inode of an inet socket. */
  readonly inetSockets: Links;
  /** Inode of a unix socket. */
  readonly unixSockets: Links;
  /** tty_info_id → terminals. */
  readonly terminals: Links;
  /** inode_id → memfds. */
  readonly memfds: Links;
  /** Number of an ended process (`endedInodes`) → its pidfds. */
  readonly endedProcesses: Links;
  /** Id of the REG entry that has the path of a FIFO, terminal or tun device → that open file. */
  readonly paths: Links;
  /** Descriptor number that an epoll watches → the epoll. */
  readonly epolls: Links;
  /** remap_id of an unlinked file, the number of its ghost file → the unlinked file. */
  readonly ghosts: Links;
}

/** Look-ups in FileLinks, valid once all open files are known (`closeFiles`). */
export interface FileLookups {
  pipeEnds: LinkLookup;
  inetSockets: LinkedRows;
  terminals: LinkedRows;
  /** `null` until the first ghost file, which comes after all remaps. */
  ghosts: LinkedRows | null;
}

/** The names of memfds, from a file of their own that is decoded before the memfds. */
export interface MemfdInodes {
  /** inode_id → index into the arrays below. */
  readonly ids: Links;
  /** Offsets of the names in the builder's text. */
  readonly nameOffset: number[];
  readonly nameLength: number[];
  readonly record: RecordRow[];
  /** `null` until the first memfd, which comes after all names. */
  lookup: LinkedRows | null;
}

/** Open files while a set is decoded. */
export interface FileContext {
  readonly links: FileLinks;
  /** A number for each inode of a pidfd of an ended process: the 64 bits of an inode do not fit into an index. */
  readonly endedInodes: Map<number, number>;
  readonly lookups: FileLookups;
  readonly memfdInodes: MemfdInodes;
  /** By open file: its fd_types number. There is more room than files; typesFor makes it. */
  types: Uint32Array<ArrayBuffer>;
  /** File id → row; empty until all open files are known (`closeFiles`). */
  byId: RowIndex;
  /** REG entries that exist only for their path, and at the same index the FIFO or terminal with that path. */
  readonly pathFiles: FileRow[];
  readonly pathOwners: FileRow[];
  /** Files with a path and details that have no column: an owner for signals, a build id. */
  readonly detailed: FileRow[];
  /** Room for a made-up name. */
  readonly name: JsonBytes;
  /** IPv4 addresses that occurred, as text, by their word. */
  readonly addresses: Map<number, Uint8Array>;
  /** Room for the words of one address, and one more. */
  readonly addressWords: Uint32Array;
  /** Links from files to further records, so far. */
  linkedRecords: number;
  readonly contents: PipeContents;
}

/** Most contents that differ and have a number. */
export const MOST_CONTENTS = 31;

/** What entries say of the contents of pipes: most pipes of a set are empty and have the same capacity. */
export interface PipeContents {
  /** The different contents. `size` is NONE if an entry has none. */
  readonly known: { readonly bytes: number; readonly size: number }[];
  /** By open file: the number of those of the last entry about it, from 1 on; 0: they have none. `null`: all are 0. */
  ofFile: Uint8Array<ArrayBuffer> | null;
}

/** The members found, from which missing ones are reported. */
export interface SeenMembers {
  /** Whether there is a file with that name, in whatever folder. */
  readonly hasFile: (name: string) => boolean;
  /** Names of MEMBER_KINDS. */
  readonly kinds: Set<string>;
  /** Members that have no entry although CRIU writes at least one. */
  readonly empty: number[];
  /** By kind: the numbers of the members that were read. */
  readonly numbers: Map<string, Set<number>>;
  /** Numbers of the tables that were added. */
  readonly tables: Set<number>;
}

/** The walk through one set. */
export interface SetContext {
  readonly builder: Builder;
  readonly options: DecodeOptions;
  readonly metadata: Metadata;
  /** Files of the set in the order in which they are decoded. */
  readonly placed: readonly PlacedMember[];
  readonly kinds: RecordKinds;
  /** The values that the last `scan` extracted. */
  readonly values: Uint32Array;
  readonly facts: ImageFacts;
  readonly tasks: TaskLinks;
  readonly files: FileContext;
  /** Names of the images of plugins, by the id of the open file that they are for. */
  readonly pluginImages: ReadonlyMap<number, string>;
  /** File locks and leases. */
  readonly locks: FileLock[];
  readonly seen: SeenMembers;
  /** By member, for pagemap images: present pages. */
  readonly pages: Map<number, number>;
  /** By message: entries examined for unknown fields. */
  readonly examined: Map<string, number>;
  /** The kernel that reads usual entries; `null` if there is none, undefined before the first. */
  usual: UsualKernel | null | undefined;
  /** Loops over columns; `null`: without a kernel. */
  readonly columnKernel: ColumnKernel | null;
  /** Whether nothing is damaged or missing so far. */
  complete: boolean;
  /** A limit was reached: nothing more is read. */
  stopped: boolean;
  /** Bytes of all members that are read. */
  readonly bytes: number;
  /** Bytes of the members that were read to their end. */
  bytesDone: number;
}

/** A context for the files of a set, before the first of them is read. */
export function createContext(
  placed: readonly PlacedMember[],
  options: DecodeOptions,
  metadata: Metadata,
  builder: Builder,
  columnKernel: ColumnKernel | null = null,
): SetContext {
  return {
    builder,
    options,
    metadata,
    placed,
    kinds: createRecordKinds(),
    values: scratch(),
    facts: {
      framing: null,
      littleEndian: null,
      imageVersion: null,
      machineType: 0,
      release: 0,
      before: 0,
      newer: new Set(),
      plugins: [],
      hostName: null,
      securityModule: null,
      isPreDump: false,
      parentEntries: 0,
      pageSize: null,
      memoryPages: 0,
    },
    tasks: {
      tablesById: true,
      filesId: [],
      dead: [],
      hasCore: [],
      threadIds: [],
      threadOwners: [],
      threadNames: new Map(),
      namespaces: [],
      rootNamespaces: null,
      byPid: createIdIndex(),
      credentials: [],
    },
    files: createFileContext(),
    pluginImages: pluginImages(placed),
    locks: [],
    seen: {
      hasFile: fileTest(placed),
      kinds: new Set(),
      empty: [],
      numbers: new Map(),
      tables: new Set(),
    },
    pages: new Map(),
    examined: new Map(),
    usual: undefined,
    columnKernel,
    // A truncated archive may have had more files.
    complete: metadata.problems.every(({ severity }) => severity !== "error"),
    stopped: false,
    bytes: placed.reduce((sum, { kind, source }) => sum + (isRaw(kind) ? 0 : source.size), 0),
    bytesDone: 0,
  };
}

/**
 * A function that looks for files by name. Their names are collected when it is first called, which it hardly ever is.
 */
function fileTest(placed: readonly PlacedMember[]): (name: string) => boolean {
  let names: ReadonlySet<string> | null = null;
  return (name) => {
    names ??= new Set(placed.map(({ source }) => baseName(source.name)));
    return names.has(name);
  };
}

const noRows: LinkedRows = () => {};
const noLinks: LinkLookup = { rows: noRows, toMany: () => {} };

const createFileContext = (): FileContext => ({
  links: {
    pipes: createLinks(),
    inetSockets: createLinks(),
    unixSockets: createLinks(),
    terminals: createLinks(),
    memfds: createLinks(),
    endedProcesses: createLinks(),
    paths: createLinks(),
    epolls: createLinks(),
    ghosts: createLinks(),
  },
  endedInodes: new Map(),
  lookups: { pipeEnds: noLinks, inetSockets: noRows, terminals: noRows, ghosts: null },
  memfdInodes: { ids: createLinks(), nameOffset: [], nameLength: [], record: [], lookup: null },
  types: new Uint32Array(FIRST_CAPACITY),
  byId: indexRows([], 0),
  pathFiles: [],
  pathOwners: [],
  detailed: [],
  name: createJsonBytes(256),
  addresses: new Map(),
  addressWords: new Uint32Array(5),
  linkedRecords: 0,
  contents: { known: [], ofFile: null },
});

/** The types of files, with room for those of `count`. */
export function typesFor(files: FileContext, count: number): Uint32Array<ArrayBuffer> {
  if (count > files.types.length) files.types = grown(files.types, Math.max(count, 2 * files.types.length));
  return files.types;
}

/** The kinds of records found so far. */
export interface RecordKinds {
  readonly list: RecordKind[];
  /** A file's magic. */
  readonly magic: number;
  /** Bytes that are not an entry: raw data, files without framing, what could not be decoded. */
  readonly data: number;
  /** Index of a kind in `list`; added if it is new. */
  of(type: number, name: string, message: string | null): number;
}

function createRecordKinds(): RecordKinds {
  const list: RecordKind[] = [];
  const indexes = new Map<string, number>();
  const of = (type: number, name: string, message: string | null): number => {
    const key = `${name} ${message}`;
    const known = indexes.get(key);
    if (known !== undefined) return known;
    indexes.set(key, list.length);
    return list.push({ type, name, struct: message }) - 1;
  };
  return { list, magic: of(NONE, "magic", "magic"), data: of(NONE, "data", null), of };
}

/** Adds a problem with the set as a whole, or at a place in one member. */
export function report(
  { builder }: SetContext,
  severity: Severity,
  code: string,
  message: string,
  offset: number | null,
  member?: number,
): void {
  builder.addProblem({ severity, code, message, offset, ...(member === undefined ? {} : { member }) });
}

/** Adds an error in one record. */
export function reportRecord(set: SetContext, record: RecordRow, code: string, message: string): void {
  const { offset, member } = set.builder.placeOf(record);
  report(set, "error", code, message, offset, member);
}

/** Reports that a record's message cannot be read to its end. */
export function reportDamage(set: SetContext, record: RecordRow): void {
  set.complete = false;
  reportRecord(set, record, "damaged-entry", "The entry is damaged; only the fields before the damage are shown.");
}

/** Raises the oldest possible release: the set has something that CRIU before `release` does not write. */
export function since({ facts }: SetContext, release: number): void {
  if (release > facts.release) facts.release = release;
}

/** Notes that CRIU from `release` (major × 100 + minor) on writes something that the set lacks. */
export function before({ facts }: SetContext, release: number): void {
  if (facts.before === 0 || release < facts.before) facts.before = release;
}

/** The task with a pid; -1 if there is none. */
export const taskOfPid = ({ tasks }: SetContext, pid: number): TaskRow => tasks.byPid.get(pid);
