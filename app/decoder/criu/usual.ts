// Entries of descriptors and of files with a path in the form in which CRIU writes nearly all of them: fields in order, tags
// of one byte, small numbers. There can be millions of these, so they are read without a table of fields. Entries in any
// other form are left to `scan`, with the same result.
//
// Casts `as number` read bytes that may be beyond the entry, or even beyond the block: what is read there counts only if the
// fields end where the entry does.

import { FILE_FIELDS } from "./file-types.ts";
import type { MessageName } from "./messages.ts";
import { fieldNumber, readVarint, WIRE } from "./wire.ts";

/** The fd_types number of files with a path. */
export const REGULAR = FILE_FIELDS.indexOf("reg");

/** A varint of at most four bytes: its value in the low 28 bits, and above them how many bytes it takes. */
type Short = number;

const VALUE_BITS = 28;
const VALUE = 2 ** VALUE_BITS - 1;

/** Reads a varint; 0 if it has more than four bytes. */
function shortAt(bytes: Uint8Array, at: number): Short {
  const first = bytes[at] as number;
  if (first < 128) return (1 << VALUE_BITS) | first;
  const second = bytes[at + 1] as number;
  if (second < 128) return (2 << VALUE_BITS) | (second << 7) | (first & 127);
  const third = bytes[at + 2] as number;
  if (third < 128) return (3 << VALUE_BITS) | (third << 14) | ((second & 127) << 7) | (first & 127);
  const fourth = bytes[at + 3] as number;
  if (fourth > 127) return 0;
  return (4 << VALUE_BITS) | (fourth << 21) | ((third & 127) << 14) | ((second & 127) << 7) | (first & 127);
}

/** A file_entry of a file with a path. One object serves all. */
export interface UsualFile {
  id: number;
  flags: number;
  posLow: number;
  posHigh: number;
  ownerStart: number;
  ownerEnd: number;
  nameStart: number;
  nameEnd: number;
  /** As it is stored: a sint32. */
  mount: number;
  hasMount: boolean;
  sizeLow: number;
  sizeHigh: number;
  hasSize: boolean;
  mode: number;
}

export const createUsualFile = (): UsualFile => ({
  id: 0,
  flags: 0,
  posLow: 0,
  posHigh: 0,
  ownerStart: 0,
  ownerEnd: 0,
  nameStart: 0,
  nameEnd: 0,
  mount: 0,
  hasMount: false,
  sizeLow: 0,
  sizeHigh: 0,
  hasSize: false,
  mode: 0,
});

/** The tag of a number of a message, and of bytes. All are less than 128. */
const numberTag = (message: MessageName, name: string): number => fieldNumber(message, name) * 8 + WIRE.varint;
const bytesTag = (message: MessageName, name: string): number => fieldNumber(message, name) * 8 + WIRE.bytes;

const [TYPE, ID] = [numberTag("file_entry", "type"), numberTag("file_entry", "id")];
const REG = bytesTag("file_entry", "reg");
const REG_ID = numberTag("reg_file_entry", "id");
const FLAGS = numberTag("reg_file_entry", "flags");
const POS = numberTag("reg_file_entry", "pos");
const OWNER = bytesTag("reg_file_entry", "fown");
const NAME = bytesTag("reg_file_entry", "name");
const MOUNT = numberTag("reg_file_entry", "mnt_id");
const SIZE = numberTag("reg_file_entry", "size");
const MODE = numberTag("reg_file_entry", "mode");

/**
 * Reads the file_entry in bytes[start … end - 1] if it is that of a file with a path in the usual form. Returns false for any
 * other, and may have changed `file` all the same.
 *
 * @param words Scratch room for a number.
 */
