// What a finding is about, in a user's terms: the task, the descriptor and the open file that its record describes.

import { MEMBER_KINDS } from "../decoder/criu/format/member-kinds.ts";
import { memberOfName } from "../decoder/criu/format/member-names.ts";
import {
  type Checkpoint,
  furtherRecords,
  hasFurtherRecords,
  holderCount,
  NONE,
  taskCount,
} from "../model/checkpoint.ts";
import { i32At, u32At } from "../model/read.ts";
import { recordMember } from "../model/records.ts";
import type { DescriptorRow, FileRow, TableRow, TaskRow } from "../model/rows.ts";
import { firstIndex } from "../model/search.ts";

/** What a finding, or a need, is about. All are absent where they are unknown or there are several. */
export interface Subject {
  /** Where the image has pids. */
  readonly pid?: number;
  /** Row of the task where the image has no pids. */
  readonly task?: TaskRow;
  readonly fd?: number;
  readonly file?: FileRow;
}

/** Records that belong to the open file, or the task, described last before them (Linux-CR). */
const OF_FILE: ReadonlySet<string> = new Set(["FILE_NAME", "FILE_PIPE", "PIPE_BUF"]);
const OF_TASK: ReadonlySet<string> = new Set(["STRING", "TASK_OBJS", "THREAD", "THREAD_TLS", "CPU", "CPU_FPU"]);
/** Members whose number is a pid (CRIU). */
const OF_PID: ReadonlySet<string> = new Set(["core", "ids", "fs", "mm", "vmas", "pagemap", "creds", "rlimit"]);

/** The task in a subject. */
function ofTask({ tasks }: Checkpoint, task: TaskRow): Subject {
  const pid = i32At(tasks.pid, task);
  return pid === NONE ? { task } : { pid };
}

/** The first task that uses a table. */
function ofTable(checkpoint: Checkpoint, table: TableRow): Subject {
  const { tables } = checkpoint;
  return taskCount(tables, table) === 0 ? {} : ofTask(checkpoint, u32At(tables.task, u32At(tables.firstTask, table)));
}

function ofDescriptor(checkpoint: Checkpoint, descriptor: DescriptorRow): Subject {
  const { descriptors, tables, tasks } = checkpoint;
  const table = u32At(descriptors.table, descriptor);
  const file = i32At(descriptors.file, descriptor);
  const subject: { -readonly [K in keyof Subject]: Subject[K] } = {};
  if (taskCount(tables, table) > 0) {
    const task = u32At(tables.task, u32At(tables.firstTask, table));
    const pid = i32At(tasks.pid, task);
    if (pid === NONE) subject.task = task;
    else subject.pid = pid;
  }
  subject.fd = i32At(descriptors.fd, descriptor);
  if (file !== NONE) subject.file = file;
  return subject;
}

/** An open file with its first holder, if it has any. */
export function ofFile(checkpoint: Checkpoint, file: FileRow): Subject {
  const { files } = checkpoint;
  if (holderCount(files, file) === 0) return { file };
  return ofDescriptor(checkpoint, u32At(files.holder, u32At(files.firstHolder, file)));
}

/** The findings with their subjects. */
export function withSubjects<Placed extends { readonly record: number | null }>(
  checkpoint: Checkpoint,
  findings: readonly Placed[],
): (Placed & Subject)[] {
  const wanted = new Uint8Array(checkpoint.records.count);
  for (const { record } of findings) if (record !== null) wanted[record] = 1;
  if (!wanted.includes(1)) return [...findings];
  const subjects = subjectsOf(checkpoint, wanted);
  return findings.map((finding) => {
    const { record } = finding;
    if (record === null) return finding;
    // Unlike two spreads, this gives findings with the same properties one hidden class.
    return Object.assign({}, finding, subjects.get(record) ?? byPlace(checkpoint, record));
  });
}

/** The subjects of records that columns name. @param wanted By record: 1 if its subject is wanted. */
function subjectsOf(checkpoint: Checkpoint, wanted: Uint8Array): Map<number, Subject> {
  const { files, fileRecords, descriptors, tasks, tables } = checkpoint;
  const found = new Map<number, Subject>();
  const note = (column: Int32Array, count: number, subject: (checkpoint: Checkpoint, row: number) => Subject): void => {
    for (const row of wantedRows(column, count, wanted)) {
      const record = column[row] as number;
      if (!found.has(record)) found.set(record, subject(checkpoint, row));
    }
  };
  note(descriptors.record, descriptors.count, ofDescriptor);
  note(files.record, files.count, ofFile);
  note(tasks.record, tasks.count, ofTask);
  note(tables.record, tables.count, ofTable);
  // Nothing to look for in most images.
  const last = fileRecords.record.length === 0 ? 0 : files.count;
  for (let file = 0; file < last; file++) {
    if (!hasFurtherRecords(fileRecords, file)) continue;
    for (const record of furtherRecords(fileRecords, file)) {
      if (wanted[record] === 1 && !found.has(record)) found.set(record, ofFile(checkpoint, file));
    }
  }
  return found;
}

/** The rows whose records are wanted: few of perhaps millions. */
function wantedRows(column: Int32Array, count: number, wanted: Uint8Array): number[] {
  const rows: number[] = [];
  // NONE is beyond the end of `wanted`.
  for (let row = 0; row < count; row++) if (wanted[column[row] as number] === 1) rows.push(row);
  return rows;
}

/** The subject of a record that no column names: by the records around it, or by its member. */
function byPlace(checkpoint: Checkpoint, record: number): Subject {
  const { records, files, tasks, members } = checkpoint;
  const name = records.kinds[records.kind[record] ?? 0]?.name ?? "";
  if (checkpoint.format === "criu") {
    const place = memberOfName(members[recordMember(records, record)]?.name ?? "");
    if (place === null || !OF_PID.has(MEMBER_KINDS[place.kind]?.name ?? "")) return {};
    return Number.isNaN(place.number) ? {} : { pid: place.number };
  }
  if (OF_FILE.has(name)) {
    const file = lastBefore(files.record, files.count, record);
    return file === NONE ? {} : ofFile(checkpoint, file);
  }
  const task = OF_TASK.has(name) ? lastBefore(tasks.record, tasks.count, record) : NONE;
  return task === NONE ? {} : ofTask(checkpoint, task);
}

/** The last row whose record is not after `record`; NONE if there is none. Rows are in the order of their records. */
const lastBefore = (column: Int32Array, count: number, record: number): number =>
  firstIndex(count, (row) => i32At(column, row) > record) - 1;
