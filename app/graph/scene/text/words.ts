// The short texts of the drawing, for boxes and edges. Spoken sentences are in sentence.ts.

import {
  type Checkpoint,
  commBytes,
  HAS,
  holderCount,
  NONE,
  nameBytes,
  stableLength,
  taskCount,
  taskNumber,
  USE,
} from "../../../model/checkpoint.ts";
import { linksOf } from "../../../model/links.ts";
import { accessOf, fileKind, flagsIn, TASK_STATES } from "../../../model/names/names.ts";
import { i32At, u8At, u32At, u64At } from "../../../model/read.ts";
import type { DescriptorRow, FileRow, TableRow, TaskRow } from "../../../model/rows.ts";
import { hasPid, taskLabel as labelOf, type TaskOnSides, taskOf } from "../../../model/text/task-words.ts";
import { sameBytes, shownText, visibleText } from "../../../model/text/text.ts";
import { counted, grouped, fileName as nameOf } from "../../../model/text/words.ts";
import { type Counts, descriptorCounts } from "../../order/counts.ts";
import {
  type Change,
  fileBefore,
  type GraphFileRow,
  type GraphTableRow,
  type GraphTaskRow,
  NOTHING_OFF,
  type ObjectKind,
  rowAfter,
  rowBefore,
  type SlotRow,
  type Subject,
} from "../../order/graph.ts";
import { kindBits } from "../../order/switched-off.ts";

/** A count for a tick: `9,999`, `120k`, `1.5M`. */
export const shortCount = (count: number): string =>
  count < 10_000 ? grouped(count) : count < 1_000_000 ? `${Math.round(count / 1000)}k` : `${(count / 1e6).toFixed(1)}M`;

/** The sign of a change, readable without its colour. Empty for SAME. */
export const changeSign = (change: Change): string => ["", "+", "−", "~"][change] ?? "";

// The kinds of change by which a value can differ.
const RENAMED = kindBits("task-renamed");
const STATE = kindBits("task-detail");
const FLAGS = kindBits("file-flags");
const POSITION = kindBits("file-pos");
const PATH = kindBits("file-path");
const HOLDERS = kindBits("fd-opened", "fd-closed", "file-path", "file-shared", "file-unshared");
const USERS = kindBits("task-added", "task-removed", "table-shared", "table-unshared");
const CLOSE_ON_EXEC = kindBits("close-on-exec");

/** A value on each side; null where the object does not exist. For one image, `before` is null. */
export interface Sides<T> {
  readonly before: T | null;
  readonly after: T | null;
}

/**
 * Reads a value of an object on both sides; only the later one if the changes that it can differ by (`kinds`) are
 * hidden.
 */
export function valuesOf<Row extends number, T>(
  subject: Subject,
  to: ObjectKind,
  row: number,
  value: (checkpoint: Checkpoint, row: Row) => T,
  kinds = 0,
): Sides<T> {
  const off = subject.both?.off ?? NOTHING_OFF;
  const isOff = kinds !== 0 && ((off.kinds & kinds) === kinds || ((off.hidden?.[to][row] ?? 0) & kinds) !== 0);
  const after = rowAfter(subject, to, row);
  const before = isOff && after !== NONE ? NONE : rowBefore(subject, to, row);
  return {
    before: before === NONE || subject.both === null ? null : value(subject.both.before, before as Row),
    after: after === NONE ? null : value(subject.after, after as Row),
  };
}

/** `4096 → 8192`, or the value once if it is the same on both sides or exists on one. */
function joined({ before, after }: Sides<string>): string {
  if (before === null || before === after) return after ?? "";
  return after === null ? before : `${before} → ${after}`;
}

const onSides = (subject: Subject, task: GraphTaskRow): TaskOnSides =>
  subject.both === null
    ? taskOf(subject.after, rowAfter(subject, "task", task))
    : {
        before: subject.both.before,
        after: subject.after,
        taskBefore: rowBefore(subject, "task", task),
        taskAfter: rowAfter(subject, "task", task),
      };

