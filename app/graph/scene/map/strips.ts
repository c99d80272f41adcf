// The strips of level `map`: histograms along the lanes of file tables and of their descriptors, divided by kind.

import { scaleLinear } from "d3-scale";
import { NONE } from "../../../model/checkpoint.ts";
import type { ObjectRef } from "../../../model/object-ref.ts";
import { u32At } from "../../../model/read.ts";
import { upperBound } from "../../../model/search.ts";
import { type Graph, type GraphTableRow, type SlotRow, type Subject, tablesOfTask } from "../../order/graph.ts";
import { KIND_PARTS } from "../../order/kind-parts.ts";
import type { Density, Layout } from "../../order/layout.ts";
import { CHARACTER, HEADING, type Marker, type Strip } from "../scene.ts";
import { shortCount } from "../text/words.ts";

/** Bars of one strip: both together stay well below the limit of a scene's marks. */
const MOST_BARS = 200;
/** Holders of a file that are marked on the strips. */
const MOST_MARKERS = 200;
/** Room for the ticks above a strip. */
const TICKS = 18;

/** Narrower views have little room for strips beside the surroundings of a selection. */
const NARROW_VIEW = 560;
/** Less than this has room for one strip only. */
const ONE_STRIP = 100;

/** Width of the strips in a view `width` pixels wide. `beside`: there are surroundings of a selection beside them. */
export function stripsWidth(width: number, beside: boolean): number {
  if (width < NARROW_VIEW) return beside ? 40 : 150;
  return Math.round(Math.min(420, width * 0.34));
}

/** The strips in `width` pixels: both, or where there is no room for both, that of the descriptors. */
export function stripsOf({ graph }: Subject, layout: Layout, width: number, viewHeight: number): Strip[] {
  const narrow = width < 200;
  const margin = narrow ? 6 : 20;
  const gap = narrow ? 10 : 24;
  const y = HEADING + 8 + TICKS;
  const place = { y, height: Math.max(160, viewHeight - y - 16) };
  const isAlone = width < ONE_STRIP;
  const each = isAlone ? width - margin - gap : Math.floor((width - margin - 2 * gap) / 2);
  const tables = { ...place, x: margin, width: each };
  const slots = { ...place, x: isAlone ? margin : margin + each + gap, width: each };
  const binned = graph.tables.count > layout.tableDensity.steps ? "mean " : "";
  const ofSlots: Strip = {
    to: "descriptor",
    heading: narrow ? "FDS" : "FDS BY KIND",
    ...slots,
    ...slotBars(layout.slotDensity, slots.height),
    ticks: [0, 0.5, 1].map((at) => ({ at, text: narrow ? "" : `${100 * at}%` })),
  };
  if (isAlone) return [ofSlots];
  return [
    {
      to: "table",
      heading: narrow ? "TABLES" : `${binned}fds by table`.toUpperCase(),
      ...tables,
      ...tableBars(layout.tableDensity, graph.tables.count, tables.height, tables.width),
    },
    ofSlots,
  ];
}

/** Descriptors by table, on a common scale. If there are more tables than bars, a bar is the mean of several. */
function tableBars(
  density: Density,
  tables: number,
  height: number,
  width: number,
): Pick<Strip, "bars" | "parts" | "changed" | "ticks"> {
  const { bars, parts, changed, weights } = rebinned(density, height, (step) => tablesIn(step, density.steps, tables));
  const total = (bar: number): number => {
    let sum = 0;
    for (let part = 0; part < KIND_PARTS.length; part++) sum += parts[bar * KIND_PARTS.length + part] as number;
    return sum / Math.max(1, weights[bar] as number);
  };
  let most = 1;
  for (let bar = 0; bar < bars; bar++) most = Math.max(most, total(bar));
  const scale = scaleLinear().domain([0, most]).nice(3);
  const end = scale.domain()[1] ?? most;
  return {
    bars,
    parts: parts.map((count, at) => count / Math.max(1, weights[Math.floor(at / KIND_PARTS.length)] as number) / end),
    changed,
    ticks: ticksThatFit(
      scale.ticks(2).map((tick) => ({ at: tick / end, text: shortCount(tick) })),
      width,
    ),
  };
}

/** The first and the last tick, and those between if there is room for all. */
export function ticksThatFit(ticks: Strip["ticks"], width: number): Strip["ticks"] {
  // The texts of the first and last are inside of the strip.
  const needed = ticks.reduce((sum, { text }) => sum + (text.length + 1) * CHARACTER, 0);
  return needed <= width ? ticks : ticks.filter((_, at) => at === 0 || at === ticks.length - 1);
}

/** How many tables the layout puts into a step, by `floor(place × steps / tables)`: not the same number in each. */
const tablesIn = (step: number, steps: number, tables: number): number =>
  Math.ceil(((step + 1) * tables) / steps) - Math.ceil((step * tables) / steps);

