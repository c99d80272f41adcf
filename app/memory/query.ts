// What to search memory for, as the user wrote it, and the matcher for it.

import { encodeText, visible } from "../model/text/text.ts";
import { anyOf, bytesMatcher, isNeedle, type Matcher } from "./matchers.ts";
import { literalPattern, type Pattern } from "./regex.ts";

/** What to search for: a text, bytes as hexadecimal digits, or a regular expression. */
export interface Query {
  readonly kind: "text" | "bytes" | "regex";
  readonly text: string;
  readonly utf16: boolean;
  readonly ignoreCase: boolean;
}

/** The bytes that hexadecimal digits stand for, in any grouping; `null` if the text is something else. */
function parseHex(text: string): Uint8Array | null {
  const digits = text.replace(/0x|[\s:,]/g, "");
  if (!/^(?:[0-9a-f]{2})+$/i.test(digits)) return null;
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function utf16Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(2 * text.length);
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    bytes[2 * at] = unit & 0xff;
    bytes[2 * at + 1] = unit >> 8;
  }
  return bytes;
}

/**
 * The matcher for a query, or why it cannot be searched for, as the rest of a sentence.
 *
 * @param pattern Makes the matcher of a regular expression. @throws SyntaxError
 */
export function matcherFor(query: Query, pattern: (pattern: Pattern) => Matcher): Matcher | string {
  const { kind, text, utf16, ignoreCase } = query;
  if (text === "") return "there is nothing to search for";
  if (kind === "regex" || (kind === "text" && ignoreCase)) {
    try {
      return pattern({ source: kind === "regex" ? text : literalPattern(text), utf16, ignoreCase });
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return visible(error.message.replace(/^Invalid regular expression: /, ""));
    }
  }
  const needle = kind === "bytes" ? parseHex(text) : utf16 ? utf16Bytes(text) : encodeText(text);
  if (needle === null) return "give an even number of hexadecimal digits";
  return isNeedle(needle) ? anyOf([bytesMatcher(needle)]) : "it is longer than 4096 bytes";
}
