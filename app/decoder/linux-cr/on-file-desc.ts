// FILE_DESC: one descriptor. `at` is where the record begins in the window.

import { NONE } from "../../model/checkpoint.ts";
import { OBJECTS } from "./actions.ts";
import { expectPath, report, resolve, unresolved, type Walk } from "./walk.ts";

/** FILE_DESC: a descriptor of the current table, and the open file that it refers to. */
export function onFileDesc(walk: Walk, at: number): void {
  const { window, littleEndian, builder, table } = walk;
  const { descriptors } = builder;
  const objref = window.view.getInt32(at + 8, littleEndian);
  const fd = window.view.getInt32(at + 12, littleEndian);
  const closeOnExec = window.view.getUint32(at + 16, littleEndian);
  expectPath(walk, NONE);
  if (table === NONE) {
    report(walk, "error", "descriptor-outside-table", `Descriptor ${fd} belongs to no file table.`, walk.pos);
    return;
  }
  const file = resolve(walk, objref, OBJECTS.FILE);
  if (file === NONE) {
    const why = unresolved(walk, objref, "an open file");
    report(walk, "error", "descriptor-without-file", `Descriptor ${fd} has no open file: ${why}.`, walk.pos + 8);
  }
  if (fd < 0) report(walk, "error", "descriptor-value", `A descriptor has the number ${fd}.`, walk.pos + 12);
  if (closeOnExec > 1) {
    const what = `Descriptor ${fd} has close-on-exec ${closeOnExec}; it should be 0 or 1.`;
    report(walk, "warning", "close-on-exec-value", what, walk.pos + 16);
  }
  const previous = descriptors.count - 1;
  if (previous >= 0 && descriptors.table[previous] === table && fd <= (descriptors.fd[previous] as number)) {
    const what = `Descriptor ${fd} follows descriptor ${descriptors.fd[previous]}.`;
    report(walk, "warning", "descriptor-order", what, walk.pos + 12);
  }
  builder.addDescriptor(table, fd, file, closeOnExec === 0 ? 0 : 1, walk.record);
  walk.tableLeft--;
}
