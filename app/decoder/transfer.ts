// Columns on their way to another thread.

import type { Column } from "./builder/growing.ts";

/** A copy of columns that share no buffer with the original; each buffer is as long as its column. */
export function copyOf<T extends object>(columns: T): T {
  const copy = (value: unknown): unknown => {
    if (ArrayBuffer.isView(value)) return (value as unknown as Column).slice();
    if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copy(inner)]));
  };
  return copy(columns) as T;
}

/** The buffers of all columns in an object, to be transferred to another thread. */
export function transferables(columns: object): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  const collect = (value: unknown): void => {
    if (ArrayBuffer.isView(value)) buffers.add(value.buffer as ArrayBuffer);
    else if (value !== null && typeof value === "object" && !Array.isArray(value)) {
      for (const inner of Object.values(value)) collect(inner);
    }
  };
  collect(columns);
  return [...buffers];
}
