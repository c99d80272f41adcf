// From a byte to its field, its record and their neighbours.

import { NONE, type Records } from "../../model/checkpoint.ts";
import type { Field } from "../../model/fields.ts";
import { recordLength, recordOffset } from "../../model/records.ts";
import type { RecordRow } from "../../model/rows.ts";
import { fieldAt, recordStyle } from "../../shell/bytes/hex-rows.ts";

/** The fields of a member's bytes, as far as they have been fetched. */
export interface FieldSource {
  readonly records: Records;
  /** Bytes of the member. */
  readonly size: number;
  /** The record that a byte of the member is in; NONE: none. */
  recordAt(offset: number): RecordRow;
  /** The fields of a record, by offset; `null` while they are being fetched. */
  fieldsOf(record: RecordRow): readonly Field[] | null;
}

/** A range of bytes. */
export interface Range {
  readonly offset: number;
  readonly length: number;
}

/** `waiting`: the answer depends on fields that are being fetched. `null`: there is none. */
export type Found<T> = T | "waiting" | null;

function fieldsAt(source: FieldSource, record: RecordRow): readonly Field[] | null {
  return record === NONE || recordStyle(source.records, record) !== "field" ? [] : source.fieldsOf(record);
}

/** The field that a byte is in, or else its record, or the byte alone. */
function partAt(source: FieldSource, offset: number): Range | "waiting" {
  const record = source.recordAt(offset);
  const fields = fieldsAt(source, record);
  if (fields === null) return "waiting";
  return fields[fieldAt(fields, offset)] ?? rangeOf(source, record) ?? { offset, length: 1 };
}

function rangeOf({ records }: FieldSource, record: RecordRow): Range | null {
  return record === NONE ? null : { offset: recordOffset(records, record), length: recordLength(records, record) };
}

/** Where the next (`by` = 1) or previous field begins; of bytes without fields, the next or previous record. */
export function neighbour(source: FieldSource, at: number, by: 1 | -1): Found<number> {
  const part = partAt(source, at);
  if (part === "waiting") return part;
  if (by === 1) {
    const next = part.offset + part.length;
    return next < source.size ? next : null;
  }
  if (part.offset === 0) return null;
  const previous = partAt(source, part.offset - 1);
  return previous === "waiting" ? previous : previous.offset;
}

/**
 * What to select instead of `selected` bytes around `at`: the field, or its record if the field is selected already.
 */
export function wider(source: FieldSource, at: number, selected: number): Found<Range> {
  const record = source.recordAt(at);
  const fields = fieldsAt(source, record);
  if (fields === null) return "waiting";
  const field = fields[fieldAt(fields, at)];
  return field !== undefined && selected < field.length ? field : rangeOf(source, record);
}
