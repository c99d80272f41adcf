// The protobuf wire format, as far as proto2 messages need it: https://protobuf.dev/programming-guides/encoding/.
// Readers never read past `end`; for a damaged message they return what precedes the damage.
//
// These are the innermost loops of decoding: casts `as number` read typed arrays within bounds checked by the loop.

import { ENUMS, MESSAGES, type MessageName } from "../format/messages.ts";

/** Wire types: the low three bits of a tag. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, group: 3, endGroup: 4, fixed32: 5 } as const;

/** In the bits that `scan` returns: the message is damaged, and fields after the damage were not read. */
export const MALFORMED = 1;

/** The fields that `scan` extracts from a message, and where it stores them. */
export interface Plan {
  /** By tag (field number and wire type): the field's slot, 0 for fields that are skipped. */
  readonly slots: Uint8Array;
}

/** A plan whose slots are known by the fields' names. */
export interface NamedPlan<Name extends string> extends Plan {
  /** From 1 on. */
  readonly slot: { readonly [name in Name]: number };
}

const TAGS = 512;

const NUMBERS = new Set("uint32 uint64 int32 int64 sint32 sint64 bool fixed64".split(" "));

/** Whether a type is a number and not an enum: such values may be packed. */
export const isNumber = (type: string): boolean => NUMBERS.has(type);

/** The wire type that a field type is written with. Enums are varints, every unknown type is a message. */
export function wireType(type: string): number {
  if (isNumber(type) || ENUMS[type] !== undefined) return type === "fixed64" ? WIRE.fixed64 : WIRE.varint;
  return WIRE.bytes;
}

/**
 * A plan to extract the named fields of a message, at most 30. If a field occurs more than once, the last value counts.
 *
 * @param firstSlot The slot of the first name. Plans for nested messages have others than the one for the message around
 *   these if their values are read together.
 */
export function plan<const Name extends string>(
  message: MessageName,
  names: readonly Name[],
  firstSlot = 1,
): NamedPlan<Name> {
  const slots = new Uint8Array(TAGS);
  for (const field of MESSAGES.get(message) ?? []) {
    const index = (names as readonly string[]).indexOf(field.name);
    if (index >= 0) slots[field.number * 8 + wireType(field.type)] = firstSlot + index;
  }
  const slot = Object.fromEntries(names.map((name, index) => [name, firstSlot + index]));
  return { slots, slot: slot as { [name in Name]: number } };
}

/** Room for the values of a scan: two words for each slot. */
export const scratch = (): Uint32Array => new Uint32Array(64);

/** Whether a scan that returned `seen` filled a slot. */
export const isSet = (seen: number, slot: number): boolean => ((seen >> slot) & 1) === 1;

/** The low half of the number in a slot, or the start of its bytes. Stale if the slot is not set. */
export const low = (values: Uint32Array, slot: number): number => values[2 * slot] as number;

/** The high half of the number in a slot, or the end of its bytes. Stale if the slot is not set. */
export const high = (values: Uint32Array, slot: number): number => values[2 * slot + 1] as number;

/** The number of 64 bits in a slot, exact below 2^53. Stale if the slot is not set. */
export const wide = (values: Uint32Array, slot: number): number => high(values, slot) * 2 ** 32 + low(values, slot);

/** The number of 64 bits in a slot. Stale if the slot is not set. */
export const exact = (values: Uint32Array, slot: number): bigint =>
  (BigInt(high(values, slot)) << 32n) | BigInt(low(values, slot));

/**
 * Reads the message bytes[start … end - 1]. Slot s of `out` is the words 2s and 2s + 1: the low and high half of
 * a number, the start and end of a string, of bytes or of a nested message. Returns bit s for each slot that was
 * filled, and MALFORMED.
 */
export function scan(bytes: Uint8Array, start: number, end: number, { slots }: Plan, out: Uint32Array): number {
  let at = start;
  let seen = 0;
  while (at < end) {
    let tag = bytes[at++] as number;
    if (tag > 127) {
      // Fields in plans have tags of at most two bytes; of longer tags only the wire type matters.
      let shift = 7;
      let byte = 0;
      tag &= 127;
      do {
        if (at >= end || shift > 28) return seen | MALFORMED;
        byte = bytes[at++] as number;
        tag |= (byte & 127) << shift;
        shift += 7;
      } while (byte > 127);
      tag >>>= 0;
    }
    const slot = tag < TAGS ? (slots[tag] as number) : 0;
    switch (tag & 7) {
      case WIRE.varint: {
        if (at >= end) return seen | MALFORMED;
        let byte = bytes[at++] as number;
        let low = byte & 127;
        let high = 0;
        if (byte > 127) {
          let shift = 7;
          // Up to 28 bits, which most have, by themselves.
          do {
            if (at >= end) return seen | MALFORMED;
            byte = bytes[at++] as number;
            low |= (byte & 127) << shift;
            shift += 7;
          } while (byte > 127 && shift < 28);
          while (byte > 127) {
            if (at >= end || shift > 63) return seen | MALFORMED;
            byte = bytes[at++] as number;
            if (shift === 28) {
              low |= byte << 28;
              high = (byte & 127) >> 4;
            } else high |= (byte & 127) << (shift - 32);
            shift += 7;
          }
        }
        out[2 * slot] = low;
        out[2 * slot + 1] = high;
        break;
      }
      case WIRE.bytes: {
        if (at >= end) return seen | MALFORMED;
        let length = bytes[at++] as number;
        if (length > 127) {
          length &= 127;
          let shift = 7;
          let byte = 0;
          do {
            // A length of 2^28 or more is beyond the end of any entry.
            if (at >= end || shift > 21) return seen | MALFORMED;
            byte = bytes[at++] as number;
            length |= (byte & 127) << shift;
            shift += 7;
          } while (byte > 127);
        }
        if (length > end - at) return seen | MALFORMED;
        out[2 * slot] = at;
        at += length;
        out[2 * slot + 1] = at;
        break;
      }
      default: {
        const next = skip(bytes, at, end, tag, new Uint32Array(2));
        if (next < 0) return seen | MALFORMED;
        at = next;
        continue;
      }
    }
    seen |= 1 << slot;
  }
  // Slot 0 took the values of all other fields; to the caller, its bit means damage.
  return at === end ? seen & ~MALFORMED : seen | MALFORMED;
}

