// The lane of open files and folds, and the edges to them, such as those of descriptors.

import { BOX } from "./box.ts";
import type { Draft, PendingFile } from "./draft.ts";
import { type FileLane, fileBox } from "./file-box.ts";
import { foldBox, unusedBox } from "./fold-box.ts";
import { placeInOrder } from "./place.ts";
import { type EdgeKind, PITCH } from "./scene.ts";

/** Places files and folds near the slots that lead to them. Returns where the lane ends. */
export function placeFiles(draft: Draft, lane: FileLane, pendingFiles: readonly PendingFile[]): number {
  const { subject, frame, top, boxes } = draft;
  const files = [...pendingFiles].sort((a, b) => a.order / a.weight - b.order / b.weight || a.file - b.file);
  const heights = placeInOrder(
    files.map(({ height, weight }) => height / weight - BOX / 2),
    PITCH,
    top,
  );
  files.forEach((pending, at) => {
    const y = heights[at] as number;
    const to = boxes.length;
    boxes.push(pending.fold === null ? fileBox(subject, pending.file, lane, y) : foldBox(pending.fold, frame, y));
    addLeadEdges(draft, pending, to, y + BOX / 2);
  });
  return (heights.at(-1) ?? top) + PITCH;
}

/** Edges from slots, or from tables for slots that are not drawn, to the box of a file or fold. */
function addLeadEdges({ frame, boxes, edges }: Draft, { fold, sources }: PendingFile, to: number, y: number): void {
  for (const source of sources) {
    const isBundle = source.count > 1 || boxes[source.box]?.kind === "table";
    const kind: EdgeKind = fold !== null ? "fold" : isBundle ? "bundle" : "lead";
    edges.push({
      kind,
      from: source.box,
      to,
      x1: frame.table + frame.tableWidth,
      y1: source.y,
      x2: frame.file,
      y2: y,
      count: source.count,
      shared: boxes[to]?.shared ?? false,
      change: source.change,
    });
  }
}

/** Lists files that no descriptor holds, below `bottom`. Returns where the list ends. */
export function listUnused({ subject, plan, frame, boxes }: Draft, lane: FileLane, bottom: number): number {
  if (plan.unused.length === 0 && (plan.unusedCount === 0 || plan.level === "map")) return bottom;
  let y = bottom + PITCH;
  boxes.push(unusedBox(plan, frame, y));
  for (const file of plan.unused) {
    y += PITCH;
    boxes.push(fileBox(subject, file, lane, y));
  }
  return y + PITCH;
}
