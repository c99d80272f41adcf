// The columns of the listings (descriptors, open files, tasks, …): one description each, which the page's tables,
// their order and filters, and the exports read.

import {
  type Checkpoint,
  commBytes,
  descriptorCount,
  HAS,
  holderCount,
  NONE,
  recordMember,
  taskCount,
  taskNumber,
  USE,
} from "./checkpoint.ts";
import { FILE_KINDS, flagNames, modeNames, TASK_STATES } from "./names.ts";
import { visible, visibleText } from "./text.ts";
import { flagsText } from "./words.ts";

/** A flat list of one sort of thing in a checkpoint. (A "table" is always a file table.) */
export type Listing = "descriptors" | "files" | "tables" | "tasks" | "records" | "problems";

export const LISTINGS: readonly Listing[] = ["descriptors", "files", "tables", "tasks", "records", "problems"];

export const LISTING_TITLES: Readonly<Record<Listing, string>> = {
  descriptors: "Descriptors",
  files: "Open files",
  tables: "File tables",
  tasks: "Tasks",
  records: "Records",
  problems: "Problems",
};

/** How many rows a listing has. */
export function rowCount(checkpoint: Checkpoint, listing: Listing): number {
  return listing === "problems" ? checkpoint.problems.length : checkpoint[listing].count;
}

/**
 * One column of a listing. What it shows comes from exactly one of: `text` alone, `span` (text out of the image),
 * `number`, `big`, `yes`, or `borrowed`.
 */
export interface Column {
  /** The key in filters and links. */
  readonly id: string;
  readonly title: string;
  /** For the help: what it holds. */
  readonly about: string;
  /** Characters wide from the start. */
  readonly width: number;
  /** Characters that the widest value needs, where that is quick to tell. */
  readonly needs?: (checkpoint: Checkpoint) => number;
  /** Not shown from the start. */
  readonly hidden?: true;
  /** Looked at by a filter's plain words. */
  readonly searched?: true;
  /** What is shown, exactly; empty where the image holds no value. */
  text(checkpoint: Checkpoint, row: number): string;
  /** Where the text depends on a small number only (a flags word, a kind), that number. */
  readonly distinct?: (checkpoint: Checkpoint, row: number) => number;
  readonly span?: Span;
  /** Value for order and comparison; NaN: none. */
  readonly number?: (checkpoint: Checkpoint, row: number) => number;
  /** As `number`, for 64-bit values; `null`: none. */
  readonly big?: (checkpoint: Checkpoint, row: number) => bigint | null;
  readonly yes?: (checkpoint: Checkpoint, row: number) => boolean;
  /** The column repeats one of another listing, at this row of it (NONE: empty). */
  readonly borrowed?: {
    readonly listing: Listing;
    readonly column: string;
    row(checkpoint: Checkpoint, row: number): number;
  };
  /** The value is several rows' of another listing; a filter matches if it matches one of them. */
  readonly among?: {
    readonly listing: Listing;
    readonly column: string;
    rows(checkpoint: Checkpoint, row: number): Uint32Array;
  };
}

/** Where a row's bytes are in the checkpoint's `text`. Two functions, so that a million rows make no objects. */
export interface Span {
  offset(checkpoint: Checkpoint, row: number): number;
  length(checkpoint: Checkpoint, row: number): number;
}

type About = Pick<Column, "id" | "title" | "about" | "width" | "hidden" | "searched">;

const numberColumn = (about: About, number: (checkpoint: Checkpoint, row: number) => number): Column => ({
  ...about,
  number,
  text: (checkpoint, row) => {
    const value = number(checkpoint, row);
    return Number.isNaN(value) ? "" : String(value);
  },
});

const bigColumn = (about: About, big: (checkpoint: Checkpoint, row: number) => bigint | null): Column => ({
  ...about,
  big,
  text: (checkpoint, row) => big(checkpoint, row)?.toString() ?? "",
});

const spanColumn = (about: About, span: Span): Column => ({
  ...about,
  span,
  text: (checkpoint, row) => {
    const offset = span.offset(checkpoint, row);
    return visibleText(checkpoint.text.subarray(offset, offset + span.length(checkpoint, row)));
  },
});

const COMM: Span = {
  offset: ({ tasks }, task) => tasks.commOffset[task] ?? 0,
  length: ({ tasks }, task) => tasks.commLength[task] ?? 0,
};

