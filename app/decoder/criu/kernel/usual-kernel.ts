// The kernel of a set, with the usual forms of its messages.

import type { EntryKernel } from "./entry-kernel.ts";

/** The nodes of the forms. */
export interface UsualNodes {
  readonly files: number;
  readonly descriptors: number;
  readonly pipes: number;
  readonly core: number;
  readonly ids: number;
  readonly fs: number;
  readonly mm: number;
  readonly pagemapHead: number;
  readonly pagemap: number;
}

export interface UsualKernel {
  readonly kernel: EntryKernel;
  readonly nodes: UsualNodes;
  /** Whether the kernel was given the open files. */
  hasFiles: boolean;
}
