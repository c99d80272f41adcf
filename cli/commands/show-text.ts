// An image as text for a terminal: each task with its file table, each descriptor with its open file and who shares it.

import type { Chosen } from "../../app/export/choose.ts";
import { createFactWriter, FACTS } from "../../app/export/fact-words.ts";
import {
  createRows,
  createRowsWriter,
  kernelFor,
  type Rows,
  type RowsWriter,
  writeRows,
} from "../../app/export/rows/rows.ts";
import { type Column, call, type Part, padded, piece, type Template, whenIs } from "../../app/export/rows/template.ts";
import { rowWriter } from "../../app/export/rows/write.ts";
import {
  type Checkpoint,
  descriptorCount,
  holderCount,
  NONE,
  type OpenFiles,
  taskCount,
} from "../../app/model/checkpoint.ts";
import { TASK_STATES } from "../../app/model/names/names.ts";
import { i32At, u8At, u32At } from "../../app/model/read.ts";
import type { DescriptorRow, FileRow, TableRow, TaskRow } from "../../app/model/rows.ts";
import { type JsonBytes, takeBytes, writePiece, writeRaw } from "../../app/model/text/json-bytes.ts";
import { taskHeading, taskOf, taskWords } from "../../app/model/text/task-words.ts";
import { encodeText, shortText, shownValue, visible } from "../../app/model/text/text.ts";
import { counted, type FileNames, fileNames, timeText, WRITTEN_BY, writerText } from "../../app/model/text/words.ts";
import { type Style, styleFor } from "../style.ts";
import { fileParts } from "./file-text.ts";

/** Sharers that are named; the others are counted. */
const MOST_NAMED = 6;

export interface ShowTextOptions {
  /** Whether to colour with ANSI escapes. Words carry the same information without it. */
  readonly colour: boolean;
  /** The rows to list; `null`: all. */
  readonly chosen: Chosen | null;
  /** Further lines about tasks, by row. */
  readonly taskLines?: readonly (readonly string[] | undefined)[];
}

/** What the listings need. */
interface Listed {
  readonly rows: Rows;
  readonly out: JsonBytes;
  readonly checkpoint: Checkpoint;
  readonly chosen: Chosen | null;
  readonly style: Style;
  readonly descriptors: RowsWriter;
  readonly writeFile: (file: FileRow) => void;
  readonly taskLines: readonly (readonly string[] | undefined)[];
}

/** Bytes in one part. */
const PART = 64 * 1024;

type Parts = Generator<Uint8Array<ArrayBuffer>>;

/**
 * The text of an image as UTF-8, in parts that are valid until the next is read.
 *
 * @param rows Writes the rows.
 */
export function* showText(
  checkpoint: Checkpoint,
  name: string,
  { colour, chosen, taskLines = [] }: ShowTextOptions,
  rows = createRows(PART, kernelFor(checkpoint.descriptors.count)),
): Parts {
  const style = styleFor(colour);
  const names = fileNames(checkpoint);
  const { out } = rows;
  const listed: Listed = {
    rows,
    out,
    checkpoint,
    chosen,
    style,
    descriptors: createRowsWriter(
      rows,
      descriptorTemplate(out, checkpoint, names, style),
      checkpoint.descriptors.count,
    ),
    writeFile: rowWriter(rows, fileParts(out, checkpoint, names, null)),
    taskLines,
  };
  writeLine(out, style("bold", shortText(visible(name))));
  for (const line of headLines(checkpoint)) writeLine(out, line);
  yield* taskParts(listed);
  yield* unusedTableParts(listed);
  if (chosen === null) yield* unheldParts(listed);
  for (const line of problemLines(checkpoint, style)) writeLine(out, line);
  yield takeBytes(out);
}

function writeLine(out: JsonBytes, line: string): void {
  writeRaw(out, line);
  writePiece(out, NEWLINE);
}

const NEWLINE = encodeText("\n");

function* headLines(checkpoint: Checkpoint): Generator<string> {
  const { tasks, tables, descriptors, files, format, dialect, time } = checkpoint;
  const date = time === null ? "" : `, ${timeText(time)}`;
  yield `${visible(writerText(checkpoint))}${date}${checkpoint.complete ? "" : ", incomplete"}`;
  yield [
    counted(tasks.count, "task"),
    counted(tables.count, "file table"),
    counted(descriptors.count, "descriptor"),
    counted(files.count, "open file"),
  ].join(", ");
  if (format === "criu") yield `framing: ${visible(dialect)}`;
  for (const fact of checkpoint.facts)
    if (fact.label !== WRITTEN_BY) yield `${fact.label}: ${shortText(shownValue(fact))}`;
}

