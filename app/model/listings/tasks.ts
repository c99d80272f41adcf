// The columns of tasks.

import { descriptorCount, NONE, taskCount, taskNumber } from "../checkpoint.ts";
import { TASK_STATES } from "../names/names.ts";
import { i32At, u8At, u32At } from "../read.ts";
import type { Column, Span } from "./column.ts";
import { numberColumn, orNaN, recordOffset, spanColumn, wordColumn, yesColumn } from "./make.ts";

/** Where a task's comm is. */
export const COMM: Span = {
  offset: ({ tasks }, task) => u32At(tasks.commOffset, task),
  length: ({ tasks }, task) => u32At(tasks.commLength, task),
};

export const TASKS: readonly Column[] = [
  numberColumn(
    {
      id: "pid",
      title: "pid",
      about: "process id, or the task's index where the image has none",
      width: 7,
      searched: true,
    },
    (checkpoint, row) => taskNumber(checkpoint.tasks, row),
  ),
  spanColumn({ id: "comm", title: "comm", about: "the task's name", width: 16, searched: true, groups: true }, COMM),
  wordColumn(
    { id: "state", title: "State", about: "running, stopped, zombie, …", width: 10, searched: true, groups: true },
    ({ tasks }, row) => u8At(tasks.state, row) || Number.NaN,
    (state) => TASK_STATES[state] ?? "",
  ),
  numberColumn({ id: "ppid", title: "ppid", about: "the parent's pid", width: 7, groups: true }, ({ tasks }, row) =>
    orNaN(i32At(tasks.ppid, row)),
  ),
  numberColumn({ id: "tgid", title: "tgid", about: "thread group", width: 7 }, ({ tasks }, row) =>
    orNaN(i32At(tasks.tgid, row)),
  ),
  numberColumn({ id: "pgid", title: "pgid", about: "process group", width: 7, hidden: true }, ({ tasks }, row) =>
    orNaN(i32At(tasks.pgid, row)),
  ),
  numberColumn({ id: "sid", title: "sid", about: "session", width: 7, hidden: true }, ({ tasks }, row) =>
    orNaN(i32At(tasks.sid, row)),
  ),
  numberColumn({ id: "table", title: "Table", about: "id of its file table", width: 8 }, ({ tasks, tables }, row) => {
    const table = i32At(tasks.table, row);
    return table === NONE ? Number.NaN : u32At(tables.id, table);
  }),
  numberColumn(
    { id: "fds", title: "Descriptors", about: "number of descriptors in its file table", width: 11, isCount: true },
    ({ tasks, tables }, row) => {
      const table = i32At(tasks.table, row);
      return table === NONE ? Number.NaN : descriptorCount(tables, table);
    },
  ),
  yesColumn(
    { id: "shared", title: "Table shared", about: "other tasks use its file table too", width: 12 },
    ({ tasks, tables }, row) => {
      const table = i32At(tasks.table, row);
      return table !== NONE && taskCount(tables, table) > 1;
    },
  ),
  recordOffset(({ tasks }) => tasks.record),
];
