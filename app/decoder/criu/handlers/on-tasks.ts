// Entries of tasks: the process tree, cores and object ids, which give each task its file table.

import { NONE } from "../../../model/checkpoint.ts";
import type { Details } from "../../../model/fields.ts";
import { CRIU_TASK_STATES, taskState } from "../../../model/names/names.ts";
import { i32At } from "../../../model/read.ts";
import type { RecordRow, TaskRow } from "../../../model/rows.ts";
import { visibleText } from "../../../model/text/text.ts";
import type { PlanTree } from "../kernel/forms.ts";
import { type Entry, reportRecord, type SetContext, since, taskOfPid } from "../walk/context.ts";
import { indexRows } from "../walk/rows.ts";
import {
  eachVarint,
  fieldNumber,
  high,
  isSet,
  low,
  MALFORMED,
  type NamedPlan,
  type Plan,
  plan,
  scan,
} from "../wire/wire.ts";
import { addExit, readCreds } from "./on-task-details.ts";

const PSTREE = plan("pstree_entry", ["pid", "ppid", "pgid", "sid"]);
const THREADS = fieldNumber("pstree_entry", "threads");
/** Bytes of a thread id in the lists of threads. */
const THREAD_BYTES = 48;
const CORE = plan("core_entry", ["mtype", "tc", "ids", "thread_core"]);
/** The messages in it are read along with it. */
const TASK_CORE = plan("task_core_entry", ["task_state", "exit_code", "comm", "stop_signo"], 5);
/** Which of a task_kobj_ids_entry's fields are namespaces that members describe. */
export const NAMESPACE_FIELDS = [
  "net_ns_id",
  "ipc_ns_id",
  "uts_ns_id",
  "mnt_ns_id",
  "user_ns_id",
  "time_ns_id",
] as const;
const IDS_FIELDS = ["files_id", ...NAMESPACE_FIELDS] as const;
const CORE_IDS = plan("task_kobj_ids_entry", IDS_FIELDS, 9);
const THREAD_CORE = plan("thread_core_entry", ["creds", "comm"], 16);
const IDS = plan("task_kobj_ids_entry", IDS_FIELDS);

/** The fields that `readCore` and `readIds` extract. */
export const CORE_TREE: PlanTree = {
  plan: CORE,
  inside: [
    [CORE.slot.tc, { plan: TASK_CORE }],
    [CORE.slot.ids, { plan: CORE_IDS }],
    [CORE.slot.thread_core, { plan: THREAD_CORE }],
  ],
};
export const IDS_TREE: PlanTree = { plan: IDS };

/** A pid_t is never negative; what is stored is unsigned. */
const pidOf = (stored: number): number => (stored > 0x7fff_ffff ? NONE : stored);

/** pstree_entry: a task of the process tree. */
export function onPstree(set: SetContext, { bytes, start, end, record }: Entry): number {
  const { values } = set;
  const { slot } = PSTREE;
  const seen = scan(bytes, start, end, PSTREE, values);
  const { tasks } = set.builder;
  const number = (at: number): number => (isSet(seen, at) ? pidOf(low(values, at)) : NONE);
  const pid = number(slot.pid);
  const row = addTask(set, record, pid);
  if (pid === NONE) reportRecord(set, record, "task-without-pid", "A task of the process tree has no valid pid.");
  tasks.ppid[row] = number(slot.ppid);
  tasks.pgid[row] = number(slot.pgid);
  tasks.sid[row] = number(slot.sid);
  eachVarint(bytes, start, end, THREADS, (thread) => {
    if (thread === 0 || thread === pid) return;
    set.builder.charge(THREAD_BYTES);
    set.tasks.threadIds.push(thread);
    set.tasks.threadOwners.push(row);
  });
  return seen;
}

