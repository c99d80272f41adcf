// The line of the side-by-side view that stands for what is selected.

import { NONE } from "../../model/checkpoint.ts";
import { descriptorOf, firstPairOfDescriptor } from "../../model/comparison/descriptor-pairs.ts";
import type { Side } from "../../model/comparison/side.ts";
import type { ObjectRef } from "../../model/object-ref.ts";
import { i32At } from "../../model/read.ts";
import type { FileRow } from "../../model/rows.ts";
import { isOfDescriptors } from "../changes.ts";
import { type Comparison, kindAt, rowsOfChange } from "../comparison.ts";
import { type AlignedLines, lineOfChange, lineOfPair } from "./align.ts";

/** The selection of a comparison: an object of one side, and the change that is about it. */
export interface SelectedInComparison {
  readonly side: Side;
  readonly ref: ObjectRef | null;
  readonly change: number | null;
}

/**
 * The line that shows the selection: for a descriptor, its own line; for an open file, the first line of its change
 * that leads to it; otherwise the line of the change. -1: there is none.
 */
export function lineOfSelection(
  comparison: Comparison,
  lines: AlignedLines,
  { side, ref, change }: SelectedInComparison,
): number {
  const { descriptors } = comparison.pairs;
  const pair = ref?.to === "descriptor" ? firstPairOfDescriptor(descriptors, side, ref.row) : -1;
  if (pair !== -1) return lineOfPair(comparison, lines, pair);
  if (change === null) return -1;
  const own = ref?.to === "file" ? pairOfFile(comparison, side, ref.row, change) : undefined;
  return own === undefined ? lineOfChange(comparison, lines, change) : lineOfPair(comparison, lines, own);
}

/** The first descriptor pair of a change that leads to an open file. */
function pairOfFile(comparison: Comparison, side: Side, file: FileRow, change: number): number | undefined {
  const { changes, pairs } = comparison;
  if (!isOfDescriptors(kindAt(comparison, change))) return undefined;
  return rowsOfChange(changes, change).find((pair) => {
    const descriptor = descriptorOf(pairs.descriptors, side, pair);
    return descriptor !== NONE && i32At(comparison[side].descriptors.file, descriptor) === file;
  });
}
