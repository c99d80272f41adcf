// The structure of a checkpoint (tasks, file tables, descriptors, open files, problems; no records, no memory) as few
// bytes, for links and reports, and back. The columns of the model, one after the other, so that they compress well.

import { createBuilder } from "../decoder/builder.ts";
import { type Checkpoint, commBytes, type Fact, HAS, NONE, nameBytes, type Problem } from "../model/checkpoint.ts";
import { FILE_KINDS, TASK_STATES } from "../model/names.ts";
import { decodeText, encodeText, sameBytes } from "../model/text.ts";
import { type ByteReader, type ByteWriter, byteReader, byteWriter } from "./bytes.ts";
import { createMask, type Mask } from "./leave-out.ts";
import { namePool } from "./name-pool.ts";

/** What a packed image begins with; the last byte is the version. */
const MAGIC = encodeText("ckptscope pack\x01");

/** A packed image: what the user calls it, and the checkpoint, without records. */
export interface Unpacked {
  readonly name: string;
  readonly checkpoint: Checkpoint;
}

/** Whether bytes begin like a packed image. */
export function isPacked(bytes: Uint8Array): boolean {
  return sameBytes(bytes.subarray(0, MAGIC.length), MAGIC);
}

/** What the user called a packed image, before it is unpacked; empty if that cannot be told. */
export function packedName(bytes: Uint8Array): string {
  return isPacked(bytes) ? (headFrom(byteReader(bytes.subarray(MAGIC.length)).block())?.name ?? "") : "";
}

/** All but the columns. */
interface Head {
  readonly name: string;
  readonly format: string;
  readonly dialect: string;
  readonly evidence: string;
  readonly complete: boolean;
  readonly machine: Checkpoint["machine"];
  readonly time: number | null;
  readonly facts: readonly Fact[];
  readonly problems: readonly Pick<Problem, "severity" | "code" | "message" | "offset">[];
}

/** Packs an image. `name`: what the user calls it. */
export function pack(
  checkpoint: Checkpoint,
  name: string,
  mask: Mask = createMask("nothing"),
): Uint8Array<ArrayBuffer> {
  const { tasks, tables, descriptors, files } = checkpoint;
  const writer = byteWriter();
  writer.raw(MAGIC);
  const head: Head = {
    name,
    format: checkpoint.format,
    dialect: checkpoint.dialect,
    evidence: mask.text(checkpoint.evidence) ?? "",
    complete: checkpoint.complete,
    machine: checkpoint.machine,
    time: checkpoint.time,
    facts: checkpoint.facts.filter(({ label, value }) => mask.text(label) !== null && mask.text(value) !== null),
    problems: checkpoint.problems.map(({ severity, code, message, offset }) => ({
      severity,
      code,
      message: mask.text(message) ?? `${code.replaceAll("-", " ")} (the details were left out)`,
      offset,
    })),
  };
  writer.block(encodeText(JSON.stringify(head)));

  const names = namePool();
  const comms = new Uint32Array(tasks.count).map((_, task) => names.number(mask.comm(commBytes(checkpoint, task))));
  const fileNames = new Uint32Array(files.count);
  const unstable = new Uint32Array(files.count);
  for (let file = 0; file < files.count; file++) {
    const isPath = ((files.has[file] as number) & HAS.path) !== 0;
    const told = mask.name(nameBytes(checkpoint, file), files.nameStable[file] as number, isPath);
    fileNames[file] = names.number(told.bytes);
    unstable[file] = told.bytes.length - told.stable;
  }
  writer.number(names.count);
  for (let number = 0; number < names.count; number++) writer.number(names.bytesOf(number).length);
  writer.raw(names.text);

  writer.number(tasks.count);
  for (const column of [tasks.pid, tasks.ppid, tasks.tgid, tasks.pgid, tasks.sid, tasks.state, comms, tasks.table]) {
    steps(writer, column);
  }
  writer.number(tables.count);
  for (const column of [tables.id, tables.announced]) steps(writer, column);
  steps(
    writer,
    tables.first.subarray(0, -1).map((first, table) => (tables.first[table + 1] as number) - first),
  );
  writer.number(descriptors.count);
  for (const column of [descriptors.fd, descriptors.file, descriptors.closeOnExec]) steps(writer, column);
  writer.number(files.count);
  const pos = words(files.pos);
  const version = words(files.version);
  for (const column of [files.id, files.kind, fileNames, unstable, files.has, files.use]) steps(writer, column);
  for (const column of [pos.low, pos.high, files.flags, files.mode, version.low, version.high]) steps(writer, column);
  return writer.take();
}

