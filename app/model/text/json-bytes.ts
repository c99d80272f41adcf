// Writes JSON, and text for users, as UTF-8 into one buffer that is used again: a document of a million open files is
// written without an object or a string for each of them.
//
// Casts `as number` read typed arrays within bounds checked by the loop.

import { encodeInto, encodeText, jsonText } from "./text.ts";

/** JSON or text that is being written: a buffer, and how many of its bytes are in use. */
export interface JsonBytes {
  bytes: Uint8Array<ArrayBuffer>;
  length: number;
}

/** An empty document. @param room The first size of the buffer, in bytes. */
export const createJsonBytes = (room: number): JsonBytes => ({ bytes: new Uint8Array(room), length: 0 });

/** The bytes written since the last call, valid until something is written. */
export function takeBytes(out: JsonBytes): Uint8Array<ArrayBuffer> {
  const taken = out.bytes.subarray(0, out.length);
  out.length = 0;
  return taken;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const DELETE = 0x7f;
const ZERO = 0x30;
const MINUS = 0x2d;
const COMMA = 0x2c;
const COLON = 0x3a;
const LIST = [0x5b, 0x5d] as const;
const OBJECT = [0x7b, 0x7d] as const;
/** The longest whole number: 2^53 has 16 digits. */
const LONGEST = 17;
/** Shorter pieces are copied faster by a loop than by a call of `set`. */
const SHORT = 64;

function ensure(out: JsonBytes, more: number): void {
  const needed = out.length + more;
  if (needed <= out.bytes.length) return;
  const larger = new Uint8Array(Math.max(2 * out.bytes.length, needed));
  larger.set(out.bytes.subarray(0, out.length));
  out.bytes = larger;
}

/** Appends bytes that are JSON already, such as the keys of every row. */
export function writePiece(out: JsonBytes, piece: Uint8Array): void {
  const count = piece.length;
  ensure(out, count);
  const { bytes, length } = out;
  if (count > SHORT) bytes.set(piece, length);
  else for (let at = 0; at < count; at++) bytes[length + at] = piece[at] as number;
  out.length = length + count;
}

/** Appends text as it is. */
export function writeRaw(out: JsonBytes, text: string): void {
  if (text.length > SHORT) {
    writeLong(out, text);
    return;
  }
  ensure(out, text.length);
  const { bytes, length } = out;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > DELETE) {
      writePiece(out, encodeText(text));
      return;
    }
    bytes[length + at] = code;
  }
  out.length = length + text.length;
}

/** Appends long text, in one call if it is ASCII, or nearly so and there is room. */
function writeLong(out: JsonBytes, text: string): void {
  ensure(out, text.length);
  const written = encodeInto(text, out.bytes, out.length);
  if (written < 0) writePiece(out, encodeText(text));
  else out.length += written;
}

/** Appends a whole number of at most 53 bits. */
export function writeInteger(out: JsonBytes, value: number): void {
  ensure(out, LONGEST);
  const { bytes } = out;
  let { length } = out;
  let left = value;
  if (left < 0) {
    bytes[length++] = MINUS;
    left = -left;
  }
  let digits = 1;
  for (let limit = 10; left >= limit; limit *= 10) digits++;
  let at = length + digits;
  // Integers of 32 bits are divided much faster than others.
  for (; left >= 2 ** 31; ) {
    const next = Math.floor(left / 10);
    bytes[--at] = ZERO + (left - 10 * next);
    left = next;
  }
  for (let small = left | 0; at > length; ) {
    const next = (small / 10) | 0;
    bytes[--at] = ZERO + (small - 10 * next);
    small = next;
  }
  out.length = length + digits;
}

/** Appends any value, as `jsonText` writes it. */
export function writeValue(out: JsonBytes, value: unknown): void {
  if (typeof value === "string") writeString(out, value);
  else if (typeof value === "number") writeNumber(out, value);
  else if (value === null || value === undefined) writeRaw(out, "null");
  else if (typeof value !== "object") writeRaw(out, String(value));
  else if (Array.isArray(value)) {
    writeByte(out, LIST[0]);
    for (let at = 0; at < value.length; at++) {
      if (at > 0) writeByte(out, COMMA);
      writeValue(out, value[at]);
    }
    writeByte(out, LIST[1]);
  } else {
    writeByte(out, OBJECT[0]);
    let isFirst = true;
    for (const [key, inner] of Object.entries(value)) {
      if (inner === undefined) continue;
      if (!isFirst) writeByte(out, COMMA);
      isFirst = false;
      writeString(out, key);
      writeByte(out, COLON);
      writeValue(out, inner);
    }
    writeByte(out, OBJECT[1]);
  }
}

function writeByte(out: JsonBytes, value: number): void {
  ensure(out, 1);
  out.bytes[out.length++] = value;
}

function writeString(out: JsonBytes, text: string): void {
  ensure(out, text.length + 2);
  const { bytes, length } = out;
  let to = length;
  bytes[to++] = QUOTE;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code === QUOTE || code === BACKSLASH || code >= DELETE) {
      writeRaw(out, jsonText(text));
      return;
    }
    bytes[to++] = code;
  }
  bytes[to++] = QUOTE;
  out.length = to;
}

function writeNumber(out: JsonBytes, value: number): void {
  if (Number.isSafeInteger(value)) writeInteger(out, value);
  else writeRaw(out, JSON.stringify(value));
}

/**
 * Appends text of an image, pool[start … end - 1], as a string. Only printable ASCII, which is nearly all there is:
 * returns false, having appended nothing, for any other.
 */
export function writeText(out: JsonBytes, pool: Uint8Array, start: number, end: number): boolean {
  // Each byte may need a backslash before it.
  ensure(out, 2 * (end - start) + 2);
  const { bytes } = out;
  let to = out.length;
  bytes[to++] = QUOTE;
  for (let at = start; at < end; at++) {
    const byte = pool[at] as number;
    if (byte < 0x20 || byte >= DELETE) return false;
    if (byte === QUOTE || byte === BACKSLASH) bytes[to++] = BACKSLASH;
    bytes[to++] = byte;
  }
  bytes[to++] = QUOTE;
  out.length = to;
  return true;
}

/**
 * Appends pool[start … end - 1] if it is printable ASCII without a backslash, which text for users shows as it is.
 * Returns false, having appended nothing, for any other.
 */
export function writePlain(out: JsonBytes, pool: Uint8Array, start: number, end: number): boolean {
  ensure(out, end - start);
  const { bytes } = out;
  let to = out.length;
  for (let at = start; at < end; at++) {
    const byte = pool[at] as number;
    if (byte < 0x20 || byte >= DELETE || byte === BACKSLASH) return false;
    bytes[to++] = byte;
  }
  out.length = to;
  return true;
}

/**
 * Appends pool[start … end - 1], which `writeValue` wrote. Returns false, having appended
 * nothing, if it is not all ASCII.
 */
export function writeWritten(out: JsonBytes, pool: Uint8Array, start: number, end: number): boolean {
  ensure(out, end - start);
  const { bytes } = out;
  let to = out.length;
  for (let at = start; at < end; at++) {
    const byte = pool[at] as number;
    if (byte >= DELETE) return false;
    bytes[to++] = byte;
  }
  out.length = to;
  return true;
}
