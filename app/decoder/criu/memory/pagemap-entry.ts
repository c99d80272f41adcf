// pagemap_entry: a run of pages, and where they are. For all that read pagemaps.

import { isSet, low, plan, scan, wide } from "../wire/wire.ts";

/** pagemap_entry.flags, from CRIU's pagemap.h. */
export const PE = { parent: 1, lazy: 2, present: 4, aligned: 8 } as const;

/** The fields that `pagemapEntry` needs. */
export const PAGEMAP_ENTRY = plan("pagemap_entry", [
  "vaddr",
  "compat_nr_pages",
  "in_parent",
  "flags",
  "nr_pages",
  "total_compressed_size",
  "region_pages",
]);

/** A run of pages as pagemap_entry has it. */
export interface PagemapEntry {
  /** What `scan` returned. */
  readonly seen: number;
  /** Address, or offset in a shared object, in bytes; NaN if absent. */
  readonly start: number;
  readonly pages: number;
  /** Whether the count is in the field that it has since CRIU 4.2. */
  readonly hasWideCount: boolean;
  /** Bits of PE, which old releases write as in_parent. */
  readonly flags: number;
  /** Pages of a compressed block; 0: each page is a block of its own. */
  readonly region: number;
  /** Bytes of all compressed blocks; `null` if absent. */
  readonly packed: number | null;
}

/** Reads a pagemap_entry. @param values Takes the values of fields. */
export const readPagemapEntry = (bytes: Uint8Array, from: number, to: number, values: Uint32Array): PagemapEntry =>
  pagemapEntry(scan(bytes, from, to, PAGEMAP_ENTRY, values), values);

/** The pagemap_entry that was scanned by PAGEMAP_ENTRY. @param seen What `scan` returned. */
export function pagemapEntry(seen: number, values: Uint32Array): PagemapEntry {
  const { slot } = PAGEMAP_ENTRY;
  const hasWideCount = isSet(seen, slot.nr_pages);
  const isInParent = isSet(seen, slot.in_parent) && low(values, slot.in_parent) !== 0;
  const stated = isSet(seen, slot.flags) ? low(values, slot.flags) : isInParent ? 0 : PE.present;
  const oldCount = isSet(seen, slot.compat_nr_pages) ? low(values, slot.compat_nr_pages) : 0;
  return {
    seen,
    start: isSet(seen, slot.vaddr) ? wide(values, slot.vaddr) : Number.NaN,
    pages: hasWideCount ? wide(values, slot.nr_pages) : oldCount,
    hasWideCount,
    flags: isInParent ? stated | PE.parent : stated,
    region: isSet(seen, slot.region_pages) ? low(values, slot.region_pages) : 0,
    packed: isSet(seen, slot.total_compressed_size) ? wide(values, slot.total_compressed_size) : null,
  };
}
