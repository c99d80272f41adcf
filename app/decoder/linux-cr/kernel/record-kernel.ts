// Runs the kernel that reads records of the usual form into columns (build/kernels/records.c). Casts `as number`
// read the words of a result.

import { kernelInput, startKernel } from "../../../model/kernel.ts";
import type { FileRow, RecordRow, TableRow } from "../../../model/rows.ts";
import type { RecordForms } from "./record-forms.ts";
import { RECORDS_MODULE } from "./records-module.ts";

/** What records.c exports. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly places: () => number;
  readonly read: (from: number, length: number) => void;
  readonly forget: () => void;
}

/** Sizes, as in records.c. */
const INPUT = 256 << 10;
const ROWS = 8192;
const FILES = ROWS / 2;
const LENGTH_BYTES = 3;
/** Parts of the memory that it lists. */
const PLACES = 33;
/** The most bytes of an open file's records: one that announces it, one that describes it, and its path. */
const LONGEST_FILE = 8 << 10;

/** What a run starts from. */
export interface Request {
  /** Room for records, open files, descriptors and bytes of text. */
  readonly rows: number;
  readonly files: number;
  readonly descriptors: number;
  readonly text: number;
  /** Rows and bytes of text that there are already. */
  readonly firstRecord: RecordRow;
  readonly firstFile: FileRow;
  readonly textBase: number;
  /** The current table, and its last descriptor; NONE if there is none. */
  readonly table: TableRow;
  readonly lastFd: number;
  /** Whether there is a column of versions, and one of the varying parts of names. */
  readonly hasVersions: boolean;
  readonly hasVarying: boolean;
  /** Whether BUFFER is only listed. */
  readonly listsBuffer: boolean;
}

/** What the last run read: views of the kernel's memory. Only the first rows of a column have been written. */
export interface RecordsRead {
  rows: number;
  files: number;
  descriptors: number;
  /** Where in the bytes given its offsets are from. */
  base: number;
  /** Where the last record ends, as an offset. */
  end: number;
  /** The length of each record, seven bits in a byte. */
  readonly lengths: Uint8Array;
  lengthBytes: number;
  /** By record: where it begins, as an offset, its length in `lengths`, and its kind. */
  readonly offsets: Uint32Array;
  readonly lengthsAt: Uint32Array;
  readonly kinds: Uint8Array;
  readonly fileColumns: ReturnType<typeof fileColumns>;
  /** Whose the open files are: a row wherever that changes. */
  readonly ownerColumns: ReturnType<typeof ownerColumns>;
  owners: number;
  readonly descriptorColumns: ReturnType<typeof descriptorColumns>;
  readonly text: Uint8Array;
  textLength: number;
  /** Descriptors whose open file is not known to the kernel: in its place they have its objref. */
  readonly missing: Uint32Array;
  missingCount: number;
  /** Whether the ids of the files follow one another. */
  inOrder: boolean;
}

/** A kernel with the tables of a dialect. */
export interface RecordKernel {
  readonly batch: RecordsRead;
  /**
   * Reads the records that lie whole in bytes[from … end - 1] into `batch`, until there is no
   * room, or one has another form.
   */
  read(bytes: Uint8Array, from: number, end: number, request: Request): void;
  /** Must be called if what the last run read is not kept. */
  forget(): void;
}

/** Returns where the next part of the kernel's memory is. */
type NextPlace = () => number;

// Properties are made in the order of the kernel's list of places.

const fileColumns = (buffer: ArrayBuffer, next: NextPlace) => ({
  id: new Uint32Array(buffer, next(), FILES),
  kind: new Uint8Array(buffer, next(), FILES),
  has: new Uint8Array(buffer, next(), FILES),
  nameOffset: new Uint32Array(buffer, next(), FILES),
  nameLength: new Uint32Array(buffer, next(), FILES),
  nameVarying: new Uint32Array(buffer, next(), FILES),
  pos: new BigUint64Array(buffer, next(), FILES),
  version: new BigUint64Array(buffer, next(), FILES),
  flags: new Uint32Array(buffer, next(), FILES),
  mode: new Uint32Array(buffer, next(), FILES),
  record: new Int32Array(buffer, next(), FILES),
});

