// Changes of descriptors and of the open files that they refer to. The values of two open files (path, f_pos, flags, …)
// are compared in compare-open-files.ts.
//
// Casts `as number` read columns within bounds checked by the loop over all pairs, the hottest of a comparison.

import { allRows } from "../../model/all-rows.ts";
import { type Checkpoint, HAS, NONE } from "../../model/checkpoint.ts";
import { descriptorOf, filesOfPairs, tablePairOf } from "../../model/comparison/descriptor-pairs.ts";
import type { Side } from "../../model/comparison/side.ts";
import { taskState } from "../../model/names/names.ts";
import { i32At, u32At } from "../../model/read.ts";
import type { FileRow, TableRow, TaskRow } from "../../model/rows.ts";
import { BIT_OF_KIND, CHANGE_BITS } from "../changes.ts";
import type { LackingValues } from "../lacking-values.ts";
import type { Lopsided } from "../lopsided.ts";
import { groupsOf, mixedRows } from "../pairs/groups.ts";
import type { Compared } from "../pairs/holders.ts";
import type { Places } from "../pairs/match-mounts.ts";
import { type Pairs, PRESENCE } from "../pairs/pair.ts";
import { type ComparedFiles, usualPairs } from "../pairs/usual-pairs.ts";
import { createRows } from "../rows.ts";
import type { ChangedFiles, Collector } from "./collect-changes.ts";
import { type DetailComparer, detailComparer } from "./compare-details.ts";
import { openFileComparer, UNCERTAIN_PATH } from "./compare-open-files.ts";
import { type ChangedRows, changedPairs, changedRows } from "./same-descriptors.ts";

/** State that the steps of comparing descriptors share. */
interface Context {
  readonly before: Checkpoint;
  readonly after: Checkpoint;
  readonly pairs: Pairs;
  readonly files: FilesOfPairs;
  readonly compareFiles: ReturnType<typeof openFileComparer>;
  readonly addLacking: ReturnType<typeof valuesLacker>;
  readonly details: DetailComparer;
  readonly changed: ChangedRows | null;
  readonly lopsided: Lopsided;
  readonly collector: Collector;
}

/** The FileRow that a descriptor pair refers to on each side; NONE: no descriptor there, or the file is missing. */
interface FilesOfPairs {
  before(pair: number): number;
  after(pair: number): number;
}

/** What is known about two images besides which rows correspond. */
export interface Knowledge {
  /** Which namespaces and mounts correspond; `null`: not known. */
  readonly places: Places | null;
  readonly lopsided: Lopsided;
  /** Collects values that one of them lacks. */
  readonly lacking: LackingValues;
}

/** Collects the changes of all descriptor pairs. */
export function compareDescriptors(
  { before, after, pairs }: Compared,
  { places, lopsided, lacking }: Knowledge,
  collector: Collector,
): void {
  const compareFiles = openFileComparer(before, after);
  const changed = changedRows({ before, after, pairs }, places);
  const details = detailComparer({ before, after, pairs }, places, lacking, changed?.files);
  const context: Context = {
    before,
    after,
    pairs,
    files: { before: fileOfPair(before, pairs, "before"), after: fileOfPair(after, pairs, "after") },
    compareFiles,
    addLacking: valuesLacker(before, after, lacking),
    details,
    changed,
    lopsided,
    collector,
  };
  const sorted = sortPairs(context);
  addOpenedAndClosed(context, sorted);
  addCloseOnExec(context, sorted.closeOnExec);
  addFileValues(context, sorted.differing);
  if (sorted.mayShare && lopsided.sharing === null) addFileSharing(context);
}

const fileOfPair =
  ({ descriptors }: Checkpoint, pairs: Pairs, side: Side) =>
  (pair: number): number => {
    const row = descriptorOf(pairs.descriptors, side, pair);
    return row === NONE ? NONE : i32At(descriptors.file, row);
  };

/** Descriptor pairs by what is to be reported about them. A pair can be in several lists. */
interface SortedPairs {
  readonly opened: Uint32Array;
  readonly closed: Uint32Array;
  /** close-on-exec differs. */
  readonly closeOnExec: Uint32Array;
  /** The open files differ. */
  readonly differing: Uint32Array;
  /** Whether a file on one side may correspond to several on the other. */
  readonly mayShare: boolean;
}

