// The protobuf wire format, as far as proto2 messages need it. Readers never look past the `end` they are given;
// a damaged message gives what came before the damage.

import { ENUMS, MESSAGES, type MessageName } from "./messages.ts";

/** Wire types: the low three bits of a tag. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, group: 3, endGroup: 4, fixed32: 5 } as const;

/** In the bits that `scan` returns: the message is damaged, and what came behind the damage was not read. */
export const MALFORMED = 1;

/** Which fields `scan` takes out of a message, and where it puts them. */
export interface Plan {
  /** By tag (field number and wire type): the field's slot, 0 for fields that are passed over. */
  readonly slots: Uint8Array;
}

const TAGS = 512;

/** The wire type that a field type is written with. Enums are varints, everything unknown is a message. */
export function wireType(type: string): number {
  if (isNumber(type) || ENUMS[type] !== undefined) return type === "fixed64" ? WIRE.fixed64 : WIRE.varint;
  return WIRE.bytes;
}

/**
 * A plan that takes the named fields of a message: the n-th name goes to slot n + 1 (30 at most). Of a field
 * that occurs more than once the last value counts.
 */
export function plan(message: MessageName, names: readonly string[]): Plan {
  const slots = new Uint8Array(TAGS);
  for (const field of MESSAGES.get(message) ?? []) {
    const slot = names.indexOf(field.name) + 1;
    if (slot > 0) slots[field.number * 8 + wireType(field.type)] = slot;
  }
  return { slots };
}

/** Room for the values of a scan: two words for each slot. */
export const scratch = (): Uint32Array => new Uint32Array(64);

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
      // Field numbers that we take fit two bytes; of others only the wire type matters.
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
          do {
            if (at >= end || shift > 63) return seen | MALFORMED;
            byte = bytes[at++] as number;
            if (shift < 28) low |= (byte & 127) << shift;
            else if (shift === 28) {
              low |= byte << 28;
              high = (byte & 127) >> 4;
            } else high |= (byte & 127) << (shift - 32);
            shift += 7;
          } while (byte > 127);
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
            // A length of 2^28 or more is past the end of any entry.
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
  // Slot 0 takes the values that nobody wants, and its bit means damage to the caller.
  return at === end ? seen & ~MALFORMED : seen | MALFORMED;
}

/**
 * Reads the varint at `at` into out[0] (low half) and out[1] (high half); returns where it ends, or -1 if it does
 * not end before `end` or within ten bytes.
 */