/** core_entry: the name and state of a task and, in some sets, its object ids. The core of a thread has neither. */
export function onCore(set: SetContext, entry: Entry): number {
  const { values } = set;
  const { bytes, start, end } = entry;
  const seen = scan(bytes, start, end, CORE, values);
  let inside = 0;
  const readInside = (slot: number, inner: Plan): void => {
    if (isSet(seen, slot)) inside |= scan(bytes, low(values, slot), high(values, slot), inner, values) & ~MALFORMED;
  };
  readInside(CORE.slot.tc, TASK_CORE);
  readInside(CORE.slot.ids, CORE_IDS);
  readInside(CORE.slot.thread_core, THREAD_CORE);
  addCore(set, entry, seen | inside);
  return seen;
}

/** Adds the values of a core_entry, as CORE_TREE extracts them. */
export function addCore(set: SetContext, { bytes, record, number }: Entry, seen: number): void {
  const { values, facts } = set;
  const { slot } = CORE;
  if (isSet(seen, slot.mtype) && facts.machineType === 0) facts.machineType = low(values, slot.mtype);
  const isTask = isSet(seen, slot.tc);
  let task = taskOfPid(set, number);
  if (isTask && task < 0 && !set.seen.kinds.has("pstree")) task = addTask(set, record, number);
  if (isTask) addTaskCore(set, bytes, seen, task);
  if (isSet(seen, slot.ids) && task >= 0) linkIds(set, seen, CORE_IDS, task);
  if (isSet(seen, slot.thread_core)) addThreadCore(set, bytes, seen, task, number);
}

/**
 * A thread_core_entry: the name of a thread; for a task's leader, the credentials. `task` is -1 if it is not a leader.
 */
function addThreadCore(set: SetContext, bytes: Uint8Array, seen: number, task: TaskRow, tid: number): void {
  const { values, tasks } = set;
  const { creds, comm } = THREAD_CORE.slot;
  if (isSet(seen, comm) && tasks.threadIds.length > 0) {
    const name = bytes.subarray(low(values, comm), high(values, comm));
    const nul = name.indexOf(0);
    tasks.threadNames.set(tid, visibleText(nul < 0 ? name : name.subarray(0, nul)));
  }
  if (isSet(seen, creds) && task >= 0) readCreds(set, bytes, low(values, creds), high(values, creds), task);
}

/** A task_core_entry. `task` is -1 if it is not in the process tree. */
function addTaskCore(set: SetContext, bytes: Uint8Array, seen: number, task: TaskRow): void {
  const { builder, values } = set;
  const { slot } = TASK_CORE;
  if (isSet(seen, slot.stop_signo)) since(set, 318);
  if (task < 0) return;
  set.tasks.hasCore[task] = true;
  if (isSet(seen, slot.task_state)) {
    const state = low(values, slot.task_state);
    const known = CRIU_TASK_STATES[state];
    builder.tasks.state[task] = known === undefined ? 0 : taskState(known);
    const isDead = known === "zombie";
    set.tasks.dead[task] = isDead;
    if (isDead && isSet(seen, slot.exit_code)) addExit(set, task, low(values, slot.exit_code));
  }
  if (isSet(seen, slot.comm)) {
    const from = low(values, slot.comm);
    let to = from;
    while (to < high(values, slot.comm) && bytes[to] !== 0) to++;
    builder.tasks.commOffset[task] = builder.addText(bytes, from, to);
    builder.tasks.commLength[task] = to - from;
  }
}

/** task_kobj_ids_entry: which file table a task uses. */
export function onIds(set: SetContext, entry: Entry): number {
  const seen = scan(entry.bytes, entry.start, entry.end, IDS, set.values);
  addIds(set, entry, seen);
  return seen;
}

/** Adds the values of a task_kobj_ids_entry, as IDS_TREE extracts them. */
export const addIds = (set: SetContext, { number }: Entry, seen: number): void =>
  linkIds(set, seen, IDS, taskOfPid(set, number));

type IdsPlan = NamedPlan<(typeof IDS_FIELDS)[number]>;

/** The ids of namespaces in a task_kobj_ids_entry, in the order of NAMESPACE_FIELDS; NONE where there is none. */
function namespacesIn(values: Uint32Array, seen: number, { slot }: IdsPlan): number[] {
  const ids: number[] = [];
  // The slots of the others follow that of the first.
  for (let at = 0; at < NAMESPACE_FIELDS.length; at++) {
    const own = slot.net_ns_id + at;
    ids.push(isSet(seen, own) ? low(values, own) : NONE);
  }
  return ids;
}

