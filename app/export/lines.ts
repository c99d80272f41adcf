// One line for each descriptor of each task, as lsof(8) prints them: every line names its task, descriptor and file.

import { type Checkpoint, commBytes, HAS, holderCount, NONE, taskNumber } from "../model/checkpoint.ts";
import { FILE_KINDS, flagNames, kindWord, O_ACCMODE } from "../model/names.ts";
import { i32At, u8At, u32At } from "../model/read.ts";
import type { DescriptorRow, TaskRow } from "../model/rows.ts";
import { shownText } from "../model/text.ts";
import { fileName, fileNames } from "../model/words.ts";
import type { Chosen } from "./choose.ts";
import { delimitedLine } from "./delimited.ts";
import { createFactWords } from "./fact-words.ts";

/** A descriptor, paired with one of the tasks that use its table. NONE: no task uses the table. */
export interface TaskDescriptor {
  readonly task: TaskRow;
  readonly descriptor: DescriptorRow;
}

interface LineColumn {
  readonly title: string;
  /** Numbers are right-aligned. */
  readonly right?: true;
  text(checkpoint: Checkpoint, row: TaskDescriptor): string;
}

/** By O_ACCMODE, the letters of lsof(8). */
const ACCESS = ["r", "w", "u", ""];

/** Set on nearly every file, so not worth showing. */
const UNREMARKABLE = new Set(["O_LARGEFILE"]);

const fileOf = ({ descriptors }: Checkpoint, { descriptor }: TaskDescriptor) => i32At(descriptors.file, descriptor);

/** `3u`: a descriptor with how its open file is accessed. */
function fdText(checkpoint: Checkpoint, row: DescriptorRow): string {
  const { descriptors, files } = checkpoint;
  const fd = i32At(descriptors.fd, row);
  const file = i32At(descriptors.file, row);
  if (file === NONE || (u8At(files.has, file) & HAS.flags) === 0) return String(fd);
  return `${fd}${ACCESS[u32At(files.flags, file) & O_ACCMODE] ?? ""}`;
}

/** The flags of a descriptor and its open file that are worth showing: `O_APPEND,FD_CLOEXEC`. */
function flagsCell(checkpoint: Checkpoint, row: TaskDescriptor): string {
  const { descriptors, files, machine } = checkpoint;
  const file = fileOf(checkpoint, row);
  const known = file !== NONE && (u8At(files.has, file) & HAS.flags) !== 0;
  // The first is the access mode, which is shown with the descriptor.
  const names = known ? flagNames(u32At(files.flags, file), machine.arch).slice(1) : [];
  const remarkable = names.filter((name) => !UNREMARKABLE.has(name));
  if (u8At(descriptors.closeOnExec, row.descriptor) === 1) remarkable.push("FD_CLOEXEC");
  return remarkable.join(",") || "-";
}

/** The name of a descriptor's open file, and that it is unlinked. */
function nameCell(checkpoint: Checkpoint, row: TaskDescriptor): string {
  const file = fileOf(checkpoint, row);
  const isUnlinked = file !== NONE && (u8At(checkpoint.files.has, file) & HAS.deleted) !== 0;
  return `${fileName(checkpoint, file)}${isUnlinked ? " (unlinked)" : ""}`;
}

const LINE_COLUMNS: readonly LineColumn[] = [
  {
    title: "COMMAND",
    text: (checkpoint, { task }) => (task === NONE ? "-" : shownText(commBytes(checkpoint, task)) || "-"),
  },
  {
    title: "PID",
    right: true,
    text: ({ tasks }, { task }) => (task === NONE ? "-" : String(taskNumber(tasks, task))),
  },
  { title: "FD", right: true, text: (checkpoint, { descriptor }) => fdText(checkpoint, descriptor) },
  {
    title: "TYPE",
    text: (checkpoint, row) => {
      const file = fileOf(checkpoint, row);
      return file === NONE ? "-" : kindWord(FILE_KINDS[u8At(checkpoint.files.kind, file)] ?? "unknown");
    },
  },
  {
    title: "POS",
    right: true,
    text: (checkpoint, row) => {
      const file = fileOf(checkpoint, row);
      const { has, pos } = checkpoint.files;
      return file === NONE || (u8At(has, file) & HAS.pos) === 0 ? "-" : String(pos[file]);
    },
  },
  { title: "FLAGS", text: flagsCell },
  {
    title: "SHARED",
    right: true,
    text: (checkpoint, row) => {
      const file = fileOf(checkpoint, row);
      const count = file === NONE ? 0 : holderCount(checkpoint.files, file);
      return count > 1 ? String(count) : "-";
    },
  },
  { title: "NAME", text: nameCell },
];

