// Two images as one graph: corresponding objects share a row, an object on one side only has a row of its own. Every
// row has its change. A slot whose file changed has two edges.

import { changeKind } from "../../diff/changes.ts";
import type { Comparison } from "../../diff/comparison.ts";
import { type Checkpoint, NONE } from "../../model/checkpoint.ts";
import type { Side } from "../../model/comparison/side.ts";
import type { ObjectRef } from "../../model/object-ref.ts";
import { i32At, u8At } from "../../model/read.ts";
import { type Both, type Graph, NOTHING_OFF, type PerObject, type Subject, type SubjectOfBoth } from "./graph.ts";
import { holderEdges, taskEdges } from "./union-edges.ts";
import { type Pairing, type UnionRows, unionFiles, unionTables, unionTasks } from "./union-rows.ts";
import { pairsByDescriptor, unionSlots } from "./union-slots.ts";

const TASK_DETAIL = changeKind("task-detail");

/** The two images of a comparison as the subject of one drawing. */
export function unionOf({ before, after, pairs, changes, changed }: Comparison): SubjectOfBoth {
  const { taskAfter, tables, descriptors } = pairs;
  const changedTasks = [...changes.taskBefore].filter((_, at) => changes.kind[at] === TASK_DETAIL);
  return union(before, after, { taskAfter, tables, descriptors, changed, changedTasks });
}

/** Two images as the subject of one drawing. Linear in both images. */
export function union(before: Checkpoint, after: Checkpoint, pairing: Pairing): SubjectOfBoth {
  const tasks = unionTasks(before, after, pairing);
  const tables = unionTables(before, after, pairing);
  const files = unionFiles(before, after, pairing);
  const pairOf = pairsByDescriptor(before, after, pairing, tables);
  const slots = unionSlots({ before, after, pairing, pairOf, tables, files });
  const graph: Graph = {
    tasks: { count: tasks.before.length },
    tables: { count: tables.before.length, first: slots.first, ...taskEdges(before, after, tasks, tables) },
    descriptors: {
      count: slots.before.length,
      fd: slots.fd,
      table: slots.table,
      file: slots.file,
      fileBefore: slots.fileBefore,
    },
    files: {
      count: files.before.length,
      ...kindsAndUses(before, after, files),
      ...holderEdges(slots.file, slots.fileBefore, files.before.length),
    },
  };
  const rowsOn = (side: Side): PerObject<Int32Array> => ({
    task: tasks[side],
    table: tables[side],
    descriptor: slots[side],
    file: files[side],
  });
  const both: Both = {
    before,
    rows: { before: rowsOn("before"), after: rowsOn("after") },
    change: { task: tasks.change, table: tables.change, descriptor: slots.change, file: files.change },
    off: NOTHING_OFF,
  };
  return { graph, after, both };
}

/** The kind of each file, on its later side, and its uses on both. */
function kindsAndUses(before: Checkpoint, after: Checkpoint, files: UnionRows) {
  const count = files.before.length;
  const kind = new Uint8Array(count);
  const use = new Uint8Array(count);
  for (let row = 0; row < count; row++) {
    const rowBefore = i32At(files.before, row);
    const rowAfter = i32At(files.after, row);
    kind[row] = rowAfter === NONE ? u8At(before.files.kind, rowBefore) : u8At(after.files.kind, rowAfter);
    if (rowBefore !== NONE) use[row] = u8At(before.files.use, rowBefore);
    if (rowAfter !== NONE) use[row] = u8At(use, row) | u8At(after.files.use, rowAfter);
  }
  return { kind, use };
}

/** The row of the graph for an object of one image; null if there is none. */
export function unionRef(subject: Subject, side: Side, ref: ObjectRef): ObjectRef | null {
  if (subject.both === null) return side === "after" ? ref : null;
  const row = subject.both.rows[side][ref.to].indexOf(ref.row);
  return row < 0 ? null : { to: ref.to, row };
}

/** The object of each image for a row of the graph; null if there is none. */
export function sideRefs(subject: Subject, ref: ObjectRef): Record<Side, ObjectRef | null> {
  if (subject.both === null) return { before: null, after: ref };
  const { rows } = subject.both;
  const refOn = (side: Side): ObjectRef | null => {
    const row = rows[side][ref.to][ref.row];
    return row === undefined || row === NONE ? null : { to: ref.to, row };
  };
  return { before: refOn("before"), after: refOn("after") };
}
