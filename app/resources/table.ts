// The rows of a resource as columns: plain data that can be transferred and compared without an object for each row.

import { NONE } from "../model/checkpoint.ts";
import type { DetailValue } from "../model/fields.ts";
import type { RecordRow, TaskRow } from "../model/rows.ts";
import { base64, decodeText, strictText } from "../model/text/text.ts";
import type { ColumnSpec, ColumnType, ResourceSpec } from "./resource.ts";

/** 64-bit values, of type `signed` as their two's complement; `has` is 0 where the image has none. */
interface WideColumn {
  readonly kind: "wide";
  readonly values: BigUint64Array;
  readonly has: Uint8Array;
}

/** Numbers; NaN where the image has none. */
interface NumberColumn {
  readonly kind: "number";
  readonly values: Float64Array;
}

/** Indices of values that are stored once; 0 where the image has none. */
export interface PooledColumn {
  readonly kind: "pooled";
  readonly index: Uint32Array;
  /** pool[0] is null. */
  readonly pool: readonly DetailValue[];
  /** By index: the exact bytes in base64 of text that is not valid UTF-8. */
  readonly bytes: Readonly<Record<number, string>>;
}

export type Column = WideColumn | NumberColumn | PooledColumn;

export interface ResourceTable {
  /** ResourceSpec.name. */
  readonly resource: string;
  readonly count: number;
  /** In the order of ResourceSpec.columns. */
  readonly columns: readonly Column[];
  /** TaskRow that a row belongs to; NONE: none. */
  readonly task: Int32Array;
  /** RecordRow that a row is read from; NONE: unknown. */
  readonly record: Int32Array;
  /** Whether the image records what the table lists: without rows, there are none. */
  readonly held: boolean;
  /** Whether rows are missing because there are more than MOST_ROWS. */
  readonly cut: boolean;
}

/** Tables by resource. */
export type Resources = Readonly<Record<string, ResourceTable>>;

/** Most rows of a table. Tasks that share a file table have rows each, so a small image could ask for very many. */
export const MOST_ROWS = 1 << 22;

/** The value that a reader gives for a cell. Bytes are text from the image. */
export type Input = string | number | bigint | boolean | Uint8Array | readonly (string | number)[] | null | undefined;

/** A row by the names of columns; absent: the image has none. */
export type Row = Readonly<Record<string, Input>>;

export interface TableBuilder {
  /** Adds a row; returns false if there is no room for it. */
  add(row: Row, task: TaskRow, record: RecordRow): boolean;
  /** Notes that the image records what the table lists. */
  hold(): void;
  finish(): ResourceTable;
}

const isWide = (type: ColumnType): boolean => type === "decimal" || type === "signed" || type === "address";
const isNumber = (type: ColumnType): boolean => type === "number" || type === "mode";

interface ColumnBuilder {
  grow(rows: number): void;
  set(row: number, value: Input): void;
  finish(count: number): Column;
}

/** A table in the making. */
export function createTable(spec: ResourceSpec): TableBuilder {
  const columns = spec.columns.map(columnBuilder);
  const names = spec.columns.map(({ name }) => name);
  let room = 0;
  let count = 0;
  let task = new Int32Array(0);
  let record = new Int32Array(0);
  let held = false;
  let cut = false;
  const grow = (): void => {
    room = Math.max(16, 2 * room);
    task = grown(task, new Int32Array(room));
    record = grown(record, new Int32Array(room));
    for (const column of columns) column.grow(room);
  };
  return {
    add(row, taskRow, recordRow) {
      held = true;
      if (count >= MOST_ROWS) {
        cut = true;
        return false;
      }
      if (count === room) grow();
      for (let at = 0; at < names.length; at++) columns[at]?.set(count, row[names[at] as string]);
      task[count] = taskRow;
      record[count] = recordRow;
      count++;
      return true;
    },
    hold() {
      held = true;
    },
    finish: () => ({
      resource: spec.name,
      count,
      columns: columns.map((column) => column.finish(count)),
      task: task.slice(0, count),
      record: record.slice(0, count),
      held,
      cut,
    }),
  };
}

function grown<T extends Int32Array | Uint32Array | Uint8Array | Float64Array | BigUint64Array>(old: T, larger: T): T {
  (larger as Int32Array).set(old as Int32Array);
  return larger;
}

function columnBuilder({ type }: ColumnSpec): ColumnBuilder {
  if (isWide(type)) return wideBuilder();
  return isNumber(type) ? numberBuilder() : pooledBuilder();
}

function wideBuilder(): ColumnBuilder {
  let values = new BigUint64Array(0);
  let has = new Uint8Array(0);
  return {
    grow(rows) {
      values = grown(values, new BigUint64Array(rows));
      has = grown(has, new Uint8Array(rows));
    },
    set(row, value) {
      if (typeof value !== "bigint" && typeof value !== "number") return;
      values[row] = BigInt(value);
      has[row] = 1;
    },
    finish: (count) => ({ kind: "wide", values: values.slice(0, count), has: has.slice(0, count) }),
  };
}

