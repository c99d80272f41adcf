// The order of tasks, file tables and open files in their lanes: that of the process tree. A table stands where its
// first task does; shared open files come first, most holders first, then private ones in the order of their slots.
// Every step is linear in the edges.
//
// This runs on millions of edges: casts `as number` read typed arrays within bounds checked by the loop.

import { allRows } from "../../model/all-rows.ts";
import { NONE } from "../../model/checkpoint.ts";
import { i32At } from "../../model/read.ts";
import { taskTree } from "../../model/task-tree.ts";
import { type Graph, type GraphTaskRow, rowAfter, rowBefore, type Subject } from "./graph.ts";
import { orderByKey, places } from "./sort.ts";

/** The order of each lane: rows from top to bottom, and the inverse, the place of each row. */
export interface Lanes {
  readonly tasks: Uint32Array;
  readonly taskPlace: Uint32Array;
  /** By task row: its depth in the process tree, 0 for a root; at most 255. */
  readonly taskDepth: Uint8Array;
  /** By task row: its parent, or for a thread the leader of its group; NONE for a root. */
  readonly taskParent: Int32Array;
  readonly tables: Uint32Array;
  readonly tablePlace: Uint32Array;
  /**
   * Files with several holders, most holders first; then those with one, in the order of their slots; then the others.
   */
  readonly files: Uint32Array;
  readonly filePlace: Uint32Array;
  /** Number of `files` that have holders. */
  readonly held: number;
  /** By place of a table: slots of all tables above it; tables.count + 1 entries. */
  readonly slotsAbove: Uint32Array;
  /** By file row: how many slots are above the file's topmost slot; 0 for a file without holders. */
  readonly filePosition: Uint32Array;
}

const KEY_MAX = 0xffff_ffff;

/** Orders the lanes of a graph. The same graph always gives the same order. */
export function lanes(subject: Subject): Lanes {
  const { graph } = subject;
  const { tasks, ...tree } = orderTasks(subject);
  const taskPlace = places(tasks, graph.tasks.count);
  const tables = orderTables(graph, taskPlace);
  const tablePlace = places(tables, graph.tables.count);
  const slotsAbove = slotsAboveOf(graph, tables);
  const { bySlot, held, filePosition } = filesBySlot(graph, tables);
  const files = orderFiles(graph, bySlot);
  return {
    tasks,
    taskPlace,
    ...tree,
    tables,
    tablePlace,
    files,
    filePlace: places(files, graph.files.count),
    held,
    slotsAbove,
    filePosition,
  };
}

/** Tasks in the order of the process tree; for two images, by the later parent of each task. */
function orderTasks(subject: Subject): Pick<Lanes, "tasks" | "taskDepth" | "taskParent"> {
  const { count } = subject.graph.tasks;
  const tree = taskTree(subject.both === null ? subject.after.tasks : tasksOfBoth(subject));
  const taskDepth = new Uint8Array(count);
  const taskParent = new Int32Array(count).fill(NONE);
  const ancestors: GraphTaskRow[] = [];
  tree.task.forEach((task, at) => {
    const depth = tree.depth[at] as number;
    taskDepth[task] = Math.min(255, depth);
    ancestors.length = depth;
    taskParent[task] = ancestors[depth - 1] ?? NONE;
    ancestors.push(task);
  });
  return { tasks: tree.task, taskDepth, taskParent };
}

/** The tasks of both images with their pids, as far as the process tree needs them. */
function tasksOfBoth(subject: Subject) {
  const { after, both, graph } = subject;
  const { count } = graph.tasks;
  const column = (key: "pid" | "ppid" | "tgid"): Int32Array =>
    Int32Array.from({ length: count }, (_, task) => {
      const row = rowAfter(subject, "task", task);
      if (row !== NONE) return i32At(after.tasks[key], row);
      return both === null ? NONE : i32At(both.before.tasks[key], rowBefore(subject, "task", task));
    });
  return { count, pid: column("pid"), ppid: column("ppid"), tgid: column("tgid") };
}

/** Tables in the order of their first tasks; those without a task last. */
function orderTables({ tables }: Graph, taskPlace: Uint32Array): Uint32Array {
  const keys = new Uint32Array(tables.count).fill(KEY_MAX);
  for (let table = 0; table < tables.count; table++) {
    const end = tables.firstTask[table + 1] as number;
    for (let at = tables.firstTask[table] as number; at < end; at++) {
      keys[table] = Math.min(keys[table] as number, taskPlace[tables.task[at] as number] as number);
    }
  }
  return orderByKey(allRows(tables.count), keys);
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

/** Files in the order of their topmost slots, those without holders last; and Lanes.filePosition. */
function filesBySlot({ tables, descriptors, files }: Graph, order: Uint32Array) {
  const { file: after, fileBefore: before } = descriptors;
  const filePosition = new Uint32Array(files.count).fill(KEY_MAX);
  const bySlot = new Uint32Array(files.count);
  let held = 0;
  let above = 0;
  // The first slot that leads to a file is its topmost one.
  const meet = (file: number): void => {
    if (file === NONE || filePosition[file] !== KEY_MAX) return;
    filePosition[file] = above;
    bySlot[held++] = file;
  };
  for (let place = 0; place < order.length; place++) {
    const table = order[place] as number;
    const end = tables.first[table + 1] as number;
    for (let slot = tables.first[table] as number; slot < end; slot++) {
      const file = after[slot] as number;
      const other = before === undefined ? NONE : (before[slot] as number);
      if (other === NONE) meet(file);
      else {
        // Of two files with the same topmost slot, the first row comes first.
        meet(Math.min(file, other));
        meet(Math.max(file, other));
      }
      above++;
    }
  }
  let at = held;
  for (let file = 0; at < files.count; file++) {
    if (filePosition[file] !== KEY_MAX) continue;
    filePosition[file] = 0;
    bySlot[at++] = file;
  }
  return { bySlot, held, filePosition };
}

/** Lanes.files, from files in the order of their slots: those with several holders come first. */
function orderFiles(graph: Graph, bySlot: Uint32Array): Uint32Array {
  const { count, firstHolder } = graph.files;
  const keys = new Uint32Array(count);
  const shared = new Uint32Array(bySlot.length);
  const others = new Uint32Array(bySlot.length);
  let sharing = 0;
  for (let at = 0; at < bySlot.length; at++) {
    const file = bySlot[at] as number;
    const holders = (firstHolder[file + 1] as number) - (firstHolder[file] as number);
    if (holders > 1) {
      keys[file] = KEY_MAX - holders;
      shared[sharing++] = file;
    } else others[at - sharing] = file;
  }
  const order = new Uint32Array(bySlot.length);
  // Those with as many holders as each other keep the order of their slots.
  order.set(orderByKey(shared.subarray(0, sharing), keys));
  order.set(others.subarray(0, others.length - sharing), sharing);
  return order;
}
