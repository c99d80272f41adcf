// The pages that the pagemaps of a set refer to.

/** The pages that one pagemap refers to. */
export interface PagemapFacts {
  /** The record of its head; NONE until it is read. */
  head: number;
  /** Shared memory or a memfd: it is restored without contents if its pages are missing. */
  readonly isShared: boolean;
  /** The number in the member's name: a pid, or the id of shared memory. */
  readonly number: number;
  pagesId: number;
  /** Pages in the pages file. */
  present: number;
  /** Pages with a page server only. */
  lazy: number;
  /** Pages in the parent set. */
  inParent: number;
  /** The ranges of the task's mappings, joined; `null` until they are needed. */
  ranges: Float64Array | null;
  /** A run of pages is outside of them. */
  isOutside: boolean;
}
