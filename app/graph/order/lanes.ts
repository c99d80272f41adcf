// The order of tasks, file tables and open files in their lanes, chosen so that few edges cross.
//
// Tables that share a file, directly or through other tables, form a group. Groups keep the order of the image; within
// a group, sweeps of the barycentre heuristic move shared files to the mean of their slots and tables to the mean of
// their shared files. A private file is placed beside its slot, a task beside its table. Every step is linear in the
// edges.
//
// This runs on millions of edges: casts `as number` read typed arrays within bounds checked by the loop.

import { NONE } from "../../model/checkpoint.ts";
import { fileBefore, type Graph, type GraphFileRow, type GraphTableRow, holdersOf } from "./graph.ts";
import { orderByKey, places, rowNumbers } from "./sort.ts";

/** The order of each lane: rows from top to bottom, and the inverse, the place of each row. */
export interface Lanes {
  readonly tasks: Uint32Array;
  readonly taskPlace: Uint32Array;
  readonly tables: Uint32Array;
  readonly tablePlace: Uint32Array;
  /** Files with holders first, in lane order, then those without, in image order. */
  readonly files: Uint32Array;
  readonly filePlace: Uint32Array;
  /** Number of `files` that have holders. */
  readonly held: number;
  /** By place of a table: slots of all tables above it; tables.count + 1 entries. Heights of all lanes are in slots. */
  readonly slotsAbove: Uint32Array;
  /** By file row: mean height of the file's slots, in slots; 0 for a file without holders. */
  readonly filePosition: Float64Array;
}

const MOST_SWEEPS = 8;
/** Above this many descriptors, only FEW_SWEEPS are made, without counting crossings. */
const LARGE = 200_000;
const FEW_SWEEPS = 3;
/** Stop after this many sweeps in a row without fewer crossings. */
const PATIENCE = 2;
const KEY_MAX = 0xffff_ffff;

/** Orders the lanes of a graph. The same graph always gives the same order. */
export function lanes(graph: Graph): Lanes {
  const { tables, descriptors, files } = graph;
  const group = groupOfTables(graph);
  const shared = sharedFiles(graph);

  let order = orderByKey(rowNumbers(tables.count), group);
  const large = descriptors.count > LARGE;
  const sweeps = shared.length === 0 ? 0 : large ? FEW_SWEEPS : MOST_SWEEPS;
  let best = order;
  let worse = 0;
  let fewest = sweeps > 0 && !large ? crossings(graph, order) : 0;
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const next = swept(graph, order, group, shared);
    if (equal(next, order)) break;
    order = next;
    if (large) {
      best = order;
      continue;
    }
    const count = crossings(graph, order);
    if (count < fewest) {
      fewest = count;
      best = order;
      worse = 0;
    } else if (++worse === PATIENCE) break;
  }

  const tablePlace = places(best, tables.count);
  const slotsAbove = slotsAboveOf(graph, best);
  const filePosition = positions(graph, tablePlace, slotsAbove, null);
  const fileOrder = orderFiles(graph, filePosition);
  const taskOrder = orderTasks(graph, best);
  return {
    tasks: taskOrder,
    taskPlace: places(taskOrder, graph.tasks.count),
    tables: best,
    tablePlace,
    files: fileOrder.order,
    filePlace: places(fileOrder.order, files.count),
    held: fileOrder.held,
    slotsAbove,
    filePosition,
  };
}

/** Number of crossing pairs of slot-to-file edges with tables in this order and files at the mean of their slots. */
export function crossings(graph: Graph, order: Uint32Array): number {
  const { tables, descriptors } = graph;
  const slotsAbove = slotsAboveOf(graph, order);
  const position = positions(graph, places(order, tables.count), slotsAbove, null);
  const { order: fileOrder, held } = orderFiles(graph, position);
  const place = places(fileOrder, graph.files.count);
  // Crossings are inversions in the sequence of file places along the slots; a Fenwick tree counts them.
  const tree = new Uint32Array(held + 1);
  let seen = 0;
  let count = 0;
  const visit = (file: GraphFileRow): void => {
    const at = (place[file] as number) + 1;
    let notAbove = 0;
    for (let i = at; i > 0; i -= i & -i) notAbove += tree[i] as number;
    count += seen - notAbove;
    for (let i = at; i <= held; i += i & -i) tree[i] = (tree[i] as number) + 1;
    seen++;
  };
  for (const table of order) {
    const end = tables.first[table + 1] as number;
    for (let slot = tables.first[table] as number; slot < end; slot++) {
      const earlier = fileBefore(graph, slot);
      const file = descriptors.file[slot] as number;
      if (earlier !== NONE) visit(earlier);
      if (file !== NONE) visit(file);
    }
  }
  return count;
}

const equal = (a: Uint32Array, b: Uint32Array): boolean => a.every((row, at) => row === b[at]);

/** Files with two holders or more, by row. */
function sharedFiles(graph: Graph): Uint32Array {
  const { count } = graph.files;
  let found = 0;
  for (let file = 0; file < count; file++) if (holdersOf(graph, file) > 1) found++;
  const rows = new Uint32Array(found);
  let at = 0;
  for (let file = 0; file < count; file++) if (holdersOf(graph, file) > 1) rows[at++] = file;
  return rows;
}

