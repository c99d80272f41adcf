// Decodes one file of a set: its magic, then entry by entry. Every byte becomes part of exactly one record.

import { NONE, type Problem } from "../../model/checkpoint.ts";
import { visible } from "../../model/text.ts";
import type { SourceError } from "../source.ts";
import { type Entry, type Handler, report, reportDamage, reportRecord, type SetContext } from "./context.ts";
import { closeCut } from "./cut-entry.ts";
import { LARGEST_BLOCK, walkEntries } from "./entries.ts";
import { cutMagics, framingOf, type Start } from "./framing.ts";
import { HANDLERS } from "./handlers.ts";
import { MEMBER_KINDS, type MemberKind } from "./member-kinds.ts";
import { baseName } from "./member-names.ts";
import { MAGICS, type MagicName } from "./messages.ts";
import { noteUnknownFields } from "./newer.ts";
import { payloadOf } from "./payload.ts";
import { type PlacedMember, withHead } from "./placing.ts";
import { MALFORMED } from "./wire.ts";

/** Bytes at the start of a member that are read ahead. */
export const HEAD_SIZE = 64 << 10;

/** Bytes of the smallest entry of a descriptor or open file; bounds how many rows to reserve. */
const SMALLEST_ENTRY = 12;

/** A kind with CRIU's framing. */
type FramedKind = MemberKind & { readonly magic: MagicName };

const isFramed = (kind: MemberKind | undefined): kind is FramedKind => kind !== undefined && kind.magic !== null;

/**
 * Decodes a member. `head` are its first bytes, HEAD_SIZE of them if it has as many.
 *
 * @throws the signal's reason if decoding was aborted; SourceError if bytes cannot be read.
 */
