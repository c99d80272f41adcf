// Both sides of a comparison next to each other, as lines of one height: a heading for each pair of file tables, and
// below it a line for each pair of descriptors, or for a run of unchanged pairs that is folded.

import { NONE } from "../../model/checkpoint.ts";
import { tablePairOf } from "../../model/comparison/descriptor-pairs.ts";
import { i32At, u8At, u32At } from "../../model/read.ts";
import { firstIndex } from "../../model/search.ts";
import { CHANGE_KINDS, isOfDescriptors, isOfResources } from "../changes.ts";
import type { Comparison } from "../comparison.ts";
import { PRESENCE } from "../pairs/pair.ts";
import type { HiddenChanges } from "./filter.ts";

/** The kinds of line. */
export const LINE = {
  /** The heading of a section; `at`: the pair of tables. */
  section: 0,
  /** `at`: the pair of descriptors. */
  pair: 1,
  /** Replaces `length` unchanged pairs of descriptors from `at` on. */
  fold: 2,
  /** Replaces `length` unchanged sections from `at` on. */
  sections: 3,
  /** A change of a task without a file table; `at`: the change. */
  task: 4,
} as const;

/**
 * Lines in the order of the comparison's table pairs (lowest task first), and within them by fd. They are stored as
 * runs: a run of `pair` has a line for each of `length` pairs from `at` on; every other run has one line.
 */
export interface AlignedLines {
  /** Number of lines. */
  readonly count: number;
  /** One of LINE, by run. */
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
  /** Whether runs of unchanged pairs and sections are folded. */
  readonly onlyChanges: boolean;
  /** Changes of tasks and tables that are hidden do not count; for descriptors, see `withoutHidden`. */
  readonly hidden: HiddenChanges;
  /** Folds that the user opened, by `at`. */
  readonly openedPairs: ReadonlySet<number>;
  readonly openedSections: ReadonlySet<number>;
}

/** Lays two images side by side. Linear in the pairs. */
export function align(comparison: Comparison, folding: Folding): AlignedLines {
  const { tables } = comparison.pairs;
  const { sectionChange, loose } = changesOfSections(comparison, folding.hidden);
  const layout: Layout = { comparison, folding, sectionChange, runs: createRuns(), two: twoByTwo(comparison.changed) };
  for (let section = 0; section < tables.count; ) section = addSections(layout, section);
  for (const change of loose) layout.runs.add(LINE.task, change, 0);
  return { ...layout.runs.finish(), sectionChange };
}

/** Collects runs of lines. */
function createRuns() {
  let kind = new Uint8Array(1024);
  let at = new Uint32Array(kind.length);
  let length = new Uint32Array(kind.length);
  let firstLine = new Uint32Array(kind.length);
  let runs = 0;
  let count = 0;
  const grow = (): void => {
    const room = 2 * runs;
    kind = grown(kind, new Uint8Array(room));
    at = grown(at, new Uint32Array(room));
    length = grown(length, new Uint32Array(room));
    firstLine = grown(firstLine, new Uint32Array(room));
  };
  return {
    add(what: number, from: number, many: number): void {
      if (runs === kind.length) grow();
      kind[runs] = what;
      at[runs] = from;
      length[runs] = many;
      firstLine[runs] = count;
      runs++;
      count += what === LINE.pair ? many : 1;
    },
    finish(): Omit<AlignedLines, "sectionChange"> {
      if (runs === kind.length) grow();
      firstLine[runs] = count;
      return {
        count,
        kind: kind.slice(0, runs),
        at: at.slice(0, runs),
        length: length.slice(0, runs),
        firstLine: firstLine.slice(0, runs + 1),
      };
    },
  };
}

function grown<T extends Uint8Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** State that the steps of laying out share. */
interface Layout {
  readonly comparison: Comparison;
  readonly folding: Folding;
  readonly sectionChange: Int32Array;
  readonly runs: ReturnType<typeof createRuns>;
  /** The bits of two pairs in each entry. */
  readonly two: Uint32Array;
}

/** The entries of a column, two in one. */
function twoByTwo(column: Uint16Array): Uint32Array {
  const { buffer, byteOffset, length } = column.byteOffset % 4 === 0 ? column : column.slice();
  return new Uint32Array(buffer, byteOffset, length >> 1);
}

