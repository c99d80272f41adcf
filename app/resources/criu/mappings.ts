// Mappings, from mm-PID.img (in old releases vmas-PID.img), with the pages of each that pagemaps list.

import { mapFlagNames } from "../../decoder/criu/format/meaning.ts";
import { pageSizeIn } from "../../decoder/criu/memory/address-space.ts";
import { byStart, readVma, SMALLEST_PAGE, type Vma } from "../../decoder/criu/memory/mappings.ts";
import { PE, readPagemapEntry } from "../../decoder/criu/memory/pagemap-entry.ts";
import {
  createMemfdObjects,
  fileOf,
  isSharedMemfd,
  type MemfdObjects,
  mapsFile,
  objectOf,
} from "../../decoder/criu/memory/shared-objects.ts";
import { createEntryReader } from "../../decoder/criu/wire/inspect.ts";
import { eachBytes, fieldNumber, scratch } from "../../decoder/criu/wire/wire.ts";
import { type Checkpoint, NONE } from "../../model/checkpoint.ts";
import { isDevZero, MAPPING_KINDS, type MappingKind, mappedPath, permissionsText } from "../../model/mappings.ts";
import { i32At } from "../../model/read.ts";
import type { FileRow, RecordRow } from "../../model/rows.ts";
import { memo } from "../memo.ts";
import type { Input } from "../table.ts";
import type { Tables } from "../tables.ts";
import { adviceNames } from "../words.ts";
import { countRuns, createRuns, type PageRuns } from "./page-counts.ts";
import { messageOf, type SetReader } from "./set-reader.ts";

const VMAS = fieldNumber("mm_entry", "vmas");

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
  readonly rowOfId: (id: number) => FileRow;
  /** `null`: the set has no such pagemap, or a damaged one. */
  readonly pagesOf: (kind: PagemapKind, number: number) => Promise<Pages | null>;
  readonly memfds: MemfdObjects;
  /** Keys of System V shared memory, by id. */
  readonly keyOfSegment: ReadonlyMap<number, number>;
  readonly flagNames: (flags: number) => readonly string[];
  readonly advice: (bits: bigint) => readonly string[];
  readonly pageSize: number;
  readonly values: Uint32Array;
}

/** A task whose mappings are read. */
interface Owner {
  readonly pid: number;
  readonly record: RecordRow;
  /** Where the stack of its first thread begins, at the top; `null`: unknown. */
  readonly stack: bigint | null;
}

/**
 * Reads the table of mappings.
 *
 * @param keyOfSegment Keys of System V shared memory, by id.
 * @param leftOut Tasks, by pid, whose mappings are not read.
 */
