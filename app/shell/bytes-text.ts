// Bytes ⇄ text: what is copied, what is searched for, and the offsets that a user types.

import { LONGEST_NEEDLE } from "../decoder/find-bytes.ts";
import { base64, encodeText } from "../model/text.ts";

export type ByteForm = "hex" | "c" | "base64";

/** Bytes as text to copy: `7f 45 4c 46`, a C array of 12 in a line, or base64. */
export function bytesText(bytes: Uint8Array, form: ByteForm): string {
  if (form === "base64") return base64(bytes);
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"));
  if (form === "hex") return digits.join(" ");
  const lines: string[] = [];
  for (let at = 0; at < digits.length; at += 12) {
    lines.push(
      `  ${digits
        .slice(at, at + 12)
        .map((pair) => `0x${pair},`)
        .join(" ")}`,
    );
  }
  return `static const unsigned char bytes[${bytes.length}] = {\n${lines.join("\n")}\n};\n`;
}

/** Bytes of hex digits in pairs, with or without blanks, commas, `0x` or `\x`; `null`: it is no such text. */
export function parseHex(text: string): Uint8Array | null {
  const digits = text.replace(/0x|\\x|[\s,;:]/gi, "");
  if (digits === "" || digits.length % 2 !== 0 || /[^0-9a-f]/i.test(digits)) return null;
  return Uint8Array.from({ length: digits.length / 2 }, (_, at) =>
    Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16),
  );
}

/** The bytes to search for, or why there are none. */
export function parseNeedle(text: string, form: "hex" | "text"): Uint8Array | string {
  if (form === "text" ? text === "" : text.trim() === "") return "Type what to find.";
  const needle = form === "text" ? encodeText(text) : parseHex(text);
  if (needle === null) return "Hex digits come in pairs: 7f 45 4c 46.";
  return needle.length > LONGEST_NEEDLE ? `That is too long: ${LONGEST_NEEDLE} bytes at most can be found.` : needle;
}

/**
 * The offset that a user typed, seen from `at` in a member of `size` bytes: `3741`, `0xe9d`, `+16`, `-0x10`.
 * A sentence if it is none, or outside.
 */
export function parseOffset(text: string, at: number, size: number): number | string {
  const match = /^\s*([+-]?)\s*(0x[0-9a-f]{1,16}|\d{1,19})\s*$/i.exec(text);
  if (match === null) return "An offset is a number: 3741, 0xe9d, +16, -0x10.";
  const value = Number(match[2]);
  const offset = match[1] === "+" ? at + value : match[1] === "-" ? at - value : value;
  if (offset < 0) return "That is before the first byte.";
  if (offset >= size)
    return `That is behind the last byte: ${Math.max(0, size - 1)}, 0x${Math.max(0, size - 1).toString(16)}.`;
  return offset;
}
