// Whether a descriptor leads to the same open file before and after, which an image does not say. If the name changed,
// it very likely does if the inode is the same, if the new name is what the kernel calls the file once it is unlinked,
// or if a pidfd's process has ended. If the name is the same, it does not if a value differs that an open file never
// changes.

import { type Checkpoint, HAS, nameBytes, versionOf } from "../../model/checkpoint.ts";
import { areOfTwoFiles, fileDetail } from "../../model/detail-keys.ts";
import { detailOf, detailsOf } from "../../model/detail-store.ts";
import type { DetailValue } from "../../model/fields.ts";
import { accessOf, fileKind } from "../../model/names/names.ts";
import { u8At, u32At } from "../../model/read.ts";
import type { FileRow } from "../../model/rows.ts";
import { sameBytes } from "../../model/text/text.ts";
import { UNLINKED_SUFFIX } from "../../model/unlinked.ts";

/** Whether two open files of different names, to which one descriptor leads before and after, are the same one. */
export function isRenamed(before: Checkpoint, fileBefore: FileRow, after: Checkpoint, fileAfter: FileRow): boolean {
  const has = u8At(before.files.has, fileBefore) & u8At(after.files.has, fileAfter);
  if (hasEnded(before, fileBefore, after, fileAfter)) return true;
  if ((has & HAS.path) === 0 || u8At(before.files.kind, fileBefore) !== u8At(after.files.kind, fileAfter)) return false;
  if (hasOtherAccess(before, fileBefore, after, fileAfter)) return false;
  const inode = sameInode(before, fileBefore, after, fileAfter, has);
  return inode ?? wasUnlinked(before, fileBefore, after, fileAfter);
}

const PIDFD = fileKind("pidfd");

/** Whether both are pidfds, and the process of the one after has ended. */
function hasEnded(before: Checkpoint, fileBefore: FileRow, after: Checkpoint, fileAfter: FileRow): boolean {
  if (u8At(before.files.kind, fileBefore) !== PIDFD || u8At(after.files.kind, fileAfter) !== PIDFD) return false;
  return detailOf(before, fileBefore, "ended") !== true && detailOf(after, fileAfter, "ended") === true;
}

/**
 * Whether the access modes (O_RDONLY, …) of two open files are known and differ: no call changes that of an open file.
 */
export function hasOtherAccess(
  before: Checkpoint,
  fileBefore: FileRow,
  after: Checkpoint,
  fileAfter: FileRow,
): boolean {
  const isKnown = u8At(before.files.has, fileBefore) & u8At(after.files.has, fileAfter) & HAS.flags;
  const access = ({ files }: Checkpoint, file: FileRow): number => accessOf(u32At(files.flags, file));
  return isKnown !== 0 && access(before, fileBefore) !== access(after, fileAfter);
}

/** Whether a detail that differs between two open files of one kind and name shows that they are not the same one. */
export function hasOtherDetail(
  before: Checkpoint,
  fileBefore: FileRow,
  after: Checkpoint,
  fileAfter: FileRow,
  key: string,
): boolean {
  const spec = fileDetail(key, u8At(after.files.kind, fileAfter));
  if (spec.fixed === undefined) return false;
  const values = [detailOf(before, fileBefore, key), detailOf(after, fileAfter, key)] as const;
  const types = [detailOf(before, fileBefore, "type"), detailOf(after, fileAfter, "type")];
  return areOfTwoFiles(
    spec,
    ...values,
    types.every((type) => CONNECTION_TYPES.has(type ?? null)),
  );
}

/** Types of sockets that are connected to one other end. */
const CONNECTION_TYPES: ReadonlySet<DetailValue> = new Set(["stream", "seqpacket"]);

/**
 * Whether two open files of one kind and name, to which one descriptor leads before and after, cannot be the same one.
 */
export function isReplaced(before: Checkpoint, fileBefore: FileRow, after: Checkpoint, fileAfter: FileRow): boolean {
  if (hasOtherAccess(before, fileBefore, after, fileAfter)) return true;
  return Object.keys(detailsOf(after, fileAfter)).some((key) =>
    hasOtherDetail(before, fileBefore, after, fileAfter, key),
  );
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

/**
 * Whether the name after is what the kernel makes of the name before when the file is unlinked: `x` → `x (deleted)`.
 */
function wasUnlinked(before: Checkpoint, fileBefore: FileRow, after: Checkpoint, fileAfter: FileRow): boolean {
  const [was, is] = [nameBytes(before, fileBefore), nameBytes(after, fileAfter)];
  return (
    is.length === was.length + UNLINKED_SUFFIX.length &&
    sameBytes(is.subarray(0, was.length), was) &&
    sameBytes(is.subarray(was.length), UNLINKED_SUFFIX)
  );
}
