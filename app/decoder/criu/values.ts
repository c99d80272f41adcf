// The values of an entry by their names, for reading details and resources. A message is split into fields when the first
// of them is asked for, and nested messages likewise: few fields of few messages are needed. For messages that are many,
// wire.ts reads single fields without allocating.
//
// Casts `as number` read lists within bounds checked by the loop.

import { visibleText } from "../../model/text.ts";
import { FIELD_TABLES, type FieldTable, type KnownField } from "./field-table.ts";
import type { EntryBytes } from "./inspect.ts";
import { numberText } from "./pieces.ts";
import { readFixed, readVarint, skip, WIRE } from "./wire.ts";

/** The values of one message by dotted name. If a field occurs more than once, the last value counts. */
export interface Values {
  /** Whether a field that is not repeated is there. */
  has(name: string): boolean;
  /** A number; the nearest that a number can hold if it has more than 53 bits. `null` if absent. */
  number(name: string): number | null;
  /** A number of 64 bits; `null` if absent. */
  wide(name: string): bigint | null;
  /** A number as exact decimal text; `null` if absent. */
  exact(name: string): string | null;
  text(name: string): string | null;
  /** A string or bytes, as a view of the entry's; `null` if absent. */
  bytes(name: string): Uint8Array | null;
  /** A value in the form of its type; `null` if absent, or if it is a message. */
  stored(name: string): StoredValue | null;
  bool(name: string): boolean | null;
  /** The two halves of a number; `null` if absent. */
  halves(name: string): { readonly low: number; readonly high: number } | null;
  /** All values of a repeated number. */
  numbers(name: string): number[];
  /** All values of a repeated string, as views of the entry's bytes. */
  texts(name: string): Uint8Array[];
  /** The values of each occurrence of a repeated message. */
  each<T>(name: string, make: (values: Values) => T): T[];
  /** The values of a nested message; of an empty one if it is absent. */
  inside(name: string): Values;
  /** The values of a nested message; `null` if it is absent. */
  nested(name: string): Values | null;
}

/** A value as it is stored: a bigint if its type has 64 bits, a view of the entry's bytes if it is a string. */
export type StoredValue = number | bigint | Uint8Array | readonly number[];

/** Most values of a repeated field to list in details. */
const LIST_LIMIT = 10_000;

/** Most occurrences of fields in one message; those after them are not seen. */
const OCCURRENCE_LIMIT = 200_000;

/** Stands for the wire type of an occurrence whose wire type is not its field's. */
const WRONG = -1;

/** A message, or several occurrences of one nested message, which protobuf merges. */
interface Message {
  readonly fields: FieldTable;
  /** Start and end of each occurrence, one after the other, in the entry's bytes. */
  readonly spans: readonly number[];
  /** `null` until it is split. */
  parts: Parts | null;
}

/** The occurrences of a message's known fields, in order. */
interface Parts {
  readonly field: KnownField[];
  readonly wire: number[];
  /** The low half of a number, or the start of bytes. */
  readonly low: number[];
  /** The high half of a number, or the end of bytes. */
  readonly high: number[];
  /** Nested messages that were asked for; `null` in place of those that are absent. */
  inner: Map<KnownField, Message | null> | null;
}

/** Where a dotted name leads. */
interface Path {
  /** The nested messages to go through. */
  readonly through: readonly KnownField[];
  readonly field: KnownField;
}

/** A function that gives the values of entries. @param most The most values of a repeated field. */
export function createValueReader(most = LIST_LIMIT): (entry: EntryBytes) => Values {
  const pathOf = createPaths();
  const words = new Uint32Array(2);
  return (entry) => {
    const { bytes, start, end } = entry;
    const fields = FIELD_TABLES.get(entry.message ?? "") ?? EMPTY;
    return valuesOf(
      { bytes, end, isCut: entry.isCut, most, pathOf, words, parts: NO_PARTS },
      { fields, spans: [start, end], parts: null },
    );
  };
}

const EMPTY: FieldTable = { byNumber: [], byName: new Map() };
const NO_PARTS: Parts = { field: [], wire: [], low: [], high: [], inner: null };

type PathOf = (fields: FieldTable, name: string) => Path | null;

/** A function that resolves dotted names, each once. */
function createPaths(): PathOf {
  const known = new Map<FieldTable, Map<string, Path | null>>();
  return (fields, name) => {
    const paths = known.get(fields) ?? new Map<string, Path | null>();
    if (paths.size === 0) known.set(fields, paths);
    const found = paths.get(name);
    if (found !== undefined) return found;
    const path = resolvePath(fields, name);
    paths.set(name, path);
    return path;
  };
}

function resolvePath(fields: FieldTable, name: string): Path | null {
  const through: KnownField[] = [];
  const names = name.split(".");
  const last = names.pop() ?? "";
  let table: FieldTable | null = fields;
  for (const each of names) {
    const field: KnownField | undefined = table?.byName.get(each);
    if (field === undefined) return null;
    through.push(field);
    table = field.message;
  }
  const field = table?.byName.get(last);
  return field === undefined ? null : { through, field };
}