/** The descriptors of every task, in image order; those of tables without a task come last. `chosen`: of these rows only. */
function* taskDescriptors(checkpoint: Checkpoint, chosen: Chosen | null): Generator<TaskDescriptor> {
  const { tasks, tables } = checkpoint;
  for (let task = 0; task < tasks.count; task++) {
    const table = i32At(tasks.table, task);
    if (table !== NONE && chosen?.tasks[task] !== 0) yield* ofTable(checkpoint, table, task, chosen);
  }
  for (let table = 0; table < tables.count; table++) {
    const isUsed = u32At(tables.firstTask, table + 1) > u32At(tables.firstTask, table);
    if (!isUsed) yield* ofTable(checkpoint, table, NONE, chosen);
  }
}

function* ofTable({ tables }: Checkpoint, table: number, task: TaskRow, chosen: Chosen | null) {
  for (let row = u32At(tables.first, table); row < u32At(tables.first, table + 1); row++) {
    if (chosen?.descriptors[row] !== 0) yield { task, descriptor: row };
  }
}

/** Further facts about descriptors' open files. Their own task is named too, because each line must make sense alone. */
function createDetailsCell(checkpoint: Checkpoint): (row: TaskDescriptor) => string {
  const factWords = createFactWords(checkpoint, fileNames(checkpoint));
  return (row) => factWords(fileOf(checkpoint, row), NONE);
}

/** A cell before the name, as one word: lsof(8) escapes a space in a command the same way. */
const wordCell = (cell: string): string => cell.replaceAll(" ", "\\x20");

/** Aligned lines, the titles first, without newlines; further facts follow the name. */
export function* alignedLines(checkpoint: Checkpoint, chosen: Chosen | null): Generator<string> {
  const detailsCell = createDetailsCell(checkpoint);
  const last = LINE_COLUMNS.length - 1;
  const widths = LINE_COLUMNS.map(({ title }) => title.length);
  for (const row of taskDescriptors(checkpoint, chosen)) {
    for (let at = 0; at < last; at++) {
      const { length } = wordCell(LINE_COLUMNS[at]?.text(checkpoint, row) ?? "");
      if (length > (widths[at] as number)) widths[at] = length;
    }
  }
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => {
        if (at === last) return cell;
        const [word, width] = [wordCell(cell), widths[at] ?? 0];
        return LINE_COLUMNS[at]?.right ? word.padStart(width) : word.padEnd(width);
      })
      .join(" ");
  yield line(LINE_COLUMNS.map(({ title }) => title));
  for (const row of taskDescriptors(checkpoint, chosen)) {
    const details = detailsCell(row);
    yield line(LINE_COLUMNS.map(({ text }) => text(checkpoint, row))) + (details === "" ? "" : `  ${details}`);
  }
}

/** The same lines separated by tabs, with newlines; further facts have a column of their own. */
export function* tabbedLines(checkpoint: Checkpoint, chosen: Chosen | null): Generator<string> {
  const detailsCell = createDetailsCell(checkpoint);
  yield delimitedLine([...LINE_COLUMNS.map(({ title }) => title), "DETAILS"], "\t");
  for (const row of taskDescriptors(checkpoint, chosen)) {
    const cells = LINE_COLUMNS.map(({ text }) => text(checkpoint, row));
    yield delimitedLine([...cells, detailsCell(row)], "\t");
  }
}
