// Objects in words: headings, results, copied sentences.

import { type Checkpoint, commBytes, HAS, NONE, recordMember, taskNumber } from "../model/checkpoint.ts";
import type { Selection } from "../model/related.ts";
import { visible, visibleText } from "../model/text.ts";
import { fileName } from "../model/words.ts";

/** `412 nginx`. */
export function taskName(checkpoint: Checkpoint, task: number): string {
  return `${taskNumber(checkpoint.tasks, task)} ${visibleText(commBytes(checkpoint, task))}`.trim();
}

/** Rows of the tasks that use a table. */
export function tasksOfTable({ tables }: Checkpoint, table: number): Uint32Array {
  return tables.task.subarray(tables.firstTask[table] ?? 0, tables.firstTask[table + 1] ?? 0);
}

/** `412 nginx, 413 nginx and 3 more`. */
export function tableUsers(checkpoint: Checkpoint, table: number, most = 3): string {
  const tasks = tasksOfTable(checkpoint, table);
  if (tasks.length === 0) return "no task";
  const names = Array.from(tasks.subarray(0, most), (task) => taskName(checkpoint, task)).join(", ");
  return tasks.length > most ? `${names} and ${tasks.length - most} more` : names;
}

/** The word for what it is, and its name. */
export function describe(
  checkpoint: Checkpoint,
  selection: Selection,
): { readonly word: string; readonly name: string } {
  const { descriptors, records, members } = checkpoint;
  switch (selection.to) {
    case "task":
      return { word: "task", name: taskName(checkpoint, selection.row) };
    case "table":
      return { word: "file table", name: `of ${tableUsers(checkpoint, selection.row)}` };
    case "descriptor": {
      const name = fileName(checkpoint, descriptors.file[selection.row] ?? NONE);
      return { word: "descriptor", name: `${descriptors.fd[selection.row] ?? ""} → ${name}` };
    }
    case "file":
      return { word: "open file", name: fileName(checkpoint, selection.row) };
    case "record": {
      const kind = visible(records.kinds[records.kind[selection.row] ?? 0]?.name ?? "record");
      const member =
        members.length > 1 ? ` of ${visible(members[recordMember(records, selection.row)]?.name ?? "")}` : "";
      return { word: "record", name: `${kind} at ${records.offset[selection.row] ?? 0}${member}` };
    }
  }
}

/** One line to paste into a report: `pid 412 (nginx) fd 3 → /var/log/x at 4096`. */
export function sentence(checkpoint: Checkpoint, selection: Selection): string {
  const { descriptors, files } = checkpoint;
  const at = (file: number): string =>
    file !== NONE && (files.has[file] ?? 0) & HAS.pos ? ` at ${files.pos[file] ?? 0n}` : "";
  if (selection.to === "descriptor") {
    const file = descriptors.file[selection.row] ?? NONE;
    const users = tableUsers(checkpoint, descriptors.table[selection.row] ?? NONE);
    return `${users}: fd ${descriptors.fd[selection.row] ?? ""} → ${fileName(checkpoint, file)}${at(file)}`;
  }
  const { word, name } = describe(checkpoint, selection);
  return `${word} ${name}${selection.to === "file" ? at(selection.row) : ""}`;
}
