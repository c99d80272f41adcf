// The fields of a record: each byte belongs to exactly one field, which may be padding or payload.

import { NONE } from "../../../model/checkpoint.ts";
import type { Field } from "../../../model/fields.ts";
import { recordLength, recordOffset } from "../../../model/records.ts";
import type { RecordRow } from "../../../model/rows.ts";
import { bytesView } from "../../../model/text/text.ts";
import { addRest, type FieldContext, type FieldCursor } from "./field-cursor.ts";
import { addPayload } from "./payload-fields.ts";
import { addStruct } from "./struct-fields.ts";

/**
 * The fields of a record.
 *
 * @param bytes The record from its first byte on; may be cut off.
 * @param previous The record before it, likewise.
 */
export function recordFields(
  context: FieldContext,
  record: RecordRow,
  bytes: Uint8Array,
  previous: Uint8Array,
): Field[] {
  const { records } = context.checkpoint;
  const kind = records.kinds[records.kind[record] ?? -1];
  const base = recordOffset(records, record);
  const length = recordLength(records, record);
  const cursor: FieldCursor = { context, bytes, base, length, fields: [], end: 0 };
  if (kind === undefined || kind.type === NONE) {
    addRest(cursor, "payload", "payload");
    return cursor.fields;
  }
  cursor.fields.push({
    name: "type",
    type: "u32",
    offset: base,
    length: 4,
    raw: String(kind.type),
    meaning: kind.name,
  });
  cursor.end = 4;
  // The image ends inside the header.
  if (length < 8) {
    addRest(cursor, "payload", "payload");
    return cursor.fields;
  }
  cursor.fields.push({
    name: "len",
    type: "u32",
    offset: base + 4,
    length: 4,
    raw: storedLength(cursor),
    meaning: null,
  });
  cursor.end = 8;
  const layout = kind.struct === null ? undefined : context.dialect.struct(kind.struct);
  if (layout !== undefined) addStruct(cursor, layout, 0, "");
  addPayload(cursor, record, kind.name, previous);
  return cursor.fields;
}

/** `len` as it is stored: a record with a wrong length may have been decoded with the right one. */
const storedLength = ({ context, bytes, length }: FieldCursor): string =>
  bytes.length < 8 ? String(length) : String(bytesView(bytes).getUint32(4, context.littleEndian));
