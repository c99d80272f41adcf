// Completions of a filter while it is typed: keys of columns, and the values of columns that have few.

import { FILE_KINDS, TASK_STATES } from "../names/names.ts";
import type { Column, Listing } from "./column.ts";
import { COLUMNS, columnOf } from "./columns.ts";

/** Completions that are offered. */
const MOST = 12;

/** Whole filters that continue `filter`: `fd:3 ki` → `fd:3 kind:`. None while its last word is complete. */
export function completions(listing: Listing, filter: string): string[] {
  const last = /(?:^|\s)(-?)(?:([a-z]+):)?([^\s":]*)$/.exec(filter);
  if (last === null) return [];
  const [, , key, typed = ""] = last;
  const head = filter.slice(0, filter.length - typed.length);
  const words = key === undefined ? keysOf(listing) : valuesOf(columnOf(listing, key));
  return words
    .filter((word) => word.startsWith(typed.toLowerCase()) && word !== typed)
    .slice(0, MOST)
    .map((word) => head + (word.includes(" ") ? `"${word}"` : word));
}

const keysOf = (listing: Listing): string[] => COLUMNS[listing].map(({ id }) => `${id}:`);

function valuesOf(column: Column | null): string[] {
  if (column === null) return [];
  if (column.yes !== undefined) return ["yes", "no"];
  if (column.id === "severity") return ["error", "warning", "note"];
  if (column.id === "kind" && column.title === "Kind") return [...FILE_KINDS];
  // The state of a task, not of a socket.
  if (column.id === "state" && column.distinct !== undefined) return TASK_STATES.filter((state) => state !== null);
  return column.number !== undefined || column.big !== undefined ? ["none"] : [];
}
