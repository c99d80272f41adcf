// Collects the rows of a Checkpoint while a decoder walks its image, and derives the index edges at the end.

import { type Checkpoint, NONE, type RecordKind } from "../model/checkpoint.ts";
import type { DescriptorRow, FileRow, RecordRow, TableRow, TaskRow } from "../model/rows.ts";
import type { ColumnKernel } from "./builder/column-kernel.ts";
import {
  type DescriptorColumns,
  descriptorColumns,
  type FileColumns,
  objectColumns,
  tableColumns,
  taskColumns,
} from "./builder/columns.ts";
import { createDetails, createLinkList } from "./builder/details.ts";
import { addRows, cutAll, type Growth, grow, growTo, type Rows } from "./builder/growing.ts";
import {
  type FileRecordPairs,
  fileRecordPairs,
  holdersByFile,
  recordsByFile,
  sortDescriptors,
  tasksByTable,
} from "./builder/index-edges.ts";
import type { JsonValues } from "./builder/json-values.ts";
import { createOpenFiles } from "./builder/open-files.ts";
import { createProblemList, type ProblemList } from "./builder/problem-list.ts";
import { createRecords } from "./builder/records.ts";
import { createTextPool, type TextPool } from "./builder/text-pool.ts";
import { type Budget, createBudget, type Limits } from "./limits.ts";

/** Properties of the image as a whole. */
export type Head = Pick<
  Checkpoint,
  "format" | "dialect" | "evidence" | "complete" | "machine" | "time" | "facts" | "members"
> & {
  readonly recordKinds: readonly RecordKind[];
  readonly objectTypes: readonly string[];
};

/** Bytes that a further record of a file counts as. */
const PAIR_BYTES = 48;

const FREE = createBudget();

export type Builder = ReturnType<typeof createBuilder>;

/**
 * An empty set of columns, with the functions that add rows to them. Each returns the new row.
 *
 * @param decoded Returns the fraction of the image decoded so far, 0 … 1, from which full columns
 *   extrapolate their size. If it is unknown, 1: they double.
 * @param limits Rows and memory that may be used; the functions that add something throw LimitReached beyond that.
 * @param kernel Derives the index edges; `null`: loops do.
 */
