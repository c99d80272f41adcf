// The values of an entry by their names, for reading details and resources. A message is split into fields when the
// first of them is asked for, and nested messages likewise: few fields of few messages are needed. The fields are kept
// in one array of numbers. For the most numerous messages, wire.ts reads single fields without allocating.
//
// Casts `as number` read lists within bounds checked by the loop.

import { NONE } from "../../../model/checkpoint.ts";
import { visibleText } from "../../../model/text/text.ts";
import { FIELD_TABLES, type FieldTable, type KnownField, pathIn } from "./field-table.ts";
import type { EntryBytes } from "./inspect.ts";
import {
  createParts,
  highAt,
  LIST_LIMIT,
  lowAt,
  numberOf,
  numbersOf,
  PART,
  type Parts,
  split,
  WIRE_AT,
  WRONG,
} from "./parts.ts";
import { numberText } from "./pieces.ts";
import { WIRE } from "./wire.ts";

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
  /**
   * Text that is the same for two messages only if all occurrences of these fields are, in the same order. `null` if
   * they take more bytes than `most`, or the end of the file cuts them.
   */
  encoded(names: readonly string[], most: number): string | null;
}

/** A value as it is stored: a bigint if its type has 64 bits, a view of the entry's bytes if it is a string. */
export type StoredValue = number | bigint | Uint8Array | readonly number[];

/** A message, or several occurrences of one nested message, which protobuf merges. */
interface Message {
  readonly entry: EntryBytes;
  readonly fields: FieldTable;
  /** The message that it is in as a field that is not repeated; `null`: it is the bytes start … end - 1. */
  readonly outer: Message | null;
  readonly field: KnownField | null;
  readonly start: number;
  readonly end: number;
  /** Its parts are list[first … last - 1]; NONE until it is split. */
  first: number;
  last: number;
  /** Nested messages that were read. */
  inner: Message[];
}

/** A function that gives the values of entries. @param most The most values of a repeated field. */
export function createValueReader(most = LIST_LIMIT): (entry: EntryBytes) => Values {
  return (entry) => new MessageValues(createParts(most, 16), entireMessage(entry));
}

/**
 * A function that gives the values of entries, for which no memory is allocated once there is enough. If `isNext`, the
 * values that it gave before must no longer be read.
 */
export function createSharedValueReader(): (entry: EntryBytes, isNext: boolean) => Values {
  const parts = createParts(LIST_LIMIT, 64);
  return (entry, isNext) => {
    if (isNext) parts.length = 0;
    return new MessageValues(parts, entireMessage(entry));
  };
}

const entireMessage = (entry: EntryBytes): Message => bytesOf(entry, FIELD_TABLES.get(entry.message ?? "") ?? EMPTY);

const EMPTY: FieldTable = { byNumber: [], byName: new Map(), paths: new Map() };
const NO_MESSAGES: Message[] = [];

const bytesOf = (entry: EntryBytes, fields: FieldTable, start = entry.start, end = entry.end): Message => ({
  entry,
  fields,
  outer: null,
  field: null,
  start,
  end,
  first: NONE,
  last: NONE,
  inner: NO_MESSAGES,
});

/** A class, because the values of a message are then one object, and not a function for each kind of value. */
class MessageValues implements Values {
  private readonly parts: Parts;
  private readonly message: Message;
  /** The result of the last look-up: the field, and the message that has it. */
  private field: KnownField | null = null;
  private owner: Message;

  constructor(parts: Parts, message: Message) {
    this.parts = parts;
    this.message = message;
    this.owner = message;
  }

  has(name: string): boolean {
    return this.find(name) >= 0;
  }

  number(name: string): number | null {
    const at = this.find(name);
    if (at < 0) return null;
    const { type, wire } = this.field as KnownField;
    return wire === WIRE.bytes ? null : numberOf(type, lowAt(this.parts, at), highAt(this.parts, at));
  }

  wide(name: string): bigint | null {
    const at = this.find(name);
    if (at < 0) return null;
    const { type, wire } = this.field as KnownField;
    return wire === WIRE.bytes ? null : wideOf(type, lowAt(this.parts, at), highAt(this.parts, at));
  }

