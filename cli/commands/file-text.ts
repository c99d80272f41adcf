// An open file in words: access mode, name, position and flags.

import {
  type Column,
  exact,
  memo,
  type Part,
  piece,
  plain,
  type Values,
  whenSet,
} from "../../app/export/rows/template.ts";
import { type Checkpoint, HAS } from "../../app/model/checkpoint.ts";
import { ACCESS_BITS, accessOf, flagNames } from "../../app/model/names/names.ts";
import { i32At, u8At, u32At } from "../../app/model/read.ts";
import type { FileRow } from "../../app/model/rows.ts";
import { type JsonBytes, writeRaw } from "../../app/model/text/json-bytes.ts";
import { encodeText } from "../../app/model/text/text.ts";
import { type FileNames, MOST_PLAIN } from "../../app/model/text/words.ts";

/** Set on nearly every file, so not worth showing. */
const UNREMARKABLE = new Set(["O_LARGEFILE"]);

/** By `accessOf`. */
const ACCESS = ["r- ", "-w ", "rw ", "-- "].map(encodeText);
const NO_ACCESS = encodeText("   ");

/**
 * How the open files that rows refer to are written.
 *
 * @param rows The file of each row, where it has one; `null`: the rows are files.
 */
export function fileParts(out: JsonBytes, checkpoint: Checkpoint, names: FileNames, rows: Int32Array | null): Part[] {
  const { files, machine, text } = checkpoint;
  const valuesOf = (column: Column): Values => (rows === null ? column : { column, rows });
  const fileOf = (row: number): FileRow => (rows === null ? row : i32At(rows, row));
  const has = valuesOf(files.has);
  const flags = valuesOf(files.flags);
  const hasFlags = { values: has, mask: HAS.flags };
  /** The flags of a row's file; -1 if the image does not have them. */
  const flagsOf = (row: number): number => {
    const file = fileOf(row);
    return (u8At(files.has, file) & HAS.flags) === 0 ? -1 : u32At(files.flags, file);
  };
  const texts = { pool: text, start: valuesOf(files.nameOffset), length: valuesOf(files.nameLength) };
  return [
    memo([hasFlags, { values: flags, mask: ACCESS_BITS }], (row) => {
      const known = flagsOf(row);
      return known < 0 ? NO_ACCESS : (ACCESS[accessOf(known)] as Uint8Array);
    }),
    plain(texts, MOST_PLAIN, (row) => writeRaw(out, names(fileOf(row)))),
    whenSet(has, HAS.deleted, [piece(" (unlinked)")]),
    whenSet(has, HAS.pos, [piece(" @"), exact(rows === null ? files.pos : { column: files.pos, rows })]),
    memo([hasFlags, { values: flags, mask: -1 }], (row) => {
      const known = flagsOf(row);
      const all = known < 0 ? [] : flagNames(known, machine.arch).slice(1);
      return encodeText(all.map((flag) => (UNREMARKABLE.has(flag) ? "" : ` ${flag}`)).join(""));
    }),
  ];
}
