// Edits the files of a CRIU set entry by entry, through the message tables.

import { MESSAGES, type MessageName } from "../../app/decoder/criu/format/messages.ts";
import { bytesSource, type Source } from "../../app/decoder/source.ts";

const joined = (pieces: readonly (Uint8Array | readonly number[])[]): Uint8Array =>
  Uint8Array.from(pieces.flatMap((piece) => [...piece]));

/** A number as a varint. */
function varint(value: bigint): number[] {
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, value);
  do {
    bytes.push(Number(left & 127n) | (left > 127n ? 128 : 0));
    left >>= 7n;
  } while (left > 0n);
  return bytes;
}

function readVarint(bytes: Uint8Array, at: number): [value: number, end: number] {
  let value = 0;
  let end = at;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[end++] ?? 0;
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return [value, end];
  }
}

/** The fields of a message: tag, the bytes of the value, and those of the whole field. */
function* fieldsIn(bytes: Uint8Array): Generator<{ tag: number; own: Uint8Array; whole: Uint8Array }> {
  for (let at = 0; at < bytes.length; ) {
    const start = at;
    let tag: number;
    [tag, at] = readVarint(bytes, at);
    let inner = at;
    if ((tag & 7) === 2) {
      const [length, from] = readVarint(bytes, at);
      inner = from;
      at = from + length;
    } else if ((tag & 7) === 0) [, at] = readVarint(bytes, at);
    else at += (tag & 7) === 1 ? 8 : 4;
    yield { tag, own: bytes.subarray(inner, at), whole: bytes.subarray(start, at) };
  }
}

/** A field by its message: `fdinfo_entry.id`. */
export type FieldName = string;

/** A message with all its numbers, and those of messages in it, passed through a function. */
function mapped(bytes: Uint8Array, message: string, change: NumberChange): Uint8Array {
  const fields = new Map(MESSAGES.get(message as MessageName)?.map((field) => [field.number, field]));
  const pieces: (Uint8Array | readonly number[])[] = [];
  const numberOf = (name: string): bigint => {
    let found = 0n;
    withField(bytes, message, name, (value) => {
      if (typeof value === "bigint") found = value;
      return value;
    });
    return found;
  };
  for (const { tag, own, whole } of fieldsIn(bytes)) {
    const field = fields.get(tag >> 3);
    if (field !== undefined && (tag & 7) === 0) {
      pieces.push(varint(BigInt(tag)), varint(change(`${message}.${field.name}`, readWide(own), numberOf)));
    } else if (field !== undefined && MESSAGES.has(field.type as MessageName)) {
      const nested = mapped(own, field.type, change);
      pieces.push(varint(BigInt(tag)), varint(BigInt(nested.length)), nested);
    } else pieces.push(whole);
  }
  return joined(pieces);
}

/** A message with the occurrences of a repeated field, and those in messages in it, in the opposite order. */
function withReversed(bytes: Uint8Array, message: string, wanted: FieldName): Uint8Array {
  const fields = new Map(MESSAGES.get(message as MessageName)?.map((field) => [field.number, field]));
  const nameOf = (tag: number): FieldName => `${message}.${fields.get(tag >> 3)?.name}`;
  const all = [...fieldsIn(bytes)];
  const own = all.filter(({ tag }) => nameOf(tag) === wanted).toReversed();
  let next = 0;
  return joined(
    all.map(({ tag, own: value, whole }) => {
      if (nameOf(tag) === wanted) return own[next++]?.whole ?? whole;
      const type = fields.get(tag >> 3)?.type ?? "";
      if ((tag & 7) !== 2 || !MESSAGES.has(type as MessageName)) return whole;
      const nested = withReversed(value, type, wanted);
      return joined([varint(BigInt(tag)), varint(BigInt(nested.length)), nested]);
    }),
  );
}

/** A file of the set with the values of a repeated field (`creds_entry.groups`) in the opposite order. */
export const reverseField = (set: readonly Source[], name: string, message: MessageName, field: FieldName): Source[] =>
  editEntries(set, name, (entries) => entries.map((entry) => withReversed(entry, message, field)));

/** A message without a field (`rseq_entry.signature`), in it and in messages in it. */
function withoutFieldIn(bytes: Uint8Array, message: string, unwanted: FieldName): Uint8Array {
  const fields = new Map(MESSAGES.get(message as MessageName)?.map((field) => [field.number, field]));
  return joined(
    [...fieldsIn(bytes)].map(({ tag, own, whole }) => {
      const { name, type } = fields.get(tag >> 3) ?? { name: "", type: "" };
      if (`${message}.${name}` === unwanted) return [];
      if ((tag & 7) !== 2 || !MESSAGES.has(type as MessageName)) return whole;
      const nested = withoutFieldIn(own, type, unwanted);
      return joined([varint(BigInt(tag)), varint(BigInt(nested.length)), nested]);
    }),
  );
}

/** A file of the set without a field, as a release of CRIU that does not know the field writes it. */
export const withoutField = (set: readonly Source[], name: string, message: MessageName, field: FieldName): Source[] =>
  editEntries(set, name, (entries) => entries.map((entry) => withoutFieldIn(entry, message, field)));

