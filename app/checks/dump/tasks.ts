// Whether CRIU can stop the tasks, and whether they share what it cannot share.

import type { TaskFacts, ThreadFacts } from "./facts.ts";
import type { Scope } from "./scope.ts";

const isDead = ({ state }: TaskFacts): boolean => state === "Z" || state === "X";

/** Whether CRIU can seize a process and its threads. */
export function checkSeizing({ report, root, facts }: Scope, task: TaskFacts): void {
  const { pid, threads } = task;
  if (task === root && facts.machine.isInside) {
    report(
      "dump-criu-inside",
      { pid },
      "this command is a descendant of the process, and CRIU must run outside the tree",
    );
  }
  if (task.isKernelThread) report("dump-kernel-thread", { pid }, "a kernel thread has no memory and no files");
  if (isDead(task)) {
    // A dead child is dumped as a zombie; its threads would be left running.
    if (task === root) report("dump-dead", { pid }, "the process is a zombie: its parent has not waited for it");
    else if (threads.length > 1)
      report("dump-dead", { pid }, "the main thread has ended, but other threads are still running");
    return;
  }
  for (const thread of threads) {
    const { tid, tracer, isWaiting } = thread;
    const subject = ofThread(task, thread);
    if (tracer !== 0) report("dump-traced", subject, `process ${tracer} traces task ${tid}`);
    else if (isWaiting)
      report("dump-waits", subject, `task ${tid} is in state D: no signal and no debugger can stop it`);
  }
}

const ofThread = ({ pid }: TaskFacts, { tid }: ThreadFacts) => (tid === pid ? { pid } : { pid, tid });

/** Whether a process shares what CRIU cannot share. */
export function checkSharing(scope: Scope, task: TaskFacts): void {
  if (isDead(task)) return;
  const { report, root } = scope;
  const { pid, parent } = task;
  // CRIU stops at the first of them.
  if (task.sharesMemoryWith !== null) {
    report("dump-shared-memory", { pid }, `shares its memory with process ${task.sharesMemoryWith} (CLONE_VM)`);
  } else if (task.sharesDirectoriesWith !== null) {
    const other = task.sharesDirectoriesWith;
    report("dump-shared-directories", { pid }, `shares its directories with process ${other} (CLONE_FS)`);
  } else if (task.sharesFilesWith !== null && task.sharesFilesWith !== parent && !sharesWithParent(scope, task)) {
    report("dump-shared-files", { pid }, `shares its file table with process ${task.sharesFilesWith}, not its parent`);
  } else if (task.sharesSignalsWith !== null) {
    const other = task.sharesSignalsWith;
    report("dump-shared-signals", { pid }, `shares its signal handlers with process ${other} (CLONE_SIGHAND)`);
  }
  if (task === root && task.innerPid !== task.innerSession && task.innerSession !== 0) {
    report("dump-session", { pid }, `process ${pid} is in the session of ${task.innerSession}, which is not dumped`);
  }
  // In a pid namespace of its own, a process cannot be dumped anyway.
  if (task.innerSession === 0 && task.namespaces.pid === root?.namespaces.pid) {
    report("dump-session-outside", { pid }, `the session leader of process ${pid} is outside its pid namespace`);
  }
  for (const thread of task.threads) {
    const subject = ofThread(task, thread);
    if (thread.hasOwnDirectories) {
      report("dump-own-directories", subject, "after a restore the thread is in the directory of the main thread");
    }
    if (thread.hasOwnFiles) {
      report("dump-own-files", subject, "after a restore the thread has the descriptors of the main thread");
    }
  }
}

/** Whether the parent has the same file table, though another process had it first. */
function sharesWithParent({ tasks }: Scope, { parent, sharesFilesWith }: TaskFacts): boolean {
  return tasks.get(parent)?.sharesFilesWith === sharesFilesWith;
}