/** The namespaces of the task_kobj_ids_entry in bytes[start … end - 1]. */
export const readNamespaces = ({ values }: SetContext, bytes: Uint8Array, start: number, end: number) =>
  namespacesIn(values, scan(bytes, start, end, IDS, values), IDS);

function linkIds(set: SetContext, seen: number, ids: IdsPlan, task: TaskRow): void {
  const { values } = set;
  const { time_ns_id, files_id } = ids.slot;
  if (isSet(seen, time_ns_id)) since(set, 314);
  if (task < 0) return;
  if (isSet(seen, files_id)) set.tasks.filesId[task] = low(values, files_id);
  set.tasks.namespaces[task] = namespacesIn(values, seen, ids);
}

function addTask(set: SetContext, record: RecordRow, pid: number): TaskRow {
  const { builder } = set;
  const task = builder.addTask(record);
  builder.tasks.pid[task] = pid;
  builder.tasks.tgid[task] = pid;
  if (pid !== NONE && !set.tasks.byPid.add(pid >>> 0, task)) {
    reportRecord(
      set,
      record,
      "duplicate-pid",
      `Two tasks have the pid ${pid}; references to it lead to the first one.`,
    );
  }
  return task;
}

/** The number of the fdinfo file with a task's descriptors; `undefined` if it is unknown. */
export const fdinfoNumber = ({ builder, tasks }: SetContext, task: TaskRow): number | undefined =>
  tasks.tablesById ? tasks.filesId[task] : i32At(builder.tasks.pid, task);

/** Members that are named by the pid of a task, and that a dead one has not. */
const OF_LIVING = ["ids", "fs", "mm", "pagemap"];

/** Whether a task is dead, or may be, as it lacks all its members among those of others. */
export function mayBeDead({ builder, tasks, seen }: SetContext, task: TaskRow): boolean {
  if (tasks.dead[task]) return true;
  if (tasks.hasCore[task] || !seen.kinds.has("core")) return false;
  const pid = i32At(builder.tasks.pid, task);
  return !OF_LIVING.some((kind) => seen.numbers.get(kind)?.has(pid));
}

/** Gives each task its file table, once all fdinfo files have been read. */
export function linkTasks(set: SetContext): void {
  const { tasks, tables } = set.builder;
  const tableOfNumber = indexRows(tables.id, tables.count);
  for (let task = 0; task < tasks.count; task++) {
    if (set.tasks.dead[task]) continue;
    const number = fdinfoNumber(set, task);
    if (number !== undefined && number >= 0) tasks.table[task] = tableOfNumber.row(number);
  }
}

/** Adds the number of threads of each live task, once it is known which tasks are dead. */
export function addThreadCounts(set: SetContext): void {
  const { builder, seen, tasks } = set;
  if (!seen.kinds.has("pstree")) return;
  const counts = new Uint32Array(builder.tasks.count).fill(1);
  for (const owner of tasks.threadOwners) counts[owner] = (counts[owner] as number) + 1;
  for (const [task, count] of counts.entries())
    if (!mayBeDead(set, task)) builder.taskDetails.add(task, "threads", count);
  addThreadNames(set);
}

/** Most threads of a task whose names are listed. */
const MOST_THREADS = 10_000;

/** Adds the names of the threads of each task, its leader aside. Older releases do not store them. */
function addThreadNames({ builder, tasks }: SetContext): void {
  const names = new Map<TaskRow, Details[]>();
  for (const [at, task] of tasks.threadOwners.entries()) {
    const tid = tasks.threadIds[at] as number;
    const name = tasks.threadNames.get(tid);
    if (name === undefined || tasks.dead[task]) continue;
    const list = names.get(task);
    if (list === undefined) names.set(task, [{ tid, name }]);
    else if (list.length < MOST_THREADS) list.push({ tid, name });
  }
  for (const [task, list] of names) builder.taskDetails.add(task, "threadNames", list);
}
