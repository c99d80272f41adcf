// The memory of a Linux-CR image: MM, its VMAs, and after each VMA its pages as PGARR records, each followed by a
// BUFFER with the addresses of pages and then the pages themselves.

import { type Checkpoint, NONE } from "../../model/checkpoint.ts";
import { type MappingKind, mappingKind, PERMISSION } from "../../model/mappings.ts";
import { i32At, u8At, u32At } from "../../model/read.ts";
import { recordLength, recordOffset } from "../../model/records.ts";
import type { FileRow, RecordRow, TaskRow } from "../../model/rows.ts";
import { type Damaged, mappedPages } from "../memory/mapped-pages.ts";
import {
  type AddressRange,
  type AddressSpace,
  createMappingList,
  type ImageMemory,
  type MappingList,
  mappingsOf,
  type PageState,
} from "../memory/memory.ts";
import { createRunList, NO_RUNS, type PageRuns } from "../memory/page-runs.ts";
import { openPagesFile, type PagesFile } from "../memory/pages-file.ts";
import type { Source } from "../source.ts";
import type { Dialect } from "./catalogue/dialect.ts";
import { vmFlag } from "./catalogue/vm-flags.ts";
import { integer } from "./struct-reader.ts";

/** Structs of memory are smaller than this. */
const MOST_STRUCT = 512;
/** The auxiliary vector is smaller than this. */
const MOST_AUXV = 4096;
const PAGE = 4096;
/** Pages of a PGARR; the kernel writes at most 16384. */
const MOST_PAGES = 1 << 20;

/** Where a mapping's pages are: PGARR records, and the key of the object they belong to. */
interface Place {
  /** Key of `Walked.arrays`. */
  readonly key: string;
  /** The arrays have page numbers in an object instead of addresses. */
  readonly isObject: boolean;
  readonly others: PageState;
}

/** The result of a walk over the records of memory. */
interface Walked {
  readonly list: MappingList;
  readonly places: Place[];
  readonly spaces: { objref: number; space: AddressSpace }[];
  /** BUFFERs with pages, by the mapping or the object that the pages are of. */
  readonly arrays: Map<string, { readonly buffer: RecordRow; readonly pages: number }[]>;
}

/** Reads structs of records by the catalogue. */
interface StructSource {
  /** The values of a record's struct; `null`: a field that it does not have. */
  read(record: RecordRow, struct: string): Promise<(field: string) => bigint | null>;
  bytes(record: RecordRow, most: number): Promise<Uint8Array>;
}

/** The memory of an image, or why there is none. @throws SourceError */
export async function linuxCrMemory(
  source: Source,
  checkpoint: Checkpoint,
  dialect: Dialect,
): Promise<ImageMemory | string> {
  if (dialect.struct("ckpt_hdr_mm") === undefined) return "Images of this version have no memory.";
  const file = openPagesFile(source);
  const structs = structSource(file, checkpoint, dialect);
  const walked = await walkMemory(checkpoint, dialect, structs);
  const { places, arrays } = walked;
  const mappings = mappingsOf(walked.list);
  const word = checkpoint.machine.wordSize ?? 8;
  const pageSize = pageSizeOf(checkpoint, arrays, word);
  const known = new Map<string, Promise<PageRuns>>();
  const damaged: Damaged = new Map();
  return {
    pageSize,
    spaces: walked.spaces.map(({ space }) => space),
    mappings,
    problems: [],
    async pages(mapping) {
      const { key, isObject, others } = places[mapping] as Place;
      const found = known.get(key) ?? readArrays(file, checkpoint, arrays.get(key) ?? [], word, pageSize, isObject);
      known.set(key, found);
      const start = mappings.start[mapping] as number;
      return mappedPages({
        runs: await found,
        files: [file],
        base: isObject ? (mappings.offset[mapping] as number) : start,
        size: (mappings.end[mapping] as number) - start,
        others,
        damaged,
      });
    },
  };
}

function structSource(file: PagesFile, { records, machine }: Checkpoint, dialect: Dialect): StructSource {
  const bytes = (record: RecordRow, most: number): Promise<Uint8Array> =>
    file.raw(recordOffset(records, record), Math.min(recordLength(records, record), most));
  return {
    bytes,
    async read(record, struct) {
      const layout = dialect.struct(struct);
      const held = await bytes(record, MOST_STRUCT);
      return (field) => {
        const found = layout?.byName.get(field);
        return found === undefined ? null : integer(held, found, machine.littleEndian);
      };
    },
  };
}

/** The size of pages: what the first BUFFER has for each page, less its address. */
function pageSizeOf({ records }: Checkpoint, arrays: Walked["arrays"], word: number): number {
  for (const list of arrays.values()) {
    for (const { buffer, pages } of list) {
      const size = (recordLength(records, buffer) - 8) / pages - word;
      if (Number.isInteger(size) && size >= PAGE && (size & (size - 1)) === 0) return size;
    }
  }
  return PAGE;
}

