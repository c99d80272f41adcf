// Two images in one graph: what corresponds is one row, what is on one side only is a row too, and each row is
// marked with what became of it. A slot that led elsewhere before has two edges.

import { CHANGE_BITS, VALUE_BITS } from "../../diff/changes.ts";
import { type Checkpoint, type FileTables, HAS, holderCount, NONE, nameBytes } from "../../model/checkpoint.ts";
import type { ObjectRef } from "../../model/object-ref.ts";
import { decodeText } from "../../model/text.ts";
import {
  ADDED,
  type Both,
  CHANGED,
  type Change,
  type Graph,
  type PerObject,
  REMOVED,
  SAME,
  type Subject,
} from "./graph.ts";

/** What corresponds to what, as far as the drawing asks. A comparison of app/diff has it. */
export interface Pairing {
  /** By task row before: its row after; NONE: gone. */
  readonly taskAfter: Int32Array;
  /** Pairs of tables that corresponding tasks use; NONE: none on that side. One table may be in several pairs. */
  readonly tables: { readonly count: number; readonly before: Int32Array; readonly after: Int32Array };
  /** Pairs of descriptors; NONE: none on that side. */
  readonly descriptors: { readonly count: number; readonly before: Int32Array; readonly after: Int32Array };
  /** By descriptor pair: bits of CHANGE_BITS. Only those of values, path and close-on-exec are used. */
  readonly differs: ArrayLike<number>;
}

/** The subject of a drawing of both moments. Linear in both images. */
export function union(before: Checkpoint, after: Checkpoint, pairing: Pairing): Subject & { readonly both: Both } {
  const tasks = unionTasks(before, after, pairing.taskAfter);
  const tables = unionTables(before, after, pairing);
  const files = unionFiles(before, after, pairing);
  const pairOf = pairsByDescriptor(before, after, pairing, tables);
  const slots = unionSlots(before, after, pairing, pairOf, tables, files);
  const tableEdges = edgesToTasks(before, after, tasks, tables);

  const fileCount = files.was.length;
  const kind = new Uint8Array(fileCount);
  const use = new Uint8Array(fileCount);
  for (let row = 0; row < fileCount; row++) {
    const now = files.now[row] as number;
    const was = files.was[row] as number;
    const of = now === NONE ? before.files : after.files;
    kind[row] = of.kind[now === NONE ? was : now] as number;
    use[row] = ((after.files.use[now] ?? 0) | (before.files.use[was] ?? 0)) as number;
    const moved = now !== NONE && was !== NONE && holderCount(after.files, now) !== holderCount(before.files, was);
    if (moved) files.change[row] = CHANGED;
  }
  const graph: Graph = {
    tasks: { count: tasks.was.length },
    tables: { count: tables.was.length, first: slots.first, ...tableEdges },
    descriptors: {
      count: slots.was.length,
      fd: slots.fd,
      table: slots.table,
      file: slots.file,
      wasFile: slots.wasFile,
    },
    files: { count: fileCount, kind, use, ...holdersOf(slots.file, slots.wasFile, fileCount) },
  };
  const per = <K extends "was" | "now">(side: K): PerObject<Int32Array> => ({
    task: tasks[side],
    table: tables[side],
    descriptor: slots[side],
    file: files[side],
  });
  const both: Both = {
    before,
    was: per("was"),
    now: per("now"),
    change: { task: tasks.change, table: tables.change, descriptor: slots.change, file: files.change },
  };
  return { graph, after, both };
}

/** The row of the union that stands for an object of one of its images; null if there is none. */
export function unionRef(subject: Subject, side: "before" | "after", ref: ObjectRef): ObjectRef | null {
  if (subject.both === null) return side === "after" ? ref : null;
  const row = subject.both[side === "before" ? "was" : "now"][ref.to].indexOf(ref.row);
  return row < 0 ? null : { to: ref.to, row };
}

/** The object of each image that a row of the union stands for; null where there is none. */
export function sideRefs(subject: Subject, ref: ObjectRef): { before: ObjectRef | null; after: ObjectRef | null } {
  if (subject.both === null) return { before: null, after: ref };
  const of = (row: number | undefined): ObjectRef | null =>
    row === undefined || row === NONE ? null : { to: ref.to, row };
  return { before: of(subject.both.was[ref.to][ref.row]), after: of(subject.both.now[ref.to][ref.row]) };
}

