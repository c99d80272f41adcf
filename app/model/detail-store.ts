// Details that a format records about open files and tasks beyond the common columns. They have columns of their own,
// as few rows have any, and the same values occur again and again. detail-keys.ts has the meaning of each key.

import { type Checkpoint, type DetailStore, HAS, NO_MOUNT, NO_SIZE, NONE } from "./checkpoint.ts";
import { areSameColumns, firstDifference } from "./comparison/difference.ts";
import type { Details, DetailValue } from "./fields.ts";
import { fileKind } from "./names/names.ts";
import { i32At, u8At, u16At, u32At, u64At } from "./read.ts";
import type { FileRow, TaskRow } from "./rows.ts";
import { rowsOf } from "./search.ts";
import { decodeText } from "./text/text.ts";

/** Entries of a store that belong to a row: from the first to before the second number. */
export function detailRange(store: DetailStore, row: number): readonly [first: number, end: number] {
  return rowsOf(store.row, row);
}

/** The JSON text of a value of a store, as bytes. */
export function valueBytes(store: DetailStore, value: number): Uint8Array {
  return store.pool.subarray(u32At(store.start, value), u32At(store.start, value + 1));
}

/** A value of a store. */
export function storedValue(store: DetailStore, value: number): DetailValue {
  return JSON.parse(decodeText(valueBytes(store, value))) as DetailValue;
}

/** Tests whether a value of one store and a value of another have the same bytes. */
interface ValueComparer {
  (value: number, other: number): boolean;
  /** By value: 1 + a value of the other store that has the same bytes; 0: none is known. */
  readonly same: Uint32Array;
}

/** The most values to compare at once. */
const MOST_VALUES = 1024;

/**
 * A function that tests whether two values of two stores have the same bytes. It compares each pair of them once, and
 * those that follow along with them: values are numbered as they first occur, which is often in the same order.
 */
export function valueComparer(x: DetailStore, y: DetailStore): ValueComparer {
  const same = new Uint32Array(x.start.length);
  const [start, others] = [x.start, y.start];
  let most = 1;
  /** How many values from these on have the same lengths. */
  const alikeFrom = (value: number, other: number): number => {
    const end = Math.min(most, start.length - 1 - value, others.length - 1 - other);
    const shift = u32At(others, other) - u32At(start, value);
    let count = 0;
    while (count < end && (start[value + count + 1] as number) + shift === others[other + count + 1]) count++;
    return count;
  };
  const compare = (value: number, other: number): boolean => {
    if (same[value] === other + 1) return true;
    const alike = alikeFrom(value, other);
    const [from, otherFrom] = [u32At(start, value), u32At(others, other)];
    const length = u32At(start, value + alike) - from;
    const bytes = firstDifference(x.pool.subarray(from, from + length), y.pool.subarray(otherFrom, otherFrom + length));
    let count = 0;
    while (count < alike && (start[value + count + 1] as number) - from <= bytes) {
      same[value + count] = other + count + 1;
      count++;
    }
    most = count < most ? 1 : Math.min(2 * most, MOST_VALUES);
    return count > 0;
  };
  return Object.assign(compare, { same });
}

/** Whether two stores have the same details for the same rows. */
export const areSameStores = (store: DetailStore, other: DetailStore): boolean =>
  store === other ||
  (store.keys.length === other.keys.length &&
    store.keys.every((key, at) => key === other.keys[at]) &&
    areSameColumns(store.row, other.row) &&
    areSameColumns(store.key, other.key) &&
    areSameColumns(store.value, other.value) &&
    areSameColumns(store.start, other.start) &&
    areSameColumns(store.pool, other.pool));

/** The value of entry `at` of a store. */
export const valueAt = (store: DetailStore, at: number): DetailValue => storedValue(store, u32At(store.value, at));

function storedDetails(store: DetailStore, row: number): Record<string, DetailValue> {
  const details: Record<string, DetailValue> = {};
  const [first, end] = detailRange(store, row);
  for (let at = first; at < end; at++) details[store.keys[store.key[at] as number] as string] = valueAt(store, at);
  return details;
}

/** One of the details of an open file; `undefined` if it has none of that key. */
export function detailOf(checkpoint: Checkpoint, file: FileRow, key: string): DetailValue | undefined {
  const { fileDetails: store, files } = checkpoint;
  const has = u8At(files.has, file);
  const [first, end] = (has & HAS.details) === 0 ? [0, 0] : detailRange(store, file);
  for (let at = end - 1; at >= first; at--) if (store.keys[u16At(store.key, at)] === key) return valueAt(store, at);
  return (has & HAS.inode) === 0 ? undefined : inodeDetails(checkpoint, file)[key];
}

const EXTERNAL = fileKind("external");

/** What the format records about an open file beyond the columns. 64-bit numbers are decimal strings. */
export function detailsOf(checkpoint: Checkpoint, file: FileRow): Details {
  const has = u8At(checkpoint.files.has, file);
  return {
    ...((has & HAS.inode) === 0 ? {} : inodeDetails(checkpoint, file)),
    ...((has & HAS.details) === 0 ? {} : storedDetails(checkpoint.fileDetails, file)),
  };
}

/** Like `detailsOf`. Equal lists and objects are one. */
export type DetailsReader = (file: FileRow) => Details;

/** A reader for many files: it reads each value only once. */
export function detailsReader(checkpoint: Checkpoint): DetailsReader {
  const { files, fileDetails: store } = checkpoint;
  const values = new Map<number, DetailValue>();
  const read = (at: number): DetailValue => {
    const value = u32At(store.value, at);
    let known = values.get(value);
    if (known === undefined) {
      known = valueAt(store, at);
      values.set(value, known);
    }
    return known;
  };
  return (file) => {
    const has = u8At(files.has, file);
    const details: Record<string, DetailValue> = (has & HAS.inode) === 0 ? {} : { ...inodeDetails(checkpoint, file) };
    const [first, end] = (has & HAS.details) === 0 ? [0, 0] : detailRange(store, file);
    for (let at = first; at < end; at++) details[store.keys[u16At(store.key, at)] as string] = read(at);
    return details;
  };
}

/** The details of a file with a path that are kept in columns, as there may be millions. */
function inodeDetails({ files }: Checkpoint, file: FileRow): Details {
  const mode = u32At(files.inodeMode, file);
  const size = u64At(files.size, file);
  const mount = i32At(files.mountId, file);
  return {
    mode: mode === 0 ? null : mode,
    size: size === NO_SIZE ? null : String(size),
    ...(mount === NO_MOUNT ? {} : { mountId: mount }),
    ...(u8At(files.kind, file) === EXTERNAL ? { external: true } : {}),
  };
}

/** What the format records about a task beyond the columns. */
export function taskDetailsOf(checkpoint: Checkpoint, task: TaskRow): Details {
  return task === NONE ? {} : storedDetails(checkpoint.taskDetails, task);
}
