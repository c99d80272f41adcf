// The slots of a union: the descriptors of both images, merged by fd within each table.

import { CHANGE_BITS } from "../../diff/changes.ts";
import { type Checkpoint, NONE } from "../../model/checkpoint.ts";
import { runsOfBoth } from "../../model/comparison/descriptor-pairs.ts";
import { i32At, u32At } from "../../model/read.ts";
import type { DescriptorRow, TableRow } from "../../model/rows.ts";
import { ADDED, CHANGED, type Change, type GraphTableRow, REMOVED, SAME, type SlotRow } from "./graph.ts";
import type { Pairing, UnionRowOf, UnionRows } from "./union-rows.ts";

/** Changes of the descriptor itself. Changes of values are drawn at its open file. */
const OWN_BITS = CHANGE_BITS.closeOnExec | CHANGE_BITS.path | CHANGE_BITS.sharing;

/** By descriptor of each image: a pair that it is in, NONE if there is none. */
export interface PairOf {
  readonly ofBefore: Int32Array;
  readonly ofAfter: Int32Array;
}

/** Inputs from which the slots of a union are made. */
interface SlotSources {
  readonly before: Checkpoint;
  readonly after: Checkpoint;
  readonly pairing: Pairing;
  readonly pairOf: PairOf;
  readonly tables: UnionRows;
  readonly files: UnionRowOf;
}

/** By slot: its row on each side, its fd, table and files in the union, and a Change. */
interface UnionSlots extends UnionRows {
  readonly fd: Int32Array;
  readonly table: Uint32Array;
  readonly file: Int32Array;
  readonly fileBefore: Int32Array;
}

/** If a descriptor is in several pairs, the pair within one table of the union is preferred. */
export function pairsByDescriptor(
  before: Checkpoint,
  after: Checkpoint,
  { descriptors }: Pairing,
  tables: UnionRowOf,
): PairOf {
  const ofBefore = new Int32Array(before.descriptors.count).fill(NONE);
  const ofAfter = new Int32Array(after.descriptors.count).fill(NONE);
  for (const run of runsOfBoth(descriptors)) {
    let { before: slotBefore, after: slotAfter } = run;
    for (let pair = run.pair; pair < run.end; pair++, slotBefore++, slotAfter++) {
      const inOneTable =
        i32At(tables.ofBefore, u32At(before.descriptors.table, slotBefore)) ===
        i32At(tables.ofAfter, u32At(after.descriptors.table, slotAfter));
      if (inOneTable || ofBefore[slotBefore] === NONE) ofBefore[slotBefore] = pair;
      if (inOneTable || ofAfter[slotAfter] === NONE) ofAfter[slotAfter] = pair;
    }
  }
  return { ofBefore, ofAfter };
}

/** Slots by table of the union, then by fd. `first`: where each table's slots begin, tables + 1 entries. */
export function unionSlots(sources: SlotSources): UnionSlots & { readonly first: Uint32Array } {
  const { before, after, tables } = sources;
  const slots = newSlots(before.descriptors.count + after.descriptors.count);
  const tableCount = tables.before.length;
  const first = new Uint32Array(tableCount + 1);
  let count = 0;
  for (let table = 0; table < tableCount; table++) {
    first[table] = count;
    let [b, endBefore] = slotRange(before, i32At(tables.before, table));
    let [a, endAfter] = slotRange(after, i32At(tables.after, table));
    while (b < endBefore || a < endAfter) {
      const fdBefore = b < endBefore ? i32At(before.descriptors.fd, b) : Number.POSITIVE_INFINITY;
      const fdAfter = a < endAfter ? i32At(after.descriptors.fd, a) : Number.POSITIVE_INFINITY;
      const takesBefore = fdBefore <= fdAfter;
      const takesAfter = fdAfter <= fdBefore;
      putSlot(sources, slots, count++, table, takesBefore ? b : NONE, takesAfter ? a : NONE);
      if (takesBefore) b++;
      if (takesAfter) a++;
    }
  }
  first[tableCount] = count;
  return { first, ...trimmed(slots, count) };
}

