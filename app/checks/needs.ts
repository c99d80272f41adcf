// What a restore needs beyond the image: options, and things that have to exist on the restoring machine.

import type { Subject } from "./subject.ts";

/** An option that the restore needs. */
export interface NeededOption extends Subject {
  /** As on the command line: `--tcp-established`. */
  readonly option: string;
  /** Why, as a clause. Text from the image in it has been made visible. */
  readonly reason: string;
}

/** The kinds of things outside an image. */
export type OutsideKind =
  | "file"
  | "directory"
  | "fifo"
  | "socket"
  | "device"
  | "link-remap"
  | "tun"
  | "terminal"
  | "stdio"
  | "parent"
  | "page-server";

/** Something outside the image that has to exist. */
export interface Outside extends Subject {
  readonly kind: OutsideKind;
  /** Its path or name: bytes as in the image. */
  readonly path: Uint8Array;
  /** Bytes that it must have exactly; `null`: not checked. */
  readonly size: number | null;
  /** st_mode that it must have exactly, type and permissions; `null`: not checked. */
  readonly mode: number | null;
  /** Why, as a clause. */
  readonly reason: string;
}

/** What a restore needs. */
export interface Needs {
  readonly options: readonly NeededOption[];
  readonly outside: readonly Outside[];
  /** How many more there are, not listed. */
  readonly unlisted: number;
  /** How many more would be listed, had they not been left out: see CheckOptions.mostNeeds. */
  readonly leftOut: { readonly options: number; readonly outside: number };
}

/** Most options, and most outside things, that are listed. */
export const MOST_NEEDS = 10_000;
