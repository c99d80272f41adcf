// The top of a task's stack: its arguments, its environment, and the auxiliary vector of the kernel.

import type { AddressRange, AddressSpace, ImageMemory } from "../decoder/memory/memory.ts";
import type { TaskRow } from "../model/rows.ts";
import { readKnown } from "./read-known.ts";

/** What a task was started with. It may contain secrets, so it is read only on request. */
export interface Started {
  /** argv; `null` if it is not in the image. */
  readonly cmdline: readonly Uint8Array[] | null;
  /** `NAME=value`; `null` if it is not in the image. */
  readonly environ: readonly Uint8Array[] | null;
  readonly auxv: readonly AuxiliaryValue[];
}

export interface AuxiliaryValue {
  /** `AT_PAGESZ`, or the number of a type without a name. */
  readonly type: string;
  /** Decimal digits. */
  readonly value: string;
}

/** More than Linux allows. */
const MOST_BYTES = 8 << 20;

/** Types of the auxiliary vector: Linux include/uapi/linux/auxvec.h and arch headers. */
const AT_NAMES: Readonly<Record<number, string>> = {
  0: "AT_NULL",
  1: "AT_IGNORE",
  2: "AT_EXECFD",
  3: "AT_PHDR",
  4: "AT_PHENT",
  5: "AT_PHNUM",
  6: "AT_PAGESZ",
  7: "AT_BASE",
  8: "AT_FLAGS",
  9: "AT_ENTRY",
  10: "AT_NOTELF",
  11: "AT_UID",
  12: "AT_EUID",
  13: "AT_GID",
  14: "AT_EGID",
  15: "AT_PLATFORM",
  16: "AT_HWCAP",
  17: "AT_CLKTCK",
  23: "AT_SECURE",
  24: "AT_BASE_PLATFORM",
  25: "AT_RANDOM",
  26: "AT_HWCAP2",
  27: "AT_RSEQ_FEATURE_SIZE",
  28: "AT_RSEQ_ALIGN",
  29: "AT_HWCAP3",
  30: "AT_HWCAP4",
  31: "AT_EXECFN",
  32: "AT_SYSINFO",
  33: "AT_SYSINFO_EHDR",
  51: "AT_MINSIGSTKSZ",
};

/** The address space of a task; `null` if the image has none. */
export const spaceOf = ({ spaces }: ImageMemory, task: TaskRow): AddressSpace | null =>
  spaces.find(({ tasks }) => tasks.includes(task)) ?? null;

/** Reads what a task was started with. @throws SourceError if bytes cannot be read. */
export async function readStarted(memory: ImageMemory, space: AddressSpace): Promise<Started> {
  const [argumentsOf, environment] = [space.arguments, space.environment];
  const auxv: AuxiliaryValue[] = [];
  for (let at = 0; at + 1 < space.auxv.length; at += 2) {
    const type = Number(space.auxv[at]);
    auxv.push({ type: AT_NAMES[type] ?? String(space.auxv[at]), value: String(space.auxv[at + 1]) });
  }
  return {
    cmdline: argumentsOf === null ? null : await readArguments(memory, space, argumentsOf, environment),
    environ: environment === null ? null : splitOrNull(await readRange(memory, space, environment)),
    auxv,
  };
}

/**
 * Arguments as /proc/PID/cmdline has them: if a task overwrote its last NUL to change its title, they continue into its
 * environment up to the first NUL.
 */
async function readArguments(
  memory: ImageMemory,
  space: AddressSpace,
  range: AddressRange,
  environment: AddressRange | null,
): Promise<readonly Uint8Array[] | null> {
  const bytes = await readRange(memory, space, range);
  if (bytes === null || bytes.length === 0 || bytes.at(-1) === 0 || environment === null) return splitOrNull(bytes);
  const longer = await readRange(memory, space, { start: range.start, end: environment.end });
  if (longer === null) return splitOrNull(bytes);
  const end = longer.indexOf(0);
  return [longer.subarray(0, end < 0 ? longer.length : end)];
}

/** Bytes of addresses; `null` if one of them is not in the image. */
async function readRange(
  memory: ImageMemory,
  space: AddressSpace,
  { start, end }: AddressRange,
): Promise<Uint8Array | null> {
  const length = Number(end - start);
  if (length < 0 || length > MOST_BYTES) return null;
  const { mappings } = memory;
  for (let mapping = space.first; mapping < space.end; mapping++) {
    const from = BigInt(mappings.start[mapping] as number);
    if (start < from || end > BigInt(mappings.end[mapping] as number)) continue;
    const pages = await memory.pages(mapping);
    const bytes = length === 0 ? new Uint8Array(0) : await readKnown(pages, Number(start - from), length);
    return bytes.length === length ? bytes.slice() : null;
  }
  return null;
}

/** Parts that end in NUL each; the last one may lack it. */
function splitOrNull(bytes: Uint8Array | null): Uint8Array[] | null {
  if (bytes === null) return null;
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const nul = bytes.indexOf(0, at);
    const end = nul < 0 ? bytes.length : nul;
    parts.push(bytes.subarray(at, end));
    at = end + 1;
  }
  return parts;
}
