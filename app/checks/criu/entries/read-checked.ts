// Reads a message and checks its shape in one pass, as nearly all messages are valid.
//
// The innermost loop of the checks: casts `as number` read typed arrays within bounds checked by the loop.

import { readVarint, WIRE } from "../../../decoder/criu/wire/wire.ts";
import { NONE } from "../../../model/checkpoint.ts";
import type { Handler } from "./handler.ts";
import { isInOrder, isSound, type Shape, TAGS } from "./shapes.ts";
import { isAllowed } from "./value-limits.ts";

/** Values of 28 bits take at most four bytes. */
const SHORT = 28;

/**
 * Reads the message bytes[start … end - 1] like `scan`, with the same result; NONE if the message is unusual or a
 * restore might refuse it: the functions that say why must then check and read it.
 */
export function readChecked(
  bytes: Uint8Array,
  start: number,
  end: number,
  shape: Shape,
  { plan: { slots }, leaves }: Pick<Handler, "plan" | "leaves">,
  out: Uint32Array,
  words: Uint32Array,
): number {
  const { plain, fields } = shape;
  let missing = shape.required;
  let seen = 0;
  let isLeft = false;
  for (let at = start; at < end; ) {
    let tag = bytes[at++] as number;
    if (tag > 127) {
      if (at >= end) return NONE;
      tag = (tag & 127) | ((bytes[at++] as number) << 7);
      if (tag >= TAGS) return NONE;
    }
    if (at >= end) return NONE;
    const wire = tag & 7;
    const slot = slots[tag] as number;
    const others = plain[tag] as number;
    const first = bytes[at++] as number;
    let low = first;
    let high = 0;
    if (first > 127) {
      low &= 127;
      let shift = 7;
      let byte = first;
      for (; byte > 127 && shift < SHORT && at < end; shift += 7) {
        byte = bytes[at++] as number;
        low |= (byte & 127) << shift;
      }
      if (byte > 127) {
        at = readVarint(bytes, at - shift / 7, end, words);
        if (at < 0) return NONE;
        low = words[0] as number;
        high = words[1] as number;
      }
    }
    if (wire === WIRE.bytes) {
      if (high !== 0 || low > end - at) return NONE;
      high = at + low;
      low = at;
      at = high;
    } else if (wire !== WIRE.varint) return NONE;
    if (others === 0) {
      const known = fields[tag >>> 3];
      if (known === undefined || known.wire !== wire) return NONE;
      if (known.limit !== null && !isAllowed(known.limit, low, high)) return NONE;
      if (known.inner !== null && leaves === true) {
        // The handler checks only one.
        if (slot === 0 || isLeft) return NONE;
        isLeft = true;
      } else if (known.inner !== null && !isSound(bytes, low, high, known.inner, words)) return NONE;
      missing &= ~known.bit;
    } else missing &= others;
    if (slot === 0) continue;
    out[2 * slot] = low;
    out[2 * slot + 1] = high;
    seen |= 1 << slot;
  }
  return missing === 0 && isInOrder(bytes, start, end, shape, words) ? seen : NONE;
}
