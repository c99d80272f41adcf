// Reads fields of a record by the names that the catalogue gives them.

import type { Layout, LayoutField } from "./catalogue/layout.ts";

/** Reads the fields of one struct from a record. */
export interface StructReader {
  /** Whether the struct has these fields and the record their bytes. */
  has(...fields: readonly string[]): boolean;
  /** An integer field of at most 32 bits; 0 if the struct has no such field or the record ends before its end. */
  number(field: string): number;
  /** The same, but `null` if the record ends before the field's end. */
  known(field: string): number | null;
  /** A field's bytes, as far as the record has them; empty if the struct has no such field. */
  bytes(field: string): Uint8Array;
  readonly littleEndian: boolean;
}

/** A reader of `record` (from its header on) as `layout` describes it. */
export function structReader(layout: Layout | undefined, record: Uint8Array, littleEndian: boolean): StructReader {
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
  const has = (name: string): boolean => {
    const field = layout?.byName.get(name);
    return field !== undefined && field.offset + field.size <= record.length;
  };
  const reader: StructReader = {
    littleEndian,
    has: (...names) => names.every(has),
    known: (name) => (has(name) || layout?.byName.has(name) !== true ? reader.number(name) : null),
    number(name) {
      const field = layout?.byName.get(name);
      if (field === undefined || field.offset + field.size > record.length) return 0;
      const { offset, type } = field;
      if (type === "u8") return view.getUint8(offset);
      if (type === "u16") return view.getUint16(offset, littleEndian);
      if (type === "s16") return view.getInt16(offset, littleEndian);
      if (type === "s32") return view.getInt32(offset, littleEndian);
      return view.getUint32(offset, littleEndian);
    },
    bytes(name) {
      const field = layout?.byName.get(name);
      if (field === undefined) return new Uint8Array(0);
      return record.subarray(field.offset, field.offset + field.size);
    },
  };
  return reader;
}

/** The exact value of an integer field; `null` if `bytes`, which begin with the struct, end before it does. */
export function integer(bytes: Uint8Array, field: LayoutField, littleEndian: boolean): bigint | null {
  const { offset, size, type } = field;
  if (offset + size > bytes.length) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
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
