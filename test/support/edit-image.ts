// Edits a Linux-CR image record by record, through the catalogue, to make images with exactly one fault.

import { type Dialect, dialectOnMachine } from "../../app/decoder/linux-cr/catalogue/dialect.ts";
import type { LayoutField } from "../../app/decoder/linux-cr/catalogue/layout.ts";
import { recordLength, recordOffset } from "../../app/model/records.ts";
import { open } from "./open.ts";

/** One record, or bytes between records. */
export interface Part {
  readonly name: string;
  readonly struct: string | null;
  readonly bytes: Uint8Array;
}

/** An image split into records. Edits return a new one. `n` counts the records of a name from 0. */
export interface Parts {
  readonly parts: readonly Part[];
  readonly dialect: Dialect;
  readonly littleEndian: boolean;
}

/** Splits an image into records. */
export async function takeApart(bytes: Uint8Array): Promise<Parts> {
  const { checkpoint } = await open(bytes);
  const { records, machine } = checkpoint;
  const parts = Array.from({ length: records.count }, (_, row) => {
    const kind = records.kinds[records.kind[row] as number];
    const offset = recordOffset(records, row);
    return {
      name: kind?.name ?? "",
      struct: kind?.struct ?? null,
      bytes: bytes.slice(offset, offset + recordLength(records, row)),
    };
  });
  return { parts, dialect: dialectOnMachine(checkpoint.dialect, machine.arch), littleEndian: machine.littleEndian };
}

/** Joins the records to an image. */
export function putTogether({ parts }: Parts): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.bytes.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part.bytes, at);
    at += part.bytes.length;
  }
  return bytes;
}

/** Index of the n-th record of a name among the parts. */
function placeOf({ parts }: Parts, name: string, n = 0): number {
  let left = n;
  const place = parts.findIndex((part) => part.name === name && left-- === 0);
  if (place < 0) throw new Error(`there is no ${name} number ${n}`);
  return place;
}

/** Offset of the n-th record of a name in the image. */
export const offsetOf = (image: Parts, name: string, n = 0): number =>
  image.parts.slice(0, placeOf(image, name, n)).reduce((sum, part) => sum + part.bytes.length, 0);

const at = (image: Parts, place: number): Part => {
  const part = image.parts[place];
  if (part === undefined) throw new Error(`there is no part ${place}`);
  return part;
};

const replaced = (image: Parts, place: number, count: number, ...by: readonly Part[]): Parts => ({
  ...image,
  parts: image.parts.toSpliced(place, count, ...by),
});

/** A field of a struct by its name, also inside an array: `rlim[7].rlim_cur`. */
function fieldOf(dialect: Dialect, struct: string, name: string): Pick<LayoutField, "offset" | "size"> | undefined {
  const layout = dialect.struct(struct);
  const [, array = "", index = "", rest = ""] = /^([\w.]+)\[(\d+)\]\.?(.*)$/.exec(name) ?? [];
  if (array === "") return layout?.byName.get(name);
  const outer = layout?.byName.get(array);
  const type = outer?.type.slice(0, outer.type.indexOf("[")) ?? "";
  const inner = rest === "" ? { offset: 0, size: Number(type.slice(1)) / 8 } : fieldOf(dialect, type, rest);
  if (outer === undefined || inner === undefined) return undefined;
  const size = rest === "" ? inner.size : (dialect.struct(type)?.size ?? 0);
  return { offset: outer.offset + Number(index) * size + inner.offset, size: inner.size };
}

/** A number in the n-th record of a name. */
export function numberAt(image: Parts, name: string, n: number, field: string): bigint {
  const part = at(image, placeOf(image, name, n));
  const found = fieldOf(image.dialect, part.struct ?? "", field);
  if (found === undefined) throw new Error(`${name} has no field ${field}`);
  let number = 0n;
  const bytes = part.bytes.subarray(found.offset, found.offset + found.size);
  for (const byte of image.littleEndian ? bytes.toReversed() : bytes) number = (number << 8n) | BigInt(byte);
  return number;
}

