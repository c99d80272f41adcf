// Edits the files of a CRIU set entry by entry, through the message tables.

import { MESSAGES, type MessageName } from "../../app/decoder/criu/messages.ts";
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

/**
 * A message with one number changed, or with one field removed (`null`).
 *
 * @param path Names from the message down: `reg.flags`. In a repeated field, the first occurrence.
 */
function withNumber(bytes: Uint8Array, message: string, path: string, value: bigint | null): Uint8Array {
  const [name = "", ...rest] = path.split(".");
  const field = MESSAGES.get(message as MessageName)?.find((known) => known.name === name);
  if (field === undefined) throw new Error(`${message} has no field ${name}`);
  const pieces: (Uint8Array | readonly number[])[] = [];
  let done = false;
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
    if (done || tag >> 3 !== field.number) pieces.push(bytes.subarray(start, at));
    else {
      done = true;
      if (rest.length > 0) {
        const nested = withNumber(bytes.subarray(inner, at), field.type, rest.join("."), value);
        pieces.push(varint(BigInt(tag)), varint(BigInt(nested.length)), nested);
      } else if (value !== null) pieces.push(varint(BigInt(tag)), varint(value));
    }
  }
  if (!done && value !== null) {
    if (rest.length > 0) throw new Error(`there is no ${path}`);
    pieces.push(varint(BigInt(field.number * 8)), varint(value));
  }
  return joined(pieces);
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
export const withFile = (set: readonly Source[], name: string, bytes: Uint8Array): Source[] => [
  ...set.filter((source) => source.name !== name),
  bytesSource(name, bytes),
];

/** A copy of a file under another name. */
export const copied = (set: readonly Source[], from: string, to: string): Source[] =>
  withFile(set, to, fileOf(set, from));

/** The set with the entries of a file edited. For files without raw data after their entries. */
export function editEntries(
  set: readonly Source[],
  name: string,
  edit: (entries: readonly Uint8Array[]) => readonly Uint8Array[],
): Source[] {
  const bytes = fileOf(set, name);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head = name === "inventory.img" ? 4 : 8;
  const entries: Uint8Array[] = [];
  for (let at = head; at < bytes.length; ) {
    const length = view.getUint32(at, true);
    entries.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  const framed = edit(entries).flatMap((entry) => {
    const size = new Uint8Array(4);
    new DataView(size.buffer).setUint32(0, entry.length, true);
    return [size, entry];
  });
  return withFile(set, name, joined([bytes.subarray(0, head), ...framed]));
}

/** The set with one number of one entry changed, or removed (`null`). */
export const setNumber = (
  set: readonly Source[],
  name: string,
  message: MessageName,
  n: number,
  path: string,
  value: number | bigint | null,
): Source[] =>
  editEntries(set, name, (entries) => {
    if (entries[n] === undefined) throw new Error(`${name} has no entry ${n}`);
    const number = value === null ? null : BigInt(value);
    return entries.map((entry, at) => (at === n ? withNumber(entry, message, path, number) : entry));
  });
