// Text out of an image. It comes from an untrusted machine: it is bytes until it is shown, and what is shown
// makes visible whatever could mislead (control characters, bidirectional marks, bad UTF-8).

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/** Bytes as a string, U+FFFD in place of each bad sequence. */
export function decodeText(bytes: Uint8Array): string {
  return lenient.decode(bytes);
}

/** Whether bytes are valid UTF-8. */
export function isUtf8(bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

const SHORT: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0", "\\": "\\\\" };

// C0 and C1 controls, backslash, line and paragraph separators, bidirectional controls, zero-width characters,
// byte order mark, and lone surrogates.
const HIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is the point
  /[\u0000-\u001f\u007f-\u009f\\\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]/;
const PLAIN = /^[\x20-\x5b\x5d-\x7e]*$/;

const escaped = (character: string): string => {
  const code = character.charCodeAt(0);
  return SHORT[character] ?? (code < 0x100 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`);
};

const hex = (value: number, width: number): string => value.toString(16).padStart(width, "0");

/** A string with everything invisible or misleading written as an escape: `a\nb`, `\u202e`. */
export function visible(text: string): string {
  if (PLAIN.test(text)) return text;
  let out = "";
  // By code points, so that a pair of surrogates stays whole and a lone one is found.
  for (const character of text) {
    out += character.length === 1 && HIDDEN.test(character) ? escaped(character) : character;
  }
  return out;
}

/** Bytes as visible text: as `visible`, and each byte that is not valid UTF-8 as `\xff`. */
export function visibleText(bytes: Uint8Array): string {
  try {
    return visible(strict.decode(bytes));
  } catch {
    return visibleBytes(bytes);
  }
}

function visibleBytes(bytes: Uint8Array): string {
  let out = "";
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length === 0) {
      out += `\\x${hex(bytes[at] ?? 0, 2)}`;
      at += 1;
    } else {
      out += visible(strict.decode(bytes.subarray(at, at + length)));
      at += length;
    }
  }
  return out;
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

/** Base64 with padding. */
export function base64(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(binary);
}

/** Whether two byte strings are the same. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
