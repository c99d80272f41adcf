// The columns of file tables.

import { type Checkpoint, commBytes, descriptorCount, hasPids, NONE, taskCount, taskNumber } from "../checkpoint.ts";
import { i32At, u32At } from "../read.ts";
import type { TableRow, TaskRow } from "../rows.ts";
import { shownText } from "../text/text.ts";
import type { Column } from "./column.ts";
import { held, longest, numberColumn, orNaN, recordOffset, yesColumn } from "./make.ts";
import { COMM } from "./tasks.ts";

const tasksOf = ({ tables }: Checkpoint, row: TableRow): Uint32Array =>
  tables.task.subarray(u32At(tables.firstTask, row), u32At(tables.firstTask, row + 1));

/** The first task of a table; NONE if it has none. */
const firstTaskOf = ({ tables }: Checkpoint, row: TableRow): TaskRow =>
  taskCount(tables, row) > 0 ? u32At(tables.task, u32At(tables.firstTask, row)) : NONE;

/** Most tasks of a table that are listed; the others are only counted. */
const SHOWN_TASKS = 3;

/** Values of the first tasks of a table, and the number of the others. */
const listed = (checkpoint: Checkpoint, row: TableRow, text: (task: TaskRow) => string): string => {
  const tasks = tasksOf(checkpoint, row);
  const words = [...new Set(Array.from(tasks.subarray(0, SHOWN_TASKS), text))].join(" ");
  return tasks.length > SHOWN_TASKS ? `${words} +${tasks.length - SHOWN_TASKS}` : words;
};

/** The names of a table's tasks. */
function commsOf(checkpoint: Checkpoint, row: TableRow): string {
  return listed(checkpoint, row, (task) => shownText(commBytes(checkpoint, task)));
}

/** The pids of a table's tasks, or their indices. */
function pidsOf(checkpoint: Checkpoint, row: TableRow): string {
  return listed(checkpoint, row, (task) => String(taskNumber(checkpoint.tasks, task)));
}

/** Digits of the largest pid or index. */
function widestNumber({ tasks }: Checkpoint): number {
  return String(hasPids(tasks) ? tasks.pid.reduce((most, pid) => Math.max(most, pid), 0) : tasks.count).length;
}

/** Most shared tables whose text is measured; with more, the widest is assumed to fill the column. */
const MEASURED = 1000;

/** Characters of the longest text about the tasks of a table. `ofOne`: of the longest about one task. */
function widestOfTasks(checkpoint: Checkpoint, ofOne: number, text: (c: Checkpoint, row: TableRow) => string): number {
  const { tables } = checkpoint;
  // A task without a table, such as a zombie, is not listed.
  if (u32At(tables.firstTask, tables.count) <= tables.count) return ofOne;
  let most = ofOne;
  let measured = 0;
  for (let row = 0; row < tables.count; row++) {
    if (taskCount(tables, row) < 2) continue;
    if (++measured > MEASURED) return Number.POSITIVE_INFINITY;
    most = Math.max(most, text(checkpoint, row).length);
  }
  return most;
}

export const TABLES: readonly Column[] = [
  numberColumn({ id: "id", title: "Id", about: "the image's id of the table", width: 8, searched: true }, (c, row) =>
    u32At(c.tables.id, row),
  ),
  {
    id: "pid",
    title: "pid",
    about: "the tasks that use the table",
    width: 8,
    needs: (checkpoint) => widestOfTasks(checkpoint, widestNumber(checkpoint), pidsOf),
    groups: true,
    searched: true,
    among: { listing: "tasks", column: "pid", rows: tasksOf },
    number: (checkpoint, row) => {
      const task = firstTaskOf(checkpoint, row);
      return task === NONE ? Number.NaN : taskNumber(checkpoint.tasks, task);
    },
    text: pidsOf,
  },
  {
    id: "comm",
    title: "comm",
    about: "names of the tasks that use the table",
    width: 24,
    least: 8,
    needs: (checkpoint) => widestOfTasks(checkpoint, longest(checkpoint.tasks.commLength), commsOf),
    groups: true,
    searched: true,
    among: { listing: "tasks", column: "comm", rows: tasksOf },
    span: {
      offset: (checkpoint, row) => held(COMM.offset, 0, checkpoint, firstTaskOf(checkpoint, row)),
      length: (checkpoint, row) => held(COMM.length, 0, checkpoint, firstTaskOf(checkpoint, row)),
    },
    text: commsOf,
  },
  numberColumn(
    { id: "tasks", title: "Tasks", about: "number of tasks that use it", width: 7, isCount: true },
    ({ tables }, row) => taskCount(tables, row),
  ),
  numberColumn(
    { id: "fds", title: "Descriptors", about: "number of descriptors", width: 11, isCount: true },
    (c, row) => descriptorCount(c.tables, row),
  ),
  yesColumn(
    { id: "shared", title: "Shared", about: "used by more than one task", width: 8 },
    ({ tables }, row) => taskCount(tables, row) > 1,
  ),
  numberColumn(
    {
      id: "announced",
      title: "Announced",
      about: "number of descriptors that the image announces",
      width: 10,
      hidden: true,
    },
    ({ tables }, row) => orNaN(i32At(tables.announced, row)),
  ),
  recordOffset(({ tables }) => tables.record),
];
