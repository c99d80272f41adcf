// A quick test whether two tables have the same rows, as most do for what a program sets up when it starts. Comparing
// columns takes no text for each row, which finding corresponding rows does.
//
// Casts `as number` read columns at rows that they have.

import { areSameColumns } from "../../model/comparison/difference.ts";
import type { DetailValue } from "../../model/fields.ts";
import { wordsOf } from "../../model/read.ts";
import type { Column, PooledColumn, ResourceTable } from "../../resources/table.ts";

/** Whether two tables have equal cells in some columns, row by row. `false` if that is not easy to see. */
export const haveSameCells = (before: ResourceTable, after: ResourceTable, columns: readonly number[]): boolean =>
  before.count === after.count && columns.every((at) => isSameColumn(before.columns[at], after.columns[at]));

function isSameColumn(before: Column | undefined, after: Column | undefined): boolean {
  if (before?.kind === "wide" && after?.kind === "wide") {
    return areSameColumns(before.has, after.has) && areSameColumns(wordsOf(before.values), wordsOf(after.values));
  }
  if (before?.kind === "number" && after?.kind === "number") {
    return areSameColumns(wordsOf(before.values), wordsOf(after.values));
  }
  if (before?.kind !== "pooled" || after?.kind !== "pooled") return false;
  return areSameColumns(before.index, after.index) && havePoolsInCommon(before, after);
}

/** Whether equal numbers stand for equal values in both, as they do if the values first occur in the same order. */
const havePoolsInCommon = (before: PooledColumn, after: PooledColumn): boolean =>
  before.pool.length === after.pool.length &&
  before.pool.every((value, at) => isSameValue(value, after.pool[at]) && before.bytes[at] === after.bytes[at]);

const isSameValue = (x: DetailValue, y: DetailValue | undefined): boolean =>
  x === y || (typeof x === "object" && JSON.stringify(x) === JSON.stringify(y));

/**
 * Returns a test for whether cells of two columns have the same value. Two tables number their values differently, so
 * each pair of numbers is looked up once.
 */
export function pooledComparer(before: PooledColumn, after: PooledColumn): (b: number, a: number) => boolean {
  /** By number before: 1 + a number after that stands for the same value. */
  const same = new Uint32Array(before.pool.length);
  return (b, a) => {
    const x = before.index[b] as number;
    const y = after.index[a] as number;
    if (same[x] === y + 1) return true;
    if (before.bytes[x] !== after.bytes[y] || !isSameValue(before.pool[x] ?? null, after.pool[y] ?? null)) return false;
    same[x] = y + 1;
    return true;
  };
}
