// Cells of a table that are written as they are.

import { u8At } from "../../model/read.ts";
import { type JsonBytes, writePlain } from "../../model/text/json-bytes.ts";
import { encodeText } from "../../model/text/text.ts";
import type { Separator } from "./delimited.ts";

/** By byte: 1 if a cell that begins with it may be written otherwise; 2 if any cell with it between commas is. */
const RISK = new Uint8Array(256);
for (const byte of encodeText('=+-@"')) RISK[byte] = 1;
for (const byte of encodeText(',;"')) RISK[byte] = u8At(RISK, byte) | 2;

/**
 * Appends pool[start … end - 1] if it is printable ASCII without a backslash, and the same in a cell (delimited.ts).
 * Returns false, having appended nothing, for any other.
 */
export function writePlainCell(
  separator: Separator,
  out: JsonBytes,
  pool: Uint8Array,
  start: number,
  end: number,
): boolean {
  if (start < end && (u8At(RISK, u8At(pool, start)) & 1) !== 0) return false;
  if (separator === ",") for (let at = start; at < end; at++) if ((u8At(RISK, u8At(pool, at)) & 2) !== 0) return false;
  return writePlain(out, pool, start, end);
}
