// Options of the checks.

import type { DecodeOptions, Progress } from "../decoder/source.ts";
import type { HostOptions } from "./host/host.ts";

/** Options of the checks. */
export interface CheckOptions {
  /** Aborting makes checking reject with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called now and then with the bytes and records checked so far, and the total bytes. */
  readonly onProgress?: (progress: Progress) => void;
  /** As in DecodeOptions. */
  readonly kernels?: DecodeOptions["kernels"];
  /** The most options, and things outside the image, to list if there is no host to compare with. Default: all. */
  readonly mostNeeds?: number;
  /** Also list what the image demands of a host, compared with facts if there are any. */
  readonly host?: HostOptions;
}
