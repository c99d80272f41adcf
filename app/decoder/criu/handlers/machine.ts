// The machine that wrote a set: it decides how values are read.

import type { Machine } from "../../../model/checkpoint.ts";
import type { SetContext } from "../walk/context.ts";

/** By core_entry.mtype. */
const MACHINES: Readonly<Record<number, Machine>> = {
  1: { arch: "x86-64", wordSize: 8, littleEndian: true },
  2: { arch: "arm", wordSize: 4, littleEndian: true },
  3: { arch: "aarch64", wordSize: 8, littleEndian: true },
  4: { arch: "powerpc64", wordSize: 8, littleEndian: true },
  5: { arch: "s390x", wordSize: 8, littleEndian: false },
  6: { arch: "mips", wordSize: 8, littleEndian: true },
  7: { arch: "loongarch64", wordSize: 8, littleEndian: true },
  8: { arch: "riscv64", wordSize: 8, littleEndian: true },
};

const UNKNOWN: Machine = { arch: null, wordSize: null, littleEndian: true };

const withOrder = (littleEndian: boolean): Readonly<Record<number, Machine>> =>
  Object.fromEntries(
    [0, ...Object.keys(MACHINES).map(Number)].map((type) => [type, { ...(MACHINES[type] ?? UNKNOWN), littleEndian }]),
  );

/** The machines, and under 0 an unknown one, with the byte order that the magics of a set are in. */
const LITTLE_ENDIAN = withOrder(true);
const BIG_ENDIAN = withOrder(false);

/** The machine that dumped, as far as it is known yet: cores and magics come before open files. */
export function machineOf({ facts }: SetContext): Machine {
  const type = MACHINES[facts.machineType] === undefined ? 0 : facts.machineType;
  if (facts.littleEndian === null) return MACHINES[type] ?? UNKNOWN;
  return (facts.littleEndian ? LITTLE_ENDIAN[type] : BIG_ENDIAN[type]) ?? UNKNOWN;
}
