// What the checks are given beside the image.

import type { Progress } from "../decoder/source.ts";

/** Options of the checks. */
export interface CheckOptions {
  /** Aborting makes checking reject with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called now and then with bytes passed of bytes in all, and records checked so far. */
  readonly onProgress?: (progress: Progress) => void;
}
