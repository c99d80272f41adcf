// The words of the drawing: what boxes, edges, the hidden tree and the spoken selection say of an object.

import {
  type Checkpoint,
  commBytes,
  HAS,
  holderCount,
  NONE,
  nameBytes,
  taskCount,
  taskNumber,
  USE,
} from "../../model/checkpoint.ts";
import { fileKind, O_ACCMODE, openFlags, TASK_STATES } from "../../model/names.ts";
import type { ObjectRef } from "../../model/object-ref.ts";
import { visibleText } from "../../model/text.ts";
import { counted, grouped, namelessFile } from "../../model/words.ts";
import {
  type Change,
  changeOf,
  type PerObject,
  REMOVED,
  rowBefore,
  rowNow,
  SAME,
  type Subject,
} from "../order/graph.ts";

/** The sign of a change, for those who do not see its colour. Empty for what is the same. */
export const changeSign = (change: Change): string => ["", "+", "−", "~"][change] ?? "";

/** The word of a change. */
const changeWord = (change: Change): string => ["", "added", "gone", "changed"][change] ?? "";

/** A value at both moments: `4096 → 8192`, or once if it is the same or there is only one. */
function atBoth<T extends string | null>(was: T, now: T): string {
  if (was === null || was === now) return now ?? "";
  if (now === null) return was;
  return `${was} → ${now}`;
}

/** Reads one value in both images: what it was and what it is; a null side is not there. */
function read<T>(
  subject: Subject,
  to: keyof PerObject<unknown>,
  row: number,
  value: (c: Checkpoint, row: number) => T,
) {
  const now = rowNow(subject, to, row);
  const was = rowBefore(subject, to, row);
  return {
    was: was === NONE || subject.both === null ? null : value(subject.both.before, was),
    now: now === NONE ? null : value(subject.after, now),
  };
}

const both = (
  subject: Subject,
  to: keyof PerObject<unknown>,
  row: number,
  value: (c: Checkpoint, row: number) => string,
) => {
  const { was, now } = read(subject, to, row, value);
  return atBoth(was, now);
};

/** What a task is called: `412 nginx`. */
export function taskLabel(subject: Subject, task: number): string {
  const number = both(subject, "task", task, (c, row) => String(taskNumber(c.tasks, row)));
  const comm = both(subject, "task", task, (c, row) => visibleText(commBytes(c, row)));
  return comm === "" ? number : `${number} ${comm}`;
}

/** A task's state where it is worth a word (`zombie`, `stopped`); running, sleeping and unknown are not. */
export function taskNote(subject: Subject, task: number): string {
  return both(subject, "task", task, (c, row) => {
    const state = TASK_STATES[c.tasks.state[row] ?? 0] ?? "";
    return state === "running" || state === "sleeping" ? "" : state;
  });
}

/** Longer than any path that Linux takes: such a name is not shown whole. */
const LONGEST = 4096;

function shortened(name: Uint8Array): Uint8Array {
  if (name.length <= LONGEST) return name;
  const cut = new TextEncoder().encode(`…(${grouped(name.length)} bytes)…`);
  const short = new Uint8Array(LONGEST / 2 + cut.length);
  short.set(name.subarray(0, LONGEST / 4));
  short.set(cut, LONGEST / 4);
  short.set(name.subarray(name.length - LONGEST / 4), LONGEST / 4 + cut.length);
  return short;
}

/** The name of an open file, or its kind where it has none. */
export function fileName(subject: Subject, file: number): string {
  return both(subject, "file", file, (c, row) => {
    const name = visibleText(shortened(nameBytes(c, row)));
    return name === "" ? namelessFile(c, row) : name;
  });
}

const ACCESS = ["r", "w", "rw", "–"] as const;

/** The access mode as letters: r, w, rw; empty if the image does not hold the flags. */
export function accessLetters(subject: Subject, file: number): string {
  return both(subject, "file", file, access);
}

const access = (c: Checkpoint, row: number): string =>
  ((c.files.has[row] ?? 0) & HAS.flags) === 0 ? "" : (ACCESS[(c.files.flags[row] ?? 0) & O_ACCMODE] ?? "");

// Set by the kernel on every open of a 64-bit program, or without any effect once the file is open.
const NOISE = new Set([
  "O_LARGEFILE",
  "O_NOFOLLOW",
  "O_CREAT",
  "O_EXCL",
  "O_NOCTTY",
  "O_TRUNC",
  "O_CLOEXEC",
  "FMODE_EXEC",
]);

