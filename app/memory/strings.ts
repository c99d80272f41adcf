// Printable strings in bytes, by the rules of strings(1), in UTF-8 (and so ASCII) or UTF-16.

import type { Matcher } from "./matchers.ts";

/** The shortest string, in characters, unless another length is chosen; that of strings(1). */
export const SHORTEST = 4;
/** A longer string is cut into pieces. */
const LONGEST = 64 << 10;

export interface StringsOptions {
  /** The shortest string, in characters. */
  readonly shortest: number;
  readonly utf16: boolean;
}

const isPrintable = (byte: number): boolean => (byte >= 0x20 && byte < 0x7f) || byte === 0x09;

/** Bytes of the character that begins at `at`; 0 if it is not printable UTF-8. */
function characterLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] as number;
  if (first < 0x80) return isPrintable(first) ? 1 : 0;
  const length =
    first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  for (let i = 1; i < length; i++) if (((bytes[at + i] as number) & 0xc0) !== 0x80) return 0;
  const second = bytes[at + 1] as number;
  // Controls, encodings that are too long, surrogates, beyond U+10FFFF.
  if (first === 0xc2 && second < 0xa0) return 0;
  if ((first === 0xe0 && second < 0xa0) || (first === 0xed && second > 0x9f)) return 0;
  if ((first === 0xf0 && second < 0x90) || (first === 0xf4 && second > 0x8f)) return 0;
  return length;
}

/** 2 if a printable character in UTF-16LE of the Basic Latin or Latin-1 block begins at `at`, else 0. */
function wideLength(bytes: Uint8Array, at: number): number {
  const low = bytes[at] as number;
  return bytes[at + 1] === 0 && (isPrintable(low) || low >= 0xa0) ? 2 : 0;
}

/** Finds strings. */
export function stringsMatcher({ shortest, utf16 }: StringsOptions): Matcher {
  const lengthAt = utf16 ? wideLength : characterLength;
  return {
    behind: 0,
    ahead: LONGEST,
    find(bytes, from, to, report) {
      for (let at = from; at < to; ) {
        let length = lengthAt(bytes, at);
        if (length === 0) {
          at++;
          continue;
        }
        const start = at;
        let count = 0;
        while (length > 0 && at < bytes.length && at - start < LONGEST) {
          at += length;
          count++;
          length = at < bytes.length ? lengthAt(bytes, at) : 0;
        }
        if (count >= shortest && !report(start, at)) return;
      }
    },
  };
}
