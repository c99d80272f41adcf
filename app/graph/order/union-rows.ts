// The rows of a union for tasks, file tables and open files: which rows of the two images share a row of the graph.

import { CHANGE_BITS, VALUE_BITS } from "../../diff/changes.ts";
import { isRenamed, isReplaced } from "../../diff/describe/same-open-file.ts";
import {
  type Checkpoint,
  commBytes,
  HAS,
  holderCount,
  NONE,
  nameBytes,
  stableLength,
  taskCount,
} from "../../model/checkpoint.ts";
import { type DescriptorPairs, runsOfBoth } from "../../model/comparison/descriptor-pairs.ts";
import { i32At, u8At } from "../../model/read.ts";
import type { FileRow } from "../../model/rows.ts";
import { decodeText, sameBytes } from "../../model/text/text.ts";
import { ADDED, CHANGED, REMOVED } from "./graph.ts";

/** The part of a comparison (app/diff) that the union needs. */
export interface Pairing {
  /** By task row before: its row after; NONE: removed. */
  readonly taskAfter: Int32Array;
  /** Pairs of tables that corresponding tasks use; NONE: none on that side. One table may be in several pairs. */
  readonly tables: { readonly count: number; readonly before: Int32Array; readonly after: Int32Array };
  readonly descriptors: DescriptorPairs;
  /** By descriptor pair: bits of CHANGE_BITS. */
  readonly changed: ArrayLike<number>;
  /** Rows before of tasks with a changed detail. */
  readonly changedTasks?: readonly number[];
}

/** By row of the union: the row in each image, NONE where there is none, and a Change. */
export interface UnionRows {
  readonly before: Int32Array;
  readonly after: Int32Array;
  readonly change: Uint8Array;
}

/** The inverse of UnionRows: by row of an image, the row of the union. */
export interface UnionRowOf {
  readonly ofBefore: Int32Array;
  readonly ofAfter: Int32Array;
}

/**
 * All rows before, each with its counterpart, then the rows after that have none.
 * `counterpart`: by row before, its row after, or NONE.
 */
function unionRows(countBefore: number, countAfter: number, counterpart: Int32Array): UnionRows & UnionRowOf {
  const ofAfter = new Int32Array(countAfter).fill(NONE);
  let paired = 0;
  for (let row = 0; row < countBefore; row++) {
    const other = i32At(counterpart, row);
    if (other === NONE) continue;
    ofAfter[other] = row;
    paired++;
  }
  const count = countBefore + countAfter - paired;
  const before = new Int32Array(count).fill(NONE);
  const after = new Int32Array(count).fill(NONE);
  const change = new Uint8Array(count);
  const ofBefore = new Int32Array(countBefore);
  for (let row = 0; row < countBefore; row++) {
    before[row] = row;
    after[row] = i32At(counterpart, row);
    ofBefore[row] = row;
    if (after[row] === NONE) change[row] = REMOVED;
  }
  let next = countBefore;
  for (let row = 0; row < countAfter; row++) {
    if (ofAfter[row] !== NONE) continue;
    ofAfter[row] = next;
    after[next] = row;
    change[next++] = ADDED;
  }
  return { before, after, change, ofBefore, ofAfter };
}

/** Tasks as the comparison pairs them; changed if a detail or comm or state differ. */
export function unionTasks(
  before: Checkpoint,
  after: Checkpoint,
  { taskAfter, changedTasks = [] }: Pairing,
): UnionRows & UnionRowOf {
  const rows = unionRows(before.tasks.count, after.tasks.count, taskAfter);
  for (let row = 0; row < before.tasks.count; row++) {
    const other = i32At(rows.after, row);
    if (other === NONE) continue;
    const differs =
      before.tasks.state[row] !== after.tasks.state[other] ||
      !sameBytes(commBytes(before, row), commBytes(after, other));
    if (differs) rows.change[row] = CHANGED;
  }
  for (const row of changedTasks) if (rows.after[row] !== NONE) rows.change[row] = CHANGED;
  return rows;
}

/** Tables one to one: a table in several pairs is in the first one; its other counterparts are added or removed. */
export function unionTables(before: Checkpoint, after: Checkpoint, { tables }: Pairing): UnionRows & UnionRowOf {
  const counterpart = new Int32Array(before.tables.count).fill(NONE);
  const taken = new Uint8Array(after.tables.count);
  for (let pair = 0; pair < tables.count; pair++) {
    const tableBefore = i32At(tables.before, pair);
    const tableAfter = i32At(tables.after, pair);
    if (tableBefore === NONE || tableAfter === NONE) continue;
    if (counterpart[tableBefore] !== NONE || taken[tableAfter] === 1) continue;
    counterpart[tableBefore] = tableAfter;
    taken[tableAfter] = 1;
  }
  const rows = unionRows(before.tables.count, after.tables.count, counterpart);
  for (let row = 0; row < before.tables.count; row++) {
    const other = i32At(rows.after, row);
    if (other !== NONE && taskCount(before.tables, row) !== taskCount(after.tables, other)) rows.change[row] = CHANGED;
  }
  return rows;
}

