// Changes that a program makes merely by running: the position of a log advances.

import { type Checkpoint, HAS } from "../../model/checkpoint.ts";
import { openFlag } from "../../model/names/names.ts";
import { i32At, u8At, u32At, u64At } from "../../model/read.ts";
import type { FileRow } from "../../model/rows.ts";
import { changeKind } from "../changes.ts";
import type { Comparison } from "../comparison.ts";

/** Words for what `isExpected` recognizes: one such change, and several. */
export const EXPECTED_TITLE = "position of a file opened for appending";
export const EXPECTED_TITLES = "positions of files opened for appending";

const POSITION = changeKind("file-pos");

/**
 * Whether a change is a position that moved on in a file that is open for appending (O_APPEND) before and after: every
 * write puts it to the end of the file. A position that went back is not expected.
 */
export function isExpected({ before, after, changes }: Comparison, index: number): boolean {
  if (u8At(changes.kind, index) !== POSITION) return false;
  const fileBefore = i32At(changes.fileBefore, index);
  const fileAfter = i32At(changes.fileAfter, index);
  return (
    isAppending(before, fileBefore) &&
    isAppending(after, fileAfter) &&
    u64At(after.files.pos, fileAfter) > u64At(before.files.pos, fileBefore)
  );
}

/** Whether a file is open for appending (O_APPEND). */
export function isAppending({ files, machine }: Checkpoint, file: FileRow): boolean {
  return (
    (u8At(files.has, file) & HAS.flags) !== 0 && (u32At(files.flags, file) & openFlag("O_APPEND", machine.arch)) !== 0
  );
}
