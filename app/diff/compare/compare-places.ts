// Compares addresses of code by what is mapped there, because every run of a program may have its memory elsewhere.

import { NONE } from "../../model/checkpoint.ts";
import { SIDES, type Side } from "../../model/comparison/side.ts";
import { i32At } from "../../model/read.ts";
import { resourceNamed } from "../../resources/resources.ts";
import { type Column, cellAt, type Resources, type ResourceTable } from "../../resources/table.ts";

const MAPPINGS = resourceNamed("mappings");
const KIND = MAPPINGS.columns.find(({ name }) => name === "kind") ?? MAPPINGS.columns[0];

/** A mapping of a task. */
interface Place {
  readonly start: bigint;
  readonly end: bigint;
  /** Where it is in the file that is mapped; `null`: it is of no file. */
  readonly offset: bigint | null;
}

const columnOf = ({ columns }: ResourceTable, name: string): Column | undefined =>
  columns[MAPPINGS.columns.findIndex((column) => column.name === name)];

const wide = (column: Column | undefined, row: number): bigint =>
  column?.kind === "wide" ? (column.values[row] as bigint) : 0n;

/** The mappings of each task of a table. */
function placesByTask(table: ResourceTable): ReadonlyMap<number, readonly Place[]> {
  const places = new Map<number, Place[]>();
  const [start, end, offset, kind] = ["start", "end", "offset", "kind"].map((name) => columnOf(table, name));
  for (let row = 0; row < table.count; row++) {
    const task = i32At(table.task, row);
    if (task === NONE || KIND === undefined) continue;
    const isOfFile = cellAt(KIND, kind, row) === "file";
    const place = { start: wide(start, row), end: wide(end, row), offset: isOfFile ? wide(offset, row) : null };
    const known = places.get(task);
    if (known === undefined) places.set(task, [place]);
    else known.push(place);
  }
  return places;
}

/** An address in the memory of a task. */
export interface Address {
  readonly task: number;
  readonly at: bigint;
}

/**
 * Returns a test for whether two different addresses are of the same code: of the same place in a file, or of memory
 * without a file that was moved, where nothing is known. Mappings that are left out are the same on both sides, so that
 * other addresses are other places.
 */
export function placeComparer(resources: Readonly<Record<Side, Resources>>) {
  const tables = { before: resources.before.mappings, after: resources.after.mappings };
  const known: Partial<Record<Side, ReadonlyMap<number, readonly Place[]>>> = {};
  const placeOf = (side: Side, { task, at }: Address): Place | undefined => {
    const table = tables[side];
    const places = known[side] ?? (table === undefined ? new Map() : placesByTask(table));
    known[side] = places;
    return places.get(task)?.find(({ start, end }: Place) => start <= at && at < end);
  };
  return (before: Address, after: Address): boolean => {
    if (SIDES.some((side) => tables[side]?.held !== true)) return true;
    const [x, y] = [placeOf("before", before), placeOf("after", after)];
    if (x === undefined || y === undefined || (x.offset === null) !== (y.offset === null)) return false;
    if (x.offset === null || y.offset === null) return x.start !== y.start;
    return before.at - x.start + x.offset === after.at - y.start + y.offset;
  };
}
