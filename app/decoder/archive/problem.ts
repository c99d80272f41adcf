// Problems of archives.

import type { LimitName } from "../limits.ts";

/** A problem of an archive. */
export interface ArchiveProblem {
  readonly severity: "error" | "warning" | "note";
  readonly code: string;
  readonly message: string;
  /** The limit that was reached, if that is the problem. */
  readonly limit?: LimitName;
  /**
   * In bytes from the start of the archive. In a compressed one, faults in the compression are located in the file,
   * and those of the tar inside in the unpacked data.
   */
  readonly offset: number;
}
