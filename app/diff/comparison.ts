// The result of comparing two checkpoints, as columns. diff.ts fills it in; describe.ts reads single changes from it.

import { type Checkpoint, NONE } from "../model/checkpoint.ts";
import { descriptorOf } from "../model/comparison/descriptor-pairs.ts";
import { i32At, u8At } from "../model/read.ts";
import { type ChangeKind, kindOf, type Note } from "./changes.ts";
import type { Places } from "./pairs/match-mounts.ts";
import type { Pairs } from "./pairs/pair.ts";
import type { ComparedResources } from "./resource-changes.ts";

/**
 * The changes of a comparison as columns, sorted by pid of the first holder (or of the task), then fd, then kind; those
 * of resources that matter for security come before all others.
 */
export interface Changes {
  readonly count: number;
  /** Index into CHANGE_KINDS. */
  readonly kind: Uint8Array;
  /** Pid of the first holder, or of the task (its index if the image has no pids); NONE: of the image as a whole. */
  readonly pid: Int32Array;
  /** fd of the first holder; NONE for changes of tasks and tables. */
  readonly fd: Int32Array;
  /** TaskRow of the first holder, or of the task; NONE if it is not on that side. */
  readonly taskBefore: Int32Array;
  readonly taskAfter: Int32Array;
  /** FileRow before, and after; NONE: no file, several files (changes of sharing), or missing from the image. */
  readonly fileBefore: Int32Array;
  readonly fileAfter: Int32Array;
  /**
   * Index into Differences.keys: the key of a detail, or the role of a link; of changes of resources, index into
   * ResourceChanges; NONE for other kinds.
   */
  readonly key: Int32Array;
  /** 1: the change may only be an effect of an incomplete image. */
  readonly uncertain: Uint8Array;
  /**
   * What change c is about: row[firstRow[c]] … row[firstRow[c + 1] - 1]. For changes of descriptors, rows of
   * Pairs.descriptors; for changes of tables, TaskRows before; for changes of tasks, nothing. count + 1 entries.
   */
  readonly firstRow: Uint32Array;
  readonly row: Uint32Array;
}

/** The result of a comparison without the two checkpoints: plain data that can be transferred. */
export interface Differences {
  readonly pairs: Pairs;
  readonly changes: Changes;
  /** CHANGE_BITS by row of Pairs.descriptors. Every row of a task on one side only is opened or closed. */
  readonly changed: Uint16Array;
  readonly counts: Readonly<Record<ChangeKind, number>>;
  /** Keys of details and roles of links: see Changes.key. */
  readonly keys: readonly string[];
  /** What was not compared, and other caveats. */
  readonly notes: readonly Note[];
  /** `null`: resources were not compared. */
  readonly resources: ComparedResources | null;
  /** Which namespaces and mounts correspond; `null`: the tables that say so were not read. */
  readonly places: Places | null;
}

export interface Comparison extends Differences {
  readonly before: Checkpoint;
  readonly after: Checkpoint;
}

/**
 * The kind of change `index`.
 *
 * @throws RangeError if there is no such change.
 */
export function kindAt({ changes }: Comparison, index: number): ChangeKind {
  return kindOf(u8At(changes.kind, index));
}

/** What a change is about: see Changes.row. */
export const rowsOfChange = ({ row, firstRow }: Changes, change: number): Uint32Array =>
  row.subarray(firstRow[change], firstRow[change + 1]);

/** The fd of a descriptor pair. */
export function descriptorNumber(before: Checkpoint, after: Checkpoint, pairs: Pairs, row: number): number {
  const descriptor = descriptorOf(pairs.descriptors, "before", row);
  if (descriptor !== NONE) return i32At(before.descriptors.fd, descriptor);
  return i32At(after.descriptors.fd, descriptorOf(pairs.descriptors, "after", row));
}