/**
 * Files one to one: the files of a pair of descriptors are one if their paths are the same, or else if
 * the file was renamed or unlinked; the first pair wins. Two files without paths, such as sockets, are
 * not one if a value shows that they are two.
 */
export function unionFiles(before: Checkpoint, after: Checkpoint, pairing: Pairing): UnionRows & UnionRowOf {
  const counterpart = new Int32Array(before.files.count).fill(NONE);
  const taken = new Uint8Array(after.files.count);
  const valuesDiffer = new Uint8Array(before.files.count);
  let hasOtherPaths = false;
  eachFilePair(before, after, pairing, (fileBefore, fileAfter, bits) => {
    if ((bits & CHANGE_BITS.path) !== 0) {
      hasOtherPaths = true;
      return;
    }
    if (
      (bits & OF_ANOTHER) !== 0 &&
      isNameless(before, fileBefore) &&
      isReplaced(before, fileBefore, after, fileAfter)
    ) {
      return;
    }
    if (counterpart[fileBefore] === NONE && taken[fileAfter] === 0) {
      counterpart[fileBefore] = fileAfter;
      taken[fileAfter] = 1;
    }
    if (counterpart[fileBefore] === fileAfter && (bits & VALUE_BITS) !== 0) valuesDiffer[fileBefore] = 1;
  });
  if (hasOtherPaths) {
    eachFilePair(before, after, pairing, (fileBefore, fileAfter, bits) => {
      if ((bits & CHANGE_BITS.path) === 0 || counterpart[fileBefore] !== NONE || taken[fileAfter] === 1) return;
      if (!isRenamed(before, fileBefore, after, fileAfter)) return;
      counterpart[fileBefore] = fileAfter;
      taken[fileAfter] = 1;
      valuesDiffer[fileBefore] = 1;
    });
  }
  pairUnheldFiles(before, after, counterpart, taken);
  const rows = unionRows(before.files.count, after.files.count, counterpart);
  for (let row = 0; row < before.files.count; row++) if (valuesDiffer[row] === 1) rows.change[row] = CHANGED;
  return rows;
}

/** The changes that can show that a file is another one. */
const OF_ANOTHER = CHANGE_BITS.flags | CHANGE_BITS.detail;

const isNameless = ({ files }: Checkpoint, file: FileRow): boolean => (u8At(files.has, file) & HAS.path) === 0;

/** Calls `visit` with the open files of each pair of descriptors that has both, and its bits of CHANGE_BITS. */
function eachFilePair(
  before: Checkpoint,
  after: Checkpoint,
  { descriptors, changed }: Pairing,
  visit: (fileBefore: FileRow, fileAfter: FileRow, bits: number) => void,
): void {
  for (const run of runsOfBoth(descriptors)) {
    let { before: slotBefore, after: slotAfter } = run;
    for (let pair = run.pair; pair < run.end; pair++) {
      const fileBefore = i32At(before.descriptors.file, slotBefore++);
      const fileAfter = i32At(after.descriptors.file, slotAfter++);
      if (fileBefore !== NONE && fileAfter !== NONE) visit(fileBefore, fileAfter, changed[pair] as number);
    }
  }
}

/** Pairs files that no descriptor holds: by kind and name, in image order. */
function pairUnheldFiles(before: Checkpoint, after: Checkpoint, counterpart: Int32Array, taken: Uint8Array): void {
  const waiting = new Map<string, FileRow[]>();
  // From the last row, so that pop() gives the first.
  for (let file = after.files.count - 1; file >= 0; file--) {
    if (taken[file] === 1 || !isUnheldPath(after, file)) continue;
    const key = nameKey(after, file);
    const rows = waiting.get(key);
    if (rows === undefined) waiting.set(key, [file]);
    else rows.push(file);
  }
  if (waiting.size === 0) return;
  for (let file = 0; file < before.files.count; file++) {
    if (counterpart[file] !== NONE || !isUnheldPath(before, file)) continue;
    const other = waiting.get(nameKey(before, file))?.pop();
    if (other !== undefined) counterpart[file] = other;
  }
}

const isUnheldPath = ({ files }: Checkpoint, file: FileRow): boolean =>
  holderCount(files, file) === 0 && (u8At(files.has, file) & HAS.path) !== 0;

const nameKey = (checkpoint: Checkpoint, file: FileRow): string => {
  const { files } = checkpoint;
  return `${u8At(files.kind, file)} ${decodeText(nameBytes(checkpoint, file).subarray(0, stableLength(files, file)))}`;
};