/** Every task with its table; a shared table is listed with the first task that uses it. */
function* taskParts(listed: Listed): Parts {
  const { out, checkpoint, chosen, style } = listed;
  const { tasks, tables } = checkpoint;
  const listedWith = new Int32Array(tables.count).fill(NONE);
  for (let task = 0; task < tasks.count; task++) {
    if (chosen?.tasks[task] === 0) continue;
    if (out.length >= PART) yield takeBytes(out);
    writeLine(out, "");
    writeLine(out, style("bold", taskTitle(checkpoint, task)));
    for (const line of listed.taskLines[task] ?? []) writeLine(out, `  ${line}`);
    const table = i32At(tasks.table, task);
    if (table === NONE) {
      writeLine(out, "  no file table");
      continue;
    }
    const first = i32At(listedWith, table);
    if (first !== NONE) {
      writeLine(out, `  ${style("cyan", `shares the file table of ${taskHeading(taskOf(checkpoint, first))}`)}`);
      continue;
    }
    listedWith[table] = task;
    yield* tableParts(listed, table, task);
  }
}

function* unusedTableParts(listed: Listed): Parts {
  const { out, checkpoint, chosen, style } = listed;
  const { tables } = checkpoint;
  for (let table = 0; table < tables.count; table++) {
    if (taskCount(tables, table) > 0 || (chosen !== null && chosenCount(chosen, checkpoint, table) === 0)) continue;
    writeLine(out, "");
    writeLine(out, style("bold", `file table ${tables.id[table]}, used by no task`));
    yield* tableParts(listed, table, NONE);
  }
}

function taskTitle(checkpoint: Checkpoint, task: TaskRow): string {
  const { tasks } = checkpoint;
  const state = TASK_STATES[u8At(tasks.state, task)];
  const ppid = i32At(tasks.ppid, task);
  return `${taskHeading(taskOf(checkpoint, task))}${state == null ? "" : `, ${state}`}${ppid > 0 ? `, child of ${ppid}` : ""}`;
}

/** A table with its descriptors. `owner`: the task that it is listed with; NONE if there is none. */
function* tableParts(listed: Listed, table: TableRow, owner: TaskRow): Parts {
  const { rows, out, checkpoint, chosen, style } = listed;
  const { tables, descriptors } = checkpoint;
  const count = descriptorCount(tables, table);
  const others: string[] = [];
  for (let at = u32At(tables.firstTask, table); at < u32At(tables.firstTask, table + 1); at++) {
    const task = u32At(tables.task, at);
    if (task !== owner) others.push(taskHeading(taskOf(checkpoint, task)));
  }
  const few = chosen === null ? "" : `, ${chosenCount(chosen, checkpoint, table)} listed`;
  const shared = others.length === 0 ? "" : `, ${style("cyan", `shared with ${enumerated(others, others.length)}`)}`;
  writeLine(out, `  file table ${tables.id[table]}: ${counted(count, "descriptor")}${few}${shared}`);
  const first = u32At(tables.first, table);
  rows.width = count === 0 ? 0 : String(descriptors.fd[first + count - 1]).length;
  yield* writeRows(rows, listed.descriptors, [first, first + count], chosen?.descriptors);
}

/** How many descriptors of a table are listed. */
function chosenCount({ descriptors }: Chosen, { tables }: Checkpoint, table: TableRow): number {
  let count = 0;
  for (let row = u32At(tables.first, table); row < u32At(tables.first, table + 1); row++) {
    count += u8At(descriptors, row);
  }
  return count;
}

const GAP = encodeText("  ");

