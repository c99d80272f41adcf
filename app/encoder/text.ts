// Converts text of a description to bytes of an image.

import { encodeText } from "../model/text/text.ts";

/** Bytes of base64 text. */
export function fromBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

/** A text's bytes: those of `exact` (base64) if given. */
export const textBytes = (text: string, exact: string | undefined): Uint8Array =>
  exact === undefined ? encodeText(text) : fromBase64(exact);

/** Bytes followed by a NUL. */
export function withNul(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length + 1);
  result.set(bytes);
  return result;
}

/** Bytes in an array of `size`, cut so that a NUL follows them. */
export function nameArray(bytes: Uint8Array, size: number): Uint8Array {
  const result = new Uint8Array(size);
  result.set(bytes.subarray(0, size - 1));
  return result;
}

const SHORT: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, "0": 0, "\\": 92 };

/** The bytes that `visibleText` shows as this text. */
export function fromVisible(text: string): Uint8Array {
  const parts = text.split(/(\\(?:x[\da-f]{2}|u[\da-f]{4}|[nrt0\\]))/);
  const bytes: number[] = [];
  for (const [index, part] of parts.entries()) {
    const plain = index % 2 === 0;
    if (plain) for (const byte of encodeText(part)) bytes.push(byte);
    else if (part[1] === "x") bytes.push(Number.parseInt(part.slice(2), 16));
    else if (part[1] === "u") {
      for (const byte of encodeText(String.fromCharCode(Number.parseInt(part.slice(2), 16)))) bytes.push(byte);
    } else bytes.push(SHORT[part[1] ?? ""] ?? 0);
  }
  return Uint8Array.from(bytes);
}