/** Each number as its distance from the one before. */
function steps(writer: ByteWriter, column: Iterable<number>): void {
  let before = 0;
  for (const value of column) {
    writer.signed(value - before);
    before = value;
  }
}

/** The halves of 64-bit values. */
function words(values: BigUint64Array): { readonly low: Uint32Array; readonly high: Uint32Array } {
  const halves = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
  const pick = (odd: number) => new Uint32Array(values.length).map((_, row) => halves[2 * row + odd] as number);
  return { low: pick(0), high: pick(1) };
}

/** Unpacks what `pack` made; a sentence for anything else. Never throws, whatever the bytes. */
export function unpack(bytes: Uint8Array): Unpacked | { readonly refused: string } {
  const damaged = { refused: "The image in this link or report is damaged: part of it is missing or was changed." };
  if (!sameBytes(bytes.subarray(0, MAGIC.length - 1), MAGIC.subarray(0, -1))) return damaged;
  if (!isPacked(bytes)) {
    return { refused: "This link or report was made by a later version of ckptscope. Reload the page to get that." };
  }
  const reader = byteReader(bytes.subarray(MAGIC.length));
  const head = headFrom(reader.block());
  if (head === null) return damaged;

  const builder = createBuilder();
  const { tasks, files } = builder;
  const nameCount = reader.count();
  const lengths = new Uint32Array(nameCount).map(() => reader.number());
  const starts = new Uint32Array(nameCount);
  for (let name = 0; name < nameCount; name++) starts[name] = builder.addText(reader.raw(lengths[name] as number));

  const taskCount = reader.count(8);
  const ids = [0, 1, 2, 3, 4].map(() => column(reader, taskCount, NONE, 0x7fff_ffff));
  const states = column(reader, taskCount, 0, TASK_STATES.length - 1);
  const comms = column(reader, taskCount, 0, nameCount - 1);
  const taskTables = column(reader, taskCount, NONE, 0x7fff_ffff);
  const tableCount = reader.count(3);
  const tableIds = column(reader, tableCount, 0, 0xffff_ffff);
  const announced = column(reader, tableCount, NONE, 0x7fff_ffff);
  const slots = column(reader, tableCount, 0, 0x7fff_ffff);
  const descriptorCount = reader.count(3);
  const fds = column(reader, descriptorCount, -0x8000_0000, 0x7fff_ffff);
  const descriptorFiles = column(reader, descriptorCount, NONE, 0x7fff_ffff);
  const closeOnExec = column(reader, descriptorCount, 0, 1);
  const fileCount = reader.count(12);
  const max32 = 0xffff_ffff;
  const fileIds = column(reader, fileCount, 0, max32);
  const kinds = column(reader, fileCount, 0, FILE_KINDS.length - 1);
  const fileNames = column(reader, fileCount, 0, nameCount - 1);
  const unstable = column(reader, fileCount, 0, max32);
  const [has, use] = [column(reader, fileCount, 0, 255), column(reader, fileCount, 0, 255)];
  const [posLow, posHigh, flags, mode, versionLow, versionHigh] = [0, 1, 2, 3, 4, 5].map(() =>
    column(reader, fileCount, 0, max32),
  ) as [Column, Column, Column, Column, Column, Column];
  const inTables = slots?.reduce((sum, count) => sum + count, 0);
  const columns = [...ids, states, comms, taskTables, tableIds, announced, slots, fds, descriptorFiles, closeOnExec];
  columns.push(fileIds, kinds, fileNames, unstable, has, use, posLow, posHigh, flags, mode, versionLow, versionHigh);
  const isWhole = !reader.failed && reader.left === 0 && columns.every((each) => each !== null);
  if (!isWhole || inTables !== descriptorCount) return damaged;
  if (taskTables?.some((table) => table >= tableCount) || descriptorFiles?.some((file) => file >= fileCount))
    return damaged;

  const at = (values: Column, row: number): number => values?.[row] ?? 0;
  for (let row = 0; row < taskCount; row++) {
    const task = builder.addTask(NONE);
    [tasks.pid[task], tasks.ppid[task], tasks.tgid[task], tasks.pgid[task], tasks.sid[task]] = ids.map((each) =>
      at(each, row),
    ) as [number, number, number, number, number];
    tasks.state[task] = at(states, row);
    tasks.commOffset[task] = starts[at(comms, row)] ?? 0;
    tasks.commLength[task] = lengths[at(comms, row)] ?? 0;
    tasks.table[task] = at(taskTables, row);
  }
  let slot = 0;
  for (let row = 0; row < tableCount; row++) {
    builder.addTable(at(tableIds, row), at(announced, row), NONE);
    for (const end = slot + at(slots, row); slot < end; slot++) {
      builder.addDescriptor(row, at(fds, slot), at(descriptorFiles, slot), at(closeOnExec, slot), NONE);
    }
  }
  for (let row = 0; row < fileCount; row++) {
    const file = builder.addFile(at(fileIds, row), NONE);
    const name = at(fileNames, row);
    const length = lengths[name] ?? 0;
    files.kind[file] = at(kinds, row);
    files.nameOffset[file] = starts[name] ?? 0;
    files.nameLength[file] = length;
    files.nameStable[file] = Math.max(0, length - at(unstable, row));
    files.use[file] = at(use, row);
    files.flags[file] = at(flags, row);
    files.mode[file] = at(mode, row);
    builder.setPos(file, at(posLow, row), at(posHigh, row));
    builder.setVersion(file, at(versionLow, row), at(versionHigh, row));
    files.has[file] = at(has, row);
  }
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

type Column = Float64Array | null;

/** A column of so many numbers; `null` if one of them is out of bounds. */
function column(reader: ByteReader, count: number, least: number, most: number): Column {
  const values = new Float64Array(reader.failed ? 0 : count);
  let value = 0;
  let good = true;
  for (let row = 0; row < values.length; row++) {
    value += reader.signed();
    good &&= value >= least && value <= most;
    values[row] = value;
  }
  return good && !reader.failed ? values : null;
}

const isText = (value: unknown): value is string => typeof value === "string";
const isSeverity = (value: unknown): value is Problem["severity"] =>
  value === "error" || value === "warning" || value === "note";
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** The head, if it is one; what is missing in it gets a plain value. */
function headFrom(bytes: Uint8Array): Head | null {
  let read: unknown;
  try {
    read = JSON.parse(decodeText(bytes));
  } catch {
    return null;
  }
  if (typeof read !== "object" || read === null) return null;
  const head = read as { readonly [K in keyof Head]?: unknown };
  const machine = (typeof head.machine === "object" ? head.machine : null) as Partial<Checkpoint["machine"]> | null;
  const facts: Fact[] = [];
  for (const fact of list(head.facts)) {
    const { label, value } = (fact ?? {}) as Partial<Fact>;
    if (isText(label) && isText(value)) facts.push({ label, value });
  }
  const problems: Head["problems"][number][] = [];
  for (const problem of list(head.problems)) {
    const { severity, code, message, offset } = (problem ?? {}) as Partial<Problem>;
    if (!isSeverity(severity) || !isText(code) || !isText(message)) continue;
    problems.push({ severity, code, message, offset: typeof offset === "number" ? offset : null });
  }
  return {
    name: isText(head.name) ? head.name : "",
    format: isText(head.format) ? head.format : "",
    dialect: isText(head.dialect) ? head.dialect : "",
    evidence: isText(head.evidence) ? head.evidence : "",
    complete: head.complete === true,
    machine: {
      arch: isText(machine?.arch) ? machine.arch : null,
      littleEndian: machine?.littleEndian !== false,
      wordSize: machine?.wordSize === 4 || machine?.wordSize === 8 ? machine.wordSize : null,
    },
    time: typeof head.time === "number" ? head.time : null,
    facts,
    problems,
  };
}
