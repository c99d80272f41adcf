// What is kept of entries until all have been read, as lists by column: a set may have a hundred thousand of them, and
// the kernel reads nearly all.
//
// Casts `as number` read typed arrays within bounds checked by the loop.

import { grown } from "../../decoder/builder/growing.ts";
import { indexRows, type RowIndex } from "../../decoder/criu/walk/rows.ts";
import { isSet } from "../../decoder/criu/wire/wire.ts";
import type { IdIndex } from "../../decoder/id-index.ts";
import { allRows } from "../../model/all-rows.ts";
import { NONE } from "../../model/checkpoint.ts";
import type { RecordRow } from "../../model/rows.ts";

/** The lists, with the names of the fields whose values they have. */
const FIELDS = {
  pipes: ["pipe_id", "flags"],
  unix: ["ino", "peer", "uflags", "type", "state"],
  /** What epolls watch. */
  watches: ["tfd"],
  /** Contents of pipes. */
  contents: ["pipe_id", "bytes", "size"],
  /** The mounts that open files are on, and whether those come from outside. */
  mounts: ["mnt_id", "ext"],
} as const;
export type KeptList = keyof typeof FIELDS;

/** The columns that each list has. Those of values follow. */
export const COLUMN = { record: 0, file: 1, seen: 2, values: 3 } as const;

/** A list of messages, in the order of their entries. */
export interface NoteList {
  count: number;
  /**
   * By column, then by row: the record; the open file, if the message is one's; the bits of the slots that the message
   * has; and the low halves of some of its slots, 0 for those that it lacks. There is more room than rows.
   */
  readonly columns: Uint32Array<ArrayBuffer>[];
  /** Whether the records ascend. */
  isInOrder: boolean;
  /** The slots that all messages have, apart from those that the kernel accepted, which lack no required field. */
  common: number;
}

const FIRST_CAPACITY = 64;

export const createNoteList = (values: number): NoteList => ({
  count: 0,
  columns: Array.from({ length: COLUMN.values + values }, () => new Uint32Array(FIRST_CAPACITY)),
  isInOrder: true,
  common: -1,
});

/** Empty lists. */
export const beginKept = (): Readonly<Record<KeptList, NoteList>> => ({
  pipes: createNoteList(FIELDS.pipes.length),
  unix: createNoteList(FIELDS.unix.length),
  watches: createNoteList(FIELDS.watches.length),
  contents: createNoteList(FIELDS.contents.length),
  mounts: createNoteList(FIELDS.mounts.length),
});

/** Makes room for `more` rows, the first of which has the record `record`. */
function makeRoom(list: NoteList, more: number, record: RecordRow): void {
  const { columns, count } = list;
  const records = columns[COLUMN.record] as Uint32Array;
  if (count > 0 && record < (records[count - 1] as number)) list.isInOrder = false;
  if (count + more <= records.length) return;
  const capacity = Math.max(count + more, 2 * records.length);
  for (const [at, column] of columns.entries()) columns[at] = grown(column, capacity);
}

/**
 * Adds a message. Slots that it lacks are 0.
 *
 * @param values Its slots, two words each.
 * @param slots Those that the list has.
 */
export function addNote(
  list: NoteList,
  record: RecordRow,
  file: number,
  seen: number,
  values: Uint32Array,
  slots: readonly number[],
): void {
  makeRoom(list, 1, record);
  const { columns, count } = list;
  const put = (column: number, value: number): void => {
    (columns[column] as Uint32Array)[count] = value;
  };
  put(COLUMN.record, record);
  put(COLUMN.file, file);
  put(COLUMN.seen, seen);
  for (const [at, slot] of slots.entries()) {
    put(COLUMN.values + at, isSet(seen, slot) ? (values[2 * slot] as number) : 0);
  }
  list.count++;
  list.common &= seen;
}

