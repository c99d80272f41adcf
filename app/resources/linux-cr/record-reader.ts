// Reads structs of records again by the catalogue, and takes the columns that come straight from them.

import type { Image } from "../../decoder/image.ts";
import { type Dialect, dialectOnMachine } from "../../decoder/linux-cr/catalogue/dialect.ts";
import type { Layout } from "../../decoder/linux-cr/catalogue/layout.ts";
import { integer } from "../../decoder/linux-cr/struct-reader.ts";
import { openWindow } from "../../decoder/window.ts";
import type { Checkpoint } from "../../model/checkpoint.ts";
import { recordLength, recordOffset } from "../../model/records.ts";
import type { RecordRow } from "../../model/rows.ts";
import { convert, type Stored } from "../convert.ts";
import type { ResourceSpec } from "../resource.ts";
import type { Input } from "../table.ts";

/** The values of a struct in a record, or of one in an array of it. */
export interface Struct {
  readonly name: string;
  /** An integer; `null`: the struct has no such field, or the record ends before it. */
  big(field: string): bigint | null;
  /** An integer as a number; 0 where `big` has none. */
  number(field: string): number;
  /** Text up to its NUL; `null`: the struct has no such field. */
  text(field: string): Uint8Array | null;
  /** A struct inside it; `null`: the struct has no such field. */
  inner(field: string, struct: string): Struct | null;
  /** The entries of an array of structs, at most `count`, as far as the record has them. */
  entries(field: string, struct: string, count: number): Struct[];
  /** The numbers of 32 bits in an array at the end of the struct. */
  words(field: string, count: number): number[];
}

export interface RecordReader {
  readonly checkpoint: Checkpoint;
  readonly dialect: Dialect;
  /** The struct that a record begins with; `null`: its kind has none. */
  struct(record: RecordRow, name: string | null): Promise<Struct | null>;
  /** The bytes after a record's header, at most `most`. */
  payload(record: RecordRow, most: number): Promise<Uint8Array>;
}

/** Structs with their arrays are smaller: a GROUPINFO has at most 65,536 groups. */
const MOST_BYTES = 512 * 1024;
const HEADER = 8;

/** A reader of an image's records, which should be read in order. */
export function createRecordReader({ checkpoint, sources }: Image, signal?: AbortSignal): RecordReader {
  const { records, machine } = checkpoint;
  const dialect = dialectOnMachine(checkpoint.dialect, machine.arch);
  const [source] = sources;
  const window = source === undefined ? null : openWindow(source);
  const bytesOf = async (record: RecordRow, most: number): Promise<Uint8Array> => {
    if (window === null) return new Uint8Array(0);
    const offset = recordOffset(records, record);
    const length = Math.min(recordLength(records, record), most);
    if (offset < window.start || offset + length > window.end) {
      signal?.throwIfAborted();
      await window.fill(offset, length);
    }
    return window.bytes.slice(offset - window.start, Math.min(offset + length, window.end) - window.start);
  };
  return {
    checkpoint,
    dialect,
    async struct(record, name) {
      const layout = name === null ? undefined : dialect.struct(name);
      if (layout === undefined || name === null) return null;
      return structOf(dialect, name, layout, await bytesOf(record, MOST_BYTES), machine.littleEndian);
    },
    payload: async (record, most) => (await bytesOf(record, HEADER + most)).subarray(HEADER),
  };
}

function structOf(dialect: Dialect, name: string, layout: Layout, bytes: Uint8Array, littleEndian: boolean): Struct {
  const big = (field: string): bigint | null => {
    const found = layout.byName.get(field);
    if (found === undefined) return null;
    // A sigset is declared as bytes, but is a word.
    const isSet = found.type === "u8[8]";
    return integer(bytes, isSet ? { ...found, type: "u64" } : found, littleEndian);
  };
  return {
    name,
    big,
    number: (field) => Number(big(field) ?? 0n),
    text(field) {
      const found = layout.byName.get(field);
      if (found === undefined || !found.type.startsWith("char[")) return null;
      const text = bytes.subarray(found.offset, found.offset + found.size);
      const nul = text.indexOf(0);
      return nul < 0 ? text : text.subarray(0, nul);
    },
    inner(field, struct) {
      const [start, nested] = [layout.byName.get(`${field}.h`)?.offset, dialect.struct(struct)];
      if (start === undefined || nested === undefined) return null;
      return structOf(dialect, struct, nested, bytes.subarray(start, start + nested.size), littleEndian);
    },
    entries(field, struct, count) {
      const [start, inner] = [layout.byName.get(field)?.offset, dialect.struct(struct)];
      const found: Struct[] = [];
      if (start === undefined || inner === undefined || inner.size === 0) return found;
      for (let at = start; found.length < count && at + inner.size <= bytes.length; at += inner.size) {
        found.push(structOf(dialect, struct, inner, bytes.subarray(at, at + inner.size), littleEndian));
      }
      return found;
    },
    words(field, count) {
      const start = layout.byName.get(field)?.offset ?? bytes.length;
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      const most = Math.min(count, Math.floor((bytes.length - start) / 4));
      return Array.from({ length: Math.max(0, most) }, (_, nth) => view.getUint32(start + 4 * nth, littleEndian));
    },
  };
}

/** Takes the columns that a resource declares to come from a struct. */
export function take(row: Record<string, Input>, spec: ResourceSpec, struct: Struct, arch: string | null): void {
  const prefix = `${struct.name}.`;
  for (const column of spec.columns) {
    const source = column.linuxCr?.find((each) => each.startsWith(prefix));
    if (source === undefined || row[column.name] !== undefined) continue;
    const field = source.slice(prefix.length);
    const value: Stored | null = struct.text(field) ?? struct.big(field);
    const cell = value === null ? null : convert(column.type, value, arch);
    if (cell !== null) row[column.name] = cell;
  }
}
