// The plan of a whole graph, for the levels `words` and `bars`. Spends a budget of marks first on selected and opened
// objects, then on those that differ between two images, then on shared files by number of holders.

import type { ObjectRef } from "../../model/object-ref.ts";
import { u32At } from "../../model/read.ts";
import {
  changeOf,
  type Graph,
  type GraphFileRow,
  type GraphTableRow,
  type GraphTaskRow,
  HIDDEN,
  holdersOf,
  SAME,
  type SlotRow,
  type Subject,
  shownSlotsOf,
} from "../order/graph.ts";
import type { Layout } from "../order/layout.ts";
import { relationsOf } from "../order/relations.ts";
import { type Alike, alikeTables, selectedTables } from "./alike.ts";
import { chooseSlots, isOpen, slotsToDraw } from "./choose-slots.ts";
import { isQuiet } from "./folded.ts";
import { addFile, type Budget, countShared, inLaneOrder, type PlanInput, someTasks, undrawn } from "./parts.ts";
import {
  type Expansion,
  levelOf,
  MOST_MARKS,
  MOST_SHOWN,
  type Plan,
  type PlannedTable,
  type QuietRun,
  TASKS_PER_TABLE,
} from "./plan.ts";

const MOST_LOOSE = 12;
/** At level `words`, up to this many files without holders are listed by default. */
const MOST_UNUSED = 8;
/** Most files without holders to list on request. */
const UNUSED_OPENED = 200;
/** Tables are not folded as unchanged if they hold a selected file that has at most this many holders. */
const FEW_HOLDERS = 12;

/** Plans the whole graph, at the level that its size or the user asks for. */
export function planWhole(
  subject: Subject,
  layout: Layout,
  selection: ObjectRef | null,
  expansion: Expansion,
  wanted: "words" | "bars" | null = null,
): Plan {
  const { graph } = subject;
  const isFolded = subject.both !== null && !expansion.whole;
  const kept = slotsToKeep(subject, selection);
  const { groups, quiet } = tablesToDraw(subject, layout, selection, expansion, kept);
  const level = wanted ?? levelOf(graph.tasks.count, groups.length, slotsToDraw(subject, groups, isFolded));
  const input: PlanInput = { subject, layout, selection, expansion, level, kept, isFolded };
  const unused = unusedFiles(input);
  const withTasks = groups.map((group) => ({ group, ...someTasks(subject, group.table, selection, TASKS_PER_TABLE) }));
  const loose = looseTasks(input);

  const budget: Budget = { left: MOST_MARKS - unused.length - 4 - 3 * quiet.length, files: new Set() };
  for (const { tasks } of withTasks) budget.left -= 2 * tasks.length + 2;
  // Each table keeps room for itself and a fold with its edges.
  budget.left -= 5 * groups.length + loose.tasks.length;
  if (selection?.to === "file" && holdersOf(graph, selection.row) > 0) {
    addFile(budget, selection.row, sharedCost(graph, selection.row));
  }
  const slotsByTable = chooseSlots(input, groups, budget);
  addSharedFiles(input, budget);

  const tables = withTasks.map(({ group: { table, others }, tasks, moreTasks }): PlannedTable => {
    const { slots, fold } = slotsByTable.get(table) ?? { slots: [], fold: null };
    const open = isOpen(input, table);
    const folded = fold === null || fold.open ? 0 : fold.slots.length;
    const moreSlots = open ? shownSlotsOf(subject, table) - slots.length - folded : 0;
    const rest = undrawn(subject, table, slots, budget.files);
    return { table, alike: others, tasks, moreTasks, slots, slotFold: fold, open, slotsAbove: 0, moreSlots, ...rest };
  });
  const sharedDrawn = countShared(graph, budget.files);
  return {
    level,
    tables,
    quiet,
    loose: loose.tasks,
    moreLoose: loose.more,
    files: inLaneOrder(layout, budget.files),
    unused,
    unusedCount: graph.files.count - layout.held,
    sharedDrawn,
    sharedHidden: layout.shared - sharedDrawn,
    moreHolders: 0,
    full: expansion.limit >= MOST_SHOWN || budget.left < 300,
    window: null,
  };
}

/** The selected slot, and slots that hold what the selection is linked to: what an arc leads to has to be drawn. */
function slotsToKeep(subject: Subject, selection: ObjectRef | null): Set<SlotRow> {
  const kept = new Set<SlotRow>();
  if (selection === null) return kept;
  if (selection.to === "descriptor") kept.add(selection.row);
  for (const { ref } of relationsOf(subject, selection)) {
    if (ref.to !== "file") continue;
    for (const slot of holders(subject.graph, ref.row).subarray(0, MOST_KEPT)) kept.add(slot);
  }
  return kept;
}

