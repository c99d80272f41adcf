// All work that is linear in the graph and independent of the window's size: done once, in the worker for large images.
//
// This runs on millions of edges: casts `as number` read typed arrays within bounds checked by the loop.

import { type Checkpoint, holderCount } from "../../model/checkpoint.ts";
import type { Side } from "../../model/comparison/side.ts";
import { type GraphTableRow, HIDDEN, SAME, type Subject } from "./graph.ts";
import { type Histograms, histogramsOf } from "./histograms.ts";
import { KIND_PARTS, partOfFile, partsByFile } from "./kind-parts.ts";
import { type Lanes, lanes } from "./lanes.ts";
import { orderByKey } from "./sort.ts";

/** Most steps of a density. */
const MOST_STEPS = 512;
/** Most shared files that are ranked; no drawing holds more. */
const MOST_RANKED = 3000;

/** Counts along a lane, in steps of as many rows each. */
export interface Density {
  readonly steps: number;
  /** Descriptors by step and part: parts[step × KIND_PARTS.length + part]. */
  readonly parts: Uint32Array;
  /** By step: slots that differ between two images, or whose files do; zero for one. */
  readonly changed: Uint32Array;
}

/** Order, ranks and counts of a graph. Plain data: it can be cloned and transferred. */
export interface Layout extends Lanes {
  /** Files with two holders or more, most holders first; for two images, changed files come before all others. */
  readonly ranked: Uint32Array;
  /** Number of files with two holders or more, in the graph and in each image; for one image, before as after. */
  readonly shared: number;
  readonly sharedOn: Readonly<Record<Side, number>>;
  readonly histograms: Histograms;
  /** Along the slots, in the order of their tables. */
  readonly slotDensity: Density;
  /** Along the file tables. */
  readonly tableDensity: Density;
  /** Slots that are not HIDDEN by table and part: tableParts[table × KIND_PARTS.length + part]. */
  readonly tableParts: Uint32Array;
}

/** The parts of a layout that depend on which changes are hidden. */
export type OfChanges = Pick<Layout, "slotDensity" | "tableDensity" | "tableParts">;

/** Lays out a graph. Linear in its edges; about a second for a million of them. */
export function layout(subject: Subject): Layout {
  const order = lanes(subject);
  const { shared, ranked } = rankFiles(subject);
  const { both, after } = subject;
  const sharedOn =
    both === null ? { before: shared, after: shared } : { before: countShared(both.before), after: countShared(after) };
  const parts = partsByFile(subject.graph);
  const histograms = histogramsOf(subject, parts);
  return { ...order, ranked, shared, sharedOn, histograms, ...densities(subject, order, parts) };
}

/** The layout with the changes of another subject of the same graph. */
export function withChangesOf(order: Layout, subject: Subject): Layout {
  return { ...order, ...densities(subject, order, partsByFile(subject.graph)) };
}

/** The slots of a table that are not HIDDEN, by the index of their part in KIND_PARTS. */
export function partsOfTable({ tableParts }: Layout, table: GraphTableRow): Uint32Array {
  const first = table * KIND_PARTS.length;
  return tableParts.subarray(first, first + KIND_PARTS.length);
}

const emptyDensity = (rows: number): Density => {
  const steps = Math.max(1, Math.min(MOST_STEPS, rows));
  return { steps, parts: new Uint32Array(steps * KIND_PARTS.length), changed: new Uint32Array(steps) };
};

/** Counts along the slots and along the tables, and those of each table. */
function densities(subject: Subject, order: Lanes, partByFile: Uint8Array): OfChanges {
  const { graph, both } = subject;
  const { tables, descriptors } = graph;
  const slots = emptyDensity(descriptors.count);
  const rows = emptyDensity(tables.count);
  const tableParts = new Uint32Array(tables.count * KIND_PARTS.length);
  let at = 0;
  // The slots from here on belong to the next step.
  let slotStep = 0;
  let nextStep = descriptors.count;
  for (let place = 0; place < tables.count; place++) {
    const table = order.tables[place] as number;
    const own = table * KIND_PARTS.length;
    const row = Math.min(rows.steps - 1, Math.floor((place * rows.steps) / tables.count));
    const end = tables.first[table + 1] as number;
    for (let slot = tables.first[table] as number; slot < end; slot++, at++) {
      while (at * slots.steps >= nextStep) {
        slotStep++;
        nextStep += descriptors.count;
      }
      const part = partOfFile(partByFile, descriptors.file[slot] as number);
      addOne(slots.parts, slotStep * KIND_PARTS.length + part);
      addOne(rows.parts, row * KIND_PARTS.length + part);
      if (both === null) addOne(tableParts, own + part);
      else {
        if (slotDiffers(subject, slot)) {
          addOne(slots.changed, slotStep);
          addOne(rows.changed, row);
        }
        if (both.change.descriptor[slot] !== HIDDEN) addOne(tableParts, own + part);
      }
    }
  }
  return { slotDensity: slots, tableDensity: rows, tableParts };
}

function addOne(counts: Uint32Array, at: number): void {
  counts[at] = (counts[at] as number) + 1;
}

/** Whether a slot or its file differs between two images. */
function slotDiffers({ graph, both }: Subject, slot: number): boolean {
  if (both === null) return false;
  const differs = (change: number | undefined): boolean => change !== SAME && change !== HIDDEN && change !== undefined;
  return differs(both.change.descriptor[slot]) || differs(both.change.file[graph.descriptors.file[slot] as number]);
}

/** How many open files of an image have two holders or more. */
function countShared({ files }: Checkpoint): number {
  let shared = 0;
  for (let file = 0; file < files.count; file++) if (holderCount(files, file) > 1) shared++;
  return shared;
}

/** The ranked files, and the number of shared files. */
function rankFiles({ graph, both }: Subject): Pick<Layout, "ranked" | "shared"> {
  const { count, firstHolder } = graph.files;
  const change = both?.change.file;
  const rows = new Uint32Array(count);
  const keys = new Uint32Array(count);
  let shared = 0;
  let listed = 0;
  let first = firstHolder[0] as number;
  for (let file = 0; file < count; file++) {
    const end = firstHolder[file + 1] as number;
    const holders = end - first;
    first = end;
    if (holders > 1) shared++;
    const isChanged = change !== undefined && change[file] !== SAME;
    if (holders < 2 && !isChanged) continue;
    rows[listed++] = file;
    keys[file] = 0x7fff_ffff - holders + (isChanged || change === undefined ? 0 : 0x8000_0000);
  }
  return { ranked: orderByKey(rows.subarray(0, listed), keys).slice(0, MOST_RANKED), shared };
}
