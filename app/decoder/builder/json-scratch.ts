// Writes one value as JSON, as JSON.stringify does, into room that is used again for the next.
//
// Casts `as number` read typed arrays within bounds checked by the loop.

import type { DetailValue } from "../../model/fields.ts";
import { encodeText } from "../../model/text.ts";
import { grown } from "./growing.ts";

/** The room, and how many of its bytes are in use. */
export interface Scratch {
  bytes: Uint8Array<ArrayBuffer>;
  length: number;
}

export const createScratch = (): Scratch => ({ bytes: new Uint8Array(256), length: 0 });

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const DELETE = 0x7f;
const COMMA = 0x2c;
const COLON = 0x3a;
const ZERO = 0x30;
const LIST = [0x5b, 0x5d] as const;
const OBJECT = [0x7b, 0x7d] as const;
/** Digits of the largest number of 31 bits. */
const SMALL_DIGITS = 10;

function ensure(out: Scratch, more: number): void {
  const needed = out.length + more;
  if (needed > out.bytes.length) out.bytes = grown(out.bytes, Math.max(needed, 2 * out.bytes.length));
}

function byte(out: Scratch, value: number): void {
  ensure(out, 1);
  out.bytes[out.length++] = value;
}

/** Appends a value as JSON. */
export function writeJson(out: Scratch, value: DetailValue): void {
  if (typeof value === "string") writeText(out, value);
  else if (typeof value === "number") writeNumber(out, value);
  else if (value === null || typeof value === "boolean") writeRaw(out, String(value));
  else if (Array.isArray(value)) {
    byte(out, LIST[0]);
    for (let at = 0; at < value.length; at++) {
      if (at > 0) byte(out, COMMA);
      writeJson(out, value[at]);
    }
    byte(out, LIST[1]);
  } else {
    byte(out, OBJECT[0]);
    let isFirst = true;
    for (const [key, inner] of Object.entries(value)) {
      if (!isFirst) byte(out, COMMA);
      isFirst = false;
      writeText(out, key);
      byte(out, COLON);
      writeJson(out, inner);
    }
    byte(out, OBJECT[1]);
  }
}

function writeText(out: Scratch, text: string): void {
  ensure(out, text.length + 2);
  const { bytes, length } = out;
  let to = length;
  bytes[to++] = QUOTE;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code === QUOTE || code === BACKSLASH || code >= DELETE) {
      writeRaw(out, JSON.stringify(text));
      return;
    }
    bytes[to++] = code;
  }
  bytes[to++] = QUOTE;
  out.length = to;
}

function writeNumber(out: Scratch, value: number): void {
  if ((value | 0) !== value || value < 0) {
    writeRaw(out, JSON.stringify(value));
    return;
  }
  ensure(out, SMALL_DIGITS);
  let digits = 1;
  for (let limit = 10; digits < SMALL_DIGITS && value >= limit; limit *= 10) digits++;
  let left = value;
  for (let at = out.length + digits - 1; at >= out.length; at--) {
    const next = (left / 10) | 0;
    out.bytes[at] = ZERO + left - 10 * next;
    left = next;
  }
  out.length += digits;
}

function writeRaw(out: Scratch, json: string): void {
  const bytes = encodeText(json);
  ensure(out, bytes.length);
  out.bytes.set(bytes, out.length);
  out.length += bytes.length;
}
