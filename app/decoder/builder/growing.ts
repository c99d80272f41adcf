// Columns that grow. A full column grows to the size that the whole image needs by extrapolation, but at least 2 and at
// most 64 times its length: memory stays within a fixed multiple of the image's size, and little is copied.

import type { Budget } from "../limits.ts";

export type Column =
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>
  | BigUint64Array<ArrayBuffer>;

/** Columns being filled: `count` rows of each are in use, and `capacity` rows are allocated. */
export type Growing<T> = { -readonly [K in keyof T]: T[K] } & { capacity: number };

export const FIRST_CAPACITY = 64;

/** A larger copy of a column. */
export function grown<C extends Column>(column: C, capacity: number): C {
  const larger = new (column.constructor as new (length: number) => C)(capacity);
  (larger as unknown as Uint32Array).set(column as unknown as Uint32Array);
  return larger;
}

/** Rows to add to a group: some of its columns. */
export type Rows<Group> = { readonly [name in keyof Group]?: { subarray(start: number, end: number): unknown } };

/**
 * Adds the first `rows` rows of columns to a group that has room for them; returns the first. Columns of the group that
 * are empty because no row needs them so far stay so.
 */
export function addRows<Group extends { count: number }>(group: Group, columns: Rows<Group>, rows: number): number {
  const first = group.count;
  group.count = first + rows;
  for (const name of Object.keys(columns) as (keyof Group)[]) {
    const column = group[name] as Column;
    if (column.length > 0) column.set(columns[name]?.subarray(0, rows) as never, first);
  }
  return first;
}

/** The first `count` rows of a column, as a view. */
const cut = <C extends Column>(column: C, count: number): C => column.subarray(0, count) as C;

/** The columns of a group, each cut to the group's count. */
export function cutAll<T extends { count: number }>(group: T): Omit<T, "capacity"> {
  const closed: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(group)) {
    if (key === "capacity") continue;
    closed[key] = ArrayBuffer.isView(value) ? cut(value as unknown as Column, group.count) : value;
  }
  return closed as Omit<T, "capacity">;
}

/** Capacity for a full column when `fraction` (0 … 1) of the image has been decoded. */
export const nextCapacity = (capacity: number, fraction: number): number =>
  Math.ceil(Math.min(capacity * 64, Math.max(capacity * 2, (capacity / Math.max(fraction, 1e-9)) * 1.05)));

/** How columns grow: by extrapolation, and within a budget. */
export interface Growth {
  /** Returns the fraction of the image decoded so far, 0 … 1. */
  decoded(): number;
  readonly budget: Budget;
}

/**
 * Grows every column of a group. Callers check `count === capacity` themselves, as that is the hottest line of all.
 *
 * @throws LimitReached if the budget is used up.
 */
export function grow(group: { capacity: number }, { decoded, budget }: Growth): void {
  growTo(group, nextCapacity(group.capacity, decoded()), budget);
}

/**
 * Grows every column of a group to `capacity`, or to less if the budget ends before. Columns of length 0 are not in use
 * and stay as they are.
 *
 * @throws LimitReached if the budget is used up.
 */
export function growTo(group: { capacity: number }, capacity: number, budget: Budget): void {
  const columns = group as unknown as Record<string, Column | number>;
  const used = Object.entries(columns).filter(
    (entry): entry is [string, Column] => ArrayBuffer.isView(entry[1]) && entry[1].length > 0,
  );
  const rowSize = used.reduce((sum, [, column]) => sum + column.BYTES_PER_ELEMENT, 0);
  group.capacity += budget.takeRows(capacity - group.capacity, rowSize);
  for (const [key, column] of used) columns[key] = grown(column, group.capacity);
}
