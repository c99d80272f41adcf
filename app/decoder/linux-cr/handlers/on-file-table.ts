// FILE_TABLE: a table of descriptors.

import { NONE } from "../../../model/checkpoint.ts";
import { i32At } from "../../../model/read.ts";
import { counted } from "../../../model/text/words.ts";
import { holds, i32 } from "../walk/record-bytes.ts";
import { expectPath, report, type Walk } from "../walk/walk.ts";

/** FILE_TABLE: describes the table that the last OBJREF announced; its descriptors follow. */
export function onFileTable(walk: Walk): void {
  const { builder } = walk;
  endTable(walk);
  const nfds = holds(walk, 12) ? i32(walk, 8) : NONE;
  if (holds(walk, 12) && nfds < 0)
    report(walk, "error", "descriptor-count", `A file table announces ${nfds} descriptors.`, walk.pos + 8);
  if (walk.pendingTable === NONE) {
    report(walk, "error", "table-without-objref", "A file table has no OBJREF that announces it.", walk.pos);
    walk.pendingTable = builder.addTable(0, nfds, walk.record);
  }
  const table = walk.pendingTable;
  builder.tables.announced[table] = nfds;
  builder.tables.record[table] = walk.record;
  walk.table = table;
  walk.tableLeft = Math.max(0, nfds);
  walk.tableOfTask = table;
  walk.pendingTable = NONE;
  expectPath(walk, NONE);
}

/** Closes the current table; reports announced descriptors that are missing, and others that are not announced. */
export function endTable(walk: Walk): void {
  const { builder, table, tableLeft } = walk;
  const announced = table === NONE ? NONE : i32At(builder.tables.announced, table);
  if (tableLeft > 0) {
    const missing = `${tableLeft} of the ${announced} descriptors that it announces`;
    report(walk, "warning", "descriptors-missing", `A file table lacks ${missing}.`, walk.pos);
  } else if (tableLeft < 0 && announced >= 0) {
    const what = `A file table announces ${counted(announced, "descriptor")}, but has ${announced - tableLeft}.`;
    const { offset } = builder.placeOf(i32At(builder.tables.record, table));
    report(walk, "warning", "descriptors-unannounced", what, offset + 8);
  }
  walk.table = NONE;
  walk.tableLeft = 0;
}
