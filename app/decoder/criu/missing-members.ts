// Reports files that the inventory or the process tree refers to and that the set lacks.

import { NONE, type Severity } from "../../model/checkpoint.ts";
import { i32At } from "../../model/read.ts";
import type { TaskRow } from "../../model/rows.ts";
import { report, type SetContext } from "./context.ts";
import { MEMBER_KINDS } from "./member-kinds.ts";
import { fdinfoNumber } from "./on-tasks.ts";

/** Members with one type of open file each, before CRIU 3.4. */
const FILE_KINDS_BY_NAME = MEMBER_KINDS.flatMap(({ name, file }) => (file === undefined ? [] : [name]));

/** Reports missing files. A task's missing table is added, empty. */
export function reportMissing(set: SetContext): void {
  const { builder, seen, tasks } = set;
  if (!seen.kinds.has("inventory"))
    missing(set, "warning", "inventory.img", "the version was detected from other files.");
  if (!seen.kinds.has("pstree")) {
    missing(set, "error", "pstree.img", "there is no process tree; a failed dump leaves none.");
  }
  const hasFiles = ["files", ...FILE_KINDS_BY_NAME].some((name) => seen.kinds.has(name));
  if (!hasFiles && builder.tasks.count > 0) missing(set, "error", "files.img", "no open files are known.");
  if (seen.kinds.has("pstree")) {
    for (let task = 0; task < builder.tasks.count; task++) reportMissingOfTask(set, task);
  }
  for (const thread of tasks.threadIds) {
    if (!hasMember(set, "core", thread)) missing(set, "warning", `core-${thread}.img`, CALLED_FOR);
  }
}

function reportMissingOfTask(set: SetContext, task: TaskRow): void {
  const { builder, seen, tasks } = set;
  const pid = i32At(builder.tasks.pid, task);
  if (pid === NONE) return;
  if (!tasks.hasCore[task]) missing(set, "error", `core-${pid}.img`, "a task's name and state are unknown.");
  if (tasks.dead[task]) return;
  const number = fdinfoNumber(set, task);
  if (number === undefined) missing(set, "error", `ids-${pid}.img`, "a task's file table is unknown.");
  else if (!hasMember(set, "fdinfo", number)) {
    missing(set, "error", `fdinfo-${number}.img`, "a task's descriptors are unknown.");
    if (!seen.tables.has(number)) {
      seen.tables.add(number);
      builder.addTable(number, NONE, NONE);
    }
  }
  for (const kind of ["fs", "mm", "pagemap"]) {
    if (!hasMember(set, kind, pid)) missing(set, "warning", `${kind}-${pid}.img`, CALLED_FOR);
  }
}

const CALLED_FOR = "the process tree refers to it.";

const hasMember = ({ seen }: SetContext, kind: string, number: number): boolean =>
  seen.numbers.get(kind)?.has(number) ?? false;

function missing(set: SetContext, severity: Severity, name: string, why: string): void {
  set.complete = false;
  report(set, severity, "missing-member", `${name} is missing: ${why}`, null);
}
