// Checks of the process tree as a whole, once all entries have been read: what CRIU's restore of the tree refuses
// (criu/pstree.c, CRIU 4.2).

import { NAMESPACES } from "../../../decoder/criu/format/meaning.ts";
import { eachVarint, fieldNumber } from "../../../decoder/criu/wire/wire.ts";
import { NONE } from "../../../model/checkpoint.ts";
import { type Handler, handler } from "../entries/handler.ts";
import { faultAt, has, low, type Scan } from "../scan.ts";

const THREADS = fieldNumber("pstree_entry", "threads");

/**
 * pstree_entry: the threads of a dead task, which lacks a core if it is not known to be dead, are uninitialised memory.
 */
export const onTree: Handler = handler(
  "pstree_entry",
  ["pid", "ppid", "sid", "pgid"],
  (scan, seen, bytes, start, end) => {
    if (!has(seen, 1) || !has(seen, 2) || !has(seen, 3)) return;
    const [pid, parent, session, group] = [low(scan, 1), low(scan, 2), low(scan, 3), has(seen, 4) ? low(scan, 4) : 0];
    const threads: number[] = [];
    if (scan.dead.get(pid) === NONE && scan.members.find("core", pid) !== NONE) {
      eachVarint(bytes, start, end, THREADS, (tid) => {
        threads.push(tid);
        if (tid !== pid) scan.hostNotes.threads.push({ pid, tid });
      });
    }
    scan.tree.push({ pid, parent, session, group, record: scan.record, threads });
  },
);

/** Checks the process tree. */
export function checkTree(scan: Scan): void {
  // A tree that lacks tasks is reported as damaged.
  if (scan.isDamaged) return;
  checkCores(scan);
  checkThreads(scan);
  checkSessions(scan);
  checkNesting(scan);
  checkInit(scan);
  checkPidfds(scan);
  checkNamespaceFiles(scan);
}

/**
 * Checks that each task is its own first thread, and that its core, but no core of its other threads, has tc. See
 * check_core() and sigreturn_restore() in criu/cr-restore.c.
 */
function checkCores(scan: Scan): void {
  const { tree, taskCores, members, list, dead } = scan;
  const pids = new Set(tree.map(({ pid }) => pid));
  const report = (number: number, message: string): void => {
    const member = members.find("core", number);
    if (member !== NONE) list.add("core-incomplete", message, { record: null, field: null, offset: null, member });
  };
  for (const { pid, threads, session, group, record } of tree) {
    if (session === pid && group !== pid) {
      const message = `Task ${pid} leads a session, but is in the process group ${group}, which the kernel refuses.`;
      faultAt(scan, "value-impossible", record, "pgid", message);
    }
    if (dead.get(pid) === NONE && members.find("core", pid) !== NONE && threads[0] !== pid) {
      faultAt(scan, "value-impossible", record, "threads", `The first thread of task ${pid} is not the task itself.`);
    }
    if (taskCores.get(pid) !== 1) report(pid, `The core of ${pid} does not describe the task.`);
    for (const tid of threads) {
      const isTask = !pids.has(tid) && taskCores.get(tid) !== NONE;
      if (isTask) report(tid, `The core of ${tid}, a thread of task ${pid}, describes a task.`);
    }
  }
}

/**
 * Checks that each thread id and pid is in the tree once, and that no other thread has the number of a session or process
 * group: that number belongs to a task, even if it has ended.
 */
function checkThreads(scan: Scan): void {
  const leaders = new Set(scan.tree.flatMap(({ session, group }) => [session, group]));
  const owners = new Map(scan.tree.map(({ pid }) => [pid, pid]));
  for (const { pid, record, threads } of scan.tree) {
    for (const [nth, tid] of threads.entries()) {
      // CRIU takes the first for the task itself.
      if (nth === 0) continue;
      const owner = owners.get(tid);
      owners.set(tid, pid);
      if (owner === undefined && !leaders.has(tid)) continue;
      const whose =
        owner === undefined
          ? "leads a session or a process group"
          : owner === tid
            ? "has the pid of a task"
            : `is one of task ${owner} too`;
      faultAt(scan, "thread-repeated", record, `threads[${nth}]`, `Thread ${tid} of task ${pid} ${whose}.`);
    }
  }
}

/** A task as the restore forks it. */
interface Forked {
  readonly pid: number;
  readonly session: number;
  parent: Forked | null;
  /** The session that it is in while it forks tasks that are not in its own; NONE: none so far. */
  born: number;
}

/**
 * A task has the session of its parent, or leads one, or was forked by an ancestor's descendants before they left the
 * session of that ancestor. Children of the root may be in any other session: helpers take the place of leaders that
 * have ended.
 */
