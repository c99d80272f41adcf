// What a message must be like for a restore to accept it, whatever its kind: CRIU's parser refuses a message without
// one of its required fields, or with a field of another wire type; CRIU and the kernel refuse values out of range.

import { FIELD_TABLES, type FieldTable, type KnownField } from "../../../decoder/criu/wire/field-table.ts";
import { exact, readVarint, skip, WIRE } from "../../../decoder/criu/wire/wire.ts";
import { fault, type Scan } from "../scan.ts";
import { isAllowed, LIMITS, type Limit, LOST, ORDERS } from "./value-limits.ts";

/** Why a message is refused. */
interface Refusal {
  readonly why: "missing" | "damaged" | "impossible" | "lost";
  /** Dotted name of the field. */
  readonly field: string;
  /** What is wrong, as the end of a sentence; "" if `why` is enough. */
  readonly words: string;
}

/** Fields that a later release made required: images of earlier ones lack them. */
const ADDED_LATER: ReadonlySet<string> = new Set(["aio_ring_entry.ring_len"]);
/** Fields without which an entry means nothing. The decoder reports them. */
const REPORTED: ReadonlySet<string> = new Set(["file_entry.id", "pstree_entry.pid", "fdinfo_entry.fd"]);

/** Tags of fields that a plan (wire.ts) can have. Others are rare and need not be fast. */
export const TAGS = 512;

/** Control groups may be nested without limit; no other message is deeper. */
const MOST_LEVELS = 64;

/** Whether a field can be checked for being there. */
const isRequired = (message: string, { label, name }: KnownField): boolean =>
  label === "required" && !ADDED_LATER.has(`${message}.${name}`) && !REPORTED.has(`${message}.${name}`);

/** What is checked of one message. */
export interface Shape {
  /**
   * By tag: the bits of all other required fields, if only the end of the field is checked; 0 for all
   * other tags.
   */
  readonly plain: Int32Array;
  /** By field number. */
  readonly fields: readonly (ShapeField | undefined)[];
  /** The bits of all required fields. */
  readonly required: number;
  readonly orders: readonly ShapeOrder[];
}

/** Two fields whose values are in order: the first is less than the second, or may equal it. */
interface ShapeOrder {
  readonly first: KnownField;
  readonly second: KnownField;
  readonly mayEqual: boolean;
  /** A restore goes on without the value. */
  readonly isLost: boolean;
}

/** What is checked of one field. */
interface ShapeField {
  readonly field: KnownField;
  readonly wire: number;
  /** Its bit among the required fields; 0: it is not required. */
  readonly bit: number;
  /** The values that it may have; `null`: all. */
  readonly limit: Limit | null;
  /** By values of one byte: 1 if it may have the value. */
  readonly allowed: Uint8Array | null;
  /** Whether a restore ignores an impossible value instead of failing. */
  readonly isLost: boolean;
  /** The nested message; `null`: it is none. */
  readonly inner: Shape | null;
}

/** Shapes made so far, by message. */
type Shapes = Map<string, Shape>;

function makeShape(made: Shapes, message: string, table: FieldTable): Shape {
  const all = [...table.byName.values()];
  const required = (1 << all.filter((field) => isRequired(message, field)).length) - 1;
  const fields: (ShapeField | undefined)[] = [];
  const shape: Shape = { plain: new Int32Array(TAGS), fields, required, orders: ordersOf(message, table) };
  // Messages may be nested in themselves.
  made.set(message, shape);
  let bit = 1;
  for (const field of all) {
    const isNeeded = isRequired(message, field);
    const limit = LIMITS[`${message}.${field.name}`] ?? null;
    const inner = shapeIn(made, field.type);
    const own = isNeeded ? bit : 0;
    const allowed = limit === null ? null : allowedBytes(limit);
    const isLost = LOST.has(`${message}.${field.name}`);
    fields[field.number] = { field, wire: field.wire, bit: own, limit, allowed, isLost, inner };
    const isPlain = limit === null && inner === null && (field.wire === WIRE.varint || field.wire === WIRE.bytes);
    const tag = field.number * 8 + field.wire;
    if (isPlain && tag < TAGS) shape.plain[tag] = ~own;
    if (isNeeded) bit <<= 1;
  }
  return shape;
}

function shapeIn(made: Shapes, message: string): Shape | null {
  const table = FIELD_TABLES.get(message);
  return table === undefined ? null : (made.get(message) ?? makeShape(made, message, table));
}

