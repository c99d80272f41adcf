// Which paths the open files of a set have.

/** The paths of the open files that a task holds or uses, in the order of the files. */
export interface UsedPaths {
  readonly count: number;
  /** Rows of open files. */
  readonly files: Int32Array;
  /** Equal paths have equal numbers, from 0 on. */
  readonly numbers: Int32Array;
  /** How many different ones there are. */
  readonly different: number;
  /** Of each different path, the first open file that is not deleted, if there is one. */
  readonly listed: Int32Array;
}
