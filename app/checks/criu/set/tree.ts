// Checks of the process tree as a whole, once all entries have been read: what CRIU's restore of the tree refuses
// (criu/pstree.c, CRIU 4.2).

import { eachVarint, fieldNumber } from "../../../decoder/criu/wire/wire.ts";
import { NONE } from "../../../model/checkpoint.ts";
import { type Handler, handler } from "../entries/handler.ts";
import { faultAt, has, low, type Scan } from "../scan.ts";

const THREADS = fieldNumber("pstree_entry", "threads");

/**
 * pstree_entry: the threads of a dead task, which lacks a core if it is not known to be dead, are uninitialised memory.
 */
export const onTree: Handler = handler("pstree_entry", ["pid", "ppid", "sid"], (scan, seen, bytes, start, end) => {
  if (!has(seen, 1) || !has(seen, 2) || !has(seen, 3)) return;
  const [pid, parent, session] = [low(scan, 1), low(scan, 2), low(scan, 3)];
  const threads: number[] = [];
  if (scan.dead.get(pid) === NONE && scan.members.find("core", pid) !== NONE) {
    eachVarint(bytes, start, end, THREADS, (tid) => {
      threads.push(tid);
      if (tid !== pid) scan.hostNotes.threads.push({ pid, tid });
    });
  }
  scan.tree.push({ pid, parent, session, record: scan.record, threads });
});

/** Checks the process tree. */
export function checkTree(scan: Scan): void {
  // A tree that lacks tasks is reported as damaged.
  if (scan.isDamaged) return;
  checkThreads(scan);
  checkSessions(scan);
  checkNesting(scan);
}

/** Each thread id, and each pid, is in the tree once. */
function checkThreads(scan: Scan): void {
  const owners = new Map(scan.tree.map(({ pid }) => [pid, pid]));
  for (const { pid, record, threads } of scan.tree) {
    for (const [nth, tid] of threads.entries()) {
      // CRIU takes the first for the task itself.
      if (nth === 0) continue;
      const owner = owners.get(tid);
      owners.set(tid, pid);
      if (owner === undefined) continue;
      const whose = owner === tid ? "has the pid of a task" : `is one of task ${owner} too`;
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
const NOT_NESTED = ["pid_ns_id", "ipc_ns_id", "uts_ns_id", "user_ns_id"] as const;
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
    const field = alike.find((name) => mine.ids.get(name) !== theirs.ids.get(name));
    if (field === undefined) continue;
    const kind = field.slice(0, field.indexOf("_"));
    const message = `Task ${pid} is in another ${kind} namespace than its parent, task ${parent}.`;
    faultAt(scan, "namespace-nested", mine.record, field, message);
  }
}
