// Requests about memory and their responses.

import type { MappingRow, Mappings, PageState } from "../decoder/memory/memory.ts";
import type { ChangeRun, PageChange } from "../memory/diff.ts";
import type { Query } from "../memory/query.ts";
import type { Coverage } from "../memory/search.ts";
import type { TaskRow } from "../model/rows.ts";

/** A space as the page lists it. */
export interface SpaceSummary {
  readonly number: number;
  readonly tasks: readonly TaskRow[];
  /** Its mappings: first … end - 1. */
  readonly first: MappingRow;
  readonly end: MappingRow;
}

/** The memory that an image has, or why it has none. */
export type MemoryResponse =
  | { readonly pageSize: number; readonly spaces: readonly SpaceSummary[]; readonly mappings: Mappings }
  | { readonly refused: string };

/** Bytes of a mapping. Unknown ones are zeros; `states` says which. */
export interface MemoryBytes {
  readonly bytes: Uint8Array;
  /** Ascending; each extends to the start of the next. Offsets from the start of `bytes`. */
  readonly states: readonly { readonly start: number; readonly state: PageState }[];
}

/** What the page searches for: a query, or printable strings. */
export type MemoryQuery = Query | { readonly kind: "strings"; readonly utf16: boolean };

/** Where the page searches: everywhere, in a space or in a mapping. */
export interface MemoryScope {
  readonly pid?: number;
  readonly mapping?: MappingRow;
}

export interface MemoryMatch {
  readonly space: number;
  readonly mapping: MappingRow;
  readonly offset: number;
  readonly length: number;
  readonly bytes: Uint8Array;
  readonly at: number;
}

/** What was found since the last response, or why there is nothing to search for. */
export type MemoryFound =
  | {
      readonly matches: readonly MemoryMatch[];
      readonly coverage: Coverage;
      readonly done: number;
      readonly size: number;
      readonly isLimited: boolean;
      readonly isEnd: boolean;
    }
  | { readonly refused: string };

/** A mapping in which the two images differ. */
export interface MemoryChange {
  /** The number of the address space after, or before if there is none after. */
  readonly space: number;
  readonly before: MappingRow | null;
  readonly after: MappingRow | null;
  /** The results for its pages; empty if only one image has the mapping. */
  readonly runs: readonly ChangeRun[];
  readonly bytes: Readonly<Record<PageChange, number>>;
}

/** Changes of memory since the last response. */
export interface MemoryChanges {
  readonly changes: readonly MemoryChange[];
  /** Bytes that were not compared because an image lacks them, so far. */
  readonly unknown: number;
  readonly isEnd: boolean;
}

/** What a task was started with, each text as it is shown. */
export interface StartedResponse {
  readonly cmdline: readonly string[] | null;
  readonly environ: readonly string[] | null;
  readonly auxv: readonly string[] | null;
}

/** Each kind of request about memory with its response. */
export interface MemoryRequests {
  /** The mappings of all tasks. */
  memory: { request: { document: number }; response: MemoryResponse };
  /** At most 64 KiB of a mapping. */
  memoryBytes: {
    request: { document: number; mapping: MappingRow; offset: number; length: number };
    response: MemoryBytes;
  };
  /**
   * Searches memory. One request searches a limited stretch, so that results arrive early; the page
   * continues with requests for the same `search`, a number of its own choice, and stops by sending no
   * more. A new search ends the previous one.
   */
  memorySearch: {
    request: { document: number; search: number; query: MemoryQuery; scope: MemoryScope; most: number };
    response: MemoryFound;
  };
  /**
   * Compares the memory of two images, mapping by mapping. The page continues with requests for the same `comparison`,
   * a number of its own choice, and stops by sending no more.
   */
  memoryDiff: { request: { before: number; after: number; comparison: number }; response: MemoryChanges };
  /** What a task was started with: one of the three. */
  started: {
    request: { document: number; task: TaskRow; what: "cmdline" | "environ" | "auxv" };
    response: StartedResponse;
  };
}
