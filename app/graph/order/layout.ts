// All work that is linear in the graph and independent of the window's size: done once, in the worker for large images.
//
// This runs on millions of edges: casts `as number` read typed arrays within bounds checked by the loop.

import { NONE } from "../../model/checkpoint.ts";
import { HIDDEN, holdersOf, SAME, type Subject, tasksOf } from "./graph.ts";
import { type Lanes, lanes } from "./lanes.ts";
import { orderByKey } from "./sort.ts";

/** Steps of the common height of the lanes in the density strips. */
const STRIP_STEPS = 512;
/** Most shared files that are ranked; no drawing holds more. */
const MOST_RANKED = 3000;

/** Counts along the lanes, by step of the common height (STRIP_STEPS of them). */
export interface Density {
  readonly tasks: Uint32Array;
  readonly tables: Uint32Array;
  readonly slots: Uint32Array;
  /** Slots that lead to a file with several holders. */
  readonly sharedSlots: Uint32Array;
  readonly files: Uint32Array;
  /** Slots and files that differ between two images; zero for one. */
  readonly changed: Uint32Array;
}

/** Order, ranks and counts of a graph. Typed arrays and numbers only: it can be cloned and transferred. */
export interface Layout extends Lanes {
  /** Files with two holders or more, most holders first; for two images, changed files come before all others. */
  readonly ranked: Uint32Array;
  /** Number of files with two holders or more. */
  readonly shared: number;
  /** By table: slots that lead to a file with several holders. */
  readonly sharedSlots: Uint32Array;
  /** Number of slots that differ between two images. */
  readonly changed: number;
  readonly density: Density;
}

/** Lays out a graph. Linear in its edges; about a second for a million of them. */
export function layout(subject: Subject): Layout {
  const order = lanes(subject);
  return { ...order, ...rankFiles(subject), ...measure(subject, order) };
}

/** The layout with the changes of another subject of the same graph. */
export function withChangesOf(order: Layout, subject: Subject): Layout {
  const { changed, density } = changesAlong(subject, order);
  return { ...order, changed, density: { ...order.density, changed: density } };
}

/** How many slots differ between two images, and slots and files that do along the lanes. */
function changesAlong({ graph, both }: Subject, order: Lanes): { changed: number; density: Uint32Array } {
  const density = new Uint32Array(STRIP_STEPS);
  if (both === null) return { changed: 0, density };
  const { tables } = graph;
  const scale = STRIP_STEPS / Math.max(1, graph.descriptors.count);
  const add = (position: number): void => {
    const step = Math.min(STRIP_STEPS - 1, Math.floor(position * scale));
    density[step] = (density[step] as number) + 1;
  };
  const differs = (change: number): boolean => change !== SAME && change !== HIDDEN;
  let changed = 0;
  for (let place = 0; place < tables.count; place++) {
    const table = order.tables[place] as number;
    const first = tables.first[table] as number;
    const end = tables.first[table + 1] as number;
    for (let slot = first; slot < end; slot++) {
      if (!differs(both.change.descriptor[slot] as number)) continue;
      changed++;
      add((order.slotsAbove[place] as number) + slot - first);
    }
  }
  for (let place = 0; place < order.held; place++) {
    const file = order.files[place] as number;
    if (differs(both.change.file[file] as number)) add(order.filePosition[file] as number);
  }
  return { changed, density };
}

/** The ranked files, and the number of shared files. */
function rankFiles({ graph, both }: Subject): Pick<Layout, "ranked" | "shared"> {
  const { count } = graph.files;
  const isChanged = (file: number): boolean => both !== null && both.change.file[file] !== SAME;
  let shared = 0;
  let listed = 0;
  for (let file = 0; file < count; file++) {
    const isShared = holdersOf(graph, file) > 1;
    if (isShared) shared++;
    if (isShared || isChanged(file)) listed++;
  }
  const rows = new Uint32Array(listed);
  const keys = new Uint32Array(count);
  let at = 0;
  for (let file = 0; file < count; file++) {
    const holders = holdersOf(graph, file);
    const changed = isChanged(file);
    if (holders < 2 && !changed) continue;
    rows[at++] = file;
    keys[file] = 0x7fff_ffff - holders + (changed || both === null ? 0 : 0x8000_0000);
  }
  return { ranked: orderByKey(rows, keys).slice(0, MOST_RANKED), shared };
}

/** Counts along the lanes, and slots to shared files by table. */
function measure(subject: Subject, order: Lanes): Pick<Layout, "sharedSlots" | "changed" | "density"> {
  const { graph } = subject;
  const { tables, descriptors } = graph;
  const sharedSlots = new Uint32Array(tables.count);
  const density = noDensity();
  const scale = STRIP_STEPS / Math.max(1, descriptors.count);
  const add = (counts: Uint32Array, position: number, by: number): void => {
    const step = Math.min(STRIP_STEPS - 1, Math.floor(position * scale));
    counts[step] = (counts[step] as number) + by;
  };
  for (let place = 0; place < tables.count; place++) {
    const table = order.tables[place] as number;
    const above = order.slotsAbove[place] as number;
    const first = tables.first[table] as number;
    const end = tables.first[table + 1] as number;
    let sharedInTable = 0;
    for (let slot = first; slot < end; slot++) {
      const position = above + slot - first;
      const file = descriptors.file[slot] as number;
      add(density.slots, position, 1);
      if (file !== NONE && holdersOf(graph, file) > 1) {
        sharedInTable++;
        add(density.sharedSlots, position, 1);
      }
    }
    sharedSlots[table] = sharedInTable;
    add(density.tables, above, 1);
    add(density.tasks, above, tasksOf(graph, table));
  }
  for (let place = 0; place < order.held; place++) {
    const file = order.files[place] as number;
    const position = order.filePosition[file] as number;
    add(density.files, position, 1);
  }
  const { changed, density: along } = changesAlong(subject, order);
  return { sharedSlots, changed, density: { ...density, changed: along } };
}

const noDensity = (): Density => ({
  tasks: new Uint32Array(STRIP_STEPS),
  tables: new Uint32Array(STRIP_STEPS),
  slots: new Uint32Array(STRIP_STEPS),
  sharedSlots: new Uint32Array(STRIP_STEPS),
  files: new Uint32Array(STRIP_STEPS),
  changed: new Uint32Array(STRIP_STEPS),
});
