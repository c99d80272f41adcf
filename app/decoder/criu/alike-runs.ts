// Reads the details of many files at once, in a kernel (build/kernels/alike.c): files that are like one that was read before
// get its details. The kernel leaves all others to the caller, and the values that differ to the functions of their rows.
//
// Casts `as number` read typed arrays within bounds checked by the loop.

import { NONE } from "../../model/checkpoint.ts";
import { startKernel } from "../../model/kernel.ts";
import type { FileRow } from "../../model/rows.ts";
import type { Comparison } from "./alike.ts";
import { ALIKE_MODULE } from "./alike-module.ts";
import { STEP, type Steps } from "./alike-steps.ts";
import { type About, type Row, valueOfRow, WRITTEN } from "./detail-rows.ts";
import { FILE_ROWS } from "./file-details.ts";
import { createFields, type FileBody, fileBodies, indexFields } from "./file-fields.ts";
import type { EntryBytes } from "./inspect.ts";
import { PART } from "./parts.ts";

/** What is done about a file, in bits: its details are read; they may be those of a file that it is like. */
export const WANTED = 1;
export const ALONE = 2;
/** Its record follows that of the file before it. */
export const FOLLOWS = 4;

/** Why the kernel stopped: the file is left to the caller; the same, and others may be like it; there is no more room. */
const [LEFT, NEW, FULL] = [0, 1, 2];

/** As in the kernel. */
const BLOCK = 128 << 10;
const FILES = 4096;
const DETAILS = 4096;
const CALLS = 2048;
const MOST_STEPS = 64;
const STEPS = 16384;
const TYPES = 64;
const PARTS = 4096;
const TYPE_BYTES = 40;
const TEXTS = 64 << 10;
const STEP_WORDS = 10;
const CALL_WORDS = 10;

interface Kernel {
  readonly memory: WebAssembly.Memory;
  place(which: number): number;
  run(at: number, length: number, index: number, count: number, base: FileRow, own: number): number;
  settle(): void;
  empty(): void;
  learn(steps: number): number;
}

/** The arrays that the kernel and its caller share. */
function viewsOf({ memory, place }: Kernel) {
  const { buffer } = memory;
  const bytes = (which: number, length: number) => new Uint8Array(buffer, place(which), length);
  const words = (which: number, length: number) => new Uint32Array(buffer, place(which), length);
  return {
    state: words(0, 9),
    block: bytes(1, BLOCK),
    flags: bytes(2, FILES),
    types: new DataView(buffer, place(3), TYPES * TYPE_BYTES),
    typeOf: bytes(4, 128),
    rows: words(5, DETAILS),
    keys: new Uint16Array(buffer, place(6), DETAILS),
    values: words(7, DETAILS),
    calls: words(8, CALLS * CALL_WORDS),
    parts: words(9, PARTS * PART),
    steps: words(10, STEPS * STEP_WORDS),
    texts: bytes(11, TEXTS),
  };
}

type Views = ReturnType<typeof viewsOf>;

/** Describes the messages that are compared to the kernel. Returns their numbers by their names. */
function describeTypes({ types, typeOf }: Views): Map<string, number> {
  const numbers = new Map<string, number>();
  for (const { type, body } of fileBodies()) {
    const comparison = FILE_ROWS[body.name]?.comparison ?? null;
    if (comparison === null) continue;
    typeOf[type] = body.number;
    describeType(types, comparison);
    numbers.set(body.message, body.number);
  }
  return numbers;
}

function describeType(types: DataView, { number, varying, kept, table }: Comparison): void {
  const at = number * TYPE_BYTES;
  types.setUint32(at, varying, true);
  types.setUint32(at + 4, kept, true);
  for (const field of table.byNumber) if (field !== undefined) types.setUint8(at + 8 + field.number, field.wire);
}

/** What a reader of runs needs of the reader of single files. */
interface Single {
  /** An object for files that are alike, whose fields are in `fields`. @param bodyOf The type of the current file. */
  aboutAlike(fields: ReturnType<typeof createFields>, bodyOf: () => FileBody | null): About;
  /** Reads the details of a file that is not like another so far; returns how to do so for others that are like it. */
  describeNew(file: FileRow, entry: EntryBytes): Steps | null;
}

/** Reads the details of files from `file` on, whose entry is given. Returns the first file that it has not read. */
export type RunReader = (file: FileRow, entry: EntryBytes) => FileRow;

