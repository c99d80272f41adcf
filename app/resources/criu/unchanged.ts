// Finds the tasks that are the same in two sets, byte for byte, like most tasks that did nothing between two dumps.
// Rows read from these members are the same in both, so they need not be read for a comparison.
//
// Casts `as number` read columns within bounds checked by the loops.

import type { MessageName } from "../../decoder/criu/format/messages.ts";
import { VMA_FILE, VMA_SHARED, VMA_STATUS } from "../../decoder/criu/memory/mappings.ts";
import {
  eachBytes,
  fieldNumber,
  haveSameFields,
  isSet,
  low,
  plan,
  scan,
  scratch,
} from "../../decoder/criu/wire/wire.ts";
import type { Source } from "../../decoder/source.ts";
import { HAS, NONE, nameBytes, type Records } from "../../model/checkpoint.ts";
import { areSameColumns } from "../../model/comparison/difference.ts";
import { SIDES, type Side } from "../../model/comparison/side.ts";
import { u8At } from "../../model/read.ts";
import { cursorAt } from "../../model/records.ts";
import type { RecordRow, TaskRow } from "../../model/rows.ts";
import { sameBytes } from "../../model/text/text.ts";
import { spec } from "../tables.ts";
import type { SetReader } from "./set-reader.ts";
import { isDead, type ThreadOwners } from "./thread-owners.ts";

/** What to leave out of both sets. */
export interface Unchanged {
  /** Numbers of the cores of tasks that are the same, with all their threads. */
  readonly cores: ReadonlySet<number>;
  /** Whether their control groups are the same, too. */
  readonly cgroups: boolean;
  /** Tasks, by pid, with the same mappings. */
  readonly mappings: ReadonlySet<number>;
}

/** Leaves out nothing. */
export const NOTHING_UNCHANGED: Unchanged = { cores: new Set(), cgroups: false, mappings: new Set() };

/** A set that is compared with another one. */
export interface ComparedSet {
  readonly set: SetReader;
  readonly owners: ThreadOwners;
}

/** Whether a task before and one after correspond. */
export type Correspond = (before: TaskRow, after: TaskRow) => boolean;

/** Members that old releases wrote instead of parts of the cores and of mm-PID.img. Sets with them are read whole. */
const OLD_KINDS = ["creds", "rlimit", "sigacts", "itimers", "posix-timers", "signal-s", "vmas"];

/** The size of an entry comes before it. */
const SIZE_WORD = 4;

/** Larger members are not compared by their bytes. */
const MOST_BYTES = 1 << 20;

type Sets = Readonly<Record<Side, ComparedSet>>;

/** Finds what two sets have in common. @throws SourceError if bytes cannot be read */
export async function findUnchanged(sets: Sets, correspond: Correspond): Promise<Unchanged> {
  const { before, after } = sets;
  if (SIDES.some((side) => OLD_KINDS.some((kind) => sets[side].set.members.ofKind(kind).length > 0)))
    return NOTHING_UNCHANGED;
  if (before.set.arch !== after.set.arch || before.set.littleEndian !== after.set.littleEndian)
    return NOTHING_UNCHANGED;
  const isSame = memberComparer(before.set, after.set);
  const mapsSame = mappingComparer(before.set, after.set);
  // Filters are named by their places in one member.
  const sameFilters = (await isSame("seccomp", 0)) !== null;
  const threads = { before: threadsOf(before.owners), after: threadsOf(after.owners) };
  const cores = new Set<number>();
  const mappings = new Set<number>();
  for (const [, pid] of before.set.members.ofKind("core")) {
    const task = before.set.taskOfPid(pid);
    const other = after.set.taskOfPid(pid);
    if (task === NONE || other === NONE || !correspond(task, other)) continue;
    const comparing = isSame("mm", pid);
    const memory = comparing instanceof Promise ? await comparing : comparing;
    if (memory === null) continue;
    if (memory.bytes !== null && mapsSame(memory)) mappings.add(pid);
    if (!sameFilters || isDead(before.set, task) !== isDead(after.set, other)) continue;
    if (SIDES.some((side) => sets[side].owners.has(pid))) continue;
    const own = threads.before.get(pid) ?? [];
    const others = threads.after.get(pid) ?? [];
    if (own.length !== others.length || own.some((tid, at) => tid !== others[at])) continue;
    const core = isSame("core", pid);
    if ((core instanceof Promise ? await core : core) === null) continue;
    if (own.length > 0 && !(await areSame(isSame, own))) continue;
    for (const tid of [pid, ...own]) cores.add(tid);
  }
  return { cores, cgroups: (await isSame("cgroup", 0)) !== null, mappings };
}