/** Adds the first `count` rows of some columns, whose records ascend. */
export function addNotes(list: NoteList, added: readonly Uint32Array[], count: number): void {
  if (count === 0) return;
  makeRoom(list, count, (added[COLUMN.record] as Uint32Array)[0] as number);
  for (const [at, column] of list.columns.entries()) {
    column.set((added[at] as Uint32Array).subarray(0, count), list.count);
  }
  list.count += count;
}

/** The rows of a column, in the order of their records. */
export function columnOf(list: NoteList, column: number): Uint32Array {
  if (!list.isInOrder) order(list);
  return (list.columns[column] as Uint32Array).subarray(0, list.count);
}

function order(list: NoteList): void {
  const { columns, count } = list;
  const records = columns[COLUMN.record] as Uint32Array;
  const rows = allRows(count).sort((a, b) => (records[a] as number) - (records[b] as number) || a - b);
  for (const [at, column] of columns.entries()) columns[at] = rows.map((row) => column[row] as number);
  list.isInOrder = true;
}

/** The columns of values of unix sockets, and the slots that they are from, as in file-bodies.ts. */
export const UNIX = { inode: 0, peer: 1, uflags: 2, type: 3, state: 4 } as const;
export const UNIX_SLOT = { inode: 1, type: 7, state: 8 } as const;
/** Likewise of pipes. */
export const PIPE = { id: 0, flags: 1 } as const;
export const PIPE_SLOT = { flags: 2 } as const;

/** Likewise of contents. */
export const CONTENTS = { pipe: 0, bytes: 1, size: 2 } as const;
export const CONTENTS_SLOT = { size: 3 } as const;

type Lists = ReturnType<typeof beginKept>;

/** The records of unix sockets, by inode. */
export const socketFinder = ({ unix }: Lists): Pick<IdIndex, "get"> => lateFinder(unix, UNIX.inode, COLUMN.record);

/** The open files of unix sockets, by the inodes of their peers; 0 stands for none. */
export function peerFinder({ unix }: Lists): Pick<IdIndex, "get"> {
  const { get } = lateFinder(unix, UNIX.peer, COLUMN.file);
  return { get: (inode) => (inode === 0 ? NONE : get(inode)) };
}

/** The records of pipes and FIFOs, by pipe_id. */
export const pipeFinder = ({ pipes }: Lists): Pick<IdIndex, "get"> => lateFinder(pipes, PIPE.id, COLUMN.record);

/** Numbers that a Set has room for. */
const MOST_NUMBERS = 1 << 23;

/** Returns a function that says whether there are contents of a pipe, by its pipe_id. */
export function contentsTest({ contents }: Lists): (pipe: number) => boolean {
  const ids = columnOf(contents, COLUMN.values + CONTENTS.pipe);
  if (ids.length > MOST_NUMBERS) {
    const { get } = lateFinder(contents, CONTENTS.pipe, COLUMN.record);
    return (pipe) => get(pipe) !== NONE;
  }
  const known = new Set(ids);
  return (pipe) => known.has(pipe);
}

/** The inodes of unix sockets by open file, 0 for others; made when they are first needed. */
export function inodesIn({ unix }: Lists, files: number): () => Uint32Array {
  let made: Uint32Array | null = null;
  return () => {
    if (made !== null) return made;
    made = new Uint32Array(files + 1);
    const [fileOf, inodes] = [columnOf(unix, COLUMN.file), columnOf(unix, COLUMN.values + UNIX.inode)];
    for (let row = 0; row < unix.count; row++) made[fileOf[row] as number] = inodes[row] as number;
    return made;
  };
}

/**
 * Finds the first message with a value, once all have been read.
 *
 * @param column The column that is returned of it.
 */
function lateFinder(list: NoteList, value: number, column: number): Pick<IdIndex, "get"> {
  let made: { readonly index: RowIndex; readonly found: Uint32Array } | null = null;
  return {
    get(id) {
      if (made === null) {
        const keys = columnOf(list, COLUMN.values + value);
        made = { index: indexRows(keys, keys.length), found: columnOf(list, column) };
      }
      const at = made.index.row(id);
      return at < 0 ? NONE : (made.found[at] as number);
    },
  };
}
