// What an image that was written from outside the kernel does not record, although its records are there.

import type { Row } from "../table.ts";
import type { Tables } from "../tables.ts";

/** Tables that it does not record. */
const TABLES: ReadonlySet<string> = new Set(["signals", "timers", "mappings", "namespaces", "ipc", "sysctls"]);

/** Columns of other tables that it does not record. */
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  tasks: ["exitSignal", "dumpable"],
  threads: ["blocked", "pending", "sharedPending", "parentDeathSignal", "signalStack"],
  credentials: ["effective", "permitted", "inheritable", "bounding", "securebits"],
  uts: ["domainname"],
};

/** Tables that leave out what such an image does not record. */
export function onlyRecorded(tables: Tables): Tables {
  return {
    ...tables,
    hold: (...names) => tables.hold(...names.filter((name) => !TABLES.has(name))),
    add(name, row, task, record) {
      if (TABLES.has(name)) return false;
      return tables.add(name, without(row, COLUMNS[name] ?? []), task, record);
    },
  };
}

const without = (row: Row, columns: readonly string[]): Row =>
  columns.length === 0
    ? row
    : (Object.fromEntries(Object.entries(row).filter(([name]) => !columns.includes(name))) as Row);