/** `412 nginx`: pid and comm; without pids `httpd-w3`, `httpd (index 0)`. */
export function taskLabel(subject: Subject, task: GraphTaskRow): string {
  const sides = onSides(subject, task);
  if (!hasPid(sides)) return labelOf(sides);
  const number = taskNumberLabel(subject, task);
  const comm = taskName(subject, task);
  return comm === "" ? number : `${number} ${comm}`;
}

/** `412`: its pid; without pids, what `taskLabel` says. */
export function taskNumberLabel(subject: Subject, task: GraphTaskRow): string {
  const sides = onSides(subject, task);
  if (!hasPid(sides)) return labelOf(sides);
  return joined(valuesOf(subject, "task", task, (c, row: TaskRow) => String(taskNumber(c.tasks, row))));
}

/**
 * Whom a table belongs to: its first task, and how many others. With `alike`, tables of one task each: what their tasks
 * are called, if that is the same.
 */
export function ownerLabel(subject: Subject, table: GraphTableRow, alike: readonly GraphTableRow[] = []): string {
  const { firstTask, task } = subject.graph.tables;
  const first = u32At(firstTask, table);
  const count = u32At(firstTask, table + 1) - first;
  if (count === 0) return "no task";
  if (alike.length === 0) return taskLabel(subject, u32At(task, first));
  const names = new Set(alike.map((each) => taskName(subject, u32At(task, u32At(firstTask, each)))));
  return names.size === 1 ? ([...names][0] as string) : "";
}

/** A task's comm. */
export const taskName = (subject: Subject, task: GraphTaskRow): string =>
  joined(valuesOf(subject, "task", task, (c, row: TaskRow) => shownText(commBytes(c, row)), RENAMED));

/** The numbers of the first tasks of some tables: `1001 to 1100`, or all of up to three. */
export function tasksRange(subject: Subject, tables: readonly GraphTableRow[]): string {
  const { firstTask, task } = subject.graph.tables;
  const numbers = tables.map((table) => {
    const first = u32At(task, u32At(firstTask, table));
    return taskNumberLabel(subject, first);
  });
  return numbers.length <= 3 ? numbers.join(", ") : `${numbers[0]} to ${numbers.at(-1)}`;
}

/** fds as ranges: `0–7, 10`; after `most` ranges, `…`. */
export function fdRanges(fds: readonly number[], most: number): string {
  const ranges: string[] = [];
  let first = 0;
  for (let at = 1; at <= fds.length; at++) {
    if (at < fds.length && fds[at] === (fds[at - 1] as number) + 1) continue;
    if (ranges.length === most) return `${ranges.join(", ")}, …`;
    ranges.push(first === at - 1 ? String(fds[first]) : `${fds[first]}–${fds[at - 1]}`);
    first = at;
  }
  return ranges.join(", ");
}

/** The state of a task: `zombie`, `stopped`. Empty if it is running, sleeping or unknown. */
export function taskNote(subject: Subject, task: GraphTaskRow): string {
  return joined(
    valuesOf(
      subject,
      "task",
      task,
      (c, row: TaskRow) => {
        const state = TASK_STATES[u8At(c.tasks.state, row)] ?? "";
        return state === "running" || state === "sleeping" ? "" : state;
      },
      STATE,
    ),
  );
}

/** Names longer than Linux's PATH_MAX, in bytes, are cut in the middle. */
const LONGEST = 4096;

function shortened(name: Uint8Array): string {
  const quarter = LONGEST / 4;
  const start = visibleText(name.subarray(0, quarter));
  return `${start}…(${grouped(name.length)} bytes)…${visibleText(name.subarray(name.length - quarter))}`;
}

/** A unix socket without an address. */
const NAMELESS = /^socket:\[unix [a-z]+\]$/;

