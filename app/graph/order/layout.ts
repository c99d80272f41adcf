// Everything about a large graph that a drawing needs and that takes more than a moment: made once, in the worker.

import type { Subject } from "./graph.ts";
import { type Lanes, lanes } from "./lanes.ts";
import { orderByKey } from "./sort.ts";

/** How many steps the height of the lanes is divided into for the density strips. */
const STRIP_STEPS = 512;
/** At most this many shared files are kept by rank; no drawing holds more. */
const MOST_RANKED = 3000;

/** Counts along the lanes, by step of the common height (STRIP_STEPS of them). */
export interface Density {
  readonly tasks: Uint32Array;
  readonly tables: Uint32Array;
  readonly slots: Uint32Array;
  /** Slots that lead to a file with several holders. */
  readonly sharedSlots: Uint32Array;
  readonly files: Uint32Array;
  /** Slots and files that differ between the two images; zero for one. */
  readonly changed: Uint32Array;
}

/** Order, ranks and counts of a graph. Typed arrays and numbers only: it can be cloned and transferred. */
export interface Layout extends Lanes {
  /** Files with two holders or more, the most shared first; of two images, those that changed before the rest. */
  readonly ranked: Uint32Array;
  /** How many files have two holders or more. */
  readonly shared: number;
  /** By table: slots that lead to a file with several holders. */
  readonly sharedSlots: Uint32Array;
  /** How many slots differ between two images. */
  readonly changed: number;
  readonly density: Density;
}

/** Lays a graph out. Linear in its edges; about a second for a million of them. */
export function layout(subject: Subject): Layout {
  const { graph, both } = subject;
  const { tables, descriptors, files } = graph;
  const order = lanes(graph);

  const holders = (file: number): number =>
    (files.firstHolder[file + 1] as number) - (files.firstHolder[file] as number);
  let shared = 0;
  let listed = 0;
  const fileChange = both?.change.file;
  const slotChange = both?.change.descriptor;
  for (let file = 0; file < files.count; file++) {
    const many = holders(file) > 1;
    if (many) shared++;
    if (many || (fileChange?.[file] ?? 0) !== 0) listed++;
  }
  const rows = new Uint32Array(listed);
  const keys = new Uint32Array(files.count);
  let at = 0;
  for (let file = 0; file < files.count; file++) {
    const differs = (fileChange?.[file] ?? 0) !== 0;
    if (holders(file) < 2 && !differs) continue;
    rows[at++] = file;
    keys[file] = 0x7fff_ffff - holders(file) + (differs || both === null ? 0 : 0x8000_0000);
  }
  const ranked = orderByKey(rows, keys).slice(0, MOST_RANKED);

  const sharedSlots = new Uint32Array(tables.count);
  const density: Density = {
    tasks: new Uint32Array(STRIP_STEPS),
    tables: new Uint32Array(STRIP_STEPS),
    slots: new Uint32Array(STRIP_STEPS),
    sharedSlots: new Uint32Array(STRIP_STEPS),
    files: new Uint32Array(STRIP_STEPS),
    changed: new Uint32Array(STRIP_STEPS),
  };
  const scale = STRIP_STEPS / Math.max(1, descriptors.count);
  const add = (counts: Uint32Array, position: number, by: number): void => {
    const step = Math.min(STRIP_STEPS - 1, Math.floor(position * scale));
    counts[step] = (counts[step] as number) + by;
  };
  let changed = 0;
  for (let place = 0; place < tables.count; place++) {
    const table = order.tables[place] as number;
    const above = order.slotsAbove[place] as number;
    const first = tables.first[table] as number;
    const end = tables.first[table + 1] as number;
    let inTable = 0;
    for (let slot = first; slot < end; slot++) {
      const position = above + slot - first;
      const file = descriptors.file[slot] as number;
      add(density.slots, position, 1);
      if (file >= 0 && holders(file) > 1) {
        inTable++;
        add(density.sharedSlots, position, 1);
      }
      if ((slotChange?.[slot] ?? 0) !== 0) {
        changed++;
        add(density.changed, position, 1);
      }
    }
    sharedSlots[table] = inTable;
    add(density.tables, above, 1);
    add(density.tasks, above, (tables.firstTask[table + 1] as number) - (tables.firstTask[table] as number));
  }
  for (let i = 0; i < order.held; i++) {
    const file = order.files[i] as number;
    add(density.files, order.filePosition[file] as number, 1);
    if ((fileChange?.[file] ?? 0) !== 0) add(density.changed, order.filePosition[file] as number, 1);
  }
  return { ...order, ranked, shared, sharedSlots, changed, density };
}