const newSlots = (most: number): UnionSlots => ({
  before: new Int32Array(most).fill(NONE),
  after: new Int32Array(most).fill(NONE),
  change: new Uint8Array(most),
  fd: new Int32Array(most),
  table: new Uint32Array(most),
  file: new Int32Array(most),
  fileBefore: new Int32Array(most).fill(NONE),
});

const trimmed = (slots: UnionSlots, count: number): UnionSlots => ({
  before: slots.before.slice(0, count),
  after: slots.after.slice(0, count),
  change: slots.change.slice(0, count),
  fd: slots.fd.slice(0, count),
  table: slots.table.slice(0, count),
  file: slots.file.slice(0, count),
  fileBefore: slots.fileBefore.slice(0, count),
});

/** First and end row of a table's descriptors; empty for NONE. */
function slotRange({ tables }: Checkpoint, table: TableRow): [number, number] {
  return table === NONE ? [0, 0] : [u32At(tables.first, table), u32At(tables.first, table + 1)];
}

/** Fills row `at` with the slot of a table that is `slotBefore`, `slotAfter` or both. */
function putSlot(
  sources: SlotSources,
  slots: UnionSlots,
  at: SlotRow,
  table: GraphTableRow,
  slotBefore: DescriptorRow,
  slotAfter: DescriptorRow,
): void {
  const { before, after, files } = sources;
  slots.before[at] = slotBefore;
  slots.after[at] = slotAfter;
  slots.table[at] = table;
  slots.fd[at] = slotAfter === NONE ? i32At(before.descriptors.fd, slotBefore) : i32At(after.descriptors.fd, slotAfter);
  const fileBefore = fileOf(before, slotBefore, files.ofBefore);
  const fileAfter = fileOf(after, slotAfter, files.ofAfter);
  slots.file[at] = slotAfter === NONE ? fileBefore : fileAfter;
  if (slotBefore === NONE || slotAfter === NONE) {
    slots.change[at] = oneSidedChange(sources, table, slotBefore, slotAfter);
    return;
  }
  if (fileBefore !== fileAfter) slots.fileBefore[at] = fileBefore;
  const pair = i32At(sources.pairOf.ofAfter, slotAfter);
  const bits = pair === NONE ? 0 : (sources.pairing.changed[pair] as number);
  const differs = fileBefore !== fileAfter || (bits & OWN_BITS) !== 0;
  slots.change[at] = differs ? CHANGED : SAME;
}

/** The row in the union of the file that a descriptor leads to; NONE for no descriptor and for a missing file. */
function fileOf({ descriptors }: Checkpoint, slot: DescriptorRow, unionRow: Int32Array): number {
  if (slot === NONE) return NONE;
  const file = i32At(descriptors.file, slot);
  return file === NONE ? NONE : i32At(unionRow, file);
}

/**
 * The change of a slot on one side only. If its whole table is on one side only, the table may be a copy of another, or
 * replaced by another; a slot with a counterpart there is neither added nor removed, but can be changed.
 */
function oneSidedChange(
  { pairing, pairOf, tables }: SlotSources,
  table: GraphTableRow,
  slotBefore: DescriptorRow,
  slotAfter: DescriptorRow,
): Change {
  const isOneSided = tables.before[table] === NONE || tables.after[table] === NONE;
  const pair = slotBefore === NONE ? i32At(pairOf.ofAfter, slotAfter) : i32At(pairOf.ofBefore, slotBefore);
  const bits = pair === NONE ? CHANGE_BITS.path : (pairing.changed[pair] as number);
  if (isOneSided && (bits & CHANGE_BITS.path) === 0) return (bits & OWN_BITS) === 0 ? SAME : CHANGED;
  return slotBefore === NONE ? ADDED : REMOVED;
}
