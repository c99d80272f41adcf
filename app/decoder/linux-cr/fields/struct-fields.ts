// The fields of a struct of the catalogue, and of arrays of structs and scalars.

import type { Field } from "../../../model/fields.ts";
import { ipv6Text } from "../../../model/text/addresses.ts";
import { bytesView, visibleText } from "../../../model/text/text.ts";
import type { Layout, LayoutField } from "../catalogue/layout.ts";
import { inetAddress, unixAddress } from "../details/socket-addresses.ts";
import { integer } from "../struct-reader.ts";
import { addBytes, addRest, type FieldContext, type FieldCursor, hexText, isAvailable, padTo } from "./field-cursor.ts";
import { meaning } from "./meaning.ts";

/** Most entries of an array that become fields; the rest is payload. */
export const MOST_ENTRIES = 256;

const SCALARS: Readonly<Record<string, number>> = { u8: 1, u16: 2, s16: 2, u32: 4, s32: 4, be32: 4, u64: 8, s64: 8 };

/** Adds the fields of a struct that begins at byte `start` of the record, with the gaps between them. */
export function addStruct(cursor: FieldCursor, layout: Layout, start: number, prefix: string): void {
  let open = false;
  for (const field of layout.fields) {
    const from = start + field.offset;
    // The header's fields exist already. Members of a union share their bytes; only the first becomes a field.
    if (from < cursor.end) continue;
    if (field.size === 0) {
      padTo(cursor, Math.min(from, cursor.length));
      addOpenArray(cursor, layout, start, prefix, field);
      open = true;
      continue;
    }
    if (!isAvailable(cursor, from + field.size)) {
      addCutField(cursor, from, prefix, field);
      break;
    }
    padTo(cursor, from);
    addField(cursor, from, prefix, field);
  }
  // In a struct that ends in an array, the last padding comes after the array.
  padTo(cursor, open ? cursor.end : Math.min(start + layout.size, cursor.length));
}

/** Adds the rest of a field that the record ends inside. */
function addCutField(cursor: FieldCursor, from: number, prefix: string, field: LayoutField): void {
  const { base, bytes, length } = cursor;
  if (from >= length || length > bytes.length) return;
  padTo(cursor, from);
  const array = /^(\w+)\[(\d+)\]$/.exec(field.type);
  if (array !== null && array[1] !== "u8" && array[1] !== "char") {
    addEntries(cursor, `${prefix}${field.name}`, array[1] ?? "", Number(array[2]));
    return;
  }
  const left = bytes.subarray(from, length);
  cursor.fields.push({
    name: `${prefix}${field.name}`,
    type: field.type,
    offset: base + from,
    length: left.length,
    raw: array?.[1] === "char" ? visibleText(left) : hexText(left),
    meaning: null,
    role: "payload",
    cut: true,
  });
  cursor.end = length;
}

/** The field with the number of entries of an array at the end of a struct, by the array's name. */
const COUNT_FIELDS: Readonly<Record<string, string>> = { groups: "ngroups", siginfo: "nr_pending" };

function addOpenArray(cursor: FieldCursor, layout: Layout, start: number, prefix: string, field: LayoutField): void {
  const countField = layout.byName.get(COUNT_FIELDS[field.name] ?? "");
  const count =
    countField === undefined
      ? Number.POSITIVE_INFINITY
      : Number(integer(cursor.bytes.subarray(start), countField, cursor.context.littleEndian) ?? 0n);
  addEntries(cursor, `${prefix}${field.name}`, field.type.slice(0, field.type.indexOf("[")), count);
  // GROUPINFO is as long as if its groups began after the struct's last padding.
  if (cursor.length - cursor.end < 8) addRest(cursor, "padding", "padding");
}

/**
 * Adds the entries of an array: at most `count`, at most MOST_ENTRIES, and only those that were read.
 *
 * @param type A scalar type, or a struct of the dialect.
 */
export function addEntries(cursor: FieldCursor, name: string, type: string, count: number): void {
  const layout = cursor.context.dialect.struct(type);
  const size = SCALARS[type] ?? layout?.size ?? 0;
  if (size === 0) return;
  for (let index = 0; index < Math.min(count, MOST_ENTRIES); index++) {
    const from = cursor.end;
    if (from >= cursor.length) return;
    if (!isAvailable(cursor, from + size)) {
      // If the struct is cut off, only the fields before the cut.
      if (layout !== undefined && cursor.end < cursor.bytes.length)
        addStruct(cursor, layout, from, `${name}[${index}].`);
      return;
    }
    if (layout === undefined) addField(cursor, from, "", { name: `${name}[${index}]`, type, offset: 0, size });
    else addStruct(cursor, layout, from, `${name}[${index}].`);
  }
}

/** Names of the fields that hold an objref. */
const OBJREF = /(objref|_ref|credref|secref)$|^(this|peer)$/;

const PADDING = /(^|\.)_?padd?ing$/;

/** Adds one field that begins at byte `from` of the record. */
export function addField(cursor: FieldCursor, from: number, prefix: string, field: LayoutField): void {
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
  cursor.fields.push(fieldOf(cursor, from, name, field));
  cursor.end = to;
}

/** The field of a scalar, a text or a kernel struct. */
function fieldOf({ context, bytes, base }: FieldCursor, from: number, name: string, layout: LayoutField): Field {
  const { type, size } = layout;
  const place = { name, type, offset: base + from, length: size };
  const content = bytes.subarray(from, from + size);
  if (type.startsWith("char[")) {
    const nul = content.indexOf(0);
    return { ...place, raw: visibleText(nul < 0 ? content : content.subarray(0, nul)), meaning: null };
  }
  if (SCALARS[type] === undefined) {
    return { ...place, raw: hexText(content), meaning: opaqueMeaning(type, content, context) };
  }
  const short = name.slice(name.lastIndexOf(".") + 1);
  // arch_id is little-endian in every image.
  const littleEndian = context.littleEndian || layout.name === "arch_id";
  const value = integer(content, { ...layout, offset: 0 }, littleEndian);
  // Callers add only fields that the record has.
  if (value === null) return { ...place, raw: hexText(content), meaning: null };
  const { dialect, checkpoint } = context;
  const refers = OBJREF.test(short) ? context.refer(Number(value)) : undefined;
  return {
    ...place,
    raw: value.toString(),
    meaning: meaning(dialect, checkpoint.machine.arch, short, value),
    ...(refers === undefined ? {} : { refers }),
  };
}

/** The meaning of a kernel struct that is copied into a record; `null` if it is unknown. */
function opaqueMeaning(type: string, content: Uint8Array, { littleEndian }: FieldContext): string | null {
  switch (type) {
    case "sockaddr_in":
      return inetAddress(content, content.length) || null;
    case "sockaddr_un":
      return unixAddress(content, content.length) || null;
    case "in6_addr":
      return content.every((byte) => byte === 0) ? null : ipv6Text(content);
    case "linger": {
      const view = bytesView(content);
      return view.getInt32(0, littleEndian) === 0 ? "off" : `${view.getInt32(4, littleEndian)} s`;
    }
    default:
      return null;
  }
}
