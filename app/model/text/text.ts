// Text from an image. It comes from an untrusted machine: it is bytes until it is shown, and what is shown
// makes visible whatever could mislead (control characters, bidirectional marks, bad UTF-8).

import { NATIVE_BYTES, nativeCompare } from "../native-compare.ts";

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/** Bytes as a string, U+FFFD in place of each bad sequence. */
export function decodeText(bytes: Uint8Array): string {
  return lenient.decode(bytes);
}

/** Bytes as a string; `null` if they are not valid UTF-8. */
export function strictText(bytes: Uint8Array): string | null {
  try {
    return strict.decode(bytes);
  } catch {
    return null;
  }
}

/** Whether bytes are valid UTF-8. */
export const isUtf8 = (bytes: Uint8Array): boolean => strictText(bytes) !== null;

const SHORT: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0", "\\": "\\\\" };

/** Code points that are invisible, that look like others, or that change how the text around them is shown. */
export const HIDDEN: readonly (readonly [first: number, last: number])[] = [
  [0x00, 0x1f], // C0 controls
  [0x7f, 0x9f], // DEL, C1 controls
  [0xa0, 0xa0], // no-break space
  [0xad, 0xad], // soft hyphen
  [0x34f, 0x34f], // combining grapheme joiner
  [0x61c, 0x61c], // Arabic letter mark
  [0x115f, 0x1160], // Hangul fillers
  [0x1680, 0x1680], // Ogham space mark
  [0x17b4, 0x17b5], // Khmer inherent vowels
  [0x180b, 0x180f], // Mongolian variation selectors and vowel separator
  [0x2000, 0x200f], // spaces of other widths, zero-width characters, directional marks
  [0x2028, 0x202f], // line and paragraph separators, bidirectional controls, narrow no-break space
  [0x205f, 0x206f], // medium mathematical space, word joiner, invisible operators, bidirectional isolates
  [0x2800, 0x2800], // blank Braille pattern
  [0x3000, 0x3000], // ideographic space
  [0x3164, 0x3164], // Hangul filler
  [0xd800, 0xdfff], // lone surrogates
  [0xfdd0, 0xfdef], // noncharacters
  [0xfe00, 0xfe0f], // variation selectors
  [0xfeff, 0xfeff], // byte order mark
  [0xffa0, 0xffa0], // halfwidth Hangul filler
  [0xfff0, 0xfffb], // unassigned ignorable characters, interlinear annotations
  [0xfffe, 0xffff], // noncharacters
  [0x13430, 0x1343f], // Egyptian hieroglyph format controls
  [0x1bca0, 0x1bca3], // shorthand format controls
  [0x1d159, 0x1d159], // null notehead
  [0x1d173, 0x1d17a], // musical format controls
  [0xe0000, 0xe0fff], // tag characters, variation selectors
];

const codePoint = (value: number): string => `\\u{${value.toString(16)}}`;
const hiddenRanges = HIDDEN.map(([first, last]) => `${codePoint(first)}-${codePoint(last)}`).join("");
/** By code points, so that a pair of surrogates stays whole and a lone one is found. */
const INVISIBLE = new RegExp(`[${hiddenRanges}]`, "gu");
const INVISIBLE_OR_BACKSLASH = new RegExp(`[\\\\${hiddenRanges}]`, "gu");
const PLAIN = /^[\x20-\x5b\x5d-\x7e]*$/;

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code >= BAD_BYTE && code < BAD_BYTE + 0x100) return `\\x${hex(code - BAD_BYTE, 2)}`;
  return SHORT[character] ?? (code < 0x100 ? `\\x${hex(code, 2)}` : code > 0xffff ? codePoint(code) : utf16(character));
}

/** `\u202e`; `\udb40\udc41` for a code point that takes two units. */
function utf16(character: string): string {
  let out = "";
  for (let at = 0; at < character.length; at++) out += `\\u${hex(character.charCodeAt(at), 4)}`;
  return out;
}

const hex = (value: number, width: number): string => value.toString(16).padStart(width, "0");

/** A string with everything invisible or misleading written as an escape: `a\nb`, `\u202e`, `\u{e0041}`. */
export function visible(text: string): string {
  return PLAIN.test(text) ? text : text.replace(INVISIBLE_OR_BACKSLASH, escaped);
}

