// Describes a byte: its record, its field, its value and its offset.

import { type Checkpoint, NONE } from "../../model/checkpoint.ts";
import type { Field } from "../../model/fields.ts";
import { recordKind, recordLength } from "../../model/records.ts";
import type { RecordRow } from "../../model/rows.ts";
import { stillVisible, visible } from "../../model/text/text.ts";
import { counted } from "../../model/text/words.ts";
import { recordStyle } from "./hex-rows.ts";

export interface ByteDescription {
  /** `FILE_DESC`, `raw bytes`. */
  readonly record: string;
  /** `field fd_objref, s32 from 3740`, `padding of 4 bytes`; empty while the record's fields are not loaded. */
  readonly field: string;
  /** The field's value and its meaning: `12 · open file /var/log/x`. */
  readonly value: string;
  /** `at 3741 (0xe9d)`. */
  readonly place: string;
}

/**
 * Describes the byte at `offset`. `record`: NONE if it is in none. `field`: `null` if there is
 * none or it is not loaded.
 */
export function describeByte(
  { records }: Pick<Checkpoint, "records">,
  record: RecordRow,
  field: Field | null,
  offset: number,
): ByteDescription {
  const place = `at ${offset} (0x${offset.toString(16)})`;
  if (record === NONE) return { record: "no record", field: "", value: "", place };
  const kind = records.kinds[recordKind(records, record)];
  const style = recordStyle(records, record);
  const length = counted(recordLength(records, record), "byte");
  const name = visible(kind?.name ?? "record");
  if (style === "raw") return { record: name, field: `${length} in no record`, value: "", place };
  if (style === "lost") return { record: "not decoded", field: `${length} in no record`, value: "", place };
  if (field === null) return { record: name, field: "", value: "", place };
  const bytes = counted(field.length, "byte");
  if (field.role === "padding") return { record: name, field: `padding of ${bytes}`, value: "", place };
  const what = field.role === "payload" ? `${visible(field.name)}, ${bytes} of content` : fieldWords(field);
  const value = field.role === "payload" && field.name !== "text" ? "" : shortened(field.raw);
  const meaning = field.meaning === null ? "" : ` · ${shortened(field.meaning)}`;
  return { record: name, field: what, value: value === "" ? meaning.slice(3) : value + meaning, place };
}

const fieldWords = ({ name, type, offset }: Field): string => `field ${visible(name)}, ${visible(type)} from ${offset}`;

const shortened = (text: string): string => {
  const seen = stillVisible(text);
  return seen.length > 120 ? `${seen.slice(0, 119)}…` : seen;
};

/** The description as one sentence, for screen readers. `byte`: its value; `null` while it is not loaded. */
export function byteSentence({ record, field, value, place }: ByteDescription, byte: number | null): string {
  const what = [record, field].filter(Boolean).join(", ");
  const hex = byte === null ? "" : `${byte.toString(16).padStart(2, "0")}: `;
  return `${hex}${what} ${place}${value === "" ? "" : `: ${value}`}`;
}
