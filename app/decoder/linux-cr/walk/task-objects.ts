// Objects that tasks share (credentials, directories, memory), by objref, while an image is walked.

import type { Details } from "../../../model/fields.ts";

/** Values from the records of shared objects so far, by objref. */
export interface TaskObjects {
  /** The objref under which the next record of a kind is announced. */
  readonly announced: Map<string, number>;
  readonly credentials: Map<number, Details>;
  readonly groups: Map<number, readonly number[]>;
  readonly fs: Map<number, Record<string, string | number>>;
  /** Objref of the executable. */
  readonly exe: Map<number, number>;
  /** The FS whose paths come next. */
  currentFs: Record<string, string | number> | null;
}

export const noTaskObjects = (): TaskObjects => ({
  announced: new Map(),
  credentials: new Map(),
  groups: new Map(),
  fs: new Map(),
  exe: new Map(),
  currentFs: null,
});