const yesColumn = (about: About, yes: (checkpoint: Checkpoint, row: number) => boolean): Column => ({
  ...about,
  yes,
  text: (checkpoint, row) => (yes(checkpoint, row) ? "yes" : "no"),
});

/** `distinct` gives the number (NaN: none) that `word` puts into words. */
const wordColumn = (
  about: About,
  distinct: (checkpoint: Checkpoint, row: number) => number,
  word: (value: number, checkpoint: Checkpoint) => string,
): Column => ({
  ...about,
  distinct,
  text: (checkpoint, row) => {
    const value = distinct(checkpoint, row);
    return Number.isNaN(value) ? "" : word(value, checkpoint);
  },
});

const borrow = (
  about: Partial<About> & { readonly id: string },
  listing: Listing,
  columns: readonly Column[],
  row: (checkpoint: Checkpoint, row: number) => number,
): Column => {
  const lender = columns.find((column) => column.id === about.id);
  if (lender === undefined) throw new Error(`No column ${about.id} to borrow from ${listing}`);
  const { number, big, text, title, about: words, width, searched } = lender;
  const { yes, needs } = lender;
  return {
    title,
    about: words,
    width,
    ...(searched && { searched }),
    ...(needs && { needs }),
    ...about,
    borrowed: { listing, column: lender.id, row },
    text: (checkpoint, at) => {
      const from = row(checkpoint, at);
      return from === NONE ? "" : text(checkpoint, from);
    },
    // Which of these there are tells how the column compares; the borrowed row's own are what is called.
    ...(number && { number: (checkpoint, at) => held(number, Number.NaN, checkpoint, row(checkpoint, at)) }),
    ...(big && { big: (checkpoint, at) => held(big, null, checkpoint, row(checkpoint, at)) }),
    ...(yes && { yes: (checkpoint, at) => held(yes, false, checkpoint, row(checkpoint, at)) }),
  };
};

const held = <T>(of: (checkpoint: Checkpoint, row: number) => T, none: T, checkpoint: Checkpoint, row: number): T =>
  row === NONE ? none : of(checkpoint, row);

const orNaN = (value: number | undefined): number => (value === undefined || value === NONE ? Number.NaN : value);

/** Offset of a record, as every listing shows it. */
const recordOffset = (records: (checkpoint: Checkpoint) => Int32Array): Column =>
  numberColumn(
    { id: "offset", title: "Offset", about: "where its record begins, in bytes", width: 10, hidden: true },
    (checkpoint, row) => {
      const record = records(checkpoint)[row] ?? NONE;
      return record === NONE ? Number.NaN : (checkpoint.records.offset[record] ?? Number.NaN);
    },
  );

/** What else than descriptors refers to a file, in words. */
export function useNames(use: number): string[] {
  const names: string[] = [];
  if (use & USE.executable) names.push("executable");
  if (use & USE.workingDirectory) names.push("working directory");
  if (use & USE.root) names.push("root");
  if (use & USE.mapping) names.push("mapping");
  if (use & USE.pathOf) names.push("path of another");
  if (use & USE.inFlight) names.push("in flight");
  if (use & USE.epollTarget) names.push("epoll target");
  return names;
}

const TASKS: readonly Column[] = [
  numberColumn(
    {
      id: "pid",
      title: "pid",
      about: "process id, or the task's index where the image has none",
      width: 7,
      searched: true,
    },
    (checkpoint, row) => taskNumber(checkpoint.tasks, row),
  ),
  spanColumn({ id: "comm", title: "comm", about: "the task's name", width: 16, searched: true }, COMM),
  wordColumn(
    { id: "state", title: "State", about: "what the task was doing", width: 10, searched: true },
    ({ tasks }, row) => tasks.state[row] || Number.NaN,
    (state) => TASK_STATES[state] ?? "",
  ),
  numberColumn({ id: "ppid", title: "ppid", about: "the parent's pid", width: 7 }, ({ tasks }, row) =>
    orNaN(tasks.ppid[row]),
  ),
  numberColumn({ id: "tgid", title: "tgid", about: "thread group", width: 7 }, ({ tasks }, row) =>
    orNaN(tasks.tgid[row]),
  ),
  numberColumn({ id: "pgid", title: "pgid", about: "process group", width: 7, hidden: true }, ({ tasks }, row) =>
    orNaN(tasks.pgid[row]),
  ),
  numberColumn({ id: "sid", title: "sid", about: "session", width: 7, hidden: true }, ({ tasks }, row) =>
    orNaN(tasks.sid[row]),
  ),
  numberColumn({ id: "table", title: "Table", about: "id of its file table", width: 8 }, ({ tasks, tables }, row) => {
    const table = tasks.table[row] ?? NONE;
    return table === NONE ? Number.NaN : (tables.id[table] ?? Number.NaN);
  }),
  numberColumn(
    { id: "fds", title: "Descriptors", about: "how many descriptors its table has", width: 11 },
    ({ tasks, tables }, row) => {
      const table = tasks.table[row] ?? NONE;
      return table === NONE ? Number.NaN : descriptorCount(tables, table);
    },
  ),
  yesColumn(
    { id: "shared", title: "Table shared", about: "whether other tasks use its table too", width: 12 },
    ({ tasks, tables }, row) => {
      const table = tasks.table[row] ?? NONE;
      return table !== NONE && taskCount(tables, table) > 1;
    },
  ),
  recordOffset(({ tasks }) => tasks.record),
];