/** A reader; `null` where WebAssembly is not allowed. @param flags WANTED and so on by file. */
export function createRunReader(flags: Uint8Array, single: Single): RunReader | null {
  const kernel = startKernel<Kernel>(ALIKE_MODULE);
  if (kernel === null) return null;
  const views = viewsOf(kernel);
  const { state, block } = views;
  const numbers = describeTypes(views);
  const known: Steps[] = [];
  const takeFound = createTaker(kernel, views, known, single);
  /** The block and the flags that the kernel has. */
  let loaded: Uint8Array | null = null;
  let base = 0;
  let count = 0;
  const loadFlags = (file: FileRow): void => {
    if (file >= base && file < base + count) return;
    base = file;
    count = Math.min(FILES, flags.length - file);
    views.flags.set(flags.subarray(base, base + count));
  };
  return (file, entry) => {
    const { bytes, message } = entry;
    const own = message === "file_entry" ? 0 : numbers.get(message ?? "");
    if (own === undefined || bytes.length > BLOCK || !isPlainSize(entry)) return file;
    if (loaded !== bytes) block.set(bytes);
    loaded = bytes;
    let at = entry.start - 4;
    for (let next = file; ; ) {
      loadFlags(next);
      const reason = kernel.run(at, bytes.length, next - base, count, base, own);
      takeFound(entry);
      next = base + (state[0] as number);
      at = state[1] as number;
      if (reason === LEFT) return next;
      if (reason === FULL) continue;
      if (reason === NEW) {
        const end = state[2] as number;
        const steps = single.describeNew(next, { ...entry, start: at + 4, end });
        if (steps === null) return next;
        learn(kernel, views, known, steps);
        at = end;
        next++;
      }
      if (((flags[next] ?? 0) & FOLLOWS) === 0) return next;
    }
  };
}

/** Whether an entry is whole, and its size is before it in the byte order of the kernel. */
function isPlainSize({ bytes, start, end, isCut }: EntryBytes): boolean {
  const at = start - 4;
  const size = (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16);
  return !isCut && size === end - start && bytes[at + 3] === 0;
}

/** Adds the steps of the file that the kernel looked for last. */
function learn(kernel: Kernel, { steps, state }: Views, known: Steps[], added: Steps): void {
  const { list, rows } = added;
  const count = list.length / STEP;
  const first = state[7] as number;
  if (count > MOST_STEPS || first + count > STEPS) return;
  for (let each = 0; each < count; each++) {
    const at = (first + each) * STEP_WORDS;
    const row = list[STEP * each + 2] as number;
    const reads = row === NONE ? null : ((rows[row] as Row).reads ?? null);
    steps[at] = list[STEP * each] as number;
    steps[at + 1] = list[STEP * each + 1] as number;
    steps[at + 2] = row;
    steps[at + 3] = list[STEP * each + 3] as number;
    steps[at + 4] = reads?.[0]?.number ?? 0;
    steps[at + 5] = reads?.[1]?.number ?? 0;
  }
  const number = kernel.learn(count);
  if (number >= 0) known[number] = added;
}

/** A function that finds the values that the kernel left to its caller, and takes the details that it found. */
function createTaker(kernel: Kernel, views: Views, known: readonly Steps[], single: Single) {
  const { state, rows, keys, values, calls, parts, texts } = views;
  const fields = createFields();
  fields.parts.list = parts;
  let body: FileBody | null = null;
  const about = single.aboutAlike(fields, () => body);
  return (block: EntryBytes): void => {
    const entry = { ...block };
    fields.entry = entry;
    about.file = NONE;
    const end = (state[4] as number) * CALL_WORDS;
    for (let at = 0; at < end; at += CALL_WORDS) {
      const form = calls[at + 9] as number;
      if (form !== WRITTEN.PLAIN) {
        const start = calls[at + 6] as number;
        values[calls[at + 3] as number] =
          form === WRITTEN.INTEGER
            ? about.details.indexOfInteger(start)
            : about.details.indexOfText(texts, start, calls[at + 7] as number, calls[at + 4] as number);
        continue;
      }
      const file = calls[at] as number;
      const steps = known[calls[at + 1] as number] as Steps;
      if (file !== about.file) {
        about.file = file;
        body = steps.body;
        fields.first = (calls[at + 4] as number) * PART;
        fields.end = (calls[at + 5] as number) * PART;
        entry.start = calls[at + 6] as number;
        entry.end = calls[at + 7] as number;
        indexFields(fields);
      }
      const value = valueOfRow(about, steps.rows[calls[at + 2] as number] as Row);
      const detail = calls[at + 3] as number;
      if (detail < DETAILS) values[detail] = value;
    }
    kernel.settle();
    const count = state[3] as number;
    if (count > 0) about.details.addAll(rows, keys, values, count);
    kernel.empty();
  };
}
