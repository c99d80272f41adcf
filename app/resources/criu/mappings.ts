// Mappings, from mm-PID.img (in old releases vmas-PID.img), with the pages of each that pagemaps list.

import { mapFlagNames } from "../../decoder/criu/meaning.ts";
import { kindOfVma, VMA_STATUS } from "../../decoder/criu/memory/mappings.ts";
import { messageIn, numberIn, readMessage, wideIn } from "../../decoder/criu/read-message.ts";
import { eachBytes, eachVarint, fieldNumber, high, isSet, low, plan, scan, scratch } from "../../decoder/criu/wire.ts";
import { HAS, NONE, nameBytes } from "../../model/checkpoint.ts";
import { MAPPING_KINDS, type MappingKind, PERMISSION, permissionsText } from "../../model/mappings.ts";
import { u8At, u32At } from "../../model/read.ts";
import type { FileRow, RecordRow } from "../../model/rows.ts";
import { encodeText, sameBytes } from "../../model/text.ts";
import { countRuns, createRuns, type PageRuns } from "../page-counts.ts";
import type { Input } from "../table.ts";
import type { Tables } from "../tables.ts";
import { adviceNames } from "../words.ts";
import { messageOf, type SetReader } from "./set-reader.ts";

const VMAS = fieldNumber("mm_entry", "vmas");
const VMA = plan("vma_entry", ["start", "end", "pgoff", "shmid", "prot", "flags", "status", "madv"]);
const PAGEMAP = plan("pagemap_entry", ["vaddr", "compat_nr_pages", "in_parent", "flags", "nr_pages"]);
const AUXILIARY_VECTOR = fieldNumber("mm_entry", "mm_saved_auxv");
const AT_PAGESZ = 6;

const STACK: ReadonlySet<string> = new Set(["mm_start_stack"]);
const FILE = VMA_STATUS.filePrivate | VMA_STATUS.fileShared;
/** MAP_SHARED, and a bit of MAP_SHARED_VALIDATE. */
const MAP_SHARED = 1;

/** Linux include/linux/shmem_fs.h: memory that is shared without a file is a file of this name to the kernel. */
const DEV_ZERO = encodeText("/dev/zero");

/** Counts the pages from one number to before another, by where they are. */
interface Pages {
  readonly present: (from: number, to: number) => number;
  readonly inParent: (from: number, to: number) => number;
  readonly lazy: (from: number, to: number) => number;
}

type PagemapKind = "pagemap" | "pagemap-shmem";

interface Context {
  readonly set: SetReader;
  readonly tables: Tables;
  readonly fileOfId: ReadonlyMap<number, FileRow>;
  /** `null`: the set has no such pagemap. */
  readonly pagesOf: (kind: PagemapKind, number: number) => Promise<Pages | null>;
  /** Numbers of the pagemaps of memfds, by the id of their inode. */
  readonly pagemapOfMemfd: ReadonlyMap<number, number>;
  /** Keys of System V shared memory, by id. */
  readonly keyOfSegment: ReadonlyMap<number, number>;
  readonly pageSize: number;
  readonly flagNames: (flags: number) => readonly string[];
  readonly advice: (bits: bigint) => readonly string[];
  readonly values: Uint32Array;
}

/** A task whose mappings are read. */
interface Owner {
  readonly pid: number;
  readonly record: RecordRow;
  readonly pages: Pages | null;
  /** Where the stack of its first thread begins, at the top; `null`: unknown. */
  readonly stack: bigint | null;
}

/** Reads the table of mappings. @param keyOfSegment Keys of System V shared memory, by id. */
export async function readMappings(
  set: SetReader,
  tables: Tables,
  keyOfSegment: ReadonlyMap<number, number>,
): Promise<void> {
  if (!tables.wants("mappings")) return;
  const { checkpoint, arch } = set;
  const fileOfId = new Map<number, FileRow>();
  for (let file = checkpoint.files.count - 1; file >= 0; file--) fileOfId.set(u32At(checkpoint.files.id, file), file);
  const pageSize = await readPageSize(set);
  const context: Context = {
    set,
    tables,
    fileOfId,
    pagesOf: remembered((kind, number) => readPages(set, kind, number, pageSize)),
    pagemapOfMemfd: await readMemfds(set),
    keyOfSegment,
    pageSize,
    flagNames: memo((flags: number) => mapFlagNames(flags, arch)),
    advice: memo(adviceNames),
    values: scratch(),
  };
  for await (const { entry, number, record } of set.entries("mm")) {
    if (entry.message !== "mm_entry") continue;
    tables.hold("mappings");
    const stack = wideIn(readMessage(entry.bytes, entry.start, entry.end, "mm_entry", STACK), "mm_start_stack");
    const owner = { pid: number, record, pages: await context.pagesOf("pagemap", number), stack };
    const places: (readonly [from: number, to: number])[] = [];
    eachBytes(entry.bytes, entry.start, entry.end, VMAS, (from, to) => places.push([from, to]));
    for (const [from, to] of places) if (!(await addMapping(context, owner, entry.bytes, from, to))) return;
  }
  // Before CRIU 1.0, mappings were in a separate file.
  for await (const { entry, number, record } of set.entries("vmas")) {
    const owner = { pid: number, record, pages: await context.pagesOf("pagemap", number), stack: null };
    if (!(await addMapping(context, owner, entry.bytes, entry.start, entry.end))) return;
  }
}

