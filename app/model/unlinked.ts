// Which open files were unlinked when they were dumped, and how the image says so.

import { type Checkpoint, HAS } from "./checkpoint.ts";
import { u8At, u32At } from "./read.ts";
import type { FileRow } from "./rows.ts";
import { encodeText } from "./text.ts";

/** What the kernel appends to the path of an unlinked file (d_path). */
export const UNLINKED_SUFFIX = encodeText(" (deleted)");

/** `recorded`: the image says so. `named`: only the path's ending does, which can also be part of the file's real name. */
export type Unlinked = "recorded" | "named";

/** `null`: it was not unlinked. Linux-CR has no mark but the path. Memfds never had a name that could be unlinked. */
export function unlinkedOf({ format, files, text }: Checkpoint, file: FileRow): Unlinked | null {
  const has = u8At(files.has, file);
  if ((has & HAS.deleted) !== 0) return "recorded";
  if (format !== "linux-cr" || (has & HAS.path) === 0) return null;
  const start = u32At(files.nameOffset, file);
  const end = start + u32At(files.nameLength, file);
  return endsUnlinked(text, start, end) && !beginsWith(text, start, MEMFD) ? "named" : null;
}

const MEMFD = encodeText("/memfd:");

/** Whether bytes `start` … `end` - 1 are a path, and end in what the kernel appends to that of an unlinked file. */
export function endsUnlinked(text: Uint8Array, start: number, end: number): boolean {
  return end - start > UNLINKED_SUFFIX.length && beginsWith(text, end - UNLINKED_SUFFIX.length, UNLINKED_SUFFIX);
}

/** Most paths differ in the first byte that is compared. */
function beginsWith(text: Uint8Array, start: number, expected: Uint8Array): boolean {
  let at = 0;
  while (at < expected.length && text[start + at] === expected[at]) at++;
  return at === expected.length;
}
