// Removes hidden changes from a drawing of two images: objects without other changes are drawn as unchanged, and those
// on one side only are not drawn.

import { CHANGE_KINDS, changeKind, isOfDescriptors } from "../../diff/changes.ts";
import type { Comparison } from "../../diff/comparison.ts";
import type { HiddenChanges } from "../../diff/lists/filter.ts";
import { NONE } from "../../model/checkpoint.ts";
import { descriptorOf } from "../../model/comparison/descriptor-pairs.ts";
import type { Side } from "../../model/comparison/side.ts";
import { i32At, u8At, u32At } from "../../model/read.ts";
import {
  ADDED,
  type Both,
  CHANGED,
  type Change,
  fileBefore,
  type Graph,
  HIDDEN,
  holdersOf,
  type ObjectKind,
  type PerObject,
  REMOVED,
  SAME,
  type SubjectOfBoth,
} from "./graph.ts";

/** Kinds of change as bits: bit k is the kind with index k in CHANGE_KINDS. */
type Kinds = number;

/** The kinds that change a slot's file. */
const OF_EDGES: Kinds = kindBits("file-path", "file-shared", "file-unshared");

export function kindBits(...kinds: (typeof CHANGE_KINDS)[number][]): Kinds {
  return kinds.reduce((bits, kind) => bits | (1 << changeKind(kind)), 0);
}

/**
 * The subject without hidden changes. Linear in the graph.
 *
 * This runs on millions of edges: casts `as number` read typed arrays within bounds checked by the loop.
 */
export function withoutChanges(subject: SubjectOfBoth, comparison: Comparison, hidden: HiddenChanges): SubjectOfBoth {
  const { graph, both } = subject;
  if (!hidden.includes(1)) return subject;
  const rows = rowsOf(both);
  const kinds = kindsOf(graph, both, comparison, rows, null);
  const shown = kindsOf(graph, both, comparison, rows, hidden);
  const effective = (to: ObjectKind): Uint8Array => withoutOff(both.change[to], shown[to], kinds[to]);
  const task = effective("task");
  const table = effective("table");
  const descriptor = effective("descriptor");
  const earlier = edgesBefore(graph, descriptor, kinds.descriptor, shown.descriptor);
  const file = effective("file");
  hideFiles(graph, both, { descriptor, earlier, file });
  const slots = count(descriptor, HIDDEN);
  return {
    ...subject,
    graph: { ...graph, descriptors: { ...graph.descriptors, fileBefore: earlier } },
    both: {
      ...both,
      change: { task, table, descriptor, file },
      off: {
        kinds: ~shownKinds(comparison, hidden),
        hidden: hiddenKinds(kinds, shown),
        slots,
        tasks: count(task, HIDDEN),
      },
    },
  };
}

/** The kinds with at least one visible change. */
function shownKinds({ changes }: Comparison, hidden: HiddenChanges): Kinds {
  let kinds = 0;
  for (let change = 0; change < changes.count; change++) {
    if (hidden[change] !== 1) kinds |= 1 << u8At(changes.kind, change);
  }
  return kinds;
}

/** By object: the kinds of its changes that are all hidden. */
function hiddenKinds(kinds: PerObject<Uint32Array>, shown: PerObject<Uint32Array>): PerObject<Uint32Array> {
  const left = (to: ObjectKind): Uint32Array => {
    const [all, some] = [kinds[to], shown[to]];
    const found = new Uint32Array(all.length);
    for (let row = 0; row < all.length; row++) found[row] = (all[row] as number) & ~(some[row] as number);
    return found;
  };
  return { task: left("task"), table: left("table"), descriptor: left("descriptor"), file: left("file") };
}

/** `changes` by row, without those of rows whose `kinds` of change are all hidden; `shown`: the kinds that are not. */
function withoutOff(changes: Uint8Array, shown: Uint32Array, kinds: Uint32Array): Uint8Array {
  const left = changes.slice();
  for (let row = 0; row < left.length; row++) {
    if (left[row] === SAME || kinds[row] === 0 || shown[row] !== 0) continue;
    left[row] = left[row] === CHANGED ? SAME : HIDDEN;
  }
  return left;
}

function count(changes: Uint8Array, wanted: Change): number {
  let found = 0;
  for (let row = 0; row < changes.length; row++) if (changes[row] === wanted) found++;
  return found;
}

/** By side and row of an image: its row of the graph. */
type Rows = PerObject<Readonly<Record<Side, Uint32Array>>>;

function rowsOf({ rows }: Both): Rows {
  const of = (to: ObjectKind) => ({ before: inverse(rows.before[to]), after: inverse(rows.after[to]) });
  return { task: of("task"), table: of("table"), descriptor: of("descriptor"), file: of("file") };
}

/** By row of the graph: the kinds of change that it is part of, without hidden changes. */
function kindsOf(
  graph: Graph,
  both: Both,
  comparison: Comparison,
  rows: Rows,
  hidden: HiddenChanges | null,
): PerObject<Uint32Array> {
  const kinds: PerObject<Uint32Array> = {
    task: new Uint32Array(graph.tasks.count),
    table: new Uint32Array(graph.tables.count),
    descriptor: new Uint32Array(graph.descriptors.count),
    file: new Uint32Array(graph.files.count),
  };
  const mark = (to: ObjectKind, side: Side, row: number, bit: Kinds): void => {
    const at = row === NONE ? undefined : rows[to][side][row];
    if (at !== undefined) kinds[to][at] = u32At(kinds[to], at) | bit;
  };
  markChanges(comparison, hidden, mark, (change) => {
    const { fileBefore, fileAfter } = comparison.changes;
    const row = rows.file.before[i32At(fileBefore, change)];
    return row !== undefined && row === rows.file.after[i32At(fileAfter, change)];
  });
  markOneSided(graph, both, kinds);
  return kinds;
}