/** Holders of one related file that are drawn in any case. */
const MOST_KEPT = 2;

/** The tables to draw in lane order, those that are alike as one, and runs of those in which nothing has changed. */
function tablesToDraw(
  subject: Subject,
  layout: Layout,
  selection: ObjectRef | null,
  expansion: Expansion,
  kept: ReadonlySet<SlotRow>,
): { groups: Alike[]; quiet: QuietRun[] } {
  const { graph } = subject;
  const isFolded = subject.both !== null && !expansion.whole;
  const single = new Set([...expansion.unfolded, ...selectedTables(subject, selection)]);
  if (selection?.to === "file" && holdersOf(graph, selection.row) <= FEW_HOLDERS) {
    for (const slot of holders(graph, selection.row)) single.add(u32At(graph.descriptors.table, slot));
  }
  for (const slot of kept) single.add(u32At(graph.descriptors.table, slot));
  const shown = [...layout.tables].filter((table) => changeOf(subject, "table", table) !== HIDDEN);
  const isFoldedAway = shown.map((table) => isFolded && !single.has(table) && isQuiet(subject, table));
  const groups = alikeTables(
    subject,
    shown.filter((_, at) => !isFoldedAway[at]),
    single,
  );
  // A run is below the groups whose first tables are above it.
  const runs: { place: number; tables: GraphTableRow[]; tasks: number }[] = [];
  let place = 0;
  shown.forEach((table, at) => {
    if (groups[place]?.table === table) place++;
    if (!isFoldedAway[at]) return;
    const last = runs.at(-1);
    const tasks = u32At(graph.tables.firstTask, table + 1) - u32At(graph.tables.firstTask, table);
    if (last?.place !== place) runs.push({ place, tables: [table], tasks });
    else {
      last.tables.push(table);
      last.tasks += tasks;
    }
  });
  return { groups, quiet: runs };
}

const holders = ({ files }: Graph, file: GraphFileRow): Uint32Array =>
  files.holder.subarray(u32At(files.firstHolder, file), u32At(files.firstHolder, file + 1));

/** Marks of a shared file: its box, and at most one edge from each table. */
const sharedCost = (graph: Graph, file: GraphFileRow): number =>
  1 + Math.min(holdersOf(graph, file), graph.tables.count);

/** Files without holders to list, including the selected one; for two images, folded, only those that changed. */
function unusedFiles({ subject, layout, selection, expansion, level, isFolded }: PlanInput): GraphFileRow[] {
  const { graph } = subject;
  const count = graph.files.count - layout.held;
  const isListed = level === "words" && count <= MOST_UNUSED && !isFolded;
  const most = expansion.unused ? UNUSED_OPENED : isListed ? MOST_UNUSED : 0;
  const files = [...layout.files.subarray(layout.held, layout.held + most)];
  if (selection?.to === "file" && holdersOf(graph, selection.row) === 0 && !files.includes(selection.row)) {
    files.push(selection.row);
  }
  return files;
}

/** Tasks without a file table to draw, including the selected one, and the number left out. */
function looseTasks({ subject, layout, selection, isFolded }: PlanInput): { tasks: GraphTaskRow[]; more: number } {
  const { graph } = subject;
  const hasTable = new Uint8Array(graph.tasks.count);
  for (const task of graph.tables.task) hasTable[task] = 1;
  const tasks: GraphTaskRow[] = [];
  let count = 0;
  for (const task of layout.tasks) {
    const change = changeOf(subject, "task", task);
    if (hasTable[task] === 1 || change === HIDDEN) continue;
    count++;
    const isSelected = selection?.to === "task" && selection.row === task;
    if (isSelected || (tasks.length < MOST_LOOSE && !(isFolded && change === SAME))) tasks.push(task);
  }
  return { tasks, more: count - tasks.length };
}

/** Adds shared files, most holders first, while there is room; for two images, folded, only those that changed. */
function addSharedFiles({ subject, layout, isFolded }: PlanInput, budget: Budget): void {
  for (const file of layout.ranked) {
    const change = changeOf(subject, "file", file);
    if (change === HIDDEN || (isFolded && change === SAME) || holdersOf(subject.graph, file) === 0) continue;
    const cost = sharedCost(subject.graph, file);
    if (budget.left - cost > 200) addFile(budget, file, cost);
  }
}
