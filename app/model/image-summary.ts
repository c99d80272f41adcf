// The summary of an image in a list.

import type { Evidence } from "./comparison/earlier.ts";

export interface ImageSummary extends Evidence {
  readonly format: "linux-cr" | "criu";
  /** Total size of its files. */
  readonly bytes: number;
  /** `null`: unknown, because the image is too large to be decoded for a list. */
  readonly tasks: number | null;
}