async function walkMemory(checkpoint: Checkpoint, dialect: Dialect, structs: StructSource): Promise<Walked> {
  const walked: Walked = { list: createMappingList(), places: [], spaces: [], arrays: new Map() };
  const { records, objects, tasks } = checkpoint;
  const names = records.kinds.map(({ name }) => name);
  const mmOf = new Map<RecordRow, number>();
  for (let row = 0; row < objects.count; row++) {
    if (objects.types[u8At(objects.type, row)] === "MM") mmOf.set(i32At(objects.record, row), u32At(objects.id, row));
  }
  const taskOf = new Map<RecordRow, TaskRow>();
  for (let task = 0; task < tasks.count; task++) taskOf.set(i32At(tasks.record, task), task);
  const fileOf = new Map<number, FileRow>();
  for (let row = checkpoint.files.count - 1; row >= 0; row--) fileOf.set(u32At(checkpoint.files.id, row), row);
  let announced = NONE;
  let task: TaskRow = NONE;
  let mm: Mm | null = null;
  let key: string | null = null;
  const tasksOf = new Map<number, TaskRow[]>();
  for (let row = 0; row < records.count; row++) {
    const name = names[records.kind[row] as number] ?? "";
    if (name === "OBJREF") announced = mmOf.get(row) ?? announced;
    else if (name === "TASK") task = taskOf.get(row) ?? task;
    else if (name === "TASK_OBJS") {
      const objref = Number((await structs.read(row, "ckpt_hdr_task_objs"))("mm_objref") ?? NONE);
      if (task === NONE || objref <= 0) continue;
      const users = tasksOf.get(objref);
      if (users === undefined) tasksOf.set(objref, [task]);
      else users.push(task);
    } else if (name === "MM") {
      mm = await readMm(checkpoint, structs, row, names);
      walked.spaces.push({ objref: announced, space: spaceOf(mm, walked.places.length) });
    } else if (name === "VMA" && mm !== null) {
      key = await addVma(walked, dialect, mm, fileOf, await structs.read(row, "ckpt_hdr_vma"));
    } else if (name === "IPC_SHM") {
      const objref = (await structs.read(row, "ckpt_hdr_ipc_shm"))("objref");
      key = objref === null ? null : `object ${objref}`;
    } else if (name === "PGARR" && key !== null) {
      const pages = Number((await structs.read(row, "ckpt_hdr_pgarr"))("nr_pages") ?? 0n);
      const hasBuffer = row + 1 < records.count && names[records.kind[row + 1] as number] === "BUFFER";
      if (pages > 0 && pages <= MOST_PAGES && hasBuffer) addArray(walked, key, row + 1, pages);
    }
  }
  return { ...walked, spaces: closeSpaces(walked, tasksOf, checkpoint) };
}

function addArray({ arrays }: Walked, key: string, buffer: RecordRow, pages: number): void {
  const list = arrays.get(key);
  if (list === undefined) arrays.set(key, [{ buffer, pages }]);
  else list.push({ buffer, pages });
}

/** Gives each space its mappings and tasks. */
function closeSpaces(
  { spaces, places }: Walked,
  tasksOf: ReadonlyMap<number, readonly TaskRow[]>,
  { tasks }: Checkpoint,
): Walked["spaces"] {
  return spaces.map(({ objref, space }, index) => {
    const users = tasksOf.get(objref) ?? [];
    const [first = NONE] = users;
    const pid = first === NONE ? NONE : i32At(tasks.pid, first);
    const end = spaces[index + 1]?.space.first ?? places.length;
    return { objref, space: { ...space, end, tasks: users, number: pid === NONE ? first : pid } };
  });
}

/** The values of an MM. */
interface Mm {
  readonly startBrk: number;
  readonly brk: number;
  readonly startStack: number;
  readonly arguments: AddressRange | null;
  readonly environment: AddressRange | null;
  readonly auxv: readonly bigint[];
}

const spaceOf = (mm: Mm, first: number): AddressSpace => ({
  number: NONE,
  tasks: [],
  first,
  end: first,
  arguments: mm.arguments,
  environment: mm.environment,
  auxv: mm.auxv,
});

async function readMm(
  { records, machine }: Checkpoint,
  structs: StructSource,
  row: RecordRow,
  names: readonly string[],
): Promise<Mm> {
  const value = await structs.read(row, "ckpt_hdr_mm");
  const range = (from: string, to: string): AddressRange | null => {
    const [start, end] = [value(from), value(to)];
    return start === null || end === null ? null : { start, end };
  };
  const hasVector = row + 1 < records.count && names[records.kind[row + 1] as number] === "BUFFER";
  const bytes = hasVector ? (await structs.bytes(row + 1, MOST_AUXV)).subarray(8) : new Uint8Array(0);
  // 32-bit machines wrote longs of 4 bytes up to v19-rc3: 176 bytes; with 8 it is 352, and 336 on 64-bit machines.
  const word = machine.wordSize === 4 && bytes.length < 300 ? 4 : 8;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const auxv: bigint[] = [];
  for (let at = 0; at + word <= bytes.length; at += word) {
    auxv.push(
      word === 4 ? BigInt(view.getUint32(at, machine.littleEndian)) : view.getBigUint64(at, machine.littleEndian),
    );
  }
  // A pair of type AT_NULL ends the vector; what follows is padding.
  const end = auxv.findIndex((type, index) => index % 2 === 0 && type === 0n);
  return {
    startBrk: Number(value("start_brk") ?? 0n),
    brk: Number(value("brk") ?? 0n),
    startStack: Number(value("start_stack") ?? 0n),
    arguments: range("arg_start", "arg_end"),
    environment: range("env_start", "env_end"),
    auxv: end < 0 ? auxv : auxv.slice(0, end),
  };
}