function sortPairs(context: Context): SortedPairs {
  const { before, after, pairs, compareFiles, details, changed, collector } = context;
  const { tables, descriptors } = pairs;
  const [opened, closed, closeOnExec, differing] = [createRows(), createRows(), createRows(), createRows()];
  const files = {
    partner: new Uint32Array(before.files.count),
    result: new Uint16Array(before.files.count),
    compared: new Uint8Array(after.files.count),
  };
  const differences = differenceFinder(context, files);
  const firstUnusual =
    changed === null
      ? usualPairs({ before, after, pairs }, files, details.bits)
      : changedPairs(pairs.descriptors, changed.descriptors);
  const sort = (row: number): void => {
    const b = descriptorOf(descriptors, "before", row);
    const a = descriptorOf(descriptors, "after", row);
    if (b === NONE || a === NONE) {
      (b === NONE ? opened : closed).push(row);
      return;
    }
    if (before.descriptors.closeOnExec[b] !== after.descriptors.closeOnExec[a]) closeOnExec.push(row);
    const fileBefore = before.descriptors.file[b] as number;
    const fileAfter = after.descriptors.file[a] as number;
    const isMissing = fileBefore === NONE || fileAfter === NONE;
    const bits = isMissing ? compareFiles(fileBefore, fileAfter) : differences.of(fileBefore, fileAfter);
    if (bits !== 0) differing.push(row);
  };
  for (let table = 0; table < tables.count; table++) {
    const first = tables.firstRow[table] as number;
    const end = tables.firstRow[table + 1] as number;
    const presence = tables.presence[table];
    if (presence === PRESENCE.both) {
      for (let row = firstUnusual(first, end); row < end; row = firstUnusual(row + 1, end)) sort(row);
    } else {
      const bit = presence === PRESENCE.before ? CHANGE_BITS.closed : CHANGE_BITS.opened;
      if (!isOfThreads(context, table)) collector.changed.fill(bit, first, end);
    }
  }
  return {
    opened: opened.list(),
    closed: closed.list(),
    closeOnExec: closeOnExec.list(),
    differing: differing.list(),
    mayShare: differences.mayShare(),
  };
}

/** Finds out what differs between two open files. Dups are compared once. */
function differenceFinder({ compareFiles, addLacking, details }: Context, files: ComparedFiles) {
  const { partner, result, compared } = files;
  let mayShare = false;
  const compare = (b: FileRow, a: FileRow): number => {
    const bits = compareFiles(b, a);
    if (bits & CHANGE_BITS.path) return bits;
    const all = bits | details.bits(b, a);
    addLacking(b, a);
    return all;
  };
  return {
    of(b: FileRow, a: FileRow): number {
      if (partner[b] !== a + 1) {
        if (partner[b] !== 0 || compared[a] !== 0) mayShare = true;
        partner[b] = a + 1;
        compared[a] = 1;
        result[b] = compare(b, a);
      }
      return result[b] as number;
    },
    /** Whether a file was compared with several. */
    mayShare: (): boolean => mayShare,
  };
}

/** Columns of open files that an image may lack for some of them. */
const VALUES = [
  ["position", HAS.pos],
  ["flags", HAS.flags],
  ["mode", HAS.mode],
  ["version", HAS.version],
] as const;

const ALL_VALUES = VALUES.reduce((bits, [, bit]) => bits | bit, 0);

/** A function that adds the columns which only one of two open files has. */
function valuesLacker(before: Checkpoint, after: Checkpoint, lacking: LackingValues): (b: FileRow, a: FileRow) => void {
  // Each format has columns of its own.
  if (before.format !== after.format) return () => {};
  const [x, y] = [before.files.has, after.files.has];
  return (b, a) => {
    const alone = ((x[b] as number) ^ (y[a] as number)) & ALL_VALUES;
    if (alone === 0) return;
    for (const [title, bit] of VALUES) {
      if (alone & bit) lacking.add((x[b] as number) & bit ? "after" : "before", title, "open file");
    }
  };
}

/** Whether a table pair on one side only belongs to threads that are not reported. */
function isOfThreads({ pairs: { tables }, lopsided }: Context, table: number): boolean {
  if (lopsided.threads === null) return false;
  const column = lopsided.threads === "before" ? tables.taskBefore : tables.taskAfter;
  const side = lopsided.threads;
  const tasks = column.subarray(tables.firstTask[table], tables.firstTask[table + 1]);
  return tasks.every((task) => task !== NONE && lopsided.isThread(side, task));
}

/** Orders descriptor pairs by their open file on one side. Missing files are equal only if the descriptor is. */
function byFile({ files, pairs }: Context, side: Side): (a: number, b: number) => number {
  const file = files[side];
  const missing = (row: number): number => (file(row) === NONE ? descriptorOf(pairs.descriptors, side, row) : NONE);
  return (a, b) => file(a) - file(b) || missing(a) - missing(b);
}

const byFileBefore = (context: Context) => byFile(context, "before");
const byFileAfter = (context: Context) => byFile(context, "after");

function byBothFiles(context: Context): (a: number, b: number) => number {
  const compareBefore = byFileBefore(context);
  const compareAfter = byFileAfter(context);
  return (a, b) => compareBefore(a, b) || compareAfter(a, b);
}

