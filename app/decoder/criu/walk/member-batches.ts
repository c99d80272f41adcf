// Reads small members of one kind many at a time, by the kernel: a set has thousands of them, with an entry or two
// each. Members that are not in the usual form are left to member-walk.ts, with the same result.
//
// Casts `as number` read rows of a batch.

import { NONE, USE } from "../../../model/checkpoint.ts";
import type { RecordRow } from "../../../model/rows.ts";
import { MEMBER_KINDS, type MemberKind } from "../format/member-kinds.ts";
import { MAGICS, type MagicName } from "../format/messages.ts";
import { markUse } from "../handlers/file-links.ts";
import { addFs } from "../handlers/on-file-details.ts";
import { addMm, addPagemap } from "../handlers/on-memory.ts";
import { addCore, addIds } from "../handlers/on-tasks.ts";
import { type Batch, MOST_MEMBERS } from "../kernel/entry-kernel.ts";
import { usualKernel } from "../kernel/usual.ts";
import { addUsualDescriptors, giveFiles } from "../kernel/usual-descriptors.ts";
import type { UsualKernel, UsualNodes } from "../kernel/usual-kernel.ts";
import type { PlacedMember } from "../sets/placing.ts";
import type { Entry, SetContext } from "./context.ts";
import { memberNumbers } from "./member-walk.ts";
import { isExamined } from "./newer.ts";

/** How the members of a kind are read. */
interface BatchKind {
  readonly first: keyof UsualNodes;
  readonly entries: keyof UsualNodes;
  /** Adds the values that the plans of its form extract from an entry; `null` for descriptors, added together. */
  readonly add: ((set: SetContext, entry: Entry, seen: number) => void) | null;
}

const BATCH_KINDS: ReadonlyMap<string, BatchKind> = new Map<string, BatchKind>([
  ["core", { first: "core", entries: "core", add: addCore }],
  ["ids", { first: "ids", entries: "ids", add: addIds }],
  ["fdinfo", { first: "descriptors", entries: "descriptors", add: null }],
  ["fs", { first: "fs", entries: "fs", add: addFs }],
  ["mm", { first: "mm", entries: "mm", add: addMm }],
  ["pagemap", { first: "pagemapHead", entries: "pagemap", add: addPagemap }],
]);

/** By index in MEMBER_KINDS. */
const OF_KIND = MEMBER_KINDS.map(({ name }) => BATCH_KINDS.get(name) ?? null);

/** The list of links that mm has: the files that are mapped. Other members have none. */
const MAPPED = 0;

const NO_LIMIT = 0xffff_ffff;

/** How many members are given to the kernel at first, or after one that it could not read. */
const FIRST_WANTED = 16;

/** Reads members of one kind. */
export interface MemberBatches {
  /** Whether members of a kind, an index in MEMBER_KINDS, can be read now. */
  canRead(kind: number): boolean;
  /** How many members to give to the next `read`: more as long as all of them can be read. */
  wanted(): number;
  /** Reads whole members from `first` on, of one kind, and adds their records; returns how many it read. */
  read(first: number, members: readonly Uint8Array[]): number;
  /** Adds the values of one of the members that were read. @throws LimitReached */
  add(nth: number): void;
}

/** A reader of the members of a set. */
export function createMemberBatches(set: SetContext): MemberBatches {
  const { placed } = set;
  const entry = createEntry();
  let firstMember = 0;
  let firstRecord: RecordRow = 0;
  let given: readonly Uint8Array[] = [];
  /** The numbers of the members of their kind that were added. */
  let numbers = new Set<number>();
  /** Links of the batch that were marked. */
  let marked = 0;
  let wanted = FIRST_WANTED;
  return {
    canRead: (kind) => canRead(set, kind),
    wanted: () => wanted,
    read(first, members) {
      const { kind } = placed[first] as PlacedMember;
      const count = readBatch(set, kind, members);
      wanted = count === members.length ? Math.min(2 * wanted, MOST_MEMBERS) : Math.max(count, FIRST_WANTED);
      if (count === 0) return 0;
      firstRecord = addRecords(set, kind, first);
      firstMember = first;
      given = members;
      numbers = memberNumbers(set, (MEMBER_KINDS[kind] as MemberKind).name);
      marked = 0;
      return count;
    },
    add(nth) {
      const { number, kind } = placed[firstMember + nth] as PlacedMember;
      entry.member = firstMember + nth;
      entry.number = number;
      entry.bytes = given[nth] as Uint8Array;
      numbers.add(number);
      addMember(set, kind, entry, nth, firstRecord);
      marked = markMapped(set, nth, marked);
    },
  };
}

