// Decodes one file of a set: its magic, then entry by entry. Every byte becomes part of exactly one record.
//
// A set has thousands of files of a few entries each: what they have in common is made once, and nothing is awaited for
// a file whose bytes are there.

import { NONE, type Problem } from "../../../model/checkpoint.ts";
import type { RecordRow } from "../../../model/rows.ts";
import { baseName } from "../../../model/text/paths.ts";
import { visible } from "../../../model/text/text.ts";
import { HEAD_BYTES, otherForm } from "../../archive/forms.ts";
import type { SourceError } from "../../source.ts";
import { MEMBER_KINDS, type MemberKind } from "../format/member-kinds.ts";
import { MAGICS, type MagicName } from "../format/messages.ts";
import { HANDLERS } from "../handlers/handlers.ts";
import { createUsualReader, USUAL_KINDS, type UsualKind, type UsualReader } from "../kernel/usual.ts";
import type { PlacedMember } from "../sets/placing.ts";
import { closeCut } from "../wire/cut-entry.ts";
import { HEAD_SIZE, LARGEST_BLOCK, type Visitor, type Walk, walkEntries } from "../wire/entries.ts";
import { cutMagics, framingOf, type Start } from "../wire/framing.ts";
import { MALFORMED } from "../wire/wire.ts";
import { type Entry, type Handler, report, reportDamage, reportRecord, type SetContext } from "./context.ts";
import { isExamined, noteUnknownFields } from "./newer.ts";
import { type PayloadLength, payloadOf } from "./payload.ts";

/** Bytes of the smallest entry of a descriptor or open file; bounds how many rows to reserve. */
const SMALLEST_ENTRY = 12;

/** A kind with CRIU's framing. */
type FramedKind = MemberKind & { readonly magic: MagicName };

const isFramed = (kind: MemberKind | undefined): kind is FramedKind => kind !== undefined && kind.magic !== null;

/** How the members of one kind are read. */
interface KindReader {
  readonly kind: FramedKind;
  /** Of the first entry, and of the others: the kind of their records, their message and its handler. */
  readonly firstRecordKind: number;
  readonly firstMessage: string | null;
  readonly firstHandler: Handler | null;
  readonly recordKind: number;
  readonly message: string | null;
  readonly handler: Handler | null;
  readonly payloadLength: PayloadLength | null;
  readonly isSingle: boolean;
  readonly isTable: boolean;
  readonly isFiles: boolean;
  /** How entries in the usual form are read many at a time; `null` if they are read one by one. */
  readonly usual: UsualKind | null;
}

/** The walk through the current member. One object serves all members. */
interface MemberWalk {
  readonly set: SetContext;
  readonly entry: Entry;
  readonly visitor: Visitor;
  reader: KindReader;
  /** Bytes of the member. */
  size: number;
  /** Whether further entries are examined for unknown fields. */
  isExamined: boolean;
  /** Bytes of text before the member. */
  textBefore: number;
  /** Up to where the member had been read when rows were reserved last. */
  reserved: number;
  /** Reads entries in the usual form; `null` before the first. */
  usual: UsualReader | null;
}

/**
 * Decodes a member. `head` are its first bytes, HEAD_SIZE of them if it has as many. If that is all of it, it is
 * decoded when this returns.
 *
 * @throws the signal's reason if decoding was aborted; SourceError if bytes cannot be read.
 */
export type MemberReader = (member: number, head: Uint8Array) => Promise<void> | undefined;

/** A function that decodes the members of a set, one after the other. */
export function createMemberReader(set: SetContext): MemberReader {
  const readers: (KindReader | undefined)[] = [];
  let walk: MemberWalk | null = null;
  return (member, head) => {
    const { source, number, kind: kindIndex } = set.placed[member] as PlacedMember;
    const kind = MEMBER_KINDS[kindIndex];
    if (!isFramed(kind)) {
      addRest(set, member, 0);
      return;
    }
    const start = framingOf(kind, head);
    if (start === null) {
      refuseMember(set, member, head);
      return;
    }
    noteStart(set, member, kind, start);
    const magic = set.builder.addRecord(0, start.length, set.kinds.magic, member);
    set.seen.kinds.add(kind.name);
    if (kind.opaque) {
      addRest(set, member, start.length);
      return;
    }
    let reader = readers[kindIndex];
    if (reader === undefined) {
      reader = kindReader(set, kind);
      readers[kindIndex] = reader;
    }
    walk ??= beginWalk(set, reader);
    enterMember(walk, reader, member, number, magic);
    const end = walkEntries(source, start, head, walk.visitor);
    if (!(end instanceof Promise)) {
      leaveMember(walk, end);
      return;
    }
    return leaveLater(walk, end);
  };
}