/** The pid of a task of one image, or without pids what it is called. */
function numberOf(checkpoint: Checkpoint, row: TaskRow): string {
  const task = taskOf(checkpoint, row);
  return hasPid(task) ? String(taskNumber(checkpoint.tasks, row)) : labelOf(task);
}

/**
 * The name of a socket; of one that has none, with the first holder of its peer: `socket:[unix stream to 412 fd 5]`.
 */
function withPeer(checkpoint: Checkpoint, row: FileRow, name: string): string {
  if (!NAMELESS.test(name)) return name;
  const { files, descriptors, tables } = checkpoint;
  const peer = linksOf(checkpoint, row).find(({ role }) => role === "peer")?.file ?? NONE;
  if (peer === NONE || holderCount(files, peer) === 0) return name;
  const holder = u32At(files.holder, u32At(files.firstHolder, peer));
  const table = u32At(descriptors.table, holder);
  const user = taskCount(tables, table) === 0 ? NONE : u32At(tables.task, u32At(tables.firstTask, table));
  return `${name.slice(0, -1)} to ${user === NONE ? "" : `${numberOf(checkpoint, user)} `}fd ${i32At(descriptors.fd, holder)}]`;
}

/**
 * The name of an open file: of one that was renamed `/var/log/x → x.1`, of one that was
 * unlinked `/var/log/x (deleted)`.
 */
export function fileName(subject: Subject, file: GraphFileRow): string {
  const { before, after } = namesOf(subject, file);
  if (before === null || after === null) return joined({ before, after });
  const directory = after.slice(0, after.lastIndexOf("/") + 1);
  const isBeside = directory !== "" && before.lastIndexOf("/") === directory.length - 1 && before.startsWith(directory);
  return joined({ before, after: isBeside && before !== after ? after.slice(directory.length) : after });
}

/** The name of an open file on each side; only on the later one if it has not changed, or the file was unlinked. */
function namesOf(subject: Subject, file: GraphFileRow): Sides<string> {
  const names = valuesOf(
    subject,
    "file",
    file,
    (c, row: FileRow) => {
      const name = nameBytes(c, row);
      const stable = visibleText(name.subarray(0, Math.min(LONGEST, stableLength(c.files, row))));
      return { text: name.length > LONGEST ? shortened(name) : withPeer(c, row, nameOf(c, row)), stable };
    },
    PATH,
  );
  const after = names.after?.text ?? null;
  // A name that is only a number that every dump chooses anew has not changed.
  if (names.before !== null && names.after !== null && names.before.stable === names.after.stable)
    return { before: null, after };
  const before = names.before?.text ?? null;
  return { before: after === `${before} (deleted)` ? null : before, after };
}

/** If an open file was renamed or unlinked, other values that differ are part of the change of its path. */
const kindsOfValue = (subject: Subject, file: GraphFileRow, own: number): number =>
  hasOtherPath(subject, file) ? PATH : own;

function hasOtherPath({ after, both }: Subject, file: GraphFileRow): boolean {
  if (both === null) return false;
  const [was, is] = [i32At(both.rows.before.file, file), i32At(both.rows.after.file, file)];
  if (was === NONE || is === NONE || (u8At(after.files.has, is) & HAS.path) === 0) return false;
  return !sameBytes(nameBytes(both.before, was), nameBytes(after, is));
}

/** What a slot holds, in few characters: the last part of a path, a socket's addresses; a change as `old → new`. */
export function slotFileName(subject: Subject, slot: SlotRow): string {
  const file = i32At(subject.graph.descriptors.file, slot);
  const earlier = fileBefore(subject.graph, slot);
  const name = fileName(subject, file);
  const names = namesOf(subject, file);
  const short = joined({
    before: names.before === null ? null : shortName(names.before),
    after: names.after === null ? null : shortName(names.after),
  });
  if (earlier === NONE) return short;
  const before = fileName(subject, earlier);
  const shortBefore = shortName(before);
  if (shortBefore !== short) return `${shortBefore} → ${short}`;
  // Two files of one name, such as a log that was opened again.
  return before === name ? short : `${before} → ${name}`;
}