function readVarint(bytes: Uint8Array, at: number, end: number, out: Uint32Array): number {
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

/**
 * Where the value behind the tag `tag` ends, or -1 if it does not end before `end`. Groups, which no image has,
 * are passed over whole. `words` is overwritten.
 */
function skip(bytes: Uint8Array, at: number, end: number, tag: number, words: Uint32Array): number {
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
  const words = new Uint32Array(2);
  let at = start;
  while (at < end) {
    at = readVarint(bytes, at, end, words);
    if (at < 0) return;
    const tag = words[0] as number;
    const next = skip(bytes, at, end, tag, words);
    if (next < 0) return;
    if (tag === field * 8 + WIRE.bytes) visit(readVarint(bytes, at, end, words), next);
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
  const words = new Uint32Array(2);
  let at = start;
  while (at < end) {
    at = readVarint(bytes, at, end, words);
    if (at < 0) return;
    const tag = words[0] as number;
    const next = skip(bytes, at, end, tag, words);
    if (next < 0) return;
    if (tag === field * 8 + WIRE.varint) {
      readVarint(bytes, at, next, words);
      visit(words[0] as number, words[1] as number);
    } else if (tag === field * 8 + WIRE.bytes) {
      let item = readVarint(bytes, at, end, words);
      while (item < next) {
        item = readVarint(bytes, item, next, words);
        if (item < 0) return;
        visit(words[0] as number, words[1] as number);
      }
    }
    at = next;
  }
}

/** The number of a field of a message. */
export function fieldNumber(message: MessageName, name: string): number {
  return MESSAGES.get(message)?.find((field) => field.name === name)?.number ?? 0;
}

/** One piece of an entry: a field with its tag, or bytes that no field of the message accounts for. */
export interface Piece {
  /** Dotted, with an index where the field is repeated: `reg.fown.uid`, `threads[1]`. Empty: damaged bytes. */
  readonly name: string;
  /** Message that the field belongs to. */
  readonly message: string;
  readonly field: string;
  readonly type: string;
  /** `open`: tag and length of a nested message whose fields follow. `payload`: not described. */
  readonly role: "value" | "open" | "payload";
  /** Tag and value: bytes offset … end - 1. */
  readonly offset: number;
  readonly end: number;
  /** Where the value's own bytes begin, behind tag and length. */
  readonly value: number;
  /** Numbers: as wide as the wire has them, before the type's sign is applied. */
  readonly low: number;
  readonly high: number;
}

interface Level {
  readonly prefix: string;
  readonly message: string;
  readonly end: number;
  readonly counts: Map<number, number>;
}

/** More pieces than this of one entry are not told apart: the rest is one piece of payload. */
const PIECE_LIMIT = 200_000;

/**
 * Takes the message bytes[start … end - 1] apart: each byte is in exactly one piece, in order. Unknown fields and
 * what cannot be read are payload.
 */
export function pieces(bytes: Uint8Array, start: number, end: number, message: string): Piece[] {
  const found: Piece[] = [];
  const words = new Uint32Array(2);
  const stack: Level[] = [{ prefix: "", message, end, counts: new Map() }];
  let at = start;
  const add = (piece: Partial<Piece> & Pick<Piece, "offset" | "end">) =>
    found.push({
      name: "",
      message: stack[stack.length - 1]?.message ?? message,
      field: "",
      type: "",
      role: "value",
      value: piece.offset,
      low: 0,
      high: 0,
      ...piece,
    });

  while (stack.length > 0) {
    const level = stack[stack.length - 1] as Level;
    if (at >= level.end) {
      stack.pop();
      continue;
    }
    const offset = at;
    if (found.length >= PIECE_LIMIT) {
      add({ name: "…", role: "payload", offset, end });
      return found;
    }
    const afterTag = readVarint(bytes, at, level.end, words);
    const tag = afterTag < 0 || words[1] !== 0 ? -1 : (words[0] as number);
    const next = tag < 0 ? -1 : skip(bytes, afterTag, level.end, tag, words);
    if (next < 0) {
      add({ role: "payload", offset, end: level.end });
      at = level.end;
      continue;
    }
    at = next;
    const number = tag >>> 3;
    const wire = tag & 7;
    const spec = MESSAGES.get(level.message)?.find((field) => field.number === number);
    const packed = spec?.label === "repeated" && wire === WIRE.bytes && wireType(spec.type) !== WIRE.bytes;
    if (spec === undefined) {
      add({ name: `${level.prefix}${number}`, role: "payload", offset, end: next });
      continue;
    }
    const nth = level.counts.get(number) ?? 0;
    level.counts.set(number, nth + 1);
    const name = `${level.prefix}${spec.name}${spec.label === "repeated" ? `[${nth}]` : ""}`;
    const about = { name, field: spec.name, type: spec.type, offset };
    if (packed && isNumber(spec.type)) {
      level.counts.set(number, nth + addPacked(bytes, offset, afterTag, next, spec, level.prefix, nth, add));
    } else if (wire !== wireType(spec.type)) {
      const value = wire === WIRE.bytes ? readVarint(bytes, afterTag, next, words) : afterTag;
      add({ ...about, role: "payload", end: next, value });
    } else if (wire === WIRE.bytes) {
      const value = readVarint(bytes, afterTag, next, words);
      if (MESSAGES.has(spec.type)) {
        add({ ...about, role: "open", end: value, value });
        at = value;
        stack.push({ prefix: `${name}.`, message: spec.type, end: next, counts: new Map() });
      } else add({ ...about, end: next, value });
    } else {
      if (wire === WIRE.varint) readVarint(bytes, afterTag, next, words);
      else readFixed(bytes, afterTag, wire, words);
      add({ ...about, end: next, value: afterTag, low: words[0] as number, high: words[1] as number });
    }
  }
  return found;
}

const NUMBERS = new Set("uint32 uint64 int32 int64 sint32 sint64 bool fixed64".split(" "));

/** Whether a type is a number that is no enum: such values may be packed. */
export const isNumber = (type: string): boolean => NUMBERS.has(type);

function readFixed(bytes: Uint8Array, at: number, wire: number, out: Uint32Array): void {
  const word = (i: number) =>
    ((bytes[i] as number) | ((bytes[i + 1] as number) << 8) | ((bytes[i + 2] as number) << 16)) +
    (bytes[i + 3] as number) * 2 ** 24;
  out[0] = word(at);
  out[1] = wire === WIRE.fixed64 ? word(at + 4) : 0;
}

/** Pieces of a packed field: tag and length, then each value. Returns how many values there were. */
function addPacked(
  bytes: Uint8Array,
  offset: number,
  afterTag: number,
  end: number,
  spec: { readonly name: string; readonly type: string },
  prefix: string,
  nth: number,
  add: (piece: Partial<Piece> & Pick<Piece, "offset" | "end">) => number,
): number {
  const words = new Uint32Array(2);
  const wire = wireType(spec.type);
  let at = readVarint(bytes, afterTag, end, words);
  add({ name: `${prefix}${spec.name}`, field: spec.name, type: spec.type, role: "open", offset, end: at, value: at });
  let count = 0;
  while (at < end) {
    const next = count < PIECE_LIMIT ? skip(bytes, at, end, wire, words) : -1;
    if (next < 0) {
      add({ role: "payload", offset: at, end });
      break;
    }
    if (wire === WIRE.varint) readVarint(bytes, at, next, words);
    else readFixed(bytes, at, wire, words);
    const name = `${prefix}${spec.name}[${nth + count}]`;
    const [low, high] = words as unknown as [number, number];
    add({ name, field: spec.name, type: spec.type, offset: at, end: next, value: at, low, high });
    at = next;
    count++;
  }
  return count;
}

/** A number's value by its type, exactly, as decimal text: `-1`, `18446744073709551615`; `true` and `false`. */
export function numberText(type: string, low: number, high: number): string {
  switch (type) {
    case "bool":
      return low === 0 && high === 0 ? "false" : "true";
    case "int64":
      return BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low)).toString();
    case "uint64":
    case "fixed64":
      return ((BigInt(high) << 32n) | BigInt(low)).toString();
    case "sint64": {
      const value = (BigInt(high) << 32n) | BigInt(low);
      return (value & 1n ? -(value >> 1n) - 1n : value >> 1n).toString();
    }
    case "sint32":
      return String((low >>> 1) ^ -(low & 1));
    case "uint32":
      return String(low >>> 0);
    default:
      // int32, and enums, which are int32 on the wire.
      return String(low | 0);
  }
}