/** Remembers the values of a function: flags that occur again then have one list. */
function memo<K, V>(make: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    let value = known.get(key);
    if (value === undefined) {
      value = make(key);
      known.set(key, value);
    }
    return value;
  };
}

function remembered(read: Context["pagesOf"]): Context["pagesOf"] {
  const known = new Map<string, Promise<Pages | null>>();
  return (kind, number) => {
    const key = `${kind} ${number}`;
    const found = known.get(key) ?? read(kind, number);
    known.set(key, found);
    return found;
  };
}

const PAGE_SIZE = 4096;

/** Bytes of a page: the auxiliary vector of a task says it, in pairs of a type and a value. */
async function readPageSize(set: SetReader): Promise<number> {
  for await (const { entry } of set.entries("mm")) {
    let nth = 0;
    let type = -1;
    let size = 0;
    eachVarint(entry.bytes, entry.start, entry.end, AUXILIARY_VECTOR, (value) => {
      if (nth++ % 2 === 0) type = value;
      else if (type === AT_PAGESZ) size = value;
    });
    if (size >= PAGE_SIZE && (size & (size - 1)) === 0) return size;
  }
  return PAGE_SIZE;
}

const PE_PARENT = 1;
const PE_LAZY = 2;
const PE_PRESENT = 4;

/** The pages that a pagemap lists; `null`: the set has no such pagemap. */
async function readPages(set: SetReader, kind: PagemapKind, number: number, pageSize: number): Promise<Pages | null> {
  const member = set.members.find(kind, number);
  if (member === NONE) return null;
  const runs = { present: createRuns(), inParent: createRuns(), lazy: createRuns() };
  const values = scratch();
  const { slot } = PAGEMAP;
  for await (const { entry } of set.entriesOf(member, number)) {
    if (entry.message !== "pagemap_entry") continue;
    const seen = scan(entry.bytes, entry.start, entry.end, PAGEMAP, values);
    const wide = (at: number): number => (isSet(seen, at) ? high(values, at) * 2 ** 32 + low(values, at) : 0);
    const inParent = isSet(seen, slot.in_parent) && low(values, slot.in_parent) !== 0;
    const flags = isSet(seen, slot.flags) ? low(values, slot.flags) : inParent ? PE_PARENT : PE_PRESENT;
    const list = listOf(runs, flags);
    if (list === null) continue;
    list.first.push(Math.floor(wide(slot.vaddr) / pageSize));
    list.count.push(wide(slot.nr_pages) || wide(slot.compat_nr_pages));
  }
  return { present: countRuns(runs.present), inParent: countRuns(runs.inParent), lazy: countRuns(runs.lazy) };
}

function listOf(runs: Readonly<Record<keyof Pages, PageRuns>>, flags: number): PageRuns | null {
  if ((flags & PE_PRESENT) !== 0) return runs.present;
  if ((flags & PE_PARENT) !== 0) return runs.inParent;
  return (flags & PE_LAZY) !== 0 ? runs.lazy : null;
}

/** The number of the pagemap of each memfd: an open file names an inode, the inode its shared memory. */
async function readMemfds(set: SetReader): Promise<Map<number, number>> {
  const pagemapOfInode = new Map<bigint, number>();
  for await (const entry of set.entries("memfd")) {
    const inode = messageOf(entry, "memfd_inode_entry");
    const [id, number] = [wideIn(inode, "inode_id"), numberIn(inode, "shmid")];
    if (id !== null && number !== null) pagemapOfInode.set(id, number);
  }
  const found = new Map<number, number>();
  if (pagemapOfInode.size === 0) return found;
  const only = new Set(["memfd"]);
  for await (const entry of set.entries("files")) {
    const memfd = messageIn(messageOf(entry, "file_entry", only), "memfd");
    const [id, inode] = [numberIn(memfd, "id"), numberIn(memfd, "inode_id")];
    const number = inode === null ? undefined : pagemapOfInode.get(BigInt(inode));
    if (id !== null && number !== undefined) found.set(id, number);
  }
  return found;
}

