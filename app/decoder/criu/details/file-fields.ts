// The fields of the message of an open file by their numbers, for reading details: split once, with nothing allocated
// for an entry or a field.
//
// Casts `as number` read lists within bounds checked by the loop.

import { NONE } from "../../../model/checkpoint.ts";
import { FILE_FIELD_OF_MESSAGE, FILE_FIELDS } from "../format/file-types.ts";
import { FIELD_TABLES, type FieldTable, type KnownField } from "../wire/field-table.ts";
import type { EntryBytes } from "../wire/inspect.ts";
import {
  createParts,
  highAt,
  LIST_LIMIT,
  lowAt,
  numberOf,
  PART,
  type Parts,
  split,
  WIRE_AT,
  WRONG,
} from "../wire/parts.ts";
import { numberText } from "../wire/pieces.ts";
import { WIRE } from "../wire/wire.ts";

/** Field numbers in the messages of open files are lower. */
const FIELDS = 32;

/** The fields of a message. One object serves many. */
export interface MessageFields {
  readonly parts: Parts;
  /** By field number: where the last occurrence that has its field's wire type is in `parts`; NONE if there is none. */
  readonly last: Int32Array;
  /** Bit n: field n occurs; it occurs more than once. */
  seen: number;
  repeated: number;
  entry: EntryBytes;
  /** Parts first … end - 1 are the message's. */
  first: number;
  end: number;
}

const NO_ENTRY: EntryBytes = { bytes: new Uint8Array(0), base: 0, start: 0, end: 0, isCut: false, message: null };

export const createFields = (): MessageFields => ({
  parts: createParts(LIST_LIMIT, 64),
  last: new Int32Array(FIELDS).fill(NONE),
  seen: 0,
  repeated: 0,
  entry: NO_ENTRY,
  first: 0,
  end: 0,
});

const FILE = fieldsOf("file_entry");
const TYPE = FILE.byName.get("type")?.number ?? 0;

/** The fields of a message. */
export function fieldsOf(message: string): FieldTable {
  const table = FIELD_TABLES.get(message);
  if (table === undefined) throw new Error(`There is no message ${message}`);
  return table;
}

/** The message of one type of open files. */
export interface FileBody {
  /** Its field in file_entry. */
  readonly name: string;
  readonly number: number;
  /** The name of the message. */
  readonly message: string;
  readonly table: FieldTable;
  /** Its field with the owner for signals; `null` if it has none. */
  readonly owner: KnownField | null;
}

export const NO_BODY: FileBody = { name: "", number: 0, message: "", table: FILE, owner: null };

/** By field of file_entry. */
const BODIES = new Map(
  FILE_FIELDS.flatMap((name): (readonly [string, FileBody])[] => {
    const { number, type, message: table } = FILE.byName.get(name ?? "") ?? { number: 0, type: "", message: null };
    return name === null || table === null
      ? []
      : [[name, { name, number, message: type, table, owner: table.byName.get("fown") ?? null }]];
  }),
);

/**
 * Reads the entry of an open file, and leaves the fields of the message of its type in
 * `fields`. `null` if there is no such type.
 */
export function readFileFields(fields: MessageFields, entry: EntryBytes): FileBody | null {
  const { parts } = fields;
  parts.length = 0;
  fields.entry = entry;
  const isOwn = entry.message !== "file_entry";
  if (!isOwn) split(parts, entry, FILE, 0, entry.start, entry.end);
  const name = isOwn ? FILE_FIELD_OF_MESSAGE.get(entry.message ?? "") : FILE_FIELDS[typeIn(parts)];
  const body = BODIES.get(name ?? "");
  if (body === undefined) return null;
  const first = parts.length;
  if (isOwn) split(parts, entry, body.table, first, entry.start, entry.end);
  // If the message occurs more than once, protobuf merges it.
  for (let at = 0; at < first; at += PART) {
    if (parts.list[at] !== body.number || parts.list[at + WIRE_AT] === WRONG) continue;
    split(parts, entry, body.table, first, lowAt(parts, at), highAt(parts, at));
  }
  fields.first = first;
  fields.end = parts.length;
  indexFields(fields);
  return body;
}

/** Where the message of a file is in its entry. */
export interface BodyPlace {
  body: FileBody;
  start: number;
}

/** By fd_types number. */
const BODY_OF_TYPE = FILE_FIELDS.map((name) => BODIES.get(name ?? ""));

/** The messages of all types of files, with the types' fd_types numbers. */
export const fileBodies = (): readonly { readonly type: number; readonly body: FileBody }[] =>
  BODY_OF_TYPE.flatMap((body, type) => (body === undefined ? [] : [{ type, body }]));

