// Which open files were unlinked when they were dumped, and how the image says so.

import { type Checkpoint, HAS } from "./checkpoint.ts";
import { namesOtherKernel } from "./outside.ts";
import { u8At, u32At } from "./read.ts";
import type { FileRow } from "./rows.ts";
import { encodeText } from "./text/text.ts";

/** What the kernel appends to the path of an unlinked file (d_path). */
export const UNLINKED_SUFFIX = encodeText(" (deleted)");

/**
 * `recorded`: the image says so. `named`: only the path's ending does, which can also be part of the file's real name.
 */
export type Unlinked = "recorded" | "named";

/** `null`: it was not unlinked. Linux-CR has no mark but the path. Memfds never had a name that could be unlinked. */
export function unlinkedOf(checkpoint: Checkpoint, file: FileRow): Unlinked | null {
  const { files, text } = checkpoint;
  const has = u8At(files.has, file);
  if ((has & HAS.deleted) !== 0) return "recorded";
  if (checkpoint.format !== "linux-cr" || (has & HAS.path) === 0) return null;
  const start = u32At(files.nameOffset, file);
  const end = start + u32At(files.nameLength, file);
  const isMarked = endsUnlinked(text, start, end) && !beginsWith(text, start, MEMFD);
  return isMarked && marksUnlinked(checkpoint) ? "named" : null;
}

/** Dialects whose kernels dump unlinked files. Later ones refuse them. */
const DUMPING_UNLINKED: ReadonlySet<string> = new Set(["seed", "v16"]);

/**
 * Whether " (deleted)" at the end of a path in a Linux-CR image marks an unlinked file: in seed and v16, whose kernels
 * append it, and in any image that was written from outside the kernel. In all others it is part of the file's name.
 */
function marksUnlinked({ dialect, facts }: Checkpoint): boolean {
  const hasKernel = facts.some(({ label }) => label === "kernel");
  return DUMPING_UNLINKED.has(dialect) || !hasKernel || namesOtherKernel(facts);
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