/** By table: the first table of its group (union-find over shared files and, in a union, shared tasks). */
function groupOfTables(graph: Graph): Uint32Array {
  const { tables, descriptors, files } = graph;
  const parent = rowNumbers(tables.count);
  const root = (table: GraphTableRow): GraphTableRow => {
    let at = table;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at] as number] as number;
      at = parent[at] as number;
    }
    return at;
  };
  const join = (a: GraphTableRow, b: GraphTableRow): void => {
    const one = root(a);
    const other = root(b);
    parent[Math.max(one, other)] = Math.min(one, other);
  };
  for (let file = 0; file < files.count; file++) {
    const first = files.firstHolder[file] as number;
    const end = files.firstHolder[file + 1] as number;
    if (end - first < 2) continue;
    const table = descriptors.table[files.holder[first] as number] as number;
    for (let at = first + 1; at < end; at++) join(table, descriptors.table[files.holder[at] as number] as number);
  }
  // In a union, a task may use one table before and another after.
  const firstTable = new Int32Array(graph.tasks.count).fill(NONE);
  for (let table = 0; table < tables.count; table++) {
    const end = tables.firstTask[table + 1] as number;
    for (let at = tables.firstTask[table] as number; at < end; at++) {
      const task = tables.task[at] as number;
      if (firstTable[task] === NONE) firstTable[task] = table;
      else join(table, firstTable[task] as number);
    }
  }
  for (let table = 0; table < tables.count; table++) parent[table] = root(table);
  return parent;
}

/** Lanes.slotsAbove of an order of tables. */
function slotsAboveOf(graph: Graph, order: Uint32Array): Uint32Array {
  const { first } = graph.tables;
  const above = new Uint32Array(order.length + 1);
  for (let at = 0; at < order.length; at++) {
    const table = order[at] as number;
    above[at + 1] = (above[at] as number) + (first[table + 1] as number) - (first[table] as number);
  }
  return above;
}

/** Lanes.filePosition of all files, or only of those in `rows`. */
function positions(graph: Graph, tablePlace: Uint32Array, slotsAbove: Uint32Array, rows: Uint32Array | null) {
  const { tables, descriptors, files } = graph;
  const position = new Float64Array(files.count);
  const count = rows === null ? files.count : rows.length;
  for (let i = 0; i < count; i++) {
    const file = rows === null ? i : (rows[i] as number);
    const first = files.firstHolder[file] as number;
    const end = files.firstHolder[file + 1] as number;
    let sum = 0;
    for (let at = first; at < end; at++) {
      const slot = files.holder[at] as number;
      const table = descriptors.table[slot] as number;
      sum += (slotsAbove[tablePlace[table] as number] as number) + slot - (tables.first[table] as number);
    }
    position[file] = end > first ? sum / (end - first) : 0;
  }
  return position;
}

/** One sweep: shared files to the mean of their slots, then tables to the mean of their shared files. */
function swept(graph: Graph, order: Uint32Array, group: Uint32Array, shared: Uint32Array): Uint32Array {
  const { tables, descriptors, files } = graph;
  const tablePlace = places(order, tables.count);
  const slotsAbove = slotsAboveOf(graph, order);
  const position = positions(graph, tablePlace, slotsAbove, shared);
  const scale = KEY_MAX / Math.max(1, descriptors.count);
  const keys = new Uint32Array(Math.max(files.count, tables.count));
  for (const file of shared) keys[file] = (position[file] as number) * scale;
  const ranked = orderByKey(shared, keys);
  // Ranks instead of means: means contract from sweep to sweep.
  const step = descriptors.count / ranked.length;
  const sum = new Float64Array(tables.count);
  const ties = new Uint32Array(tables.count);
  for (let rank = 0; rank < ranked.length; rank++) {
    const file = ranked[rank] as number;
    const end = files.firstHolder[file + 1] as number;
    for (let at = files.firstHolder[file] as number; at < end; at++) {
      const table = descriptors.table[files.holder[at] as number] as number;
      sum[table] = (sum[table] as number) + (rank + 0.5) * step;
      ties[table] = (ties[table] as number) + 1;
    }
  }
  for (let table = 0; table < tables.count; table++) {
    const place = tablePlace[table] as number;
    const own = ((slotsAbove[place] as number) + (slotsAbove[place + 1] as number)) / 2;
    const count = ties[table] as number;
    keys[table] = (count > 0 ? (sum[table] as number) / count : own) * scale;
  }
  return orderByKey(orderByKey(order, keys), group);
}

/** Files by position; those without holders last, in image order. */
function orderFiles(graph: Graph, position: Float64Array): { order: Uint32Array; held: number } {
  const { files, descriptors } = graph;
  const scale = (KEY_MAX - 1) / Math.max(1, descriptors.count);
  const keys = new Uint32Array(files.count);
  let held = 0;
  for (let file = 0; file < files.count; file++) {
    const isHeld = files.firstHolder[file + 1] !== files.firstHolder[file];
    if (isHeld) held++;
    keys[file] = isHeld ? (position[file] as number) * scale : KEY_MAX;
  }
  return { order: orderByKey(rowNumbers(files.count), keys), held };
}

/** Tasks in the order of their tables; those without a table last. */
function orderTasks(graph: Graph, tableOrder: Uint32Array): Uint32Array {
  const { tables, tasks } = graph;
  const keys = new Uint32Array(tasks.count).fill(KEY_MAX);
  for (let place = 0; place < tableOrder.length; place++) {
    const table = tableOrder[place] as number;
    const end = tables.firstTask[table + 1] as number;
    for (let at = tables.firstTask[table] as number; at < end; at++) {
      const task = tables.task[at] as number;
      if (keys[task] === KEY_MAX) keys[task] = place;
    }
  }
  return orderByKey(rowNumbers(tasks.count), keys);
}