const leaveLater = async (walk: MemberWalk, end: Promise<Walk>): Promise<void> => leaveMember(walk, await end);

function kindReader(set: SetContext, kind: FramedKind): KindReader {
  const { name, message, first = message } = kind;
  const type = MAGICS[kind.magic];
  const recordKind = set.kinds.of(type, name, message);
  return {
    kind,
    firstRecordKind: set.kinds.of(type, name, first),
    firstMessage: first,
    firstHandler: handlerOf(first),
    recordKind,
    message,
    handler: handlerOf(message),
    payloadLength: payloadOf(kind),
    isSingle: kind.single === true,
    isTable: name === "fdinfo",
    isFiles: name === "files" || kind.file !== undefined,
    usual: USUAL_KINDS.get(name) ?? null,
  };
}

const handlerOf = (message: string | null): Handler | null =>
  message === null ? null : (HANDLERS.get(message) ?? null);

const NO_BYTES = new Uint8Array(0);

function beginWalk(set: SetContext, reader: KindReader): MemberWalk {
  const walk: MemberWalk = {
    set,
    entry: {
      bytes: NO_BYTES,
      start: 0,
      end: 0,
      record: NONE,
      nth: -1,
      member: 0,
      number: 0,
      table: NONE,
      isCut: false,
    },
    visitor: {
      visit: (bytes, start, end, offset) => visitEntry(walk, bytes, start, end, offset),
      visitMany: (bytes, from, offset) => visitUsual(walk, bytes, from, offset),
      oversized: (offset, length) => reportOversized(set, walk.entry.member, offset, length),
      cut: (bytes, offset) => visitCut(walk, bytes, offset),
      progress: (bytes) => reserveRows(walk, bytes),
    },
    reader,
    size: 0,
    isExamined: true,
    textBefore: 0,
    reserved: 0,
    usual: null,
  };
  return walk;
}

/** Begins a member, whose table is added if it is one. @param magic The record of its magics. */
function enterMember(walk: MemberWalk, reader: KindReader, member: number, number: number, magic: RecordRow): void {
  const { set, entry } = walk;
  const { builder, seen } = set;
  walk.reader = reader;
  walk.size = (set.placed[member] as PlacedMember).source.size;
  walk.isExamined = true;
  walk.textBefore = builder.textLength();
  walk.reserved = 0;
  walk.usual?.begin();
  entry.nth = -1;
  entry.member = member;
  entry.number = number;
  entry.isCut = false;
  entry.table = NONE;
  if (!reader.isTable) return;
  entry.table = builder.addTable(number, NONE, magic);
  seen.tables.add(number);
}

/** Ends a member, whose rest becomes a record if it was not read to its end. */
function leaveMember(walk: MemberWalk, { end, fault }: Walk): void {
  const { set, entry, reader } = walk;
  const { builder, seen } = set;
  const { member, number } = entry;
  const { name } = reader.kind;
  if (fault !== null) {
    set.complete = false;
    const { code } = fault;
    const message = `${nameOf(set, member)}: ${fault.message}`;
    const cut = entry.isCut ? rowOf(set, reader.kind, entry) : {};
    builder.addProblem({ severity: "error", code, message, offset: end, member, ...cut });
    addRest(set, member, Math.max(end, builder.lastRecord().end));
  } else if (entry.nth < 0 && NEVER_EMPTY.has(name)) seen.empty.push(member);
  if (reader.kind.number !== undefined) memberNumbers(set, name).add(number);
}

/** Members that CRIU never writes without an entry. A file table may be empty, but then nothing uses open files. */
const NEVER_EMPTY: ReadonlySet<string> = new Set([
  ...["inventory", "pstree", "core", "ids", "files", "fs", "mm", "pagemap", "pagemap-shmem", "fdinfo"],
  ...["utsns", "netns", "userns", "ipcns-var", "mountpoints", "ghost-file", "tcp-stream", "creds"],
]);

