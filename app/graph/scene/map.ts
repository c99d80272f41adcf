// The far view: each lane as a strip of counts along one common height, the places of all slots in lane order.

import { NONE } from "../../model/checkpoint.ts";
import type { ObjectRef } from "../../model/object-ref.ts";
import { grouped } from "../../model/words.ts";
import type { Subject } from "../order/graph.ts";
import type { Layout } from "../order/layout.ts";
import { tablesOfTask } from "../plan/plan.ts";
import { HEADING, type Strip } from "./scene.ts";

/** How much of a view `width` pixels wide the strips take. */
export function mapWidth(width: number): number {
  return width < 560 ? 150 : Math.round(Math.min(360, width * 0.3));
}

/** The four strips, and the way from a place among the slots to a height. */
export function stripsOf(subject: Subject, layout: Layout, width: number, viewHeight: number) {
  const { graph } = subject;
  const narrow = width < 200;
  const margin = narrow ? 6 : 20;
  const gap = narrow ? 5 : 14;
  const y = HEADING + 8;
  const height = Math.max(160, viewHeight - y - 16);
  const stripWidth = Math.floor((width - margin - 4 * gap) / 4);
  const bars = Math.max(1, Math.min(MOST_BARS, Math.floor(height / 2)));
  const { density } = layout;
  const changed = rebinned(density.changed, bars);
  const none = new Float32Array(bars);
  const slots = rebinned(density.slots, bars);
  const sharedSlots = rebinned(density.sharedSlots, bars);

  const strip = (
    at: number,
    to: ObjectRef["to"],
    one: string,
    count: number,
    counts: Float64Array,
    shared = none,
  ): Strip => {
    const most = Math.max(1, ...counts);
    return {
      to,
      heading: narrow ? one.slice(0, 5).toUpperCase() : `${short(count)} ${one.toUpperCase()}`,
      x: margin + at * (stripWidth + gap),
      y,
      width: stripWidth,
      height,
      bars: Float32Array.from(counts, (value) => value / most),
      shared,
      changed: Uint8Array.from(changed, (value) => (value > 0 ? 1 : 0)),
    };
  };
  const sharedPart = Float32Array.from(
    sharedSlots,
    (value, bar) => value / Math.max(1, ...slots.subarray(bar, bar + 1)),
  );
  const slotStrip = strip(2, "descriptor", "fds", graph.descriptors.count, slots);
  const strips: Strip[] = [
    strip(0, "task", "tasks", graph.tasks.count, rebinned(density.tasks, bars)),
    strip(1, "table", "tables", graph.tables.count, rebinned(density.tables, bars)),
    { ...slotStrip, shared: slotStrip.bars.map((bar, at) => bar * (sharedPart[at] ?? 0)) },
    strip(3, "file", "files", graph.files.count, rebinned(density.files, bars)),
  ];
  const heightOf = (position: number): number => y + (position / Math.max(1, graph.descriptors.count)) * height;
  return {
    strips,
    heightOf,
    /** Heights of an object on the strips; of a file, of its holders (the first few hundred). */
    markersOf(ref: ObjectRef): number[] {
      return positionsOf(subject, layout, ref).map(heightOf);
    },
  };
}

const short = (count: number): string =>
  count < 10_000 ? grouped(count) : count < 1_000_000 ? `${Math.round(count / 1000)}k` : `${(count / 1e6).toFixed(1)}M`;

/** The same counts over another number of steps; one that falls into two is parted between them. */
function rebinned(counts: Uint32Array, bars: number): Float64Array {
  const out = new Float64Array(bars);
  const step = bars / counts.length;
  for (let at = 0; at < counts.length; at++) {
    const start = at * step;
    const bar = Math.min(bars - 1, Math.floor(start));
    const over = Math.max(0, start + step - (bar + 1)) / step;
    out[bar] = (out[bar] as number) + (counts[at] as number) * (1 - over);
    if (over > 0 && bar + 1 < bars) out[bar + 1] = (out[bar + 1] as number) + (counts[at] as number) * over;
  }
  return out;
}

/** Bars of one strip: all four together stay well below what a scene may hold. */
const MOST_BARS = 300;
const MOST_MARKERS = 200;

function positionsOf({ graph }: Subject, layout: Layout, ref: ObjectRef): number[] {
  const ofTable = (table: number): number => layout.slotsAbove[layout.tablePlace[table] ?? 0] ?? 0;
  const ofSlot = (slot: number): number => {
    const table = graph.descriptors.table[slot] ?? 0;
    return ofTable(table) + slot - (graph.tables.first[table] ?? 0);
  };
  if (ref.to === "task") return tablesOfTask(graph, ref.row).map(ofTable);
  if (ref.to === "table") return [ofTable(ref.row)];
  if (ref.to === "descriptor") return [ofSlot(ref.row)];
  const first = graph.files.firstHolder[ref.row] ?? 0;
  const end = Math.min(graph.files.firstHolder[ref.row + 1] ?? 0, first + MOST_MARKERS);
  return [...graph.files.holder.subarray(first, end)].map(ofSlot);
}

/** The object on a strip at a height: the slot there, or its table, its first task, its file. */
export function objectAt({ graph }: Subject, layout: Layout, strip: Strip, y: number): ObjectRef | null {
  const count = graph.descriptors.count;
  if (count === 0 || y < strip.y || y >= strip.y + strip.height) return null;
  const position = Math.floor(((y - strip.y) / strip.height) * count);
  // The last table that begins at or above the position and has slots.
  let low = 0;
  let high = graph.tables.count;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((layout.slotsAbove[middle] as number) <= position) low = middle;
    else high = middle;
  }
  const table = layout.tables[low] ?? NONE;
  if (table === NONE) return null;
  const slot = (graph.tables.first[table] as number) + position - (layout.slotsAbove[low] as number);
  if (strip.to === "table") return { to: "table", row: table };
  if (strip.to === "descriptor") return { to: "descriptor", row: slot };
  if (strip.to === "file") {
    const file = graph.descriptors.file[slot] ?? NONE;
    return file === NONE ? { to: "descriptor", row: slot } : { to: "file", row: file };
  }
  const first = graph.tables.firstTask[table] as number;
  if (first === graph.tables.firstTask[table + 1]) return { to: "table", row: table };
  return { to: "task", row: graph.tables.task[first] as number };
}
