// What is drawn at which size: which tasks, tables, slots and files, and what is folded into counts instead.
// Nothing here knows a coordinate; scene.ts places what is planned.

import { NONE } from "../../model/checkpoint.ts";
import type { ObjectRef } from "../../model/object-ref.ts";
import { type Graph, SAME, type Subject } from "../order/graph.ts";
import type { Layout } from "../order/layout.ts";

/** `words`: everything; `bars`: tables as counts, shared files as boxes; `map`: densities and a neighbourhood. */
export type Level = "words" | "bars" | "map";

/** What the user opened. */
export interface Expansion {
  /** Tables whose slots are drawn though the level would fold them. */
  readonly tables: ReadonlySet<number>;
  /** Tables that were folded by hand. */
  readonly folded: ReadonlySet<number>;
  /** Whether files that no descriptor holds are listed. */
  readonly unused: boolean;
  /** How many slots, holders or tasks of one object are drawn before “show 50 more”. */
  readonly limit: number;
}

/** How many more “show more” shows, and how many at most. */
export const MORE = 50;
export const MOST_SHOWN = 200;

export const NOTHING_OPENED: Expansion = { tables: new Set(), folded: new Set(), unused: false, limit: MORE };

/** A table, with what of it is drawn. */
export interface PlannedTable {
  readonly table: number;
  /** Whether it is drawn with all its slots (or as many as the limit allows). */
  readonly open: boolean;
  /** Descriptor rows drawn as slots, ascending. */
  readonly slots: readonly number[];
  /** Slots that an open table does not draw. */
  readonly moreSlots: number;
  readonly tasks: readonly number[];
  readonly moreTasks: number;
  /** Files that its undrawn slots lead to and that are drawn, with how many of the slots lead there. */
  readonly bundles: ReadonlyMap<number, number>;
  /** Undrawn slots whose files are not drawn, by kind; see FOLD_SHARED and FOLD_DANGLING. */
  readonly folds: ReadonlyMap<number, number>;
}

/** Keys of PlannedTable.folds beside file kinds: slots to shared files, and slots that lead nowhere. */
export const FOLD_SHARED = -2;
export const FOLD_DANGLING = -1;

export interface Plan {
  readonly level: Level;
  readonly tables: readonly PlannedTable[];
  /** Tasks without a file table that are drawn, and how many more there are. */
  readonly loose: readonly number[];
  readonly moreLoose: number;
  /** Held files drawn as boxes, in lane order. */
  readonly files: readonly number[];
  /** Files that no descriptor holds: those listed, and how many there are. */
  readonly unused: readonly number[];
  readonly unusedCount: number;
  /** Shared files drawn as boxes, and not. */
  readonly sharedDrawn: number;
  readonly sharedHidden: number;
  /** Holders of the picked file that are left for “show more”. */
  readonly moreHolders: number;
  /** Whether “show more” has shown all that one drawing can hold. */
  readonly full: boolean;
}

/** Up to this many descriptors everything is drawn, in words. */
const MOST_IN_WORDS = 150;
/** Beyond this many descriptors the lanes become density strips. */
export const MOST_IN_BARS = 20_000;
/** Boxes, slots, edges and strip bars that one scene may hold. */
export const MOST_MARKS = 3000;

/** Tasks of one table that are drawn before the rest is folded. */
const TASKS_PER_TABLE = 12;
/** Tasks of a neighbourhood, beyond the first of each table. */
const TASKS_AROUND = 150;
const MOST_LOOSE = 12;
const MOST_UNUSED = 8;
const UNUSED_OPENED = 200;

/** Which way a graph is drawn, by its counts. */
export function levelOf(subject: Subject): Level {
  const { tasks, tables, descriptors } = subject.graph;
  const skeleton = 2 * Math.min(tasks.count, tables.count * TASKS_PER_TABLE) + 5 * tables.count;
  if (descriptors.count <= MOST_IN_WORDS && skeleton <= 1100) return "words";
  return descriptors.count <= MOST_IN_BARS && skeleton <= 2600 ? "bars" : "map";
}

