// Packs the structure of a checkpoint (tasks, file tables, descriptors, open files, problems; no records, no memory)
// into few bytes, for links and reports. Columns are written one after the other, so that they compress well.

import { type Builder, createBuilder } from "../decoder/builder.ts";
import { type Checkpoint, commBytes, HAS, NONE, nameBytes, stableLength } from "../model/checkpoint.ts";
import { FILE_KINDS, TASK_STATES } from "../model/names/names.ts";
import { f64At, u8At, u32At } from "../model/read.ts";
import { encodeText, sameBytes } from "../model/text/text.ts";
import { type ByteReader, type ByteWriter, byteReader, byteWriter } from "./bytes.ts";
import { allSteps, words } from "./columns.ts";
import { createMask, type Mask } from "./leave-out.ts";
import { namePool } from "./name-pool.ts";
import { detailValues, readDetails, writeDetails } from "./pack-details.ts";
import { type Head, headFrom } from "./pack-head.ts";

/** The first bytes of a packed image; the last one is the version. */
const MAGIC = encodeText("ckptscope pack\x02");
/** A version that is still read: it has no details and no links. */
const WITHOUT_DETAILS = encodeText("ckptscope pack\x01");

/** A packed image: what the user calls it, and the checkpoint, without records. */
export interface Unpacked {
  readonly name: string;
  readonly checkpoint: Checkpoint;
}

/** Whether bytes begin like a packed image of this version, or of one that is still read. */
export function isPacked(bytes: Uint8Array): boolean {
  const magic = bytes.subarray(0, MAGIC.length);
  return sameBytes(magic, MAGIC) || sameBytes(magic, WITHOUT_DETAILS);
}

/** What the user called a packed image, without unpacking it; empty if its head is damaged. */
export function packedName(bytes: Uint8Array): string {
  return isPacked(bytes) ? (headFrom(byteReader(bytes.subarray(MAGIC.length)).block())?.name ?? "") : "";
}

/** Packs an image. `name`: what the user calls it. */
export function pack(
  checkpoint: Checkpoint,
  name: string,
  mask: Mask = createMask("nothing"),
): Uint8Array<ArrayBuffer> {
  const steps = packing(checkpoint, name, mask);
  for (;;) {
    const { value, done } = steps.next();
    if (done === true) return value;
  }
}

/** How far packing is: bytes so far, and the share that is done, from 0 to 1. */
export interface Packed {
  readonly bytes: number;
  readonly share: number;
}

/** Packs an image in steps of some milliseconds. */
export function* packing(checkpoint: Checkpoint, name: string, mask: Mask): Generator<Packed, Uint8Array<ArrayBuffer>> {
  const writer = byteWriter();
  writer.raw(MAGIC);
  writer.block(encodeText(JSON.stringify(headOf(checkpoint, name, mask))));
  const all = columnValues(checkpoint) + detailValues(checkpoint);
  let values = 0;
  for (const write of [writeColumns, writeDetails]) {
    for (const written of write(writer, checkpoint, mask)) {
      values += written;
      yield { bytes: writer.length(), share: Math.min(1, values / all) };
    }
  }
  return writer.take();
}

/** How many values `writeColumns` writes, names included. */
const columnValues = ({ tasks, tables, descriptors, files }: Checkpoint): number =>
  9 * tasks.count + 3 * tables.count + 3 * descriptors.count + 13 * files.count;

function headOf(checkpoint: Checkpoint, name: string, mask: Mask): Head {
  return {
    name,
    format: checkpoint.format,
    dialect: checkpoint.dialect,
    evidence: mask.text(checkpoint.evidence) ?? "",
    complete: checkpoint.complete,
    machine: checkpoint.machine,
    time: checkpoint.time,
    facts: checkpoint.facts.filter(({ label, value }) => mask.text(label) !== null && mask.text(value) !== null),
    problems: checkpoint.problems.map(({ severity, code, message, offset, limit, cut }) => ({
      severity,
      code,
      message: mask.text(message) ?? `${code.replaceAll("-", " ")} (the details were left out)`,
      offset,
      ...(limit !== undefined && { limit }),
      ...(cut !== undefined && { cut }),
    })),
  };
}