/** Adds the mapping in bytes[from … to - 1]; returns false if the table is full. */
async function addMapping(
  context: Context,
  { pid, record, pages, stack }: Owner,
  bytes: Uint8Array,
  from: number,
  to: number,
): Promise<boolean> {
  const { set, tables, values, fileOfId } = context;
  const { slot } = VMA;
  const seen = scan(bytes, from, to, VMA, values);
  if (!isSet(seen, slot.start) || !isSet(seen, slot.end)) return true;
  const wide = (at: number): bigint =>
    isSet(seen, at) ? (BigInt(high(values, at)) << 32n) | BigInt(low(values, at)) : 0n;
  const number = (at: number): number => (isSet(seen, at) ? low(values, at) : 0);
  const [start, end, offset, shmid] = [wide(slot.start), wide(slot.end), wide(slot.pgoff), number(slot.shmid)];
  const [flags, status, prot] = [number(slot.flags), number(slot.status), number(slot.prot)];
  const advice = isSet(seen, slot.madv) ? context.advice(wide(slot.madv)) : null;
  const file = (status & FILE) === 0 ? NONE : (fileOfId.get(shmid) ?? NONE);
  const hasStack = stack !== null && start <= stack && stack < end;
  const kind = MAPPING_KINDS[kindOfVma(status, flags, hasStack)] ?? "unknown";
  const named = nameOf(context, kind, file, shmid);
  const size = end > start ? end - start : 0n;
  const counts = await countPages(context, named.kind, { pages, shmid, start, size, offset });
  return tables.add(
    "mappings",
    {
      pid,
      start,
      end,
      size,
      permissions: permissionsText((prot & 7) | (flags & MAP_SHARED ? PERMISSION.shared : 0)),
      kind: named.kind,
      path: named.path,
      offset,
      file: (status & FILE) === 0 ? null : shmid,
      flags: context.flagNames(flags),
      advice,
      ...counts,
    },
    set.taskOfPid(pid),
    record,
  );
}

const MEMFD = encodeText("memfd:");

/**
 * The kind of a mapping, and its path as /proc/PID/maps has it, but without the mark of unlinked files: memory that is
 * shared without a file is a file named /dev/zero to the kernel, which CRIU stores as a memfd.
 */
function nameOf(
  { set, keyOfSegment }: Context,
  kind: MappingKind,
  file: FileRow,
  shmid: number,
): { readonly kind: MappingKind; readonly path: Input } {
  const { checkpoint } = set;
  if (kind === "sysv") {
    const key = keyOfSegment.get(shmid);
    return { kind, path: key === undefined ? null : `/SYSV${key.toString(16).padStart(8, "0")}` };
  }
  if (file === NONE) return { kind, path: null };
  const name = nameBytes(checkpoint, file);
  if (kind !== "memfd") return { kind, path: (u8At(checkpoint.files.has, file) & HAS.path) === 0 ? null : name };
  const own = sameBytes(name.subarray(0, MEMFD.length), MEMFD) ? name.subarray(MEMFD.length) : name;
  if (sameBytes(own, DEV_ZERO)) return { kind: "shared", path: own };
  return { kind, path: joined(SLASH, name) };
}

const SLASH = encodeText("/");

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}

interface Range {
  readonly pages: Pages | null;
  readonly shmid: number;
  readonly start: bigint;
  readonly size: bigint;
  readonly offset: bigint;
}

/** The pages of a mapping: of shared memory, those of the memory that it maps. */
async function countPages(
  { pagesOf, pagemapOfMemfd, pageSize }: Context,
  kind: MappingKind,
  { pages, shmid, start, size, offset }: Range,
): Promise<Partial<Record<keyof Pages, number>>> {
  const isShared = kind === "sysv" || kind === "memfd" || kind === "shared";
  const number = kind === "sysv" ? shmid : (pagemapOfMemfd.get(shmid) ?? shmid);
  const found = isShared ? await pagesOf("pagemap-shmem", number) : pages;
  if (found === null) return {};
  const from = Number(isShared ? offset : start) / pageSize;
  const to = from + Number(size) / pageSize;
  return { present: found.present(from, to), inParent: found.inParent(from, to), lazy: found.lazy(from, to) };
}
