// Flags of a mapping (vm_flags), by value. Linux include/linux/mm.h of 2.6.30 to 3.0; not stable beyond.

import type { FlagName } from "../../../model/names/names.ts";

/** Every flag below 2^32. */
const VM_FLAGS: readonly FlagName[] = [
  { name: "VM_READ", value: 0x1 },
  { name: "VM_WRITE", value: 0x2 },
  { name: "VM_EXEC", value: 0x4 },
  { name: "VM_SHARED", value: 0x8 },
  { name: "VM_MAYREAD", value: 0x10 },
  { name: "VM_MAYWRITE", value: 0x20 },
  { name: "VM_MAYEXEC", value: 0x40 },
  { name: "VM_MAYSHARE", value: 0x80 },
  { name: "VM_GROWSDOWN", value: 0x100 },
  { name: "VM_GROWSUP", value: 0x200 },
  { name: "VM_PFNMAP", value: 0x400 },
  { name: "VM_DENYWRITE", value: 0x800 },
  { name: "VM_EXECUTABLE", value: 0x1000 },
  { name: "VM_LOCKED", value: 0x2000 },
  { name: "VM_IO", value: 0x4000 },
  { name: "VM_SEQ_READ", value: 0x8000 },
  { name: "VM_RAND_READ", value: 0x10000 },
  { name: "VM_DONTCOPY", value: 0x20000 },
  { name: "VM_DONTEXPAND", value: 0x40000 },
  { name: "VM_RESERVED", value: 0x80000 },
  { name: "VM_ACCOUNT", value: 0x100000 },
  { name: "VM_NORESERVE", value: 0x200000 },
  { name: "VM_HUGETLB", value: 0x400000 },
  { name: "VM_NONLINEAR", value: 0x800000 },
  { name: "VM_MAPPED_COPY", value: 0x1000000 },
  { name: "VM_INSERTPAGE", value: 0x2000000 },
  { name: "VM_ALWAYSDUMP", value: 0x4000000 },
  { name: "VM_CAN_NONLINEAR", value: 0x8000000 },
  { name: "VM_MIXEDMAP", value: 0x10000000 },
  { name: "VM_SAO", value: 0x20000000 },
  { name: "VM_PFN_AT_MMAP", value: 0x40000000 },
  { name: "VM_MERGEABLE", value: 0x80000000 },
];

/** The value of a flag. */
export const vmFlag = (name: string): bigint => BigInt(VM_FLAGS.find((flag) => flag.name === name)?.value ?? 0);

/** vm_flags by name. */
export const vmFlagNames = (flags: bigint): string[] =>
  VM_FLAGS.filter(({ value }) => (flags & BigInt(value)) !== 0n).map(({ name }) => name);
