// The type of the catalogue's entries.

import type { DialectName } from "./dialect-names.ts";

/** The changes of one version of the format. */
export interface DialectSource {
  readonly name: DialectName;
  /** When it was posted or committed. */
  readonly date: string;
  /** CHECKPOINT_VERSION, HEADER's `rev`; `null`: not known. */
  readonly rev: number | null;
  /** The dialect that it starts from; absent for the base. */
  readonly from?: DialectName;
  /**
   * Enums by prefix: a list, numbered as in C ("TASK=101 TASK_OBJS": 101, 102), replaces the enum; an array of edits
   * changes it: "A after B", "A before B" (A takes over B's explicit number), "A for B", "without A".
   */
  readonly enums?: Readonly<Record<string, string | readonly string[]>>;
  /** Structs in the notation of layout.ts; `null`: not known in this version. */
  readonly structs?: Readonly<Record<string, string | null>>;
  /** Structs of machines other than x86. */
  readonly arch?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** A more familiar name. */
  readonly note?: string;
}
