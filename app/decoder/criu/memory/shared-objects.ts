// Shared memory that tasks map: the number of the pagemap that has a mapping's pages, and the open file that is mapped.

import { NONE } from "../../../model/checkpoint.ts";
import type { FileRow } from "../../../model/rows.ts";
import type { PlacedMember } from "../sets/placing.ts";
import type { EntryBytes } from "../wire/inspect.ts";
import { createValueReader } from "../wire/values.ts";
import { isSet, low, plan, scan, scratch } from "../wire/wire.ts";
import { VMA_FILE, VMA_SHARED, VMA_STATUS, type Vma } from "./mappings.ts";
import { readEntries } from "./read-entries.ts";

const INODE = plan("memfd_inode_entry", ["inode_id", "shmid"]);

/** The number of the pagemap-shmem of a memfd, by its file id; `null` if it is not known. @throws SourceError */
export type MemfdObjects = (fileId: number) => Promise<number | null>;

/**
 * Returns a function that looks up memfds: an open file names an inode, the inode its shared memory. Nothing is read
 * before the first look-up.
 *
 * @param memfds memfd.img, if it is there.
 * @param readFile Reads the entry of an open file by its id.
 */
export function createMemfdObjects(
  memfds: PlacedMember | null,
  readFile: (fileId: number) => EntryBytes | null | Promise<EntryBytes | null>,
): MemfdObjects {
  const valuesOf = createValueReader();
  let inodes: Promise<ReadonlyMap<number, number>> | null = null;
  const lookUp = async (id: number): Promise<number | null> => {
    inodes ??= readInodes(memfds);
    const entry = await readFile(id);
    if (entry === null) return null;
    const inode = valuesOf(entry).number(entry.message === "file_entry" ? "memfd.inode_id" : "inode_id");
    return inode === null ? null : ((await inodes).get(inode) ?? null);
  };
  const known = new Map<number, Promise<number | null>>();
  return (id) => {
    const found = known.get(id) ?? lookUp(id);
    known.set(id, found);
    return found;
  };
}

async function readInodes(memfds: PlacedMember | null): Promise<ReadonlyMap<number, number>> {
  const objects = new Map<number, number>();
  const values = scratch();
  const { inode_id, shmid } = INODE.slot;
  if (memfds === null) return objects;
  await readEntries(memfds, (bytes, start, end) => {
    const seen = scan(bytes, start, end, INODE, values);
    if (isSet(seen, inode_id) && isSet(seen, shmid)) objects.set(low(values, inode_id), low(values, shmid));
  });
  return objects;
}

/** Whether a mapping shows a file, whose id its shmid is. */
export const mapsFile = ({ status }: Vma): boolean => (status & VMA_FILE) !== 0;

/** The open file that a mapping shows; NONE if it shows none. */
export const fileOf = (vma: Vma, rowOfId: (id: number) => FileRow): FileRow =>
  mapsFile(vma) ? rowOfId(vma.shmid) : NONE;

/** Whether a mapping shows the pages of a memfd itself, not copies of its own. */
export const isSharedMemfd = ({ status }: Vma): boolean =>
  (status & VMA_STATUS.memfd) !== 0 && (status & VMA_STATUS.fileShared) !== 0;

/**
 * The number of the pagemap-shmem that has a shared mapping's pages; `null` if they are the task's own, or a file's.
 */
export async function objectOf(vma: Vma, memfds: MemfdObjects): Promise<number | null> {
  const { status, shmid } = vma;
  if ((status & VMA_STATUS.memfd) !== 0) return isSharedMemfd(vma) ? memfds(shmid) : null;
  return (status & VMA_SHARED) === 0 ? null : shmid;
}