/** Plans the whole graph (levels `words` and `bars`). */
export function planWhole(subject: Subject, layout: Layout, selection: ObjectRef | null, expansion: Expansion): Plan {
  const { graph } = subject;
  const level = levelOf(subject) === "words" ? "words" : "bars";
  const unusedCount = graph.files.count - layout.held;
  const mostUnused = expansion.unused
    ? UNUSED_OPENED
    : level === "words" && unusedCount <= MOST_UNUSED
      ? MOST_UNUSED
      : 0;
  const unused = [...layout.files.subarray(layout.held, layout.held + mostUnused)];
  if (selection?.to === "file" && holders(graph, selection.row) === 0 && !unused.includes(selection.row)) {
    unused.push(selection.row);
  }
  const withTasks = [...layout.tables].map((table) => tasksOf(graph, table, selection));
  const loose = looseTasks(graph, layout, selection);

  let left = MOST_MARKS - unused.length - 4;
  for (const { tasks } of withTasks) left -= 2 * tasks.length + 2;
  // Each table keeps room for itself and two folds with their edges.
  left -= 5 * graph.tables.count + loose.drawn.length;

  const drawn = new Set<number>();
  const addFile = (file: number, cost: number): void => {
    if (file < 0 || drawn.has(file)) return;
    drawn.add(file);
    left -= cost;
  };
  if (selection?.to === "file" && holders(graph, selection.row) > 0) {
    addFile(selection.row, 1 + Math.min(holders(graph, selection.row), graph.tables.count));
  }

  // Slots: of open tables, and the ones that are picked or differ wherever they are.
  const slotsByTable = new Map<number, number[]>();
  for (const table of layout.tables) {
    const first = graph.tables.first[table] as number;
    const end = graph.tables.first[table + 1] as number;
    const open = isOpen(level, expansion, table);
    const slots: number[] = [];
    for (let slot = first; slot < end; slot++) {
      const picked = selection?.to === "descriptor" && selection.row === slot;
      const differs = subject.both !== null && subject.both.change.descriptor[slot] !== SAME;
      const wanted =
        picked || (open && (level === "words" || slots.length < expansion.limit)) || (differs && left > 800);
      if (!wanted || (!picked && left < 300)) continue;
      slots.push(slot);
      left -= 3;
      addFile(graph.descriptors.file[slot] as number, 1);
      addFile(graph.descriptors.wasFile?.[slot] ?? NONE, 2);
    }
    slotsByTable.set(table, slots);
  }

  // Shared files, most holders first, as long as there is room.
  for (const file of layout.ranked) {
    const cost = 1 + Math.min(holders(graph, file), graph.tables.count);
    if (!drawn.has(file) && left - cost > 200) addFile(file, cost);
  }

  const pending = withTasks.map(({ table, tasks, moreTasks }) => {
    const slots = slotsByTable.get(table) ?? [];
    const { bundles, folds } = undrawn(graph, table, slots, drawn);
    return { table, tasks, moreTasks, slots, bundles, folds, open: isOpen(level, expansion, table) };
  });
  // One or two private files of a table: their names say more than "+ 2".
  for (const { table, slots, folds } of pending) {
    let few = 0;
    for (const [kind, count] of folds) if (kind >= 0) few += count;
    if (few === 0 || few > 2 || left < 200) continue;
    const inSlots = new Set(slots);
    const end = graph.tables.first[table + 1] as number;
    for (let slot = graph.tables.first[table] as number; slot < end; slot++) {
      const file = graph.descriptors.file[slot] as number;
      if (!inSlots.has(slot) && file >= 0 && holders(graph, file) === 1) addFile(file, 2);
    }
  }
  const tables = pending.map((planned) => ({
    ...planned,
    ...undrawn(graph, planned.table, planned.slots, drawn),
    moreSlots: planned.open ? slotCount(graph, planned.table) - planned.slots.length : 0,
  }));
  const sharedDrawn = countShared(graph, drawn);
  return {
    level,
    tables,
    loose: loose.drawn,
    moreLoose: loose.more,
    files: inLaneOrder(layout, drawn),
    unused,
    unusedCount,
    sharedDrawn,
    sharedHidden: layout.shared - sharedDrawn,
    moreHolders: 0,
    full: expansion.limit >= MOST_SHOWN || left < 300,
  };
}