/** Files whose names are written in a step. */
const SLICE = 4096;

/**
 * Writes the names, then the columns in the order in which readColumns reads them. Gives how
 * many values it has written.
 */
function* writeColumns(writer: ByteWriter, checkpoint: Checkpoint, mask: Mask): Generator<number> {
  const { tasks, tables, descriptors, files } = checkpoint;
  const names = namePool();
  const comms = new Uint32Array(tasks.count).map((_, task) => names.number(mask.comm(commBytes(checkpoint, task))));
  yield tasks.count;
  const fileNames = new Uint32Array(files.count);
  const unstable = new Uint32Array(files.count);
  for (let file = 0; file < files.count; file++) {
    const isPath = (u8At(files.has, file) & HAS.path) !== 0;
    const masked = mask.name(nameBytes(checkpoint, file), stableLength(files, file), isPath);
    fileNames[file] = names.number(masked.bytes);
    unstable[file] = masked.bytes.length - masked.stable;
    if (file % SLICE === SLICE - 1) yield SLICE;
  }
  writer.number(names.count);
  for (let number = 0; number < names.count; number++) writer.number(names.bytesOf(number).length);
  writer.raw(names.text);

  writer.number(tasks.count);
  const ofTasks = [tasks.pid, tasks.ppid, tasks.tgid, tasks.pgid, tasks.sid, tasks.state, comms, tasks.table];
  yield* allSteps(writer, ofTasks);
  writer.number(tables.count);
  const counts = tables.first.subarray(0, -1).map((first, table) => u32At(tables.first, table + 1) - first);
  yield* allSteps(writer, [tables.id, tables.announced, counts]);
  writer.number(descriptors.count);
  yield* allSteps(writer, [descriptors.fd, descriptors.file, descriptors.closeOnExec]);
  writer.number(files.count);
  const pos = words(files.pos);
  const version = words(files.version.length === 0 ? new BigUint64Array(files.count) : files.version);
  yield* allSteps(writer, [files.id, files.kind, fileNames, unstable, files.has, files.use]);
  yield* allSteps(writer, [pos.low, pos.high, files.flags, files.mode, version.low, version.high]);
}

const DAMAGED = "The image in this link or report is damaged: part of it is missing or was changed.";

/** Why bytes from a link or report are not a packed image of a known version, judging by their beginning. */
export function packRefusal(bytes: Uint8Array): { readonly refused: string } | null {
  if (isPacked(bytes)) return null;
  const isLater = sameBytes(bytes.subarray(0, MAGIC.length - 1), MAGIC.subarray(0, -1));
  return {
    refused: isLater
      ? "This link or report was made by a later version of ckptscope. Reload the page to update it."
      : DAMAGED,
  };
}

/** The most bytes of memory that a packed image may take once it is unpacked. */
const MEMORY_LIMIT = 1024 * 2 ** 20;
/** Numbers of each row in a packed image, and bytes of memory that it takes while it is unpacked: columns and edges. */
const ROWS = [
  { numbers: 8, memory: 160 }, // tasks
  { numbers: 3, memory: 64 }, // file tables
  { numbers: 3, memory: 64 }, // descriptors
  { numbers: 12, memory: 256 }, // open files
] as const;

/** About how many bytes of memory the columns take, from their counts alone; `null` if they are damaged. */
function memoryOf(reader: ByteReader): number | null {
  reader.block();
  const names = reader.count();
  let text = 0;
  for (let name = 0; name < names; name++) text += reader.number();
  reader.raw(text);
  let memory = text;
  for (const row of ROWS) {
    const count = reader.count(row.numbers);
    memory += count * row.memory;
    for (let value = 0; value < count * row.numbers && !reader.failed; value++) reader.number();
  }
  return reader.failed ? null : memory;
}

