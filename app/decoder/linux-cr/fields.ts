// The fields of a record: every one of its bytes belongs to exactly one field, to padding or to payload.

import { type Checkpoint, NONE } from "../../model/checkpoint.ts";
import type { Field, Reference } from "../../model/fields.ts";
import { visibleText } from "../../model/text.ts";
import type { Dialect } from "./dialect.ts";
import type { Layout, LayoutField } from "./layout.ts";
import { meaning } from "./meaning.ts";
import { inetAddress, ipv6Text, unixAddress } from "./struct-reader.ts";

/** What telling fields needs to know beside the record's bytes. */
export interface FieldContext {
  readonly checkpoint: Checkpoint;
  readonly dialect: Dialect;
  readonly littleEndian: boolean;
  /** The row that an objref names. */
  refer(objref: number): Reference | undefined;
}

/** Entries of an array that are told one by one; what is left of a longer one is payload. */
const MOST_ENTRIES = 256;
const MOST_HEX = 32;

const SCALARS: Readonly<Record<string, number>> = { u8: 1, u16: 2, s16: 2, u32: 4, s32: 4, be32: 4, u64: 8, s64: 8 };

/** Fields being told, front to back. `bytes` begins with the record and may be shorter than it. */
interface FieldCursor {
  readonly context: FieldContext;
  readonly bytes: Uint8Array;
  /** Where the record begins in the image, and its bytes there. */
  readonly base: number;
  readonly length: number;
  readonly fields: Field[];
  /** Bytes told so far. */
  end: number;
}

/**
 * The fields of a record.
 *
 * @param bytes The record from its first byte on, maybe not all of it.
 * @param before The record before it, likewise.
 */
export function recordFields(context: FieldContext, record: number, bytes: Uint8Array, before: Uint8Array): Field[] {
  const { records } = context.checkpoint;
  const kind = records.kinds[records.kind[record] as number];
  const base = records.offset[record] as number;
  const length = records.length[record] as number;
  const cursor: FieldCursor = { context, bytes, base, length, fields: [], end: 0 };
  if (kind === undefined || kind.type === NONE) {
    addRest(cursor, "payload", "payload");
    return cursor.fields;
  }
  cursor.fields.push(
    { name: "type", type: "u32", offset: base, length: 4, raw: String(kind.type), meaning: kind.name },
    // As it is stored: the decoder may have read the record with the length that it should have.
    { name: "len", type: "u32", offset: base + 4, length: 4, raw: storedLength(cursor), meaning: null },
  );
  cursor.end = 8;
  const layout = kind.struct === null ? undefined : context.dialect.struct(kind.struct);
  if (layout !== undefined) addStruct(cursor, layout, 0, "");
  addPayload(cursor, kind.name, payloadPurpose(context, record), before);
  return cursor.fields;
}

const storedLength = ({ context, bytes, length }: FieldCursor): string =>
  bytes.length < 8 ? String(length) : String(viewOf(bytes).getUint32(4, context.littleEndian));

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Whether bytes from … to - 1 of the record are there to be told. */
const isAvailable = ({ bytes, length }: FieldCursor, to: number): boolean => to <= length && to <= bytes.length;

/** Adds padding up to `to`, if that is further on. */
function padTo(cursor: FieldCursor, to: number): void {
  if (to > cursor.end) addBytes(cursor, "padding", to, "padding");
}

/** Adds opaque bytes up to `to`. */
function addBytes(cursor: FieldCursor, name: string, to: number, role?: Field["role"]): void {
  const { base, bytes, end } = cursor;
  cursor.fields.push({
    name,
    type: `u8[${to - end}]`,
    offset: base + end,
    length: to - end,
    raw: hexText(bytes.subarray(end, to)),
    meaning: null,
    ...(role === undefined ? {} : { role }),
  });
  cursor.end = to;
}

/** Adds what is left of the record, if anything is. */
function addRest(cursor: FieldCursor, name: string, role: "padding" | "payload"): void {
  if (cursor.end < cursor.length) addBytes(cursor, name, cursor.length, role);
}