export async function readMappings(
  set: SetReader,
  tables: Tables,
  keyOfSegment: ReadonlyMap<number, number>,
  leftOut: ReadonlySet<number>,
): Promise<void> {
  if (!tables.wants("mappings")) return;
  const { checkpoint, arch } = set;
  const { files } = checkpoint;
  const rowOfId: Context["rowOfId"] = set.fileOfId;
  const pageSize = await readPageSize(set);
  const readEntry = createEntryReader(checkpoint, set.sources);
  const context: Context = {
    set,
    tables,
    rowOfId,
    pagesOf: remembered((kind, number) => readPages(set, kind, number, pageSize)),
    memfds: createMemfdObjects(set.placed("memfd", 0), (id) => {
      const file = rowOfId(id);
      return file === NONE ? null : readEntry(i32At(files.record, file));
    }),
    keyOfSegment,
    flagNames: memo((flags: number) => mapFlagNames(flags, arch)),
    advice: memo(adviceNames),
    pageSize,
    values: scratch(),
  };
  for await (const found of set.entries("mm", leftOut)) {
    const mm = messageOf(found, "mm_entry");
    if (mm === null) continue;
    const { entry, number, record } = found;
    tables.hold("mappings");
    const owner = { pid: number, record, stack: mm.wide("mm_start_stack") };
    const vmas: Vma[] = [];
    eachBytes(entry.bytes, entry.start, entry.end, VMAS, (from, to) => {
      const vma = readVma(entry.bytes, from, to, owner.stack, context.values);
      if (vma !== null) vmas.push(vma);
    });
    // Guards of MADV_GUARD_INSTALL come after all others.
    for (const vma of vmas.sort(byStart)) if (!(await addMapping(context, owner, vma))) return;
  }
  // Before CRIU 1.0, mappings were in a separate file.
  for await (const { entry, number, record } of set.entries("vmas")) {
    const owner = { pid: number, record, stack: null };
    const vma = readVma(entry.bytes, entry.start, entry.end, null, context.values);
    if (vma !== null && !(await addMapping(context, owner, vma))) return;
  }
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

/** The page size in bytes, from the auxiliary vector of a task. */
async function readPageSize(set: SetReader): Promise<number> {
  for await (const { entry } of set.entries("mm")) {
    const size = pageSizeIn(entry.bytes, entry.start, entry.end);
    if (size !== null) return size;
  }
  return SMALLEST_PAGE;
}

/** The pages that a pagemap lists; `null`: the set has no such pagemap, or it is damaged, so that there may be more. */
async function readPages(set: SetReader, kind: PagemapKind, number: number, pageSize: number): Promise<Pages | null> {
  const member = set.members.find(kind, number);
  if (member === NONE || isDamaged(set.checkpoint, member)) return null;
  const runs = { present: createRuns(), inParent: createRuns(), lazy: createRuns() };
  const values = scratch();
  for await (const { entry } of set.entriesOf(member, number)) {
    if (entry.message !== "pagemap_entry") continue;
    const { start, pages, flags } = readPagemapEntry(entry.bytes, entry.start, entry.end, values);
    const list = listOf(runs, flags);
    if (list === null || Number.isNaN(start)) continue;
    list.first.push(Math.floor(start / pageSize));
    list.count.push(pages);
  }
  return { present: countRuns(runs.present), inParent: countRuns(runs.inParent), lazy: countRuns(runs.lazy) };
}

const isDamaged = ({ problems }: Checkpoint, member: number): boolean =>
  problems.some((problem) => problem.member === member && problem.severity === "error");

function listOf(runs: Readonly<Record<keyof Pages, PageRuns>>, flags: number): PageRuns | null {
  if ((flags & PE.present) !== 0) return runs.present;
  if ((flags & PE.parent) !== 0) return runs.inParent;
  return (flags & PE.lazy) !== 0 ? runs.lazy : null;
}

/** The pages that a mapping shows; `null`: unknown. */
function pagesOf(context: Context, pid: number, vma: Vma, object: number | null): Promise<Pages | null> {
  if (object !== null) return context.pagesOf("pagemap-shmem", object);
  // If the number of a memfd is lost, so is which pagemap has its pages.
  return isSharedMemfd(vma) ? Promise.resolve(null) : context.pagesOf("pagemap", pid);
}

/** Adds a mapping; returns false if the table is full. */
async function addMapping(context: Context, { pid, record }: Owner, vma: Vma): Promise<boolean> {
  const { set, tables } = context;
  const { start, end, offset } = vma;
  const size = end > start ? end - start : 0n;
  const object = await objectOf(vma, context.memfds);
  const pages = await pagesOf(context, pid, vma, object);
  const first = Number(object === null ? start : offset) / context.pageSize;
  const last = first + Number(size) / context.pageSize;
  const name = nameOf(context, MAPPING_KINDS[vma.kind] ?? "unknown", fileOf(vma, context.rowOfId), vma.shmid);
  return tables.add(
    "mappings",
    {
      pid,
      start,
      end,
      size,
      permissions: permissionsText(vma.permissions),
      ...name,
      offset,
      file: mapsFile(vma) ? vma.shmid : null,
      // A segment of System V has a key.
      object: name.kind === "sysv" ? null : object,
      flags: context.flagNames(vma.flags),
      advice: vma.advice === null ? null : context.advice(vma.advice),
      present: pages?.present(first, last),
      inParent: pages?.inParent(first, last),
      lazy: pages?.lazy(first, last),
    },
    set.taskOfPid(pid),
    record,
  );
}

/** The name of every ring of io_setup(2) in /proc/PID/maps. */
const AIO_RING = "/[aio]";

/** The kind of a mapping, and its path as /proc/PID/maps has it, but without the mark of unlinked files. */
function nameOf(
  { set: { checkpoint }, keyOfSegment }: Context,
  kind: MappingKind,
  file: FileRow,
  shmid: number,
): { readonly kind: MappingKind; readonly path: Input } {
  if (kind === "sysv") {
    const key = keyOfSegment.get(shmid);
    return { kind, path: key === undefined ? null : `/SYSV${key.toString(16).padStart(8, "0")}` };
  }
  if (kind === "aio") return { kind, path: AIO_RING };
  return { kind: isDevZero(checkpoint, file) ? "shared" : kind, path: mappedPath(checkpoint, file) };
}