const tasksOf = ({ tables }: Checkpoint, row: number): Uint32Array =>
  tables.task.subarray(tables.firstTask[row] ?? 0, tables.firstTask[row + 1] ?? 0);

const firstTaskOf = ({ tables }: Checkpoint, row: number): number =>
  taskCount(tables, row) > 0 ? (tables.task[tables.firstTask[row] ?? 0] ?? NONE) : NONE;

const SHOWN_TASKS = 3;

/** Values of the first tasks of a table, and how many more there are. */
const listed = (checkpoint: Checkpoint, row: number, text: (task: number) => string): string => {
  const tasks = tasksOf(checkpoint, row);
  const words = [...new Set(Array.from(tasks.subarray(0, SHOWN_TASKS), text))].join(" ");
  return tasks.length > SHOWN_TASKS ? `${words} +${tasks.length - SHOWN_TASKS}` : words;
};

const TABLES: readonly Column[] = [
  numberColumn(
    { id: "id", title: "Id", about: "the image's name for the table", width: 8, searched: true },
    (c, row) => c.tables.id[row] ?? Number.NaN,
  ),
  {
    id: "pid",
    title: "pid",
    about: "the tasks that use the table",
    width: 8,
    searched: true,
    among: { listing: "tasks", column: "pid", rows: tasksOf },
    number: (checkpoint, row) => {
      const task = firstTaskOf(checkpoint, row);
      return task === NONE ? Number.NaN : taskNumber(checkpoint.tasks, task);
    },
    text: (checkpoint, row) => listed(checkpoint, row, (task) => String(taskNumber(checkpoint.tasks, task))),
  },
  {
    id: "comm",
    title: "comm",
    about: "names of the tasks that use the table",
    width: 14,
    searched: true,
    among: { listing: "tasks", column: "comm", rows: tasksOf },
    span: {
      offset: (checkpoint, row) => held(COMM.offset, 0, checkpoint, firstTaskOf(checkpoint, row)),
      length: (checkpoint, row) => held(COMM.length, 0, checkpoint, firstTaskOf(checkpoint, row)),
    },
    text: (checkpoint, row) => listed(checkpoint, row, (task) => visibleText(commBytes(checkpoint, task))),
  },
  numberColumn({ id: "tasks", title: "Tasks", about: "how many tasks use it", width: 7 }, ({ tables }, row) =>
    taskCount(tables, row),
  ),
  numberColumn({ id: "fds", title: "Descriptors", about: "how many descriptors it has", width: 11 }, (c, row) =>
    descriptorCount(c.tables, row),
  ),
  yesColumn(
    { id: "shared", title: "Shared", about: "used by more than one task", width: 8 },
    ({ tables }, row) => taskCount(tables, row) > 1,
  ),
  numberColumn(
    {
      id: "announced",
      title: "Announced",
      about: "how many descriptors the image says it has",
      width: 10,
      hidden: true,
    },
    ({ tables }, row) => orNaN(tables.announced[row]),
  ),
  recordOffset(({ tables }) => tables.record),
];

/** Digits of the largest of some 64-bit numbers, told from their upper words as far as those differ. */
export function widest(values: BigUint64Array): number {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
  let high = 0;
  let low = 0;
  for (let at = 0; at < words.length; at += 2) {
    const upper = words[at + 1] as number;
    if (upper > high) {
      high = upper;
      low = words[at] as number;
    } else if (upper === high) low = Math.max(low, words[at] as number);
  }
  return ((BigInt(high) << 32n) | BigInt(low)).toString().length;
}

