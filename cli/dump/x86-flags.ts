// Translates f_flags to x86 values, which dumped images use.

import { arch } from "node:os";

/**
 * O_DIRECTORY, O_NOFOLLOW, O_DIRECT and O_LARGEFILE: their values on ARM and on x86. Linux
 * arch/arm64/include/uapi/asm/fcntl.h and include/uapi/asm-generic/fcntl.h.
 */
const DIFFERENT = [
  [0o40000, 0o200000],
  [0o100000, 0o400000],
  [0o200000, 0o40000],
  [0o400000, 0o100000],
] as const;
const ALL_DIFFERENT = 0o740000;

/** This machine's f_flags translated to x86 values. */
export function flagsOfX86(flags: number): number {
  if (!arch().startsWith("arm")) return flags;
  let result = flags & ~ALL_DIFFERENT;
  for (const [arm, x86] of DIFFERENT) if ((flags & arm) !== 0) result |= x86;
  return result >>> 0;
}
