// The plan of a neighbourhood, for graphs too large to draw in full: the selected object, its files, and their other
// holders.

import { NONE } from "../../model/checkpoint.ts";
import type { ObjectRef } from "../../model/object-ref.ts";
import { i32At, u32At } from "../../model/read.ts";
import {
  changeOf,
  fileBefore,
  type Graph,
  type GraphFileRow,
  type GraphTableRow,
  HIDDEN,
  holdersOf,
  type SlotRow,
  type Subject,
  shownSlotsOf,
  slotsOf,
  tablesOfTask,
} from "../order/graph.ts";
import type { Layout } from "../order/layout.ts";
import { countShared, inLaneOrder, someTasks } from "./parts.ts";
import { type Expansion, MOST_SHOWN, type Plan, type PlannedTable, TASKS_PER_TABLE } from "./plan.ts";

/** Tasks of a neighbourhood, not counting the first one of each table. */
const MOST_TASKS = 150;

/** Tables drawn open, files drawn with their holders, and the selected slot (NONE if there is none). */
interface Focus {
  readonly tables: readonly GraphTableRow[];
  readonly files: readonly GraphFileRow[];
  readonly slot: SlotRow;
}

/** Slots drawn, by table. */
type SlotsByTable = Map<GraphTableRow, SlotRow[]>;

/** Plans the surroundings of the selected object, with up to `expansion.limit` holders of each file. */
export function planAround(subject: Subject, layout: Layout, selection: ObjectRef, expansion: Expansion): Plan {
  const { graph } = subject;
  const focus = focusOf(graph, selection);
  const slotsByTable: SlotsByTable = new Map();
  if (focus.slot !== NONE) addSlot(graph, slotsByTable, focus.slot);
  const moreHolders = addHolders(graph, slotsByTable, focus, expansion);
  const open = openTables(graph, slotsByTable, focus, expansion);
  for (const table of focus.tables) if (!slotsByTable.has(table)) slotsByTable.set(table, []);
  for (const [table, slots] of slotsByTable) {
    const shown = slots.filter((slot) => slot === focus.slot || changeOf(subject, "descriptor", slot) !== HIDDEN);
    slotsByTable.set(
      table,
      shown.sort((a, b) => a - b),
    );
  }

  const files = drawnFiles(graph, slotsByTable, focus);
  const isUnused = selection.to === "file" && holdersOf(graph, selection.row) === 0;
  if (isUnused) files.delete(selection.row);
  const isLoose = selection.to === "task" && focus.tables.length === 0;
  const sharedDrawn = countShared(graph, files);
  return {
    level: "map",
    tables: plannedTables(subject, layout, selection, focus, slotsByTable, open),
    quiet: [],
    loose: isLoose ? [selection.row] : [],
    moreLoose: 0,
    files: inLaneOrder(layout, files),
    unused: isUnused ? [selection.row] : [],
    unusedCount: graph.files.count - layout.held,
    sharedDrawn,
    sharedHidden: layout.shared - sharedDrawn,
    moreHolders,
    full: expansion.limit >= MOST_SHOWN,
    window: null,
  };
}

function focusOf(graph: Graph, selection: ObjectRef): Focus {
  const { to, row } = selection;
  if (to === "table") return { tables: [row], files: [], slot: NONE };
  if (to === "file") return { tables: [], files: [row], slot: NONE };
  if (to === "descriptor") {
    const files = [i32At(graph.descriptors.file, row), fileBefore(graph, row)];
    return { tables: [], files: files.filter((file) => file !== NONE), slot: row };
  }
  return { tables: tablesOfTask(graph, row), files: [], slot: NONE };
}

function addSlot(graph: Graph, slotsByTable: SlotsByTable, slot: SlotRow): void {
  const table = u32At(graph.descriptors.table, slot);
  const slots = slotsByTable.get(table);
  if (slots === undefined) slotsByTable.set(table, [slot]);
  else if (!slots.includes(slot)) slots.push(slot);
}

/** Adds holders of the files in focus; returns the number left out. */
function addHolders(graph: Graph, slotsByTable: SlotsByTable, focus: Focus, { limit }: Expansion): number {
  const { firstHolder, holder } = graph.files;
  let left = 0;
  for (const file of focus.files) {
    const first = u32At(firstHolder, file);
    const count = holdersOf(graph, file);
    const some = Math.min(count, limit);
    for (let at = 0; at < some; at++) addSlot(graph, slotsByTable, u32At(holder, first + at));
    left += count - some;
  }
  return left;
}

/** Opens tables while there is room: those in focus unless the user closed them, and others that the user opened. */
function openTables(
  graph: Graph,
  slotsByTable: SlotsByTable,
  focus: Focus,
  expansion: Expansion,
): ReadonlySet<GraphTableRow> {
  const open = new Set<GraphTableRow>();
  let room = 2 * expansion.limit;
  const wanted = new Set(focus.tables);
  for (const table of slotsByTable.keys()) if (expansion.tables.has(table)) wanted.add(table);
  for (const table of wanted) {
    const some = Math.min(slotsOf(graph, table), expansion.limit);
    // A table in focus is open by default, so that toggling closes it.
    const isClosed = expansion.tables.has(table) && focus.tables.includes(table);
    if (some > room || isClosed) continue;
    room -= some;
    open.add(table);
    const first = u32At(graph.tables.first, table);
    for (let slot = first; slot < first + some; slot++) addSlot(graph, slotsByTable, slot);
  }
  return open;
}

/** Files in focus, and those that drawn slots lead to. */
function drawnFiles(graph: Graph, slotsByTable: SlotsByTable, focus: Focus): Set<GraphFileRow> {
  const files = new Set<GraphFileRow>(focus.files);
  for (const slots of slotsByTable.values()) {
    for (const slot of slots) {
      const file = i32At(graph.descriptors.file, slot);
      if (file !== NONE) files.add(file);
    }
  }
  return files;
}

function plannedTables(
  subject: Subject,
  layout: Layout,
  selection: ObjectRef,
  focus: Focus,
  slotsByTable: SlotsByTable,
  open: ReadonlySet<GraphTableRow>,
): PlannedTable[] {
  const place = (table: GraphTableRow): number => u32At(layout.tablePlace, table);
  let tasksLeft = MOST_TASKS;
  return [...slotsByTable]
    .sort(([a], [b]) => place(a) - place(b))
    .map(([table, slots]) => {
      const most = focus.tables.includes(table) ? TASKS_PER_TABLE : tasksLeft > 0 ? 4 : 1;
      const { tasks, moreTasks } = someTasks(subject, table, selection, most);
      tasksLeft -= tasks.length;
      const isTableOpen = open.has(table);
      return {
        table,
        alike: [],
        slotFold: null,
        slotsAbove: 0,
        open: isTableOpen,
        slots,
        moreSlots: isTableOpen ? shownSlotsOf(subject, table) - slots.length : 0,
        tasks,
        moreTasks,
        bundles: new Map(),
        folds: new Map(),
      };
    });
}
