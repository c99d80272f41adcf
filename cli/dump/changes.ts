// What changed in processes while they were read.

import { flagsText } from "../../app/model/text/words.ts";
import { type Descriptor, listDescriptors, type Reader, readDescriptor } from "./descriptors/descriptors.ts";
import type { Notes } from "./notes.ts";
import type { Table } from "./read-tasks.ts";

/** Reads everything again and notes the differences. */
export function noteChanges(reader: Reader, tables: readonly Table[], notes: Notes): void {
  for (const { pid, descriptors } of tables) {
    const known = new Set(descriptors.map(({ fd }) => fd));
    for (const fd of listDescriptors(pid) ?? []) {
      if (!known.has(fd)) notes.add("opened", `pid ${pid} fd ${fd}`);
    }
    for (const before of descriptors) {
      const name = `pid ${pid} fd ${before.fd}`;
      const after = readDescriptor(reader, pid, before.fd);
      if (after === null) notes.add("closed", name);
      else for (const what of differences(before, after)) notes.add("changed", name, what);
    }
  }
}

function differences(before: Descriptor, after: Descriptor): string[] {
  const found: string[] = [];
  if (before.opening !== after.opening) found.push("it refers to another file");
  if (before.pos !== after.pos) found.push(`position ${before.pos} → ${after.pos}`);
  if (before.flags !== after.flags) found.push(`flags ${flagsText(before.flags)} → ${flagsText(after.flags)}`);
  if (before.closeOnExec !== after.closeOnExec) found.push(`close-on-exec ${after.closeOnExec ? "set" : "cleared"}`);
  return found;
}
