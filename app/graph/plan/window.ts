// The plan of a part of a graph that the user zoomed into: some tables as bars, or the slots at one place.

import { NONE } from "../../model/checkpoint.ts";
import type { ObjectRef } from "../../model/object-ref.ts";
import { i32At, u32At } from "../../model/read.ts";
import { upperBound } from "../../model/search.ts";
import {
  changeOf,
  fileBefore,
  type Graph,
  type GraphFileRow,
  type GraphTableRow,
  HIDDEN,
  type SlotRow,
  type Subject,
  slotsOf,
  tablesOfTask,
} from "../order/graph.ts";
import type { Layout } from "../order/layout.ts";
import { addFile, type Budget, countShared, inLaneOrder, someTasks, undrawn } from "./parts.ts";
import { type Expansion, type Focus, MOST_MARKS, MOST_SHOWN, type Plan, type PlannedTable } from "./plan.ts";

/** Most tables of a window at level `bars`, and how many of them are above the place in focus. */
const MOST_TABLES = 150;
const TABLES_ABOVE = 10;
/** Most slots of all tables of a window at level `bars`, as each of them is read. */
const MOST_SLOTS_OF_BARS = 60_000;
/** Most slots and tables of a window at level `words`: with their files, fewer than the hidden tree shows at a time. */
const MOST_SLOTS = 80;
const MOST_OPEN = 12;
const TASKS = 4;

/** A table of a window, and the slots of it that are in the window: rows from `first` to before `end`. */
interface Part {
  readonly table: GraphTableRow;
  readonly first: SlotRow;
  readonly end: SlotRow;
}

/** Plans the part of a graph around a place. */
export function planWindow(
  subject: Subject,
  layout: Layout,
  selection: ObjectRef | null,
  expansion: Expansion,
  focus: Focus & { readonly level: "words" | "bars" },
): Plan {
  const { graph } = subject;
  const parts = focus.level === "words" ? openParts(graph, layout, focus.at) : barParts(graph, layout, focus.at);
  const budget: Budget = { left: MOST_MARKS - 7 * parts.length, files: new Set() };
  const withSlots = parts.map((part) => ({ part, slots: slotsOfPart(subject, part, focus.level, expansion, budget) }));
  const tables = withSlots.map(({ part, slots }): PlannedTable => {
    const { table, first, end } = part;
    const { tasks, moreTasks } = someTasks(subject, table, selection, TASKS);
    const open = focus.level === "words" || expansion.tables.has(table);
    const own = u32At(graph.tables.first, table);
    const isHuge = slotsOf(graph, table) > MOST_SLOTS_OF_BARS;
    const rest =
      focus.level === "words" || isHuge ? NOTHING_LEFT : undrawn(subject, table, slots, sharedIn(layout, budget));
    const below = own + slotsOf(graph, table) - end;
    const more = focus.level === "words" ? below : open ? end - first - slots.length : 0;
    return {
      table,
      alike: [],
      slotFold: null,
      open,
      slots,
      slotsAbove: first - own,
      moreSlots: more,
      tasks,
      moreTasks,
      ...rest,
    };
  });
  const sharedDrawn = countShared(graph, budget.files);
  return {
    level: focus.level,
    tables,
    quiet: [],
    loose: [],
    moreLoose: 0,
    files: inLaneOrder(layout, budget.files),
    unused: [],
    unusedCount: 0,
    sharedDrawn,
    sharedHidden: layout.shared - sharedDrawn,
    moreHolders: 0,
    full: expansion.limit >= MOST_SHOWN,
    window: edgesOf(graph, layout, parts, focus),
  };
}

const NOTHING_LEFT = { bundles: new Map<GraphFileRow, number>(), folds: new Map<number, number>() };

/** The place of a table among the tables, by a place among the slots. */
const tablePlaceAt = (layout: Layout, at: number): number =>
  Math.max(0, Math.min(layout.tables.length - 1, upperBound(layout.slotsAbove, at) - 1));

const wholeTable = (graph: Graph, table: GraphTableRow): Part => {
  const first = u32At(graph.tables.first, table);
  return { table, first, end: first + slotsOf(graph, table) };
};

