// Finds the fields that findings are about, by reading their entries again.

import { placeOfField } from "../../decoder/criu/wire/field-place.ts";
import { createEntryReader, type EntryBytes } from "../../decoder/criu/wire/inspect.ts";
import { type Piece, pieces } from "../../decoder/criu/wire/pieces.ts";
import type { Image } from "../../decoder/image.ts";
import { NONE } from "../../model/checkpoint.ts";
import type { RecordRow } from "../../model/rows.ts";
import type { Finding } from "../finding.ts";

/** The findings with the offsets of their fields. */
export async function withOffsets({ checkpoint, sources }: Image, findings: readonly Finding[]): Promise<Finding[]> {
  const placed: Finding[] = [];
  const read = createEntryReader(checkpoint, sources);
  let inspected: RecordRow = NONE;
  let entry: EntryBytes | null = null;
  for (const finding of findings) {
    const { field, record } = finding;
    if (field === null || record === null) {
      placed.push(finding);
      continue;
    }
    if (record !== inspected) {
      const reading = read(record);
      entry = reading instanceof Promise ? await reading : reading;
    }
    inspected = record;
    placed.push({ ...finding, ...placeIn(entry, field) });
  }
  return placed;
}

/** The field's name as `Image.fields` calls it, and its offset in the member; no field if it is not found. */
function placeIn(entry: EntryBytes | null, field: string): Partial<Pick<Finding, "field" | "offset">> {
  if (entry === null) return { field: null };
  const { bytes, base, start, end, isCut } = entry;
  const message = entry.message ?? "";
  const offset = placeOfField(bytes, start, end, message, field);
  if (offset >= 0) return { offset: base + offset };
  const found = fieldIn(pieces(bytes, start, end, message, isCut), field);
  return found === undefined ? { field: null } : { field: found.name, offset: base + found.offset };
}

/** The piece that a check means by the name of a field. */
function fieldIn(fields: readonly Piece[], field: string): Piece | undefined {
  const short = field.slice(field.lastIndexOf(".") + 1);
  // In files.img a file's own message is nested in the entry; in images of older releases it is the entry.
  return (
    fields.find(({ name }) => name === field) ??
    fields.find(({ name }) => name === short) ??
    fields.find(({ name }) => name.replaceAll(/\[\d+\]/g, "") === field) ??
    fields.find(({ name }) => /^\w+\.\w+$/.test(name) && name.endsWith(`.${short}`))
  );
}