const has = ({ files }: Checkpoint, row: number, bit: number): boolean => ((files.has[row] ?? 0) & bit) !== 0;

const FILES: readonly Column[] = [
  numberColumn(
    { id: "id", title: "Id", about: "the image's name for the open file", width: 8, searched: true },
    (c, row) => c.files.id[row] ?? Number.NaN,
  ),
  spanColumn(
    { id: "path", title: "Path", about: "path, or a name for what has none", width: 34, searched: true },
    {
      offset: ({ files }, file) => files.nameOffset[file] ?? 0,
      length: ({ files }, file) => files.nameLength[file] ?? 0,
    },
  ),
  wordColumn(
    { id: "kind", title: "Kind", about: "regular, pipe, socket, …", width: 10, searched: true },
    ({ files }, row) => files.kind[row] ?? 0,
    (kind) => FILE_KINDS[kind] ?? "",
  ),
  {
    ...bigColumn({ id: "pos", title: "Position", about: "f_pos, in bytes", width: 20 }, (checkpoint, row) =>
      has(checkpoint, row, HAS.pos) ? (checkpoint.files.pos[row] ?? null) : null,
    ),
    needs: ({ files }) => widest(files.pos),
  },
  wordColumn(
    { id: "flags", title: "Flags", about: "f_flags by name", width: 28, searched: true },
    (checkpoint, row) => (has(checkpoint, row, HAS.flags) ? (checkpoint.files.flags[row] ?? 0) : Number.NaN),
    (flags, { machine }) => flagNames(flags, machine.arch).join(" "),
  ),
  {
    ...numberColumn({ id: "octal", title: "Octal", about: "f_flags in octal", width: 9 }, (checkpoint, row) =>
      has(checkpoint, row, HAS.flags) ? (checkpoint.files.flags[row] ?? 0) : Number.NaN,
    ),
    text: (checkpoint, row) => (has(checkpoint, row, HAS.flags) ? flagsText(checkpoint.files.flags[row] ?? 0) : ""),
  },
  wordColumn(
    { id: "mode", title: "Mode", about: "f_mode by name", width: 14, hidden: true },
    (checkpoint, row) => (has(checkpoint, row, HAS.mode) ? (checkpoint.files.mode[row] ?? 0) : Number.NaN),
    (mode) => modeNames(mode).join(" "),
  ),
  bigColumn({ id: "version", title: "Version", about: "f_version", width: 10, hidden: true }, (checkpoint, row) =>
    has(checkpoint, row, HAS.version) ? (checkpoint.files.version[row] ?? null) : null,
  ),
  numberColumn(
    { id: "holders", title: "Holders", about: "how many descriptors lead to it", width: 8 },
    ({ files }, row) => holderCount(files, row),
  ),
  yesColumn(
    { id: "shared", title: "Shared", about: "held by more than one descriptor, which share its position", width: 7 },
    ({ files }, row) => holderCount(files, row) > 1,
  ),
  yesColumn(
    { id: "deleted", title: "Deleted", about: "unlinked when it was dumped", width: 8, hidden: true },
    (checkpoint, row) => has(checkpoint, row, HAS.deleted),
  ),
  wordColumn(
    { id: "use", title: "Used as", about: "what refers to it beside descriptors", width: 16, hidden: true },
    ({ files }, row) => files.use[row] || Number.NaN,
    (use) => useNames(use).join(", "),
  ),
  recordOffset(({ files }) => files.record),
];

const fileOf = ({ descriptors }: Checkpoint, row: number): number => descriptors.file[row] ?? NONE;
const tableOf = ({ descriptors }: Checkpoint, row: number): number => descriptors.table[row] ?? NONE;