/**
 * Text that was made visible when it was decoded, such as messages, fields and details. As it may come from a link,
 * invisible characters are escaped here too; backslashes of earlier escapes stay as they are.
 */
export function stillVisible(text: string): string {
  return PLAIN.test(text) ? text : text.replace(INVISIBLE, escaped);
}

/**
 * A value as JSON in one line. JSON.stringify leaves C1 controls, DEL and invisible characters as they are; here they
 * are escaped, so that the document can be printed to a terminal. The value is the same.
 */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replace(INVISIBLE, utf16);
}

/** Longer texts are shortened for terminals and messages, in bytes or characters: any path of the kernel fits. */
export const MOST_SHOWN = 4096;
/** How much of a longer text is kept. */
const FEW_SHOWN = 256;

const grouped = (count: number): string => String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");

/** Bytes as visible text, shortened if they are longer than any path: `aaaa… (16,777,216 bytes)`. */
export function shownText(bytes: Uint8Array): string {
  if (bytes.length <= MOST_SHOWN) return visibleText(bytes);
  return `${visibleText(bytes.subarray(0, FEW_SHOWN))}… (${grouped(bytes.length)} bytes)`;
}

/** Text that is visible already, shortened in the same way: `aaaa… (16,777,216 characters)`. */
export function shortText(text: string): string {
  if (text.length <= MOST_SHOWN) return text;
  return `${text.slice(0, FEW_SHOWN)}… (${grouped(text.length)} characters)`;
}

/** Bytes that `plainTexts` decodes at once, and how far two of these blocks overlap. */
const BLOCK = 2 ** 20;
const OVERLAP = 4096;

/**
 * A function that returns pool[start … end - 1] as text if it is printable ASCII without a backslash, which is visible
 * as it is, else `null`; also for a text longer than OVERLAP. The pool is decoded in blocks, so that the texts are
 * parts of a few strings, and blocks that no text is in are not decoded.
 */
export function plainTexts(pool: Uint8Array): (start: number, end: number) => string | null {
  const blocks: (string | undefined)[] = [];
  return (start, end) => {
    if (end - start > OVERLAP) return null;
    const number = Math.floor(start / BLOCK);
    const first = number * BLOCK;
    let block = blocks[number];
    if (block === undefined) {
      block = asciiText(pool.subarray(first, first + BLOCK + OVERLAP));
      blocks[number] = block;
    }
    const text = block.slice(start - first, end - first);
    return text.length === end - start && PLAIN.test(text) ? text : null;
  };
}

/** Bytes as a string of the same length, with something else in place of bytes that are not ASCII. */
function asciiText(bytes: Uint8Array): string {
  const text = lenient.decode(bytes);
  // A multi-byte character decodes to fewer characters than bytes; only a byte that is not UTF-8 also decodes to one.
  if (text.length === bytes.length) return text;
  return lenient.decode(bytes.map((byte) => (byte & 0x80 ? 0 : byte)));
}

/** Bytes as visible text: as `visible`, and each byte that is not valid UTF-8 as `\xff`. */
export function visibleText(bytes: Uint8Array): string {
  return visible(exactText(bytes));
}

/** Added to a byte that is not valid UTF-8, this gives a lone surrogate, which UTF-8 cannot encode. */
const BAD_BYTE = 0xdc00;

/**
 * Bytes as a string that keeps all of them: each byte that is not valid UTF-8 is a lone
 * surrogate, which `visible` shows as `\xff`.
 */
export function exactText(bytes: Uint8Array): string {
  const text = strictText(bytes);
  if (text !== null) return text;
  let out = "";
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    out +=
      length === 0 ? String.fromCharCode(BAD_BYTE + (bytes[at] ?? 0)) : strict.decode(bytes.subarray(at, at + length));
    at += length || 1;
  }
  return out;
}

/** The bytes of a string that `exactText` returned. */
export function exactBytes(text: string): Uint8Array {
  const pieces = Array.from(text.matchAll(/[^\udc80-\udcff]+|[\udc80-\udcff]/gu), ([piece]) => {
    const code = piece.codePointAt(0) ?? 0;
    return code >= BAD_BYTE && code < BAD_BYTE + 0x100 ? Uint8Array.of(code - BAD_BYTE) : encodeText(piece);
  });
  const bytes = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** Length of the valid UTF-8 sequence at `at`; 0 if there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  const length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  return length > 0 && at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length)) ? length : 0;
}

