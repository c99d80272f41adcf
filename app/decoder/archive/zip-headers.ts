// ZIP's headers (PKWARE's APPNOTE): the directory at the end of an archive, and the header before each member.

import { exactText } from "../../model/text/text.ts";
import type { Source } from "../source.ts";
import { littleEndian } from "./compression/packed-input.ts";

/** What a header says about a member. */
export interface ZipEntry {
  /** As stored, but for the backslashes that some programs on Windows write. Raw text. */
  readonly path: string;
  /** How it is compressed. */
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly crc: number;
  /** Bytes in the archive, and unpacked. */
  readonly packed: number;
  readonly size: number;
  /** Seconds since 1970; 0 if unknown: the usual field does not say in which time zone it is. */
  readonly modified: number;
  /** Where the header before its bytes is. */
  readonly header: number;
}

/** What the header before a member's bytes says. */
export interface LocalHeader extends ZipEntry {
  /** Where its bytes begin. */
  readonly data: number;
  /** Whether its sizes and checksum follow its bytes. */
  readonly isStreamed: boolean;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;

const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
const LOCATOR_BYTES = 20;
const END_64_BYTES = 56;
/** The longest comment after the end record. */
const MOST_COMMENT = 0xffff;

/** In a 32-bit field: its value is in the extra field for large archives. */
const LARGE = 0xffffffff;
const EXTRA_LARGE = 1;
const EXTRA_TIMES = 0x5455;

const word16 = (bytes: Uint8Array, at: number): number => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
/** NaN past 2^53. */
const word64 = (bytes: Uint8Array, at: number): number => {
  const value = littleEndian(bytes, at) + littleEndian(bytes, at + 4) * 2 ** 32;
  return Number.isSafeInteger(value) ? value : Number.NaN;
};

/** A path with slashes. Only where it has none: elsewhere a backslash is a part of a name. */
const pathOf = (bytes: Uint8Array): string => {
  const path = exactText(bytes);
  return path.includes("/") ? path : path.replaceAll("\\", "/");
};

/** The part of an extra field with an id; empty if there is none. */
function extraOf(extra: Uint8Array, id: number): Uint8Array {
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = word16(extra, at + 2);
    if (word16(extra, at) === id) return extra.subarray(at + 4, at + 4 + length);
    at += 4 + length;
  }
  return extra.subarray(0, 0);
}

/**
 * The numbers of a header, those that do not fit into it from its extra field: in their order,
 * only those that are there.
 */
function largeNumbers(numbers: readonly number[], extra: Uint8Array): readonly number[] {
  const large = extraOf(extra, EXTRA_LARGE);
  let at = 0;
  return numbers.map((number) => {
    if (number !== LARGE || at + 8 > large.length) return number;
    at += 8;
    return word64(large, at - 8);
  });
}

function modifiedOf(extra: Uint8Array): number {
  const times = extraOf(extra, EXTRA_TIMES);
  return times.length >= 5 && ((times[0] ?? 0) & 1) !== 0 ? littleEndian(times, 1) | 0 : 0;
}

/** Where the directory is, and how many bytes and members it has. */
export interface ZipDirectory {
  readonly offset: number;
  readonly bytes: number;
  readonly count: number;
  /** How many bytes there are before the archive: a program that unpacks it, for example. */
  readonly before: number;
}

/** Finds the directory from the end of the archive; `null` if it is missing, cut off or not within the archive. */
export async function findDirectory(source: Source): Promise<ZipDirectory | null> {
  const from = Math.max(0, source.size - END_BYTES - MOST_COMMENT - LOCATOR_BYTES);
  const tail = await source.read(from, source.size - from);
  for (let at = tail.length - END_BYTES; at >= 0; at--) {
    if (littleEndian(tail, at) !== END || at + END_BYTES + word16(tail, at + 20) > tail.length) continue;
    const hasLocator = at >= LOCATOR_BYTES && littleEndian(tail, at - LOCATOR_BYTES) === LOCATOR_64;
    if (hasLocator) return largeDirectory(source, word64(tail, at - LOCATOR_BYTES + 8));
    const bytes = littleEndian(tail, at + 12);
    const offset = littleEndian(tail, at + 16);
    const before = from + at - bytes - offset;
    return before < 0 ? null : { offset: offset + before, bytes, count: word16(tail, at + 10), before };
  }
  return null;
}

async function largeDirectory(source: Source, at: number): Promise<ZipDirectory | null> {
  if (Number.isNaN(at) || at + END_64_BYTES > source.size) return null;
  const end = await source.read(at, END_64_BYTES);
  if (end.length < END_64_BYTES || littleEndian(end) !== END_64) return null;
  const [count, bytes, offset] = [word64(end, 32), word64(end, 40), word64(end, 48)] as const;
  return offset + bytes <= at ? { offset, bytes, count, before: 0 } : null;
}

/** The entry at `at` of a directory and where the next one is; `null` if there is none. */
export function directoryEntry(
  directory: Uint8Array,
  at: number,
  before: number,
): { readonly entry: ZipEntry; readonly next: number } | null {
  if (at + CENTRAL_BYTES > directory.length || littleEndian(directory, at) !== CENTRAL) return null;
  const nameEnd = at + CENTRAL_BYTES + word16(directory, at + 28);
  const extraEnd = nameEnd + word16(directory, at + 30);
  const next = extraEnd + word16(directory, at + 32);
  if (next > directory.length) return null;
  const extra = directory.subarray(nameEnd, extraEnd);
  const small = [24, 20, 42].map((field) => littleEndian(directory, at + field));
  const [size = 0, packed = 0, header = 0] = largeNumbers(small, extra);
  return {
    entry: {
      path: pathOf(directory.subarray(at + CENTRAL_BYTES, nameEnd)),
      method: word16(directory, at + 10),
      isEncrypted: (word16(directory, at + 8) & 1) !== 0,
      crc: littleEndian(directory, at + 16),
      packed,
      size,
      modified: modifiedOf(extra),
      header: header + before,
    },
    next,
  };
}

/** The header at an offset of the archive; `null` if there is none, or it is cut off. */
export async function localHeader(
  read: (offset: number, length: number) => Promise<Uint8Array>,
  offset: number,
): Promise<LocalHeader | null> {
  const start = await read(offset, LOCAL_BYTES);
  if (start.length < LOCAL_BYTES || littleEndian(start) !== LOCAL) return null;
  const nameLength = word16(start, 26);
  const length = LOCAL_BYTES + nameLength + word16(start, 28);
  const header = await read(offset, length);
  if (header.length < length) return null;
  const extra = header.subarray(LOCAL_BYTES + nameLength);
  const flags = word16(header, 6);
  const [size = 0, packed = 0] = largeNumbers([littleEndian(header, 22), littleEndian(header, 18)], extra);
  return {
    path: pathOf(header.subarray(LOCAL_BYTES, LOCAL_BYTES + nameLength)),
    method: word16(header, 8),
    isEncrypted: (flags & 1) !== 0,
    isStreamed: (flags & 8) !== 0,
    crc: littleEndian(header, 14),
    packed,
    size,
    modified: modifiedOf(extra),
    header: offset,
    data: offset + length,
  };
}
