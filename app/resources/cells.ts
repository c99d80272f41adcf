// Cells from details of open files. A value that occurs again is stored once, so it is also read only once.

import type { DetailStore } from "../model/checkpoint.ts";
import { valueBytes } from "../model/detail-store.ts";
import type { DetailValue } from "../model/fields.ts";
import { decodeText } from "../model/text/text.ts";
import type { Input, Pool } from "./table.ts";

/** A number as a cell; `null` if the value is none. */
export const numberOr = (value: DetailValue | undefined): number | null => (typeof value === "number" ? value : null);

/** Text as a cell; `null` if the value is none. */
export const textOr = (value: DetailValue | undefined): string | null => (typeof value === "string" ? value : null);

/** Text, or a number that has no name, as a cell. */
export const wordOr = (value: DetailValue | undefined): string | null =>
  typeof value === "number" ? String(value) : textOr(value);

/** The cell of a value that does not fill a column, so that another detail may. */
export const NOTHING = -1;

/** From a value of a store to a cell: an index into a pool, or NOTHING. */
export type PooledCells = (value: number) => number;

/** Cells of a pool. @param make Returns `undefined` for values that do not fill the column. */
export function pooledCells(
  store: DetailStore,
  pool: Pool,
  make: (value: DetailValue) => Exclude<Input, bigint>,
): PooledCells {
  /** By value: 2 + the cell; 0: not known yet. */
  const known = new Int32Array(store.start.length);
  return (value) => {
    let cell = known[value] as number;
    if (cell === 0) {
      const made = make(parsed(store, value));
      cell = 2 + (made === undefined ? NOTHING : pool.indexOf(made));
      known[value] = cell;
    }
    return cell - 2;
  };
}

/** A function from the values of a store to numbers; NaN where a value is none. */
export function numberCells(store: DetailStore): (value: number) => number {
  const known = new Map<number, number>();
  return (value) => {
    let cell = known.get(value);
    if (cell === undefined) {
      cell = numberOr(parsed(store, value)) ?? Number.NaN;
      known.set(value, cell);
    }
    return cell;
  };
}

const parsed = (store: DetailStore, value: number): DetailValue =>
  JSON.parse(decodeText(valueBytes(store, value))) as DetailValue;