/** The same record with one field set; `type` and `len` are fields too. Names are the catalogue's. */
function withField(image: Parts, part: Part, name: string, value: number | bigint): Part {
  const header = { type: 0, len: 4 }[name];
  const field = header === undefined ? fieldOf(image.dialect, part.struct ?? "", name) : { offset: header, size: 4 };
  if (field === undefined) throw new Error(`${part.name} has no field ${name}`);
  const bytes = part.bytes.slice();
  const view = new DataView(bytes.buffer);
  const unsigned = BigInt.asUintN(field.size * 8, BigInt(value));
  if (field.size === 8) view.setBigUint64(field.offset, unsigned, image.littleEndian);
  else if (field.size === 4) view.setUint32(field.offset, Number(unsigned), image.littleEndian);
  else if (field.size === 2) view.setUint16(field.offset, Number(unsigned), image.littleEndian);
  else view.setUint8(field.offset, Number(unsigned));
  return { ...part, bytes };
}

/** Sets a field of the n-th record of a name. */
export function setField(image: Parts, name: string, n: number, field: string, value: number | bigint): Parts {
  const place = placeOf(image, name, n);
  return replaced(image, place, 1, withField(image, at(image, place), field, value));
}

/** Removes the n-th record of a name. */
export const removeRecord = (image: Parts, name: string, n = 0): Parts => replaced(image, placeOf(image, name, n), 1);

/** Duplicates the n-th record of a name. */
export function repeatRecord(image: Parts, name: string, n = 0): Parts {
  const place = placeOf(image, name, n);
  const part = at(image, place);
  return replaced(image, place, 1, part, part);
}

/** Swaps two records. */
export function swapRecords(image: Parts, name: string, n: number, m: number): Parts {
  const [first, second] = [placeOf(image, name, n), placeOf(image, name, m)];
  return replaced(replaced(image, first, 1, at(image, second)), second, 1, at(image, first));
}

/** Replaces the payload (what follows the struct) of the n-th record of a name, and sets its length to match. */
export function setPayload(image: Parts, name: string, n: number, payload: Uint8Array): Parts {
  const place = placeOf(image, name, n);
  const part = at(image, place);
  const size = part.struct === null ? 8 : (image.dialect.struct(part.struct)?.size ?? 8);
  const bytes = new Uint8Array(size + payload.length);
  bytes.set(part.bytes.subarray(0, size));
  bytes.set(payload, size);
  return replaced(image, place, 1, withField(image, { ...part, bytes }, "len", bytes.length));
}

/** Text and a NUL. */
export const cString = (text: string): Uint8Array => new TextEncoder().encode(`${text}\0`);

/** A record from fields by name, and a payload. */
export function makeRecord(
  image: Parts,
  name: string,
  fields: Readonly<Record<string, number | bigint>> = {},
  payload: Uint8Array = new Uint8Array(0),
  struct = image.dialect.structOfRecord(name),
): Part {
  const type = image.dialect.recordType(name);
  if (type === undefined) throw new Error(`${image.dialect.name} has no ${name}`);
  const size = struct === null ? 8 : (image.dialect.struct(struct)?.size ?? 8);
  const bytes = new Uint8Array(size + payload.length);
  bytes.set(payload, size);
  let part: Part = { name, struct, bytes };
  for (const [field, value] of Object.entries({ type, len: bytes.length, ...fields })) {
    part = withField(image, part, field, value);
  }
  return part;
}

/** Inserts records before the n-th record of a name. */
export const insertBefore = (image: Parts, name: string, n: number, ...parts: readonly Part[]): Parts =>
  replaced(image, placeOf(image, name, n), 0, ...parts);

/** Appends records or bytes. */
export const append = (image: Parts, ...parts: readonly Part[]): Parts => ({
  ...image,
  parts: [...image.parts, ...parts],
});
