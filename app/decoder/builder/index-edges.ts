// Index edges: from each table, file and task to the rows that refer to it. Casts `as number` read typed arrays within
// bounds that the loops check.

import { allRows } from "../../model/all-rows.ts";
import type { Descriptors, FileRecords } from "../../model/checkpoint.ts";
import type { ColumnKernel } from "./column-kernel.ts";
import type { DescriptorColumns, TaskColumns } from "./columns.ts";
import { cutAll, FIRST_CAPACITY, type Growing } from "./growing.ts";

/**
 * Where the rows of each key begin when they are sorted by a small key. Rows with a negative key are left out.
 *
 * @param keys Always of this type, for which V8 then compiles this once.
 */
function firstRows(keys: Int32Array, count: number, buckets: number): Uint32Array<ArrayBuffer> {
  const first = new Uint32Array(buckets + 1);
  for (let row = 0; row < count; row++) {
    const key = keys[row] as number;
    if (key >= 0) first[key + 1] = (first[key + 1] as number) + 1;
  }
  for (let key = 0; key < buckets; key++) first[key + 1] = (first[key + 1] as number) + (first[key] as number);
  return first;
}

/** Where the rows of each key begin if the keys are in order, and none is negative; else `null`. */
function firstRowsInOrder(keys: Int32Array, count: number, buckets: number): Uint32Array<ArrayBuffer> | null {
  const first = new Uint32Array(buckets + 1);
  let key = 0;
  for (let row = 0; row < count; row++) {
    const own = keys[row] as number;
    if (own < key) return null;
    while (key < own) first[++key] = row;
  }
  first.fill(count, key + 1);
  return first;
}

/** Stable sort of rows by a small key: row numbers ordered by key, and the index of each key's first row. */
function bucket(keys: Int32Array, count: number, buckets: number, kernel: ColumnKernel | null) {
  const sorted = kernel?.sort(keys, count, buckets) ?? null;
  if (sorted !== null) return sorted;
  const ordered = firstRowsInOrder(keys, count, buckets);
  if (ordered !== null) return { first: ordered, rows: allRows(count) };
  const first = firstRows(keys, count, buckets);
  const next = first.slice(0, buckets);
  const rows = new Uint32Array(first[buckets] as number);
  for (let row = 0; row < count; row++) {
    const key = keys[row] as number;
    if (key < 0) continue;
    const at = next[key] as number;
    rows[at] = row;
    next[key] = at + 1;
  }
  return { first, rows };
}

/** Where the descriptors of each table begin; `null` if they are not in the order of tables and numbers. */
function firstsInOrder(
  { table: tableOf, fd: fds, count }: DescriptorColumns,
  tables: number,
  kernel: ColumnKernel | null,
): Uint32Array | null {
  const found = kernel?.ascend(tableOf, fds, count, tables) ?? null;
  if (found !== null) return found === false ? null : found;
  const first = new Uint32Array(tables + 1);
  let table = 0;
  let last = -1;
  for (let row = 0; row < count; row++) {
    const own = tableOf[row] as number;
    const fd = fds[row] as number;
    if (own < table || (own === table && fd < last)) return null;
    while (table < own) first[++table] = row;
    last = fd;
  }
  while (table < tables) first[++table] = count;
  return first;
}

/** Descriptors by table, then by fd; equal fds keep the image's order. */
export function sortDescriptors(descriptors: DescriptorColumns, tables: number, kernel: ColumnKernel | null) {
  const { count } = descriptors;
  const ordered = firstsInOrder(descriptors, tables, kernel);
  if (ordered !== null) return { first: ordered, descriptors: cutAll(descriptors) };
  const { buffer, byteOffset } = descriptors.table;
  const { first, rows } = bucket(new Int32Array(buffer, byteOffset, count), count, tables, kernel);
  for (let table = 0; table < tables; table++) {
    rows
      .subarray(first[table], first[table + 1])
      .sort((a, b) => (descriptors.fd[a] as number) - (descriptors.fd[b] as number) || a - b);
  }
  const sorted: Descriptors = {
    count,
    fd: new Int32Array(count),
    table: new Uint32Array(count),
    file: new Int32Array(count),
    closeOnExec: new Uint8Array(count),
    record: new Int32Array(count),
  };
  for (let to = 0; to < count; to++) {
    const from = rows[to] as number;
    sorted.fd[to] = descriptors.fd[from] as number;
    sorted.table[to] = descriptors.table[from] as number;
    sorted.file[to] = descriptors.file[from] as number;
    sorted.closeOnExec[to] = descriptors.closeOnExec[from] as number;
    sorted.record[to] = descriptors.record[from] as number;
  }
  return { first, descriptors: sorted };
}

/** The tasks of each table. */
export function tasksByTable(tasks: TaskColumns, tables: number, kernel: ColumnKernel | null) {
  const { first, rows } = bucket(tasks.table, tasks.count, tables, kernel);
  return { firstTask: first, task: rows };
}

/** The descriptors that refer to each open file. */
export function holdersByFile(descriptors: Descriptors, files: number, kernel: ColumnKernel | null) {
  const { first, rows } = bucket(descriptors.file, descriptors.count, files, kernel);
  return { firstHolder: first, holder: rows };
}

/** Further records about files, besides the files' own. */
export type FileRecordPairs = Growing<{
  readonly count: number;
  readonly file: Int32Array<ArrayBuffer>;
  readonly record: Uint32Array<ArrayBuffer>;
}>;

/** No records. */
export const fileRecordPairs = (): FileRecordPairs => ({
  count: 0,
  capacity: FIRST_CAPACITY,
  file: new Int32Array(FIRST_CAPACITY),
  record: new Uint32Array(FIRST_CAPACITY),
});

/** The further records of each open file. */
export function recordsByFile(
  { file, record, count }: FileRecordPairs,
  files: number,
  kernel: ColumnKernel | null,
): FileRecords {
  if (count === 0) return { first: new Uint32Array(0), record: new Uint32Array(0) };
  const { first, rows } = bucket(file, count, files, kernel);
  for (let at = 0; at < count; at++) rows[at] = record[rows[at] as number] as number;
  return { first, record: rows };
}
