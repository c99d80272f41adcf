// Names and sentences for objects: headings, search results, copied text.

import type { Comparison } from "../../diff/comparison.ts";
import { taskOnSides } from "../../diff/describe/tasks.ts";
import { type Checkpoint, descriptorCount, HAS, NONE } from "../../model/checkpoint.ts";
import { otherSide } from "../../model/comparison/side.ts";
import { i32At, u8At, u32At, u64At } from "../../model/read.ts";
import { recordKind, recordMember, recordOffset } from "../../model/records.ts";
import type { Selection } from "../../model/related.ts";
import type { FileRow, TableRow, TaskRow } from "../../model/rows.ts";
import { taskLabel, taskOf } from "../../model/text/task-words.ts";
import { visible } from "../../model/text/text.ts";
import { andMore, fileName, grouped } from "../../model/text/words.ts";
import { otherTable } from "./other-table.ts";

/** `412 nginx`; without pids `httpd-w3`, `httpd (index 0)`, and in a comparison with the index of both sides. */
export function taskName(checkpoint: Checkpoint, task: TaskRow, comparison: Comparison | null = null): string {
  if (comparison === null || (checkpoint !== comparison.before && checkpoint !== comparison.after)) {
    return taskLabel(taskOf(checkpoint, task));
  }
  const { pairs } = comparison;
  const [taskBefore, taskAfter] =
    checkpoint === comparison.after ? [i32At(pairs.taskBefore, task), task] : [task, i32At(pairs.taskAfter, task)];
  return taskLabel(taskOnSides(comparison, taskBefore, taskAfter));
}

/** Rows of the tasks that use a table. */
export function tasksOfTable({ tables }: Checkpoint, table: TableRow): Uint32Array {
  return tables.task.subarray(u32At(tables.firstTask, table), u32At(tables.firstTask, table + 1));
}

/** The tasks that use a table: `412 nginx, 413 nginx and 3 more`. */
export function tableUsers(
  checkpoint: Checkpoint,
  table: TableRow,
  most = 3,
  comparison: Comparison | null = null,
): string {
  const tasks = tasksOfTable(checkpoint, table);
  if (tasks.length === 0) return "no task";
  const names = Array.from(tasks.subarray(0, most), (task) => taskName(checkpoint, task, comparison)).join(", ");
  return names + andMore(tasks.length - most);
}

/** How many descriptors a table has: `31`, in a comparison `32 → 31`. */
export function descriptorsText(checkpoint: Checkpoint, table: TableRow, comparison: Comparison | null): string {
  const own = grouped(descriptorCount(checkpoint.tables, table));
  if (comparison === null) return own;
  const side = checkpoint === comparison.before ? "before" : "after";
  const counterpart = otherTable(comparison, side, table);
  if (counterpart === NONE) return own;
  const other = grouped(descriptorCount(comparison[otherSide(side)].tables, counterpart));
  return other === own ? own : side === "before" ? `${own} → ${other}` : `${other} → ${own}`;
}

/** The kind of the selected object in words, and its name. */
export function describe(
  checkpoint: Checkpoint,
  selection: Selection,
  comparison: Comparison | null = null,
): { readonly word: string; readonly name: string } {
  const { descriptors, records, members } = checkpoint;
  switch (selection.to) {
    case "task":
      return { word: "task", name: taskName(checkpoint, selection.row, comparison) };
    case "table":
      return { word: "file table", name: `of ${tableUsers(checkpoint, selection.row, 3, comparison)}` };
    case "descriptor": {
      const name = fileName(checkpoint, i32At(descriptors.file, selection.row));
      return { word: "descriptor", name: `${i32At(descriptors.fd, selection.row)} → ${name}` };
    }
    case "file":
      return { word: "open file", name: fileName(checkpoint, selection.row) };
    case "record": {
      const kind = visible(records.kinds[recordKind(records, selection.row)]?.name ?? "record");
      const member =
        members.length > 1 ? ` of ${visible(members[recordMember(records, selection.row)]?.name ?? "")}` : "";
      return { word: "record", name: `${kind} at ${recordOffset(records, selection.row)}${member}` };
    }
  }
}

/** One line to paste into a report: `pid 412 (nginx) fd 3 → /var/log/x at 4096`. */
export function sentence(checkpoint: Checkpoint, selection: Selection): string {
  const { descriptors, files } = checkpoint;
  const at = (file: FileRow): string =>
    file !== NONE && u8At(files.has, file) & HAS.pos ? ` at ${u64At(files.pos, file)}` : "";
  if (selection.to === "descriptor") {
    const file = i32At(descriptors.file, selection.row);
    const users = tableUsers(checkpoint, u32At(descriptors.table, selection.row));
    return `${users}: fd ${i32At(descriptors.fd, selection.row)} → ${fileName(checkpoint, file)}${at(file)}`;
  }
  const { word, name } = describe(checkpoint, selection);
  return `${word} ${name}${selection.to === "file" ? at(selection.row) : ""}`;
}
