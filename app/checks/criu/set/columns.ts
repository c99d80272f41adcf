// Checks that need only the columns: tasks, descriptors, open files.

import { createIdIndex } from "../../../decoder/id-index.ts";
import { type Checkpoint, HAS, holderCount, NONE, nameBytes, taskCount } from "../../../model/checkpoint.ts";
import { FILE_KINDS, fileKind, openFlag } from "../../../model/names/names.ts";
import { u8At, u32At, wordsOf } from "../../../model/read.ts";
import type { DescriptorRow, FileRow } from "../../../model/rows.ts";
import { decodeText, shownText } from "../../../model/text/text.ts";
import { flagMasks, leftOverNames, opensDirectoryForWriting } from "../../open-flags.ts";
import { faultAt, hasDescriptors, type Scan } from "../scan.ts";

/**
 * Checks that need only the columns.
 *
 * @param odd Open files that may break a rule; `null`: any of them.
 */
export function checkColumns(scanned: Scan, odd: Int32Array | null): void {
  const { checkpoint } = scanned;
  checkTasks(scanned);
  checkOpenFiles(scanned, odd);
  const { descriptors, tables, tasks } = checkpoint;
  for (const row of scanned.columns?.findRepeated(checkpoint) ?? repeated(checkpoint)) {
    const message = `Descriptor ${descriptors.fd[row]} occurs twice in one file table.`;
    faultAt(scanned, "descriptor-repeated", descriptors.record[row] as number, "fd", message);
  }
  // A set without a process tree has no tasks at all; that is reported already.
  if (tasks.count === 0 || scanned.dangling || scanned.tablesLost) return;
  for (let table = 0; table < tables.count; table++) {
    if (taskCount(tables, table) > 0) continue;
    const id = tables.id[table] as number;
    if (scanned.spaces.table.get(id) === NONE) continue;
    const descriptor = tables.first[table] as number;
    const record = hasDescriptors(checkpoint, table) ? (descriptors.record[descriptor] as number) : NONE;
    faultAt(scanned, "table-without-task", record, "id", `No task uses the file table ${id}.`);
  }
}

/** Descriptors that have the table and the number of the one before. */
function* repeated({ descriptors: { count, table, fd } }: Checkpoint): Generator<DescriptorRow> {
  for (let row = 1; row < count; row++) if (table[row] === table[row - 1] && fd[row] === fd[row - 1]) yield row;
}

function checkTasks(scanned: Scan): void {
  const { tasks } = scanned.checkpoint;
  const pids = createIdIndex();
  for (let row = 0; row < tasks.count; row++) {
    const pid = tasks.pid[row] as number;
    if (pid === NONE || pids.add(pid, row)) continue;
    faultAt(scanned, "pid-repeated", tasks.record[row] as number, "pid", `Two tasks have the pid ${pid}.`);
  }
  let root = NONE;
  for (let row = 0; row < tasks.count; row++) {
    const parent = tasks.ppid[row] as number;
    if (parent === 0 && root !== NONE) {
      const message = `Task ${tasks.pid[row]} has no parent, but the root of the process tree is task ${root}.`;
      faultAt(scanned, "parent-missing", tasks.record[row] as number, "ppid", message);
    } else if (parent === 0) root = tasks.pid[row] as number;
    if (parent > 0 && pids.get(parent) >= row) {
      const message =
        pids.get(parent) === row
          ? `Task ${parent} is its own parent.`
          : `Task ${tasks.pid[row]} comes before its parent, task ${parent}, in the process tree.`;
      faultAt(scanned, "parent-later", tasks.record[row] as number, "ppid", message);
    }
    if (parent <= 0 || pids.get(parent) !== NONE) continue;
    const message = `The parent of task ${tasks.pid[row]} is ${parent}, which is missing from the process tree.`;
    faultAt(scanned, "parent-missing", tasks.record[row] as number, "ppid", message);
  }
}

/** Kinds of open files whose flags are those of an open path. */
export const PATH_KINDS: ReadonlySet<number> = new Set(
  (["regular", "directory", "character device", "block device", "generic"] as const).map(fileKind),
);