/** Reports a second entry in a file that should have only one. The first one counts. */
function reportExtra(set: SetContext, entry: Entry, { name }: FramedKind): void {
  set.complete = false;
  const message = `A file of the kind ${name} has one entry; this one and those after it are ignored.`;
  reportRecord(set, entry.record, "extra-entry", message);
}

/** Stores the framing and byte order of the set. Reports a member whose byte order differs from those before. */
function noteStart(set: SetContext, member: number, kind: FramedKind, { framing, littleEndian }: Start): void {
  const { facts } = set;
  if (kind.name !== "inventory") facts.framing ??= framing;
  facts.littleEndian ??= littleEndian;
  if (facts.littleEndian === littleEndian) return;
  const [own, others] = littleEndian ? ["little", "big"] : ["big", "little"];
  set.complete = false;
  const message = `${nameOf(set, member)} is ${own}-endian, but the files before it are ${others}-endian.`;
  report(set, "error", "wrong-magic", message, 0, member);
}

/** Reads entries in the usual form; returns where in the block they end. */
function visitUsual(walk: MemberWalk, bytes: Uint8Array, from: number, offset: number): number {
  const { set, entry, reader } = walk;
  const { usual, message } = reader;
  if (usual === null || message === null || isExamined(set, message)) return from;
  walk.usual ??= createUsualReader(set);
  const end = walk.usual.read(usual, entry, reader.recordKind, bytes, from, offset);
  // The entries before were examined.
  if (end > from) walk.isExamined = false;
  return end;
}

/** Adds an entry's record, calls its message's handler, and returns the payload's length. */
function visitEntry(walk: MemberWalk, bytes: Uint8Array, start: number, end: number, offset: number): number {
  const { set, entry, reader } = walk;
  const nth = entry.nth + 1;
  const isFirst = nth === 0;
  entry.nth = nth;
  entry.bytes = bytes;
  entry.start = start;
  entry.end = end;
  const recordKind = isFirst ? reader.firstRecordKind : reader.recordKind;
  entry.record = set.builder.addRecord(offset, end - start + 4, recordKind, entry.member);
  if (isFirst) examine(walk, reader.firstMessage);
  else if (walk.isExamined) walk.isExamined = examine(walk, reader.message);
  if (reader.isSingle && nth > 0) {
    if (nth === 1) reportExtra(set, entry, reader.kind);
    else return 0;
  } else {
    const handler = isFirst ? reader.firstHandler : reader.handler;
    if (handler !== null && handler(set, entry) & MALFORMED) reportDamage(set, entry.record);
  }
  return reader.payloadLength === null ? 0 : visitPayload(walk, reader.payloadLength, offset + 4 + (end - start));
}

/** Notes fields of an entry that are not known. Returns whether the next entries of its kind are examined. */
const examine = ({ set, entry }: MemberWalk, message: string | null): boolean =>
  message !== null && noteUnknownFields(set, entry, message);

/** Makes a record of the raw bytes after an entry; returns how many there should be. */
function visitPayload({ set, entry, size }: MemberWalk, lengthOf: PayloadLength, offset: number): number {
  const payload = lengthOf(set, entry, size - offset);
  // The part of the payload beyond the end of the file is reported by the walk.
  set.builder.addGap(offset, Math.min(payload, size - offset), set.kinds.data, entry.member);
  return payload;
}

/** The row that the last entry of a member made or described. */
function rowOf({ builder, tasks }: SetContext, kind: FramedKind, { record, number }: Entry): Pick<Problem, "cut"> {
  const file = builder.files.count - 1;
  if (builder.files.record[file] === record) return { cut: { file } };
  const task = kind.name === "core" ? tasks.byPid.get(number) : builder.tasks.count - 1;
  const isOfTask = kind.name === "core" ? task >= 0 : builder.tasks.record[task] === record;
  return isOfTask ? { cut: { task } } : {};
}

/** Handles the fields of an entry that is cut off by the end of the file, unless its bytes are not fields. */
function visitCut({ set, entry, reader }: MemberWalk, bytes: Uint8Array, offset: number): void {
  const isFirst = entry.nth < 0;
  const message = isFirst ? reader.firstMessage : reader.message;
  // If messages.ts does not describe the message, at least its size is known.
  const whole = message === null ? bytes : closeCut(bytes, message);
  if (whole === null) return;
  entry.nth++;
  entry.bytes = whole;
  entry.start = 0;
  entry.end = whole.length;
  entry.isCut = true;
  const kind = isFirst ? reader.firstRecordKind : reader.recordKind;
  entry.record = set.builder.addRecord(offset, bytes.length + 4, kind, entry.member);
  const handler = isFirst ? reader.firstHandler : reader.handler;
  if (!reader.isSingle || entry.nth === 0) handler?.(set, entry);
}

