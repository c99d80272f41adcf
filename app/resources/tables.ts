// The tables that one reading fills.

import { NONE } from "../model/checkpoint.ts";
import type { RecordRow, TaskRow } from "../model/rows.ts";
import type { ResourceSpec } from "./resource.ts";
import { resourceNamed } from "./resources.ts";
import { createTable, type Resources, type ResourceTable, type Row, type TableBuilder } from "./table.ts";

/** Tables that are being filled. Rows of tables that were not requested are dropped. */
export interface Tables {
  /** Whether any of these is requested, and so worth reading. */
  wants(...names: readonly string[]): boolean;
  /** Adds a row; returns false if the table is full, or was not requested. */
  add(name: string, row: Row, task?: TaskRow, record?: RecordRow): boolean;
  /** Sets a table that was filled elsewhere, column by column. It is dropped unless it was requested. */
  put(table: ResourceTable): void;
  /** Notes that the image records what these tables list. */
  hold(...names: readonly string[]): void;
  finish(): Resources;
}

/** The tables of these resources. */
export function createTables(names: readonly string[]): Tables {
  const builders = new Map<string, TableBuilder>(names.map((name) => [name, createTable(resourceNamed(name))]));
  const filled = new Map<string, ResourceTable>();
  return {
    wants: (...wanted) => wanted.some((name) => builders.has(name)),
    add: (name, row, task = NONE, record = NONE) => builders.get(name)?.add(row, task, record) ?? false,
    put: (table) => filled.set(table.resource, table),
    hold(...held) {
      for (const name of held) builders.get(name)?.hold();
    },
    finish: () =>
      Object.fromEntries(Array.from(builders, ([name, builder]) => [name, filled.get(name) ?? builder.finish()])),
  };
}

/** A resource by its name: for readers, which know the names. */
export const spec = (name: string): ResourceSpec => resourceNamed(name);
