// A difference between what an image has and what a host has.

import type { Severity } from "../../model/checkpoint.ts";
import type { Demand } from "./demand.ts";
import type { Host } from "./host.ts";

/** One difference between an image and a host. */
export interface Difference {
  readonly code: string;
  readonly message: string;
  readonly recorded: string;
  readonly actual: string;
  /** Which of the rule's outcomes applies; absent: the first. */
  readonly severity?: Severity;
  readonly option?: string;
}

/** What the host has; `null`: not known; a function where making the text is worth avoiding. */
export type Actual<D extends Demand> = string | ((demand: D, host: Host) => string) | null;

/** What the host has, and how it differs. */
export interface Compared<D extends Demand> {
  readonly actual: Actual<D>;
  readonly differences: readonly Difference[];
}

/** Compares one demand. */
export type Compare<D extends Demand> = (demand: D, host: Host) => Compared<D>;
