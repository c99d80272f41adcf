// What a message must be like for a restore to accept it, whatever its kind: CRIU's parser refuses a message without
// one of its required fields, or with a field of another wire type; CRIU and the kernel refuse values out of range.

import { FIELD_TABLES, type FieldTable, type KnownField } from "../../decoder/criu/field-table.ts";
import { exact, readVarint, skip, WIRE } from "../../decoder/criu/wire.ts";
import { recordMember, recordOffset } from "../../model/records.ts";
import { fault, type Scan } from "./scan.ts";
import { isAllowed, LIMITS, type Limit, ORDERS } from "./value-limits.ts";

/** Why a message is refused. */
interface Refusal {
  readonly why: "missing" | "damaged" | "impossible";
  /** Dotted name of the field. */
  readonly field: string;
  /** What is wrong, as the end of a sentence; "" if `why` says it. */
  readonly words: string;
}

/** Fields that a later release made required: images of earlier ones lack them. */
const ADDED_LATER: ReadonlySet<string> = new Set(["aio_ring_entry.ring_len"]);
/** Fields without which an entry means nothing, which the decoder reports. */
const REPORTED: ReadonlySet<string> = new Set(["file_entry.id", "pstree_entry.pid", "fdinfo_entry.fd"]);

/** Control groups may be nested without limit; no other message is deeper. */
const MOST_LEVELS = 64;

/** Whether a field can be checked for being there. */
const isRequired = (message: string, { label, name }: KnownField): boolean =>
  label === "required" && !ADDED_LATER.has(`${message}.${name}`) && !REPORTED.has(`${message}.${name}`);

/** What is checked of one message. */
interface Shape {
  /** By field number. */
  readonly fields: readonly (ShapeField | undefined)[];
  /** The bits of all required fields. */
  readonly required: number;
  readonly orders: readonly ShapeOrder[];
}

/** A field whose value is less than that of another, or may equal it. */
interface ShapeOrder {
  readonly first: KnownField;
  readonly second: KnownField;
  readonly mayEqual: boolean;
}

/** What is checked of one field. */
interface ShapeField {
  readonly field: KnownField;
  readonly wire: number;
  /** Its bit among the required fields; 0: it is not required. */
  readonly bit: number;
  /** The values that it may have; `null`: all. */
  readonly limit: Limit | null;
  /** The nested message; `null`: it is none. */
  readonly inner: Shape | null;
}

function shapes(): Map<string, Shape> {
  const made = new Map<string, Shape & { fields: (ShapeField | undefined)[] }>();
  for (const [message, table] of FIELD_TABLES) {
    const count = [...table.byName.values()].filter((field) => isRequired(message, field)).length;
    made.set(message, { fields: [], required: (1 << count) - 1, orders: ordersOf(message, table) });
  }
  for (const [message, { fields }] of made) {
    let bit = 1;
    for (const field of FIELD_TABLES.get(message)?.byName.values() ?? []) {
      const isNeeded = isRequired(message, field);
      fields[field.number] = {
        field,
        wire: field.wire,
        bit: isNeeded ? bit : 0,
        limit: LIMITS[`${message}.${field.name}`] ?? null,
        inner: made.get(field.type) ?? null,
      };
      if (isNeeded) bit <<= 1;
    }
  }
  return made;
}

function ordersOf(message: string, { byName }: FieldTable): ShapeOrder[] {
  return (ORDERS[message] ?? []).flatMap(([one, other, mayEqual]) => {
    const [first, second] = [byName.get(one), byName.get(other)];
    return first === undefined || second === undefined ? [] : [{ first, second, mayEqual }];
  });
}

/** By message. */
const SHAPES: ReadonlyMap<string, Shape> = shapes();

/** Members that take no part in a restore. */
const NOT_OF_RESTORE: ReadonlySet<string> = new Set(["stats-dump", "stats-restore", "irmap-cache"]);

/** Checks that a restore accepts the current entry, the message bytes[start … end - 1]. */
export function checkShape(scan: Scan, bytes: Uint8Array, start: number, end: number, message: string): void {
  // An entry that is cut lacks fields; that is reported already.
  if (scan.isDamaged || NOT_OF_RESTORE.has(scan.memberKind)) return;
  const refusal = refusalOf(bytes, start, end, message);
  // Images of one kind of open file have the id in the message itself; the decoder reports that it is missing.
  if (refusal === null || (refusal.why === "missing" && refusal.field === "id" && scan.memberFile !== null)) return;
  const { why, field, words } = refusal;
  if (why === "impossible") {
    fault(scan, "value-impossible", field, `${field} ${words}, which a restore refuses.`);
    return;
  }
  const { records } = scan.checkpoint;
  const { record } = scan;
  const place = { record, field: null, offset: recordOffset(records, record), member: recordMember(records, record) };
  if (why === "missing")
    scan.list.add("field-missing", `${message} lacks ${field}, without which CRIU does not read it.`, place);
  else scan.list.add("image-damaged", `The bytes of ${field === "" ? message : field} are damaged.`, place);
}

/** The first reason to refuse the message bytes[start … end - 1], or one that is nested in it; `null`: none. */
function refusalOf(bytes: Uint8Array, start: number, end: number, message: string): Refusal | null {
  const shape = SHAPES.get(message);
  return shape === undefined ? null : refusalIn(bytes, start, end, shape, new Uint32Array(2), 0);
}

function refusalIn(
  bytes: Uint8Array,
  start: number,
  end: number,
  shape: Shape,
  words: Uint32Array,
  level: number,
): Refusal | null {
  let missing = shape.required;
  let at = start;
  while (at < end) {
    let tag = bytes[at] as number;
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
    const known = shape.fields[tag >>> 3];
    if (at < 0) return damaged(known?.field.name ?? "");
    if (known === undefined) continue;
    if (wire !== known.wire) {
      if (known.field.isPackable && wire === WIRE.bytes) continue;
      return damaged(known.field.name);
    }
    missing &= ~known.bit;
    if (known.limit !== null) {
      readVarint(bytes, from, at, words);
      if (!isAllowed(known.limit, words[0] as number, words[1] as number)) return impossible(known.field, words);
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

const damaged = (field: string): Refusal => ({ why: "damaged", field, words: "" });

function impossible({ name, type }: KnownField, words: Uint32Array): Refusal {
  const value = exact(words, 0);
  const signed = type === "sint32" ? (value >> 1n) ^ -(value & 1n) : BigInt.asIntN(64, value);
  return { why: "impossible", field: name, words: `is ${type.startsWith("u") ? value : signed}` };
}

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
  for (const { first, second, mayEqual } of shape.orders) {
    const [low, otherLow] = [lows[first.number], lows[second.number]];
    if (low === undefined || otherLow === undefined) continue;
    const [high, otherHigh] = [highs[first.number] as number, highs[second.number] as number];
    const isLess = high === otherHigh ? low < otherLow : high < otherHigh;
    if (isLess || (mayEqual && low === otherLow && high === otherHigh)) continue;
    const how = mayEqual ? "greater than" : "not less than";
    const [a, b] = [wideOf(high, low), wideOf(otherHigh, otherLow)];
    return { why: "impossible", field: first.name, words: `(${a}) is ${how} ${second.name} (${b})` };
  }
  return null;
}

const wideOf = (high: number, low: number): bigint => (BigInt(high) << 32n) | BigInt(low);
