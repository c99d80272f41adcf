// The descriptors of each task that lead to open files of one kind.

import { type Checkpoint, NONE, taskNumber } from "../model/checkpoint.ts";
import { i32At, u32At } from "../model/read.ts";
import type { DescriptorRow, FileRow, RecordRow, TableRow, TaskRow } from "../model/rows.ts";

/** Descriptors by file table: those of table t are rows[first[t]] … rows[first[t + 1] - 1]. */
export interface ChosenDescriptors {
  readonly rows: Uint32Array;
  readonly first: Uint32Array;
}

/**
 * The descriptors that lead to open files of a kind: see names.ts.
 *
 * @param leftOut By descriptor: 1 if it is not among them. Absent: none is left out.
 */
export function descriptorsOfKind(
  { tables, descriptors, files }: Checkpoint,
  kind: number,
  leftOut?: Uint8Array,
): ChosenDescriptors {
  const rows = new Uint32Array(descriptors.count);
  const first = new Uint32Array(tables.count + 1);
  const { file } = descriptors;
  let count = 0;
  for (let table = 0; table < tables.count; table++) {
    const start: DescriptorRow = u32At(tables.first, table);
    const end = u32At(tables.first, table + 1);
    // Usually all of a table are left out, or none.
    if (leftOut?.subarray(start, end).includes(0) !== false) {
      for (let row = start; row < end; row++) {
        if (file[row] === NONE || files.kind[i32At(file, row)] !== kind || leftOut?.[row] === 1) continue;
        rows[count++] = row;
      }
    }
    first[table + 1] = count;
  }
  return { rows: rows.subarray(0, count), first };
}

/** The file table of a task; NONE: it has none. */
export function tableOfTask({ tasks, tables }: Checkpoint, task: TaskRow): TableRow {
  const table = i32At(tasks.table, task);
  return table < tables.count ? table : NONE;
}

/** One descriptor of a task. */
interface Slot {
  readonly task: TaskRow;
  readonly pid: number;
  readonly fd: number;
  readonly file: FileRow;
  readonly record: RecordRow;
}

/** Calls `visit` for the descriptors of each task that lead to a file of a kind, until it returns false. */
export function eachDescriptor(checkpoint: Checkpoint, kind: number, visit: (slot: Slot) => boolean): void {
  const { tasks, descriptors } = checkpoint;
  const { rows, first } = descriptorsOfKind(checkpoint, kind);
  for (let task = 0; task < tasks.count; task++) {
    const table = tableOfTask(checkpoint, task);
    if (table === NONE) continue;
    const pid = taskNumber(tasks, task);
    for (let at = u32At(first, table); at < u32At(first, table + 1); at++) {
      const row = u32At(rows, at);
      const file = i32At(descriptors.file, row);
      if (!visit({ task, pid, fd: i32At(descriptors.fd, row), file, record: i32At(descriptors.record, row) })) return;
    }
  }
}