/** Whether threads certainly belong to the same tasks in two sets: see readThreadOwners. */
export async function haveSameOwners(before: SetReader, after: SetReader): Promise<boolean> {
  const { tasks } = before.checkpoint;
  const { tasks: others } = after.checkpoint;
  if (!areSameColumns(tasks.pid, others.pid) || !areSameColumns(tasks.state, others.state)) return false;
  return before.members === after.members && (await memberComparer(before, after)("pstree", 0)) !== null;
}

/** The threads of each task other than the first, in the order of their cores. */
function threadsOf(owners: ThreadOwners): Map<number, number[]> {
  const threads = new Map<number, number[]>();
  for (const [tid, pid] of owners) {
    const known = threads.get(pid);
    if (known === undefined) threads.set(pid, [tid]);
    else known.push(tid);
  }
  return threads;
}

async function areSame(isSame: ReturnType<typeof memberComparer>, cores: readonly number[]): Promise<boolean> {
  for (const number of cores) if ((await isSame("core", number)) === null) return false;
  return true;
}

/** A member that both sets have with the same entries, or that neither has: `bytes` is `null`. */
interface SameMember {
  /** Index into the members of the set before. */
  readonly member: number;
  readonly bytes: Uint8Array | null;
}

/** The fields of an entry that rows are read from, and no others: registers and addresses such as mm_brk advance. */
interface ComparedEntry {
  readonly message: MessageName;
  /** By number of a field: 1 if it is compared. */
  readonly fields: Uint8Array;
}

function comparedEntry(message: MessageName, names: readonly string[]): ComparedEntry {
  const fields = new Uint8Array(64);
  for (const name of names) fields[fieldNumber(message, name)] = 1;
  return { message, fields };
}

/** The fields of mm_entry that are columns of a task. */
const OF_TASKS = spec("tasks").columns.flatMap(({ criu = [] }) =>
  criu.flatMap((source) => (source.startsWith("mm_entry.") ? [source.slice("mm_entry.".length)] : [])),
);

/** By kind of member. Others are compared whole. */
const COMPARED: Readonly<Record<string, ComparedEntry>> = {
  core: comparedEntry("core_entry", ["tc", "thread_core"]),
  mm: comparedEntry("mm_entry", ["vmas", "aios", "mm_start_stack", ...OF_TASKS]),
};

/**
 * A function that compares a member of both sets, by kind and number; `null`: they are not the same. It returns a
 * promise only if the bytes are not in memory.
 */
export function memberComparer(before: SetReader, after: SetReader) {
  const haveSameRecords = recordsComparer(before, after);
  const compareBytes = (
    kind: string,
    member: number,
    bytes: Uint8Array | null,
    other: number,
    otherBytes: Uint8Array | null,
  ): SameMember | null => {
    if (bytes === null || otherBytes === null) return null;
    if (sameBytes(bytes, otherBytes)) return { member, bytes };
    const entry = COMPARED[kind];
    if (entry === undefined || before.cutIn(member) !== undefined) return null;
    const own = onlyEntry(before, member, entry.message);
    const others = onlyEntry(after, other, entry.message);
    if (own === null || others === null) return null;
    return haveSameFields(bytes, ...own, otherBytes, ...others, entry.fields) ? { member, bytes } : null;
  };
  return (kind: string, number: number): SameMember | null | Promise<SameMember | null> => {
    const member = before.members.find(kind, number);
    const other = after.members === before.members ? member : after.members.find(kind, number);
    if (member === NONE && other === NONE) return { member, bytes: null };
    if (member === NONE || other === NONE || !haveSameRecords(member, other)) return null;
    const reading = wholeMember(before.sources[member]);
    const otherReading = wholeMember(after.sources[other]);
    if (!(reading instanceof Promise) && !(otherReading instanceof Promise)) {
      return compareBytes(kind, member, reading, other, otherReading);
    }
    return Promise.all([reading, otherReading]).then(([bytes, otherBytes]) =>
      compareBytes(kind, member, bytes, other, otherBytes),
    );
  };
}

/** The bytes of a member; `null` if there are very many. */
const wholeMember = (source: Source | undefined): Uint8Array | null | Promise<Uint8Array> =>
  source === undefined || source.size > MOST_BYTES ? null : source.read(0, source.size);