/** The state of pages that the kernel left out, by the type of their mapping. */
const OTHERS: Readonly<Record<string, PageState>> = {
  ANON: "zero",
  FILE: "file",
  SHM_ANON: "zero",
  SHM_ANON_SKIP: "zero",
  SHM_FILE: "file",
  SHM_IPC: "zero",
  SHM_IPC_SKIP: "zero",
  VDSO: "kernel",
  HUGETLB: "unknown",
  HUGETLB_SKIP: "unknown",
};

/** Adds a mapping. Returns the key of the arrays with its pages; `null` if it is damaged. */
async function addVma(
  { list, places }: Walked,
  dialect: Dialect,
  mm: Mm,
  fileOf: ReadonlyMap<number, FileRow>,
  value: (field: string) => bigint | null,
): Promise<string | null> {
  const number = (field: string): number => Number(value(field) ?? 0n);
  const [start, end] = [number("vm_start"), number("vm_end")];
  if (end <= start || start % PAGE !== 0 || end % PAGE !== 0) return null;
  const type = dialect.enumName("CKPT_VMA", number("vma_type")) ?? "";
  const flags = value("vm_flags") ?? 0n;
  const isObject = type.startsWith("SHM_ANON") || type.startsWith("SHM_IPC");
  const file = type === "FILE" || type === "SHM_FILE" ? fileOf.get(number("vma_objref")) : undefined;
  const key = isObject ? `object ${number("ino_objref")}` : `mapping ${places.length}`;
  list.start.push(start);
  list.end.push(end);
  list.permissions.push(
    Number(flags & 0xfn) & (PERMISSION.read | PERMISSION.write | PERMISSION.execute | PERMISSION.shared),
  );
  list.kind.push(mappingKind(kindOf(type, flags, mm, start, end)));
  list.offset.push(number("vm_pgoff") * PAGE);
  list.file.push(file ?? NONE);
  places.push({ key, isObject, others: OTHERS[type] ?? "unknown" });
  return key;
}

/** The kind of a mapping, by its type (a name of CKPT_VMA), vm_flags and place. */
export function kindOf(
  type: string,
  flags: bigint,
  mm: Pick<Mm, "brk" | "startBrk" | "startStack">,
  start: number,
  end: number,
): MappingKind {
  if (type === "VDSO") return "vdso";
  if (type === "FILE" || type === "SHM_FILE") return "file";
  if (type.startsWith("SHM_ANON")) return "shared";
  if (type.startsWith("SHM_IPC")) return "sysv";
  if (type !== "ANON" && !type.startsWith("HUGETLB")) return "unknown";
  // As proc(5) names them.
  if (start <= mm.brk && end >= mm.startBrk && mm.brk > mm.startBrk) return "heap";
  const isStack = (start <= mm.startStack && end > mm.startStack) || (flags & vmFlag("VM_GROWSDOWN")) !== 0n;
  return isStack ? "stack" : "anonymous";
}

/** The runs of pages in BUFFERs. Reads the addresses only. */
async function readArrays(
  file: PagesFile,
  { records, machine }: Checkpoint,
  arrays: readonly { readonly buffer: RecordRow; readonly pages: number }[],
  word: 4 | 8,
  pageSize: number,
  isObject: boolean,
): Promise<PageRuns> {
  if (arrays.length === 0) return NO_RUNS;
  const list = createRunList();
  for (const { buffer, pages } of arrays) {
    const offset = recordOffset(records, buffer) + 8;
    const size = recordLength(records, buffer) - 8;
    if (pages * word > size) continue;
    // Copied: the file's block of bytes may be replaced.
    const bytes = (await file.raw(offset, pages * word)).slice();
    const view = new DataView(bytes.buffer);
    for (let page = 0; page < pages && (page + 1) * word <= bytes.length; page++) {
      const at = page * word;
      const stated =
        word === 4 ? view.getUint32(at, machine.littleEndian) : Number(view.getBigUint64(at, machine.littleEndian));
      const start = isObject ? stated * pageSize : stated;
      if (start % PAGE !== 0) continue;
      const stored = pages * word + page * pageSize;
      list.add(start, start + pageSize, stored + pageSize <= size ? "stored" : "damaged", 0, offset + stored);
    }
  }
  return list.finish().runs;
}