const flagWords = (c: Checkpoint, row: number): string => {
  const flags = c.files.flags[row] ?? 0;
  if (((c.files.has[row] ?? 0) & HAS.flags) === 0 || flags === 0) return "";
  return openFlags(c.machine.arch)
    .filter(({ name, value }) => (flags & value) !== 0 && !NOISE.has(name))
    .map(({ name }) => name.replace(/^_*O_/, "").toLowerCase())
    .join(" ");
};

/** Access mode and the flags that matter after opening: `w append`, `rw nonblock`. */
export function shortFlags(subject: Subject, file: number): string {
  return both(subject, "file", file, (c, row) => `${access(c, row)} ${flagWords(c, row)}`.trim());
}

const UNSEEKABLE = new Set(
  (["pipe", "fifo", "socket", "epoll", "eventfd", "signalfd", "timerfd", "inotify", "pidfd"] as const).map(fileKind),
);

const position = (c: Checkpoint, row: number): string | null => {
  const pos = c.files.pos[row] ?? 0n;
  if (((c.files.has[row] ?? 0) & HAS.pos) === 0) return null;
  return pos === 0n && UNSEEKABLE.has(c.files.kind[row] ?? 0) ? null : String(pos);
};

/** f_pos as `@4096`, of two images `@4096 → 8192`; empty where a file has no position. */
export function positionLabel(subject: Subject, file: number): string {
  const { was, now } = read(subject, "file", file, position);
  const text = atBoth(was, now);
  return text === "" ? "" : `@${text}`;
}

/** How many slots hold a file: `⟨3⟩`, of two images `⟨3 → 2⟩`; empty for a single one at both moments. */
export function holdersLabel(subject: Subject, file: number): string {
  const { was, now } = read(subject, "file", file, (c, row) => String(holderCount(c.files, row)));
  return (now === null || now === "1" || now === "0") && (was === null || was === "1" || was === "0")
    ? ""
    : `⟨${atBoth(was, now)}⟩`;
}

/** Whether a file is (or, of two images, was) held by several slots. */
export const isShared = (subject: Subject, file: number): boolean => holdersLabel(subject, file) !== "";

/** `2 tasks` for a table of several tasks, `no task` for one of none; else empty. */
export function tableBadge(subject: Subject, table: number): string {
  const { was, now } = read(subject, "table", table, (c, row) => taskCount(c.tables, row));
  const before = was ?? now ?? 0;
  const after = now ?? was ?? 0;
  if (before !== after) return `${before} → ${counted(after, "task")}`;
  return after === 1 ? "" : after === 0 ? "no task" : counted(after, "task");
}

/** Whether a table is (or was) used by several tasks. */
export function isTableShared(subject: Subject, table: number): boolean {
  const { was, now } = read(subject, "table", table, (c, row) => taskCount(c.tables, row));
  return (was ?? 0) > 1 || (now ?? 0) > 1;
}

const USES: readonly (readonly [number, string])[] = [
  [USE.executable, "executable"],
  [USE.workingDirectory, "working directory"],
  [USE.root, "root"],
  [USE.mapping, "mapping"],
  [USE.pathOf, "path of a FIFO or terminal"],
  [USE.inFlight, "in flight in a socket"],
  [USE.epollTarget, "epoll target"],
];

/** What refers to a file other than descriptors: `executable, mapping`. */
export function usedAs(subject: Subject, file: number): string {
  const use = subject.graph.files.use[file] ?? 0;
  const words = USES.filter(([bit]) => (use & bit) !== 0).map(([, word]) => word);
  return words.length === 0 ? "held by nothing known" : words.join(", ");
}

/** Whether a slot is closed on exec: `ⓧ`, of two images `→ ⓧ` and `ⓧ →`. */
export function closeOnExecMark(subject: Subject, descriptor: number): string {
  const { was, now } = read(subject, "descriptor", descriptor, (c, row) => c.descriptors.closeOnExec[row] === 1);
  if (was === null || now === null || was === now) return (now ?? was) ? "ⓧ" : "";
  return now ? "→ⓧ" : "ⓧ→";
}

const changed = (change: Change): string => (change === SAME ? "" : `, ${changeWord(change)}`);

