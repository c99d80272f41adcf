// A whole message as an object, with the names of messages.ts: for messages that are few. For those that are many,
// wire.ts reads single fields without allocating.

import { ENUMS, type FieldSpec, MESSAGES, type MessageName } from "./messages.ts";
import { readVarint, skip, WIRE } from "./wire.ts";

/** Numbers of 64 bits are bigints, all others numbers; strings and bytes are views of the message's bytes. */
type MessageValue = number | bigint | Uint8Array | Message;

/** The fields of a message that are in it, by name; repeated fields as lists. */
export interface Message {
  readonly [name: string]: MessageValue | readonly MessageValue[] | undefined;
}

/** Deeper nesting is ignored: no message of CRIU but cgroup_dir_entry contains itself. */
const MOST_DEPTH = 40;
/** Most values of one repeated field. */
const MOST_VALUES = 1 << 20;

const WIDE = new Set("uint64 int64 sint64 fixed64".split(" "));

/** A value of a varint or fixed64 field from its halves. */
function numberOf(type: string, low: number, high: number): number | bigint {
  if (!WIDE.has(type)) {
    const value = low >>> 0;
    if (type === "sint32") return (value >>> 1) ^ -(value & 1);
    return type === "uint32" ? value : value | 0;
  }
  const value = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
  if (type === "sint64") return (value >> 1n) ^ -(value & 1n);
  return type === "int64" ? BigInt.asIntN(64, value) : value;
}

const byNumber = new Map<string, ReadonlyMap<number, FieldSpec>>();

function fieldsOf(message: string): ReadonlyMap<number, FieldSpec> {
  let fields = byNumber.get(message);
  if (fields === undefined) {
    fields = new Map((MESSAGES.get(message) ?? []).map((field) => [field.number, field]));
    byNumber.set(message, fields);
  }
  return fields;
}

const isScalar = (type: string): boolean =>
  WIDE.has(type) || ENUMS[type] !== undefined || ["uint32", "int32", "sint32", "bool"].includes(type);

/**
 * Reads the message bytes[start … end - 1]. What follows damage is missing. `only`: other fields of the outer message
 * are skipped.
 */
export function readMessage(
  bytes: Uint8Array,
  start: number,
  end: number,
  message: MessageName,
  only?: ReadonlySet<string>,
): Message {
  return read(bytes, start, end, message, only, 0);
}

function read(
  bytes: Uint8Array,
  start: number,
  end: number,
  message: string,
  only: ReadonlySet<string> | undefined,
  depth: number,
): Message {
  const fields = fieldsOf(message);
  const found: Record<string, MessageValue | MessageValue[]> = {};
  const words = new Uint32Array(2);
  for (let at = start; at < end; ) {
    at = readVarint(bytes, at, end, words);
    if (at < 0) break;
    const tag = words[0] as number;
    const next = skip(bytes, at, end, tag, words);
    if (next < 0) break;
    const field = fields.get(tag >>> 3);
    if (field !== undefined && (only === undefined || only.has(field.name))) {
      for (const value of valuesOf(bytes, at, next, tag & 7, field, depth)) add(found, field, value);
    }
    at = next;
  }
  return found;
}

function add(found: Record<string, MessageValue | MessageValue[]>, field: FieldSpec, value: MessageValue): void {
  if (field.label !== "repeated") {
    found[field.name] = value;
    return;
  }
  const list = found[field.name];
  if (!Array.isArray(list)) found[field.name] = [value];
  else if (list.length < MOST_VALUES) list.push(value);
}

/** The values in bytes[at … next - 1]: several of a packed field, none if the wire type is not the field's. */
function* valuesOf(
  bytes: Uint8Array,
  at: number,
  next: number,
  wire: number,
  { type, label }: FieldSpec,
  depth: number,
): Generator<MessageValue> {
  const words = new Uint32Array(2);
  if (wire === WIRE.bytes) {
    let from = readVarint(bytes, at, next, words);
    if (from < 0) return;
    if (!isScalar(type)) {
      if (type === "string" || type === "bytes") yield bytes.subarray(from, next);
      else if (depth < MOST_DEPTH && MESSAGES.has(type)) yield read(bytes, from, next, type, undefined, depth + 1);
    } else if (label === "repeated" && type !== "fixed64") {
      while (from < next) {
        from = readVarint(bytes, from, next, words);
        if (from < 0) return;
        yield numberOf(type, words[0] as number, words[1] as number);
      }
    }
  } else if (wire === WIRE.varint && isScalar(type) && type !== "fixed64") {
    readVarint(bytes, at, next, words);
    yield numberOf(type, words[0] as number, words[1] as number);
  } else if (wire === WIRE.fixed64 && type === "fixed64") {
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, 8);
    yield view.getBigUint64(0, true);
  }
}

/** A number of at most 32 bits, or an enum's; `null` if absent. */
export function numberIn(message: Message | null, name: string): number | null {
  const value = message?.[name];
  return typeof value === "number" ? value : null;
}

/** A number of 64 bits; `null` if absent. */
export function wideIn(message: Message | null, name: string): bigint | null {
  const value = message?.[name];
  return typeof value === "bigint" ? value : null;
}

/** A string or bytes; `null` if absent. */
export function bytesIn(message: Message | null, name: string): Uint8Array | null {
  const value = message?.[name];
  return value instanceof Uint8Array ? value : null;
}

/** A nested message; `null` if absent. */
export function messageIn(message: Message | null, name: string): Message | null {
  const value = message?.[name];
  return value === undefined || typeof value !== "object" || value instanceof Uint8Array || Array.isArray(value)
    ? null
    : (value as Message);
}

/** The messages of a repeated field. */
export function messagesIn(message: Message | null, name: string): readonly Message[] {
  const value = message?.[name];
  return Array.isArray(value) ? (value as readonly Message[]) : [];
}

/** The numbers of a repeated field of at most 32 bits; `null` if absent. */
export function numbersIn(message: Message | null, name: string): readonly number[] | null {
  const value = message?.[name];
  return Array.isArray(value) ? (value as readonly number[]) : null;
}