const createEntry = (): Entry => ({
  bytes: new Uint8Array(0),
  start: 0,
  end: 0,
  record: NONE,
  nth: 0,
  member: 0,
  number: 0,
  table: NONE,
  isCut: false,
});

/** Entries of a kind are not examined any more, and nothing depends on its first members. */
function canRead(set: SetContext, kind: number): boolean {
  // Members of no known kind have an index beyond the list.
  if ((OF_KIND[kind] ?? null) === null) return false;
  const { message, first = message } = MEMBER_KINDS[kind] as MemberKind;
  const { facts, seen, stopped } = set;
  if (stopped || message === null || first === null || isExamined(set, message) || isExamined(set, first)) return false;
  const isBegun = facts.framing !== null && facts.littleEndian === true && seen.kinds.has("pstree");
  return isBegun && usualKernel(set) !== null;
}

/** Reads members into the batch; returns how many. */
function readBatch(set: SetContext, kind: number, members: readonly Uint8Array[]): number {
  const { builder } = set;
  const { kernel, nodes } = usualKernel(set) as UsualKernel;
  const { first, entries, add } = OF_KIND[kind] as BatchKind;
  const { magic, single } = MEMBER_KINDS[kind] as MemberKind;
  const fitting = Math.min(members.length, builder.membersRoom());
  const room = builder.memberRoom(fitting);
  const rows = add === null ? Math.min(room, builder.descriptorRoom()) : room;
  if (fitting < 1 || rows < 1) return 0;
  const form = {
    firstNode: nodes[first],
    node: nodes[entries],
    magic: MAGICS[magic as MagicName],
    most: single ? 1 : NO_LIMIT,
  };
  if (add === null) giveFiles(set);
  const fittingMembers = fitting < members.length ? members.slice(0, fitting) : members;
  kernel.readMembers(form, fittingMembers, rows, builder.records.count);
  return kernel.batch.members;
}

/** Adds the records of the members in the batch; returns the first. */
function addRecords(set: SetContext, kind: number, member: number): RecordRow {
  const { name, magic, message, first = message } = MEMBER_KINDS[kind] as MemberKind;
  const type = MAGICS[magic as MagicName];
  set.seen.kinds.add(name);
  const firstEntry = set.kinds.of(type, name, first);
  const kinds = { magic: set.kinds.magic, firstEntry, entry: set.kinds.of(type, name, message) };
  return set.builder.addMembers((set.usual as UsualKernel).kernel.batch, member, kinds);
}

/** Adds the values of a member in the batch. Row 0 has the record `firstRecord`. */
function addMember(set: SetContext, kind: number, entry: Entry, nth: number, firstRecord: RecordRow): void {
  const { batch } = (set.usual as UsualKernel).kernel;
  const { first: firstMessage } = MEMBER_KINDS[kind] as MemberKind;
  const { add } = OF_KIND[kind] as BatchKind;
  const { number, bytes } = entry;
  const magic = nth === 0 ? 0 : (batch.memberRows[nth - 1] as number);
  const end = batch.memberRows[nth] as number;
  if (add === null) {
    const table = set.builder.addTable(number, NONE, firstRecord + magic);
    set.seen.tables.add(number);
    addUsualDescriptors(set, batch, firstRecord, table, magic + 1, end);
    return;
  }
  for (let row = magic + (firstMessage === undefined ? 1 : 2); row < end; row++) {
    entry.start = (batch.offsets[row] as number) + 4;
    entry.end = row + 1 < end ? (batch.offsets[row + 1] as number) : bytes.length;
    entry.record = firstRecord + row;
    add(set, entry, takeRow(set, batch, row));
  }
}

/** Puts a row into the values of the set; returns the bits of the slots that are set. */
function takeRow({ values }: SetContext, { stored, rowWords }: Batch, row: number): number {
  const from = row * rowWords;
  values.set(stored.subarray(from, from + rowWords));
  return stored[from] as number;
}

/**
 * Marks the files that a member of the batch maps: the links of its rows, from `link` on, as those of the members before
 * it were marked. Returns where its links end.
 */
function markMapped(set: SetContext, nth: number, link: number): number {
  const { links, linkCounts, memberRows } = (set.usual as UsualKernel).kernel.batch;
  const { keys, rows } = links[MAPPED] as Batch["links"][number];
  const count = linkCounts[MAPPED] as number;
  const end = memberRows[nth] as number;
  let at = link;
  for (; at < count && (rows[at] as number) < end; at++) markUse(set, keys[at] as number, USE.mapping);
  return at;
}
