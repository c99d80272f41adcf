// Records of tasks: TASK and its comm, and TASK_OBJS.

import { NONE } from "../../../model/checkpoint.ts";
import { LINUX_EXIT_STATES, LINUX_TASK_STATES, taskState } from "../../../model/names/names.ts";
import { i32At } from "../../../model/read.ts";
import { holds, i32 } from "../walk/record-bytes.ts";
import {
  cutMessage,
  expectPath,
  readStruct,
  report,
  reportRepeated,
  resolve,
  unresolved,
  type Walk,
} from "../walk/walk.ts";
import { OBJECTS } from "./actions.ts";
import { endTable } from "./on-file-table.ts";
import { addExit, addTaskObjects } from "./on-task-objects.ts";

/** TASK: the next task begins. */
export function onTask(walk: Walk): void {
  const { tasks } = walk.builder;
  endTable(walk);
  closeTask(walk);
  const task = walk.builder.addTask(walk.record);
  walk.task = task;
  walk.taskClosed = false;
  walk.nextString = "comm";
  if (walk.nextBuffer === "uts") walk.nextBuffer = "other";
  if (walk.dialect.struct("ckpt_hdr_task") === undefined) return;
  const reader = readStruct(walk, "ckpt_hdr_task");
  if (!reader.has("state", "exit_state")) return;
  const state = LINUX_EXIT_STATES[reader.number("exit_state")] ?? LINUX_TASK_STATES[reader.number("state")];
  tasks.state[task] = state === undefined ? 0 : taskState(state);
  if (reader.number("exit_state") !== 0) addExit(walk, task, reader.number("exit_code"));
}

/** Leaves the current task. If its TASK_OBJS is missing, it uses the table that was described among its records. */
export function closeTask(walk: Walk): void {
  const { tasks } = walk.builder;
  if (walk.task !== NONE && !walk.taskClosed && walk.tableOfTask !== NONE) tasks.table[walk.task] = walk.tableOfTask;
  walk.tableOfTask = NONE;
  expectPath(walk, NONE);
  if (walk.nextString === "comm") reportNameless(walk);
}

/** Reports a task whose STRING is missing, unless the image or its dump ends before it. */
function reportNameless(walk: Walk): void {
  const { builder, errorRecord } = walk;
  walk.nextString = "other";
  const record = i32At(builder.tasks.record, walk.task);
  if (errorRecord === record + 1 || record === builder.records.count - 1) return;
  report(walk, "error", "comm-missing", "The name of a task is missing.", builder.placeOf(record).offset);
}

const COMM_LENGTH = 16;

/** The STRING after TASK: the task's comm, up to its NUL. */
export function onComm(walk: Walk): void {
  const { builder, task, at, length, held } = walk;
  const { bytes } = walk.window;
  if (length !== 8 + COMM_LENGTH && !walk.cut) {
    const what = `The name of a task is ${length - 8} bytes long instead of ${COMM_LENGTH}.`;
    report(walk, "warning", "comm-length", what, walk.pos + 4);
  }
  const start = at + 8;
  const end = at + Math.min(held, 8 + COMM_LENGTH);
  let stop = start;
  while (stop < end && bytes[stop] !== 0) stop++;
  if (walk.cut && stop === end) {
    const what = cutMessage("the name of a task", stop - start);
    report(walk, "warning", "comm-cut", what, walk.pos + 8, { task });
  }
  builder.tasks.commOffset[task] = builder.addText(bytes, start, stop);
  builder.tasks.commLength[task] = stop - start;
}

/** TASK_OBJS: which file table the task uses. */
export function onTaskObjs(walk: Walk): void {
  const { builder, task } = walk;
  endTable(walk);
  expectPath(walk, NONE);
  if (task === NONE) {
    report(walk, "error", "objects-without-task", "TASK_OBJS does not follow a task.", walk.pos);
    return;
  }
  if (walk.taskClosed) {
    reportRepeated(walk, "TASK_OBJS");
    return;
  }
  if (!holds(walk, 12)) return;
  const objref = i32(walk, 8);
  const table = resolve(walk, objref, OBJECTS.FILE_TABLE);
  if (table === NONE && objref !== 0) {
    const why = unresolved(walk, objref, "a file table");
    report(walk, "error", "task-without-table", `A task has no file table: ${why}.`, walk.pos + 8);
  }
  builder.tasks.table[task] = table;
  addTaskObjects(walk, task);
  walk.taskClosed = true;
}
