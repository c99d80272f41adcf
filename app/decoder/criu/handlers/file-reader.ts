// Common parts of the readers of open files.

import { HAS } from "../../../model/checkpoint.ts";
import { type FileKind, fileKind } from "../../../model/names/names.ts";
import { u8At } from "../../../model/read.ts";
import type { FileRow } from "../../../model/rows.ts";
import { type JsonBytes, writeInteger, writePiece } from "../../../model/text/json-bytes.ts";
import { encodeText } from "../../../model/text/text.ts";
import type { Builder } from "../../builder.ts";
import type { SetContext } from "../walk/context.ts";
import { high, isSet, low, type NamedPlan, scan } from "../wire/wire.ts";

/**
 * Fills in the kind, name, flags and position of an open file from the message bytes[start … end - 1] of its type.
 * Returns what `scan` returned.
 */
export type FileReader = (set: SetContext, file: FileRow, bytes: Uint8Array, start: number, end: number) => number;

/** Reads the fields specific to one type of file. The values of the plan's fields are in `set.values`: 0 if absent. */
export type Fill = (
  set: SetContext,
  file: FileRow,
  seen: number,
  bytes: Uint8Array,
  start: number,
  end: number,
) => void;

/** A reader for files of one kind. If the plan has `flags` and `pos`, they are stored before `fill` is called. */
export function fileReader<Name extends string>(kind: FileKind, fields: NamedPlan<Name>, fill: Fill): FileReader {
  const kindIndex = fileKind(kind);
  const { flags, pos }: { readonly [name: string]: number | undefined } = fields.slot;
  return (set, file, bytes, start, end) => {
    const { builder, values } = set;
    builder.files.kind[file] = kindIndex;
    values.fill(0);
    const seen = scan(bytes, start, end, fields, values);
    if (flags !== undefined && isSet(seen, flags)) setFlags(builder, file, low(values, flags));
    if (pos !== undefined && isSet(seen, pos)) builder.setPos(file, low(values, pos), high(values, pos));
    fill(set, file, seen, bytes, start, end);
    return seen;
  };
}

/** A number for a name: `?` if the entry is damaged before it. */
export const numberOr = (values: Uint32Array, seen: number, slot: number): number | "?" =>
  isSet(seen, slot) ? low(values, slot) : "?";

const UNKNOWN = encodeText("?");

/** Writes a number of a name: `?` if the entry is damaged before it. */
export function writeNumberOr(out: JsonBytes, number: number | "?"): void {
  if (number === "?") writePiece(out, UNKNOWN);
  else writeInteger(out, number);
}

/** Sets f_flags. */
export function setFlags({ files }: Builder, file: FileRow, flags: number): void {
  files.flags[file] = flags;
  files.has[file] = u8At(files.has, file) | HAS.flags;
}

/**
 * Names a file `prefix`, then bytes[start … end - 1] of the image, then `suffix`. Only prefix and bytes count when
 * names are compared.
 */
export function setImageName(
  { builder }: SetContext,
  file: FileRow,
  prefix: string,
  bytes: Uint8Array,
  start: number,
  end: number,
  suffix = "",
): void {
  const { files } = builder;
  const before = encodeText(prefix);
  const after = encodeText(suffix);
  files.nameOffset[file] = builder.addText(before);
  builder.addText(bytes, start, end);
  builder.addText(after);
  files.nameLength[file] = before.length + (end - start) + after.length;
  builder.setVarying(file, after.length);
}