/** Adds section `section`, or the fold of unchanged sections that begins there; returns the next section. */
function addSections(layout: Layout, section: number): number {
  const { comparison, folding, runs } = layout;
  const { count } = comparison.pairs.tables;
  const isOpened = folding.openedSections.has(section);
  let end = isOpened ? section + 1 : section;
  if (folding.onlyChanges) while (end < count && isUnchanged(layout, end)) end++;
  if (end - section > 1 && !isOpened) {
    runs.add(LINE.sections, section, end - section);
    return end;
  }
  // All sections of an opened fold are shown.
  const last = Math.max(section + 1, end);
  for (let each = section; each < last; each++) addSection(layout, each);
  return last;
}

/** Whether a section is unchanged. */
function isUnchanged(layout: Layout, section: number): boolean {
  const { firstRow, presence } = layout.comparison.pairs.tables;
  if (layout.sectionChange[section] !== NONE) return false;
  if (presence[section] !== PRESENCE.both) return true;
  const end = u32At(firstRow, section + 1);
  return endOfUnchanged(layout, u32At(firstRow, section), end) === end;
}

/** Adds the heading of a section and its pairs, runs of unchanged ones folded. */
function addSection(layout: Layout, section: number): void {
  const { comparison, folding, runs } = layout;
  const { firstRow, presence } = comparison.pairs.tables;
  const end = u32At(firstRow, section + 1);
  let row = u32At(firstRow, section);
  runs.add(LINE.section, section, 0);
  if (!folding.onlyChanges) addPairs(layout, row, end);
  else if (presence[section] !== PRESENCE.both) addFold(layout, row, end);
  else {
    while (row < end) {
      const to = endOfUnchanged(layout, row, end);
      addFold(layout, row, to);
      row = endOfChanged(layout, to, end);
      addPairs(layout, to, row);
    }
  }
}

/** The end of the run of unchanged pairs from `from`. Most pairs are unchanged, so four are passed at once. */
function endOfUnchanged({ comparison: { changed }, two }: Layout, from: number, end: number): number {
  let to = from;
  if (to < end && to % 2 === 1 && changed[to] === 0) to++;
  if (to % 2 === 0) {
    // Casts, as this loop passes every pair.
    for (let at = to / 2; to + 4 <= end && ((two[at] as number) | (two[at + 1] as number)) === 0; at += 2) to += 4;
  }
  while (to < end && changed[to] === 0) to++;
  return to;
}

/** The end of the run of changed pairs from `from`. */
function endOfChanged({ comparison: { changed } }: Layout, from: number, end: number): number {
  let to = from;
  while (to < end && changed[to] !== 0) to++;
  return to;
}

function addPairs({ runs }: Layout, from: number, to: number): void {
  if (to > from) runs.add(LINE.pair, from, to - from);
}

/** Adds unchanged pairs as a fold. A single pair is shown: it takes no more room than its fold. */
function addFold(layout: Layout, from: number, to: number): void {
  if (to - from > 1 && !layout.folding.openedPairs.has(from)) layout.runs.add(LINE.fold, from, to - from);
  else addPairs(layout, from, to);
}

/** The content of a line. */
export function lineAt(lines: AlignedLines, line: number): AlignedLine {
  const run = lastRun(lines, (each) => u32At(lines.firstLine, each) <= line);
  // A caller may ask for a line beyond the end of a list that has just become shorter.
  if (run < 0) return { kind: LINE.section, at: 0, length: 0 };
  const kind = u8At(lines.kind, run);
  const at = u32At(lines.at, run);
  return kind === LINE.pair
    ? { kind, at: at + line - u32At(lines.firstLine, run), length: 1 }
    : { kind, at, length: u32At(lines.length, run) };
}