function hexText(bytes: Uint8Array): string {
  const shown = Array.from(bytes.subarray(0, MOST_HEX), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return bytes.length > MOST_HEX ? `${shown} …` : shown;
}

/** Adds the fields of a struct that begins at byte `start` of the record, with the gaps between them. */
function addStruct(cursor: FieldCursor, layout: Layout, start: number, prefix: string): void {
  let open = false;
  for (const field of layout.fields) {
    const from = start + field.offset;
    // The header is told already; members of a union share their bytes, and the first one tells them.
    if (from < cursor.end) continue;
    if (field.size === 0) {
      padTo(cursor, Math.min(from, cursor.length));
      addOpenArray(cursor, layout, start, prefix, field);
      open = true;
      continue;
    }
    if (!isAvailable(cursor, from + field.size)) break;
    padTo(cursor, from);
    addField(cursor, from, prefix, field);
  }
  // A struct that ends in an array has its last padding behind it.
  padTo(cursor, open ? cursor.end : Math.min(start + layout.size, cursor.length));
}

/** How many entries an array at the end of a struct has, by the array's name: the field that says so. */
const COUNT_FIELDS: Readonly<Record<string, string>> = { groups: "ngroups", siginfo: "nr_pending" };

function addOpenArray(cursor: FieldCursor, layout: Layout, start: number, prefix: string, field: LayoutField): void {
  const countField = layout.byName.get(COUNT_FIELDS[field.name] ?? "");
  const count =
    countField === undefined
      ? Number.POSITIVE_INFINITY
      : viewOf(cursor.bytes).getUint32(start + countField.offset, cursor.context.littleEndian);
  addEntries(cursor, `${prefix}${field.name}`, field.type.slice(0, field.type.indexOf("[")), count);
  // GROUPINFO is as long as if its groups began behind the struct's last padding.
  if (cursor.length - cursor.end < 8) addRest(cursor, "padding", "padding");
}

/**
 * Adds entries of an array, as many as there are, fit and are told one by one.
 *
 * @param type A scalar type, or a struct of the dialect.
 */
function addEntries(cursor: FieldCursor, name: string, type: string, count: number): void {
  const layout = cursor.context.dialect.struct(type);
  const size = SCALARS[type] ?? layout?.size ?? 0;
  if (size === 0) return;
  for (let index = 0; index < Math.min(count, MOST_ENTRIES); index++) {
    const from = cursor.end;
    if (!isAvailable(cursor, from + size)) return;
    if (layout === undefined) addField(cursor, from, "", { name: `${name}[${index}]`, type, offset: 0, size });
    else addStruct(cursor, layout, from, `${name}[${index}].`);
  }
}

const PADDING = /(^|\.)_?padd?ing$/;

/** Adds one field that begins at byte `from` of the record. */
function addField(cursor: FieldCursor, from: number, prefix: string, field: LayoutField): void {
  const { context, bytes } = cursor;
  const { type, size } = field;
  const name = `${prefix}${field.name}`;
  const to = from + size;
  if (PADDING.test(name)) {
    addBytes(cursor, name, to, "padding");
    return;
  }
  const array = /^(\w+)\[(\d+)\]$/.exec(type);
  if (array !== null && array[1] !== "u8" && array[1] !== "char") {
    addEntries(cursor, name, array[1] ?? "", Number(array[2]));
    return;
  }
  const place = { name, type, offset: cursor.base + from, length: size };
  const content = bytes.subarray(from, to);
  cursor.end = to;
  if (type.startsWith("char[")) {
    const nul = content.indexOf(0);
    cursor.fields.push({ ...place, raw: visibleText(nul < 0 ? content : content.subarray(0, nul)), meaning: null });
  } else if (SCALARS[type] === undefined) {
    cursor.fields.push({ ...place, raw: hexText(content), meaning: opaqueMeaning(type, content, context) });
  } else {
    const short = name.slice(name.lastIndexOf(".") + 1);
    // The only field whose byte order is pinned.
    const littleEndian = context.littleEndian || field.name === "arch_id";
    const value = integer(content, { ...field, offset: 0 }, littleEndian);
    const refers =
      /(objref|_ref|credref|secref)$/.test(short) || short === "this" || short === "peer"
        ? context.refer(Number(value))
        : undefined;
    cursor.fields.push({
      ...place,
      raw: value.toString(),
      meaning: meaning(context, short, value),
      ...(refers === undefined ? {} : { refers }),
    });
  }
}

/** What a struct of the kernel's own says, where it is copied into a record whole. */
function opaqueMeaning(type: string, content: Uint8Array, { littleEndian }: FieldContext): string | null {
  switch (type) {
    case "sockaddr_in":
      return inetAddress(content, content.length) || null;
    case "sockaddr_un":
      return unixAddress(content, content.length) || null;
    case "in6_addr":
      return content.every((byte) => byte === 0) ? null : ipv6Text(content);
    case "linger": {
      const view = viewOf(content);
      return view.getInt32(0, littleEndian) === 0 ? "off" : `${view.getInt32(4, littleEndian)} s`;
    }
    default:
      return null;
  }
}

/** An integer field, exactly. `bytes` begins with the struct. */
export function integer(bytes: Uint8Array, field: LayoutField, littleEndian: boolean): bigint {
  const view = viewOf(bytes);
  const { offset, type } = field;
  switch (type) {
    case "u8":
      return BigInt(view.getUint8(offset));
    case "u16":
      return BigInt(view.getUint16(offset, littleEndian));
    case "s16":
      return BigInt(view.getInt16(offset, littleEndian));
    case "u32":
      return BigInt(view.getUint32(offset, littleEndian));
    case "be32":
      return BigInt(view.getUint32(offset, false));
    case "s32":
      return BigInt(view.getInt32(offset, littleEndian));
    case "s64":
      return view.getBigInt64(offset, littleEndian);
    default:
      return view.getBigUint64(offset, littleEndian);
  }
}

/** What follows a record's struct. */
type Purpose = "text" | "pids" | "pid-objects" | "depths" | "auxv" | "pages" | "epoll-items" | "tls" | "ldt" | "bytes";

/** By record; a BUFFER's is told by the records before it. */
const PURPOSES: Readonly<Record<string, Purpose>> = {
  STRING: "text",
  FILE_NAME: "text",
  LSM_INFO: "text",
  THREAD: "tls",
  THREAD_TLS: "tls",
  MM_CONTEXT_LDT: "ldt",
};

const BUFFER_AFTER: Readonly<Record<string, Purpose>> = {
  HEADER: "text",
  CONTAINER: "text",
  TREE: "pids",
  PIDS: "pid-objects",
  VPIDS: "depths",
  MM: "auxv",
  PGARR: "pages",
  EPOLL_ITEMS: "epoll-items",
};

/** HEADER is followed by three names of the kernel. */
const NAMES = 3;

function payloadPurpose({ checkpoint }: FieldContext, record: number): Purpose {
  const { records } = checkpoint;
  const name = (row: number): string => records.kinds[records.kind[row] ?? -1]?.name ?? "";
  const own = name(record);
  if (own !== "BUFFER") return PURPOSES[own] ?? "bytes";
  const before = name(record - 1);
  if (before !== "BUFFER") return BUFFER_AFTER[before] ?? "bytes";
  if (record <= NAMES && name(0) === "HEADER") return "text";
  return name(record - 2) === "TREE" ? "depths" : "bytes";
}

function addPayload(cursor: FieldCursor, name: string, purpose: Purpose, before: Uint8Array): void {
  const { dialect, checkpoint, littleEndian } = cursor.context;
  if (cursor.end >= cursor.length) return;
  switch (purpose) {
    case "text":
      addText(cursor);
      return;
    case "pids":
      addEntries(cursor, "", pidsStruct(dialect), Number.POSITIVE_INFINITY);
      break;
    case "pid-objects":
      addPidObjects(cursor);
      break;
    case "depths":
      addEntries(cursor, "vpid", "s32", Number.POSITIVE_INFINITY);
      break;
    case "epoll-items":
      addEntries(cursor, "", "ckpt_eventpoll_item", Number.POSITIVE_INFINITY);
      break;
    case "tls":
      addEntries(cursor, "tls", "u64", Number.POSITIVE_INFINITY);
      break;
    case "ldt":
      addEntries(cursor, "ldt", "u64", Number.POSITIVE_INFINITY);
      break;
    case "auxv":
      addAuxv(cursor);
      break;
    case "pages": {
      const pages = before.length < 16 ? 0n : viewOf(before).getBigUint64(8, littleEndian);
      addPages(cursor, Number(pages), checkpoint.machine.wordSize ?? 8);
      break;
    }
    default:
  }
  addRest(cursor, name === "CPU_FPU" ? "xstate" : "payload", "payload");
}

const pidsStruct = (dialect: Dialect): string =>
  ["ckpt_task_pids", "ckpt_pids", "ckpt_hdr_pids"].find((name) => dialect.struct(name) !== undefined) ?? "";

/** The rest of the record is text, up to its first NUL, before which the writer of errors puts another. */
function addText(cursor: FieldCursor): void {
  const { base, bytes, end, length } = cursor;
  const content = bytes.subarray(end, length);
  const nul = content.indexOf(0, content[0] === 0 ? 1 : 0);
  cursor.fields.push({
    name: "text",
    type: `char[${length - end}]`,
    offset: base + end,
    length: length - end,
    raw: visibleText(nul < 0 ? content : content.subarray(0, nul)),
    meaning: null,
    role: "payload",
  });
  cursor.end = length;
}

/** Entries of {u32 depth; s32 numbers[depth + 1]}, packed. */
function addPidObjects(cursor: FieldCursor): void {
  const { context, bytes } = cursor;
  for (let index = 0; index < MOST_ENTRIES; index++) {
    const from = cursor.end;
    if (!isAvailable(cursor, from + 8)) return;
    const depth = viewOf(bytes).getUint32(from, context.littleEndian);
    if (depth > MOST_ENTRIES || !isAvailable(cursor, from + 8 + 4 * depth)) return;
    addField(cursor, from, `[${index}].`, { name: "depth", type: "u32", offset: 0, size: 4 });
    for (let level = 0; level <= depth; level++) {
      const number = { name: `numbers[${level}]`, type: "s32", offset: 0, size: 4 };
      addField(cursor, from + 4 + 4 * level, `[${index}].`, number);
    }
  }
}

/** Pairs of a type and a value: unsigned longs of the writer up to v19-rc3, u64 from v19 on. */
function addAuxv(cursor: FieldCursor): void {
  const { checkpoint, dialect } = cursor.context;
  // From v19 on HEADER tells the vector's size in entries, before in bytes.
  const constants = dialect.struct("ckpt_hdr_header")?.byName;
  const long = constants?.has("constants.at_vector_size") ? 8 : (checkpoint.machine.wordSize ?? 8);
  const type = long === 4 ? "u32" : "u64";
  for (let index = 0; index < MOST_ENTRIES; index++) {
    const from = cursor.end;
    if (!isAvailable(cursor, from + 2 * long)) return;
    addField(cursor, from, `auxv[${index}].`, { name: "a_type", type, offset: 0, size: long });
    addField(cursor, from + long, `auxv[${index}].`, { name: "a_val", type, offset: 0, size: long });
  }
}

/** As many addresses as there are pages, then the pages. */
function addPages(cursor: FieldCursor, pages: number, wordSize: 4 | 8): void {
  const start = cursor.end;
  const addresses = start + pages * wordSize;
  if (pages === 0 || addresses > cursor.length) return;
  addEntries(cursor, "address", wordSize === 4 ? "u32" : "u64", pages);
  if (cursor.end < addresses) addBytes(cursor, "addresses", addresses, "payload");
  if (cursor.end < cursor.length) addBytes(cursor, "pages", cursor.length, "payload");
}