/** Unpacks what `pack` made; a sentence for anything else. Never throws, whatever the input. */
export function unpack(bytes: Uint8Array): Unpacked | { readonly refused: string } {
  const refusal = packRefusal(bytes);
  if (refusal !== null) return refusal;
  const damaged = { refused: DAMAGED };
  const packed = bytes.subarray(MAGIC.length);
  const memory = memoryOf(byteReader(packed));
  if (memory === null) return damaged;
  if (memory > MEMORY_LIMIT) {
    const limit = `${MEMORY_LIMIT / 2 ** 20} MiB`;
    return { refused: `The image in this link or report would take more than ${limit} of memory; it is not opened.` };
  }
  const reader = byteReader(packed);
  const head = headFrom(reader.block());
  if (head === null) return damaged;
  const builder = createBuilder();
  const columns = readColumns(reader, builder);
  if (columns === null) return damaged;
  addTasks(builder, columns);
  addTables(builder, columns);
  addFiles(builder, columns);
  const hasDetails = sameBytes(bytes.subarray(0, MAGIC.length), MAGIC);
  if ((hasDetails && !readDetails(reader, builder)) || reader.failed || reader.left !== 0) return damaged;
  clearMissing(builder);
  const { name, problems, ...rest } = head;
  const checkpoint = builder.finish({
    ...rest,
    format: head.format === "criu" ? "criu" : "linux-cr",
    members: [],
    recordKinds: [],
    objectTypes: [],
  });
  return { name, checkpoint: { ...checkpoint, problems } };
}

/** Unsets HAS.inode where there are no columns of inodes: a forged image can claim them. */
function clearMissing({ files }: Builder): void {
  if (files.inodeMode.length > 0) return;
  for (let file = 0; file < files.count; file++) files.has[file] = u8At(files.has, file) & ~HAS.inode;
}

type Column = Float64Array;

/** The columns of a packed image. All values are within bounds, and all rows that they name exist. */
interface Columns {
  /** Where each name is in the builder's text. */
  readonly nameStart: Uint32Array;
  readonly nameLength: Uint32Array;
  readonly tasks: Readonly<Record<"pid" | "ppid" | "tgid" | "pgid" | "sid" | "state" | "comm" | "table", Column>>;
  /** `descriptors`: how many a table has. */
  readonly tables: Readonly<Record<"id" | "announced" | "descriptors", Column>>;
  readonly descriptors: Readonly<Record<"fd" | "file" | "closeOnExec", Column>>;
  readonly files: Readonly<
    Record<
      | ("id" | "kind" | "name" | "unstable" | "has" | "use")
      | ("posLow" | "posHigh" | "flags" | "mode" | "versionLow" | "versionHigh"),
      Column
    >
  >;
}

const MIN_I32 = -0x8000_0000;
const MAX_I32 = 0x7fff_ffff;
const MAX_U32 = 0xffff_ffff;

