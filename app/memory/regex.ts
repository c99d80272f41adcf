// Regular expressions over bytes: the pattern sees each byte as a character U+0000 … U+00FF, or
// pairs of bytes as UTF-16.

import { encodeText } from "../model/text/text.ts";
import type { Matcher, Report } from "./matchers.ts";

/** The longest match; a longer one is cut. */
export const LONGEST_MATCH = 16 << 10;
/** How many preceding bytes \b and look-behinds can see. */
export const BEHIND = 1 << 10;
/**
 * Bytes that are searched at once. With their context they make a string of less than 128 KiB, for which V8 reuses
 * memory; longer strings are many times slower.
 */
const PIECE = (64 << 10) - LONGEST_MATCH - BEHIND;

/** A regular expression as the user gave it. */
export interface Pattern {
  readonly source: string;
  readonly ignoreCase?: boolean;
  /** Whether it is about UTF-16 text instead of bytes. */
  readonly utf16?: boolean;
}

/**
 * The pattern for a regular expression that is matched against bytes: text beyond ASCII becomes the bytes of its UTF-8.
 * `^` and `$` match at line ends.
 *
 * @throws SyntaxError for an invalid pattern.
 */
export function compile({ source, ignoreCase = false, utf16 = false }: Pattern): RegExp {
  const pattern = utf16 ? source : bytesPattern(source);
  const found = new RegExp(pattern, ignoreCase ? "gim" : "gm");
  if (found.test("")) throw new SyntaxError("the pattern matches the empty text");
  return found;
}

const hex = (byte: number): string => `\\x${byte.toString(16).padStart(2, "0")}`;

/** A pattern with every character beyond ASCII as a group of the bytes of its UTF-8. */
function bytesPattern(source: string): string {
  let pattern = "";
  let inClass = false;
  let escaped = false;
  for (const character of source) {
    if (character.charCodeAt(0) > 127) {
      if (inClass) throw new SyntaxError(`${character} is more than one byte and cannot be in a class; use (a|b)`);
      pattern += `(?:${[...encodeText(character)].map(hex).join("")})`;
      escaped = false;
      continue;
    }
    if (!escaped && character === "[") inClass = true;
    if (!escaped && character === "]") inClass = false;
    escaped = !escaped && character === "\\";
    pattern += character;
  }
  return pattern;
}

const UTF16 = new TextDecoder("utf-16le", { ignoreBOM: true });

/** Finds matches of a compiled expression. It may take forever: the caller runs it where it can be stopped. */
export function findPattern(
  pattern: RegExp,
  utf16: boolean,
  bytes: Uint8Array,
  from: number,
  to: number,
  report: Report,
): void {
  const wide = new Uint16Array(PIECE + LONGEST_MATCH + BEHIND);
  let last = from;
  let isStopped = false;
  const found = (start: number, end: number): boolean => {
    if (start < last) return true;
    last = end;
    isStopped = !report(start, end);
    return !isStopped;
  };
  for (let at = from; at < to && !isStopped; at += PIECE) {
    const first = Math.max(0, at - BEHIND);
    const piece = bytes.subarray(first, Math.min(bytes.length, at + PIECE + LONGEST_MATCH));
    const [begin, end] = [Math.max(at, last) - first, Math.min(to, at + PIECE) - first];
    const inPiece: Report = (start, stop) => found(first + start, first + stop);
    if (utf16) findWide(pattern, piece, begin, end, inPiece);
    else findIn(pattern, characters(piece, wide), begin, end, inPiece);
  }
}

/** Bytes as text, one character for each. `wide` takes them as pairs of bytes. */
function characters(bytes: Uint8Array, wide: Uint16Array): string {
  wide.set(bytes);
  return UTF16.decode(wide.subarray(0, bytes.length));
}

/** Finds matches in UTF-16 text, which may begin at an odd address too. */
function findWide(pattern: RegExp, bytes: Uint8Array, from: number, to: number, report: Report): void {
  const found: [number, number][] = [];
  for (const odd of [0, 1]) {
    const text = UTF16.decode(bytes.subarray(odd, bytes.length - ((bytes.length - odd) % 2)));
    const first = Math.max(0, Math.ceil((from - odd) / 2));
    findIn(pattern, text, first, Math.ceil((to - odd) / 2), (start, end) =>
      Boolean(found.push([2 * start + odd, 2 * end + odd])),
    );
  }
  found.sort((a, b) => a[0] - b[0]);
  for (const [start, end] of found) if (!report(start, end)) return;
}

function findIn(pattern: RegExp, text: string, from: number, to: number, report: Report): void {
  pattern.lastIndex = from;
  for (let match = pattern.exec(text); match !== null && match.index < to; match = pattern.exec(text)) {
    const { length } = match[0];
    // An empty match, as of \b, is of no use and would be found again.
    if (length === 0) pattern.lastIndex++;
    else if (!report(match.index, match.index + length)) return;
  }
}

/** Finds matches in place, for where a search that never ends can be killed from outside. */
export function patternMatcher(pattern: Pattern): Matcher {
  const compiled = compile(pattern);
  return {
    behind: BEHIND,
    ahead: LONGEST_MATCH,
    find: (bytes, from, to, report) => findPattern(compiled, pattern.utf16 === true, bytes, from, to, report),
  };
}

/** The text of a pattern that matches exactly `text`. */
export const literalPattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