/**
 * Reads the varint at `at` into out[0] (low half) and out[1] (high half); returns where it ends, or -1 if it does
 * not end before `end` or within ten bytes.
 */
export function readVarint(bytes: Uint8Array, at: number, end: number, out: Uint32Array): number {
  let low = 0;
  let high = 0;
  for (let shift = 0; shift < 70; shift += 7) {
    if (at >= end) return -1;
    const byte = bytes[at++] as number;
    if (shift < 28) low |= (byte & 127) << shift;
    else if (shift === 28) {
      low |= byte << 28;
      high = (byte & 127) >> 4;
    } else high |= (byte & 127) << (shift - 32);
    if (byte < 128) {
      out[0] = low;
      out[1] = high;
      return at;
    }
  }
  return -1;
}

/** Reads four or eight bytes, little-endian, by their wire type: out[0] is the low half, out[1] the high half. */
export function readFixed(bytes: Uint8Array, at: number, wire: number, out: Uint32Array): void {
  const word = (i: number) =>
    ((bytes[i] as number) | ((bytes[i + 1] as number) << 8) | ((bytes[i + 2] as number) << 16)) +
    (bytes[i + 3] as number) * 2 ** 24;
  out[0] = word(at);
  out[1] = wire === WIRE.fixed64 ? word(at + 4) : 0;
}

/**
 * The end of the value after the tag `tag`, or -1 if it does not end before `end`. Groups, which no image has,
 * are skipped whole. `words` is overwritten.
 */
export function skip(bytes: Uint8Array, at: number, end: number, tag: number, words: Uint32Array): number {
  let depth = 0;
  let wire = tag & 7;
  let next = at;
  for (;;) {
    if (wire === WIRE.varint) next = readVarint(bytes, next, end, words);
    else if (wire === WIRE.fixed64) next += 8;
    else if (wire === WIRE.fixed32) next += 4;
    else if (wire === WIRE.bytes) {
      next = readVarint(bytes, next, end, words);
      if (next >= 0) next = words[1] === 0 ? next + (words[0] as number) : -1;
    } else if (wire === WIRE.group) depth++;
    else if (wire === WIRE.endGroup && depth > 0) depth--;
    else return -1;
    if (next < 0 || next > end) return -1;
    if (depth === 0) return next;
    next = readVarint(bytes, next, end, words);
    if (next < 0) return -1;
    wire = (words[0] as number) & 7;
  }
}

/** `skip` without `words`: quick for what nearly all values are, varints and bytes whose length is less than 128. */
export function endOfValue(bytes: Uint8Array, at: number, end: number, tag: number): number {
  const wire = tag & 7;
  if (wire === WIRE.varint) return endOfVarint(bytes, at, end);
  if (wire !== WIRE.bytes || at >= end || (bytes[at] as number) > 127) {
    return skip(bytes, at, end, tag, new Uint32Array(2));
  }
  const next = at + 1 + (bytes[at] as number);
  return next <= end ? next : -1;
}

/** Where the varint at `at` ends; -1 if it does not end before `end` or within ten bytes. */
export function endOfVarint(bytes: Uint8Array, at: number, end: number): number {
  const last = Math.min(end, at + 10);
  let next = at;
  while (next < last) if ((bytes[next++] as number) < 128) return next;
  return -1;
}

/** The low half of the varint at `at`, which is whole. */
export function lowAt(bytes: Uint8Array, at: number): number {
  let from = at;
  let byte = bytes[from++] as number;
  let low = byte & 127;
  for (let shift = 7; byte > 127 && shift < 32; shift += 7) {
    byte = bytes[from++] as number;
    low |= (byte & 127) << shift;
  }
  return low >>> 0;
}

