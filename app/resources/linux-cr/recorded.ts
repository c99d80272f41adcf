// What an image written from outside the kernel does not record, although it has the records.

import type { TaskRow } from "../../model/rows.ts";
import type { Row } from "../table.ts";
import type { Tables } from "../tables.ts";

/** Tables that it does not record. */
const TABLES: ReadonlySet<string> = new Set(["timers", "mappings", "namespaces", "ipc", "sysctls", "undo", "openers"]);

/** Columns of other tables that it does not record. */
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  tasks: ["exitSignal", "dumpable"],
  threads: ["parentDeathSignal", "signalStack"],
  credentials: ["securebits"],
  signals: ["handler", "mask", "flags"],
  uts: ["domainname"],
};

/** Tables and columns that it records of tasks with HAS_STATUS only. */
const STATUS_TABLE = "signals";
const STATUS_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  threads: ["blocked", "pending", "sharedPending"],
  credentials: ["effective", "permitted", "inheritable", "bounding"],
};

/**
 * Tables that leave out what such an image does not record.
 *
 * @param withStatus The tasks with HAS_STATUS. It may grow: each is added before its rows.
 */
export function onlyRecorded(tables: Tables, withStatus: ReadonlySet<TaskRow>): Tables {
  return {
    ...tables,
    hold: (...names) =>
      tables.hold(...names.filter((name) => !TABLES.has(name) && (name !== STATUS_TABLE || withStatus.size > 0))),
    add(name, row, task, record) {
      const hasStatus = task !== undefined && withStatus.has(task);
      if (TABLES.has(name) || (name === STATUS_TABLE && !hasStatus)) return false;
      const unknown = [...(COLUMNS[name] ?? []), ...(hasStatus ? [] : (STATUS_COLUMNS[name] ?? []))];
      return tables.add(name, without(row, unknown), task, record);
    },
  };
}

const without = (row: Row, columns: readonly string[]): Row =>
  columns.length === 0
    ? row
    : (Object.fromEntries(Object.entries(row).filter(([name]) => !columns.includes(name))) as Row);
