// What a message must be like for a restore to accept it, whatever its kind: CRIU's parser refuses a message without
// one of its required fields, or with a field of another wire type; CRIU and the kernel refuse values out of range.

import { FIELD_TABLES, type FieldTable, type KnownField } from "../../decoder/criu/field-table.ts";
import { exact, readVarint, skip, WIRE } from "../../decoder/criu/wire.ts";
import { recordMember, recordOffset } from "../../model/records.ts";
import { fault, type Scan } from "./scan.ts";
import { isAllowed, LIMITS, ORDERS } from "./value-limits.ts";

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
  readonly message: string;
  readonly table: FieldTable;
  /** By field number: its bit among the required fields; 0: it is not required. */
  readonly bits: readonly number[];
  /** The bits of all required fields. */
  readonly required: number;
  /** By field number: the values that it may have, if not all. */
  readonly limits: readonly (((low: number, high: number) => boolean) | undefined)[];
}

const SHAPES: ReadonlyMap<FieldTable, Shape> = new Map(
  [...FIELD_TABLES].map(([message, table]): [FieldTable, Shape] => {
    const bits: number[] = [];
    const limits: Shape["limits"][number][] = [];
    let required = 0;
    for (const field of table.byName.values()) {
      if (isRequired(message, field)) {
        const bit = 1 << bits.filter((other) => other > 0).length;
        bits[field.number] = bit;
        required |= bit;
      } else bits[field.number] = 0;
      const limit = LIMITS[`${message}.${field.name}`];
      if (limit !== undefined) limits[field.number] = (low, high) => isAllowed(limit, low, high);
    }
    return [table, { message, table, bits, required, limits }];
  }),
);

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
  const table = FIELD_TABLES.get(message);
  return table === undefined ? null : refusalIn(bytes, start, end, table, new Uint32Array(2), 0);
}

function refusalIn(
  bytes: Uint8Array,
  start: number,
  end: number,
  table: FieldTable,
  words: Uint32Array,
  level: number,
): Refusal | null {
  const shape = SHAPES.get(table) as Shape;
  let missing = shape.required;
  let at = start;
  while (at < end) {
    let tag = bytes[at] as number;
    at = tag < 128 ? at + 1 : readVarint(bytes, at, end, words);
    if (at < 0) return damaged("");
    if (tag >= 128) tag = words[0] as number;
    const from = at;
    const wire = tag & 7;
    // Most values are one byte.
    at = wire === WIRE.varint && at < end && (bytes[at] as number) < 128 ? at + 1 : skip(bytes, at, end, tag, words);
    const field = table.byNumber[tag >>> 3];
    if (at < 0) return damaged(field?.name ?? "");
    if (field === undefined) continue;
    if (wire !== field.wire) {
      if (field.isPackable && wire === WIRE.bytes) continue;
      return damaged(field.name);
    }
    missing &= ~(shape.bits[field.number] as number);
    const limit = shape.limits[field.number];
    if (limit !== undefined) {
      readVarint(bytes, from, at, words);
      if (!limit(words[0] as number, words[1] as number)) return impossible(field, words);
    }
    if (field.message === null || level >= MOST_LEVELS) continue;
    const inner = refusalIn(bytes, readVarint(bytes, from, at, words), at, field.message, words, level + 1);
    if (inner === null) continue;
    const name = field.isRepeated ? `${field.name}[${countOf(bytes, start, from, tag) - 1}]` : field.name;
    return { ...inner, field: inner.field === "" ? name : `${name}.${inner.field}` };
  }
  if (missing !== 0) return { why: "missing", field: nameOf(shape, missing), words: "" };
  return ORDERS[shape.message] === undefined ? null : outOfOrder(bytes, start, end, shape, words);
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

/** The name of the first of the required fields. */
function nameOf({ table, bits }: Shape, missing: number): string {
  return (
    table.byNumber.find((field) => field !== undefined && ((bits[field.number] as number) & missing) !== 0)?.name ?? ""
  );
}

/** Two numbers of a message in the wrong order. */
function outOfOrder(bytes: Uint8Array, start: number, end: number, shape: Shape, words: Uint32Array): Refusal | null {
  const values = new Map<number, bigint>();
  for (let at = start; at < end; ) {
    const from = readVarint(bytes, at, end, words);
    const tag = words[0] as number;
    at = skip(bytes, from, end, tag, words);
    if ((tag & 7) !== WIRE.varint) continue;
    readVarint(bytes, from, at, words);
    values.set(tag >>> 3, exact(words, 0));
  }
  for (const [first, second, mayEqual] of ORDERS[shape.message] ?? []) {
    const a = values.get(shape.table.byName.get(first)?.number ?? 0);
    const b = values.get(shape.table.byName.get(second)?.number ?? 0);
    if (a === undefined || b === undefined || a < b || (mayEqual && a === b)) continue;
    const how = mayEqual ? "greater than" : "not less than";
    return { why: "impossible", field: first, words: `(${a}) is ${how} ${second} (${b})` };
  }
  return null;
}
