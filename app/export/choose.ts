// Which tasks, descriptors and open files of an image a listing shows: those of some pids, kinds, paths and numbers.

import { type Checkpoint, NONE, nameBytes, type Tasks, taskNumber } from "../model/checkpoint.ts";
import type { Listing } from "../model/listings/column.ts";
import { FILE_KINDS, kindWord } from "../model/names/names.ts";
import { i32At, u8At, u32At } from "../model/read.ts";
import type { DescriptorRow } from "../model/rows.ts";
import { encodeText, indexOfBytes } from "../model/text/text.ts";

/** Numbers from `from` to `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** What a descriptor must satisfy; absent properties are not checked. */
export interface DescriptorFilter {
  /** Of tasks with these numbers: pids, or indices where the image has no pids. */
  readonly pids?: readonly Range[];
  /** Kinds of open file, each as one word (`kindWord`). */
  readonly kinds?: readonly string[];
  /** Text that the file's path or name contains. */
  readonly path?: string;
  readonly fds?: readonly Range[];
}

/** 1 for each row that is listed. */
export interface Chosen {
  readonly tasks: Uint8Array;
  readonly tables: Uint8Array;
  readonly descriptors: Uint8Array;
  readonly files: Uint8Array;
}

const within = (ranges: readonly Range[], value: number): boolean =>
  ranges.some(({ from, to }) => value >= from && value <= to);

/** Whether the image has a task with a number in each of the ranges; if not, the first range without. */
export function rangeWithoutTask(tasks: Tasks, pids: readonly Range[]): Range | null {
  const numbers = Array.from({ length: tasks.count }, (_, task) => taskNumber(tasks, task));
  return pids.find((range) => !numbers.some((number) => within([range], number))) ?? null;
}

/** The rows that pass; `null`: the filter is empty, so all rows pass. */
export function choose(checkpoint: Checkpoint, filter: DescriptorFilter): Chosen | null {
  const { pids, kinds, path, fds } = filter;
  const asksForDescriptors = kinds !== undefined || path !== undefined || fds !== undefined;
  if (pids === undefined && !asksForDescriptors) return null;
  const { tasks, tables, descriptors, files } = checkpoint;
  const chosen: Chosen = {
    tasks: new Uint8Array(tasks.count),
    tables: new Uint8Array(tables.count),
    descriptors: new Uint8Array(descriptors.count),
    files: new Uint8Array(files.count),
  };
  /** 1: a task with a wanted number uses the table; if no numbers are given, every table counts. */
  const usedTables = new Uint8Array(tables.count).fill(pids === undefined ? 1 : 0);
  for (let task = 0; task < tasks.count; task++) {
    if (pids !== undefined && !within(pids, taskNumber(tasks, task))) continue;
    chosen.tasks[task] = 1;
    const table = i32At(tasks.table, task);
    if (table !== NONE) usedTables[table] = 1;
  }
  const filePasses = fileTest(checkpoint, filter);
  for (let row = 0; row < descriptors.count; row++) {
    const table = u32At(descriptors.table, row);
    if (usedTables[table] === 0 || (fds !== undefined && !within(fds, i32At(descriptors.fd, row)))) continue;
    if (!filePasses(row)) continue;
    chosen.descriptors[row] = 1;
    chosen.tables[table] = 1;
    const file = i32At(descriptors.file, row);
    if (file !== NONE) chosen.files[file] = 1;
  }
  // A task of a wanted number is listed with its table even if that is empty, unless descriptors were asked for.
  for (let task = 0; task < tasks.count; task++) {
    const table = i32At(tasks.table, task);
    const hasChosen = table !== NONE && chosen.tables[table] === 1;
    if (asksForDescriptors) chosen.tasks[task] = hasChosen ? u8At(chosen.tasks, task) : 0;
    else if (table !== NONE && chosen.tasks[task] === 1) chosen.tables[table] = 1;
  }
  return chosen;
}

/** Whether a descriptor's open file has a wanted kind and path. */
function fileTest(checkpoint: Checkpoint, { kinds, path }: DescriptorFilter): (row: DescriptorRow) => boolean {
  if (kinds === undefined && path === undefined) return () => true;
  const { descriptors, files } = checkpoint;
  const wanted = FILE_KINDS.map((kind) => kinds === undefined || kinds.includes(kindWord(kind)));
  const needle = encodeText(path ?? "");
  return (row) => {
    const file = i32At(descriptors.file, row);
    if (file === NONE) return false;
    if (wanted[u8At(files.kind, file)] !== true) return false;
    return path === undefined || indexOfBytes(nameBytes(checkpoint, file), needle) >= 0;
  };
}

/** The descriptors that go with some rows of a listing: themselves, those of the files, tables or tasks; else all. */
export function chosenRows(checkpoint: Checkpoint, listing: Listing, rows: Uint32Array): Chosen {
  const { tasks, tables, descriptors, files } = checkpoint;
  const mask = (count: number): Uint8Array => {
    const of = new Uint8Array(count);
    for (const row of rows) of[row] = 1;
    return of;
  };
  const all = (count: number): Uint8Array => new Uint8Array(count).fill(1);
  const ofFile = mask(listing === "files" ? files.count : 0);
  const ofTable = mask(listing === "tables" ? tables.count : 0);
  const byRow = (row: number): number => {
    if (listing === "files") return ofFile[i32At(descriptors.file, row)] ?? 0;
    return listing === "tables" ? (ofTable[u32At(descriptors.table, row)] ?? 0) : 1;
  };
  return {
    tasks: listing === "tasks" ? mask(tasks.count) : all(tasks.count),
    tables: all(tables.count),
    descriptors:
      listing === "descriptors"
        ? mask(descriptors.count)
        : Uint8Array.from({ length: descriptors.count }, (_, row) => byRow(row)),
    files: all(files.count),
  };
}
