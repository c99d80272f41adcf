// An open file in words: access mode, name, position and flags.

import { type Checkpoint, HAS } from "../../app/model/checkpoint.ts";
import { flagNames, O_ACCMODE } from "../../app/model/names.ts";
import { u8At, u32At } from "../../app/model/read.ts";
import type { FileRow } from "../../app/model/rows.ts";
import { fileName } from "../../app/model/words.ts";

/** Set on nearly every file, so not worth showing. */
const UNREMARKABLE = new Set(["O_LARGEFILE"]);

/** By O_ACCMODE. */
const ACCESS = ["r-", "-w", "rw", "--"];

/** Access mode, name, position and flags of an open file. */
export function fileWords(checkpoint: Checkpoint, file: FileRow): string {
  const { files, machine } = checkpoint;
  const has = u8At(files.has, file);
  const flags = u32At(files.flags, file);
  const parts = [(has & HAS.flags) === 0 ? "  " : (ACCESS[flags & O_ACCMODE] ?? "  "), fileName(checkpoint, file)];
  if ((has & HAS.deleted) !== 0) parts.push("(unlinked)");
  if ((has & HAS.pos) !== 0) parts.push(`@${files.pos[file]}`);
  if ((has & HAS.flags) !== 0) {
    const names = flagNames(flags, machine.arch).slice(1);
    parts.push(...names.filter((flag) => !UNREMARKABLE.has(flag)));
  }
  return parts.join(" ");
}
