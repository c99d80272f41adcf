// The lanes of open files, and the edges to them, such as those of descriptors: private files each
// beside its slot, shared files in a band of their own, most holders first. The edges from one table
// to the band cross the gutter as one ribbon.

import { BOX } from "../boxes/box.ts";
import { columnsOf, type FileLane, fileBox } from "../boxes/file-box.ts";
import { unusedBox } from "../boxes/fold-box.ts";
import type { Draft, EdgeSource, PendingFile } from "../draft.ts";
import { CHARACTER, COLUMN, type EdgeKind, PITCH } from "../scene.ts";
import { isShared } from "../text/words.ts";
import { fileSign } from "./edge-sign.ts";
import { trunkCount, trunkX } from "./frame.ts";
import { placeInOrder } from "./place.ts";

/** Pixels between shared and private files where they are in one lane. */
const STACK_GAP = 10;

/** Places files near the slots that lead to them. Returns where the lanes end. */
export function placeFiles(draft: Draft, files: readonly PendingFile[]): number {
  const { subject, frame, top } = draft;
  const shared = files.filter(({ file }) => isShared(subject, file));
  const own = files.filter(({ file }) => !isShared(subject, file));
  const bandBottom = placeShared(draft, shared);
  const ownTop = frame.isStacked && shared.length > 0 ? bandBottom + STACK_GAP : top;
  return Math.max(bandBottom, placeOwn(draft, own, ownTop));
}

/** The band of shared files, in lane order. Returns where it ends. */
function placeShared(draft: Draft, files: readonly PendingFile[]): number {
  const { subject, frame, top, boxes } = draft;
  const width = frame.sharedWidth;
  const columns = columnsOf(
    subject,
    files.map(({ file }) => file),
    width,
  );
  const lane: FileLane = { x: frame.shared, width, columns, column: COLUMN.file };
  const trunks = trunksOf(draft, files);
  files.forEach(({ file, sources }, at) => {
    const y = top + at * PITCH;
    const to = boxes.length;
    boxes.push(fileBox(subject, file, lane, y));
    for (const source of sources) addLeadEdge(draft, source, to, y + BOX / 2, trunks.get(source.table) ?? Number.NaN);
  });
  addRibbons(draft, files, trunks);
  return top + files.length * PITCH;
}

/** By the box of a table: where its edges to shared files cross. */
function trunksOf({ frame }: Draft, files: readonly PendingFile[]): Map<number, number> {
  const tables = [...new Set(files.flatMap(({ sources }) => sources.map(({ table }) => table)))].sort((a, b) => a - b);
  const count = trunkCount(tables.length);
  return new Map(tables.map((table, at) => [table, trunkX(frame, Math.min(at, count - 1), count)]));
}

/** The common part of several edges from one table, with their number; of very many tables the edges are one line. */
function addRibbons(
  { top, frame, ribbons }: Draft,
  files: readonly PendingFile[],
  trunks: ReadonlyMap<number, number>,
): void {
  if (trunkCount(trunks.size) < trunks.size) return;
  const spans = new Map<number, { top: number; bottom: number; first: number; count: number; edges: number }>();
  files.forEach(({ sources }, at) => {
    const y = top + at * PITCH + BOX / 2;
    for (const source of sources) {
      const known = spans.get(source.table) ?? { top: y, bottom: y, first: source.y, count: 0, edges: 0 };
      known.top = Math.min(known.top, y, source.y);
      known.bottom = Math.max(known.bottom, y, source.y);
      known.first = Math.min(known.first, source.y);
      known.count += source.count;
      known.edges++;
      spans.set(source.table, known);
    }
  });
  for (const [table, { top: from, bottom: to, first, count, edges }] of spans) {
    if (edges < 2) continue;
    const x = trunks.get(table) as number;
    // Where there is no room for it beside the line, the number is left out.
    const hasRoom = x - frame.gutter >= CHARACTER * (String(count).length + 1);
    ribbons.push({ table, x, y1: from, y2: to, labelY: hasRoom ? first : Number.NaN, count });
  }
}

/** Private files, each as near as possible to its topmost slot. Returns where the lane ends. */
function placeOwn(draft: Draft, pending: readonly PendingFile[], top: number): number {
  const { subject, frame, boxes } = draft;
  const width = frame.ownWidth;
  const height = ({ sources }: PendingFile): number => Math.min(...sources.map(({ y }) => y));
  const files = pending
    .map((each) => ({ ...each, height: each.sources.length === 0 ? top : height(each) }))
    .sort((a, b) => a.height - b.height || a.file - b.file);
  const columns = columnsOf(
    subject,
    files.map(({ file }) => file),
    width,
  );
  const lane: FileLane = { x: frame.own, width, columns, column: frame.isStacked ? COLUMN.file : COLUMN.own };
  const heights = placeInOrder(
    files.map((each) => each.height - BOX / 2),
    PITCH,
    top,
  );
  files.forEach(({ file, sources }, at) => {
    const y = heights[at] as number;
    const to = boxes.length;
    boxes.push(fileBox(subject, file, lane, y));
    for (const source of sources) addLeadEdge(draft, source, to, y + BOX / 2, Number.NaN);
  });
  return (heights.at(-1) ?? top - PITCH) + PITCH;
}

/** An edge from a slot, or from a table or fold for slots that are not drawn, to the box of a file. */
function addLeadEdge({ frame, boxes, edges }: Draft, source: EdgeSource, to: number, y: number, via: number): void {
  const isBundle = source.count > 1 || boxes[source.box]?.kind !== "slot";
  const kind: EdgeKind = isBundle ? "bundle" : "lead";
  const x1 = frame.table + frame.tableWidth;
  const x2 = boxes[to]?.x ?? frame.shared;
  edges.push({
    kind,
    from: source.box,
    to,
    x1,
    y1: source.y,
    via,
    x2,
    y2: y,
    count: source.count,
    shared: boxes[to]?.shared ?? false,
    change: source.change,
    sign: fileSign(frame, source.change, { x1, y1: source.y, via, x2, y2: y }),
  });
}

/** Lists files that no descriptor holds, below `bottom`. Returns where the list ends. */
export function listUnused({ subject, plan, boxes }: Draft, lane: FileLane, bottom: number): number {
  if (plan.unused.length === 0 && (plan.unusedCount === 0 || plan.level === "map")) return bottom;
  let y = bottom + PITCH;
  boxes.push(unusedBox(plan, lane, y));
  for (const file of plan.unused) {
    y += PITCH;
    boxes.push(fileBox(subject, file, lane, y));
  }
  return y + PITCH;
}
