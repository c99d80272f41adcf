// Writes JSON as UTF-8 into one buffer that is reused: a document of a million open files is written without an object
// or a string for each of them.
//
// Casts `as number` read typed arrays within bounds checked by the loop.

import { encodeText, jsonText } from "../model/text.ts";

/** JSON that is being written. Every function appends. */
export interface JsonBytes {
  /** Text as it is. Meant for ASCII. */
  raw(text: string): void;
  /** A whole number of at most 53 bits. */
  integer(value: number): void;
  /** Any value, by `jsonText`. */
  value(value: unknown): void;
  /**
   * Text of an image, pool[start … end - 1], as a string of JSON. Only printable ASCII, which is nearly all there is:
   * returns false, having appended nothing, for any other.
   */
  text(pool: Uint8Array, start: number, end: number): boolean;
  /** Appends JSON as JSON.stringify wrote it. Returns false, having appended nothing, if it is not all ASCII. */
  json(pool: Uint8Array, start: number, end: number): boolean;
  /** Bytes appended since `take`. */
  readonly length: number;
  /** Takes back what was appended after the first `length` bytes. */
  cut(length: number): void;
  /** The bytes appended since the last call, valid until something is appended. */
  take(): Uint8Array<ArrayBuffer>;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const DELETE = 0x7f;
const ZERO = 0x30;
const MINUS = 0x2d;
/** The longest number: 2^53 has 16 digits. */
const LONGEST = 17;

/** An empty document. @param room The first size of the buffer, in bytes. */
export function createJsonBytes(room: number): JsonBytes {
  let bytes = new Uint8Array(room);
  let length = 0;
  const ensure = (more: number): void => {
    if (length + more <= bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * bytes.length, length + more));
    larger.set(bytes.subarray(0, length));
    bytes = larger;
  };
  const raw = (text: string): void => {
    ensure(text.length);
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code > DELETE) {
        const encoded = encodeText(text);
        ensure(encoded.length);
        bytes.set(encoded, length);
        length += encoded.length;
        return;
      }
      bytes[length + at] = code;
    }
    length += text.length;
  };
  return {
    raw,
    integer(value) {
      ensure(LONGEST);
      let left = value;
      if (left < 0) {
        bytes[length++] = MINUS;
        left = -left;
      }
      let digits = 1;
      for (let limit = 10; left >= limit; limit *= 10) digits++;
      // Integers of 32 bits are divided much faster than others.
      for (let at = length + digits - 1; at >= length; at--) {
        const next = left < 2 ** 31 ? ((left | 0) / 10) | 0 : Math.floor(left / 10);
        bytes[at] = ZERO + (left - 10 * next);
        left = next;
      }
      length += digits;
    },
    value: (value) => raw(jsonText(value)),
    text(pool, start, end) {
      // Each byte may need a backslash before it.
      ensure(2 * (end - start) + 2);
      let to = length;
      bytes[to++] = QUOTE;
      for (let at = start; at < end; at++) {
        const byte = pool[at] as number;
        if (byte < 0x20 || byte >= DELETE) return false;
        if (byte === QUOTE || byte === BACKSLASH) bytes[to++] = BACKSLASH;
        bytes[to++] = byte;
      }
      bytes[to++] = QUOTE;
      length = to;
      return true;
    },
    json(pool, start, end) {
      ensure(end - start);
      let to = length;
      for (let at = start; at < end; at++) {
        const byte = pool[at] as number;
        if (byte >= DELETE) return false;
        bytes[to++] = byte;
      }
      length = to;
      return true;
    },
    get length() {
      return length;
    },
    cut(to) {
      length = to;
    },
    take() {
      const taken = bytes.subarray(0, length);
      length = 0;
      return taken;
    },
  };
}
