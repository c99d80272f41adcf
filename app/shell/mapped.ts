// The open files through which a task may map the file that an open file leads to.

import { type Checkpoint, HAS, NONE, nameBytes, USE } from "../model/checkpoint.ts";
import { u8At, u32At } from "../model/read.ts";
import type { FileRow } from "../model/rows.ts";
import { sameBytes } from "../model/text.ts";

/** Files that are asked about. */
const MOST = 1000;

/**
 * An open file and others of its path that may be mapped. CRIU gives the mappings of a file an open file of their own.
 * Compares the paths of all open files: for a selection.
 */
export function maybeMapped(checkpoint: Checkpoint, file: FileRow): FileRow[] {
  if (file === NONE) return [];
  const { files, format } = checkpoint;
  // Linux-CR's decoder does not mark mapped files.
  const isCandidate = (row: FileRow): boolean => format !== "criu" || (u8At(files.use, row) & USE.mapping) !== 0;
  const found = isCandidate(file) ? [file] : [];
  if ((u8At(files.has, file) & HAS.path) === 0) return found;
  const path = nameBytes(checkpoint, file);
  for (let row = 0; row < files.count && found.length < MOST; row++) {
    if (row === file || u32At(files.nameLength, row) !== path.length || !isCandidate(row)) continue;
    if ((u8At(files.has, row) & HAS.path) !== 0 && sameBytes(nameBytes(checkpoint, row), path)) found.push(row);
  }
  return found;
}
