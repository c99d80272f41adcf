// The pids of the tree of tasks: pid objects, and each task's references to them.

import { NONE } from "../model/checkpoint.ts";
import type { Dump } from "./dump.ts";
import { structBytes } from "./writer.ts";

/** Writes PIDS and TREE, each with its BUFFER. Tasks refer to pids by tags: the objrefs of pid objects. */
export function writePids(dump: Dump): void {
  const { dialect, writer, hash, littleEndian } = dump;
  const { tasks } = dump.description;
  const entry = dialect.struct("ckpt_task_pids");
  if (entry === undefined) throw new Error(`${dialect.name} has no pid objects`);
  const noPid = dialect.enums.CKPT_PID?.get("NULL") ?? NONE;
  const numbers: number[] = [];
  // 0 is a pid of an ancestor's namespace: the parent of a container's first task.
  const tag = (pid: number | null | undefined): number => {
    if (pid === null || pid === undefined) return noPid;
    if (pid === 0) return 0;
    if (hash.described("PID", pid) === 0) numbers.push(pid);
    return hash.describe("PID", pid);
  };
  const entries = new Uint8Array(tasks.length * entry.size);
  for (let row = 0; row < tasks.length; row++) {
    const task = tasks.at(row);
    const values = {
      vpid: tag(task?.pid),
      vppid: tag(task?.ppid),
      vtgid: tag(task?.tgid),
      vpgid: tag(task?.pgid),
      vsid: tag(task?.sid),
    };
    entries.set(structBytes(entry, values, littleEndian), row * entry.size);
  }
  // Entries of {u32 depth; s32 numbers[depth + 1]}; all pids here are of the outermost namespace.
  const pids = new Uint8Array(numbers.length * 8);
  const view = new DataView(pids.buffer);
  for (const [index, number] of numbers.entries()) view.setInt32(index * 8 + 4, number, littleEndian);
  writer.record("PIDS", { nr_pids: numbers.length, nr_vpids: 0, offset: 1 });
  writer.record("BUFFER", {}, pids);
  writer.record("TREE", { nr_tasks: tasks.length });
  writer.record("BUFFER", {}, entries);
}
