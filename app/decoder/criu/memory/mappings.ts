// Mappings of a CRIU set: vma_entry, in mm-PID.img or, in old releases, in vmas-PID.img.

import { type MappingKind, mappingKind, PERMISSION } from "../../../model/mappings.ts";
import { exact, isSet, low, plan, scan } from "../wire/wire.ts";

/** vma_entry.status, from CRIU's image.h. */
export const VMA_STATUS = {
  regular: 1 << 0,
  stack: 1 << 1,
  vsyscall: 1 << 2,
  vdso: 1 << 3,
  heap: 1 << 5,
  filePrivate: 1 << 6,
  fileShared: 1 << 7,
  anonShared: 1 << 8,
  anonPrivate: 1 << 9,
  sysv: 1 << 10,
  socket: 1 << 11,
  vvar: 1 << 12,
  aio: 1 << 13,
  memfd: 1 << 14,
  shadowStack: 1 << 15,
  guard: 1 << 16,
  uprobes: 1 << 17,
  plugin: 1 << 27,
} as const;

/** Statuses of mappings whose shmid is a file id. */
export const VMA_FILE = VMA_STATUS.filePrivate | VMA_STATUS.fileShared;
/** Statuses of mappings whose shmid is the number of a pagemap-shmem. */
export const VMA_SHARED = VMA_STATUS.anonShared | VMA_STATUS.sysv;

/** mmap(2) flags, the same on all machines that CRIU runs on, but for MAP_GROWSDOWN on MIPS. */
const MAP_SHARED = 0x01;
const MAP_GROWSDOWN = 0x100;

/** Kinds by status, the most specific first. */
const KIND_OF_STATUS: readonly (readonly [bit: number, kind: MappingKind])[] = [
  [VMA_STATUS.vsyscall, "vsyscall"],
  [VMA_STATUS.vdso, "vdso"],
  [VMA_STATUS.vvar, "vvar"],
  [VMA_STATUS.guard, "guard"],
  [VMA_STATUS.shadowStack, "shadow-stack"],
  [VMA_STATUS.aio, "aio"],
  [VMA_STATUS.socket, "socket"],
  [VMA_STATUS.plugin, "device"],
  [VMA_STATUS.heap, "heap"],
  [VMA_STATUS.stack, "stack"],
  [VMA_STATUS.sysv, "sysv"],
  [VMA_STATUS.memfd, "memfd"],
  [VMA_STATUS.filePrivate, "file"],
  [VMA_STATUS.fileShared, "file"],
  [VMA_STATUS.anonShared, "shared"],
  [VMA_STATUS.anonPrivate, "anonymous"],
];

/** A mapping as vma_entry has it. */
export interface Vma {
  readonly start: bigint;
  readonly end: bigint;
  readonly permissions: number;
  /** Index into MAPPING_KINDS. */
  readonly kind: number;
  readonly status: number;
  readonly flags: number;
  /** In bytes. */
  readonly offset: bigint;
  /** Bits of madvise(2): 1 << MADV_…; `null` if absent. */
  readonly advice: bigint | null;
  /** A file id if the status says that a file is mapped, the number of a shared memory object otherwise. */
  readonly shmid: number;
}

/**
 * The kind of a mapping, by its status and mmap(2) flags. `hasStack`: whether it holds the address where the stack
 * began; `null`: that is not known.
 */
function kindOfVma(status: number, flags: number, hasStack: boolean | null): number {
  const found = KIND_OF_STATUS.find(([bit]) => (status & bit) !== 0)?.[1] ?? "unknown";
  // CRIU no longer marks the stack of a task. Programs can map memory with MAP_GROWSDOWN, too.
  const isStack = found === "anonymous" && (hasStack ?? (flags & MAP_GROWSDOWN) !== 0);
  return mappingKind(isStack ? "stack" : found);
}

const VMA = plan("vma_entry", ["start", "end", "pgoff", "shmid", "prot", "flags", "status", "madv"]);

/** Pages are no smaller than this, so addresses are multiples of it. */
export const SMALLEST_PAGE = 4096;

/** Whether a mapping consists of whole pages, at addresses that a double represents exactly. */
export const isUsable = ({ start, end }: Vma): boolean => end > start && start % PAGE === 0n && end % PAGE === 0n;

const PAGE = BigInt(SMALLEST_PAGE);

/** Orders mappings by address. */
export const byStart = (a: Vma, b: Vma): number => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0);

/**
 * Reads a vma_entry; `null` if it has no range.
 *
 * @param stack Where the stack began; `null`: unknown.
 * @param values Takes the values of fields.
 */
export function readVma(
  bytes: Uint8Array,
  from: number,
  to: number,
  stack: bigint | null,
  values: Uint32Array,
): Vma | null {
  const { slot } = VMA;
  const seen = scan(bytes, from, to, VMA, values);
  if (!isSet(seen, slot.start) || !isSet(seen, slot.end)) return null;
  const number = (of: number): number => (isSet(seen, of) ? low(values, of) : 0);
  const start = exact(values, slot.start);
  const end = exact(values, slot.end);
  const status = number(slot.status);
  const flags = number(slot.flags);
  return {
    start,
    end,
    permissions: (number(slot.prot) & 7) | ((flags & MAP_SHARED) !== 0 ? PERMISSION.shared : 0),
    kind: kindOfVma(status, flags, stack === null ? null : stack >= start && stack < end),
    status,
    flags,
    offset: isSet(seen, slot.pgoff) ? exact(values, slot.pgoff) : 0n,
    advice: isSet(seen, slot.madv) ? exact(values, slot.madv) : null,
    shmid: number(slot.shmid),
  };
}