/** The open files that a group of descriptor pairs refers to. */
function filesOf({ files }: Context, rows: Uint32Array): ChangedFiles {
  const first = u32At(rows, 0);
  return { before: files.before(first), after: files.after(first) };
}

function addOpenedAndClosed(context: Context, { opened, closed }: SortedPairs): void {
  const { before, after, pairs, collector } = context;
  const { tables } = pairs;
  const inPartOf = (rows: Uint32Array, whole: Uint8Array): boolean =>
    rows.some((row) => whole[tablePairOf(tables, row)] === 0);
  const wholeBefore = wholeTables(before, pairs, tables.before, tables.taskBefore);
  for (const rows of groupsOf(opened, byFileAfter(context))) {
    collector.addDescriptors("fd-opened", rows, filesOf(context, rows), inPartOf(rows, wholeBefore));
  }
  const wholeAfter = wholeTables(after, pairs, tables.after, tables.taskAfter);
  for (const rows of groupsOf(closed, byFileBefore(context))) {
    collector.addDescriptors("fd-closed", rows, filesOf(context, rows), inPartOf(rows, wholeAfter));
  }
}

/**
 * By table pair: 1 if the table on one side has all descriptors that it had when it was dumped.
 *
 * @param table TableRow on that side, by table pair.
 * @param task TaskRows on that side, by entry of TablePairs.firstTask.
 */
function wholeTables(checkpoint: Checkpoint, pairs: Pairs, table: Int32Array, task: Int32Array): Uint8Array {
  const { first, announced } = checkpoint.tables;
  const { firstTask } = pairs.tables;
  const [zombie, dead] = [taskState("zombie"), taskState("dead")];
  const namesLostTable = checkpoint.problems.some(({ code }) => code === "task-without-table");
  const hasNoTable = (row: TaskRow): boolean => {
    const state = checkpoint.tasks.state[row];
    return state === zombie || state === dead;
  };
  const isWhole = (row: TableRow, at: number): number => {
    if (row === NONE && checkpoint.complete && !namesLostTable) return 1;
    if (row === NONE) return task.subarray(firstTask[at], firstTask[at + 1]).every(hasNoTable) ? 1 : 0;
    const expected = i32At(announced, row);
    const present = u32At(first, row + 1) - u32At(first, row);
    return (expected === NONE ? checkpoint.complete : present >= expected) ? 1 : 0;
  };
  return new Uint8Array(table.map(isWhole));
}

function addCloseOnExec(context: Context, rows: Uint32Array): void {
  const { before, pairs, collector } = context;
  for (const set of [0, 1]) {
    const same = rows.filter(
      (row) => before.descriptors.closeOnExec[descriptorOf(pairs.descriptors, "before", row)] === set,
    );
    for (const group of groupsOf(same, byBothFiles(context))) {
      collector.addDescriptors("close-on-exec", group, filesOf(context, group), false);
    }
  }
}

/** Changes of path, or, if it is the same, of position (f_pos), flags, mode, version, details and links. */
function addFileValues(context: Context, rows: Uint32Array): void {
  const { compareFiles, details, collector } = context;
  for (const group of groupsOf(rows, byBothFiles(context))) {
    const files = filesOf(context, group);
    const bits = compareFiles(files.before, files.after);
    if (bits & CHANGE_BITS.path) {
      collector.addDescriptors("file-path", group, files, (bits & UNCERTAIN_PATH) !== 0);
      continue;
    }
    for (const kind of ["file-pos", "file-flags", "file-mode", "file-version"] as const) {
      if (bits & BIT_OF_KIND[kind]) collector.addDescriptors(kind, group, files, false);
    }
    if (files.before === NONE || files.after === NONE) continue;
    for (const { kind, key, uncertain } of details.list(files.before, files.after)) {
      collector.addDescriptors(kind, group, files, uncertain, key);
    }
  }
}

/** Open files that descriptors share on one side only. */
function addFileSharing(context: Context): void {
  const { before, after, pairs, collector } = context;
  const fileBefore = filesOfPairs(before, pairs.descriptors, "before");
  const fileAfter = filesOfPairs(after, pairs.descriptors, "after");
  const rows = allRows(pairs.descriptors.count).filter((row) => fileBefore[row] !== NONE && fileAfter[row] !== NONE);
  const shared = mixedRows(rows, fileAfter, fileBefore, after.files.count);
  for (const group of groupsOf(shared, byFileAfter(context))) {
    collector.addDescriptors("file-shared", group, { before: NONE, after: filesOf(context, group).after }, false);
  }
  const unshared = mixedRows(rows, fileBefore, fileAfter, before.files.count);
  for (const group of groupsOf(unshared, byFileBefore(context))) {
    collector.addDescriptors("file-unshared", group, { before: filesOf(context, group).before, after: NONE }, false);
  }
}
