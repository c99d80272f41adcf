// Runs loops over whole columns in a kernel (build/kernels/columns.c).

import { startKernel } from "../../model/kernel.ts";
import { COLUMNS_MODULE } from "./columns-module.ts";

/** What columns.c exports. Arrays are passed by their addresses. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  begin(): void;
  reserve(bytes: number): number;
  sort(keys: number, count: number, buckets: number, first: number, rows: number): number;
  ascend(tables: number, numbers: number, count: number, buckets: number, first: number): number;
  take32(column: number, rows: number, count: number, to: number): void;
  take16(column: number, rows: number, count: number, to: number): void;
  flag(
    flags: number,
    has: number,
    record: number,
    first: number,
    contents: number,
    count: number,
    inode: number,
    deleted: number,
  ): void;
}

/** With fewer rows, a loop takes less than starting the kernel. */
const FEWEST_ROWS = 10_000;
/** With more, V8 optimizes the loop while it runs, and the new memory of the kernel costs more than it saves. */
const MOST_ROWS = 250_000;

/** Columns with what is done about open files (criu/details/alike-runs.ts), and what it depends on. */
export interface FlagColumns {
  readonly flags: Uint8Array;
  readonly has: Uint8Array;
  readonly record: Int32Array;
  /** Where the further records of each begin; empty if there are none. */
  readonly first: Uint32Array;
  /** `null`: none has contents. */
  readonly contents: Uint8Array | null;
  readonly inode: number;
  readonly deleted: number;
}

/** Loops over columns. Each returns `null` if there are too few or too many rows, or no kernel, or no memory for it. */
export interface ColumnKernel {
  /** Rows by key, and where those of each key begin. Rows with a negative key are left out. */
  sort(
    keys: Int32Array | Uint32Array,
    count: number,
    buckets: number,
  ): { readonly first: Uint32Array<ArrayBuffer>; readonly rows: Uint32Array<ArrayBuffer> } | null;
  /** Where the rows of each table begin; `false` if they are not in the order of tables, then numbers. */
  ascend(tables: Uint32Array, numbers: Int32Array, count: number, buckets: number): Uint32Array | false | null;
  /** The first `count` rows of columns in the order of the first one, whose values are less than `buckets`. */
  order(row: Uint32Array, key: Uint16Array, value: Uint32Array, count: number, buckets: number): OrderedDetails | null;
  /** Fills `flags`. */
  flag(columns: FlagColumns): true | null;
}

interface OrderedDetails {
  readonly row: Uint32Array<ArrayBuffer>;
  readonly key: Uint16Array<ArrayBuffer>;
  readonly value: Uint32Array<ArrayBuffer>;
}

type Words = Int32Array | Uint32Array;

/** A kernel, which is started when it is first needed. */
export function createColumnKernel(): ColumnKernel {
  let started: Exports | null | undefined;
  /** Frees all arrays of the kernel. */
  const begin = (rows: number): Exports | null => {
    if (rows < FEWEST_ROWS || rows > MOST_ROWS) return null;
    if (started === undefined) started = startKernel<Exports>(COLUMNS_MODULE);
    started?.begin();
    return started;
  };
  return {
    sort(keys, count, buckets) {
      const kernel = begin(count);
      const at = kernel === null ? null : reserve(kernel, [4 * count, 4 * (buckets + 2), 4 * count]);
      if (kernel === null || at === null) return null;
      const [own, first, rows] = at as unknown as Three;
      giveWords(kernel, own, keys, count);
      const sorted = kernel.sort(own, count, buckets, first, rows);
      return { first: words(kernel, first, buckets + 1).slice(), rows: words(kernel, rows, sorted).slice() };
    },
    ascend(tables, numbers, count, buckets) {
      const kernel = begin(count);
      const at = kernel === null ? null : reserve(kernel, [4 * count, 4 * count, 4 * (buckets + 1)]);
      if (kernel === null || at === null) return null;
      const [own, ownNumbers, first] = at as unknown as Three;
      giveWords(kernel, own, tables, count);
      giveWords(kernel, ownNumbers, numbers, count);
      if (kernel.ascend(own, ownNumbers, count, buckets, first) === 0) return false;
      return words(kernel, first, buckets + 1).slice();
    },
    order(row, key, value, count, buckets) {
      const kernel = begin(count);
      const room = [4 * count, 2 * count, 4 * count, 4 * (buckets + 2), 4 * count, 4 * count, 2 * count, 4 * count];
      const at = kernel === null ? null : reserve(kernel, room);
      if (kernel === null || at === null) return null;
      const [rowAt, keyAt, valueAt, first, rows, toRow, toKey, toValue] = at as unknown as Eight;
      giveWords(kernel, rowAt, row, count);
      giveWords(kernel, valueAt, value, count);
      new Uint16Array(kernel.memory.buffer, keyAt, count).set(key.subarray(0, count));
      kernel.sort(rowAt, count, buckets, first, rows);
      kernel.take32(rowAt, rows, count, toRow);
      kernel.take16(keyAt, rows, count, toKey);
      kernel.take32(valueAt, rows, count, toValue);
      return {
        row: words(kernel, toRow, count).slice(),
        key: new Uint16Array(kernel.memory.buffer, toKey, count).slice(),
        value: words(kernel, toValue, count).slice(),
      };
    },
    flag({ flags, has, record, first, contents, inode, deleted }) {
      const count = flags.length;
      const kernel = begin(count);
      const at = kernel === null ? null : reserve(kernel, [count, count, count, 4 * count, 4 * (count + 1)]);
      if (kernel === null || at === null) return null;
      const [own, hasAt, contentsAt, recordAt, firstAt] = at as unknown as Five;
      const given = [
        [own, flags],
        [hasAt, has],
        [contentsAt, contents],
      ] as const;
      for (const [to, column] of given) {
        if (column !== null) bytes(kernel, to, count).set(column.subarray(0, count));
      }
      giveWords(kernel, recordAt, record, count);
      giveWords(kernel, firstAt, first, Math.min(first.length, count + 1));
      const hasFurther = first.length > 0;
      const contentsOrNone = contents === null ? 0 : contentsAt;
      kernel.flag(own, hasAt, recordAt, hasFurther ? firstAt : 0, contentsOrNone, count, inode, deleted);
      flags.set(bytes(kernel, own, count));
      return true;
    },
  };
}

type Three = readonly [number, number, number];
type Five = readonly [...Three, number, number];
type Eight = readonly [...Five, ...Three];

/** Room for arrays of so many bytes; `null` if there is none. */
function reserve(kernel: Exports, sizes: readonly number[]): readonly number[] | null {
  const places = sizes.map((bytes) => kernel.reserve(bytes));
  return places.includes(0) ? null : places;
}

const words = ({ memory }: Exports, at: number, count: number): Uint32Array =>
  new Uint32Array(memory.buffer, at, count);

const bytes = ({ memory }: Exports, at: number, count: number): Uint8Array => new Uint8Array(memory.buffer, at, count);

function giveWords(kernel: Exports, at: number, column: Words, count: number): void {
  words(kernel, at, count).set(column.subarray(0, count));
}