function checkOpenFiles(scanned: Scan, odd: Int32Array | null): void {
  const { checkpoint } = scanned;
  const { files, tasks } = checkpoint;
  const count = odd?.length ?? files.count;
  const masks = flagMasks(checkpoint.machine.arch);
  const positions = wordsOf(files.pos);
  for (let at = 0; at < count; at++) {
    const row = odd?.[at] ?? at;
    const held = files.has[row] as number;
    const record = files.record[row] as number;
    const id = files.id[row] as number;
    if ((held & HAS.pos) !== 0 && (positions[2 * row + 1] as number) >= 2 ** 31) checkPosition(scanned, row);
    if ((held & HAS.flags) !== 0 && PATH_KINDS.has(files.kind[row] as number)) {
      const flags = files.flags[row] as number;
      if ((flags & masks.leftOverMask) !== 0) {
        const names = leftOverNames(masks, flags).join(" and ");
        faultAt(scanned, "flags-left-over", record, "flags", `Open file ${id} has ${names}, which open(2) drops.`);
      }
      if (opensDirectoryForWriting(masks, flags)) {
        const message = `Open file ${id} is a directory (O_DIRECTORY) open for writing.`;
        faultAt(scanned, "directory-written", record, "flags", message);
      }
    }
    if (tasks.count > 0 && !scanned.dangling && files.use[row] === 0 && holderCount(files, row) === 0) {
      checkUnused(scanned, row, record, id);
    }
  }
}

/** Files with positions of 64 bits: /dev/mem, and the memory of a process in /proc. */
const UNBOUNDED_KINDS: ReadonlySet<number> = new Set((["character device", "block device"] as const).map(fileKind));
/**
 * Files whose position a restore sets if they have a descriptor: do_open_reg() in criu/files-reg.c, memfd_open_fe_fd()
 * in criu/memfd.c.
 */
const SET_KINDS: ReadonlySet<number> = new Set((["regular", "directory", "memfd"] as const).map(fileKind));

/** Reports a negative position. */
function checkPosition(scanned: Scan, row: FileRow): void {
  const { checkpoint } = scanned;
  const { files, machine } = checkpoint;
  const kind = u8At(files.kind, row);
  if (UNBOUNDED_KINDS.has(kind) || decodeText(nameBytes(checkpoint, row)).startsWith("/proc/")) return;
  const isPath =
    (u8At(files.has, row) & HAS.flags) !== 0 && (u32At(files.flags, row) & openFlag("O_PATH", machine.arch)) !== 0;
  const isSet = SET_KINDS.has(kind) && !isPath && holderCount(files, row) > 0;
  const position = BigInt.asIntN(64, files.pos[row] as bigint);
  const message = `The position of open file ${files.id[row]} is negative: ${position}.`;
  faultAt(scanned, "position-impossible", files.record[row] as number, "pos", message, isSet ? "error" : "warning");
}

/** Kinds of file that CRIU restores through their descriptors: without any it fails. */
const NEEDS_DESCRIPTOR: readonly string[] = ["pipe", "fifo", "tty"];

/** Reports an open file that nothing uses. */
function checkUnused(scanned: Scan, row: FileRow, record: number, id: number): void {
  const { checkpoint, inodes, peerFiles, tablesLost } = scanned;
  const kind = FILE_KINDS[u8At(checkpoint.files.kind, row)] ?? "";
  const inode = u32At(inodes(), row);
  // The peer of a socket may have no descriptor: it was closed, or is outside the dump.
  if (inode !== 0 && peerFiles.get(inode) !== NONE) return;
  if (inode !== 0 || NEEDS_DESCRIPTOR.includes(kind)) {
    const what = inode === 0 ? kind : "unix socket";
    faultAt(scanned, "file-without-descriptor", record, "id", `No descriptor refers to open file ${id}, a ${what}.`);
    return;
  }
  const name = decodeText(nameBytes(checkpoint, row));
  if (/(^|\/)link_remap\.\d+$/.test(name)) {
    const message = `Open file ${id} (${shownText(nameBytes(checkpoint, row))}) stands in for an unlinked file, but no remap names it.`;
    faultAt(scanned, "remap-missing", record, "id", message);
  } else if (!tablesLost) faultAt(scanned, "file-unused", record, "id", `Nothing uses open file ${id}.`);
}