/** Rows of a union, by what they are on either side. */
interface Rows {
  readonly was: Int32Array;
  readonly now: Int32Array;
  readonly change: Uint8Array;
}

/** Rows of the union by row before and by row after. */
interface Inverse {
  readonly ofBefore: Int32Array;
  readonly ofAfter: Int32Array;
}

/** The rows before, each with what corresponds to it, then the rows after that nothing corresponds to. */
function rowsOf(countBefore: number, countAfter: number, nowOf: Int32Array): Rows & Inverse {
  const ofAfter = new Int32Array(countAfter).fill(NONE);
  let paired = 0;
  for (let row = 0; row < countBefore; row++) {
    const now = nowOf[row] as number;
    if (now === NONE) continue;
    ofAfter[now] = row;
    paired++;
  }
  const count = countBefore + countAfter - paired;
  const was = new Int32Array(count).fill(NONE);
  const now = new Int32Array(count).fill(NONE);
  const change = new Uint8Array(count);
  const ofBefore = new Int32Array(countBefore);
  for (let row = 0; row < countBefore; row++) {
    was[row] = row;
    now[row] = nowOf[row] as number;
    ofBefore[row] = row;
    if (now[row] === NONE) change[row] = REMOVED;
  }
  let next = countBefore;
  for (let row = 0; row < countAfter; row++) {
    if (ofAfter[row] !== NONE) continue;
    ofAfter[row] = next;
    now[next] = row;
    change[next++] = ADDED;
  }
  return { was, now, change, ofBefore, ofAfter };
}

function unionTasks(before: Checkpoint, after: Checkpoint, taskAfter: Int32Array): Rows & Inverse {
  const rows = rowsOf(before.tasks.count, after.tasks.count, taskAfter);
  for (let row = 0; row < before.tasks.count; row++) {
    const now = rows.now[row] as number;
    if (now === NONE) continue;
    const renamed =
      !sameText(before, before.tasks.commOffset[row] ?? 0, before.tasks.commLength[row] ?? 0, after, now) ||
      before.tasks.state[row] !== after.tasks.state[now];
    if (renamed) rows.change[row] = CHANGED;
  }
  return rows;
}

function sameText(before: Checkpoint, offset: number, length: number, after: Checkpoint, task: number): boolean {
  if (after.tasks.commLength[task] !== length) return false;
  const other = after.tasks.commOffset[task] ?? 0;
  for (let at = 0; at < length; at++) if (before.text[offset + at] !== after.text[other + at]) return false;
  return true;
}

/** One table to one: of a table that several correspond to, the first pair holds; the others are new or gone. */
function unionTables(before: Checkpoint, after: Checkpoint, { tables }: Pairing): Rows & Inverse {
  const nowOf = new Int32Array(before.tables.count).fill(NONE);
  const taken = new Uint8Array(after.tables.count);
  for (let at = 0; at < tables.count; at++) {
    const was = tables.before[at] as number;
    const now = tables.after[at] as number;
    if (was === NONE || now === NONE || nowOf[was] !== NONE || taken[now] === 1) continue;
    nowOf[was] = now;
    taken[now] = 1;
  }
  const rows = rowsOf(before.tables.count, after.tables.count, nowOf);
  for (let row = 0; row < before.tables.count; row++) {
    const now = rows.now[row] as number;
    if (now !== NONE && tasksIn(before.tables, row) !== tasksIn(after.tables, now)) rows.change[row] = CHANGED;
  }
  return rows;
}

const tasksIn = (tables: FileTables, row: number): number =>
  (tables.firstTask[row + 1] as number) - (tables.firstTask[row] as number);

/** Files that the descriptors of a pair lead to are one if their paths are, first come, first served. */
function unionFiles(before: Checkpoint, after: Checkpoint, { descriptors, differs }: Pairing): Rows & Inverse {
  const nowOf = new Int32Array(before.files.count).fill(NONE);
  const taken = new Uint8Array(after.files.count);
  const values = new Uint8Array(before.files.count);
  for (let at = 0; at < descriptors.count; at++) {
    const slotBefore = descriptors.before[at] as number;
    const slotAfter = descriptors.after[at] as number;
    if (slotBefore === NONE || slotAfter === NONE) continue;
    const bits = differs[at] ?? 0;
    const was = before.descriptors.file[slotBefore] as number;
    const now = after.descriptors.file[slotAfter] as number;
    if (was === NONE || now === NONE || (bits & CHANGE_BITS.path) !== 0) continue;
    if (nowOf[was] === NONE && taken[now] === 0) {
      nowOf[was] = now;
      taken[now] = 1;
    }
    if (nowOf[was] === now && (bits & VALUE_BITS) !== 0) values[was] = 1;
  }
  pairUnheld(before, after, nowOf, taken);
  const rows = rowsOf(before.files.count, after.files.count, nowOf);
  for (let row = 0; row < before.files.count; row++) if (values[row] === 1) rows.change[row] = CHANGED;
  return rows;
}