export function readUsualFile(
  file: UsualFile,
  bytes: Uint8Array,
  start: number,
  end: number,
  words: Uint32Array,
): boolean {
  if (bytes[start] !== TYPE || bytes[start + 1] !== REGULAR || bytes[start + 2] !== ID) return false;
  const id = shortAt(bytes, start + 3);
  let at = start + 3 + (id >>> VALUE_BITS);
  const length = bytes[at] === REG ? shortAt(bytes, at + 1) : 0;
  at += 1 + (length >>> VALUE_BITS);
  if (id === 0 || length === 0 || at + (length & VALUE) !== end || bytes[at] !== REG_ID) return false;
  file.id = id & VALUE;
  const own = shortAt(bytes, at + 1);
  at += 1 + (own >>> VALUE_BITS);
  const flags = own !== 0 && bytes[at] === FLAGS ? shortAt(bytes, at + 1) : 0;
  at += 1 + (flags >>> VALUE_BITS);
  if (flags === 0 || bytes[at] !== POS) return false;
  file.flags = flags & VALUE;
  at = readVarint(bytes, at + 1, end, words);
  if (at < 0) return false;
  file.posLow = words[0] as number;
  file.posHigh = words[1] as number;
  const owner = bytes[at] === OWNER ? (bytes[at + 1] as number) : 128;
  if (owner > 127) return false;
  file.ownerStart = at + 2;
  at += 2 + owner;
  file.ownerEnd = at;
  const name = bytes[at] === NAME ? shortAt(bytes, at + 1) : 0;
  if (name === 0) return false;
  at += 1 + (name >>> VALUE_BITS);
  file.nameStart = at;
  at += name & VALUE;
  file.nameEnd = at;
  return at < end && readInode(file, bytes, at, end, words);
}

/** Reads the fields of a reg_file_entry after its name, up to the last. */
function readInode(file: UsualFile, bytes: Uint8Array, from: number, end: number, words: Uint32Array): boolean {
  let at = from;
  file.hasMount = bytes[at] === MOUNT;
  if (file.hasMount) {
    const mount = shortAt(bytes, at + 1);
    if (mount === 0) return false;
    file.mount = mount & VALUE;
    at += 1 + (mount >>> VALUE_BITS);
  }
  file.hasSize = at < end && bytes[at] === SIZE;
  if (file.hasSize) {
    at = readVarint(bytes, at + 1, end, words);
    if (at < 0) return false;
    file.sizeLow = words[0] as number;
    file.sizeHigh = words[1] as number;
  }
  if (at >= end || bytes[at] !== MODE) return false;
  const mode = shortAt(bytes, at + 1);
  file.mode = mode & VALUE;
  return mode !== 0 && at + 1 + (mode >>> VALUE_BITS) === end;
}

const [FD_ID, FD_FLAGS] = [numberTag("fdinfo_entry", "id"), numberTag("fdinfo_entry", "flags")];
const [FD_TYPE, FD] = [numberTag("fdinfo_entry", "type"), numberTag("fdinfo_entry", "fd")];

/**
 * Reads the fdinfo_entry in bytes[start … end - 1] if it has the usual form: puts id, flags, type and number into `out`.
 * Returns false for any other, and may have changed `out` all the same.
 */
export function readUsualDescriptor(bytes: Uint8Array, start: number, end: number, out: Uint32Array): boolean {
  if (bytes[start] !== FD_ID) return false;
  const id = shortAt(bytes, start + 1);
  let at = start + 1 + (id >>> VALUE_BITS);
  if (id === 0 || bytes[at] !== FD_FLAGS) return false;
  const flags = shortAt(bytes, at + 1);
  at += 1 + (flags >>> VALUE_BITS);
  if (flags === 0 || bytes[at] !== FD_TYPE) return false;
  const type = shortAt(bytes, at + 1);
  at += 1 + (type >>> VALUE_BITS);
  if (type === 0 || bytes[at] !== FD) return false;
  const fd = shortAt(bytes, at + 1);
  if (fd === 0 || at + 1 + (fd >>> VALUE_BITS) !== end) return false;
  out[0] = id & VALUE;
  out[1] = flags & VALUE;
  out[2] = type & VALUE;
  out[3] = fd & VALUE;
  return true;
}
