// Tasks of a Linux-CR image. A thread is a task of its own, with the pid of its first thread as its tgid; what threads
// share is read with the first of them.

import { NONE, taskNumber } from "../../model/checkpoint.ts";
import { signalNames } from "../../model/names/signals.ts";
import { i32At } from "../../model/read.ts";
import type { TaskRow } from "../../model/rows.ts";
import { taskRow } from "../from-checkpoint.ts";
import { createSharing } from "../sharing.ts";
import { spec, type Tables } from "../tables.ts";
import { limitName, UNLIMITED } from "../words.ts";
import type { Owner } from "./mappings.ts";
import { type Draft, differences, timersOf } from "./objects.ts";
import { type RecordReader, type Struct, take } from "./record-reader.ts";
import type { SharedObjects, Undo } from "./shared-objects.ts";

export interface TaskReader {
  /** TASK: a task begins. */
  begin(task: Struct, record: number): void;
  bindCredentials(taskCreds: Struct): void;
  bindNamespaces(taskNs: Struct): void;
  bindObjects(taskObjs: Struct, record: number): void;
  /** SIGNAL: limits and interval timers. */
  signal(signal: Struct, record: number): void;
  pending(sigpending: Struct): void;
  blocked(signalTask: Struct): void;
  /** Ends the last task. */
  end(): void;
  /** By task: the objref of its credentials. */
  readonly credentialsOf: ReadonlyMap<TaskRow, number>;
  /** The process of the current task; `null`: none has begun. */
  owner(): Owner | null;
}

/** The task whose records are being read. */
interface Current {
  readonly task: TaskRow;
  readonly record: number;
  /** Number of its process, and its own. */
  readonly pid: number;
  readonly tid: number;
  readonly row: Draft;
  readonly thread: Draft;
  /** The signals that wait for its process are read before its own. */
  expectsShared: boolean;
}

const LIMITS = 16;

/** Adds what is added to semaphores when a task ends. */
function addUndo(tables: Tables, { pid, task }: Current, lists: readonly Undo[]): void {
  lists.every(({ row, record }) => tables.add("undo", { pid, ...row }, task, record));
}

/** The controlling terminal of a process. `hasPidObjects`: its process group is an objref, whose pid is not known. */
function terminalOf(objects: SharedObjects, signal: Struct, hasPidObjects: boolean): Draft {
  const terminal = objects.terminalAt(signal.number("tty_objref"));
  const foreground = terminal === null || hasPidObjects ? 0 : signal.number("tty_pgrp");
  return { terminal, foreground: foreground === 0 ? null : foreground };
}

/** The credentials that TASK_CREDS names; `null`: they are missing. */
function ownCredentials(objects: SharedObjects, struct: Struct) {
  const own = objects.credentialsAt(struct.number("cred_ref"));
  if (own === undefined) return null;
  const inForce = objects.credentialsAt(struct.number("ecred_ref"));
  const overridden = inForce === undefined ? [] : differences(inForce.row, own.row);
  return { ...own, row: { ...own.row, overridden: overridden.length === 0 ? null : overridden } };
}

/**
 * Reads tasks in the order of the records.
 *
 * @param withStatus Where to add the tasks with HAS_STATUS.
 */
