// Members that CRIU does not read: of tasks that are not in the process tree, as an earlier dump into the same
// directory leaves them behind. Faults in them refuse no restore.

import type { MemberIndex } from "../../../decoder/criu/sets/member-index.ts";
import { type Checkpoint, NONE, taskCount } from "../../../model/checkpoint.ts";
import { u32At } from "../../../model/read.ts";
import type { FindingList } from "../../finding.ts";

/** Kinds that are numbered by the pid of a task. */
const OF_TASKS = ["fs", "mm", "ids", "pagemap", "creds", "vmas", "rlimit", "sigacts", "itimers", "posix-timers"];

/** What the check of such members themselves reports. */
const REPORTED: ReadonlySet<string> = new Set(["core-without-task", "table-without-task"]);

/** The members, by index, that no task of the process tree calls for. */
function unreadMembers(checkpoint: Checkpoint, members: MemberIndex): ReadonlySet<number> {
  const { tasks, tables, problems } = checkpoint;
  const unread = new Set<number>();
  if (tasks.count === 0) return unread;
  const pids = new Set<number>(tasks.pid.subarray(0, tasks.count));
  for (const kind of OF_TASKS) {
    for (const [member, pid] of members.ofKind(kind)) if (!pids.has(pid)) unread.add(member);
  }
  for (const { code, member } of problems) if (code === "orphan-core" && member !== undefined) unread.add(member);
  const used = new Set<number>();
  for (let table = 0; table < tables.count; table++)
    if (taskCount(tables, table) > 0) used.add(u32At(tables.id, table));
  for (const [member, id] of members.ofKind("fdinfo")) if (!used.has(id)) unread.add(member);
  unread.delete(NONE);
  return unread;
}

/** A list that leaves out faults in members that are not read. */
export function withoutUnread(list: FindingList, checkpoint: Checkpoint, members: MemberIndex): FindingList {
  const unread = unreadMembers(checkpoint, members);
  if (unread.size === 0) return list;
  return {
    ...list,
    add(code, message, place, errno, severity) {
      if (place.member !== undefined && unread.has(place.member) && !REPORTED.has(code)) return;
      list.add(code, message, place, errno, severity);
    },
  };
}
