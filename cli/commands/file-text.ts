// An open file in words: access mode, name, position and flags.

import { type Checkpoint, HAS } from "../../app/model/checkpoint.ts";
import { type JsonBytes, writeInteger, writePiece, writePlain, writeRaw } from "../../app/model/json-bytes.ts";
import { flagNames, O_ACCMODE } from "../../app/model/names.ts";
import { MOST_EXACT, u8At, u32At, u64At } from "../../app/model/read.ts";
import type { FileRow } from "../../app/model/rows.ts";
import { encodeText } from "../../app/model/text.ts";
import { type FileNames, MOST_PLAIN } from "../../app/model/words.ts";

/** Set on nearly every file, so not worth showing. */
const UNREMARKABLE = new Set(["O_LARGEFILE"]);

/** By O_ACCMODE. */
const ACCESS = ["r- ", "-w ", "rw ", "-- "].map(encodeText);
const NO_ACCESS = encodeText("   ");
const UNLINKED = encodeText(" (unlinked)");
const POSITION = encodeText(" @");

/** A function that writes open files in words: access mode, name, position and flags. */
export function createFileWriter(out: JsonBytes, checkpoint: Checkpoint, names: FileNames): (file: FileRow) => void {
  const { files, machine, text } = checkpoint;
  // By words, because reading a BigUint64Array allocates an object for each value.
  const positions = new Uint32Array(files.pos.buffer, files.pos.byteOffset, 2 * files.pos.length);
  // Few combinations of flags occur.
  const pieces = new Map<number, Uint8Array>();
  const flagsPiece = (flags: number): Uint8Array => {
    const known = pieces.get(flags);
    if (known !== undefined) return known;
    const remarkable = flagNames(flags, machine.arch)
      .slice(1)
      .filter((flag) => !UNREMARKABLE.has(flag));
    const piece = encodeText(remarkable.map((flag) => ` ${flag}`).join(""));
    pieces.set(flags, piece);
    return piece;
  };
  return (file) => {
    const has = u8At(files.has, file);
    const flags = u32At(files.flags, file);
    const hasFlags = (has & HAS.flags) !== 0;
    writePiece(out, hasFlags ? (ACCESS[flags & O_ACCMODE] as Uint8Array) : NO_ACCESS);
    const start = u32At(files.nameOffset, file);
    const length = u32At(files.nameLength, file);
    const isPlain = length > 0 && length <= MOST_PLAIN && writePlain(out, text, start, start + length);
    if (!isPlain) writeRaw(out, names(file));
    if ((has & HAS.deleted) !== 0) writePiece(out, UNLINKED);
    if ((has & HAS.pos) !== 0) {
      const high = u32At(positions, 2 * file + 1);
      writePiece(out, POSITION);
      if (high < MOST_EXACT) writeInteger(out, high * 2 ** 32 + u32At(positions, 2 * file));
      else writeRaw(out, String(u64At(files.pos, file)));
    }
    if (hasFlags) writePiece(out, flagsPiece(flags));
  };
}
