// Address spaces of a CRIU set: mm_entry in mm-PID.img, and vmas-PID.img of old releases.

import type { AddressRange } from "../../memory/memory.ts";
import type { PlacedMember } from "../sets/placing.ts";
import { eachBytes, eachVarint, exact, fieldNumber, isSet, plan, scan, scratch } from "../wire/wire.ts";
import { byStart, isUsable, readVma, SMALLEST_PAGE, VMA_STATUS, type Vma } from "./mappings.ts";
import { readEntries } from "./read-entries.ts";

const MM = plan("mm_entry", ["mm_start_stack", "mm_arg_start", "mm_arg_end", "mm_env_start", "mm_env_end"]);
const VMAS = fieldNumber("mm_entry", "vmas");
const AUXV = fieldNumber("mm_entry", "mm_saved_auxv");

/** The contents of mm-PID.img. */
export interface Mm {
  readonly arguments: AddressRange | null;
  readonly environment: AddressRange | null;
  readonly auxv: readonly bigint[];
  /** By address. */
  readonly vmas: readonly Vma[];
}

/** Most values of an auxiliary vector; Linux has at most 64 pairs. */
const MOST_AUXV = 256;

/** Linux include/uapi/linux/auxvec.h. */
export const AT_PAGESZ = 6;

/** The page size in an auxiliary vector, which is pairs of a type and a value; `null` if it is missing or not valid. */
export function pageSizeIn(bytes: Uint8Array, start: number, end: number): number | null {
  let nth = 0;
  let type = -1;
  let size = 0;
  eachVarint(bytes, start, end, AUXV, (low) => {
    if (nth++ % 2 === 0) type = low;
    else if (type === AT_PAGESZ) size = low;
  });
  return validPageSize(size);
}

/** A size as an auxiliary vector has it; `null` if no page has it. */
export function validPageSize(size: number): number | null {
  const isPowerOfTwo = size !== 0 && (size & (size - 1)) === 0;
  return isPowerOfTwo && size >= SMALLEST_PAGE && size <= 1 << 24 ? size : null;
}

/**
 * Reads the memory of one task.
 *
 * @param mm mm-PID.img, if it is there.
 * @param vmas vmas-PID.img, which only old releases have.
 * @throws SourceError if bytes cannot be read.
 */
export async function readMm(mm: PlacedMember | undefined, vmas: PlacedMember | undefined): Promise<Mm> {
  const values = scratch();
  const found: Vma[] = [];
  const auxv: bigint[] = [];
  let ranges: Pick<Mm, "arguments" | "environment"> = { arguments: null, environment: null };
  let stack: bigint | null = null;
  const addVma = (bytes: Uint8Array, from: number, to: number): void => {
    const vma = readVma(bytes, from, to, stack, values);
    if (vma !== null && isUsable(vma)) found.push(vma);
  };
  if (mm !== undefined) {
    await readEntries(mm, (bytes, start, end, nth) => {
      if (nth > 0) return;
      const seen = scan(bytes, start, end, MM, values);
      const { slot } = MM;
      const range = (from: number, to: number): AddressRange | null =>
        isSet(seen, from) && isSet(seen, to) ? { start: exact(values, from), end: exact(values, to) } : null;
      ranges = {
        arguments: range(slot.mm_arg_start, slot.mm_arg_end),
        environment: range(slot.mm_env_start, slot.mm_env_end),
      };
      if (isSet(seen, slot.mm_start_stack)) stack = exact(values, slot.mm_start_stack);
      eachVarint(bytes, start, end, AUXV, (below, above) => {
        if (auxv.length < MOST_AUXV) auxv.push((BigInt(above) << 32n) | BigInt(below));
      });
      eachBytes(bytes, start, end, VMAS, (from, to) => addVma(bytes, from, to));
    });
  }
  if (vmas !== undefined) await readEntries(vmas, addVma);
  return { ...ranges, auxv, vmas: withoutInnerGuards(found.sort(byStart)) };
}

/**
 * MADV_GUARD_INSTALL makes guards of pages in the middle of a mapping. CRIU lists them as mappings, which they are not.
 */
function withoutInnerGuards(sorted: readonly Vma[]): readonly Vma[] {
  let end = 0n;
  return sorted.filter((vma) => {
    const isInner = (vma.status & VMA_STATUS.guard) !== 0 && vma.end <= end;
    if (!isInner && vma.end > end) end = vma.end;
    return !isInner;
  });
}