function numberBuilder(): ColumnBuilder {
  let values = new Float64Array(0);
  return {
    grow(rows) {
      values = grown(values, new Float64Array(rows));
    },
    set(row, value) {
      values[row] = typeof value === "number" ? value : Number.NaN;
    },
    finish: (count) => ({ kind: "number", values: values.slice(0, count) }),
  };
}

/**
 * Texts with this many bytes or more are decoded once if consecutive rows share them. The kernel's paths are shorter.
 */
const LONG = 4096;

const isSameView = (one: Uint8Array, other: Uint8Array): boolean =>
  one.buffer === other.buffer && one.byteOffset === other.byteOffset && one.length === other.length;

/** The values of a pooled column, each of them once. */
export interface Pool {
  readonly values: readonly DetailValue[];
  /** PooledColumn.bytes. */
  readonly bytes: Readonly<Record<number, string>>;
  /** The index of a value, which is added if it is new. */
  indexOf(value: Exclude<Input, bigint>): number;
}

/** A pool without values. */
export function createPool(): Pool {
  const values: DetailValue[] = [null];
  const bytes: Record<number, string> = {};
  const known = new Map<unknown, number>();
  const place = (key: unknown, value: DetailValue): number => {
    let at = known.get(key);
    if (at === undefined) {
      at = values.push(value) - 1;
      known.set(key, at);
    }
    return at;
  };
  const indexOfText = (value: Uint8Array): number => {
    const text = strictText(value);
    if (text !== null) return place(text, text);
    const exact = base64(value);
    const at = place(`\0${exact}`, decodeText(value));
    bytes[at] = exact;
    return at;
  };
  let last: { readonly value: Uint8Array; readonly at: number } | null = null;
  return {
    values,
    bytes,
    indexOf(value) {
      if (value === null || value === undefined) return 0;
      if (value instanceof Uint8Array) {
        if (value.length >= LONG && last !== null && isSameView(value, last.value)) return last.at;
        const at = indexOfText(value);
        if (value.length >= LONG) last = { value, at };
        return at;
      }
      if (typeof value !== "object") return place(value, value);
      // Readers give the same list for the same flags, so most are found without being written out.
      const at = known.get(value) ?? place(`[${JSON.stringify(value)}`, value);
      known.set(value, at);
      return at;
    },
  };
}

function pooledBuilder(): ColumnBuilder {
  let index = new Uint32Array(0);
  const pool = createPool();
  return {
    grow(rows) {
      index = grown(index, new Uint32Array(rows));
    },
    set(row, value) {
      index[row] = typeof value === "bigint" ? 0 : pool.indexOf(value);
    },
    finish: (count) => ({ kind: "pooled", index: index.slice(0, count), pool: pool.values, bytes: pool.bytes }),
  };
}

/** A table without rows. */
export const emptyTable = (spec: ResourceSpec): ResourceTable => createTable(spec).finish();

/** A value of a wide column. */
export const wideAt = ({ type }: ColumnSpec, values: BigUint64Array, row: number): bigint =>
  type === "signed" ? BigInt.asIntN(64, values[row] as bigint) : (values[row] as bigint);

/** The value of a cell as `show --json --resources` has it; `null`: the image has none. */
export function cellAt(spec: ColumnSpec, column: Column | undefined, row: number): DetailValue {
  if (column === undefined) return null;
  switch (column.kind) {
    case "wide":
      if (column.has[row] !== 1) return null;
      return wideAt(spec, column.values, row).toString(spec.type === "address" ? 16 : 10);
    case "number": {
      const value = column.values[row] as number;
      return Number.isNaN(value) ? null : value;
    }
    case "pooled":
      return column.pool[column.index[row] as number] ?? null;
  }
}

/** The exact bytes of a cell's text in base64, if they are not valid UTF-8. */
export function cellBytes(column: Column | undefined, row: number): string | null {
  return column?.kind === "pooled" ? (column.bytes[column.index[row] as number] ?? null) : null;
}

/** Whether a column has a value in some row. */
export function hasValues({ columns, count }: ResourceTable, at: number): boolean {
  const column = columns[at];
  if (column === undefined) return false;
  for (let row = 0; row < count; row++) {
    switch (column.kind) {
      case "wide":
        if (column.has[row] === 1) return true;
        break;
      case "number":
        if (!Number.isNaN(column.values[row])) return true;
        break;
      case "pooled":
        if (column.index[row] !== 0) return true;
    }
  }
  return false;
}

/** A row by column names: an entry of `show --json --resources`. */
export function entryAt(spec: ResourceSpec, table: ResourceTable, row: number): Record<string, DetailValue> {
  const entry: Record<string, DetailValue> = {};
  for (const [at, each] of spec.columns.entries()) {
    entry[each.name] = cellAt(each, table.columns[at], row);
    const exact = cellBytes(table.columns[at], row);
    if (exact !== null) entry[`${each.name}Bytes`] = exact;
  }
  return entry;
}

/** Whether a row belongs to no task. */
export const isOfNoTask = (table: ResourceTable, row: number): boolean => table.task[row] === NONE;
