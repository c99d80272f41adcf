// Which rows have other details in one store than in the other. Two dumps of a process usually have details of the same
// keys for the same rows, and few values that differ.
//
// Casts `as number` read columns within bounds checked by the loops.

import type { DetailStore } from "../checkpoint.ts";
import { areSameStores, valueComparer } from "../detail-store.ts";
import { bytesOf, firstDifference } from "./difference.ts";

/** By store: what was found last. Cached, because sockets and open files are compared separately. */
const known = new WeakMap<DetailStore, { readonly other: DetailStore; readonly changed: Uint8Array | null }>();

/**
 * By row: 1 if one of its details is on one side only or has another value. `null`: the keys are not numbered alike, or
 * too many rows have details of other keys.
 *
 * @param rows How many rows there are.
 */
export function changedDetails(store: DetailStore, other: DetailStore, rows: number): Uint8Array | null {
  const found = known.get(store);
  if (found?.other === other) return found.changed;
  const changed = findChanged(store, other, rows);
  known.set(store, { other, changed });
  return changed;
}

/** The most rows with details of other keys. */
const MOST_ROWS = 1000;

function findChanged(store: DetailStore, other: DetailStore, rows: number): Uint8Array | null {
  const changed = new Uint8Array(rows);
  if (areSameStores(store, other)) return changed;
  const keys = Math.min(store.keys.length, other.keys.length);
  if (!store.keys.slice(0, keys).every((name, at) => name === other.keys[at])) return null;
  const compareValues = valuesMarker(store, other, changed);
  let [at, otherAt] = [0, 0];
  for (let left = MOST_ROWS; ; left--) {
    const same = countAlike(store, at, other, otherAt);
    compareValues(at, otherAt, same);
    at += same;
    otherAt += same;
    if (at === store.count && otherAt === other.count) return changed;
    if (left === 0) return null;
    const row = Math.min(store.row[at] ?? rows, other.row[otherAt] ?? rows);
    changed[row] = 1;
    while (at < store.count && store.row[at] === row) at++;
    while (otherAt < other.count && other.row[otherAt] === row) otherAt++;
  }
}

/** How many details from two places on have the same rows and keys. */
function countAlike(store: DetailStore, at: number, other: DetailStore, otherAt: number): number {
  const count = (own: Uint32Array | Uint16Array, others: Uint32Array | Uint16Array): number =>
    Math.floor(firstDifference(bytesOf(own.subarray(at)), bytesOf(others.subarray(otherAt))) / own.BYTES_PER_ELEMENT);
  return Math.min(count(store.row, other.row), count(store.key, other.key));
}

/** A function that marks the rows of details from two places on that have other values. */
function valuesMarker(store: DetailStore, other: DetailStore, changed: Uint8Array) {
  const { row, value } = store;
  const isSame = valueComparer(store, other);
  const { same } = isSame;
  return (from: number, otherFrom: number, count: number): void => {
    const shift = otherFrom - from;
    for (let at = from; at < from + count; at++) {
      const own = value[at] as number;
      const others = other.value[at + shift] as number;
      // As valueComparer does, without a call for each detail.
      if (same[own] !== others + 1 && !isSame(own, others)) changed[row[at] as number] = 1;
    }
  };
}
