// Windows of columns: where the kernel has values of some thousand rows.

import type { RowKernel } from "./kernel.ts";
import type { AnyValues, Column, Part } from "./template.ts";

type AnyColumn = Column | BigUint64Array;

/** The kinds of columns, in the order of rows.c. */
const KINDS = [Uint8Array, Uint16Array, Uint32Array, Int32Array, BigUint64Array] as const;

/** Most rows in the windows: enough to make a call worth its cost. */
const MOST_ROWS = 4096;

export interface ColumnWindow {
  readonly values: AnyValues;
  readonly view: AnyColumn;
}

export interface ColumnWindows {
  readonly windows: readonly ColumnWindow[];
  /** Rows that each has room for. */
  readonly rows: number;
  /** Where values are. */
  of(values: AnyValues): { readonly address: number; readonly kind: number; readonly view: AnyColumn };
}

/** Windows of all values that parts need. */
export function columnWindows({ regions, bytes }: RowKernel, parts: readonly Part[]): ColumnWindows {
  const all = new Set<AnyValues>();
  collect(parts, all);
  let width = 0;
  for (const values of all) width += columnOf(values).BYTES_PER_ELEMENT;
  const { at, size } = regions.columns;
  // By eights, so that every window is aligned.
  const rows = Math.min(MOST_ROWS, Math.floor(size / Math.max(1, width) / 8) * 8);
  let address = at;
  const placed = new Map<AnyValues, { address: number; kind: number; view: AnyColumn }>();
  for (const values of all) {
    const column = columnOf(values);
    const kind = KINDS.findIndex((type) => column instanceof type);
    const view = new (KINDS[kind] as typeof Uint8Array)(bytes.buffer, address, rows);
    placed.set(values, { address, kind, view });
    address += view.byteLength;
  }
  const of: ColumnWindows["of"] = (values) => {
    const found = placed.get(values);
    if (found === undefined) throw new Error("No part has these values");
    return found;
  };
  return { windows: Array.from(placed, ([values, { view }]) => ({ values, view })), rows, of };
}

const columnOf = (values: AnyValues): AnyColumn => ("rows" in values ? values.column : values);

/** Adds the values of parts to a set. */
function collect(parts: readonly Part[], all: Set<AnyValues>): void {
  for (const part of parts) {
    if ("values" in part) all.add(part.values);
    if ("texts" in part) all.add(part.texts.start).add(part.texts.length);
    if ("columns" in part) all.add(part.columns.files).add(part.columns.fds).add(part.columns.tables);
    if ("keys" in part) for (const { values } of part.keys) all.add(values);
    if (part.op !== "when") continue;
    collect(part.parts, all);
    collect(part.otherwise, all);
  }
}

/** Fills windows with the values of rows from `row` on. */
export function fillAll(windows: readonly ColumnWindow[], row: number, count: number): void {
  const firsts: Firsts = new Map();
  for (const window of windows) fillWindow(window, row, count, firsts);
}

/** What `consecutiveFrom` returned for some rows: most columns are at the same ones. */
type Firsts = Map<Int32Array, number | null>;

function fillWindow({ values, view }: ColumnWindow, row: number, count: number, firsts: Firsts): void {
  if (!("rows" in values)) {
    copyColumn(view, values, row, row + count);
    return;
  }
  const { column, rows } = values;
  let first = firsts.get(rows);
  if (first === undefined) {
    first = consecutiveFrom(rows, row, count);
    firsts.set(rows, first);
  }
  if (first !== null) copyColumn(view, column, first, first + count);
  else if (column instanceof BigUint64Array) gatherWide(view as BigUint64Array, column, rows, row, count);
  else if (column instanceof Uint8Array) gatherBytes(view as Uint8Array, column, rows, row, count);
  else gather(view as Uint32Array, column as Uint32Array, rows, row, count);
}

/** The row that the first of some rows refers to, if the others refer to those after it; else `null`. */
function consecutiveFrom(rows: Int32Array, row: number, count: number): number | null {
  const first = rows[row] as number;
  if (first < 0) return null;
  for (let at = 1; at < count; at++) if (rows[row + at] !== first + at) return null;
  return first;
}

function copyColumn(view: AnyColumn, column: AnyColumn, row: number, end: number): void {
  // Both are of the same kind. An empty column is that of a value that no row has.
  (view as Uint8Array).set((column as Uint8Array).subarray(row, end));
}

function gather(view: Uint32Array, column: Uint32Array, rows: Int32Array, row: number, count: number): void {
  for (let at = 0; at < count; at++) {
    const from = rows[row + at] as number;
    view[at] = from < 0 ? 0 : (column[from] as number);
  }
}

function gatherBytes(view: Uint8Array, column: Uint8Array, rows: Int32Array, row: number, count: number): void {
  for (let at = 0; at < count; at++) {
    const from = rows[row + at] as number;
    view[at] = from < 0 ? 0 : (column[from] as number);
  }
}

/** By words, as reading a BigUint64Array allocates an object for each value. */
function gatherWide(view: BigUint64Array, column: BigUint64Array, rows: Int32Array, row: number, count: number): void {
  const to = new Uint32Array(view.buffer, view.byteOffset, 2 * count);
  const from = new Uint32Array(column.buffer, column.byteOffset, 2 * column.length);
  for (let at = 0; at < count; at++) {
    const index = rows[row + at] as number;
    to[2 * at] = index < 0 ? 0 : (from[2 * index] as number);
    to[2 * at + 1] = index < 0 ? 0 : (from[2 * index + 1] as number);
  }
}
