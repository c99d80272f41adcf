// The level `map`: each lane as a strip of counts along one common height, measured in slots in lane order.

import { NONE } from "../../model/checkpoint.ts";
import type { ObjectRef } from "../../model/object-ref.ts";
import { i32At, u32At } from "../../model/read.ts";
import { upperBound } from "../../model/search.ts";
import { grouped } from "../../model/words.ts";
import { type Graph, type GraphTableRow, type SlotRow, type Subject, tablesOfTask, tasksOf } from "../order/graph.ts";
import type { Layout } from "../order/layout.ts";
import { HEADING, type Strip } from "./scene.ts";

/** Bars of one strip: all four together stay well below the limit of a scene's marks. */
const MOST_BARS = 300;
/** Holders of a file that are marked on the strips. */
const MOST_MARKERS = 200;

/** Width of the strips in a view `width` pixels wide. */
export function stripsWidth(width: number): number {
  return width < 560 ? 150 : Math.round(Math.min(360, width * 0.3));
}

/** The place of the strips. */
interface StripFrame {
  readonly narrow: boolean;
  readonly margin: number;
  readonly gap: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly bars: number;
}

function stripFrame(width: number, viewHeight: number): StripFrame {
  const narrow = width < 200;
  const margin = narrow ? 6 : 20;
  const gap = narrow ? 5 : 14;
  const y = HEADING + 8;
  const height = Math.max(160, viewHeight - y - 16);
  const bars = Math.max(1, Math.min(MOST_BARS, Math.floor(height / 2)));
  return { narrow, margin, gap, y, width: Math.floor((width - margin - 4 * gap) / 4), height, bars };
}

/** The four strips in `width` pixels, and functions from places among the slots to heights in pixels. */
export function stripsOf(subject: Subject, layout: Layout, width: number, viewHeight: number) {
  const { graph } = subject;
  const frame = stripFrame(width, viewHeight);
  const heightOf = (position: number): number =>
    frame.y + (position / Math.max(1, graph.descriptors.count)) * frame.height;
  return {
    strips: fourStrips(graph, layout, frame),
    heightOf,
    /** Heights of an object on the strips; for a file, of its first holders. */
    markersOf(ref: ObjectRef): number[] {
      return positionsOf(graph, layout, ref).map(heightOf);
    },
  };
}

function fourStrips(graph: Graph, { density }: Layout, frame: StripFrame): Strip[] {
  const { narrow, margin, gap, y, width, height, bars } = frame;
  const changed = Uint8Array.from(rebinned(density.changed, bars), (value) => (value > 0 ? 1 : 0));
  const strip = (at: number, to: ObjectRef["to"], noun: string, total: number, counts: Uint32Array): Strip => {
    const values = rebinned(counts, bars);
    const most = Math.max(1, ...values);
    return {
      to,
      heading: narrow ? noun.slice(0, 5).toUpperCase() : `${short(total)} ${noun.toUpperCase()}`,
      x: margin + at * (width + gap),
      y,
      width,
      height,
      bars: Float32Array.from(values, (value) => value / most),
      shared: new Float32Array(bars),
      changed,
    };
  };
  const slotStrip = strip(2, "descriptor", "fds", graph.descriptors.count, density.slots);
  const slots = rebinned(density.slots, bars);
  const sharedPart = Float32Array.from(
    rebinned(density.sharedSlots, bars),
    (value, bar) => value / Math.max(1, slots[bar] as number),
  );
  return [
    strip(0, "task", "tasks", graph.tasks.count, density.tasks),
    strip(1, "table", "tables", graph.tables.count, density.tables),
    { ...slotStrip, shared: slotStrip.bars.map((bar, at) => bar * (sharedPart[at] as number)) },
    strip(3, "file", "files", graph.files.count, density.files),
  ];
}

/** A count for a heading: `9,999`, `120k`, `1.5M`. */
const short = (count: number): string =>
  count < 10_000 ? grouped(count) : count < 1_000_000 ? `${Math.round(count / 1000)}k` : `${(count / 1e6).toFixed(1)}M`;

/** The same counts over another number of steps; a step that falls into two bars is divided between them. */
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

/** Places of an object among the slots, in lane order. */
function positionsOf(graph: Graph, layout: Layout, ref: ObjectRef): number[] {
  const ofTable = (table: GraphTableRow): number => u32At(layout.slotsAbove, u32At(layout.tablePlace, table));
  const ofSlot = (slot: SlotRow): number => {
    const table = u32At(graph.descriptors.table, slot);
    return ofTable(table) + slot - u32At(graph.tables.first, table);
  };
  if (ref.to === "task") return tablesOfTask(graph, ref.row).map(ofTable);
  if (ref.to === "table") return [ofTable(ref.row)];
  if (ref.to === "descriptor") return [ofSlot(ref.row)];
  const { firstHolder, holder } = graph.files;
  const first = u32At(firstHolder, ref.row);
  const end = Math.min(u32At(firstHolder, ref.row + 1), first + MOST_MARKERS);
  return [...holder.subarray(first, end)].map(ofSlot);
}

/** The object on a strip at a height in pixels: the slot there, or its table, its first task, its file. */
export function objectAt({ graph }: Subject, layout: Layout, strip: Strip, y: number): ObjectRef | null {
  const count = graph.descriptors.count;
  if (count === 0 || y < strip.y || y >= strip.y + strip.height) return null;
  const position = Math.floor(((y - strip.y) / strip.height) * count);
  // The last table that begins at or above the position.
  const place = upperBound(layout.slotsAbove, position) - 1;
  const table: GraphTableRow = u32At(layout.tables, place);
  const slot = u32At(graph.tables.first, table) + position - u32At(layout.slotsAbove, place);
  if (strip.to === "table") return { to: "table", row: table };
  if (strip.to === "descriptor") return { to: "descriptor", row: slot };
  if (strip.to === "file") {
    const file = i32At(graph.descriptors.file, slot);
    return file === NONE ? { to: "descriptor", row: slot } : { to: "file", row: file };
  }
  if (tasksOf(graph, table) === 0) return { to: "table", row: table };
  return { to: "task", row: u32At(graph.tables.task, u32At(graph.tables.firstTask, table)) };
}