/** Paths of up to this many characters, such as /dev/null, are not shortened. */
const SHORT_PATH = 12;

const shortName = (name: string): string => {
  if (name.length <= SHORT_PATH) return name;
  if (name.startsWith("/") && !name.includes(" → ")) {
    const [last = "", above = ""] = name
      .split("/")
      .filter((part) => part !== "")
      .reverse();
    // `pts/0`: a number alone says too little.
    return last.length < 3 && above !== "" ? `${above}/${last}` : last || name;
  }
  return bareSocket(name);
};

/** A socket's addresses without `socket:[…]` around them, on both sides of an arrow; another name as it is. */
const bareSocket = (name: string): string =>
  name
    .split(" → ")
    .map((each) => /^socket:\[(.+)\]$/.exec(each)?.[1] ?? each)
    .join(" → ");

const ACCESS = ["r", "w", "rw", "–"] as const;

/** The access mode as letters: r, w, rw; empty if the image lacks the flags. */
export function accessLetters(subject: Subject, file: GraphFileRow): string {
  return joined(valuesOf(subject, "file", file, access, kindsOfValue(subject, file, FLAGS)));
}

const hasFlags = ({ files }: Checkpoint, row: FileRow): boolean => (u8At(files.has, row) & HAS.flags) !== 0;

const access = (c: Checkpoint, row: FileRow): string =>
  hasFlags(c, row) ? ACCESS[accessOf(u32At(c.files.flags, row))] : "";

// Uninformative flags: set on every open by a 64-bit program, or without effect after opening.
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

const flagWords = (c: Checkpoint, row: FileRow): string => {
  const flags = u32At(c.files.flags, row);
  if (!hasFlags(c, row) || flags === 0) return "";
  return flagsIn(flags, c.machine.arch)
    .filter(({ name }) => !NOISE.has(name))
    .map(({ name }) => name.replace(/^_*O_/, "").toLowerCase())
    .join(" ");
};

/** Access mode, and the flags that matter after opening: `w append`, `rw nonblock`. */
export function shortFlags(subject: Subject, file: GraphFileRow): string {
  return joined(
    valuesOf(
      subject,
      "file",
      file,
      (c, row: FileRow) => `${access(c, row)} ${flagWords(c, row)}`.trim(),
      kindsOfValue(subject, file, FLAGS),
    ),
  );
}

const UNSEEKABLE = new Set(
  (["pipe", "fifo", "socket", "epoll", "eventfd", "signalfd", "timerfd", "inotify", "pidfd"] as const).map(fileKind),
);

/** f_pos; empty if the image lacks it, or if it is 0 and the kind of file has no position. */
const position = ({ files }: Checkpoint, row: FileRow): string => {
  const pos = u64At(files.pos, row);
  const hidden = (u8At(files.has, row) & HAS.pos) === 0 || (pos === 0n && UNSEEKABLE.has(u8At(files.kind, row)));
  return hidden ? "" : String(pos);
};

/** f_pos as `@4096`, of two images `@4096 → 8192`; empty where a file has no position. */
export function positionLabel(subject: Subject, file: GraphFileRow): string {
  const { before, after } = valuesOf(subject, "file", file, position, kindsOfValue(subject, file, POSITION));
  const text = joined({ before: before || null, after: after || null });
  return text === "" ? "" : `@${text}`;
}

/** The number of holders of a file: `⟨3⟩`, of two images `⟨3 → 2⟩`. Empty if it is at most one on both sides. */
export function holdersLabel(subject: Subject, file: GraphFileRow): string {
  const counts = valuesOf(subject, "file", file, (c, row: FileRow) => holderCount(c.files, row), HOLDERS);
  if ((counts.before ?? 0) < 2 && (counts.after ?? 0) < 2) return "";
  const text = (count: number | null): string | null => (count === null ? null : grouped(count));
  return `⟨${joined({ before: text(counts.before), after: text(counts.after) })}⟩`;
}