/** The entry that messages are in. */
interface Context {
  readonly bytes: Uint8Array;
  readonly end: number;
  readonly isCut: boolean;
  readonly most: number;
  readonly pathOf: PathOf;
  /** Scratch room for a number. */
  readonly words: Uint32Array;
  /** The nested message that was read last. */
  parts: Parts;
}

function valuesOf(context: Context, message: Message): Values {
  // Written without a function for each look-up: a socket's options alone are forty look-ups.
  /** The place of a field that is not repeated in `context.parts`; -1 if it is absent. */
  const find = (name: string): number => {
    const path = locate(context, message, name);
    return path === null || path.field.isRepeated ? -1 : lastOf(context.parts, path.field);
  };
  return {
    has: (name) => find(name) >= 0,
    number(name) {
      const at = find(name);
      if (at < 0) return null;
      const { type, wire } = fieldAt(context.parts, at);
      return wire === WIRE.bytes ? null : numberOf(type, lowAt(context.parts, at), highAt(context.parts, at));
    },
    wide(name) {
      const at = find(name);
      if (at < 0) return null;
      const { type, wire } = fieldAt(context.parts, at);
      return wire === WIRE.bytes ? null : wideOf(type, lowAt(context.parts, at), highAt(context.parts, at));
    },
    exact(name) {
      const at = find(name);
      if (at < 0) return null;
      const { type, wire } = fieldAt(context.parts, at);
      return wire === WIRE.bytes ? null : numberText(type, lowAt(context.parts, at), highAt(context.parts, at));
    },
    text(name) {
      const at = find(name);
      if (at < 0) return null;
      const { message: inner, wire } = fieldAt(context.parts, at);
      if (inner !== null || wire !== WIRE.bytes) return null;
      return visibleText(context.bytes.subarray(lowAt(context.parts, at), highAt(context.parts, at)));
    },
    bytes(name) {
      const at = find(name);
      if (at < 0) return null;
      const { message: inner, wire } = fieldAt(context.parts, at);
      if (inner !== null || wire !== WIRE.bytes) return null;
      return context.bytes.subarray(lowAt(context.parts, at), highAt(context.parts, at));
    },
    stored: (name) => storedOf(context, message, name),
    bool(name) {
      const at = find(name);
      return at < 0 ? null : lowAt(context.parts, at) !== 0 || highAt(context.parts, at) !== 0;
    },
    halves(name) {
      const at = find(name);
      return at < 0 ? null : { low: lowAt(context.parts, at), high: highAt(context.parts, at) };
    },
    numbers(name) {
      const path = locate(context, message, name);
      return path === null ? [] : numbersOf(context, context.parts, path.field);
    },
    texts(name) {
      const path = locate(context, message, name);
      return path === null || path.field.wire !== WIRE.bytes ? [] : textsOf(context, context.parts, path.field);
    },
    each(name, make) {
      const path = locate(context, message, name);
      const fields = path?.field.message ?? null;
      return path === null || fields === null ? [] : eachOf(context, path.field, fields, make);
    },
    inside(name) {
      const path = locate(context, message, name);
      const inner = path === null ? null : innerOf(context.parts, path.field);
      return valuesOf(context, inner ?? { fields: path?.field.message ?? EMPTY, spans: [], parts: null });
    },
    nested(name) {
      const path = locate(context, message, name);
      const inner = path === null ? null : innerOf(context.parts, path.field);
      return inner === null ? null : valuesOf(context, inner);
    },
  };
}

/** Splits the message that has the field at the end of a dotted name, into `context.parts`; `null` if it is absent. */
function locate(context: Context, message: Message, name: string): Path | null {
  const path = context.pathOf(message.fields, name);
  if (path === null) return null;
  let parts = partsOf(context, message);
  for (let at = 0; at < path.through.length; at++) {
    const inner = innerOf(parts, path.through[at] as KnownField);
    if (inner === null) return null;
    parts = partsOf(context, inner);
  }
  context.parts = parts;
  return path;
}

function storedOf(context: Context, message: Message, name: string): StoredValue | null {
  const path = locate(context, message, name);
  if (path === null || path.field.message !== null) return null;
  const { parts } = context;
  const { type, wire, isRepeated, isPackable } = path.field;
  if (isRepeated) return isPackable && parts.field.includes(path.field) ? numbersOf(context, parts, path.field) : null;
  const at = lastOf(parts, path.field);
  if (at < 0) return null;
  const [low, high] = [lowAt(parts, at), highAt(parts, at)];
  if (wire === WIRE.bytes) return context.bytes.subarray(low, high);
  return type.endsWith("64") ? wideOf(type, low, high) : numberOf(type, low, high);
}

function eachOf<T>(context: Context, field: KnownField, fields: FieldTable, make: (values: Values) => T): T[] {
  const { parts, most } = context;
  const list: T[] = [];
  for (let at = 0; at < parts.field.length && list.length < most; at++) {
    if (parts.field[at] !== field) continue;
    if (parts.wire[at] === WRONG) break;
    list.push(make(valuesOf(context, { fields, spans: [lowAt(parts, at), highAt(parts, at)], parts: null })));
  }
  return list;
}

