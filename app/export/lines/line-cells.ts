// The lines of descriptors and the contents of their cells (lines.ts).

import { type Checkpoint, commBytes, HAS, NONE, taskCount, taskNumber } from "../../model/checkpoint.ts";
import { accessOf, FILE_KINDS, flagNames, kindWord } from "../../model/names/names.ts";
import { i32At, u8At, u32At } from "../../model/read.ts";
import type { DescriptorRow, FileRow, TableRow, TaskRow } from "../../model/rows.ts";
import { shownText } from "../../model/text/text.ts";
import type { Chosen } from "../choose.ts";

/** The descriptors of a table, paired with one of the tasks that use it. NONE: no task does. */
export interface Run {
  readonly task: TaskRow;
  readonly table: TableRow;
  readonly first: DescriptorRow;
  readonly end: DescriptorRow;
}

/** The tables of all tasks, in image order; those without a task come last. `chosen`: of these tasks only. */
export function* runsOf({ tasks, tables }: Checkpoint, chosen: Chosen | null): Generator<Run> {
  const run = (task: TaskRow, table: TableRow): Run => ({
    task,
    table,
    first: u32At(tables.first, table),
    end: u32At(tables.first, table + 1),
  });
  for (let task = 0; task < tasks.count; task++) {
    const table = i32At(tasks.table, task);
    if (table !== NONE && chosen?.tasks[task] !== 0) yield run(task, table);
  }
  for (let table = 0; table < tables.count; table++) if (taskCount(tables, table) === 0) yield run(NONE, table);
}

/** The titles of the cells. */
export const LINE_TITLES = ["COMMAND", "PID", "FD", "TYPE", "POS", "FLAGS", "SHARED", "NAME"] as const;

/** By `accessOf`, the letters of lsof(8). */
export const ACCESS = ["r", "w", "u", ""] as const;

/** Set on nearly every file, so not worth showing. */
const UNREMARKABLE = new Set(["O_LARGEFILE"]);

/** The text of a cell without a value. */
export const NOTHING = "-";

/** The name and number of a task; NONE: no task uses the table of a descriptor. */
export const taskCells = (checkpoint: Checkpoint, task: TaskRow): readonly [command: string, pid: string] =>
  task === NONE
    ? [NOTHING, NOTHING]
    : [shownText(commBytes(checkpoint, task)) || NOTHING, String(taskNumber(checkpoint.tasks, task))];

/** The flags of an open file; `null`: the image does not have them, or not the file. */
export const flagsOf = ({ files }: Checkpoint, file: FileRow): number | null =>
  file === NONE || (u8At(files.has, file) & HAS.flags) === 0 ? null : u32At(files.flags, file);

/** `3u`: a descriptor with how its open file is accessed. */
export function fdCell(checkpoint: Checkpoint, row: DescriptorRow): string {
  const flags = flagsOf(checkpoint, i32At(checkpoint.descriptors.file, row));
  return `${checkpoint.descriptors.fd[row]}${flags === null ? "" : ACCESS[accessOf(flags)]}`;
}

/** A kind of open file (index into FILE_KINDS). */
export const typeCell = (kind: number): string => kindWord(FILE_KINDS[kind] ?? "unknown");

/** The flags of a descriptor and its open file that are worth showing: `O_APPEND,FD_CLOEXEC`. */
export function flagsCell(flags: number | null, closesOnExec: boolean, arch: string | null): string {
  // The first is the access mode, which is shown with the descriptor.
  const names = flags === null ? [] : flagNames(flags, arch).slice(1);
  const remarkable = names.filter((name) => !UNREMARKABLE.has(name));
  if (closesOnExec) remarkable.push("FD_CLOEXEC");
  return remarkable.join(",") || NOTHING;
}

/** A cell before the name of an aligned line, as one word: lsof(8) escapes a space in a command the same way. */
export const wordCell = (cell: string): string => cell.replaceAll(" ", "\\x20");