/** Whether several descriptors hold a file on either side. */
export const isShared = (subject: Subject, file: GraphFileRow): boolean => holdersLabel(subject, file) !== "";

/** `17 fds`, or of two images `17 → 16 fds`; without a noun, the numbers alone. */
export function descriptorsLabel(subject: Subject, table: GraphTableRow, noun: string | null = "fd"): string {
  return countedBoth(descriptorCounts(subject, table), noun);
}

/** `3 tasks`, or `2 → 1 task`. */
function countedBoth({ before, after }: Counts, noun: string | null): string {
  const last = after ?? before ?? 0;
  const text = noun === null ? grouped(last) : counted(last, noun);
  return before === null || before === last ? text : `${grouped(before)} → ${text}`;
}

const userCounts = (subject: Subject, table: GraphTableRow): Sides<number> =>
  valuesOf(subject, "table", table, (c, row: TableRow) => taskCount(c.tables, row), USERS);

/** `2 tasks` for a table of several tasks, `no task` for one without tasks, `2 → 1 task` of two images; else empty. */
export function tableBadge(subject: Subject, table: GraphTableRow): string {
  const counts = userCounts(subject, table);
  const after = counts.after ?? counts.before ?? 0;
  if ((counts.before ?? after) === after && after < 2) return after === 1 ? "" : "no task";
  return countedBoth(counts, "task");
}

/** Whether several tasks use a table on either side. */
export function isTableShared(subject: Subject, table: GraphTableRow): boolean {
  const { before, after } = userCounts(subject, table);
  return (before ?? 0) > 1 || (after ?? 0) > 1;
}

/** Bits of USE, their words, and the word where there is little room. */
const USES: readonly (readonly [bit: number, words: string, short: string])[] = [
  [USE.executable, "executable", "exe"],
  [USE.workingDirectory, "working directory", "cwd"],
  [USE.root, "root", "root"],
  [USE.mapping, "mapping", "map"],
  [USE.pathOf, "path of a FIFO, terminal or tun device", "path"],
  [USE.inFlight, "in flight in a socket", "in flight"],
  [USE.epollTarget, "epoll target", "epoll"],
  [USE.linkRemap, "link that stands in for an unlinked file", "link"],
];

/** The uses of a file other than by descriptors: `executable, mapping`; `short`: `exe, map`. */
export function usedAs(subject: Subject, file: GraphFileRow, short = false): string {
  const use = u8At(subject.graph.files.use, file);
  const words = USES.filter(([bit]) => (use & bit) !== 0).map(([, word, brief]) => (short ? brief : word));
  return words.length > 0 ? words.join(", ") : short ? "" : "no known use";
}

/** Close-on-exec: `ⓧ`, or of two images `→ⓧ` if it was set and `ⓧ→` if it was cleared. */
export function closeOnExecMark(subject: Subject, slot: SlotRow): string {
  const { before, after } = valuesOf(
    subject,
    "descriptor",
    slot,
    (c, row: DescriptorRow) => u8At(c.descriptors.closeOnExec, row) === 1,
    CLOSE_ON_EXEC,
  );
  if (before === null || after === null || before === after) return (after ?? before) ? "ⓧ" : "";
  return after ? "→ⓧ" : "ⓧ→";
}

/** Whether the file was unlinked when it was dumped; for two images, on the later side that has it. */
export function isDeleted(subject: Subject, file: GraphFileRow): boolean {
  const { before, after } = valuesOf(
    subject,
    "file",
    file,
    (c, row: FileRow) => (u8At(c.files.has, row) & HAS.deleted) !== 0,
  );
  return after ?? before ?? false;
}