/** Reads what writeColumns wrote; `null` if something is missing, out of bounds or left over. */
function readColumns(reader: ByteReader, builder: Builder): Columns | null {
  let valid = true;
  /** A column of numbers, each stored as its difference from the previous one. */
  const column = (count: number, least: number, most: number): Column => {
    const values = new Float64Array(reader.failed ? 0 : count);
    let value = 0;
    for (let row = 0; row < values.length; row++) {
      value += reader.signed();
      valid &&= value >= least && value <= most;
      values[row] = value;
    }
    return values;
  };
  const nameCount = reader.count();
  const nameLength = new Uint32Array(nameCount).map(() => reader.number());
  const nameStart = nameLength.map((length) => builder.addText(reader.raw(length)));

  // Members of these literals are evaluated in order, which is the order of the columns in the image.
  const taskCount = reader.count(8);
  // Images that were packed by earlier versions, or forged, may have numbers that are not pids.
  const ids = () => column(taskCount, MIN_I32, MAX_I32).map((id) => Math.max(NONE, id));
  const tasks = {
    ...{ pid: ids(), ppid: ids(), tgid: ids(), pgid: ids(), sid: ids() },
    state: column(taskCount, 0, TASK_STATES.length - 1),
    comm: column(taskCount, 0, nameCount - 1),
    table: column(taskCount, NONE, MAX_I32),
  };
  const tableCount = reader.count(3);
  const tables = {
    id: column(tableCount, 0, MAX_U32),
    announced: column(tableCount, MIN_I32, MAX_I32),
    descriptors: column(tableCount, 0, MAX_I32),
  };
  const descriptorCount = reader.count(3);
  const descriptors = {
    fd: column(descriptorCount, MIN_I32, MAX_I32),
    file: column(descriptorCount, NONE, MAX_I32),
    closeOnExec: column(descriptorCount, 0, 1),
  };
  const fileCount = reader.count(12);
  const word = () => column(fileCount, 0, MAX_U32);
  const files = {
    id: word(),
    kind: column(fileCount, 0, FILE_KINDS.length - 1),
    name: column(fileCount, 0, nameCount - 1),
    unstable: word(),
    has: column(fileCount, 0, 255),
    use: column(fileCount, 0, 255),
    ...{ posLow: word(), posHigh: word(), flags: word(), mode: word(), versionLow: word(), versionHigh: word() },
  };
  const isWhole =
    valid &&
    !reader.failed &&
    tables.descriptors.reduce((sum, count) => sum + count, 0) === descriptorCount &&
    tasks.table.every((table) => table < tableCount) &&
    descriptors.file.every((file) => file < fileCount);
  return isWhole ? { nameStart, nameLength, tasks, tables, descriptors, files } : null;
}

function addTasks(builder: Builder, { tasks: packed, nameStart, nameLength }: Columns): void {
  const { tasks } = builder;
  for (let row = 0; row < packed.pid.length; row++) {
    const task = builder.addTask(NONE);
    const comm = f64At(packed.comm, row);
    tasks.pid[task] = f64At(packed.pid, row);
    tasks.ppid[task] = f64At(packed.ppid, row);
    tasks.tgid[task] = f64At(packed.tgid, row);
    tasks.pgid[task] = f64At(packed.pgid, row);
    tasks.sid[task] = f64At(packed.sid, row);
    tasks.state[task] = f64At(packed.state, row);
    tasks.commOffset[task] = u32At(nameStart, comm);
    tasks.commLength[task] = u32At(nameLength, comm);
    tasks.table[task] = f64At(packed.table, row);
  }
}

function addTables(builder: Builder, { tables, descriptors }: Columns): void {
  let descriptor = 0;
  for (let row = 0; row < tables.id.length; row++) {
    builder.addTable(f64At(tables.id, row), f64At(tables.announced, row), NONE);
    for (const end = descriptor + f64At(tables.descriptors, row); descriptor < end; descriptor++) {
      const fd = f64At(descriptors.fd, descriptor);
      const file = f64At(descriptors.file, descriptor);
      builder.addDescriptor(row, fd, file, f64At(descriptors.closeOnExec, descriptor), NONE);
    }
  }
}

function addFiles(builder: Builder, { files: packed, nameStart, nameLength }: Columns): void {
  const { files } = builder;
  for (let row = 0; row < packed.id.length; row++) {
    const file = builder.addFile(f64At(packed.id, row), NONE);
    const name = f64At(packed.name, row);
    const length = u32At(nameLength, name);
    files.kind[file] = f64At(packed.kind, row);
    files.nameOffset[file] = u32At(nameStart, name);
    files.nameLength[file] = length;
    builder.setVarying(file, Math.min(length, f64At(packed.unstable, row)));
    files.use[file] = f64At(packed.use, row);
    files.flags[file] = f64At(packed.flags, row);
    files.mode[file] = f64At(packed.mode, row);
    builder.setPos(file, f64At(packed.posLow, row), f64At(packed.posHigh, row));
    builder.setVersion(file, f64At(packed.versionLow, row), f64At(packed.versionHigh, row));
    files.has[file] = f64At(packed.has, row);
  }
}