/** What a number becomes. `numberOf` has the other numbers of its message. */
export type NumberChange = (field: FieldName, value: bigint, numberOf: (name: string) => bigint) => bigint;

/** A file of the set with all numbers of its entries passed through a function. */
export const mapNumbers = (
  set: readonly Source[],
  name: string,
  message: MessageName,
  change: NumberChange,
): Source[] => editEntries(set, name, (entries) => entries.map((entry) => mapped(entry, message, change)));

/** The set with a file under another name. */
export const renamed = (set: readonly Source[], from: string, to: string): Source[] =>
  withFile(without(set, from), to, fileOf(set, from));

/** The value of a field, before or after an edit: a number, or bytes; `null`: it is absent. */
type FieldValue = bigint | Uint8Array | null;

/**
 * A message with one field edited.
 *
 * @param path Names from the message down: `reg.flags`. In a repeated field, the first occurrence.
 */
function withField(
  bytes: Uint8Array,
  message: string,
  path: string,
  edit: (value: FieldValue) => FieldValue,
): Uint8Array {
  const [name = "", ...rest] = path.split(".");
  const field = MESSAGES.get(message as MessageName)?.find((known) => known.name === name);
  if (field === undefined) throw new Error(`${message} has no field ${name}`);
  const pieces: (Uint8Array | readonly number[])[] = [];
  const add = (value: FieldValue): void => {
    if (typeof value === "bigint") pieces.push(varint(BigInt(field.number * 8)), varint(value));
    else if (value !== null) pieces.push(varint(BigInt(field.number * 8 + 2)), varint(BigInt(value.length)), value);
  };
  let done = false;
  for (const { tag, own, whole } of fieldsIn(bytes)) {
    if (done || tag >> 3 !== field.number) pieces.push(whole);
    else {
      done = true;
      if (rest.length > 0) add(withField(own, field.type, rest.join("."), edit));
      else add(edit((tag & 7) === 2 ? own : readWide(own)));
    }
  }
  if (!done) {
    if (rest.length > 0) throw new Error(`there is no ${path}`);
    add(edit(null));
  }
  return joined(pieces);
}

function readWide(bytes: Uint8Array): bigint {
  let value = 0n;
  bytes.forEach((byte, at) => {
    value |= BigInt(byte & 127) << BigInt(7 * at);
  });
  return value;
}

/** Bytes of a file of the set. */
function fileOf(set: readonly Source[], name: string): Uint8Array {
  const source = set.find((candidate) => candidate.name === name);
  if (source === undefined) throw new Error(`the set has no ${name}`);
  return source.read(0, source.size) as Uint8Array;
}

/** The set without a file. */
export const without = (set: readonly Source[], name: string): Source[] => {
  fileOf(set, name);
  return set.filter((source) => source.name !== name);
};

/** The set with a file added or replaced. */
export const withFile = (set: readonly Source[], name: string, bytes: Uint8Array): Source[] => {
  const file = bytesSource(name, bytes);
  const isNew = !set.some((source) => source.name === name);
  return isNew ? [...set, file] : set.map((source) => (source.name === name ? file : source));
};

/** A copy of a file under another name. */
export const copied = (set: readonly Source[], from: string, to: string): Source[] =>
  withFile(set, to, fileOf(set, from));

/**
 * The set with the entries of a file edited. Raw data after them must not be edited: what follows is taken for entries.
 */
export function editEntries(
  set: readonly Source[],
  name: string,
  edit: (entries: readonly Uint8Array[]) => readonly Uint8Array[],
): Source[] {
  const bytes = fileOf(set, name);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head = name === "inventory.img" ? 4 : 8;
  const entries: Uint8Array[] = [];
  let rest = bytes.length;
  for (let at = head; at < bytes.length; ) {
    const length = at + 4 <= bytes.length ? view.getUint32(at, true) : bytes.length;
    if (at + 4 + length > bytes.length) {
      // Contents after an entry, which are not one.
      rest = at;
      break;
    }
    entries.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  const framed = edit(entries).flatMap((entry) => {
    const size = new Uint8Array(4);
    new DataView(size.buffer).setUint32(0, entry.length, true);
    return [size, entry];
  });
  return withFile(set, name, joined([bytes.subarray(0, head), ...framed, bytes.subarray(rest)]));
}

/**
 * The set with one field of one entry edited. @throws Error if there is no such entry, or no message that has the field
 */
export const editField = (
  set: readonly Source[],
  name: string,
  message: MessageName,
  n: number,
  path: string,
  edit: (value: FieldValue) => FieldValue,
): Source[] =>
  editEntries(set, name, (entries) => {
    if (entries[n] === undefined) throw new Error(`${name} has no entry ${n}`);
    return entries.map((entry, at) => (at === n ? withField(entry, message, path, edit) : entry));
  });

/** The set with one number of one entry changed, or removed (`null`). */
export const setNumber = (
  set: readonly Source[],
  name: string,
  message: MessageName,
  n: number,
  path: string,
  value: number | bigint | null,
): Source[] => editField(set, name, message, n, path, () => (value === null ? null : BigInt(value)));
