// Filters that the page writes itself, in the language of model/listings/filter.ts.

import { type Checkpoint, NONE, taskNumber } from "../../model/checkpoint.ts";
import { u32At } from "../../model/read.ts";
import type { FileRow, TableRow } from "../../model/rows.ts";
import { fileName } from "../../model/text/words.ts";
import { tasksOfTable } from "./describe.ts";

/** `pid:412` for the first task of a file table; empty if it has none. */
export function tableFilter(checkpoint: Checkpoint, table: TableRow): string {
  const tasks = tasksOfTable(checkpoint, table);
  return tasks.length === 0 ? "" : `pid:${taskNumber(checkpoint.tasks, u32At(tasks, 0))}`;
}

/** `kind:=socket`, `kind:"=character device"`: rows with exactly a value, which has no quotes. */
export const exactly = (key: string, value: string): string =>
  value.includes(" ") ? `${key}:"=${value}"` : `${key}:=${value}`;

/** `path:=/var/log/x`; `null` if the path has characters that a filter cannot hold. */
export function exactPath(checkpoint: Checkpoint, file: FileRow): string | null {
  const path = file === NONE ? "" : fileName(checkpoint, file);
  return /^[ !#-[\]-~]+$/.test(path) ? exactly("path", path) : null;
}
