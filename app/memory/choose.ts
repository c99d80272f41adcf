// Which parts of memory a search, a listing or an export is about.

import type { AddressSpace, ImageMemory, MappingRow } from "../decoder/memory/memory.ts";
import type { Checkpoint } from "../model/checkpoint.ts";
import { MAPPING_KINDS, mappedPath, permissionsMatch } from "../model/mappings.ts";
import { i32At } from "../model/read.ts";
import { exactText } from "../model/text/text.ts";

/** What a mapping must satisfy; absent properties are not checked. */
export interface MappingFilter {
  /** Numbers of address spaces: pids, or indices of tasks where the image has no pids. */
  readonly pids?: readonly { readonly from: number; readonly to: number }[];
  /** `permissionsMatch` patterns, one of which must match. */
  readonly permissions?: readonly string[];
  readonly kinds?: readonly string[];
  /** Text that the mapped file's path contains. */
  readonly path?: string;
  /** Addresses: from … to - 1. */
  readonly range?: AddressesOf;
}

export interface AddressesOf {
  readonly from: bigint;
  readonly to: bigint;
}

/** A part of a mapping, from … to - 1 in bytes from its start. */
export interface Part {
  readonly space: AddressSpace;
  readonly mapping: MappingRow;
  readonly from: number;
  readonly to: number;
}

/** The path of the file that a mapping shows, as in /proc/PID/maps, as exact text; "" if it shows none. */
export const pathOf = (checkpoint: Checkpoint, { mappings }: ImageMemory, mapping: MappingRow): string =>
  exactText(mappedPath(checkpoint, i32At(mappings.file, mapping)) ?? new Uint8Array(0));

/** The parts of memory that pass a filter, by address space and then by address. */
export function chooseParts(checkpoint: Checkpoint, memory: ImageMemory, filter: MappingFilter): Part[] {
  const { mappings } = memory;
  const { pids, permissions, kinds, path, range } = filter;
  const parts: Part[] = [];
  for (const space of memory.spaces) {
    if (pids !== undefined && !pids.some(({ from, to }) => space.number >= from && space.number <= to)) continue;
    for (let mapping = space.first; mapping < space.end; mapping++) {
      const bits = mappings.permissions[mapping] as number;
      if (permissions !== undefined && !permissions.some((pattern) => permissionsMatch(bits, pattern))) continue;
      if (kinds !== undefined && !kinds.includes(MAPPING_KINDS[mappings.kind[mapping] as number] ?? "")) continue;
      if (path !== undefined && !pathOf(checkpoint, memory, mapping).includes(path)) continue;
      const part = within(memory, space, mapping, range);
      if (part !== null) parts.push(part);
    }
  }
  return parts;
}

/** The part of a mapping that is in a range of addresses; `null` if none is. */
function within(
  { mappings }: ImageMemory,
  space: AddressSpace,
  mapping: MappingRow,
  range: AddressesOf | undefined,
): Part | null {
  const start = mappings.start[mapping] as number;
  const size = (mappings.end[mapping] as number) - start;
  if (range === undefined) return { space, mapping, from: 0, to: size };
  const base = BigInt(start);
  const from = range.from <= base ? 0n : range.from - base;
  const to = range.to - base < BigInt(size) ? range.to - base : BigInt(size);
  return from < to ? { space, mapping, from: Number(from), to: Number(to) } : null;
}