/** Plans what is around one object: itself, what it leads to, and who else leads there, `limit` at a time. */
export function planAround(subject: Subject, layout: Layout, picked: ObjectRef, expansion: Expansion): Plan {
  const { graph } = subject;
  const { tables, descriptors, files } = graph;
  const focus = focusOf(graph, picked);
  const slotsByTable = new Map<number, number[]>();
  const addSlot = (slot: number): void => {
    const table = descriptors.table[slot] as number;
    const slots = slotsByTable.get(table);
    if (slots === undefined) slotsByTable.set(table, [slot]);
    else if (!slots.includes(slot)) slots.push(slot);
  };
  let moreHolders = 0;
  if (focus.slot !== NONE) addSlot(focus.slot);
  for (const file of focus.files) {
    const first = files.firstHolder[file] as number;
    const count = holders(graph, file);
    const some = Math.min(count, expansion.limit);
    for (let at = 0; at < some; at++) addSlot(files.holder[first + at] as number);
    moreHolders += count - some;
  }
  // The picked object's own tables are open, and others that the user opened, as far as there is room.
  const open = new Set<number>();
  let room = 2 * expansion.limit;
  const wanted = new Set(focus.tables);
  for (const table of slotsByTable.keys()) if (expansion.tables.has(table)) wanted.add(table);
  for (const table of wanted) {
    const some = Math.min(slotCount(graph, table), expansion.limit);
    if (some > room || (expansion.tables.has(table) && focus.tables.includes(table))) continue;
    room -= some;
    open.add(table);
    const first = tables.first[table] as number;
    for (let slot = first; slot < first + some; slot++) addSlot(slot);
  }
  for (const table of focus.tables) if (!slotsByTable.has(table)) slotsByTable.set(table, []);
  const drawn = new Set<number>(focus.files);
  for (const slots of slotsByTable.values()) {
    slots.sort((a, b) => a - b);
    for (const slot of slots) {
      const file = descriptors.file[slot] as number;
      if (file >= 0) drawn.add(file);
    }
  }
  const order = [...slotsByTable.keys()].sort(
    (a, b) => (layout.tablePlace[a] as number) - (layout.tablePlace[b] as number),
  );
  let tasksLeft = TASKS_AROUND;
  const planned = order.map((table): PlannedTable => {
    const slots = slotsByTable.get(table) ?? [];
    const most = focus.tables.includes(table) ? TASKS_PER_TABLE : tasksLeft > 0 ? 4 : 1;
    const { drawn: tasks, more } = someTasks(graph, table, picked, most);
    tasksLeft -= tasks.length;
    const isFocus = open.has(table);
    return {
      table,
      open: isFocus,
      slots,
      moreSlots: isFocus ? slotCount(graph, table) - slots.length : 0,
      tasks,
      moreTasks: more,
      bundles: new Map(),
      folds: new Map(),
    };
  });
  const isUnused = picked.to === "file" && holders(graph, picked.row) === 0;
  const isLoose = picked.to === "task" && focus.tables.length === 0;
  if (isUnused) drawn.delete(picked.row);
  const sharedDrawn = countShared(graph, drawn);
  return {
    level: "map",
    tables: planned,
    loose: isLoose ? [picked.row] : [],
    moreLoose: 0,
    files: inLaneOrder(layout, drawn),
    unused: isUnused ? [picked.row] : [],
    unusedCount: graph.files.count - layout.held,
    sharedDrawn,
    sharedHidden: layout.shared - sharedDrawn,
    moreHolders,
    full: expansion.limit >= MOST_SHOWN,
  };
}

