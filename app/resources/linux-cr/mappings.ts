// The mappings of a Linux-CR image: an MM, its VMAs, and after each VMA the pages that are in the image.

import { vmFlag, vmFlagNames } from "../../decoder/linux-cr/catalogue/vm-flags.ts";
import { kindOf } from "../../decoder/linux-cr/memory.ts";
import { type Checkpoint, HAS, nameBytes } from "../../model/checkpoint.ts";
import { PERMISSION, permissionsText } from "../../model/mappings.ts";
import { u8At, u32At } from "../../model/read.ts";
import type { FileRow, TaskRow } from "../../model/rows.ts";
import type { Row } from "../table.ts";
import { spec, type Tables } from "../tables.ts";
import { type RecordReader, type Struct, take } from "./record-reader.ts";

/** A task that uses a memory. */
export interface Owner {
  readonly pid: number;
  readonly task: TaskRow;
}

export interface MemoryReader {
  begin(objref: number, mm: Struct, record: number): void;
  mapping(vma: Struct, record: number): void;
  pages(array: Struct): void;
  /** Lists the mappings of a memory for a task: once for each process, as threads share theirs. */
  use(objref: number, owner: Owner): void;
}

interface Mapped {
  readonly row: Record<string, Row[string]>;
  readonly record: number;
}

const PAGE = 4096n;
/** What rwxp looks like in vm_flags: read, write, execute, and VM_MAYSHARE, as proc(5) has it. */
const SHARED = vmFlag("VM_MAYSHARE") | vmFlag("VM_SHARED");
const ACCESS = 7n;

/** Types of VMA that map a file. */
const OF_FILES: ReadonlySet<string> = new Set(["FILE", "SHM_FILE"]);

/** Types of VMA that map memory without a path, which another mapping may show. */
const OF_MEMORY: ReadonlySet<string> = new Set(["SHM_ANON", "SHM_ANON_SKIP"]);

/** The first file of each id. */
function rowsById({ files }: Checkpoint): ReadonlyMap<number, FileRow> {
  const rows = new Map<number, FileRow>();
  for (let file = files.count - 1; file >= 0; file--) rows.set(u32At(files.id, file), file);
  return rows;
}

/** The bytes of a huge page, from their binary logarithm; `null`: 0, the pages are not huge. */
export const hugePageSize = (shift: number): bigint | null => (shift > 0 && shift < 64 ? 1n << BigInt(shift) : null);

/** Reads mappings in the order of the records. */
export function createMemory(reader: RecordReader, tables: Tables): MemoryReader {
  const { checkpoint, dialect } = reader;
  const memories = new Map<number, Mapped[]>();
  const used = new Set<string>();
  const flagNames = new Map<bigint, readonly string[]>();
  /** By objref; made for the first mapping of a file, because most images with many files have no mappings. */
  let files: ReadonlyMap<number, FileRow> | null = null;
  const pathOf = (objref: number): Uint8Array | null => {
    files ??= rowsById(checkpoint);
    const file = files.get(objref);
    return file === undefined || (u8At(checkpoint.files.has, file) & HAS.path) === 0
      ? null
      : nameBytes(checkpoint, file);
  };
  let current: Mapped[] = [];
  let place = { brk: 0, startBrk: 0, startStack: 0 };
  const namesOf = (flags: bigint): readonly string[] => {
    const known = flagNames.get(flags) ?? vmFlagNames(flags);
    flagNames.set(flags, known);
    return known;
  };
  return {
    begin(objref, mm) {
      tables.hold("mappings");
      current = [];
      memories.set(objref, current);
      place = { brk: mm.number("brk"), startBrk: mm.number("start_brk"), startStack: mm.number("start_stack") };
    },
    mapping(vma, record) {
      const type = dialect.enumName("CKPT_VMA", vma.number("vma_type")) ?? "";
      const flags = vma.big("vm_flags") ?? 0n;
      const [start, end] = [vma.big("vm_start") ?? 0n, vma.big("vm_end") ?? 0n];
      const objref = vma.number("vma_objref");
      const isFile = OF_FILES.has(type);
      const row: Mapped["row"] = {
        permissions: permissionsText(Number(flags & ACCESS) | ((flags & SHARED) === 0n ? 0 : PERMISSION.shared)),
        size: end > start ? end - start : 0n,
        kind: kindOf(type, flags, place, Number(start), Number(end)),
        path: isFile ? pathOf(objref) : null,
        // For memory without a file, it is derived from the address.
        offset: isFile ? (vma.big("vm_pgoff") ?? 0n) * PAGE : 0n,
        file: objref > 0 ? objref : null,
        object: OF_MEMORY.has(type) && vma.number("ino_objref") > 0 ? vma.number("ino_objref") : null,
        flags: namesOf(flags),
        hugePages: hugePageSize(vma.number("hugetlb_shift")),
        present: 0,
      };
      take(row, spec("mappings"), vma, checkpoint.machine.arch);
      current.push({ row, record });
    },
    pages(array) {
      const row = current.at(-1)?.row;
      if (row !== undefined) row.present = Number(row.present) + array.number("nr_pages");
    },
    use(objref, { pid, task }) {
      if (used.has(`${objref} ${pid}`)) return;
      used.add(`${objref} ${pid}`);
      for (const { row, record } of memories.get(objref) ?? []) {
        if (!tables.add("mappings", { pid, ...row }, task, record)) return;
      }
    },
  };
}