export function createBuilder(
  decoded: () => number = () => 1,
  limits?: Pick<Limits, "rows" | "memory">,
  kernel: ColumnKernel | null = null,
) {
  const budget = createBudget(limits);
  const growth: Growth = { decoded, budget };
  const text = createTextPool(growth);
  const problems = createProblemList();
  const fileDetails = createDetails(growth);
  const taskDetails = createDetails(growth);
  const links = createLinkList(growth);
  const furtherRecords = createFurtherRecords(budget);
  const openFiles = createOpenFiles(growth, text);
  const owners = createOwners(growth);
  const records = createRecords(growth);
  const others = createObjects(growth);
  const spending = createSpending(budget);
  const { tasks, tables, descriptors } = owners;
  const { files } = openFiles;
  const parts = { text, problems, fileDetails, taskDetails, links, furtherRecords, openFiles, owners, records, others };

  // Named one by one. With Object.assign or spreads, V8 would look properties up by name and inline no calls.
  return {
    tasks,
    tables,
    descriptors,
    files,
    objects: others.objects,
    records: records.records,
    fileDetails,
    taskDetails,
    /** An empty store of details within the same limits, whose values are kept elsewhere. */
    detailsWith<Values extends JsonValues>(valuesOf: (growth: Growth) => Values) {
      const values = valuesOf(growth);
      return { values, details: createDetails(growth, values) };
    },
    links,
    addTask: owners.addTask,
    addTable: owners.addTable,
    addDescriptor: owners.addDescriptor,
    descriptorRoom: owners.descriptorRoom,
    addFile: openFiles.addFile,
    addFiles: openFiles.addFiles,
    fileRoom: openFiles.fileRoom,
    setPos: openFiles.setPos,
    setVersion: openFiles.setVersion,
    setInode: openFiles.setInode,
    setVarying: openFiles.setVarying,
    setPathToNul: openFiles.setPathToNul,
    setPath: openFiles.setPath,
    setName: openFiles.setName,
    setWrittenName: openFiles.setWrittenName,
    setNameBytes: openFiles.setNameBytes,
    addRecord: records.addRecord,
    addRecords: records.addRecords,
    recordRoom: records.recordRoom,
    addMembers: records.addMembers,
    membersRoom: records.membersRoom,
    memberRoom: records.memberRoom,
    setRecordKind: records.setRecordKind,
    addGap: records.addGap,
    lastRecord: records.lastRecord,
    placeOf: records.placeOf,
    addObject: others.addObject,

    /** Adds the first `rows` rows of columns, at most `fileRoom()`; returns the first. */
    addFileRows: (columns: Rows<FileColumns>, rows: number): FileRow => addRows(files, columns, rows),
    /** The same for descriptors, at most `descriptorRoom()`. */
    addDescriptorRows: (columns: Rows<DescriptorColumns>, rows: number): DescriptorRow =>
      addRows(descriptors, columns, rows),

    /** Adds a problem. Only the first hundred of a code are kept; the others are counted. */
    addProblem: problems.add,
    /** Copies bytes[start … end - 1] into the text pool; returns where they begin in it. */
    addText: (bytes: Uint8Array, start = 0, end = bytes.length): number => text.add(bytes, start, end),
    textLength: text.length,
    textRoom: text.room,
    /** Copies the first `count` of bytes, at most `textRoom()`, into the text pool. */
    addTexts: text.addMany,
    textBytes: (): Uint8Array => text.bytes(),
    charge: spending.charge,
    chargeable: spending.chargeable,
    liftLimits: spending.liftLimits,

    addFileRecord: furtherRecords.addFileRecord,
    addFileRecords: furtherRecords.addFileRecords,
    fileRecordRoom: furtherRecords.fileRecordRoom,

    /**
     * Reserves capacity for more rows and bytes of text, so that the columns need not grow step by step. The numbers
     * are extrapolated from the bytes already read, never taken from the image.
     */
    reserve(room: { records?: number; files?: number; descriptors?: number; text?: number }): void {
      records.reserveRecords(room.records ?? 0);
      reserveRows(descriptors, budget, room.descriptors);
      openFiles.reserveFiles(room.files ?? 0);
      text.reserve(room.text ?? 0);
    },

    /**
     * A Checkpoint of what was added so far. Its columns are views of the builder's own: if more rows are added
     * afterwards they may change, so take `copyOf` it first.
     */
    finish: (head: Head): Checkpoint => finish(head, parts, kernel),
  };
}

/** The parts of a builder. */
interface Parts {
  readonly text: TextPool;
  readonly problems: ProblemList;
  readonly fileDetails: ReturnType<typeof createDetails>;
  readonly taskDetails: ReturnType<typeof createDetails>;
  readonly links: ReturnType<typeof createLinkList>;
  readonly furtherRecords: ReturnType<typeof createFurtherRecords>;
  readonly openFiles: ReturnType<typeof createOpenFiles>;
  readonly owners: ReturnType<typeof createOwners>;
  readonly records: ReturnType<typeof createRecords>;
  readonly others: ReturnType<typeof createObjects>;
}

function finish({ recordKinds, objectTypes, ...head }: Head, parts: Parts, kernel: ColumnKernel | null): Checkpoint {
  const { tasks, tables, descriptors } = parts.owners;
  const { files } = parts.openFiles;
  const { objects } = parts.others;
  const sorted = sortDescriptors(descriptors, tables.count, kernel);
  return {
    ...head,
    text: parts.text.bytes(),
    tasks: cutAll(tasks),
    tables: { ...cutAll(tables), first: sorted.first, ...tasksByTable(tasks, tables.count, kernel) },
    descriptors: sorted.descriptors,
    files: { ...cutAll(files), ...holdersByFile(sorted.descriptors, files.count, kernel) },
    fileRecords: recordsByFile(parts.furtherRecords.pairs, files.count, kernel),
    fileDetails: parts.fileDetails.finish(),
    taskDetails: parts.taskDetails.finish(kernel),
    links: parts.links.finish(),
    records: parts.records.finishRecords(recordKinds),
    objects: { ...cutAll(objects), types: objectTypes },
    problems: parts.problems.closed(),
  };
}

