// Splits an entry into fields, and bytes that belong to no field, for the inspector.

import { FIELD_TABLES } from "./field-table.ts";
import { isNumber, readFixed, readVarint, skip, WIRE, wireType } from "./wire.ts";

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
  readonly end: number;
  readonly counts: Map<number, number>;
}

/** Most pieces of one entry; the rest becomes one piece of payload. */
const PIECE_LIMIT = 200_000;

/**
 * Splits the message bytes[start … end - 1] into pieces, in order; each byte is in exactly one. Unknown fields and
 * unreadable bytes are payload. Where the file ends inside the entry (`isCut`), the last string or nested message has what
 * is left of it.
 */
export function pieces(bytes: Uint8Array, start: number, end: number, message: string, isCut = false): Piece[] {
  const found: Piece[] = [];
  const words = new Uint32Array(2);
  const stack: Level[] = [{ prefix: "", message, end, counts: new Map() }];
  let at = start;
  const add = (piece: Partial<Piece> & Pick<Piece, "offset" | "end">) => {
    // Key by key: spreading is many times slower, and there are many pieces.
    const made: Piece = {
      name: piece.name ?? "",
      message: stack[stack.length - 1]?.message ?? message,
      field: piece.field ?? "",
      type: piece.type ?? "",
      role: piece.role ?? "value",
      offset: piece.offset,
      end: piece.end,
      value: piece.value ?? piece.offset,
      low: piece.low ?? 0,
      high: piece.high ?? 0,
    };
    return found.push(piece.cut === true ? { ...made, cut: true } : made);
  };

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
    const whole = tag < 0 ? -1 : skip(bytes, afterTag, level.end, tag, words);
    const isLast = whole < 0 && isCut && level.end === end;
    const next = isLast ? cutEnd(bytes, afterTag, end, tag) : whole;
    if (next < 0) {
      add({ role: "payload", offset, end: level.end });
      at = level.end;
      continue;
    }
    at = next;
    const number = tag >>> 3;
    const wire = tag & 7;
    const spec = FIELD_TABLES.get(level.message)?.byNumber[number];
    const packed = spec?.isRepeated && wire === WIRE.bytes && spec.wire !== WIRE.bytes;
    if (spec === undefined) {
      add({ name: `${level.prefix}${number}`, role: "payload", offset, end: next });
      continue;
    }
    const nth = level.counts.get(number) ?? 0;
    level.counts.set(number, nth + 1);
    const name = `${level.prefix}${spec.name}${spec.isRepeated ? `[${nth}]` : ""}`;
    const about = { name, field: spec.name, type: spec.type, offset };
    if (packed && isNumber(spec.type)) {
      level.counts.set(number, nth + addPacked(bytes, offset, afterTag, next, spec, level.prefix, nth, add));
    } else if (wire !== spec.wire) {
      const value = wire === WIRE.bytes ? readVarint(bytes, afterTag, next, words) : afterTag;
      add({ ...about, role: "payload", end: next, value });
    } else if (wire === WIRE.bytes) {
      const value = readVarint(bytes, afterTag, next, words);
      if (spec.message !== null) {
        add({ ...about, role: "open", end: value, value });
        at = value;
        stack.push({ prefix: `${name}.`, message: spec.type, end: next, counts: new Map() });
      } else add({ ...about, end: next, value, ...(isLast ? { cut: true } : {}) });
    } else {
      if (wire === WIRE.varint) readVarint(bytes, afterTag, next, words);
      else readFixed(bytes, afterTag, wire, words);
      add({ ...about, end: next, value: afterTag, low: words[0] as number, high: words[1] as number });
    }
  }
  return found;
}

/** `end`, for a value whose stated length goes beyond it; -1 if the value has no length. */
const cutEnd = (bytes: Uint8Array, at: number, end: number, tag: number): number =>
  tag >= 0 && (tag & 7) === WIRE.bytes && readVarint(bytes, at, end, new Uint32Array(2)) >= 0 ? end : -1;

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