export async function readMember(set: SetContext, member: number, head: Uint8Array): Promise<void> {
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
  const isTable = kind.name === "fdinfo";
  const table = isTable ? set.builder.addTable(number, NONE, magic) : NONE;
  if (isTable) set.seen.tables.add(number);
  const entry: Entry = { bytes: head, start: 0, end: 0, record: NONE, nth: 0, member, number, table, isCut: false };
  const visitCut = cutVisitor(set, kind, entry);
  let isCut = false;
  const walk = await walkEntries(
    withHead(source, head),
    start,
    entryVisitor(set, kind, entry),
    (offset, length) => reportOversized(set, member, offset, length),
    (bytes, offset) => {
      isCut = visitCut(bytes, offset);
    },
    progressReporter(set, kind, member, entry),
  );
  if (walk.fault !== null) {
    set.complete = false;
    const { code } = walk.fault;
    const message = `${nameOf(set, member)}: ${walk.fault.message}`;
    const cut = isCut ? rowOf(set, kind, entry) : {};
    set.builder.addProblem({ severity: "error", code, message, offset: walk.end, member, ...cut });
    addRest(set, member, Math.max(walk.end, set.builder.lastRecord().end));
  }
  if (kind.number === "decimal") addNumber(set, kind.name, number);
  if (entry.nth < 0 && walk.fault === null && NEVER_EMPTY.has(kind.name)) set.seen.empty.push(member);
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

/** Returns a visitor that adds an entry's record, calls its message's handler, and returns the payload's length. */
function entryVisitor(set: SetContext, kind: FramedKind, entry: Entry) {
  const { builder, kinds, placed } = set;
  const { member } = entry;
  const { size } = (placed[member] as PlacedMember).source;
  const type = MAGICS[kind.magic];
  const recordKind = kinds.of(type, kind.name, kind.message);
  const firstKind = kind.first === undefined ? recordKind : kinds.of(type, kind.name, kind.first);
  const handler = handlerOf(kind.message);
  const firstHandler = kind.first === undefined ? handler : handlerOf(kind.first);
  const payloadLength = payloadOf(kind);
  let isExamined = true;
  entry.nth = -1;
  return (bytes: Uint8Array, start: number, end: number, offset: number): number => {
    const nth = ++entry.nth;
    entry.bytes = bytes;
    entry.start = start;
    entry.end = end;
    entry.record = builder.addRecord(offset, end - start + 4, nth === 0 ? firstKind : recordKind, member);
    const message = nth === 0 && kind.first !== undefined ? kind.first : kind.message;
    if (nth === 0 && message !== null) noteUnknownFields(set, entry, message);
    else if (isExamined && message !== null) isExamined = noteUnknownFields(set, entry, message);
    const handle = nth === 0 ? firstHandler : handler;
    if (nth === 1 && kind.single) reportExtra(set, entry, kind);
    else if (nth > 1 && kind.single) return 0;
    else if (handle !== null && handle(set, entry) & MALFORMED) reportDamage(set, entry.record);
    if (payloadLength === null) return 0;
    const dataOffset = offset + 4 + (end - start);
    const payload = payloadLength(set, entry, size - dataOffset);
    // The part of the payload beyond the end of the file is reported by the walk.
    builder.addGap(dataOffset, Math.min(payload, size - dataOffset), kinds.data, member);
    return payload;
  };
}

/** The row that the last entry of a member made or described. */
function rowOf({ builder, tasks }: SetContext, kind: FramedKind, { record, number }: Entry): Pick<Problem, "cut"> {
  const file = builder.files.count - 1;
  if (builder.files.record[file] === record) return { cut: { file } };
  const task = kind.name === "core" ? tasks.byPid.get(number) : builder.tasks.count - 1;
  const isOfTask = kind.name === "core" ? task >= 0 : builder.tasks.record[task] === record;
  return isOfTask ? { cut: { task } } : {};
}

/**
 * Returns a function that handles an entry cut off by the end of the file, as far as its fields go. False: its bytes are
 * no fields.
 */
function cutVisitor(set: SetContext, kind: FramedKind, entry: Entry) {
  const { builder, kinds } = set;
  return (bytes: Uint8Array, offset: number): boolean => {
    const message = entry.nth < 0 ? (kind.first ?? kind.message) : kind.message;
    // If messages.ts does not describe the message, at least its size is known.
    const whole = message === null ? bytes : closeCut(bytes, message);
    if (whole === null) return false;
    entry.nth++;
    entry.bytes = whole;
    entry.start = 0;
    entry.end = whole.length;
    entry.isCut = true;
    entry.record = builder.addRecord(
      offset,
      bytes.length + 4,
      kinds.of(MAGICS[kind.magic], kind.name, message),
      entry.member,
    );
    if (!kind.single || entry.nth === 0) handlerOf(message)?.(set, entry);
    return true;
  };
}

const handlerOf = (message: string | null): Handler | null =>
  message === null ? null : (HANDLERS.get(message) ?? null);

/**
 * Returns a function that reports progress and reserves rows and text by extrapolation: after the first block, and, where
 * an entry is larger than a block, text again whenever twice as many bytes have been read.
 */
function progressReporter(set: SetContext, kind: FramedKind, member: number, entry: Entry) {
  const { builder, placed } = set;
  const { size } = (placed[member] as PlacedMember).source;
  const textBefore = builder.textBytes().length;
  const isTable = kind.name === "fdinfo";
  const isFiles = kind.name === "files" || kind.file !== undefined;
  let reserved = 0;
  return (bytes: number): void => {
    reportProgress(set, bytes);
    const entries = entry.nth + 1;
    const isHuge = entry.end - entry.start > LARGEST_BLOCK && bytes >= 2 * reserved;
    if (bytes === size || entries === 0 || (bytes > 2 * HEAD_SIZE && !isHuge)) return;
    reserved = bytes;
    const left = size - bytes;
    const more = isHuge ? 0 : Math.ceil(Math.min((entries / bytes) * 1.05, 1 / SMALLEST_ENTRY) * left);
    const text = Math.ceil(((builder.textBytes().length - textBefore) / bytes) * 1.05 * left);
    if (isTable) builder.reserve({ records: more, descriptors: more });
    else if (isFiles) builder.reserve({ records: more, files: more, text });
  };
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
  else report(set, "error", "wrong-magic", `${name} does not begin with the magic number of its kind.`, 0, member);
  const magics = cutMagics(head) * 4;
  if (magics > 0) set.builder.addRecord(0, magics, set.kinds.magic, member);
  addRest(set, member, magics);
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

function addNumber({ seen }: SetContext, kind: string, number: number): void {
  const numbers = seen.numbers.get(kind);
  if (numbers === undefined) seen.numbers.set(kind, new Set([number]));
  else numbers.add(number);
}
