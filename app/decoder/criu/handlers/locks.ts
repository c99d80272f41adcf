// File locks and leases: which descriptor of which task has them, and so which open file.

import { type Checkpoint, NONE } from "../../../model/checkpoint.ts";
import type { DetailValue } from "../../../model/fields.ts";
import { i32At } from "../../../model/read.ts";
import type { FileRow } from "../../../model/rows.ts";
import type { DetailsBuilder } from "../../builder/details.ts";
import { lockKindName, lockTypeName } from "../format/meaning.ts";
import type { Entry, FileLock, SetContext } from "../walk/context.ts";
import { indexRows } from "../walk/rows.ts";
import { numberText } from "../wire/pieces.ts";
import { high, isSet, low, plan, scan } from "../wire/wire.ts";
import { fileOfDescriptor } from "./descriptor-lookup.ts";

const LOCK = plan("file_lock_entry", ["flag", "type", "pid", "fd", "start", "len"]);

/** file_lock_entry: a lock. Its descriptor is looked up once all tables are known. */
export function onLock({ values, locks }: SetContext, { bytes, start, end }: Entry): number {
  const { slot } = LOCK;
  const seen = scan(bytes, start, end, LOCK, values);
  // Without these, it is unknown whose lock it is.
  if (!isSet(seen, slot.pid) || !isSet(seen, slot.fd)) return seen;
  const number = (at: number): number | null => (isSet(seen, at) ? low(values, at) : null);
  const wide = (at: number): string | null =>
    isSet(seen, at) ? numberText("int64", low(values, at), high(values, at)) : null;
  locks.push({
    pid: low(values, slot.pid) | 0,
    fd: low(values, slot.fd) | 0,
    flag: number(slot.flag),
    type: number(slot.type),
    start: wide(slot.start),
    length: wide(slot.len),
  });
  return seen;
}

/** Adds locks to the details of the open files that have them. */
export function addLocks(fileDetails: DetailsBuilder, checkpoint: Checkpoint, locks: readonly FileLock[]): void {
  const { tasks } = checkpoint;
  const taskOfPid = indexRows(tasks.pid, tasks.count);
  const byFile = new Map<FileRow, DetailValue[]>();
  for (const { pid, fd, flag, type, start, length } of locks) {
    const task = taskOfPid.row(pid);
    const file = task < 0 ? NONE : fileOfDescriptor(checkpoint, i32At(tasks.table, task), fd);
    if (file === NONE) continue;
    const kind = flag === null ? null : (lockKindName(flag) ?? flag);
    const lock = { kind, type: type === null ? null : (lockTypeName(type) ?? type), pid, fd, start, length };
    const known = byFile.get(file);
    if (known === undefined) byFile.set(file, [lock]);
    else known.push(lock);
  }
  for (const [file, list] of byFile) fileDetails.add(file, "locks", list);
}