const encoder = new TextEncoder();

/** UTF-8 bytes of a string. */
export function encodeText(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Puts the UTF-8 bytes of a string into `out` from `at` on; returns how many, or -1 if there is no room for all. */
export function encodeInto(text: string, out: Uint8Array, at: number): number {
  const { read, written } = encoder.encodeInto(text, out.subarray(at));
  return read === text.length ? written : -1;
}

/** Texts and bytes, one after the other. */
export function concatenated(parts: readonly (string | Uint8Array)[]): Uint8Array {
  const pieces = parts.map((part) => (typeof part === "string" ? encodeText(part) : part));
  const bytes = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** Base64 with padding. */
export function base64(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(binary);
}

/** A text of an image: as a string and, if it is not valid UTF-8, as bytes in base64. */
export function textAndBytes(bytes: Uint8Array): { readonly value: string; readonly valueBytes?: string } {
  const value = strictText(bytes);
  return value === null ? { value: decodeText(bytes), valueBytes: base64(bytes) } : { value };
}

/** The same as visible text. */
export const shownValue = ({ value, valueBytes }: { readonly value: string; readonly valueBytes?: string }): string =>
  valueBytes === undefined ? visible(value) : visibleText(base64Bytes(valueBytes));

/** The bytes of such a text. */
export const valueBytesOf = (text: { readonly value: string; readonly valueBytes?: string | undefined }): Uint8Array =>
  text.valueBytes === undefined ? encodeText(text.value) : base64Bytes(text.valueBytes);

/** The bytes of a text in base64; none if it is not valid. */
export function base64Bytes(text: string): Uint8Array {
  try {
    const characters = atob(text);
    const bytes = new Uint8Array(characters.length);
    for (let at = 0; at < bytes.length; at++) bytes[at] = characters.charCodeAt(at);
    return bytes;
  } catch {
    return new Uint8Array(0);
  }
}

/** Whether two byte strings are the same. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  if (nativeCompare !== null && a.length >= NATIVE_BYTES) return nativeCompare(a, b) === 0;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

export const bytesView = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);

/**
 * Whether `length` bytes of a view are those of another one. Compares many at a time, as this runs on every name; read
 * as little-endian, which processors need not swap.
 */
export function haveSameBytes(left: DataView, start: number, right: DataView, other: number, length: number): boolean {
  let at = start;
  let to = other;
  const end = start + length;
  for (; at + 16 <= end; at += 16, to += 16) {
    const difference =
      (left.getInt32(at, true) ^ right.getInt32(to, true)) |
      (left.getInt32(at + 4, true) ^ right.getInt32(to + 4, true)) |
      (left.getInt32(at + 8, true) ^ right.getInt32(to + 8, true)) |
      (left.getInt32(at + 12, true) ^ right.getInt32(to + 12, true));
    if (difference !== 0) return false;
  }
  for (; at + 4 <= end; at += 4, to += 4) if (left.getInt32(at, true) !== right.getInt32(to, true)) return false;
  for (; at < end; at++, to++) if (left.getUint8(at) !== right.getUint8(to)) return false;
  return true;
}

/** FNV-1a of `text[from … to - 1]`. A cast, as this runs on every byte. */
export function hashOfBytes(text: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ (text[at] as number), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** Whether `length` bytes at `a` and at `b` are the same. */
export function sameRange(text: Uint8Array, a: number, b: number, length: number): boolean {
  let at = 0;
  while (at < length && text[a + at] === text[b + at]) at++;
  return at === length;
}

/** Where `needle` first occurs in bytes; -1 if it does not. */
export function indexOfBytes(bytes: Uint8Array, needle: Uint8Array): number {
  const last = bytes.length - needle.length;
  const [first] = needle;
  if (first === undefined) return 0;
  for (let at = bytes.indexOf(first); at >= 0 && at <= last; at = bytes.indexOf(first, at + 1)) {
    if (sameBytes(bytes.subarray(at, at + needle.length), needle)) return at;
  }
  return -1;
}