/** Files that no descriptor holds: by name, in order. */
function pairUnheld(before: Checkpoint, after: Checkpoint, nowOf: Int32Array, taken: Uint8Array): void {
  const waiting = new Map<string, number[]>();
  const key = (c: Checkpoint, file: number): string =>
    `${c.files.kind[file]} ${decodeText(nameBytes(c, file).subarray(0, c.files.nameStable[file]))}`;
  const unheld = (c: Checkpoint, file: number): boolean =>
    holderCount(c.files, file) === 0 && ((c.files.has[file] ?? 0) & HAS.path) !== 0;
  for (let file = after.files.count - 1; file >= 0; file--) {
    if (taken[file] === 1 || !unheld(after, file)) continue;
    const name = key(after, file);
    const rows = waiting.get(name);
    if (rows === undefined) waiting.set(name, [file]);
    else rows.push(file);
  }
  if (waiting.size === 0) return;
  for (let file = 0; file < before.files.count; file++) {
    if (nowOf[file] !== NONE || !unheld(before, file)) continue;
    const now = waiting.get(key(before, file))?.pop();
    if (now !== undefined) nowOf[file] = now;
  }
}

/** A pair that each descriptor is in; the one within the tables that are one in the union, if there is one. */
function pairsByDescriptor(before: Checkpoint, after: Checkpoint, { descriptors }: Pairing, tables: Inverse) {
  const ofBefore = new Int32Array(before.descriptors.count).fill(NONE);
  const ofAfter = new Int32Array(after.descriptors.count).fill(NONE);
  for (let at = 0; at < descriptors.count; at++) {
    const was = descriptors.before[at] as number;
    const now = descriptors.after[at] as number;
    if (was === NONE || now === NONE) continue;
    const together =
      tables.ofBefore[before.descriptors.table[was] as number] ===
      tables.ofAfter[after.descriptors.table[now] as number];
    if (together || ofBefore[was] === NONE) ofBefore[was] = at;
    if (together || ofAfter[now] === NONE) ofAfter[now] = at;
  }
  return { ofBefore, ofAfter };
}

