// The mappings of tasks, and the pages that the pagemaps of a set refer to.

/** The mappings of a task. */
export interface MappedFacts {
  /** The ranges of private ones, as start and end in turn. */
  readonly ranges: number[];
  /** The first address of the last mapping, and the one after its end. */
  start: number;
  end: number;
  /** They are not in order, or overlap: reported once. */
  isOdd: boolean;
}

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
  /** The ranges of the task's private mappings, joined; `null` until they are needed. */
  ranges: Float64Array | null;
  /** The first of these, by index, that ends after the last run of pages begins. */
  next: number;
  /** A run of pages is outside of them. */
  isOutside: boolean;
}