/** The share of each part in the descriptors along the lane. */
function slotBars(density: Density, height: number): Pick<Strip, "bars" | "parts" | "changed"> {
  const { bars, parts, changed } = rebinned(density, height);
  const shares = parts.map((_, at) => {
    const first = at - (at % KIND_PARTS.length);
    const sum = parts.subarray(first, first + KIND_PARTS.length).reduce((total, count) => total + count, 0);
    return sum === 0 ? 0 : (parts[at] as number) / sum;
  });
  return { bars, parts: shares, changed };
}

/**
 * The counts in as many bars as there is room for; a step that falls into two bars is divided between them.
 *
 * @param weightOf How many rows a step counts; `weights`: how many a bar does.
 */
function rebinned({ steps, parts, changed }: Density, height: number, weightOf: (step: number) => number = () => 1) {
  const bars = Math.max(1, Math.min(MOST_BARS, steps, Math.floor(height / 2)));
  const out = new Float32Array(bars * KIND_PARTS.length);
  const marked = new Uint8Array(bars);
  const weights = new Float64Array(bars);
  const step = bars / steps;
  for (let at = 0; at < steps; at++) {
    const start = at * step;
    const bar = Math.min(bars - 1, Math.floor(start));
    const over = bar + 1 < bars ? Math.max(0, start + step - (bar + 1)) / step : 0;
    if ((changed[at] as number) > 0) marked[bar] = 1;
    weights[bar] = (weights[bar] as number) + weightOf(at) * (1 - over);
    if (over > 0) weights[bar + 1] = (weights[bar + 1] as number) + weightOf(at) * over;
    for (let part = 0; part < KIND_PARTS.length; part++) {
      const count = parts[at * KIND_PARTS.length + part] as number;
      const index = bar * KIND_PARTS.length + part;
      out[index] = (out[index] as number) + count * (1 - over);
      if (over > 0) {
        const next = index + KIND_PARTS.length;
        out[next] = (out[next] as number) + count * over;
      }
    }
  }
  return { bars, parts: out, changed: marked, weights };
}

/** Where an object is on the strips; for a file, its first holders. */
export function markersOf({ graph }: Subject, layout: Layout, strips: readonly Strip[], ref: ObjectRef): Marker[] {
  const slots = slotPlaces(graph, layout, ref);
  return strips.flatMap(({ to, x, y, width, height }) =>
    slots.map(({ table, slot }) => {
      const part =
        to === "table" ? (table + 0.5) / Math.max(1, graph.tables.count) : slot / Math.max(1, graph.descriptors.count);
      return { x: x - 3, width: width + 6, y: y + part * height };
    }),
  );
}

/** Places of an object in the lanes: of its table among the tables, and among the slots. */
function slotPlaces(graph: Graph, layout: Layout, ref: ObjectRef): { table: number; slot: number }[] {
  const ofTable = (row: GraphTableRow) => {
    const table = u32At(layout.tablePlace, row);
    return { table, slot: u32At(layout.slotsAbove, table) };
  };
  const ofSlot = (row: SlotRow) => {
    const own = ofTable(u32At(graph.descriptors.table, row));
    return { ...own, slot: own.slot + row - u32At(graph.tables.first, u32At(graph.descriptors.table, row)) };
  };
  if (ref.to === "task") return tablesOfTask(graph, ref.row).map(ofTable);
  if (ref.to === "table") return [ofTable(ref.row)];
  if (ref.to === "descriptor") return [ofSlot(ref.row)];
  const { firstHolder, holder } = graph.files;
  const first = u32At(firstHolder, ref.row);
  const end = Math.min(u32At(firstHolder, ref.row + 1), first + MOST_MARKERS);
  return [...holder.subarray(first, end)].map(ofSlot);
}

/** The slot at a height of a strip, as a place among all slots in lane order; NONE outside it. */
export function slotPlaceAt({ graph }: Subject, layout: Layout, strip: Strip, y: number): number {
  const { count } = graph.descriptors;
  if (count === 0 || y < strip.y || y >= strip.y + strip.height) return NONE;
  const part = (y - strip.y) / strip.height;
  if (strip.to === "descriptor") return Math.floor(part * count);
  return u32At(layout.slotsAbove, Math.floor(part * graph.tables.count));
}

/** The object on a strip at a height in pixels: the slot there, or the file table. */
export function objectAt(subject: Subject, layout: Layout, strip: Strip, y: number): ObjectRef | null {
  const { graph } = subject;
  const position = slotPlaceAt(subject, layout, strip, y);
  if (position === NONE) return null;
  if (strip.to === "table") {
    const place = Math.floor(((y - strip.y) / strip.height) * graph.tables.count);
    return { to: "table", row: u32At(layout.tables, place) };
  }
  return { to: "descriptor", row: slotAtPlace(graph, layout, position) };
}

/** The slot at a place among all slots in lane order. */
function slotAtPlace(graph: Graph, layout: Layout, position: number): SlotRow {
  // The last table that begins at or above the position.
  const place = upperBound(layout.slotsAbove, position) - 1;
  const table: GraphTableRow = u32At(layout.tables, place);
  return u32At(graph.tables.first, table) + position - u32At(layout.slotsAbove, place);
}