/** The values of one byte that a limit allows. */
const allowedBytes = (limit: Limit): Uint8Array =>
  Uint8Array.from({ length: 128 }, (_, value) => Number(isAllowed(limit, value, 0)));

function ordersOf(message: string, { byName }: FieldTable): ShapeOrder[] {
  return (ORDERS[message] ?? []).flatMap(([one, other, mayEqual]) => {
    const [first, second] = [byName.get(one), byName.get(other)];
    const isLost = LOST.has(`${message}.${one}`);
    return first === undefined || second === undefined ? [] : [{ first, second, mayEqual, isLost }];
  });
}

/** A set has entries of few of these messages, so each shape is made when it is first needed. */
const SHAPES: Shapes = new Map();

/** The message that a field of another has; "" if it has none. */
export const messageIn = (message: string, field: string): string =>
  FIELD_TABLES.get(message)?.byName.get(field)?.type ?? "";

/** What is checked of a message; `null`: nothing is known of it. */
export const shapeOf = (message: string): Shape | null => shapeIn(SHAPES, message);

/** Members that take no part in a restore. */
const NOT_OF_RESTORE: ReadonlySet<string> = new Set(["stats-dump", "stats-restore", "irmap-cache"]);

/** Whether the entries of a kind of member are checked. An entry that is cut lacks fields; that is reported already. */
export const isChecked = (scan: Scan): boolean => !scan.isDamaged && !NOT_OF_RESTORE.has(scan.memberKind);

/** Checks that a restore accepts the current entry, the message bytes[start … end - 1]. */
export function checkShape(
  scan: Scan,
  bytes: Uint8Array,
  start: number,
  end: number,
  shape: Shape,
  message: string,
): void {
  const refusal = refusalIn(bytes, start, end, shape, scan.words, 0);
  // Images of one kind of open file have the id in the message itself; the decoder reports that it is missing.
  if (refusal === null || (refusal.why === "missing" && refusal.field === "id" && scan.memberFile !== null)) return;
  const { why, field, words } = refusal;
  if (why === "impossible" || why === "lost") {
    const [does, severity] = why === "lost" ? (["does not set", "warning"] as const) : (["refuses", "error"] as const);
    fault(scan, "value-impossible", field, `${field} ${words}, which a restore ${does}.`, severity);
    return;
  }
  if (why === "missing")
    fault(scan, "field-missing", null, `${message} lacks ${field}, without which CRIU does not read it.`);
  else fault(scan, "image-damaged", null, `The bytes of ${field === "" ? message : field} are damaged.`);
}

/** Whether a restore accepts the message bytes[start … end - 1], nested in another. */
export const isSound = (bytes: Uint8Array, start: number, end: number, shape: Shape, words: Uint32Array): boolean =>
  refusalIn(bytes, start, end, shape, words, 1) === null;

/** Whether the numbers of a message that must be in order are. */
export const isInOrder = (bytes: Uint8Array, start: number, end: number, shape: Shape, words: Uint32Array): boolean =>
  shape.orders.length === 0 || outOfOrder(bytes, start, end, shape, words) === null;

/** The first reason to refuse the message bytes[start … end - 1], or one that is nested in it; `null`: none. */
function refusalIn(
  bytes: Uint8Array,
  start: number,
  end: number,
  shape: Shape,
  words: Uint32Array,
  level: number,
): Refusal | null {
  const { plain, fields } = shape;
  let missing = shape.required;
  let at = start;
  while (at < end) {
    let tag = bytes[at] as number;
    // Nearly all fields have nothing but an end to check.
    const others = tag < 128 ? (plain[tag] as number) : 0;
    if (others !== 0) {
      const next = endOfPlain(bytes, at + 1, end, tag);
      if (next > 0) {
        missing &= others;
        at = next;
        continue;
      }
    }
    at = tag < 128 ? at + 1 : readVarint(bytes, at, end, words);
    if (at < 0) return damaged("");
    if (tag >= 128) tag = words[0] as number;
    const from = at;
    const wire = tag & 7;
    // Most values are one byte, and most lengths.
    const first = at < end ? (bytes[at] as number) : 128;
    if (first < 128 && wire === WIRE.varint) at++;
    else if (first < 128 && wire === WIRE.bytes && first < end - at) at += 1 + first;
    else at = skip(bytes, at, end, tag, words);
    const known = fields[tag >>> 3];
    if (at < 0) return damaged(known?.field.name ?? "");
    if (known === undefined) continue;
    if (wire !== known.wire) {
      if (known.field.isPackable && wire === WIRE.bytes) continue;
      return damaged(known.field.name);
    }
    missing &= ~known.bit;
    if (known.limit !== null && !(first < 128 && wire === WIRE.varint && known.allowed?.[first] === 1)) {
      readVarint(bytes, from, at, words);
      if (!isAllowed(known.limit, words[0] as number, words[1] as number)) return impossible(known, words);
    }
    if (known.inner === null || level >= MOST_LEVELS) continue;
    const nested = first < 128 ? from + 1 : readVarint(bytes, from, at, words);
    const inner = refusalIn(bytes, nested, at, known.inner, words, level + 1);
    if (inner === null) continue;
    const { name, isRepeated } = known.field;
    const full = isRepeated ? `${name}[${countOf(bytes, start, from, tag) - 1}]` : name;
    return { ...inner, field: inner.field === "" ? full : `${full}.${inner.field}` };
  }
  if (missing !== 0) return { why: "missing", field: nameOf(shape, missing), words: "" };
  return shape.orders.length === 0 ? null : outOfOrder(bytes, start, end, shape, words);
}

