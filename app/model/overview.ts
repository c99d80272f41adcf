// The overview of an image before anything is selected: what is shared, deleted but open, kept open across exec, or
// opened so often that it may be a leak. Rows and counts; views put them into words.

import { type Checkpoint, holderCount, NONE, taskCount } from "./checkpoint.ts";
import { i32At, u8At, u32At } from "./read.ts";
import { type Repeated, repeatedOf } from "./repeated.ts";
import type { FileRow } from "./rows.ts";
import { unlinkedOf } from "./unlinked.ts";

/** The first rows of a ranking, and how many there are. */
export interface Ranking {
  readonly rows: Uint32Array;
  /** By row: the number that it is ranked by. */
  readonly numbers: Uint32Array;
  readonly total: number;
}

export interface KindCount {
  /** Index into FILE_KINDS. */
  readonly kind: number;
  readonly descriptors: number;
}

export interface Overview {
  /** Open files with several holders, those with most first. */
  readonly shared: Ranking;
  /** How many of them several file tables hold. */
  readonly acrossTables: number;
  /** File tables of several tasks (CLONE_FILES), those with most first. */
  readonly sharedTables: Ranking;
  /** Open files that were unlinked, as the image records or their names suggest, those with most holders first. */
  readonly deleted: Ranking;
  /** How many of them only have such a name. */
  readonly deletedByName: number;
  /**
   * Descriptors above 2 without close-on-exec, and the tables that have most of them. `standard`: how many up to 2 have
   * none either.
   */
  readonly crossExec: Ranking & { readonly descriptors: number; readonly standard: number };
  /** Most first. */
  readonly repeated: readonly Repeated[];
  readonly repeatedTotal: number;
  /** Kinds of the open files of all descriptors, most first. */
  readonly kinds: readonly KindCount[];
}

/** Rows of a ranking that are listed. */
const LISTED = 5;
/** Descriptors that a program expects to be inherited: standard input, output and error. */
const LAST_STANDARD = 2;

export function overviewOf(checkpoint: Checkpoint): Overview {
  const { files, tables } = checkpoint;
  const holders = (file: FileRow): number => holderCount(files, file);
  const unlinked = (file: FileRow) => (holders(file) > 0 ? unlinkedOf(checkpoint, file) : null);
  const { crossing, standard } = crossingByTable(checkpoint);
  const repeated = repeatedOf(checkpoint);
  return {
    shared: ranked(files.count, (file) => (holders(file) > 1 ? holders(file) : 0)),
    acrossTables: countAcross(checkpoint),
    sharedTables: ranked(tables.count, (table) => (taskCount(tables, table) > 1 ? taskCount(tables, table) : 0)),
    deleted: ranked(files.count, (file) => (unlinked(file) === null ? 0 : holders(file))),
    deletedByName: ranked(files.count, (file) => (unlinked(file) === "named" ? 1 : 0)).total,
    crossExec: {
      ...ranked(tables.count, (table) => u32At(crossing, table)),
      descriptors: crossing.reduce((sum, count) => sum + count, 0),
      standard,
    },
    repeated: repeated.slice(0, LISTED),
    repeatedTotal: repeated.length,
    kinds: kindsOf(checkpoint),
  };
}

/** Ranks the rows 0 … count - 1 by a number, the greatest first; rows with 0 are left out. */
function ranked(count: number, numberOf: (row: number) => number): Ranking {
  const top: { row: number; number: number }[] = [];
  let total = 0;
  for (let row = 0; row < count; row++) {
    const number = numberOf(row);
    if (number === 0) continue;
    total++;
    if (top.length === LISTED && number <= (top.at(-1)?.number ?? 0)) continue;
    const at = top.findIndex((other) => other.number < number);
    top.splice(at === -1 ? top.length : at, 0, { row, number });
    if (top.length > LISTED) top.pop();
  }
  return {
    rows: Uint32Array.from(top, ({ row }) => row),
    numbers: Uint32Array.from(top, ({ number }) => number),
    total,
  };
}

/** How many open files the descriptors of several tables lead to. */
function countAcross({ files, descriptors }: Checkpoint): number {
  let count = 0;
  for (let file = 0; file < files.count; file++) {
    const first = u32At(files.firstHolder, file);
    const end = u32At(files.firstHolder, file + 1);
    // Holders ascend, and descriptors are in order of their table.
    if (end - first < 2) continue;
    const ofFirst = u32At(descriptors.table, u32At(files.holder, first));
    if (ofFirst !== u32At(descriptors.table, u32At(files.holder, end - 1))) count++;
  }
  return count;
}

function crossingByTable({ descriptors, tables }: Checkpoint) {
  const crossing = new Uint32Array(tables.count);
  let standard = 0;
  for (let row = 0; row < descriptors.count; row++) {
    if (descriptors.closeOnExec[row] === 1) continue;
    if ((descriptors.fd[row] as number) <= LAST_STANDARD) {
      standard++;
      continue;
    }
    const table = u32At(descriptors.table, row);
    crossing[table] = u32At(crossing, table) + 1;
  }
  return { crossing, standard };
}

function kindsOf({ descriptors, files }: Checkpoint): KindCount[] {
  const counts = new Map<number, number>();
  for (let row = 0; row < descriptors.count; row++) {
    const file = i32At(descriptors.file, row);
    if (file === NONE) continue;
    const kind = u8At(files.kind, file);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const found = Array.from(counts, ([kind, count]) => ({ kind, descriptors: count }));
  return found.sort((a, b) => b.descriptors - a.descriptors || a.kind - b.kind);
}