/** By row of an image: its row of the graph. `rows`: by row of the graph, the image's row. */
function inverse(rows: Int32Array): Uint32Array {
  let most = NONE;
  for (let at = 0; at < rows.length; at++) most = Math.max(most, rows[at] as number);
  const found = new Uint32Array(most + 1);
  for (let at = 0; at < rows.length; at++) if (rows[at] !== NONE) found[rows[at] as number] = at;
  return found;
}

type Mark = (to: ObjectKind, side: Side, row: number, bit: Kinds) => void;

/**
 * Marks the objects of each listed change.
 *
 * @param isOneFile Whether a change of path is drawn as that of one open file, which was renamed or unlinked.
 */
function markChanges(
  comparison: Comparison,
  hidden: HiddenChanges | null,
  mark: Mark,
  isOneFile: (change: number) => boolean,
): void {
  const { before, after, pairs, changes } = comparison;
  for (let change = 0; change < changes.count; change++) {
    if (hidden?.[change] === 1) continue;
    const index = u8At(changes.kind, change);
    const kind = CHANGE_KINDS[index];
    if (kind === undefined) continue;
    const bit = 1 << index;
    const end = u32At(changes.firstRow, change + 1);
    const first = u32At(changes.firstRow, change);
    if (isOfDescriptors(kind)) {
      for (let at = first; at < end; at++) {
        const pair = u32At(changes.row, at);
        mark("descriptor", "before", descriptorOf(pairs.descriptors, "before", pair), bit);
        mark("descriptor", "after", descriptorOf(pairs.descriptors, "after", pair), bit);
      }
      if (kind.startsWith("file-") && (kind !== "file-path" || isOneFile(change))) {
        mark("file", "before", i32At(changes.fileBefore, change), bit);
        mark("file", "after", i32At(changes.fileAfter, change), bit);
      }
    } else if (kind.startsWith("task-")) {
      mark("task", "before", i32At(changes.taskBefore, change), bit);
      mark("task", "after", i32At(changes.taskAfter, change), bit);
    } else {
      for (let at = first; at < end; at++) {
        const task = u32At(changes.row, at);
        mark("table", "before", i32At(before.tasks.table, task), bit);
        const taskAfter = i32At(pairs.taskAfter, task);
        if (taskAfter !== NONE) mark("table", "after", i32At(after.tasks.table, taskAfter), bit);
      }
    }
  }
}

/** A table on one side only, and its slots, differ because of the table's tasks: they get the kinds of these. */
function markOneSided(graph: Graph, { change }: Both, kinds: PerObject<Uint32Array>): void {
  const { firstTask, task, first } = graph.tables;
  for (let table = 0; table < graph.tables.count; table++) {
    const isOneSided = change.table[table] === ADDED || change.table[table] === REMOVED;
    if (!isOneSided) continue;
    let own = u32At(kinds.table, table);
    for (let at = u32At(firstTask, table); at < u32At(firstTask, table + 1); at++)
      own |= u32At(kinds.task, u32At(task, at));
    kinds.table[table] = own;
    for (let slot = u32At(first, table); slot < u32At(first, table + 1); slot++) {
      kinds.descriptor[slot] = u32At(kinds.descriptor, slot) || own;
    }
  }
}

/** By slot: its file before, if that is another one and a change of that kind is shown; else NONE. */
function edgesBefore(graph: Graph, change: Uint8Array, kinds: Uint32Array, shown: Uint32Array): Int32Array {
  const edges = new Int32Array(change.length).fill(NONE);
  for (let slot = 0; slot < change.length; slot++) {
    if (change[slot] !== CHANGED) continue;
    const isOff = ((kinds[slot] as number) & OF_EDGES) !== 0 && ((shown[slot] as number) & OF_EDGES) === 0;
    if (!isOff) edges[slot] = fileBefore(graph, slot);
  }
  return edges;
}

/** Files on one side only: hidden without drawn holders, unchanged if the changes of all drawn holders are hidden. */
function hideFiles(
  graph: Graph,
  both: Both,
  { descriptor, earlier, file }: { descriptor: Uint8Array; earlier: Int32Array; file: Uint8Array },
): void {
  const isDrawn = new Uint8Array(graph.files.count);
  const differs = new Uint8Array(graph.files.count);
  for (let slot = 0; slot < graph.descriptors.count; slot++) {
    if (descriptor[slot] === HIDDEN) continue;
    const target = i32At(graph.descriptors.file, slot);
    const before = i32At(earlier, slot);
    // The slot's change is hidden.
    const isQuiet = descriptor[slot] === SAME && both.change.descriptor[slot] !== SAME;
    if (target !== NONE) {
      isDrawn[target] = 1;
      if (!isQuiet) differs[target] = 1;
    }
    if (before !== NONE) isDrawn[before] = differs[before] = 1;
  }
  for (let row = 0; row < graph.files.count; row++) {
    const change = both.change.file[row];
    if ((change !== ADDED && change !== REMOVED) || holdersOf(graph, row) === 0) continue;
    file[row] = isDrawn[row] === 0 ? HIDDEN : differs[row] === 0 ? SAME : change;
  }
}
