// The result of every decoder: the checkpoint, and functions that inspect the bytes it came from.

import type { Checkpoint } from "../model/checkpoint.ts";
import type { Details, Field } from "../model/fields.ts";
import type { FileRow, RecordRow } from "../model/rows.ts";
import type { ImageMemory } from "./memory/memory.ts";
import type { Source } from "./source.ts";

/**
 * Records of a Linux-CR image that follow one another. Those of open files and descriptors have the
 * length of their struct, or a path with a NUL at its end only; a file's records are complete,
 * objrefs are positive, and descriptors ascend.
 */
export interface UsualRun {
  readonly first: RecordRow;
  /** The row after the last one. */
  readonly end: RecordRow;
  /** f_credref and f_secref of all of its open files; 0: the dialect has none, or there are no open files. */
  readonly credentials: number;
  readonly security: number;
}

/** A decoded image. Its bytes stay where they are and are read again when a record is inspected. */
export interface Image {
  readonly checkpoint: Checkpoint;
  /** The streams that `checkpoint.members` lists, in the same order. */
  readonly sources: readonly Source[];
  /** Of a Linux-CR image: records that the decoder read in their usual form, in ascending order. */
  readonly usualRuns?: readonly UsualRun[];
  /** The fields of a record, with padding and payload: every byte of the record is in exactly one. */
  fields(record: RecordRow): Promise<Field[]>;
  /** Details of an open file that the columns do not have: `details` of `show --json`. */
  details(file: FileRow): Promise<Details>;
  /**
   * The memory of the tasks, or why there is none, as a sentence. Its descriptions are read now, its pages later.
   *
   * @throws SourceError if bytes cannot be read.
   */
  memory(): Promise<ImageMemory | string>;
}

/** Input that is not an image of a known format, with the reason as a sentence. */
export interface Refusal {
  readonly refused: string;
  /** Names of the image sets if there are several; choose one with OpenOptions.set. */
  readonly choices?: readonly string[];
}