/**
 * Reports progress, and reserves rows and text by extrapolation: after the first block, and, where an entry is larger
 * than a block, text again whenever twice as many bytes have been read.
 */
function reserveRows(walk: MemberWalk, bytes: number): void {
  const { set, entry, reader, size } = walk;
  const { builder } = set;
  reportProgress(set, bytes);
  const entries = entry.nth + 1;
  const isHuge = entry.end - entry.start > LARGEST_BLOCK && bytes >= 2 * walk.reserved;
  if (bytes === size || entries === 0 || (bytes > 2 * HEAD_SIZE && !isHuge)) return;
  walk.reserved = bytes;
  const left = size - bytes;
  const more = isHuge ? 0 : Math.ceil(Math.min((entries / bytes) * 1.05, 1 / SMALLEST_ENTRY) * left);
  const text = Math.ceil(((builder.textLength() - walk.textBefore) / bytes) * 1.05 * left);
  if (reader.isTable) builder.reserve({ records: more, descriptors: more });
  else if (reader.isFiles) builder.reserve({ records: more, files: more, text });
}

/**
 * Reports `bytes` of the member being read.
 *
 * @throws the signal's reason if decoding was aborted.
 */
export function reportProgress({ options, builder, bytesDone, bytes: size }: SetContext, bytes: number): void {
  options.signal?.throwIfAborted();
  options.onProgress?.({ bytes: bytesDone + bytes, size, objects: builder.records.count });
}

/** Makes one record of a member from an offset to its end. */
function addRest({ builder, kinds, placed }: SetContext, member: number, from: number): void {
  const { size } = (placed[member] as PlacedMember).source;
  builder.addGap(from, size - from, kinds.data, member);
}

function refuseMember(set: SetContext, member: number, head: Uint8Array): void {
  const { size } = (set.placed[member] as PlacedMember).source;
  const name = nameOf(set, member);
  set.complete = false;
  if (size < 4) report(set, "error", "short-member", `${name} is too short for an image: ${size} bytes.`, 0, member);
  else report(set, "error", "wrong-magic", `${name} ${whatInstead(head)}.`, 0, member);
  const magics = cutMagics(head) * 4;
  if (magics > 0) set.builder.addRecord(0, magics, set.kinds.magic, member);
  addRest(set, member, magics);
}

/** Words for a member that does not begin like its kind: a download may have left a web page in its place. */
function whatInstead(head: Uint8Array): string {
  const form = otherForm(head.subarray(0, HEAD_BYTES));
  return form === null ? "does not begin with the magic number of its kind" : `is ${form.what}, not a file of CRIU`;
}

function reportOversized(set: SetContext, member: number, offset: number, length: number): void {
  set.complete = false;
  report(set, "error", "oversized-entry", `An entry of ${length} bytes is too large and was skipped.`, offset, member);
  set.builder.addRecord(offset, length, set.kinds.data, member);
}

/**
 * Reports that a member, or the rest of it, cannot be read.
 *
 * @param firstRecord Records from this one on are the member's.
 */
export function reportUnreadable(set: SetContext, member: number, error: SourceError, firstRecord: number): void {
  set.complete = false;
  report(set, "error", "unreadable-member", `${nameOf(set, member)}: ${error.message}`, null, member);
  leaveOut(set, member, firstRecord);
}

/**
 * Makes one record of the unread part of a member.
 *
 * @param firstRecord Records from this one on are the member's.
 */
export function leaveOut(set: SetContext, member: number, firstRecord: number): void {
  addRest(set, member, set.builder.records.count > firstRecord ? set.builder.lastRecord().end : 0);
}

const nameOf = ({ placed }: SetContext, member: number): string =>
  visible(baseName((placed[member] as PlacedMember).source.name));

/** The numbers of the members of a kind that were read so far, to add to. */
export function memberNumbers({ seen }: SetContext, kind: string): Set<number> {
  let numbers = seen.numbers.get(kind);
  if (numbers === undefined) {
    numbers = new Set();
    seen.numbers.set(kind, numbers);
  }
  return numbers;
}