/** The high half of the varint bytes[at … end - 1]. */
export function highAt(bytes: Uint8Array, at: number, end: number): number {
  if (end - at < 5) return 0;
  let high = ((bytes[at + 4] as number) & 127) >> 4;
  let shift = 3;
  for (let from = at + 5; from < end; from++, shift += 7) high |= ((bytes[from] as number) & 127) << shift;
  return high >>> 0;
}

/**
 * Calls `visit` with the ends of each occurrence of a field with wire type `bytes` in bytes[start … end - 1]:
 * nested messages, strings, packed numbers. Stops at damage.
 */
export function eachBytes(
  bytes: Uint8Array,
  start: number,
  end: number,
  field: number,
  visit: (start: number, end: number) => void,
): void {
  for (let at = start; at < end; ) {
    const value = endOfVarint(bytes, at, end);
    if (value < 0) return;
    const tag = lowAt(bytes, at);
    const next = endOfValue(bytes, value, end, tag);
    if (next < 0) return;
    if (tag === field * 8 + WIRE.bytes) visit(endOfVarint(bytes, value, end), next);
    at = next;
  }
}

/** Calls `visit` with each value (low and high half) of a repeated varint field, packed or not. Stops at damage. */
export function eachVarint(
  bytes: Uint8Array,
  start: number,
  end: number,
  field: number,
  visit: (low: number, high: number) => void,
): void {
  for (let at = start; at < end; ) {
    const value = endOfVarint(bytes, at, end);
    if (value < 0) return;
    const tag = lowAt(bytes, at);
    const next = endOfValue(bytes, value, end, tag);
    if (next < 0) return;
    if (tag === field * 8 + WIRE.varint) visit(lowAt(bytes, value), highAt(bytes, value, next));
    else if (tag === field * 8 + WIRE.bytes) {
      for (let item = endOfVarint(bytes, value, end); item < next; ) {
        const after = endOfVarint(bytes, item, next);
        if (after < 0) return;
        visit(lowAt(bytes, item), highAt(bytes, item, after));
        item = after;
      }
    }
    at = next;
  }
}

/**
 * Whether two messages have the same bytes in some of their fields, whatever is in the others: bytes[start … end - 1]
 * and otherBytes[otherStart … otherEnd - 1]. False if one of them is damaged.
 *
 * @param fields By number of a field, below 64: 1 if it is compared.
 */
export function haveSameFields(
  bytes: Uint8Array,
  start: number,
  end: number,
  otherBytes: Uint8Array,
  otherStart: number,
  otherEnd: number,
  fields: Uint8Array,
): boolean {
  let at = start;
  let other = otherStart;
  for (;;) {
    const from = fromWanted(bytes, at, end, fields);
    const otherFrom = fromWanted(otherBytes, other, otherEnd, fields);
    if (from < 0 || otherFrom < 0) return false;
    at = endOfField(bytes, from, end);
    other = endOfField(otherBytes, otherFrom, otherEnd);
    if (at - from !== other - otherFrom) return false;
    // Both have ended.
    if (at === from) return true;
    for (let nth = 0; nth < at - from; nth++) if (bytes[from + nth] !== otherBytes[otherFrom + nth]) return false;
  }
}

/**
 * Where the first of some fields begins, at `at` or after it; `end` if there is none, -1 if there is damage before it.
 */
function fromWanted(bytes: Uint8Array, at: number, end: number, fields: Uint8Array): number {
  for (let from = at; from < end; ) {
    const next = endOfField(bytes, from, end);
    if (next < 0 || fields[lowAt(bytes, from) >>> 3] === 1) return next < 0 ? next : from;
    from = next;
  }
  return end;
}

/** Where the field at `at` ends; `at` if there is none, -1 if it is damaged. */
function endOfField(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end) return at;
  const value = endOfVarint(bytes, at, end);
  return value < 0 ? value : endOfValue(bytes, value, end, lowAt(bytes, at));
}

/**
 * Puts the low halves of the values of a repeated varint field, packed or not, into `out`, as many as there is room
 * for; returns how many. Stops at damage.
 */
export function firstVarints(bytes: Uint8Array, start: number, end: number, field: number, out: Uint32Array): number {
  let count = 0;
  for (let at = start; at < end && count < out.length; ) {
    const value = endOfVarint(bytes, at, end);
    if (value < 0) return count;
    const tag = lowAt(bytes, at);
    const next = endOfValue(bytes, value, end, tag);
    if (next < 0) return count;
    if (tag >>> 3 === field && (tag & 7) === WIRE.varint) out[count++] = lowAt(bytes, value);
    else if (tag >>> 3 === field && (tag & 7) === WIRE.bytes) {
      for (let item = endOfVarint(bytes, value, end); item < next && count < out.length; ) {
        const after = endOfVarint(bytes, item, next);
        if (after < 0) return count;
        out[count++] = lowAt(bytes, item);
        item = after;
      }
    }
    at = next;
  }
  return count;
}

/** The number of a field of a message. */
export function fieldNumber(message: MessageName, name: string): number {
  return MESSAGES.get(message)?.find((field) => field.name === name)?.number ?? 0;
}