/** Slots of each table of the union, by fd: both sides merged. */
function unionSlots(
  before: Checkpoint,
  after: Checkpoint,
  { differs }: Pairing,
  pairOf: Inverse,
  tables: Rows,
  files: Inverse,
) {
  const most = before.descriptors.count + after.descriptors.count;
  const was = new Int32Array(most).fill(NONE);
  const now = new Int32Array(most).fill(NONE);
  const fd = new Int32Array(most);
  const table = new Uint32Array(most);
  const file = new Int32Array(most);
  const wasFile = new Int32Array(most).fill(NONE);
  const change = new Uint8Array(most);
  const first = new Uint32Array(tables.was.length + 1);
  let count = 0;
  const fileBefore = (slot: number): number => {
    const row = before.descriptors.file[slot] as number;
    return row === NONE ? NONE : (files.ofBefore[row] as number);
  };
  const fileAfter = (slot: number): number => {
    const row = after.descriptors.file[slot] as number;
    return row === NONE ? NONE : (files.ofAfter[row] as number);
  };
  const add = (row: number, slotBefore: number, slotAfter: number): void => {
    const at = count++;
    was[at] = slotBefore;
    now[at] = slotAfter;
    table[at] = row;
    fd[at] = (slotAfter === NONE ? before.descriptors.fd[slotBefore] : after.descriptors.fd[slotAfter]) as number;
    const led = slotBefore === NONE ? NONE : fileBefore(slotBefore);
    const leads = slotAfter === NONE ? NONE : fileAfter(slotAfter);
    file[at] = slotAfter === NONE ? led : leads;
    let became: Change = SAME;
    if (slotBefore === NONE || slotAfter === NONE) {
      // In a table that was copied from another or went up in it, what has a counterpart there is not new or gone.
      const pair = slotBefore === NONE ? pairOf.ofAfter[slotAfter] : pairOf.ofBefore[slotBefore];
      const alone = tables.was[row] === NONE || tables.now[row] === NONE;
      const known = alone && pair !== undefined && pair !== NONE && ((differs[pair] ?? 0) & CHANGE_BITS.path) === 0;
      became = known ? SAME : slotBefore === NONE ? ADDED : REMOVED;
    } else {
      const bits = differs[pairOf.ofAfter[slotAfter] as number] ?? 0;
      if (led !== leads) wasFile[at] = led;
      if (led !== leads || (bits & (CHANGE_BITS.closeOnExec | CHANGE_BITS.path)) !== 0) became = CHANGED;
    }
    change[at] = became;
  };
  for (let row = 0; row < tables.was.length; row++) {
    first[row] = count;
    const tableBefore = tables.was[row] as number;
    const tableAfter = tables.now[row] as number;
    let b = tableBefore === NONE ? 0 : (before.tables.first[tableBefore] as number);
    const endB = tableBefore === NONE ? 0 : (before.tables.first[tableBefore + 1] as number);
    let a = tableAfter === NONE ? 0 : (after.tables.first[tableAfter] as number);
    const endA = tableAfter === NONE ? 0 : (after.tables.first[tableAfter + 1] as number);
    while (b < endB || a < endA) {
      const fdB = b < endB ? (before.descriptors.fd[b] as number) : Number.POSITIVE_INFINITY;
      const fdA = a < endA ? (after.descriptors.fd[a] as number) : Number.POSITIVE_INFINITY;
      add(row, fdB <= fdA ? b : NONE, fdA <= fdB ? a : NONE);
      if (fdB <= fdA) b++;
      if (fdA <= fdB) a++;
    }
  }
  first[tables.was.length] = count;
  return {
    first,
    was: was.slice(0, count),
    now: now.slice(0, count),
    fd: fd.slice(0, count),
    table: table.slice(0, count),
    file: file.slice(0, count),
    wasFile: wasFile.slice(0, count),
    change: change.slice(0, count),
  };
}

/** Tasks that use or used each table, each once. */
function edgesToTasks(before: Checkpoint, after: Checkpoint, tasks: Rows & Inverse, tables: Rows & Inverse) {
  const count = tables.was.length;
  const firstTask = new Uint32Array(count + 1);
  const task = new Uint32Array(before.tables.task.length + after.tables.task.length);
  const seen = new Int32Array(tasks.was.length).fill(NONE);
  let at = 0;
  for (let row = 0; row < count; row++) {
    firstTask[row] = at;
    const add = (one: number): void => {
      if (seen[one] === row) return;
      seen[one] = row;
      task[at++] = one;
    };
    const tableBefore = tables.was[row] as number;
    const tableAfter = tables.now[row] as number;
    if (tableBefore !== NONE) {
      const end = before.tables.firstTask[tableBefore + 1] as number;
      for (let i = before.tables.firstTask[tableBefore] as number; i < end; i++) {
        add(tasks.ofBefore[before.tables.task[i] as number] as number);
      }
    }
    if (tableAfter !== NONE) {
      const end = after.tables.firstTask[tableAfter + 1] as number;
      for (let i = after.tables.firstTask[tableAfter] as number; i < end; i++) {
        add(tasks.ofAfter[after.tables.task[i] as number] as number);
      }
    }
  }
  firstTask[count] = at;
  return { firstTask, task: task.slice(0, at) };
}

/** Slots by file, over what they lead to and what they led to. */
function holdersOf(file: Int32Array, wasFile: Int32Array, files: number) {
  const firstHolder = new Uint32Array(files + 1);
  const tally = (row: number): void => {
    if (row !== NONE) firstHolder[row + 1] = (firstHolder[row + 1] as number) + 1;
  };
  for (let slot = 0; slot < file.length; slot++) {
    tally(file[slot] as number);
    tally(wasFile[slot] as number);
  }
  for (let row = 0; row < files; row++) {
    firstHolder[row + 1] = (firstHolder[row + 1] as number) + (firstHolder[row] as number);
  }
  const next = firstHolder.slice(0, files);
  const holder = new Uint32Array(firstHolder[files] as number);
  const put = (row: number, slot: number): void => {
    if (row === NONE) return;
    const at = next[row] as number;
    holder[at] = slot;
    next[row] = at + 1;
  };
  for (let slot = 0; slot < file.length; slot++) {
    put(file[slot] as number, slot);
    put(wasFile[slot] as number, slot);
  }
  return { firstHolder, holder };
}
