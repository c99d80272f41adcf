// Reads entries of an image set again, by kind of member, and takes the columns that come straight from a message.

import { MEMBER_KINDS } from "../../decoder/criu/format/member-kinds.ts";
import type { MessageName } from "../../decoder/criu/format/messages.ts";
import { haveSameNames, indexMembers, type MemberIndex } from "../../decoder/criu/sets/member-index.ts";
import type { PlacedMember } from "../../decoder/criu/sets/placing.ts";
import { createEntryReader, type EntryBytes } from "../../decoder/criu/wire/inspect.ts";
import { createValueReader, type Values } from "../../decoder/criu/wire/values.ts";
import { createIdIndex, indexIds } from "../../decoder/id-index.ts";
import type { Image } from "../../decoder/image.ts";
import type { Source } from "../../decoder/source.ts";
import { type Checkpoint, NONE } from "../../model/checkpoint.ts";
import { eachMemberOf, recordMember, recordOffset } from "../../model/records.ts";
import type { FileRow, RecordRow, TaskRow } from "../../model/rows.ts";
import { convert } from "../convert.ts";
import type { ColumnSpec, ResourceSpec } from "../resource.ts";
import type { Input } from "../table.ts";

/** An entry, the number in its member's name, and its row. */
export interface NumberedEntry {
  readonly entry: EntryBytes;
  readonly number: number;
  readonly record: RecordRow;
}

export interface SetReader {
  readonly checkpoint: Checkpoint;
  readonly arch: string | null;
  readonly littleEndian: boolean;
  readonly members: MemberIndex;
  readonly sources: readonly Source[];
  /** The bytes of a member; `undefined`: they are not kept. */
  source(member: number): Source | undefined;
  /** A member, for readers that read its entries from the bytes; `null`: it is missing. `number` as in MemberIndex. */
  placed(kind: string, number: number): PlacedMember | null;
  /** @throws the reason of the signal if it was aborted. */
  throwIfAborted(): void;
  /** Whether the member ends inside an entry: a missing field may have been cut off. */
  isCut(record: RecordRow): boolean;
  /** Where a member ends inside an entry; `undefined`: it does not. */
  cutIn(member: number): number | null | undefined;
  /** The records of a member: the first, and the one after the last. */
  recordsOf(member: number): readonly [start: RecordRow, end: RecordRow];
  /** The open file with an id; NONE: there is none. */
  fileOfId(id: number): FileRow;
  /** NONE: there is no task with this pid. */
  taskOfPid(pid: number): TaskRow;
  /** The entries of all members of a kind, in image order, but for those with numbers that are left out. */
  entries(kind: string, leftOut?: ReadonlySet<number>): AsyncGenerator<NumberedEntry>;
  /** The entries of one member. */
  entriesOf(member: number, number: number): AsyncGenerator<NumberedEntry>;
}

/** An index of open files takes as long as looking for this many of them, and more. */
const MOST_SEARCHED = 32;

/**
 * A reader of a set.
 *
 * @param signal Aborts the generators.
 * @param like A set that may have the same members.
 */
export function createSetReader({ checkpoint, sources }: Image, signal?: AbortSignal, like?: SetReader): SetReader {
  const { records, tasks, files, machine, problems } = checkpoint;
  const cutAt = new Map(
    problems.flatMap(({ code, member, offset }) => (code === "truncated-entry" ? [[member, offset] as const] : [])),
  );
  const read = createEntryReader(checkpoint, sources);
  const isLike = like !== undefined && haveSameNames(like.checkpoint.members, checkpoint.members);
  const members = isLike ? like.members : indexMembers(checkpoint.members);
  const tasksByPid = createIdIndex();
  for (let task = 0; task < tasks.count; task++) tasksByPid.add((tasks.pid[task] as number) >>> 0, task);
  const first = new Int32Array(sources.length);
  const ends = new Int32Array(sources.length);
  eachMemberOf(records, (member, start, end) => {
    first[member] = start;
    ends[member] = end;
  });
  const recordsOf: SetReader["recordsOf"] = (member) => [first[member] ?? 0, ends[member] ?? 0];
  let fileOfId: SetReader["fileOfId"] | null = null;
  let searched = 0;
  async function* entriesOf(member: number, number: number): AsyncGenerator<NumberedEntry> {
    const [start, end] = recordsOf(member);
    for (let record = start; record < end; record++) {
      signal?.throwIfAborted();
      const entry = await read(record);
      if (entry !== null) yield { entry, number, record };
    }
  }
  return {
    checkpoint,
    arch: machine.arch,
    littleEndian: machine.littleEndian,
    members,
    sources,
    source: (member) => sources[member],
    throwIfAborted: () => signal?.throwIfAborted(),
    placed(kind, number) {
      const source = sources[members.find(kind, number)];
      return source === undefined
        ? null
        : { kind: MEMBER_KINDS.findIndex(({ name }) => name === kind), number, source };
    },
    isCut: (record) => cutAt.get(recordMember(records, record)) === recordOffset(records, record),
    cutIn: (member) => cutAt.get(member),
    recordsOf,
    fileOfId(id) {
      if (fileOfId === null && searched++ < MOST_SEARCHED) return files.id.indexOf(id);
      fileOfId ??= indexIds(files.id, files.count).get;
      return fileOfId(id);
    },
    taskOfPid: (pid) => {
      const task = tasksByPid.get(pid >>> 0);
      return task === NONE ? NONE : task;
    },
    entriesOf,
    async *entries(kind, leftOut) {
      for (const [member, number] of members.ofKind(kind)) {
        if (leftOut?.has(number) !== true) yield* entriesOf(member, number);
      }
    },
  };
}

/** Most values of a repeated field. */
const MOST_VALUES = 1 << 20;

/** The values of an entry, whatever its message. */
const valuesOf = createValueReader(MOST_VALUES);

/** The values of an entry, if it has that message. */
export const messageOf = ({ entry }: NumberedEntry, message: MessageName): Values | null =>
  entry.message === message ? valuesOf(entry) : null;

/** A column that comes from a field. */
interface FieldColumn {
  readonly column: ColumnSpec;
  readonly field: string;
}

const columnsOf = new Map<string, readonly FieldColumn[]>();

/** The columns of a resource that come from a message. */
function columnsFrom(spec: ResourceSpec, message: string): readonly FieldColumn[] {
  const key = `${spec.name} ${message}`;
  let found = columnsOf.get(key);
  if (found === undefined) {
    const prefix = `${message}.`;
    found = spec.columns.flatMap((column) =>
      (column.criu ?? [])
        .filter((source) => source.startsWith(prefix))
        .map((source) => ({ column, field: source.slice(prefix.length) })),
    );
    columnsOf.set(key, found);
  }
  return found;
}

/** Takes the columns that a resource declares to come from a message, unless the row has them already. */
export function take(
  row: Record<string, Input>,
  spec: ResourceSpec,
  name: MessageName,
  message: Values | null,
  arch: string | null,
): void {
  if (message === null) return;
  for (const { column, field } of columnsFrom(spec, name)) {
    const value = row[column.name] === undefined ? message.stored(field) : null;
    const cell = value === null ? null : convert(column.type, value, arch);
    if (cell !== null) row[column.name] = cell;
  }
}
