// Bytes ⇄ text: copied bytes, and search terms and offsets that the user types.

import { LONGEST_NEEDLE } from "../../decoder/find-bytes.ts";
import { base64, encodeText } from "../../model/text/text.ts";

export type ByteForm = "hex" | "c" | "base64";

/** Bytes as text: `7f 45 4c 46`, a C array with 12 bytes on a line, or Base64. */
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

/** Parses hex digits in pairs, with or without spaces, commas, `0x` or `\x`. `null`: not hex. */
export function parseHex(text: string): Uint8Array | null {
  const digits = text.replace(/0x|\\x|[\s,;:]/gi, "");
  if (digits === "" || digits.length % 2 !== 0 || /[^0-9a-f]/i.test(digits)) return null;
  return Uint8Array.from({ length: digits.length / 2 }, (_, at) =>
    Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16),
  );
}

/** The bytes to search for, or an error message. */
export function parseNeedle(text: string, form: "hex" | "text"): Uint8Array | string {
  if (form === "text" ? text === "" : text.trim() === "") return "Enter bytes or text to find.";
  const needle = form === "text" ? encodeText(text) : parseHex(text);
  if (needle === null) return "Not hex: enter pairs of digits, such as 7f 45 4c 46.";
  return needle.length > LONGEST_NEEDLE ? `Too long: at most ${LONGEST_NEEDLE} bytes can be searched for.` : needle;
}

/**
 * Parses an offset: `3741`, `0xe9d`, or relative to the cursor `+16`, `-0x10`. Returns a message if it is not a number
 * or outside of the member.
 *
 * @param at The cursor.
 * @param size Bytes of the member.
 */
export function parseOffset(text: string, at: number, size: number): number | string {
  const match = /^\s*([+-]?)\s*(0x[0-9a-f]{1,16}|\d{1,19})\s*$/i.exec(text);
  if (match === null) return "Not an offset: enter a number such as 3741, 0xe9d, +16 or -0x10.";
  const value = Number(match[2]);
  const offset = match[1] === "+" ? at + value : match[1] === "-" ? at - value : value;
  if (offset < 0) return "Before the first byte.";
  if (offset >= size) {
    const last = Math.max(0, size - 1);
    return `After the last byte, ${last} (0x${last.toString(16)}).`;
  }
  return offset;
}
