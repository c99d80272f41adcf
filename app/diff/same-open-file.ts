// Whether a descriptor whose path changed still leads to the same open file, which was renamed or unlinked in between. An
// image does not say so; the same inode, or the name that the kernel gives to an unlinked file, makes it so likely that
// a drawing of two files would mislead.

import { type Checkpoint, HAS, nameBytes, versionOf } from "../model/checkpoint.ts";
import { detailOf } from "../model/detail-store.ts";
import { O_ACCMODE } from "../model/names.ts";
import { u8At, u32At } from "../model/read.ts";
import type { FileRow } from "../model/rows.ts";
import { sameBytes } from "../model/text.ts";
import { UNLINKED_SUFFIX } from "../model/unlinked.ts";

/** Whether two open files of different paths, to which one descriptor leads before and after, are the same one. */
export function isRenamed(before: Checkpoint, fileBefore: FileRow, after: Checkpoint, fileAfter: FileRow): boolean {
  const has = u8At(before.files.has, fileBefore) & u8At(after.files.has, fileAfter);
  if ((has & HAS.path) === 0 || u8At(before.files.kind, fileBefore) !== u8At(after.files.kind, fileAfter)) return false;
  const access = ({ files }: Checkpoint, file: FileRow): number => u32At(files.flags, file) & O_ACCMODE;
  if ((has & HAS.flags) !== 0 && access(before, fileBefore) !== access(after, fileAfter)) return false;
  const inode = sameInode(before, fileBefore, after, fileAfter, has);
  return inode ?? wasUnlinked(before, fileBefore, after, fileAfter);
}

/** Whether both are of one inode, by its number or by f_version, which some writers make from it; `null`: not known. */
function sameInode(
  before: Checkpoint,
  fileBefore: FileRow,
  after: Checkpoint,
  fileAfter: FileRow,
  has: number,
): boolean | null {
  const numbers = [detailOf(before, fileBefore, "inode"), detailOf(after, fileAfter, "inode")];
  if (numbers.every((number) => number !== undefined && number !== null)) {
    const devices = [detailOf(before, fileBefore, "inodeDevice"), detailOf(after, fileAfter, "inodeDevice")];
    return numbers[0] === numbers[1] && devices[0] === devices[1];
  }
  if ((has & HAS.version) === 0) return null;
  const versions = [versionOf(before.files, fileBefore), versionOf(after.files, fileAfter)];
  // Most file systems leave it 0.
  return versions.every((version) => version === 0n) ? null : versions[0] === versions[1];
}

/** Whether the name after is what the kernel makes of the name before when the file is unlinked: `x` → `x (deleted)`. */
function wasUnlinked(before: Checkpoint, fileBefore: FileRow, after: Checkpoint, fileAfter: FileRow): boolean {
  const [was, is] = [nameBytes(before, fileBefore), nameBytes(after, fileAfter)];
  return (
    is.length === was.length + UNLINKED_SUFFIX.length &&
    sameBytes(is.subarray(0, was.length), was) &&
    sameBytes(is.subarray(was.length), UNLINKED_SUFFIX)
  );
}