/** What is called to mind when an object is named in one line: `412 nginx`, `fd 3`, `/var/log/x`. */
function shortName(subject: Subject, ref: ObjectRef): string {
  if (ref.to === "task") return taskLabel(subject, ref.row);
  if (ref.to === "file") return fileName(subject, ref.row);
  if (ref.to === "table") return tableName(subject, ref.row);
  const { fd, table } = subject.graph.descriptors;
  return `fd ${fd[ref.row] ?? NONE} of ${tableName(subject, table[ref.row] ?? 0)}`;
}

/** A table by its tasks: `file table of 412 nginx, 413 nginx`. */
function tableName(subject: Subject, table: number): string {
  const { firstTask, task } = subject.graph.tables;
  const first = firstTask[table] ?? 0;
  const count = (firstTask[table + 1] ?? 0) - first;
  if (count === 0) return "file table of no task";
  const named = [...task.subarray(first, first + Math.min(count, 3))].map((row) => taskLabel(subject, row));
  return `file table of ${named.join(", ")}${count > 3 ? ` and ${counted(count - 3, "other task")}` : ""}`;
}

/** An object in one spoken sentence, with what it leads to and who shares it. */
export function sentence(subject: Subject, ref: ObjectRef): string {
  const change = changeOf(subject, ref.to, ref.row);
  const { tables, descriptors, files } = subject.graph;
  if (ref.to === "task") {
    const note = taskNote(subject, ref.row);
    const table =
      rowNow(subject, "task", ref.row) === NONE ? NONE : subject.after.tasks.table[rowNow(subject, "task", ref.row)];
    const users = table === undefined || table === NONE ? 0 : taskCount(subject.after.tables, table);
    const sharing = users > 1 ? `, shares its file table with ${counted(users - 1, "other task")}` : "";
    return `Task ${taskLabel(subject, ref.row)}${note === "" ? "" : `, ${note}`}${sharing}${changed(change)}`;
  }
  if (ref.to === "table") {
    const count = (tables.first[ref.row + 1] ?? 0) - (tables.first[ref.row] ?? 0);
    const badge = tableBadge(subject, ref.row);
    const sharing = isTableShared(subject, ref.row) ? `, one table shared by ${badge}` : "";
    return `${capital(tableName(subject, ref.row))}, ${counted(count, "descriptor")}${sharing}${changed(change)}`;
  }
  if (ref.to === "descriptor") {
    const file = descriptors.file[ref.row] ?? NONE;
    const mark = closeOnExecMark(subject, ref.row) === "ⓧ" ? ", close-on-exec" : "";
    const wasFile = descriptors.wasFile?.[ref.row] ?? NONE;
    const before = wasFile === NONE ? "" : `, led to ${fileName(subject, wasFile)} before`;
    const leads =
      file === NONE
        ? "leads to a file that the image does not hold"
        : `${change === REMOVED ? "led" : "leads"} to ${filePhrase(subject, file)}`;
    return `${capital(shortName(subject, ref))}${mark}, ${leads}${before}${changed(change)}`;
  }
  const first = files.firstHolder[ref.row] ?? 0;
  const count = (files.firstHolder[ref.row + 1] ?? 0) - first;
  const held = count === 0 ? `held by no descriptor: ${usedAs(subject, ref.row)}` : "";
  return `Open file ${[filePhrase(subject, ref.row), held].filter((part) => part !== "").join(", ")}${changed(change)}`;
}

function filePhrase(subject: Subject, file: number): string {
  const flags = shortFlags(subject, file);
  const pos = positionLabel(subject, file).replace("@", "position ");
  const holders = holdersLabel(subject, file).replace(/[⟨⟩]/g, "");
  const deleted = isDeleted(subject, file) ? "deleted" : "";
  const sharing = holders === "" ? "" : `shared by ${holders} descriptors`;
  return [fileName(subject, file), flags, pos, deleted, sharing].filter((part) => part !== "").join(", ");
}

/** Whether the file was unlinked when it was dumped. */
export function isDeleted(subject: Subject, file: number): boolean {
  const row = rowNow(subject, "file", file);
  const checkpoint = row === NONE ? subject.both?.before : subject.after;
  const at = row === NONE ? rowBefore(subject, "file", file) : row;
  return ((checkpoint?.files.has[at] ?? 0) & HAS.deleted) !== 0;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
