// Which open files an epoll waits for. fdinfo shows the descriptor by which a target was added: it may have been closed
// since, or refer to another file.

import { i32At } from "../../../app/model/read.ts";
import type { EpollSlot, Kcmp } from "../kcmp.ts";
import type { Descriptor } from "./descriptors.ts";
import type { DetailsContext } from "./details.ts";

/**
 * Finds targets by kcmp(2) among the descriptors that were read. Without kcmp(2), a target is the file of the
 * descriptor with its number, if that has the target's inode.
 *
 * @param fileOf By descriptor: index of its open file; -1: it was closed.
 */
export function targetFinder(
  descriptors: readonly Descriptor[],
  fileOf: Int32Array,
  kcmp: Kcmp | null,
): DetailsContext["targetOf"] {
  // Indexed when first needed: few tasks have an epoll.
  let index: Index | null = null;
  return (epoll, slot, inode) => {
    index ??= indexOf(descriptors, fileOf);
    const isTarget = comparer(epoll, slot, kcmp);
    const candidates = inode === null ? descriptors : (index.byInode.get(inode) ?? []);
    const named = index.byNumber.get(`${epoll.pid} ${slot.fd}`);
    if (isTarget === null) {
      return named === undefined || (inode !== null && named.opening.inode !== inode) ? null : fileId(index, named);
    }
    const found = named !== undefined && isTarget(named) ? named : candidates.find(isTarget);
    return found === undefined ? null : fileId(index, found);
  };
}

interface Index {
  readonly byNumber: ReadonlyMap<string, Descriptor>;
  /** One descriptor of each open file. */
  readonly byInode: ReadonlyMap<string, readonly Descriptor[]>;
  readonly files: ReadonlyMap<Descriptor, number>;
}

const fileId = ({ files }: Index, descriptor: Descriptor): number | null => files.get(descriptor) ?? null;

function indexOf(descriptors: readonly Descriptor[], fileOf: Int32Array): Index {
  const byNumber = new Map<string, Descriptor>();
  const byInode = new Map<string, Descriptor[]>();
  const files = new Map<Descriptor, number>();
  const seen = new Set<number>();
  for (const [row, descriptor] of descriptors.entries()) {
    const file = i32At(fileOf, row);
    if (file < 0) continue;
    files.set(descriptor, file + 1);
    byNumber.set(`${descriptor.pid} ${descriptor.fd}`, descriptor);
    if (seen.has(file)) continue;
    seen.add(file);
    const { inode } = descriptor.opening;
    const same = byInode.get(inode);
    if (same === undefined) byInode.set(inode, [descriptor]);
    else same.push(descriptor);
  }
  return { byNumber, byInode, files };
}

/** Whether a descriptor refers to the target; `null`: kcmp(2) cannot say. */
function comparer(epoll: Descriptor, slot: EpollSlot, kcmp: Kcmp | null): ((of: Descriptor) => boolean) | null {
  const compare = kcmp?.epollTarget;
  // Kernels before 4.13 cannot compare targets, and a seccomp filter can refuse it.
  if (compare === undefined || compare(epoll.pid, epoll.fd, epoll.pid, slot) < 0) return null;
  return ({ pid, fd }) => compare(pid, fd, epoll.pid, slot) === 0;
}