/** The changes of tasks and tables by the section of their task; `loose`: those of tasks without a section. */
function changesOfSections({ before, after, pairs, changes }: Comparison, hidden: HiddenChanges) {
  const { tables } = pairs;
  const ofBefore = new Int32Array(before.tasks.count).fill(NONE);
  const ofAfter = new Int32Array(after.tasks.count).fill(NONE);
  for (let section = 0; section < tables.count; section++) {
    const end = u32At(tables.firstTask, section + 1);
    for (let task = u32At(tables.firstTask, section); task < end; task++) {
      const b = i32At(tables.taskBefore, task);
      const a = i32At(tables.taskAfter, task);
      if (b !== NONE) ofBefore[b] = section;
      if (a !== NONE) ofAfter[a] = section;
    }
  }
  const sectionChange = new Int32Array(tables.count).fill(NONE);
  const loose: number[] = [];
  for (let change = 0; change < changes.count; change++) {
    const kind = u8At(changes.kind, change);
    // Rows of resources have tables of their own.
    if (OF_DESCRIPTORS[kind] || OF_RESOURCES[kind] || hidden[change] === 1) continue;
    const b = i32At(changes.taskBefore, change);
    const section = b === NONE ? i32At(ofAfter, i32At(changes.taskAfter, change)) : i32At(ofBefore, b);
    if (section === NONE) loose.push(change);
    else if (sectionChange[section] === NONE) sectionChange[section] = change;
    const end = u32At(changes.firstRow, change + 1);
    // A change of tables also belongs to the sections of its other tasks.
    for (let at = u32At(changes.firstRow, change); at < end; at++) {
      const other = i32At(ofBefore, u32At(changes.row, at));
      if (other !== NONE && sectionChange[other] === NONE) sectionChange[other] = change;
    }
  }
  return { sectionChange, loose };
}

const OF_DESCRIPTORS = CHANGE_KINDS.map(isOfDescriptors);
const OF_RESOURCES = CHANGE_KINDS.map(isOfResources);

/** The line of a pair of descriptors, or of the fold that contains it; -1 if there is none. */
export function lineOfPair(comparison: Comparison, lines: AlignedLines, pair: number): number {
  const { firstRow } = comparison.pairs.tables;
  const run = lastRun(lines, (each) => {
    const at = u32At(lines.at, each);
    const kind = lines.kind[each];
    if (kind === LINE.task) return false;
    return (kind === LINE.section || kind === LINE.sections ? u32At(firstRow, at) : at) <= pair;
  });
  const first = lines.firstLine[run] ?? -1;
  return lines.kind[run] === LINE.pair ? first + pair - u32At(lines.at, run) : first;
}

/** The heading of a section, or the fold that contains it; -1 if there is none. */
function lineOfSection(comparison: Comparison, lines: AlignedLines, section: number): number {
  const run = lastRun(lines, (each) => {
    const at = u32At(lines.at, each);
    const kind = lines.kind[each];
    if (kind === LINE.task) return false;
    return kind === LINE.section || kind === LINE.sections
      ? at <= section
      : tablePairOf(comparison.pairs.tables, at) < section;
  });
  return lines.firstLine[run] ?? -1;
}

/** The last run for which `holds` is true; -1 if there is none. It must be true up to some run and false after it. */
function lastRun({ kind }: AlignedLines, holds: (run: number) => boolean): number {
  return firstIndex(kind.length, (run) => !holds(run)) - 1;
}

/** The line of a change: of its first descriptor, of its task's section, or of its own. */
export function lineOfChange(comparison: Comparison, lines: AlignedLines, change: number): number {
  const { pairs, changes } = comparison;
  if (OF_DESCRIPTORS[u8At(changes.kind, change)]) {
    return lineOfPair(comparison, lines, u32At(changes.row, u32At(changes.firstRow, change)));
  }
  if (OF_RESOURCES[u8At(changes.kind, change)]) return -1;
  const b = i32At(changes.taskBefore, change);
  const task =
    b === NONE ? pairs.tables.taskAfter.indexOf(i32At(changes.taskAfter, change)) : pairs.tables.taskBefore.indexOf(b);
  if (task === -1) {
    for (let run = lines.kind.length - 1; run >= 0 && lines.kind[run] === LINE.task; run--) {
      if (lines.at[run] === change) return u32At(lines.firstLine, run);
    }
    return -1;
  }
  const section = firstIndex(pairs.tables.count, (each) => u32At(pairs.tables.firstTask, each + 1) > task);
  return lineOfSection(comparison, lines, section);
}
