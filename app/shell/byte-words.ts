// A byte in words: its record, its field, its place.

import { type Checkpoint, NONE } from "../model/checkpoint.ts";
import type { Field } from "../model/fields.ts";
import { visible } from "../model/text.ts";
import { recordStyle } from "./hex-rows.ts";

export interface ByteDescription {
  /** `FILE_DESC`, `raw bytes`. */
  readonly record: string;
  /** `field fd_objref, s32`; `padding of 4 bytes`; empty where the record's fields are not known yet. */
  readonly field: string;
  /** What it says: `12 · open file /var/log/x`. */
  readonly value: string;
  /** `at 3741 (0xe9d)`. */
  readonly place: string;
}

/** What the byte at `offset` belongs to. */
export function describeByte(
  { records }: Pick<Checkpoint, "records">,
  record: number,
  field: Field | null,
  offset: number,
): ByteDescription {
  const place = `at ${offset} (0x${offset.toString(16)})`;
  if (record === NONE) return { record: "no record", field: "", value: "", place };
  const kind = records.kinds[records.kind[record] ?? 0];
  const select = recordStyle(records, record);
  const name = visible(kind?.name ?? "record");
  if (select === "raw")
    return { record: name, field: `${records.length[record]} bytes in no record`, value: "", place };
  if (select === "lost") {
    return { record: "not decoded", field: `${records.length[record]} bytes that no record claims`, value: "", place };
  }
  if (field === null) return { record: name, field: "", value: "", place };
  const bytes = field.length === 1 ? "1 byte" : `${field.length} bytes`;
  if (field.role === "padding") return { record: name, field: `padding of ${bytes}`, value: "", place };
  const what = field.role === "payload" ? `${visible(field.name)}, ${bytes} of content` : fieldWords(field);
  const value = field.role === "payload" && field.name !== "text" ? "" : shortened(field.raw);
  const meaning = field.meaning === null ? "" : ` · ${shortened(field.meaning)}`;
  return { record: name, field: what, value: value === "" ? meaning.slice(3) : value + meaning, place };
}

const fieldWords = ({ name, type, offset }: Field): string => `field ${visible(name)}, ${visible(type)} from ${offset}`;

const shortened = (text: string): string => {
  const seen = visible(text);
  return seen.length > 120 ? `${seen.slice(0, 119)}…` : seen;
};

/** The words as one sentence: for screen readers. */
export function byteSentence({ record, field, value, place }: ByteDescription, byte: number | null): string {
  const what = [record, field].filter(Boolean).join(", ");
  const hex = byte === null ? "" : `${byte.toString(16).padStart(2, "0")}: `;
  return `${hex}${what} ${place}${value === "" ? "" : `: ${value}`}`;
}