/** Tables around a place, as many as there is room for. */
function barParts(graph: Graph, layout: Layout, at: number): Part[] {
  const parts: Part[] = [];
  let slots = 0;
  const start = Math.max(0, tablePlaceAt(layout, at) - TABLES_ABOVE);
  for (let place = start; place < layout.tables.length && parts.length < MOST_TABLES; place++) {
    const part = wholeTable(graph, u32At(layout.tables, place));
    slots += part.end - part.first;
    if (parts.length > 0 && slots > MOST_SLOTS_OF_BARS) break;
    parts.push(part);
  }
  return parts;
}

/** Slots from a place on; for a small table, from its beginning. */
function openParts(graph: Graph, layout: Layout, at: number): Part[] {
  const parts: Part[] = [];
  let left = MOST_SLOTS;
  const start = tablePlaceAt(layout, at);
  for (let place = start; place < layout.tables.length && parts.length < MOST_OPEN && left > 0; place++) {
    const whole = wholeTable(graph, u32At(layout.tables, place));
    const size = whole.end - whole.first;
    const skipped = place === start && size > MOST_SLOTS ? Math.max(0, at - u32At(layout.slotsAbove, place)) : 0;
    const first = whole.first + Math.min(skipped, Math.max(0, size - MOST_SLOTS));
    if (parts.length > 0 && size > left) break;
    const end = Math.min(whole.end, first + left);
    left -= end - first;
    parts.push({ table: whole.table, first, end });
  }
  return parts;
}

/** The slots that are drawn; adds their files. */
function slotsOfPart(
  subject: Subject,
  { table, first, end }: Part,
  level: "words" | "bars",
  expansion: Expansion,
  budget: Budget,
): SlotRow[] {
  const slots: SlotRow[] = [];
  if (level === "bars" && !expansion.tables.has(table)) return slots;
  const most = level === "words" ? MOST_SLOTS : expansion.limit;
  for (let slot = first; slot < end && slots.length < most && budget.left > 300; slot++) {
    if (changeOf(subject, "descriptor", slot) === HIDDEN) continue;
    slots.push(slot);
    budget.left -= 4;
    addFile(budget, i32At(subject.graph.descriptors.file, slot), 1);
    addFile(budget, fileBefore(subject.graph, slot), 2);
  }
  return slots;
}

/** Most shared files beside a window of bars. */
const MOST_SHARED = 12;

/** The drawn files, with the most shared ones. */
function sharedIn(layout: Layout, budget: Budget): ReadonlySet<GraphFileRow> {
  for (const file of layout.ranked.subarray(0, MOST_SHARED)) addFile(budget, file, 1);
  return budget.files;
}

/** What is above and below a window, and the places to go to. */
function edgesOf(graph: Graph, layout: Layout, parts: readonly Part[], { level }: Focus): Plan["window"] {
  const [first] = parts;
  const last = parts.at(-1);
  if (first === undefined || last === undefined) return null;
  const placeOf = ({ table }: Part): number => u32At(layout.tablePlace, table);
  const slotPlace = (part: Part, slot: SlotRow): number =>
    u32At(layout.slotsAbove, placeOf(part)) + slot - u32At(graph.tables.first, part.table);
  const start = slotPlace(first, first.first);
  const end = slotPlace(last, last.end);
  const back = level === "words" ? MOST_SLOTS : 0;
  const above = placeOf(first);
  return {
    tablesAbove: above,
    tablesBelow: layout.tables.length - 1 - placeOf(last),
    up:
      level === "words"
        ? Math.max(0, start - back)
        : u32At(layout.slotsAbove, Math.max(0, above - MOST_TABLES + TABLES_ABOVE)),
    down:
      level === "words"
        ? end
        : u32At(layout.slotsAbove, Math.min(layout.tables.length - 1, placeOf(last) + TABLES_ABOVE)),
  };
}

/** The place of an object among the slots in lane order; NONE for one that no table leads to. */
export function placeAmongSlots({ graph }: Subject, layout: Layout, { to, row }: ObjectRef): number {
  const ofTable = (table: GraphTableRow): number => u32At(layout.slotsAbove, u32At(layout.tablePlace, table));
  if (to === "table") return ofTable(row);
  if (to === "task") {
    const [table] = tablesOfTask(graph, row);
    return table === undefined ? NONE : ofTable(table);
  }
  const { firstHolder, holder } = graph.files;
  const slot = to === "descriptor" ? row : holder[u32At(firstHolder, row)];
  if (slot === undefined || (to === "file" && u32At(firstHolder, row) === u32At(firstHolder, row + 1))) return NONE;
  const table = u32At(graph.descriptors.table, slot);
  return ofTable(table) + slot - u32At(graph.tables.first, table);
}
