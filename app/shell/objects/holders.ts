// How many descriptors hold the open file that a change is about.

import { CHANGE_KINDS, isOfDescriptors } from "../../diff/changes.ts";
import { type Comparison, rowsOfChange } from "../../diff/comparison.ts";
import { holderCount, NONE } from "../../model/checkpoint.ts";
import { descriptorOf } from "../../model/comparison/descriptor-pairs.ts";
import type { Side } from "../../model/comparison/side.ts";
import { i32At, u8At, u32At } from "../../model/read.ts";
import { grouped, holdersText } from "../../model/text/words.ts";

/** The holders of the file, before and after: `⟨3⟩`, `⟨3 → 2⟩`. Empty if no side has two of them. */
export function holdersLabel(comparison: Comparison, change: number): string {
  const kind = CHANGE_KINDS[u8At(comparison.changes.kind, change)];
  if (kind === undefined || !isOfDescriptors(kind)) return "";
  const before = countOn(comparison, change, "before");
  const after = countOn(comparison, change, "after");
  if ((before ?? 0) < 2 && (after ?? 0) < 2) return "";
  // Another path is another file: its holders are not those of the file before.
  const only = before === null || kind === "file-path" ? after : after === null ? before : null;
  if (only !== null || before === after) return (only ?? after ?? 0) > 1 ? holdersText(only ?? after ?? 0) : "";
  return `⟨${grouped(before ?? 0)} → ${grouped(after ?? 0)}⟩`;
}

/** Holders of the file of the first descriptor of a change; `null`: it is not on that side. */
function countOn(comparison: Comparison, change: number, side: Side): number | null {
  const { pairs, changes } = comparison;
  const checkpoint = comparison[side];
  const descriptor = descriptorOf(pairs.descriptors, side, u32At(changes.row, u32At(changes.firstRow, change)));
  const file = descriptor === NONE ? NONE : i32At(checkpoint.descriptors.file, descriptor);
  return file === NONE ? null : holderCount(checkpoint.files, file);
}

/** How many descriptors a change is about. A descriptor of a table that several tasks use counts once. */
export function countDescriptors({ pairs, changes }: Comparison, change: number): number {
  const rows = rowsOfChange(changes, change);
  // A descriptor is in several pairs only if tasks started or stopped sharing a table.
  if (rows.length > MOST_COUNTED) return rows.length;
  const distinct = (side: Side): number =>
    new Set(Array.from(rows, (row) => descriptorOf(pairs.descriptors, side, row)).filter((row) => row !== NONE)).size;
  return Math.max(distinct("before"), distinct("after"));
}

const MOST_COUNTED = 10_000;
