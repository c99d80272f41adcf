// Tables of resources of one task, made from rows, and their changes.

import type { Change } from "../../app/diff/changes.ts";
import { diff } from "../../app/diff/diff.ts";
import { resourceNamed } from "../../app/resources/resources.ts";
import { createTable, type Resources, type Row } from "../../app/resources/table.ts";
import { checkpointOf } from "./state.ts";

export const CHECKPOINT = checkpointOf({ tasks: [{ pid: 7, comm: "server", table: 0 }], tables: [[]], files: [] });

/** Tables with rows of the one task. */
export const tables = (rows: Readonly<Record<string, readonly Row[]>>): Resources =>
  Object.fromEntries(
    Object.entries(rows).map(([name, list]) => {
      const table = createTable(resourceNamed(name));
      table.hold();
      for (const row of list) table.add({ pid: 7, tid: 7, ...row }, 0, -1);
      return [name, table.finish()];
    }),
  );

export function changesOf(
  before: Readonly<Record<string, readonly Row[]>>,
  after: Readonly<Record<string, readonly Row[]>>,
) {
  const resources = { before: tables(before), after: tables(after) };
  return diff(CHECKPOINT, CHECKPOINT, { resources });
}

/** A change of a resource in one line: `mappings 12 permissions: rw-p → rwxp`. */
export function line(change: Change): string {
  if (!("resource" in change)) return change.kind;
  const { resource, key } = change;
  const pid = key.pid === undefined ? "" : ` ${key.pid}`;
  if (change.kind !== "resource-changed") return `${change.kind} ${resource}${pid}`;
  return `${resource}${pid} ${change.field}: ${JSON.stringify(change.before)} → ${JSON.stringify(change.after)}`;
}