const [TYPE_TAG, ID_TAG] = [8, 16];

/**
 * Finds the message in an entry that has nothing but type, id and message, in this order, as CRIU writes it. Its end is
 * the entry's. Returns false for any other.
 */
export function placeBody(place: BodyPlace, { bytes, start, end, isCut, message }: EntryBytes): boolean {
  if (isCut) return false;
  if (message !== "file_entry") {
    const body = BODIES.get(FILE_FIELD_OF_MESSAGE.get(message ?? "") ?? "");
    if (body === undefined) return false;
    place.body = body;
    place.start = start;
    return true;
  }
  const body = BODY_OF_TYPE[bytes[start + 1] as number];
  if (body === undefined || bytes[start] !== TYPE_TAG || bytes[start + 2] !== ID_TAG) return false;
  let at = start + 3;
  while (at < end && (bytes[at++] as number) > 127);
  const tag = body.number * 8 + WIRE.bytes;
  if (tag > 127 ? bytes[at++] !== ((tag & 127) | 128) || bytes[at++] !== tag >>> 7 : bytes[at++] !== tag) return false;
  let size = bytes[at++] as number;
  if (size > 127) size = (size & 127) | ((bytes[at++] as number) << 7);
  place.body = body;
  place.start = at;
  return at + size === end;
}

/** The last type among the fields of a file_entry; 0 if there is none. */
function typeIn(parts: Parts): number {
  for (let at = parts.length - PART; at >= 0; at -= PART) {
    if (parts.list[at] === TYPE && parts.list[at + WIRE_AT] !== WRONG) return lowAt(parts, at);
  }
  return 0;
}

/** Must be called when the fields of a message are in `parts`. */
export function indexFields(fields: MessageFields): void {
  const { last, first, end } = fields;
  const { list } = fields.parts;
  let seen = 0;
  let repeated = 0;
  for (let left = fields.seen; left !== 0; left &= left - 1) last[31 - Math.clz32(left & -left)] = NONE;
  for (let at = first; at < end; at += PART) {
    const number = list[at] as number;
    const bit = 1 << number;
    repeated |= seen & bit;
    seen |= bit;
    if (list[at + WIRE_AT] !== WRONG) last[number] = at;
  }
  fields.seen = seen;
  fields.repeated = repeated;
}

/** Whether a field occurs. */
export const hasField = ({ last }: MessageFields, { number }: KnownField): boolean => (last[number] as number) !== NONE;

/** Whether a field occurs more than once. */
export const isRepeatedIn = ({ repeated }: MessageFields, { number }: KnownField): boolean =>
  ((repeated >> number) & 1) !== 0;

/** A number; `null` if it is absent. */
export function numberIn({ last, parts }: MessageFields, { number, type }: KnownField): number | null {
  const at = last[number] as number;
  return at === NONE ? null : numberOf(type, lowAt(parts, at), highAt(parts, at));
}

/** A number of 64 bits as decimal text; `null` if it is absent. */
export function exactIn({ last, parts }: MessageFields, { number, type }: KnownField): string | null {
  const at = last[number] as number;
  return at === NONE ? null : numberText(type, lowAt(parts, at), highAt(parts, at));
}

/** Whether a number of 64 bits is absent or 0. */
export function isZero({ last, parts }: MessageFields, { number }: KnownField): boolean {
  const at = last[number] as number;
  return at === NONE || (lowAt(parts, at) === 0 && highAt(parts, at) === 0);
}

/** Whether a number that is not repeated occurs once, in the usual form. */
export const isPlain = (fields: MessageFields, field: KnownField): boolean =>
  hasField(fields, field) &&
  !isRepeatedIn(fields, field) &&
  fields.parts.list[(fields.last[field.number] as number) + WIRE_AT] !== WIRE.bytes;

/** The bits of a tag that are 0 in a tag of one byte for a varint. */
const SHORT_VARINT = 0x87;

/** Whether a nested message is absent or obviously all zeros; false if that is not easy to see. */
export function isBlank(fields: MessageFields, field: KnownField): boolean {
  const { parts, last, entry } = fields;
  const at = last[field.number] as number;
  if (at === NONE) return true;
  if (isRepeatedIn(fields, field)) return false;
  const end = highAt(parts, at);
  for (let tag = lowAt(parts, at); tag < end; tag += 2) {
    // A tag of one byte for a varint, and a varint of one byte.
    if (((entry.bytes[tag] as number) & SHORT_VARINT) !== 0 || entry.bytes[tag + 1] !== 0) return false;
  }
  return true;
}