const ownerColumns = (buffer: ArrayBuffer, next: NextPlace) => ({
  /** From which record of the batch on. */
  record: new Uint32Array(buffer, next(), FILES),
  /** Objrefs; 0: the dialect has none. */
  credentials: new Int32Array(buffer, next(), FILES),
  security: new Int32Array(buffer, next(), FILES),
});

const descriptorColumns = (buffer: ArrayBuffer, next: NextPlace) => ({
  fd: new Int32Array(buffer, next(), ROWS),
  table: new Uint32Array(buffer, next(), ROWS),
  file: new Int32Array(buffer, next(), ROWS),
  closeOnExec: new Uint8Array(buffer, next(), ROWS),
  record: new Int32Array(buffer, next(), ROWS),
});

const emptyBatch = (buffer: ArrayBuffer, next: NextPlace): RecordsRead => ({
  rows: 0,
  files: 0,
  descriptors: 0,
  base: 0,
  end: 0,
  kinds: new Uint8Array(buffer, next(), ROWS),
  lengths: new Uint8Array(buffer, next(), LENGTH_BYTES * ROWS),
  lengthBytes: 0,
  offsets: new Uint32Array(buffer, next(), ROWS),
  lengthsAt: new Uint32Array(buffer, next(), ROWS),
  fileColumns: fileColumns(buffer, next),
  ownerColumns: ownerColumns(buffer, next),
  owners: 0,
  descriptorColumns: descriptorColumns(buffer, next),
  missing: new Uint32Array(buffer, next(), ROWS),
  missingCount: 0,
  text: new Uint8Array(buffer, next(), INPUT),
  textLength: 0,
  inOrder: true,
});

// Without destructuring arrays: this runs for each file table.

function putRequest(words: Int32Array, request: Request): void {
  words[0] = request.rows;
  words[1] = request.files;
  words[2] = request.descriptors;
  words[3] = request.text;
  words[4] = request.firstRecord;
  words[5] = request.firstFile;
  words[6] = request.textBase;
  words[7] = request.table;
  words[8] = request.lastFd;
  words[9] = request.hasVersions ? 1 : 0;
  words[10] = request.hasVarying ? 1 : 0;
}

function takeResult(batch: RecordsRead, words: Uint32Array): void {
  batch.rows = words[0] as number;
  batch.end = words[1] as number;
  batch.files = words[2] as number;
  batch.descriptors = words[3] as number;
  batch.textLength = words[4] as number;
  batch.lengthBytes = words[5] as number;
  batch.missingCount = words[6] as number;
  batch.inOrder = words[7] === 1;
  batch.owners = words[8] as number;
}

/** A kernel; null where WebAssembly is not allowed. */
export function createRecordKernel(tables: RecordForms): RecordKernel | null {
  const kernel = startKernel<Exports>(RECORDS_MODULE);
  if (kernel === null) return null;
  const { buffer } = kernel.memory;
  const places = new Uint32Array(buffer, kernel.places(), PLACES);
  let place = 0;
  const next = (): number => places[place++] as number;
  const input = new Uint8Array(buffer, next(), INPUT);
  new Uint32Array(buffer, next(), tables.properties.length).set(tables.properties);
  const forms = new Uint32Array(buffer, next(), tables.forms.length);
  forms.set(tables.forms);
  new Uint32Array(buffer, next(), tables.fileForms.length).set(tables.fileForms);
  new Uint8Array(buffer, next(), tables.beginnings.length).set(tables.beginnings);
  new Uint32Array(buffer, next(), tables.firstBeginnings.length).set(tables.firstBeginnings);
  const request = new Int32Array(buffer, next(), 11);
  const result = new Uint32Array(buffer, next(), 9);
  const batch = emptyBatch(buffer, next);
  const held = kernelInput(input);
  /** Whether records from bytes[from] on may lie across the end of what is in the input. */
  const needsMore = (bytes: Uint8Array, from: number): boolean =>
    held.bytes !== bytes ||
    from < held.first ||
    (from + LONGEST_FILE > held.last && held.last < bytes.length && from > held.first);
  return {
    batch,
    read(bytes, from, end, wanted) {
      if (needsMore(bytes, from)) held.give(bytes, from);
      forms[tables.buffer] = wanted.listsBuffer ? tables.listedBuffer : 0;
      putRequest(request, wanted);
      kernel.read(from - held.first, Math.min(end, held.last) - held.first);
      batch.base = held.first;
      takeResult(batch, result);
    },
    forget: kernel.forget,
  };
}