  exact(name: string): string | null {
    const at = this.find(name);
    if (at < 0) return null;
    const { type, wire } = this.field as KnownField;
    return wire === WIRE.bytes ? null : numberText(type, lowAt(this.parts, at), highAt(this.parts, at));
  }

  text(name: string): string | null {
    const at = this.find(name);
    if (at < 0) return null;
    const { message, wire } = this.field as KnownField;
    if (message !== null || wire !== WIRE.bytes) return null;
    const [start, end] = [lowAt(this.parts, at), highAt(this.parts, at)];
    return start === end ? "" : visibleText(this.message.entry.bytes.subarray(start, end));
  }

  bytes(name: string): Uint8Array | null {
    const at = this.find(name);
    if (at < 0) return null;
    const { message, wire } = this.field as KnownField;
    if (message !== null || wire !== WIRE.bytes) return null;
    return this.message.entry.bytes.subarray(lowAt(this.parts, at), highAt(this.parts, at));
  }

  stored(name: string): StoredValue | null {
    if (!this.locate(name)) return null;
    const { parts, owner } = this;
    const { type, wire, message, isRepeated, isPackable } = this.field as KnownField;
    if (message !== null) return null;
    if (isRepeated)
      return isPackable && this.isAnywhere()
        ? numbersOf(parts, owner.first, owner.last, owner.entry.bytes, this.field as KnownField)
        : null;
    const at = this.find(name);
    if (at < 0) return null;
    const [low, high] = [lowAt(parts, at), highAt(parts, at)];
    if (wire === WIRE.bytes) return owner.entry.bytes.subarray(low, high);
    return type.endsWith("64") ? wideOf(type, low, high) : numberOf(type, low, high);
  }

  bool(name: string): boolean | null {
    const at = this.find(name);
    return at < 0 ? null : lowAt(this.parts, at) !== 0 || highAt(this.parts, at) !== 0;
  }

  halves(name: string): { readonly low: number; readonly high: number } | null {
    const at = this.find(name);
    return at < 0 ? null : { low: lowAt(this.parts, at), high: highAt(this.parts, at) };
  }

  numbers(name: string): number[] {
    if (!this.locate(name)) return [];
    const { first, last, entry } = this.owner;
    return numbersOf(this.parts, first, last, entry.bytes, this.field as KnownField);
  }

  texts(name: string): Uint8Array[] {
    if (!this.locate(name) || this.field?.wire !== WIRE.bytes) return [];
    return textsOf(this.parts, this.owner, this.field);
  }

  each<T>(name: string, make: (values: Values) => T): T[] {
    const list: T[] = [];
    const fields = this.locate(name) ? (this.field as KnownField).message : null;
    if (fields === null) return list;
    const { parts, owner, field } = this;
    for (let at = owner.first; at < owner.last && list.length < parts.most; at += PART) {
      if (parts.list[at] !== field?.number) continue;
      if (parts.list[at + WIRE_AT] === WRONG) break;
      list.push(make(new MessageValues(parts, bytesOf(owner.entry, fields, lowAt(parts, at), highAt(parts, at)))));
    }
    return list;
  }

  inside(name: string): Values {
    const { parts } = this;
    const inner = this.locate(name) ? innerOf(parts, this.owner, this.field as KnownField) : null;
    const { entry } = this.message;
    return new MessageValues(parts, inner ?? bytesOf(entry, this.field?.message ?? EMPTY, entry.start, entry.start));
  }

  nested(name: string): Values | null {
    const inner = this.locate(name) ? innerOf(this.parts, this.owner, this.field as KnownField) : null;
    return inner === null ? null : new MessageValues(this.parts, inner);
  }

