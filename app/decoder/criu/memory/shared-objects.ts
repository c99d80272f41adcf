// Shared memory that tasks map: the number of the pagemap that has a mapping's pages, and the open file that is mapped.

import { NONE } from "../../../model/checkpoint.ts";
import type { FileRow } from "../../../model/rows.ts";
import type { DecodedSet } from "../decoded-set.ts";
import { createEntryReader } from "../inspect.ts";
import { createValueReader } from "../values.ts";
import { isSet, low, plan, scan, scratch } from "../wire.ts";
import { VMA_STATUS, type Vma } from "./mappings.ts";
import { kindName, readEntries } from "./read-entries.ts";

const INODE = plan("memfd_inode_entry", ["inode_id", "shmid"]);

/** The number of the pagemap-shmem of each memfd, by its file id. */
export type MemfdObjects = ReadonlyMap<number, number>;

/** Reads which shared memory object each memfd is. @throws SourceError */
export async function readMemfds(set: DecodedSet, fileIds: ReadonlySet<number>): Promise<MemfdObjects> {
  const objects = new Map<number, number>();
  if (fileIds.size === 0) return objects;
  const shmidOfInode = new Map<number, number>();
  const values = scratch();
  for (const member of set.placed) {
    if (kindName(member) !== "memfd") continue;
    await readEntries(member, (bytes, start, end) => {
      const seen = scan(bytes, start, end, INODE, values);
      const { inode_id, shmid } = INODE.slot;
      if (isSet(seen, inode_id) && isSet(seen, shmid)) shmidOfInode.set(low(values, inode_id), low(values, shmid));
    });
  }
  const readEntry = createEntryReader(set.checkpoint, set.sources);
  const valuesOf = createValueReader();
  for (const id of fileIds) {
    const file = set.fileOfId.row(id);
    const entry = file < 0 ? null : await readEntry(set.checkpoint.files.record[file] ?? NONE);
    if (entry === null) continue;
    const inode = valuesOf(entry).number(entry.message === "file_entry" ? "memfd.inode_id" : "inode_id");
    const shmid = inode === null ? undefined : shmidOfInode.get(inode);
    if (shmid !== undefined) objects.set(id, shmid);
  }
  return objects;
}

const FILE = VMA_STATUS.filePrivate | VMA_STATUS.fileShared;

/** The open file that a mapping shows; NONE if it shows none. */
export const fileOf = ({ fileOfId }: DecodedSet, { status, shmid }: Vma): FileRow =>
  (status & FILE) === 0 ? NONE : fileOfId.row(shmid);

/** The number of the pagemap-shmem that has a shared mapping's pages; `null` if they are the task's own, or a file's. */
export function objectOf({ status, shmid }: Vma, memfds: MemfdObjects): number | null {
  if ((status & VMA_STATUS.memfd) !== 0)
    return (status & VMA_STATUS.fileShared) === 0 ? null : (memfds.get(shmid) ?? null);
  return (status & (VMA_STATUS.sysv | VMA_STATUS.anonShared)) === 0 ? null : shmid;
}