function reserveRows(group: { count: number; capacity: number }, budget: Budget, more = 0): void {
  if (group.count + more > group.capacity) growTo(group, group.count + more, budget);
}

const createSpending = (budget: Budget) => ({
  /** Counts memory that a decoder uses for lists of its own, in bytes. @throws LimitReached */
  charge(bytes: number): void {
    budget.takeBytes(bytes);
  },

  /** How many bytes can be charged before the limit. */
  chargeable: (): number => budget.bytesLeft(),

  /** Lifts the limits, for what remains to be done after one was reached. */
  liftLimits(): void {
    budget.lift();
  },
});

/** Records that have more about open files than the files' own records do. */
function createFurtherRecords(budget: Budget) {
  const pairs: FileRecordPairs = fileRecordPairs();
  const makeRoom = (more: number): void => {
    if (pairs.count + more > pairs.capacity) growTo(pairs, Math.max(2 * pairs.capacity, pairs.count + more), FREE);
  };
  return {
    pairs,

    addFileRecord(file: FileRow, record: RecordRow): void {
      budget.takeBytes(PAIR_BYTES);
      makeRoom(1);
      pairs.file[pairs.count] = file;
      pairs.record[pairs.count++] = record;
    },

    /** How many can be added before the limit. */
    fileRecordRoom: (): number => Math.floor(budget.bytesLeft() / PAIR_BYTES),

    /** Adds the first `count` of some, of at most `fileRecordRoom()`. */
    addFileRecords(files: Int32Array, records: Uint32Array, count: number): void {
      budget.takeBytes(PAIR_BYTES * count);
      makeRoom(count);
      pairs.file.set(files.subarray(0, count), pairs.count);
      pairs.record.set(records.subarray(0, count), pairs.count);
      pairs.count += count;
    },
  };
}

/** Tasks, file tables and descriptors. */
function createOwners(growth: Growth) {
  const tasks = taskColumns();
  const tables = tableColumns();
  const descriptors = descriptorColumns();
  return {
    tasks,
    tables,
    descriptors,

    /** A task about which nothing is known yet. */
    addTask(record: RecordRow): TaskRow {
      if (tasks.count === tasks.capacity) grow(tasks, growth);
      const row = tasks.count++;
      tasks.pid[row] = NONE;
      tasks.ppid[row] = NONE;
      tasks.tgid[row] = NONE;
      tasks.pgid[row] = NONE;
      tasks.sid[row] = NONE;
      tasks.table[row] = NONE;
      tasks.record[row] = record;
      return row;
    },

    /** @param announced Number of descriptors as stated by the image; NONE if it is not. */
    addTable(id: number, announced: number, record: RecordRow): TableRow {
      if (tables.count === tables.capacity) grow(tables, growth);
      const row = tables.count++;
      tables.id[row] = id;
      tables.announced[row] = announced;
      tables.record[row] = record;
      return row;
    },

    /** How many descriptors can be added without growing. */
    descriptorRoom: (): number => descriptors.capacity - descriptors.count,

    /** @param file NONE: missing. @param closeOnExec 0 or 1. */
    addDescriptor(table: TableRow, fd: number, file: FileRow, closeOnExec: number, record: RecordRow): DescriptorRow {
      if (descriptors.count === descriptors.capacity) grow(descriptors, growth);
      const row = descriptors.count++;
      descriptors.table[row] = table;
      descriptors.fd[row] = fd;
      descriptors.file[row] = file;
      descriptors.closeOnExec[row] = closeOnExec;
      descriptors.record[row] = record;
      return row;
    },
  };
}

/** Objects other than tasks, file tables and open files. */
function createObjects(growth: Growth) {
  const objects = objectColumns();
  return {
    objects,

    /** `type` indexes Head.objectTypes. */
    addObject(id: number, type: number, record: RecordRow): number {
      if (objects.count === objects.capacity) grow(objects, growth);
      const row = objects.count++;
      objects.id[row] = id;
      objects.type[row] = type;
      objects.record[row] = record;
      return row;
    },
  };
}