const fieldAt = ({ field }: Parts, at: number): KnownField => field[at] as KnownField;
const lowAt = ({ low }: Parts, at: number): number => low[at] as number;
const highAt = ({ high }: Parts, at: number): number => high[at] as number;

/** The last occurrence of a field that has its wire type; -1 if there is none. */
function lastOf({ field, wire }: Parts, wanted: KnownField): number {
  for (let at = field.length - 1; at >= 0; at--) if (field[at] === wanted && wire[at] !== WRONG) return at;
  return -1;
}

/** A nested message, all its occurrences as one; `null` if it is absent or repeated. */
function innerOf(parts: Parts, field: KnownField): Message | null {
  const known = parts.inner?.get(field);
  if (known !== undefined) return known;
  const inner = field.message === null || field.isRepeated ? null : mergedOf(parts, field, field.message);
  parts.inner ??= new Map();
  parts.inner.set(field, inner);
  return inner;
}

function mergedOf(parts: Parts, field: KnownField, fields: FieldTable): Message | null {
  const spans: number[] = [];
  for (let at = 0; at < parts.field.length; at++) {
    if (parts.field[at] === field && parts.wire[at] !== WRONG) spans.push(lowAt(parts, at), highAt(parts, at));
  }
  return spans.length === 0 ? null : { fields, spans, parts: null };
}

/** The occurrences of a message's fields, up to the first damage of each of its own occurrences. */
function partsOf(context: Context, message: Message): Parts {
  if (message.parts !== null) return message.parts;
  const parts: Parts = { field: [], wire: [], low: [], high: [], inner: null };
  for (let at = 0; at < message.spans.length; at += 2) {
    split(context, message.fields, message.spans[at] as number, message.spans[at + 1] as number, parts);
  }
  message.parts = parts;
  return parts;
}

function split(context: Context, fields: FieldTable, start: number, end: number, parts: Parts): void {
  const { bytes, end: last, isCut, words: out } = context;
  for (let at = start; at < end && parts.field.length < OCCURRENCE_LIMIT; ) {
    const value = readVarint(bytes, at, end, out);
    if (value < 0 || out[1] !== 0) return;
    const tag = out[0] as number;
    const wire = tag & 7;
    let next = skip(bytes, value, end, tag, out);
    let from = wire === WIRE.bytes ? next - (out[0] as number) : value;
    if (next < 0) {
      // The entry's last string or nested message has what is left of it.
      from = isCut && end === last && wire === WIRE.bytes ? readVarint(bytes, value, end, out) : -1;
      if (from < 0) return;
      next = end;
    }
    at = next;
    const field = fields.byNumber[tag >>> 3];
    if (field === undefined) continue;
    const isOwn = wire === field.wire;
    parts.field.push(field);
    parts.wire.push(isOwn || (field.isPackable && wire === WIRE.bytes) ? wire : WRONG);
    if (wire === WIRE.bytes) {
      parts.low.push(from);
      parts.high.push(next);
    } else {
      if (wire !== WIRE.varint) readFixed(bytes, value, wire, out);
      parts.low.push(out[0] as number);
      parts.high.push(out[1] as number);
    }
  }
}

/** The values of a repeated number, up to the first occurrence that has another wire type. */
function numbersOf(context: Context, parts: Parts, field: KnownField): number[] {
  const list: number[] = [];
  for (let at = 0; at < parts.field.length && list.length < context.most; at++) {
    if (parts.field[at] !== field) continue;
    const wire = parts.wire[at];
    if (wire === WRONG) break;
    if (wire === field.wire) list.push(numberOf(field.type, lowAt(parts, at), highAt(parts, at)));
    else addPacked(context, lowAt(parts, at), highAt(parts, at), field, list);
  }
  return list;
}

/** The values of a repeated string, up to the first occurrence that has another wire type. */
function textsOf({ bytes, most }: Context, parts: Parts, field: KnownField): Uint8Array[] {
  const list: Uint8Array[] = [];
  for (let at = 0; at < parts.field.length && list.length < most; at++) {
    if (parts.field[at] !== field) continue;
    if (parts.wire[at] === WRONG) break;
    list.push(bytes.subarray(lowAt(parts, at), highAt(parts, at)));
  }
  return list;
}

function addPacked(context: Context, start: number, end: number, { wire, type }: KnownField, list: number[]): void {
  const { bytes, most, words: out } = context;
  for (let at = start; at < end && list.length < most; ) {
    const next = skip(bytes, at, end, wire, out);
    if (next < 0) return;
    if (wire !== WIRE.varint) readFixed(bytes, at, wire, out);
    list.push(numberOf(type, out[0] as number, out[1] as number));
    at = next;
  }
}

/** A number of 64 bits by its type. */
function wideOf(type: string, low: number, high: number): bigint {
  const value = (BigInt(high) << 32n) | BigInt(low);
  if (type === "sint64") return (value >> 1n) ^ -(value & 1n);
  return type === "int64" ? BigInt.asIntN(64, value) : value;
}

/** A number by its type; the nearest that a number can hold if it is larger. */
function numberOf(type: string, low: number, high: number): number {
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
    default:
      return Number(numberText(type, low, high));
  }
}
