// An image as text for a terminal: each task with its file table, each descriptor with its file and who shares it.

import {
  type Checkpoint,
  commBytes,
  descriptorCount,
  HAS,
  hasPids,
  holderCount,
  NONE,
  taskCount,
  taskNumber,
} from "../../app/model/checkpoint.ts";
import { flagNames, O_ACCMODE, TASK_STATES } from "../../app/model/names.ts";
import { visible, visibleText } from "../../app/model/text.ts";
import { counted, fileName, timeText } from "../../app/model/words.ts";

/** Sharers that are named; the others are counted. */
const MOST_NAMED = 6;
/** Most images set this on every file; it says nothing about the file. */
const UNREMARKABLE = new Set(["O_LARGEFILE"]);

const SGR = { heading: 1, dim: 2, shared: 36, error: 31, warning: 33, note: 2 } as const;

/** The text of an image, line by line, without newlines. */
export function* showText(checkpoint: Checkpoint, name: string, colour: boolean): Generator<string> {
  const paint = (style: keyof typeof SGR, text: string): string =>
    colour ? `\x1b[${SGR[style]}m${text}\x1b[0m` : text;
  yield paint("heading", visible(name));
  yield* headLines(checkpoint);
  const { tasks, tables } = checkpoint;
  const shown = new Int32Array(tables.count).fill(NONE);
  for (let task = 0; task < tasks.count; task++) {
    yield "";
    yield paint("heading", taskTitle(checkpoint, task));
    const table = tasks.table[task] as number;
    if (table === NONE) {
      yield "  no file table";
      continue;
    }
    const first = shown[table] as number;
    if (first !== NONE) {
      yield `  ${paint("shared", `the file table of ${taskWords(checkpoint, first)}, shared`)}`;
      continue;
    }
    shown[table] = task;
    yield* tableLines(checkpoint, table, task, paint);
  }
  for (let table = 0; table < tables.count; table++) {
    if (taskCount(tables, table) > 0) continue;
    yield "";
    yield paint("heading", `file table ${tables.id[table]}, of no task`);
    yield* tableLines(checkpoint, table, NONE, paint);
  }
  yield* unheldLines(checkpoint, paint);
  yield* problemLines(checkpoint, paint);
}

type Paint = (style: keyof typeof SGR, text: string) => string;

function* headLines(checkpoint: Checkpoint): Generator<string> {
  const { tasks, tables, descriptors, files, format, dialect, time } = checkpoint;
  const family = format === "criu" ? "CRIU" : "Linux-CR";
  const date = time === null ? "" : `, ${timeText(time)}`;
  yield `${family} ${dialect}${date}${checkpoint.complete ? "" : ", incomplete"}`;
  yield [
    counted(tasks.count, "task"),
    counted(tables.count, "file table"),
    counted(descriptors.count, "descriptor"),
    counted(files.count, "open file"),
  ].join(", ");
  for (const { label, value } of checkpoint.facts) yield `${label}: ${visible(value)}`;
}

function taskWords(checkpoint: Checkpoint, task: number): string {
  const comm = visibleText(commBytes(checkpoint, task));
  return `${hasPids(checkpoint.tasks) ? "pid" : "task"} ${taskNumber(checkpoint.tasks, task)} ${comm}`.trimEnd();
}

function taskTitle(checkpoint: Checkpoint, task: number): string {
  const { tasks } = checkpoint;
  const state = TASK_STATES[tasks.state[task] as number];
  const ppid = tasks.ppid[task] as number;
  return `${taskWords(checkpoint, task)}${state == null ? "" : `, ${state}`}${ppid > 0 ? `, child of ${ppid}` : ""}`;
}

function* tableLines(checkpoint: Checkpoint, table: number, owner: number, paint: Paint): Generator<string> {
  const { tables, descriptors } = checkpoint;
  const count = descriptorCount(tables, table);
  const others: string[] = [];
  for (let at = tables.firstTask[table] as number; at < (tables.firstTask[table + 1] as number); at++) {
    const task = tables.task[at] as number;
    if (task !== owner) others.push(taskWords(checkpoint, task));
  }
  const shared = others.length === 0 ? "" : `, ${paint("shared", `shared with ${named(others)}`)}`;
  yield `  file table ${tables.id[table]}: ${counted(count, "descriptor")}${shared}`;
  const first = tables.first[table] as number;
  const width = String(descriptors.fd[first + count - 1] ?? 0).length;
  for (let row = first; row < first + count; row++) yield descriptorLine(checkpoint, row, width, paint);
}

