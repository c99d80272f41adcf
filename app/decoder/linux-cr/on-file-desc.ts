// FILE_DESC: one descriptor.

import { NONE } from "../../model/checkpoint.ts";
import { OBJECTS } from "./actions.ts";
import { holds, i32, u32 } from "./record-bytes.ts";
import { expectPath, report, resolve, unresolved, type Walk } from "./walk.ts";

/** FILE_DESC: a descriptor of the current table, and the open file that it refers to. */
export function onFileDesc(walk: Walk): void {
  // Without its number a descriptor cannot be shown.
  if (!holds(walk, 16)) return;
  const { builder, table } = walk;
  const { descriptors } = builder;
  const objref = i32(walk, 8);
  const fd = i32(walk, 12);
  const closeOnExec = u32(walk, 16);
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
