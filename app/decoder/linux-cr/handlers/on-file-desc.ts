// FILE_DESC: one descriptor.

import { NONE } from "../../../model/checkpoint.ts";
import { holds, i32, u32 } from "../walk/record-bytes.ts";
import { expectPath, report, resolve, unresolved, type Walk } from "../walk/walk.ts";
import { OBJECTS } from "./actions.ts";

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
    reportOutside(walk, fd);
    return;
  }
  const file = resolve(walk, objref, OBJECTS.FILE);
  if (file === NONE) reportWithoutFile(walk, fd, objref);
  if (fd < 0) reportNumber(walk, fd);
  if (closeOnExec > 1) reportCloseOnExec(walk, fd, closeOnExec);
  const previous = descriptors.count - 1;
  if (previous >= 0 && descriptors.table[previous] === table && fd <= (descriptors.fd[previous] as number)) {
    reportOrder(walk, fd, descriptors.fd[previous] as number);
  }
  builder.addDescriptor(table, fd, file, closeOnExec === 0 ? 0 : 1, walk.record);
  walk.tableLeft--;
}

// In functions of their own: if several messages of one function contain the same number, V8 writes it out once, ahead
// of all of them, for each descriptor.

const reportOutside = (walk: Walk, fd: number): void =>
  report(walk, "error", "descriptor-outside-table", `Descriptor ${fd} belongs to no file table.`, walk.pos);

function reportWithoutFile(walk: Walk, fd: number, objref: number): void {
  const why = unresolved(walk, objref, "an open file");
  report(walk, "error", "descriptor-without-file", `Descriptor ${fd} has no open file: ${why}.`, walk.pos + 8);
}

const reportNumber = (walk: Walk, fd: number): void =>
  report(walk, "error", "descriptor-value", `A descriptor has the number ${fd}.`, walk.pos + 12);

function reportCloseOnExec(walk: Walk, fd: number, closeOnExec: number): void {
  const what = `Descriptor ${fd} has close-on-exec ${closeOnExec}; it should be 0 or 1.`;
  report(walk, "warning", "close-on-exec-value", what, walk.pos + 16);
}

const reportOrder = (walk: Walk, fd: number, previous: number): void =>
  report(walk, "warning", "descriptor-order", `Descriptor ${fd} follows descriptor ${previous}.`, walk.pos + 12);
