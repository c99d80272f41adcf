// Both moments side by side, as lines of one height: a heading for each pair of file tables, below it one line for a
// descriptor before and after, and one line in place of a run of unchanged ones.

import { NONE } from "../model/checkpoint.ts";
import { BIT_OF_KIND, CHANGE_KINDS, isOfDescriptors } from "./changes.ts";
import type { Comparison } from "./diff.ts";
import { PRESENCE } from "./pair.ts";
import { createRows } from "./rows.ts";

/** What a line is. */
export const LINE = {
  /** The heading of a section; `at`: the pair of tables. */
  section: 0,
  /** `at`: the pair of descriptors. */
  pair: 1,
  /** In place of `length` pairs of descriptors, from `at` on. */
  fold: 2,
  /** In place of `length` sections in which nothing has changed, from `at` on. */
  sections: 3,
  /** A change of a task that has no file table; `at`: the change. */
  task: 4,
} as const;

/**
 * Lines in the order of the comparison's pairs of tables (lowest task first), and within them by fd. They are kept as
 * runs: a run of `pair` has a line for each of `length` pairs from `at` on, all others have one line.
 */
export interface AlignedLines {
  /** How many lines. */
  readonly count: number;
  /** By run: one of LINE. */
  readonly kind: Uint8Array;
  readonly at: Uint32Array;
  readonly length: Uint32Array;
  /** The line that a run begins at; one entry more than there are runs. */
  readonly firstLine: Uint32Array;
  /** By pair of tables: the first change of its tasks or of itself, or NONE. */
  readonly sectionChange: Int32Array;
}

/** One line: see LINE. */
export interface AlignedLine {
  readonly kind: number;
  readonly at: number;
  readonly length: number;
}

/** What is folded. */
export interface Folding {
  /** Whether runs of what has not changed are folded at all. */
  readonly onlyChanges: boolean;
  /** By index into CHANGE_KINDS: 1 for a kind that does not count as a change. */
  readonly hidden: Uint8Array;
  /** Folds of pairs and of sections that the user opened, by `at`. */
  readonly openedPairs: ReadonlySet<number>;
  readonly openedSections: ReadonlySet<number>;
}

/** Lays two images side by side. Linear in the pairs. */
export function align(comparison: Comparison, folding: Folding): AlignedLines {
  const { pairs, changed } = comparison;
  const { count: sections, firstRow, side } = pairs.tables;
  const { onlyChanges, hidden, openedPairs, openedSections } = folding;
  const { sectionChange, loose } = changesOfSections(comparison, hidden);
  const kinds = createRows();
  const ats = createRows();
  const lengths = createRows();
  const firstLines = createRows();
  let count = 0;
  const add = (what: number, at: number, length: number): void => {
    kinds.push(what);
    ats.push(at);
    lengths.push(length);
    firstLines.push(count);
    count += what === LINE.pair ? length : 1;
  };
  const addPairs = (from: number, to: number): void => {
    if (to > from) add(LINE.pair, from, to - from);
  };

  let mask = 0;
  CHANGE_KINDS.forEach((name, index) => {
    if (hidden[index] === 0) mask |= BIT_OF_KIND[name];
  });
  /** The end of the run of pairs from `from` that have all not changed, or all have. */
  const endOfRun = (from: number, end: number, differs: boolean): number => {
    let to = from;
    while (to < end && (((changed[to] as number) & mask) !== 0) === differs) to++;
    return to;
  };
  const isQuiet = (section: number): boolean => {
    const end = firstRow[section + 1] as number;
    const whole = side[section] !== PRESENCE.both || endOfRun(firstRow[section] as number, end, false) === end;
    return sectionChange[section] === NONE && whole;
  };
  const addFold = (from: number, to: number): void => {
    // One line says no less than its fold.
    if (to - from > 1 && !openedPairs.has(from)) add(LINE.fold, from, to - from);
    else addPairs(from, to);
  };

  for (let section = 0; section < sections; ) {
    if (onlyChanges && !openedSections.has(section)) {
      let end = section;
      while (end < sections && isQuiet(end)) end++;
      if (end - section > 1) {
        add(LINE.sections, section, end - section);
        section = end;
        continue;
      }
    }
    // A fold of sections that was opened ends where it ended when it was closed.
    let last = section + 1;
    if (onlyChanges && openedSections.has(section)) while (last < sections && isQuiet(last)) last++;
    for (; section < last; section++) {
      add(LINE.section, section, 0);
      const end = firstRow[section + 1] as number;
      let row = firstRow[section] as number;
      if (!onlyChanges) addPairs(row, end);
      else if (side[section] !== PRESENCE.both) addFold(row, end);
      else {
        while (row < end) {
          const to = endOfRun(row, end, false);
          addFold(row, to);
          row = endOfRun(to, end, true);
          addPairs(to, row);
        }
      }
    }
  }
  for (const change of loose) add(LINE.task, change, 0);
  firstLines.push(count);
  return {
    count,
    kind: Uint8Array.from(kinds.list()),
    at: ats.list(),
    length: lengths.list(),
    firstLine: firstLines.list(),
    sectionChange,
  };
}