export function createTasks(
  { checkpoint, dialect }: RecordReader,
  objects: SharedObjects,
  tables: Tables,
  withStatus: Set<TaskRow>,
): TaskReader {
  const { tasks, machine } = checkpoint;
  const { arch } = machine;
  const hasPidObjects = dialect.enums.CKPT_OBJ?.has("PID") === true;
  /** Signals that wait for a process, which are in the records of its first task. */
  const shared = new Map<number, readonly string[]>();
  const listed = new Set<string>();
  const credentialsOf = new Map<TaskRow, number>();
  const sharing = createSharing(tables, "linux-cr");
  let next = 0;
  let current: Current | null = null;

  const names = (struct: Struct | null, field: string): string[] => {
    const set = struct?.big(field) ?? 0n;
    return signalNames(Number(set & 0xffff_ffffn), Number(set >> 32n), arch);
  };
  const end = (): void => {
    if (current === null) return;
    const { task, record, pid, tid, row, thread } = current;
    current = null;
    tables.add("tasks", row, task, record);
    if (Object.keys(thread).length === 0) return;
    const sharedPending = shared.get(pid) ?? null;
    const own = (thread.pending ?? null) as readonly string[] | null;
    const pending =
      own === null && sharedPending === null ? null : [...new Set([...(own ?? []), ...(sharedPending ?? [])])];
    tables.add("threads", { pid, tid, ...thread, pending, sharedPending }, task, record);
  };
  /** Whether to list for the current task what threads share: once for each process. */
  const isFirst = (what: string): boolean => {
    const key = `${what} ${current?.pid}`;
    if (listed.has(key)) return false;
    listed.add(key);
    return true;
  };

  return {
    begin(struct, record) {
      end();
      const task = next < tasks.count ? next++ : NONE;
      if (task === NONE) return;
      const tid = taskNumber(tasks, task);
      const tgid = i32At(tasks.tgid, task);
      const hasPid = i32At(tasks.pid, task) !== NONE;
      const row = taskRow(checkpoint, task);
      take(row, spec("tasks"), struct, arch);
      const thread: Draft = {};
      take(thread, spec("threads"), struct, arch);
      // There is one only if its size is not 0, and a record may be cut before the size.
      if (!struct.big("sas_ss_size")) delete thread.signalStack;
      if (!struct.big("robust_futex_list")) delete thread.robustList;
      current = { task, record, pid: hasPid && tgid > 0 ? tgid : tid, tid, row, thread, expectsShared: false };
    },
    bindCredentials(struct) {
      const credentials = ownCredentials(objects, struct);
      if (current === null || credentials === null) return;
      const { pid, tid, task, record } = current;
      if (credentials.hasStatus) withStatus.add(task);
      credentialsOf.set(task, struct.number("cred_ref"));
      tables.add("credentials", { pid, tid, ...credentials.row }, task, record);
      const id = credentials.namespace;
      if (id > 0 && isFirst("user")) tables.add("namespaces", { pid, kind: "user", id }, task, record);
    },
    bindNamespaces(struct) {
      if (current === null || !isFirst("namespaces")) return;
      const { pid, task, record } = current;
      for (const row of objects.namespacesAt(struct.number("ns_objref"))) {
        tables.add("namespaces", { pid, ...row }, task, record);
      }
    },
    bindObjects(struct, record) {
      if (current === null) return;
      // Threads share all of it with the first of them.
      if (isFirst("objects")) sharing.add({ pid: current.pid, task: current.task, record }, struct);
      Object.assign(current.row, objects.memoryAt(struct.number("mm_objref")));
      const undo = struct.big("sem_undo_objref");
      if (undo !== null) tables.hold("undo");
      if (undo && isFirst(`undo ${undo}`)) addUndo(tables, current, objects.undoAt(Number(undo)));
      const actions = objects.actionsAt(struct.number("sighand_objref"));
      if (actions === undefined || !isFirst("signals")) return;
      tables.hold("signals");
      for (const row of actions.rows) {
        if (!tables.add("signals", { pid: current.pid, ...row }, current.task, actions.record)) return;
      }
    },
    signal(struct, record) {
      if (current === null) return;
      current.expectsShared = true;
      const { pid, task } = current;
      Object.assign(current.row, terminalOf(objects, struct, hasPidObjects));
      for (const [at, limit] of struct.entries("rlim", "ckpt_rlimit", LIMITS).entries()) {
        const row: Draft = { pid, resource: limitName(at, arch) };
        take(row, spec("limits"), limit, arch);
        for (const side of ["soft", "hard"]) if (row[side] === UNLIMITED) row[side] = null;
        tables.add("limits", row, task, record);
      }
      const timers = timersOf(struct);
      if (timers !== null) tables.hold("timers");
      for (const row of timers ?? []) tables.add("timers", { pid, ...row }, task, record);
    },
    pending(struct) {
      if (current === null) return;
      if (current.expectsShared) shared.set(current.pid, names(struct, "signal.sigset"));
      else current.thread.pending = names(struct, "signal.sigset");
      current.expectsShared = false;
    },
    blocked(struct) {
      if (current !== null) take(current.thread, spec("threads"), struct, arch);
    },
    end() {
      end();
      sharing.end();
    },
    credentialsOf,
    owner: () => (current === null ? null : { pid: current.pid, task: current.task }),
  };
}