const DESCRIPTORS: readonly Column[] = [
  borrow({ id: "pid" }, "tables", TABLES, tableOf),
  borrow({ id: "comm" }, "tables", TABLES, tableOf),
  numberColumn(
    { id: "fd", title: "fd", about: "the descriptor's number", width: 6, searched: true },
    (c, row) => c.descriptors.fd[row] ?? Number.NaN,
  ),
  borrow({ id: "path" }, "files", FILES, fileOf),
  borrow({ id: "kind" }, "files", FILES, fileOf),
  borrow({ id: "pos" }, "files", FILES, fileOf),
  borrow({ id: "flags" }, "files", FILES, fileOf),
  borrow({ id: "octal" }, "files", FILES, fileOf),
  yesColumn(
    { id: "cloexec", title: "Close-on-exec", about: "closed by execve", width: 13 },
    ({ descriptors }, row) => descriptors.closeOnExec[row] === 1,
  ),
  borrow({ id: "shared", about: "its open file is held by other descriptors too" }, "files", FILES, fileOf),
  borrow({ id: "holders", hidden: true }, "files", FILES, fileOf),
  borrow({ id: "mode", hidden: true }, "files", FILES, fileOf),
  borrow({ id: "version", hidden: true }, "files", FILES, fileOf),
  borrow({ id: "deleted", hidden: true }, "files", FILES, fileOf),
  numberColumn({ id: "file", title: "File", about: "id of its open file", width: 8, hidden: true }, (c, row) => {
    const file = fileOf(c, row);
    return file === NONE ? Number.NaN : (c.files.id[file] ?? Number.NaN);
  }),
  numberColumn(
    { id: "table", title: "Table", about: "id of its file table", width: 8, hidden: true },
    (c, row) => c.tables.id[tableOf(c, row)] ?? Number.NaN,
  ),
  recordOffset(({ descriptors }) => descriptors.record),
];

const RECORDS: readonly Column[] = [
  numberColumn(
    { id: "offset", title: "Offset", about: "where it begins in its member, in bytes", width: 11, searched: true },
    (c, row) => c.records.offset[row] ?? Number.NaN,
  ),
  numberColumn(
    { id: "length", title: "Length", about: "bytes, header included", width: 10 },
    (c, row) => c.records.length[row] ?? Number.NaN,
  ),
  wordColumn(
    { id: "kind", title: "Record", about: "what kind of record", width: 24, searched: true },
    ({ records }, row) => records.kind[row] ?? 0,
    (kind, { records }) => visible(records.kinds[kind]?.name ?? ""),
  ),
  wordColumn(
    { id: "type", title: "Type", about: "the record type's number", width: 7 },
    ({ records }, row) => records.kind[row] ?? 0,
    (kind, { records }) => {
      const type = records.kinds[kind]?.type ?? NONE;
      return type === NONE ? "" : String(type);
    },
  ),
  wordColumn(
    { id: "struct", title: "Struct", about: "what describes its bytes", width: 22 },
    ({ records }, row) => records.kind[row] ?? 0,
    (kind, { records }) => visible(records.kinds[kind]?.struct ?? ""),
  ),
  wordColumn(
    { id: "member", title: "Member", about: "the file of the set that it is in", width: 18 },
    ({ records }, row) => recordMember(records, row),
    (member, { members }) => visible(members[member]?.name ?? ""),
  ),
];

const PROBLEMS: readonly Column[] = [
  {
    id: "severity",
    title: "Severity",
    about: "error, warning or note",
    width: 9,
    searched: true,
    text: (c, row) => c.problems[row]?.severity ?? "",
  },
  numberColumn(
    { id: "offset", title: "Offset", about: "where, in bytes", width: 11, searched: true },
    (c, row) => c.problems[row]?.offset ?? Number.NaN,
  ),
  {
    id: "message",
    title: "What",
    about: "what is wrong",
    width: 80,
    searched: true,
    text: (c, row) => c.problems[row]?.message ?? "",
  },
  {
    id: "code",
    title: "Code",
    about: "the same for all of its kind",
    width: 24,
    searched: true,
    text: (c, row) => c.problems[row]?.code ?? "",
  },
  {
    id: "member",
    title: "Member",
    about: "the file of the set that it is in",
    width: 18,
    text: (c, row) => visible(c.members[c.problems[row]?.member ?? NONE]?.name ?? ""),
  },
];

/** The columns of each listing, in the order in which they are shown. */
export const COLUMNS: Readonly<Record<Listing, readonly Column[]>> = {
  descriptors: DESCRIPTORS,
  files: FILES,
  tables: TABLES,
  tasks: TASKS,
  records: RECORDS,
  problems: PROBLEMS,
};

/** A column of a listing by its id. */
export function columnOf(listing: Listing, id: string): Column | null {
  return COLUMNS[listing].find((column) => column.id === id) ?? null;
}