/** What is on a line. */
export function lineAt(lines: AlignedLines, line: number): AlignedLine {
  const run = lastRun(lines, (each) => (lines.firstLine[each] as number) <= line);
  const kind = lines.kind[run] ?? LINE.section;
  const at = lines.at[run] ?? 0;
  return kind === LINE.pair
    ? { kind, at: at + line - (lines.firstLine[run] ?? 0), length: 1 }
    : { kind, at, length: lines.length[run] ?? 0 };
}

/** The changes of tasks and tables by the section that their task is in; `loose`: of tasks that are in none. */
function changesOfSections({ before, after, pairs, changes }: Comparison, hidden: Uint8Array) {
  const { tables } = pairs;
  const ofBefore = new Int32Array(before.tasks.count).fill(NONE);
  const ofAfter = new Int32Array(after.tasks.count).fill(NONE);
  for (let section = 0; section < tables.count; section++) {
    const end = tables.firstTask[section + 1] as number;
    for (let task = tables.firstTask[section] as number; task < end; task++) {
      const b = tables.taskBefore[task] as number;
      const a = tables.taskAfter[task] as number;
      if (b !== NONE) ofBefore[b] = section;
      if (a !== NONE) ofAfter[a] = section;
    }
  }
  const sectionChange = new Int32Array(tables.count).fill(NONE);
  const loose: number[] = [];
  for (let change = 0; change < changes.count; change++) {
    const kind = changes.kind[change] as number;
    if (OF_DESCRIPTORS[kind] || hidden[kind] === 1) continue;
    const b = changes.taskBefore[change] as number;
    const section = b === NONE ? ofAfter[changes.taskAfter[change] as number] : ofBefore[b];
    if (section === undefined || section === NONE) loose.push(change);
    else if (sectionChange[section] === NONE) sectionChange[section] = change;
    const end = changes.firstRow[change + 1] as number;
    // Changes of tables: their other tasks' sections too.
    for (let at = changes.firstRow[change] as number; at < end; at++) {
      const other = ofBefore[changes.row[at] as number] ?? NONE;
      if (other !== NONE && sectionChange[other] === NONE) sectionChange[other] = change;
    }
  }
  return { sectionChange, loose };
}

const OF_DESCRIPTORS = CHANGE_KINDS.map(isOfDescriptors);

/** The line that shows a pair of descriptors, or the fold that it is in; -1 if there is none. */
export function lineOfPair(comparison: Comparison, lines: AlignedLines, pair: number): number {
  const { firstRow } = comparison.pairs.tables;
  const run = lastRun(lines, (each) => {
    const at = lines.at[each] as number;
    const kind = lines.kind[each];
    if (kind === LINE.task) return false;
    return (kind === LINE.section || kind === LINE.sections ? (firstRow[at] as number) : at) <= pair;
  });
  const first = lines.firstLine[run] ?? -1;
  return lines.kind[run] === LINE.pair ? first + pair - (lines.at[run] as number) : first;
}

/** The heading of a section, or the fold that it is in; -1 if there is none. */
function lineOfSection(comparison: Comparison, lines: AlignedLines, section: number): number {
  const { tablePair } = comparison.pairs.descriptors;
  const run = lastRun(lines, (each) => {
    const at = lines.at[each] as number;
    const kind = lines.kind[each];
    if (kind === LINE.task) return false;
    return kind === LINE.section || kind === LINE.sections ? at <= section : (tablePair[at] as number) < section;
  });
  return lines.firstLine[run] ?? -1;
}

/** The last run of which something is true that is true of all runs up to some run, and of none after; -1: of none. */
function lastRun({ kind }: AlignedLines, isBefore: (run: number) => boolean): number {
  let low = 0;
  let high = kind.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The line of a change: of its first descriptor, of its task's section, or of its own. */
export function lineOfChange(comparison: Comparison, lines: AlignedLines, change: number): number {
  const { pairs, changes } = comparison;
  if (OF_DESCRIPTORS[changes.kind[change] as number]) {
    return lineOfPair(comparison, lines, changes.row[changes.firstRow[change] as number] ?? 0);
  }
  const b = changes.taskBefore[change] as number;
  const task =
    b === NONE
      ? pairs.tables.taskAfter.indexOf(changes.taskAfter[change] as number)
      : pairs.tables.taskBefore.indexOf(b);
  if (task === -1) {
    for (let run = lines.kind.length - 1; run >= 0 && lines.kind[run] === LINE.task; run--) {
      if (lines.at[run] === change) return lines.firstLine[run] as number;
    }
    return -1;
  }
  let section = 0;
  while ((pairs.tables.firstTask[section + 1] as number) <= task) section++;
  return lineOfSection(comparison, lines, section);
}