  encoded(names: readonly string[], most: number): string | null {
    const { entry, fields } = this.message;
    if (entry.isCut) return null;
    splitOnce(this.parts, this.message);
    const { list } = this.parts;
    const codes: number[] = [];
    for (let at = this.message.first; at < this.message.last; at += PART) {
      const name = names.indexOf(fields.byNumber[list[at] as number]?.name ?? "");
      if (name < 0) continue;
      const [wire, low, high] = [list[at + WIRE_AT] as number, lowAt(this.parts, at), highAt(this.parts, at)];
      codes.push(name, wire);
      if (wire !== WIRE.bytes) codes.push(low >>> 16, low & 0xffff, high >>> 16, high & 0xffff);
      else {
        codes.push(high - low);
        if (codes.length + high - low > most) return null;
        for (let from = low; from < high; from++) codes.push(entry.bytes[from] as number);
      }
    }
    return codes.length > most ? null : String.fromCharCode(...codes);
  }

  /** The place in `parts` of a field that is not repeated; NONE if it is absent. */
  private find(name: string): number {
    if (!this.locate(name) || this.field?.isRepeated === true) return NONE;
    const { number } = this.field as KnownField;
    const { list } = this.parts;
    const { first, last } = this.owner;
    for (let at = last - PART; at >= first; at -= PART) {
      if (list[at] === number && list[at + WIRE_AT] !== WRONG) return at;
    }
    return NONE;
  }

  /** Whether the field that was located occurs, of whatever wire type. */
  private isAnywhere(): boolean {
    const { list } = this.parts;
    const { first, last } = this.owner;
    for (let at = first; at < last; at += PART) if (list[at] === this.field?.number) return true;
    return false;
  }

  /** Finds the field at the end of a dotted name and splits the message that has it; false if that is absent. */
  private locate(name: string): boolean {
    const path = pathIn(this.message.fields, name);
    this.field = path?.field ?? null;
    if (path === null) return false;
    let owner = this.message;
    splitOnce(this.parts, owner);
    for (let at = 0; at < path.through.length; at++) {
      const inner = innerOf(this.parts, owner, path.through[at] as KnownField);
      if (inner === null) return false;
      splitOnce(this.parts, inner);
      owner = inner;
    }
    this.owner = owner;
    return true;
  }
}

/** A nested message, all its occurrences as one; `null` if it is absent or repeated. */
function innerOf(parts: Parts, outer: Message, field: KnownField): Message | null {
  for (const known of outer.inner) if (known.field === field) return known;
  if (field.message === null || field.isRepeated || !hasAny(parts, outer, field)) return null;
  const inner = { ...bytesOf(outer.entry, field.message), outer, field };
  if (outer.inner === NO_MESSAGES) outer.inner = [inner];
  else outer.inner.push(inner);
  return inner;
}

function hasAny({ list }: Parts, { first, last }: Message, { number }: KnownField): boolean {
  for (let at = first; at < last; at += PART) if (list[at] === number && list[at + WIRE_AT] !== WRONG) return true;
  return false;
}

/** Splits a message into its fields, up to the first damage of each of its occurrences. */
function splitOnce(parts: Parts, message: Message): void {
  if (message.first !== NONE) return;
  const { outer, field } = message;
  const first = parts.length;
  if (outer === null) split(parts, message.entry, message.fields, first, message.start, message.end);
  for (let at = outer?.first ?? 0; outer !== null && at < outer.last; at += PART) {
    if (parts.list[at] !== field?.number || parts.list[at + WIRE_AT] === WRONG) continue;
    split(parts, message.entry, message.fields, first, lowAt(parts, at), highAt(parts, at));
  }
  message.first = first;
  message.last = parts.length;
}

/** The values of a repeated string, up to the first occurrence that has another wire type. */
function textsOf(parts: Parts, { first, last, entry }: Message, { number }: KnownField): Uint8Array[] {
  const list: Uint8Array[] = [];
  for (let at = first; at < last && list.length < parts.most; at += PART) {
    if (parts.list[at] !== number) continue;
    if (parts.list[at + WIRE_AT] === WRONG) break;
    list.push(entry.bytes.subarray(lowAt(parts, at), highAt(parts, at)));
  }
  return list;
}

/** A number of 64 bits by its type. */
function wideOf(type: string, low: number, high: number): bigint {
  const value = (BigInt(high) << 32n) | BigInt(low);
  if (type === "sint64") return (value >> 1n) ^ -(value & 1n);
  return type === "int64" ? BigInt.asIntN(64, value) : value;
}
