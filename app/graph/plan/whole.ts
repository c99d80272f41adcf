// The plan of a whole graph, for the levels `words` and `bars`. Spends a budget of marks first on selected and opened
// objects, then on those that differ between two images, then on shared files by number of holders.

import { NONE } from "../../model/checkpoint.ts";
import type { ObjectRef } from "../../model/object-ref.ts";
import { i32At, u8At, u32At } from "../../model/read.ts";
import {
  changeOf,
  fileBefore,
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
import { countShared, inLaneOrder, someTasks } from "./parts.ts";
import {
  type Expansion,
  FOLD_MISSING,
  FOLD_SHARED,
  type Level,
  levelOf,
  MOST_MARKS,
  MOST_SHOWN,
  type Plan,
  type PlannedTable,
  TASKS_PER_TABLE,
} from "./plan.ts";

const MOST_LOOSE = 12;
/** At level `words`, up to this many files without holders are listed by default. */
const MOST_UNUSED = 8;
/** Most files without holders to list on request. */
const UNUSED_OPENED = 200;

/** The inputs of a plan. */
interface Input {
  readonly subject: Subject;
  readonly layout: Layout;
  readonly selection: ObjectRef | null;
  readonly expansion: Expansion;
  readonly level: Level;
}

/** Marks that are left, and the files that are drawn as boxes so far. */
interface Budget {
  left: number;
  readonly files: Set<GraphFileRow>;
}

/** Plans the whole graph. */
export function planWhole(subject: Subject, layout: Layout, selection: ObjectRef | null, expansion: Expansion): Plan {
  const { graph } = subject;
  const level = levelOf(subject) === "words" ? "words" : "bars";
  const input: Input = { subject, layout, selection, expansion, level };
  const unused = unusedFiles(input);
  const withTasks = shownTables(input).map((table) => ({
    table,
    ...someTasks(subject, table, selection, TASKS_PER_TABLE),
  }));
  const loose = looseTasks(input);

  const budget: Budget = { left: MOST_MARKS - unused.length - 4, files: new Set() };
  for (const { tasks } of withTasks) budget.left -= 2 * tasks.length + 2;
  // Each table keeps room for itself and two folds with their edges.
  budget.left -= 5 * graph.tables.count + loose.tasks.length;
  if (selection?.to === "file" && holdersOf(graph, selection.row) > 0) {
    addFile(budget, selection.row, sharedCost(graph, selection.row));
  }
  const slotsByTable = chooseSlots(input, budget);
  addSharedFiles(input, budget);
  addFewPrivateFiles(subject, slotsByTable, budget);

  const tables = withTasks.map(({ table, tasks, moreTasks }): PlannedTable => {
    const slots = slotsByTable.get(table) ?? [];
    const open = isOpen(input, table);
    const moreSlots = open ? shownSlotsOf(subject, table) - slots.length : 0;
    return { table, tasks, moreTasks, slots, open, moreSlots, ...undrawn(subject, table, slots, budget.files) };
  });
  const sharedDrawn = countShared(graph, budget.files);
  return {
    level,
    tables,
    loose: loose.tasks,
    moreLoose: loose.more,
    files: inLaneOrder(layout, budget.files),
    unused,
    unusedCount: graph.files.count - layout.held,
    sharedDrawn,
    sharedHidden: layout.shared - sharedDrawn,
    moreHolders: 0,
    full: expansion.limit >= MOST_SHOWN || budget.left < 300,
  };
}

/** Tables in lane order, without those that are hidden. */
const shownTables = ({ subject, layout }: Input): GraphTableRow[] =>
  [...layout.tables].filter((table) => changeOf(subject, "table", table) !== HIDDEN);

const isOpen = ({ level, expansion }: Input, table: GraphTableRow): boolean =>
  level === "words" ? !expansion.folded.has(table) : expansion.tables.has(table);

function addFile(budget: Budget, file: GraphFileRow, cost: number): void {
  if (file === NONE || budget.files.has(file)) return;
  budget.files.add(file);
  budget.left -= cost;
}

/** Marks of a shared file: its box, and at most one edge from each table. */
const sharedCost = (graph: Graph, file: GraphFileRow): number =>
  1 + Math.min(holdersOf(graph, file), graph.tables.count);

/** Files without holders to list, including the selected one. */
function unusedFiles({ subject, layout, selection, expansion, level }: Input): GraphFileRow[] {
  const { graph } = subject;
  const count = graph.files.count - layout.held;
  const most = expansion.unused ? UNUSED_OPENED : level === "words" && count <= MOST_UNUSED ? MOST_UNUSED : 0;
  const files = [...layout.files.subarray(layout.held, layout.held + most)];
  if (selection?.to === "file" && holdersOf(graph, selection.row) === 0 && !files.includes(selection.row)) {
    files.push(selection.row);
  }
  return files;
}

/** Tasks without a file table to draw, including the selected one, and the number left out. */
function looseTasks({ subject, layout, selection }: Input): { tasks: GraphTaskRow[]; more: number } {
  const { graph } = subject;
  const hasTable = new Uint8Array(graph.tasks.count);
  for (const task of graph.tables.task) hasTable[task] = 1;
  const tasks: GraphTaskRow[] = [];
  let count = 0;
  for (const task of layout.tasks) {
    if (hasTable[task] === 1 || changeOf(subject, "task", task) === HIDDEN) continue;
    count++;
    if (tasks.length < MOST_LOOSE || (selection?.to === "task" && selection.row === task)) tasks.push(task);
  }
  return { tasks, more: count - tasks.length };
}

/** Slots of open tables, and in any table the selected slot and those that differ; adds their files. */
function chooseSlots(input: Input, budget: Budget): Map<GraphTableRow, SlotRow[]> {
  const { subject, selection, expansion, level } = input;
  const { graph } = subject;
  const slotsByTable = new Map<GraphTableRow, SlotRow[]>();
  for (const table of shownTables(input)) {
    const open = isOpen(input, table);
    const slots: SlotRow[] = [];
    const end = u32At(graph.tables.first, table + 1);
    for (let slot = u32At(graph.tables.first, table); slot < end; slot++) {
      const selected = selection?.to === "descriptor" && selection.row === slot;
      const change = changeOf(subject, "descriptor", slot);
      if (change === HIDDEN && !selected) continue;
      const differs = change !== SAME;
      const wanted =
        selected || (open && (level === "words" || slots.length < expansion.limit)) || (differs && budget.left > 800);
      if (!wanted || (!selected && budget.left < 300)) continue;
      slots.push(slot);
      budget.left -= 3;
      addFile(budget, i32At(graph.descriptors.file, slot), 1);
      addFile(budget, fileBefore(graph, slot), 2);
    }
    slotsByTable.set(table, slots);
  }
  return slotsByTable;
}

/** Adds shared files, most holders first, while there is room. */
function addSharedFiles({ subject, layout }: Input, budget: Budget): void {
  for (const file of layout.ranked) {
    if (changeOf(subject, "file", file) === HIDDEN) continue;
    const cost = sharedCost(subject.graph, file);
    if (budget.left - cost > 200) addFile(budget, file, cost);
  }
}

/** Adds the private files of tables that would fold only one or two, as names are more useful than “+ 2”. */
function addFewPrivateFiles(
  subject: Subject,
  slotsByTable: ReadonlyMap<GraphTableRow, SlotRow[]>,
  budget: Budget,
): void {
  const { graph } = subject;
  for (const [table, slots] of slotsByTable) {
    let few = 0;
    for (const [kind, count] of undrawn(subject, table, slots, budget.files).folds) if (kind >= 0) few += count;
    if (few === 0 || few > 2 || budget.left < 200) continue;
    const drawn = new Set(slots);
    const end = u32At(graph.tables.first, table + 1);
    for (let slot = u32At(graph.tables.first, table); slot < end; slot++) {
      const file = i32At(graph.descriptors.file, slot);
      if (changeOf(subject, "descriptor", slot) === HIDDEN) continue;
      if (!drawn.has(slot) && file !== NONE && holdersOf(graph, file) === 1) addFile(budget, file, 2);
    }
  }
}

/** The targets of a table's undrawn slots: drawn files, or folds. `slots` are the drawn ones, ascending. */
function undrawn(
  subject: Subject,
  table: GraphTableRow,
  slots: readonly SlotRow[],
  files: ReadonlySet<GraphFileRow>,
): Pick<PlannedTable, "bundles" | "folds"> {
  const { graph } = subject;
  const bundles = new Map<GraphFileRow, number>();
  const folds = new Map<number, number>();
  const add = (counts: Map<number, number>, key: number): void => {
    counts.set(key, (counts.get(key) ?? 0) + 1);
  };
  let next = 0;
  const end = u32At(graph.tables.first, table + 1);
  for (let slot = u32At(graph.tables.first, table); slot < end; slot++) {
    if (slots[next] === slot) {
      next++;
      continue;
    }
    if (changeOf(subject, "descriptor", slot) === HIDDEN) continue;
    const file = i32At(graph.descriptors.file, slot);
    if (file === NONE) add(folds, FOLD_MISSING);
    else if (files.has(file)) add(bundles, file);
    else add(folds, holdersOf(graph, file) > 1 ? FOLD_SHARED : u8At(graph.files.kind, file));
  }
  return { bundles, folds };
}
