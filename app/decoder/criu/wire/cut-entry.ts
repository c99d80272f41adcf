// The last entry of a file that ends inside it: the fields before the cut, as a whole message.

import { MESSAGES } from "../format/messages.ts";
import { isNumber, readVarint, skip, WIRE, wireType } from "./wire.ts";

/** A tag, a length or a value ends beyond the bytes that are left. */
const CUT = "cut";

/**
 * The whole message made of the fields before the cut. If a string, a nested message or packed numbers are cut off, the
 * rest is kept. `null`: the bytes are not a truncated message, because the fields are out of order, so the stated
 * length of the entry is wrong.
 */
export function closeCut(bytes: Uint8Array, message: string): Uint8Array | null {
  const fields = MESSAGES.get(message as Parameters<typeof MESSAGES.get>[0]);
  if (fields === undefined) return null;
  const words = new Uint32Array(2);
  let previous = 0;
  for (let at = 0; at < bytes.length; ) {
    const value = readVarint(bytes, at, bytes.length, words);
    // A varint is no longer than ten bytes.
    if (value < 0) return bytes.length - at < 10 ? bytes.slice(0, at) : null;
    const tag = words[0] as number;
    const number = tag >>> 3;
    const wire = tag & 7;
    const field = fields.find((each) => each.number === number);
    const isRepeated = field === undefined || field.label === "repeated";
    const isInOrder = number > previous || (number === previous && isRepeated);
    if (words[1] !== 0 || number === 0 || !isInOrder || !fits(field?.type, wire, isRepeated)) return null;
    previous = number;
    const next = skip(bytes, value, bytes.length, tag, words);
    if (next < 0) {
      const last = wire === WIRE.bytes ? lastBytes(bytes, value, field?.type) : CUT;
      if (last === null) return null;
      return last === CUT ? bytes.slice(0, at) : joined(bytes.subarray(0, value), last);
    }
    at = next;
  }
  return bytes;
}

/** Whether a value of a type can have a wire type. */
const fits = (type: string | undefined, wire: number, isRepeated: boolean): boolean =>
  wire !== WIRE.group &&
  wire !== WIRE.endGroup &&
  (type === undefined || wire === wireType(type) || (wire === WIRE.bytes && isRepeated));

/** The length and the bytes of the last value, which is shorter than its length says. */
function lastBytes(bytes: Uint8Array, at: number, type: string | undefined): Uint8Array | typeof CUT | null {
  const start = readVarint(bytes, at, bytes.length, new Uint32Array(2));
  if (start < 0 || type === undefined) return CUT;
  const left = bytes.subarray(start);
  const whole = MESSAGES.has(type as Parameters<typeof MESSAGES.has>[0])
    ? closeCut(left, type)
    : isNumber(type)
      ? wholeVarints(left)
      : left;
  return whole === null ? null : joined(varint(whole.length), whole);
}

/** Packed numbers without the last one, if that is cut off. */
function wholeVarints(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] as number) > 127) end--;
  return bytes.subarray(0, end);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return Uint8Array.from([...bytes, left]);
    bytes.push((left % 128) | 128);
  }
}

function joined(before: Uint8Array, after: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(before.length + after.length);
  bytes.set(before);
  bytes.set(after, before.length);
  return bytes;
}
