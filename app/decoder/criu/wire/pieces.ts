// Splits an entry into fields, and bytes that belong to no field, for the inspector.

import { FIELD_TABLES, type FieldTable, type KnownField } from "./field-table.ts";
import { readFixed, readVarint, skip, WIRE } from "./wire.ts";

/** One piece of an entry: a field with its tag, or bytes that belong to no field of the message. */
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
  /** Where the value's own bytes begin, after tag and length. */
  readonly value: number;
  /** The two halves of a number on the wire, before its type's sign is applied. */
  readonly low: number;
  readonly high: number;
  /** The file ends inside it. */
  readonly cut?: true;
}

interface Level {
  readonly prefix: string;
  readonly message: string;
  /** `null`: the message is not described. */
  readonly table: FieldTable | null;
  readonly end: number;
  /** By field number: how many values were read. */
  readonly counts: number[];
}

const levelOf = (prefix: string, message: string, end: number): Level => ({
  prefix,
  message,
  table: FIELD_TABLES.get(message) ?? null,
  end,
  counts: [],
});

/** Most pieces of one entry; the rest becomes one piece of payload. */
export const PIECE_LIMIT = 200_000;

/** A value. All pieces are made here, and so have one hidden class: the checks make tens of thousands. */
const valuePiece = (
  name: string,
  message: string,
  { name: field, type }: Pick<KnownField, "name" | "type">,
  offset: number,
  end: number,
  value: number,
  low = 0,
  high = 0,
  role: Piece["role"] = "value",
): Piece => ({ name, message, field, type, role, offset, end, value, low, high });

const NO_FIELD = { name: "", type: "" };

/** Bytes offset … end - 1, which no field describes. */
const payload = (name: string, message: string, offset: number, end: number): Piece =>
  valuePiece(name, message, NO_FIELD, offset, end, offset, 0, 0, "payload");

/**
 * Splits the message bytes[start … end - 1] into pieces, in order; each byte is in exactly one. Unknown fields and
 * unreadable bytes are payload. If the file ends inside the entry (`isCut`), the last string or nested message has the
 * rest.
 */
export function pieces(bytes: Uint8Array, start: number, end: number, message: string, isCut = false): Piece[] {
  const found: Piece[] = [];
  const words = new Uint32Array(2);
  const stack: Level[] = [levelOf("", message, end)];
  let at = start;
  while (stack.length > 0) {
    const level = stack[stack.length - 1] as Level;
    if (at >= level.end) {
      stack.pop();
      continue;
    }
    const offset = at;
    if (found.length >= PIECE_LIMIT) {
      found.push(payload("…", level.message, offset, end));
      return found;
    }
    const afterTag = readVarint(bytes, at, level.end, words);
    const tag = afterTag < 0 || words[1] !== 0 ? -1 : (words[0] as number);
    const whole = tag < 0 ? -1 : skip(bytes, afterTag, level.end, tag, words);
    const isLast = whole < 0 && isCut && level.end === end;
    const next = isLast ? cutEnd(bytes, afterTag, end, tag) : whole;
    if (next < 0) {
      found.push(payload("", level.message, offset, level.end));
      at = level.end;
      continue;
    }
    at = next;
    const number = tag >>> 3;
    const wire = tag & 7;
    const field = level.table?.byNumber[number];
    if (field === undefined) {
      found.push(payload(`${level.prefix}${number}`, level.message, offset, next));
      continue;
    }
    const nth = level.counts[number] ?? 0;
    level.counts[number] = nth + 1;
    if (field.isPackable && wire === WIRE.bytes) {
      level.counts[number] = nth + addPacked(bytes, offset, afterTag, next, field, level, nth, found);
      continue;
    }
    const name = field.isRepeated ? `${level.prefix}${field.name}[${nth}]` : level.prefix + field.name;
    if (wire !== field.wire) {
      const value = wire === WIRE.bytes ? readVarint(bytes, afterTag, next, words) : afterTag;
      found.push(valuePiece(name, level.message, field, offset, next, value, 0, 0, "payload"));
    } else if (wire !== WIRE.bytes) {
      if (wire === WIRE.varint) readVarint(bytes, afterTag, next, words);
      else readFixed(bytes, afterTag, wire, words);
      const [low, high] = [words[0] as number, words[1] as number];
      found.push(valuePiece(name, level.message, field, offset, next, afterTag, low, high));
    } else {
      const value = readVarint(bytes, afterTag, next, words);
      if (field.message !== null) {
        found.push(valuePiece(name, level.message, field, offset, value, value, 0, 0, "open"));
        at = value;
        stack.push(levelOf(`${name}.`, field.type, next));
      } else {
        const piece = valuePiece(name, level.message, field, offset, next, value);
        found.push(isLast ? { ...piece, cut: true } : piece);
      }
    }
  }
  return found;
}

/** `end`, for a value whose stated length goes beyond it; -1 if the value has no length. */
const cutEnd = (bytes: Uint8Array, at: number, end: number, tag: number): number =>
  tag >= 0 && (tag & 7) === WIRE.bytes && readVarint(bytes, at, end, new Uint32Array(2)) >= 0 ? end : -1;

/** Adds the pieces of a packed field: tag and length, then each value. Returns how many values there were. */
function addPacked(
  bytes: Uint8Array,
  offset: number,
  afterTag: number,
  end: number,
  field: KnownField,
  { prefix, message }: Level,
  nth: number,
  found: Piece[],
): number {
  const words = new Uint32Array(2);
  const name = prefix + field.name;
  let at = readVarint(bytes, afterTag, end, words);
  found.push(valuePiece(name, message, field, offset, at, at, 0, 0, "open"));
  let count = 0;
  while (at < end) {
    const next = count < PIECE_LIMIT ? skip(bytes, at, end, field.wire, words) : -1;
    if (next < 0) {
      found.push(payload("", message, at, end));
      break;
    }
    if (field.wire === WIRE.varint) readVarint(bytes, at, next, words);
    else readFixed(bytes, at, field.wire, words);
    const [low, high] = [words[0] as number, words[1] as number];
    found.push(valuePiece(`${name}[${nth + count}]`, message, field, at, next, at, low, high));
    at = next;
    count++;
  }
  return count;
}

/** A number's value by its type, exactly, as decimal text: `-1`, `18446744073709551615`; `true` and `false`. */
export function numberText(type: string, low: number, high: number): string {
  // Nearly all are small and need no BigInt.
  if (high === 0 && (type === "uint64" || type === "int64" || type === "fixed64")) return String(low);
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
