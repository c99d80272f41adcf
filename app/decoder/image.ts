// What every decoder hands out: the checkpoint, and ways to look closer at the bytes behind it.

import type { Checkpoint } from "../model/checkpoint.ts";
import type { Details, Field } from "../model/fields.ts";
import type { Source } from "./source.ts";

/** An image that was decoded. Its bytes stay where they are and are read again when they are looked at. */
export interface Image {
  readonly checkpoint: Checkpoint;
  /** The streams that `checkpoint.members` lists, in the same order. */
  readonly sources: readonly Source[];
  /** The fields of a record, with padding and payload: every byte of the record is in exactly one. */
  fields(record: number): Promise<Field[]>;
  /** What the format tells of an open file beyond the columns: `details` of `show --json`. */
  details(file: number): Promise<Details>;
}

/** Input that is no image that we know, with the reason as a sentence. */
export interface Refusal {
  readonly refused: string;
  /** Names of the image sets that there are instead of one; choose by OpenOptions.set. */
  readonly choices?: readonly string[];
}
