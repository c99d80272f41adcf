// What a restart by the kernel requires of the restarting machine, as far as the image says: the kernel itself, the paths
// that it opens, the pids of the tasks. Sizes and permissions are not compared: the kernel opens whatever file is there.

import { type Checkpoint, HAS, holderCount, nameBytes, USE } from "../../model/checkpoint.ts";
import { FILE_KINDS, O_ACCMODE, openFlag, taskState } from "../../model/names.ts";
import { i32At, u8At, u32At } from "../../model/read.ts";
import type { Demand, Demands } from "../host/demand.ts";
import { pathKey } from "../host/path-key.ts";
import { ofFile } from "../subject.ts";

/** What an image demands of the restarting machine, in the order of the restart. */
export function demandsOf(checkpoint: Checkpoint): Demands {
  return {
    list: [...machineOf(checkpoint), ...pidsOf(checkpoint), ...pathsOf(checkpoint)],
    hasOwnRoot: false,
    subject: ({ pid, task, file }) => ({
      ...(file === undefined ? {} : ofFile(checkpoint, file)),
      ...(pid === undefined ? {} : { pid }),
      ...(task === undefined ? {} : { task }),
    }),
  };
}

function* machineOf({ machine: { arch }, facts }: Checkpoint): Generator<Demand> {
  const version = facts.find(({ label }) => label === "kernel")?.value;
  if (arch !== null && version !== undefined) yield { kind: "machine", arch, release: version };
}

function* pidsOf({ tasks }: Checkpoint): Generator<Demand> {
  const dead = taskState("dead");
  const seen = new Set<number>();
  for (let task = 0; task < tasks.count; task++) {
    const pid = i32At(tasks.pid, task);
    if (pid <= 0 || seen.has(pid) || u8At(tasks.state, task) === dead) continue;
    seen.add(pid);
    yield { kind: "pid", id: pid, as: "task", pid };
  }
}

/** Kinds of open files that are opened again by their path. */
const OPENED: readonly string[] = ["generic", "regular", "directory", "character device", "block device", "fifo"];

function* pathsOf(checkpoint: Checkpoint): Generator<Demand> {
  const { files, machine } = checkpoint;
  const append = openFlag("O_APPEND", machine.arch);
  const seen = new Set<string>();
  for (let file = 0; file < files.count; file++) {
    const has = u8At(files.has, file);
    const kind = FILE_KINDS[u8At(files.kind, file)] ?? "";
    if ((has & HAS.path) === 0 || (has & HAS.deleted) !== 0 || !OPENED.includes(kind)) continue;
    if (holderCount(files, file) === 0 && u8At(files.use, file) === 0) continue;
    const path = nameBytes(checkpoint, file);
    const key = pathKey(path);
    const flags = (has & HAS.flags) === 0 ? 0 : u32At(files.flags, file);
    const isWritten = (flags & O_ACCMODE) !== 0;
    const entry = `${isWritten} ${key}`;
    if (seen.has(entry) || !key.startsWith("/")) continue;
    seen.add(entry);
    yield {
      kind: "file",
      path,
      key,
      use: (u8At(files.use, file) & USE.executable) !== 0 ? "executable" : "open",
      size: null,
      mode: null,
      buildId: null,
      isWritten,
      isAppended: (flags & append) !== 0,
      file,
    };
  }
}
