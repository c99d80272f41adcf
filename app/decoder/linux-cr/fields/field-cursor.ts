// Collects the fields of a record, front to back: every byte goes to exactly one field.

import type { Checkpoint } from "../../../model/checkpoint.ts";
import type { Field, Reference } from "../../../model/fields.ts";
import type { Dialect } from "../catalogue/dialect.ts";

/** Context for decoding the fields of an image's records. */
export interface FieldContext {
  readonly checkpoint: Checkpoint;
  readonly dialect: Dialect;
  readonly littleEndian: boolean;
  /** The row that an objref names; undefined: none. */
  refer(objref: number): Reference | undefined;
}

/** Fields of one record. `bytes` begins with the record and may be shorter than it. */
export interface FieldCursor {
  readonly context: FieldContext;
  readonly bytes: Uint8Array;
  /** Where the record begins in the image. */
  readonly base: number;
  /** Length of the record in bytes. */
  readonly length: number;
  readonly fields: Field[];
  /** Bytes of the record that have a field so far. */
  end: number;
}

/** Most bytes of an opaque value to show. */
const MOST_HEX = 32;

/** Whether the record's bytes up to `to` exist and were read. */
export const isAvailable = ({ bytes, length }: FieldCursor, to: number): boolean => to <= length && to <= bytes.length;

/** Adds padding up to `to`, if there is any. */
export function padTo(cursor: FieldCursor, to: number): void {
  if (to > cursor.end) addBytes(cursor, "padding", to, "padding");
}

/** Adds opaque bytes up to `to`. */
export function addBytes(cursor: FieldCursor, name: string, to: number, role?: Field["role"]): void {
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

/** Adds the rest of the record, if there is any. */
export function addRest(cursor: FieldCursor, name: string, role: "padding" | "payload"): void {
  if (cursor.end < cursor.length) addBytes(cursor, name, cursor.length, role);
}

/** Bytes in hex, shortened with `…`. */
export function hexText(bytes: Uint8Array): string {
  const shown = Array.from(bytes.subarray(0, MOST_HEX), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return bytes.length > MOST_HEX ? `${shown} …` : shown;
}