const ACCESS = ["r-", "-w", "rw", "--"];

function descriptorLine(checkpoint: Checkpoint, row: number, width: number, paint: Paint): string {
  const { descriptors, files } = checkpoint;
  const fd = String(descriptors.fd[row]).padStart(width);
  const file = descriptors.file[row] as number;
  const closeOnExec = descriptors.closeOnExec[row] === 1 ? "close-on-exec" : "";
  if (file === NONE) return `    ${fd}  leads to no open file${closeOnExec === "" ? "" : `  ${closeOnExec}`}`;
  const parts = [fd, fileWords(checkpoint, file)];
  if (closeOnExec !== "") parts.push(closeOnExec);
  if (holderCount(files, file) > 1) parts.push(paint("shared", `shared with ${sharers(checkpoint, file, row)}`));
  return `    ${parts.join("  ")}`;
}

/** Access mode, name, position and flags of an open file. */
function fileWords(checkpoint: Checkpoint, file: number): string {
  const { files, machine } = checkpoint;
  const has = files.has[file] as number;
  const name = fileName(checkpoint, file);
  const flags = files.flags[file] as number;
  const parts = [(has & HAS.flags) === 0 ? "  " : (ACCESS[flags & O_ACCMODE] ?? "  "), name];
  if ((has & HAS.deleted) !== 0) parts.push("(unlinked)");
  if ((has & HAS.pos) !== 0) parts.push(`@${files.pos[file]}`);
  if ((has & HAS.flags) !== 0) {
    const names = flagNames(flags, machine.arch).slice(1);
    parts.push(...names.filter((flag) => !UNREMARKABLE.has(flag)));
  }
  return parts.join(" ");
}

function sharers(checkpoint: Checkpoint, file: number, row: number): string {
  const { files, descriptors, tables, tasks } = checkpoint;
  const own = descriptors.table[row];
  const words: string[] = [];
  let count = 0;
  for (let at = files.firstHolder[file] as number; at < (files.firstHolder[file + 1] as number); at++) {
    const holder = files.holder[at] as number;
    if (holder === row) continue;
    count++;
    if (words.length >= MOST_NAMED) continue;
    const table = descriptors.table[holder] as number;
    const fd = `fd ${descriptors.fd[holder]}`;
    const task = tables.task[tables.firstTask[table] as number];
    const alone = table === own || task === undefined || taskCount(tables, table) === 0;
    words.push(alone ? fd : `${hasPids(tasks) ? "pid" : "task"} ${taskNumber(tasks, task)} ${fd}`);
  }
  return count > words.length ? `${words.join(", ")} and ${count - words.length} more` : words.join(", ");
}

const named = (words: readonly string[]): string =>
  words.length <= MOST_NAMED
    ? words.join(", ")
    : `${words.slice(0, MOST_NAMED).join(", ")} and ${words.length - MOST_NAMED} more`;

const USES = [
  "executable",
  "working directory",
  "root",
  "mapping",
  "path of a FIFO or terminal",
  "in flight",
  "epoll target",
];

function* unheldLines(checkpoint: Checkpoint, paint: Paint): Generator<string> {
  const { files } = checkpoint;
  let begun = false;
  for (let file = 0; file < files.count; file++) {
    if (holderCount(files, file) > 0) continue;
    if (!begun) {
      yield "";
      yield paint("heading", "open files that no descriptor leads to");
      begun = true;
    }
    const uses = USES.filter((_, bit) => ((files.use[file] as number) & (1 << bit)) !== 0);
    yield `  ${fileWords(checkpoint, file)}${uses.length === 0 ? "" : paint("dim", `  ${uses.join(", ")}`)}`;
  }
}

function* problemLines(checkpoint: Checkpoint, paint: Paint): Generator<string> {
  if (checkpoint.problems.length === 0) return;
  yield "";
  yield paint("heading", counted(checkpoint.problems.length, "problem"));
  for (const { severity, message, offset, member } of checkpoint.problems) {
    const name = member === undefined ? "" : ` of ${visible(checkpoint.members[member]?.name ?? "")}`;
    const where = offset === null ? "" : paint("dim", `  at byte ${offset}${name}`);
    yield `  ${paint(severity, severity)}: ${message}${where}`;
  }
}
