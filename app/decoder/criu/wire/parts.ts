// The fields of messages as numbers in one list, so that splitting a message allocates nothing.
//
// Casts `as number` read lists within bounds checked by the loop.

import { grown } from "../../builder/growing.ts";
import type { FieldTable, KnownField } from "./field-table.ts";
import type { EntryBytes } from "./inspect.ts";
import { numberText } from "./pieces.ts";
import { readFixed, readVarint, skip, WIRE } from "./wire.ts";

/** Most values of a repeated field to list in details. */
export const LIST_LIMIT = 10_000;

/** Most occurrences of fields in one message; those after them are not seen. */
const OCCURRENCE_LIMIT = 200_000;

/** Stands for the wire type of an occurrence whose wire type is not its field's. */
export const WRONG = 6;

/** The occurrences of the known fields of messages that were split, in order, PART numbers each. */
export interface Parts {
  list: Uint32Array<ArrayBuffer>;
  /** How many numbers of `list` are in use. */
  length: number;
  /** Scratch room for a number. */
  readonly words: Uint32Array;
  /** The most values of a repeated field. */
  readonly most: number;
}

export const createParts = (most: number, room: number): Parts => ({
  list: new Uint32Array(room * PART),
  length: 0,
  words: new Uint32Array(2),
  most,
});

/**
 * An occurrence: the field's number, its wire type or WRONG, the low and high half of a number or the ends of bytes.
 */
export const PART = 4;
export const WIRE_AT = 1;
const [LOW_AT, HIGH_AT] = [2, 3] as const;

export const lowAt = ({ list }: Parts, at: number): number => list[at + LOW_AT] as number;
export const highAt = ({ list }: Parts, at: number): number => list[at + HIGH_AT] as number;

/**
 * Adds the fields in bytes start … end - 1 of an entry, which are a message or a part of it, up to the first damage.
 *
 * @param first Where the message's parts begin.
 */
export function split(
  parts: Parts,
  entry: EntryBytes,
  fields: FieldTable,
  first: number,
  start: number,
  end: number,
): void {
  const { bytes } = entry;
  const { words } = parts;
  const { byNumber } = fields;
  const most = first + OCCURRENCE_LIMIT * PART;
  for (let at = start; at < end && parts.length < most; ) {
    let tag = bytes[at] as number;
    let next = at + 1;
    if (tag > 127) {
      next = readVarint(bytes, at, end, words);
      if (next < 0 || words[1] !== 0) return;
      tag = words[0] as number;
    }
    const wire = tag & 7;
    const byte = next < end ? (bytes[next] as number) : 128;
    let low = byte;
    let high = 0;
    if (wire === WIRE.varint && byte < 128) next++;
    else if (wire === WIRE.bytes && byte < 128 && byte < end - next) {
      low = ++next;
      next += byte;
      high = next;
    } else {
      const value = next;
      next = skip(bytes, value, end, tag, words);
      if (next < 0) {
        // The entry's last string or nested message has what is left of it.
        low = entry.isCut && end === entry.end && wire === WIRE.bytes ? readVarint(bytes, value, end, words) : -1;
        if (low < 0) return;
        high = next = end;
      } else if (wire === WIRE.bytes) {
        low = next - (words[0] as number);
        high = next;
      } else {
        // A varint is in `words` already.
        if (wire !== WIRE.varint) readFixed(bytes, value, wire, words);
        low = words[0] as number;
        high = words[1] as number;
      }
    }
    at = next;
    const field = byNumber[tag >>> 3];
    if (field !== undefined) addPart(parts, field.number, wireOf(field, wire), low, high);
  }
}

const wireOf = ({ wire, isPackable }: KnownField, found: number): number =>
  found === wire || (isPackable && found === WIRE.bytes) ? found : WRONG;

/** Adds an occurrence. */
export function addPart(parts: Parts, number: number, wire: number, low: number, high: number): void {
  const { length } = parts;
  if (length === parts.list.length) parts.list = grown(parts.list, 2 * length);
  const { list } = parts;
  list[length] = number;
  list[length + WIRE_AT] = wire;
  list[length + LOW_AT] = low;
  list[length + HIGH_AT] = high;
  parts.length = length + PART;
}

/** The values of a repeated number in parts first … last - 1, up to the first occurrence that has another wire type. */
export function numbersOf(parts: Parts, first: number, last: number, bytes: Uint8Array, field: KnownField): number[] {
  const list: number[] = [];
  for (let at = first; at < last && list.length < parts.most; at += PART) {
    if (parts.list[at] !== field.number) continue;
    const wire = parts.list[at + WIRE_AT];
    if (wire === WRONG) break;
    if (wire === field.wire) list.push(numberOf(field.type, lowAt(parts, at), highAt(parts, at)));
    else addPacked(parts, bytes, at, field, list);
  }
  return list;
}

/** Adds the numbers that are packed in part `from`. */
function addPacked(parts: Parts, bytes: Uint8Array, from: number, { wire, type }: KnownField, list: number[]): void {
  const { words } = parts;
  const end = highAt(parts, from);
  for (let at = lowAt(parts, from); at < end && list.length < parts.most; ) {
    const next = skip(bytes, at, end, wire, words);
    if (next < 0) return;
    if (wire !== WIRE.varint) readFixed(bytes, at, wire, words);
    list.push(numberOf(type, words[0] as number, words[1] as number));
    at = next;
  }
}

/** A number by its type; the nearest that a number can hold if it is larger. */
export function numberOf(type: string, low: number, high: number): number {
  switch (type) {
    case "uint32":
      return low;
    case "uint64":
    case "fixed64":
      return high * 2 ** 32 + low;
    case "int64":
      return (high | 0) * 2 ** 32 + low;
    case "bool":
      return low !== 0 || high !== 0 ? 1 : 0;
    case "sint32":
    case "sint64":
      return Number(numberText(type, low, high));
    default:
      // int32, and enums, which are int32 on the wire.
      return low | 0;
  }
}