/** The end of a varint, or of bytes of which the length is less than 128; 0: it is another value, or is damaged. */
function endOfPlain(bytes: Uint8Array, start: number, end: number, tag: number): number {
  let at = start;
  if (at >= end) return 0;
  const first = bytes[at++] as number;
  if ((tag & 7) === WIRE.bytes) return first < 128 && first <= end - at ? at + first : 0;
  for (let byte = first; byte > 127; byte = bytes[at++] as number) {
    if (at >= end || at - start >= LONGEST_VARINT) return 0;
  }
  return at;
}

/** In bytes. */
const LONGEST_VARINT = 10;

const damaged = (field: string): Refusal => ({ why: "damaged", field, words: "" });

function impossible({ field: { name, type }, isLost }: ShapeField, words: Uint32Array): Refusal {
  const value = exact(words, 0);
  const signed = type === "sint32" ? (value >> 1n) ^ -(value & 1n) : BigInt.asIntN(64, value);
  return { why: whyOf(isLost), field: name, words: `is ${type.startsWith("u") ? value : signed}` };
}

const whyOf = (isLost: boolean) => (isLost ? "lost" : "impossible");

/** How many fields of the message bytes[start … end - 1] have a tag. */
function countOf(bytes: Uint8Array, start: number, end: number, tag: number): number {
  const words = new Uint32Array(2);
  let count = 0;
  for (let at = start; at >= 0 && at < end; ) {
    at = readVarint(bytes, at, end, words);
    if (words[0] === tag) count++;
    if (at < end) at = skip(bytes, at, end, words[0] as number, words);
  }
  return count;
}

/** The name of the first of the required fields, by number. */
const nameOf = ({ fields }: Shape, missing: number): string =>
  fields.find((known) => known !== undefined && (known.bit & missing) !== 0)?.field.name ?? "";

/** Two numbers of a message in the wrong order. */
function outOfOrder(bytes: Uint8Array, start: number, end: number, shape: Shape, words: Uint32Array): Refusal | null {
  /** By field number. */
  const lows: number[] = [];
  const highs: number[] = [];
  for (let at = start; at < end; ) {
    const from = readVarint(bytes, at, end, words);
    const tag = words[0] as number;
    at = skip(bytes, from, end, tag, words);
    const number = tag >>> 3;
    if ((tag & 7) !== WIRE.varint || shape.fields[number] === undefined) continue;
    readVarint(bytes, from, at, words);
    lows[number] = words[0] as number;
    highs[number] = words[1] as number;
  }
  for (const { first, second, mayEqual, isLost } of shape.orders) {
    const [low, otherLow] = [lows[first.number], lows[second.number]];
    if (low === undefined || otherLow === undefined) continue;
    const [high, otherHigh] = [highs[first.number] as number, highs[second.number] as number];
    const isLess = high === otherHigh ? low < otherLow : high < otherHigh;
    if (isLess || (mayEqual && low === otherLow && high === otherHigh)) continue;
    const how = mayEqual ? "greater than" : "not less than";
    const [a, b] = [wideOf(high, low), wideOf(otherHigh, otherLow)];
    return { why: whyOf(isLost), field: first.name, words: `(${a}) is ${how} ${second.name} (${b})` };
  }
  return null;
}

const wideOf = (high: number, low: number): bigint => (BigInt(high) << 32n) | BigInt(low);