/** How the lines of descriptors are written. Numbers are as wide as the largest of the table. */
function descriptorTemplate(out: JsonBytes, checkpoint: Checkpoint, names: FileNames, style: Style): Template {
  const { descriptors } = checkpoint;
  const { writeFacts, possible } = createFactWriter(out, checkpoint, names);
  const fileOf = (row: DescriptorRow): FileRow => i32At(descriptors.file, row);
  const writeAny = (row: DescriptorRow): void => {
    const { length } = out;
    writePiece(out, GAP);
    writeFacts(fileOf(row), u32At(descriptors.table, row));
    if (out.length === length + GAP.length) out.length = length;
  };
  const others = call((row) => {
    writePiece(out, GAP);
    writeRaw(out, style("cyan", `shared with ${sharers(checkpoint, fileOf(row), row)}`));
  });
  const through = <Of extends Column>(column: Of) => ({ column, rows: descriptors.file });
  const { files, text } = checkpoint;
  const facts = through(possible());
  const shared = through(sharedFiles(checkpoint));
  const stored: Part = {
    op: "facts",
    values: through(files.kind),
    texts: { pool: text, start: through(files.nameOffset), length: through(files.nameLength) },
    columns: { checkpoint, files: descriptors.file, fds: descriptors.fd, tables: descriptors.table, gap: GAP },
    write: writeAny,
  };
  const file = [
    piece("  "),
    ...fileParts(out, checkpoint, names, descriptors.file),
    whenIs(facts, FACTS.stored, [stored], [whenIs(facts, FACTS.any, [call(writeAny)])]),
  ];
  const missing = [piece("  open file missing from this image")];
  return {
    separator: new Uint8Array(0),
    parts: [
      piece("    "),
      padded(descriptors.fd),
      whenIs(descriptors.file, NONE, missing, file),
      whenIs(descriptors.closeOnExec, 1, [piece("  close-on-exec")]),
      whenIs(descriptors.file, NONE, [], [whenIs(shared, 1, [others])]),
      piece("\n"),
    ],
  };
}

/** By open file: 1 if several descriptors lead to it. */
function sharedFiles({ files: { count, firstHolder } }: Checkpoint): Uint8Array {
  const shared = new Uint8Array(count);
  for (let file = 0; file < count; file++) {
    if ((firstHolder[file + 1] as number) > (firstHolder[file] as number) + 1) shared[file] = 1;
  }
  return shared;
}

/** The holders of an open file other than descriptor `row`; those of the same table without their task. */
function sharers(checkpoint: Checkpoint, file: FileRow, row: DescriptorRow): string {
  const { files, descriptors, tables } = checkpoint;
  const own = u32At(descriptors.table, row);
  const words: string[] = [];
  // The descriptor itself is one of the holders.
  const count = holderCount(files, file) - 1;
  for (let at = u32At(files.firstHolder, file); words.length < Math.min(count, MOST_NAMED); at++) {
    const holder = u32At(files.holder, at);
    if (holder === row) continue;
    const table = u32At(descriptors.table, holder);
    const fd = `fd ${descriptors.fd[holder]}`;
    if (table === own || taskCount(tables, table) === 0) words.push(fd);
    else {
      const task = u32At(tables.task, u32At(tables.firstTask, table));
      words.push(`${taskWords(taskOf(checkpoint, task))} ${fd}`);
    }
  }
  return enumerated(words, count);
}

/** The first names of `count`, and how many more there are. */
function enumerated(names: readonly string[], count: number): string {
  const listed = names.slice(0, MOST_NAMED);
  return count > listed.length ? `${listed.join(", ")} and ${count - listed.length} more` : listed.join(", ");
}

/** By bit of `files.use`. */
const USES = [
  "executable",
  "working directory",
  "root",
  "mapping",
  "path of a FIFO or terminal",
  "in flight",
  "epoll target",
];

function* unheldParts({ out, checkpoint, style, writeFile }: Listed): Parts {
  const { files } = checkpoint;
  let isFirst = true;
  for (let file = nextUnheld(files, 0); file < files.count; file = nextUnheld(files, file + 1)) {
    if (isFirst) {
      writeLine(out, "");
      writeLine(out, style("bold", "open files without a descriptor"));
      isFirst = false;
    }
    const use = u8At(files.use, file);
    const uses = USES.filter((_, bit) => (use & (1 << bit)) !== 0);
    writePiece(out, GAP);
    writeFile(file);
    writeLine(out, uses.length === 0 ? "" : style("dim", `  ${uses.join(", ")}`));
    if (out.length >= PART) yield takeBytes(out);
  }
}

/** The first open file from `file` on that no descriptor leads to; the number of files if there is none. */
function nextUnheld({ count, firstHolder }: OpenFiles, file: FileRow): FileRow {
  let next = file;
  while (next < count && firstHolder[next] !== firstHolder[next + 1]) next++;
  return next;
}

const PROBLEM_STYLES = { error: "red", warning: "yellow", note: "dim" } as const;

function* problemLines(checkpoint: Checkpoint, style: Style): Generator<string> {
  if (checkpoint.problems.length === 0) return;
  yield "";
  yield style("bold", counted(checkpoint.problems.length, "problem"));
  for (const { severity, message, offset, member } of checkpoint.problems) {
    const name = member === undefined ? "" : ` of ${shortText(visible(checkpoint.members[member]?.name ?? ""))}`;
    const where = offset === null ? "" : style("dim", `  at byte ${offset}${name}`);
    yield `  ${style(PROBLEM_STYLES[severity], severity)}: ${shortText(message)}${where}`;
  }
}
