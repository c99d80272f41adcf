// Rows of the byte view: runs of bytes that look the same, and their text as offset, hex and characters.

import { NONE, type Records } from "../../model/checkpoint.ts";
import type { Field } from "../../model/fields.ts";
import { recordEnd, recordOffset } from "../../model/records.ts";
import type { RecordRow } from "../../model/rows.ts";
import { firstIndex } from "../../model/search.ts";

/** How the bytes of a run look; also the names of their CSS classes. */
export type RecordStyle =
  /** Not fetched yet. */
  | "waiting"
  | "field"
  | "padding"
  /** Bytes that no struct describes: text, tables, contents of pages and buffers. */
  | "payload"
  /** A record of unknown type. */
  | "unknown"
  /** In no record, by the design of the format: raw pages. */
  | "raw"
  /** Not decodable. */
  | "lost";

/** Neighbouring bytes of a row that look the same. */
export interface Run {
  /** Bytes from the start of the row. */
  readonly from: number;
  readonly to: number;
  readonly style: RecordStyle;
  /** Whether the record, and the field within it, have odd numbers: neighbours are shaded differently. */
  readonly oddRecord: boolean;
  readonly oddField: boolean;
  readonly startsField: boolean;
  readonly startsRecord: boolean;
  readonly selected: boolean;
  readonly cursor: boolean;
}

/** What determines how rows of bytes are cut into runs. */
export interface Marks {
  readonly records: Records;
  /** The record that a byte is in; NONE if it is in none. */
  recordAt(offset: number): RecordRow;
  /** The record's fields in the order of their offsets; `null` while they are not loaded. */
  fieldsOf(record: RecordRow): readonly Field[] | null;
  /** Selected bytes, both ends included. */
  readonly selection: { readonly from: number; readonly to: number } | null;
  readonly cursor: number | null;
}

/**
 * Index of the field that contains the byte at `offset`; NONE if there is none. `fields` are in order of their offsets.
 */
export function fieldAt(fields: readonly Field[], offset: number): number {
  const at = firstIndex(fields.length, (index) => (fields[index] as Field).offset > offset) - 1;
  const field = fields[at];
  return field !== undefined && offset < field.offset + field.length ? at : NONE;
}

/** The style of a record's bytes while its fields are not loaded. */
export function recordStyle({ kinds, kind }: Records, record: RecordRow): RecordStyle {
  const { type, name, struct } = kinds[kind[record] ?? -1] ?? { type: NONE, name: "", struct: null };
  if (type !== NONE || struct !== null)
    return struct === null && name.startsWith("unknown record") ? "unknown" : "field";
  return name === "not decoded" ? "lost" : "raw";
}

/** The runs of a row of `length` bytes from offset `start`. Neighbouring bytes that look the same share one. */
export function runsOf(start: number, length: number, marks: Marks): Run[] {
  const { records, selection, cursor } = marks;
  const runs: Run[] = [];
  const cuts = new Set<number>([length]);
  const cut = (offset: number): void => {
    if (offset > start && offset < start + length) cuts.add(offset - start);
  };
  if (selection !== null) {
    cut(selection.from);
    cut(selection.to + 1);
  }
  if (cursor !== null) {
    cut(cursor);
    cut(cursor + 1);
  }
  for (let at = start; at < start + length; ) {
    const record = marks.recordAt(at);
    const end = Math.min(start + length, record === NONE ? start + length : recordEnd(records, record));
    cut(end);
    const fields = record === NONE ? null : marks.fieldsOf(record);
    const around = record === NONE ? "lost" : recordStyle(records, record);
    const first = fields === null ? NONE : Math.max(0, fieldAt(fields, at));
    for (let index = first; fields !== null && index < fields.length && (fields[index]?.offset ?? end) < end; index++) {
      cut(fields[index]?.offset ?? at);
      cut((fields[index]?.offset ?? at) + (fields[index]?.length ?? 0));
    }
    const ends = [...cuts].filter((each) => each > at - start && each <= end - start).sort((a, b) => a - b);
    for (const to of ends) {
      const index = fields === null ? NONE : fieldAt(fields, at);
      const field = fields?.[index];
      runs.push({
        from: at - start,
        to,
        style: around !== "field" ? around : (field?.role ?? "field"),
        oddRecord: record % 2 === 1,
        oddField: index % 2 === 1,
        startsField: field !== undefined && field.offset === at,
        startsRecord: record !== NONE && recordOffset(records, record) === at,
        selected: selection !== null && at >= selection.from && at <= selection.to,
        cursor: at === cursor,
      });
      at = start + to;
    }
    at = Math.max(end, at);
  }
  return runs;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Bytes `from` to `to` - 1 of a row as hex, a space before each and another one in the middle of a row of 16. */
export function hexCells(bytes: Uint8Array | null, from: number, to: number): string {
  let text = "";
  for (let at = from; at < to; at++) {
    const digits = bytes === null ? "··" : (HEX[bytes[at] ?? 0] ?? "");
    text += `${at === 8 ? "  " : " "}${digits}`;
  }
  return text;
}

/** Characters of the hex of a row of `width` bytes. */
export const hexLength = (width: number): number => 3 * width + (width > 8 ? 1 : 0);

/** The byte of a row whose hex is at a character. */
export function byteAtCharacter(character: number, width: number): number {
  const at = Math.floor((character > 24 ? character - 1 : character) / 3);
  return Math.max(0, Math.min(width - 1, at));
}

/** The same bytes as characters: printable ASCII, and `·` for all others. */
export function characterCells(bytes: Uint8Array | null, from: number, to: number): string {
  let text = "";
  for (let at = from; at < to; at++) {
    const byte = bytes?.[at] ?? 0;
    text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·";
  }
  return text;
}

/** Hex digits of the offsets of a member of `size` bytes, at least 6. */
export function offsetDigits(size: number): number {
  return Math.max(6, Math.max(0, size - 1).toString(16).length);
}

export function offsetText(offset: number, digits: number): string {
  return offset.toString(16).padStart(digits, "0");
}