function checkSessions(scan: Scan): void {
  const root = scan.tree.find(({ parent }) => parent === 0);
  if (root === undefined) return;
  const forked = new Map<number, Forked>();
  for (const { pid, session } of scan.tree) forked.set(pid, { pid, session, parent: null, born: NONE });
  const top = forked.get(root.pid) as Forked;
  const helpers = new Map<number, Forked>();
  const helperOf = (session: number): Forked => {
    const leader = forked.get(session);
    const known = helpers.get(session);
    const helper = known ?? { pid: leader ? NONE : session, session, parent: leader ?? top, born: NONE };
    helpers.set(session, helper);
    return helper;
  };
  for (const { pid, parent, session } of scan.tree) {
    const task = forked.get(pid) as Forked;
    const hasHelper = parent === root.pid && session !== root.session && session !== pid;
    if (task !== top) task.parent = hasHelper ? helperOf(session) : (forked.get(parent) ?? null);
  }
  for (const { pid, record } of scan.tree) {
    const task = forked.get(pid) as Forked;
    if (task.parent === null || task.session === pid || task.parent.session === task.session) continue;
    const why = whyNotBorn(task, scan.tree.length + helpers.size);
    if (why === null) continue;
    faultAt(scan, "session-missing", record, "sid", `Task ${pid} is in session ${task.session}, but ${why}.`);
    return;
  }
}

/** Why no ancestor can fork a task in its session; `null`: one can. @param most More steps than the tree is deep */
function whyNotBorn({ parent, session }: Forked, most: number): string | null {
  let ancestor = parent;
  for (let step = 0; step <= most && ancestor !== null && ancestor.pid !== session; step++) {
    const { pid, born } = ancestor;
    if (born !== NONE && born !== session) {
      return `its ancestor ${pid} is in session ${born} while it forks another task`;
    }
    ancestor.born = session;
    ancestor = ancestor.parent;
  }
  return ancestor?.pid === session ? null : "neither its parent nor an ancestor leads that session";
}

/** Namespaces in which all tasks are alike, as in task_kobj_ids_entry. */
const NOT_NESTED = ["pid_ns_id", "ipc_ns_id", "uts_ns_id", "user_ns_id", "time_ns_id"] as const;
/** Which tasks can have of their own if the root does not have that of CRIU. */
const NESTED = ["net_ns_id", "mnt_ns_id"] as const;

/** Only network and mount namespaces can differ among the tasks of a set. */
function checkNesting(scan: Scan): void {
  const { tree, namespaces, inventory } = scan;
  const root = tree.find(({ parent }) => parent === 0);
  const rootIds = root === undefined ? undefined : namespaces.get(root.pid)?.ids;
  if (rootIds === undefined) return;
  const own = { net_ns_id: inventory.rootNetwork, mnt_ns_id: inventory.rootMounts };
  const alike = [...NOT_NESTED, ...NESTED.filter((field) => own[field] !== NONE && rootIds.get(field) === own[field])];
  for (const { pid, parent } of tree) {
    const [mine, theirs] = [namespaces.get(pid), namespaces.get(parent)];
    if (mine === undefined || theirs === undefined) continue;
    const field = alike.find((name) => (mine.ids.get(name) ?? 0) !== (theirs.ids.get(name) ?? 0));
    if (field === undefined) continue;
    const kind = field.slice(0, field.indexOf("_"));
    const message = `Task ${pid} is in another ${kind} namespace than its parent, task ${parent}.`;
    faultAt(scan, "namespace-nested", mine.record, field, message);
  }
}

/** INIT_PID. */
const INIT = 1;

/**
 * A pid namespace is restored with its init, the root of the tree, or is given from outside: restore_root_task() in
 * criu/cr-restore.c.
 */
function checkInit(scan: Scan): void {
  const { tree, namespaces, hostNotes, externalPids } = scan;
  const root = tree.find(({ parent }) => parent === 0);
  const own = root === undefined ? undefined : namespaces.get(root.pid)?.ids.get("pid_ns_id");
  if (root === undefined || own === undefined || hostNotes.rootPids === NONE) return;
  if (own === hostNotes.rootPids || root.pid === INIT || externalPids.has(own)) return;
  const message = `Task ${root.pid} is the root of the process tree, whose pid namespace is not that of CRIU and lacks its init, task ${INIT}.`;
  faultAt(scan, "init-missing", root.record, "pid", message);
}

/** A pidfd refers to a task of the tree, or to an ended process: open_one_pidfd() in criu/pidfd.c. */
function checkPidfds(scan: Scan): void {
  if (scan.pidfds.length === 0) return;
  const pids = new Set(scan.tree.map(({ pid }) => pid));
  for (const { pid, record } of scan.pidfds) {
    if (pid === -1 || pids.has(pid)) continue;
    const message = `A pidfd refers to process ${pid}, which is missing from the process tree.`;
    faultAt(scan, "process-missing", record, "pidfd.nspid", message);
  }
}

/** Checks that a descriptor of a namespace names the right kind: open_ns_fd() in criu/namespaces.c. */
function checkNamespaceFiles(scan: Scan): void {
  const { nsFiles, namespaces } = scan;
  for (const { id, flag, record } of nsFiles) {
    const fields = new Set<string>();
    for (const { ids } of namespaces.values()) for (const [field, own] of ids) if (own === id) fields.add(field);
    const kind = NAMESPACES[flag];
    if (fields.size === 0 || (kind !== undefined && fields.has(`${kind}_ns_id`))) continue;
    const message = `A descriptor of namespace ${id} is for another kind of namespace (${kind ?? flag}).`;
    faultAt(scan, "value-impossible", record, "nsf.ns_cflag", message);
  }
}