/** Where the only entry of a member begins and ends; `null` if there are several, or none of the message. */
function onlyEntry(set: SetReader, member: number, message: MessageName): readonly [number, number] | null {
  const { records } = set.checkpoint;
  const [start, end] = set.recordsOf(member);
  let found: readonly [number, number] | null = null;
  for (let row = start; row < end; row++) {
    if (records.kinds[records.kind[row] as number]?.struct !== message) continue;
    if (found !== null) return null;
    const { offset, length } = cursorAt(records, row);
    found = [offset + SIZE_WORD, offset + length];
  }
  return found;
}

/**
 * A function that tests whether two members were decoded into records of the same kinds. Only then were the same bytes
 * read.
 */
function recordsComparer(before: SetReader, after: SetReader): (member: number, other: number) => boolean {
  const [x, y] = [before.checkpoint.records, after.checkpoint.records];
  const isSameKind = (row: RecordRow, otherRow: RecordRow): boolean => {
    const kind = x.kinds[x.kind[row] as number];
    const otherKind = y.kinds[y.kind[otherRow] as number];
    return kind?.struct === otherKind?.struct && kind?.type === otherKind?.type;
  };
  const areAllSame = haveSameRows(x, y);
  return (member, other) => {
    if (before.cutIn(member) !== after.cutIn(other)) return false;
    if (areAllSame && member === other) return true;
    const [start, end] = before.recordsOf(member);
    const [otherStart, otherEnd] = after.recordsOf(other);
    if (end - start !== otherEnd - otherStart) return false;
    for (let row = start; row < end; row++) if (!isSameKind(row, otherStart + row - start)) return false;
    return true;
  };
}

/** Whether the records in each row are of the same member and kind. False if that is not easy to see. */
const haveSameRows = (records: Records, others: Records): boolean =>
  records.kind.BYTES_PER_ELEMENT === others.kind.BYTES_PER_ELEMENT &&
  areSameColumns(records.kind, others.kind) &&
  areSameColumns(records.runs.firstRow, others.runs.firstRow) &&
  areSameColumns(records.runs.member, others.runs.member) &&
  records.kinds.length === others.kinds.length &&
  records.kinds.every(({ struct, type }, at) => struct === others.kinds[at]?.struct && type === others.kinds[at]?.type);

const VMAS = fieldNumber("mm_entry", "vmas");
const VMA = plan("vma_entry", ["status", "shmid"]);

/** Memory that several mappings may show, which all of them together identify; that of System V has a key elsewhere. */
const IDENTIFIED = VMA_SHARED | VMA_STATUS.memfd;

/**
 * A function that tests whether equal mm-PID.img in both sets have the same mappings: of the same files, and of nothing
 * that other members identify.
 */
function mappingComparer(before: SetReader, after: SetReader): (same: SameMember) => boolean {
  const values = scratch();
  const isSameFile = fileComparer(before, after);
  const { status, shmid } = VMA.slot;
  /** Processes that were forked often have the same mappings as the one before. */
  const last: { bytes: Uint8Array; same: boolean } = { bytes: new Uint8Array(0), same: false };
  return ({ member, bytes }) => {
    const entry = bytes === null ? null : onlyEntry(before, member, "mm_entry");
    if (bytes === null || entry === null) return false;
    if (sameBytes(bytes, last.bytes)) return last.same;
    let same = true;
    eachBytes(bytes, ...entry, VMAS, (from, to) => {
      const seen = scan(bytes, from, to, VMA, values);
      const bits = isSet(seen, status) ? low(values, status) : 0;
      if ((bits & IDENTIFIED) !== 0) same = false;
      if (same && (bits & VMA_FILE) !== 0) same = isSameFile(isSet(seen, shmid) ? low(values, shmid) : 0);
    });
    last.bytes = bytes;
    last.same = same;
    return same;
  };
}

/** A function that compares the names of open files by an id that both sets have. */
function fileComparer(before: SetReader, after: SetReader): (id: number) => boolean {
  const known = new Map<number, boolean>();
  const isSame = (id: number): boolean => {
    const file = before.fileOfId(id);
    const other = after.fileOfId(id);
    if (file === NONE || other === NONE) return file === other;
    const [x, y] = [before.checkpoint, after.checkpoint];
    const bits = u8At(x.files.has, file) ^ u8At(y.files.has, other);
    return (bits & HAS.path) === 0 && sameBytes(nameBytes(x, file), nameBytes(y, other));
  };
  return (id) => {
    const found = known.get(id) ?? isSame(id);
    known.set(id, found);
    return found;
  };
}
