// Memory of the tasks of an image: address spaces, their mappings, and where the bytes of their pages are.

import type { Problem } from "../../model/checkpoint.ts";
import { PERMISSION } from "../../model/mappings.ts";
import type { FileRow, TaskRow } from "../../model/rows.ts";

/** The states of the bytes of a page. */
export const PAGE_STATES = [
  "stored",
  "zero",
  "file",
  "lazy",
  "parent",
  "kernel",
  "missing",
  "damaged",
  "unknown",
] as const;

export type PageState = (typeof PAGE_STATES)[number];

/** States in words, to follow a size: `16 KiB never written`. */
export const PAGE_STATE_WORDS: Readonly<Record<PageState, string>> = {
  stored: "in the image",
  zero: "never written, which read as zeros",
  file: "unchanged from the mapped file",
  lazy: "left with a page server",
  parent: "in a parent set that is not here",
  kernel: "provided by the kernel",
  missing: "in a file that is missing from the image",
  damaged: "damaged or cut off",
  unknown: "stored in a way that is not known",
};

/** Index of a mapping in `Mappings`. */
export type MappingRow = number;

/**
 * All mappings, those of one address space next to each other, by address. Addresses and offsets are bytes; addresses
 * are multiples of 4096 and so exact.
 */
export interface Mappings {
  readonly count: number;
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** Bits of PERMISSION. */
  readonly permissions: Uint8Array;
  /** Index into MAPPING_KINDS. */
  readonly kind: Uint8Array;
  /** Where the mapping begins in its file or shared object. */
  readonly offset: Float64Array;
  /** The mapped open file; NONE if there is none. */
  readonly file: Int32Array;
}

/** The memory that one task, or several, run in. */
export interface AddressSpace {
  /** The pid of its first task, or the task's index where the format has no pids. */
  readonly number: number;
  readonly tasks: readonly TaskRow[];
  /** Its mappings: first … end - 1. */
  readonly first: MappingRow;
  readonly end: MappingRow;
  /** Addresses as exact numbers; `null` if the image does not have them. */
  readonly arguments: AddressRange | null;
  readonly environment: AddressRange | null;
  /** The auxiliary vector: types and values in turn. */
  readonly auxv: readonly bigint[];
}

export interface AddressRange {
  readonly start: bigint;
  readonly end: bigint;
}

/** A part of a mapping whose pages are all in one state. Offsets are bytes from the start of the mapping. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly state: PageState;
}

/** The pages of one mapping. */
export interface MappedPages {
  /** The stretch that `offset`, which is less than the size of the mapping, lies in. */
  stretchAt(offset: number): Stretch;
  /**
   * Bytes from `offset` on, up to the end of its stretch and at most `length`; none unless it is `stored` or `zero`.
   * Fewer if a page turns out to be damaged, which `stretchAt` says from then on. The result may be a view.
   *
   * @throws SourceError if bytes cannot be read.
   */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** Memory of an image, which is read on request. */
export interface ImageMemory {
  /** Bytes of a page. */
  readonly pageSize: number;
  readonly spaces: readonly AddressSpace[];
  readonly mappings: Mappings;
  /** Problems of the descriptions of memory read so far. */
  readonly problems: readonly Problem[];
  /** @throws SourceError if the description of the pages cannot be read. */
  pages(mapping: MappingRow): Promise<MappedPages>;
}

/** Whether bytes of a state are known. */
export const isKnown = (state: PageState): boolean => state === "stored" || state === "zero";

/** Mappings that grow. */
export interface MappingList {
  readonly start: number[];
  readonly end: number[];
  readonly permissions: number[];
  readonly kind: number[];
  readonly offset: number[];
  readonly file: number[];
}

export const createMappingList = (): MappingList => ({
  start: [],
  end: [],
  permissions: [],
  kind: [],
  offset: [],
  file: [],
});

/** Mapping rows for pages whose mapping is unknown. */
export function addUnknownMapping(list: MappingList, start: number, end: number): void {
  list.start.push(start);
  list.end.push(end);
  list.permissions.push(PERMISSION.unknown);
  list.kind.push(0);
  list.offset.push(0);
  list.file.push(-1);
}

export const mappingsOf = (list: MappingList): Mappings => ({
  count: list.start.length,
  start: Float64Array.from(list.start),
  end: Float64Array.from(list.end),
  permissions: Uint8Array.from(list.permissions),
  kind: Uint8Array.from(list.kind),
  offset: Float64Array.from(list.offset),
  file: Int32Array.from(list.file) as Int32Array & { readonly [row: number]: FileRow },
});