/** Tables that are drawn open, files whose holders are drawn, and a slot that is drawn in any case. */
function focusOf(graph: Graph, picked: ObjectRef): { tables: number[]; files: number[]; slot: number } {
  if (picked.to === "table") return { tables: [picked.row], files: [], slot: NONE };
  if (picked.to === "file") return { tables: [], files: [picked.row], slot: NONE };
  if (picked.to === "descriptor") {
    const file = graph.descriptors.file[picked.row] ?? NONE;
    const was = graph.descriptors.wasFile?.[picked.row] ?? NONE;
    return { tables: [], files: [file, was].filter((row) => row !== NONE), slot: picked.row };
  }
  return { tables: tablesOfTask(graph, picked.row), files: [], slot: NONE };
}

/** Tables of a task: one, in a union up to two. Looks through all tables: for a single task only. */
export function tablesOfTask(graph: Graph, task: number): number[] {
  const { count, firstTask, task: rows } = graph.tables;
  const found: number[] = [];
  let table = 0;
  for (let at = 0; at < rows.length && found.length < 2; at++) {
    if (rows[at] !== task) continue;
    while (table < count && (firstTask[table + 1] as number) <= at) table++;
    found.push(table);
  }
  return found;
}

const holders = (graph: Graph, file: number): number =>
  (graph.files.firstHolder[file + 1] ?? 0) - (graph.files.firstHolder[file] ?? 0);

const slotCount = (graph: Graph, table: number): number =>
  (graph.tables.first[table + 1] ?? 0) - (graph.tables.first[table] ?? 0);

const isOpen = (level: Level, expansion: Expansion, table: number): boolean =>
  level === "words" ? !expansion.folded.has(table) : expansion.tables.has(table);

function tasksOf(graph: Graph, table: number, selection: ObjectRef | null) {
  const { drawn, more } = someTasks(graph, table, selection, TASKS_PER_TABLE);
  return { table, tasks: drawn, moreTasks: more };
}

function someTasks(graph: Graph, table: number, selection: ObjectRef | null, most: number) {
  const first = graph.tables.firstTask[table] as number;
  const end = graph.tables.firstTask[table + 1] as number;
  const drawn = [...graph.tables.task.subarray(first, Math.min(end, first + most))];
  if (selection?.to === "task" && !drawn.includes(selection.row)) {
    if (graph.tables.task.subarray(first, end).includes(selection.row)) drawn.push(selection.row);
  }
  return { drawn, more: end - first - drawn.length };
}

function looseTasks(graph: Graph, layout: Layout, selection: ObjectRef | null): { drawn: number[]; more: number } {
  const inTables = new Uint8Array(graph.tasks.count);
  for (const task of graph.tables.task) inTables[task] = 1;
  const drawn: number[] = [];
  let count = 0;
  for (const task of layout.tasks) {
    if (inTables[task] === 1) continue;
    count++;
    if (drawn.length < MOST_LOOSE || (selection?.to === "task" && selection.row === task)) drawn.push(task);
  }
  return { drawn, more: count - drawn.length };
}

/** What the undrawn slots of a table lead to: drawn files, or folds. */
function undrawn(graph: Graph, table: number, slots: readonly number[], drawn: ReadonlySet<number>) {
  const bundles = new Map<number, number>();
  const folds = new Map<number, number>();
  const add = (counts: Map<number, number>, key: number): void => {
    counts.set(key, (counts.get(key) ?? 0) + 1);
  };
  let next = 0;
  const end = graph.tables.first[table + 1] as number;
  for (let slot = graph.tables.first[table] as number; slot < end; slot++) {
    if (slots[next] === slot) {
      next++;
      continue;
    }
    const file = graph.descriptors.file[slot] as number;
    if (file < 0) add(folds, FOLD_DANGLING);
    else if (drawn.has(file)) add(bundles, file);
    else add(folds, holders(graph, file) > 1 ? FOLD_SHARED : (graph.files.kind[file] as number));
  }
  return { bundles, folds };
}

function countShared(graph: Graph, drawn: ReadonlySet<number>): number {
  let count = 0;
  for (const file of drawn) if (holders(graph, file) > 1) count++;
  return count;
}

const inLaneOrder = (layout: Layout, drawn: ReadonlySet<number>): number[] =>
  [...drawn].sort((a, b) => (layout.filePlace[a] as number) - (layout.filePlace[b] as number));
