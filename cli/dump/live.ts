// A live dump: what /proc and kcmp(2) tell of running processes, as a description that can be encoded.

import { arch, hostname, machine, release, version } from "node:os";
import type { Description, FileDescription, TableDescription, TaskDescription } from "../../app/encoder/description.ts";
import type { Details } from "../../app/model/fields.ts";
import { base64, decodeText, isUtf8 } from "../../app/model/text.ts";
import { flagsText } from "../../app/model/words.ts";
import { CliError } from "../images.ts";
import {
  createReader,
  type Descriptor,
  fileMode,
  listDescriptors,
  type OpenFile,
  type Reader,
  readDescriptor,
  readFurther,
  readOpenFile,
  slaveIndex,
} from "./descriptors.ts";
import { groupSame } from "./group-same.ts";
import { ERRNO, KCMP, type Kcmp } from "./kcmp.ts";
import { readStat, readTask, type Task, threadsOf } from "./processes.ts";
import { openSocketTables } from "./sockets.ts";

export interface LiveOptions {
  /** Tells what is shared; `null`: every descriptor is taken for an open file of its own. */
  readonly kcmp: Kcmp | null;
  /** All threads, not only those that have a file table of their own. */
  readonly threads: boolean;
  /** Whether the processes are stopped, so that nothing can change while they are read. */
  readonly frozen: boolean;
  /** Inodes of unix sockets and of their other ends, as far as they are known. */
  readonly unixPeers?: ReadonlyMap<string, string>;
  /** States of tasks before they were stopped. */
  readonly states?: ReadonlyMap<number, string>;
}

/** What was read. */
export interface Live {
  readonly description: Description;
  /** What changed while it was read, one sentence each. */
  readonly notes: readonly string[];
}

interface Table {
  /** A task that uses it. */
  readonly pid: number;
  readonly descriptors: Descriptor[];
}

/**
 * Reads processes as they are now.
 *
 * @throws CliError if a process is not there, may not be looked at, or kcmp(2) is refused.
 */
export function readLive(pids: readonly number[], options: LiveOptions): Live {
  const notes: string[] = [];
  const reader = createReader();
  const tasks = readTasks(pids, options, notes);
  const tableOf = groupTables(tasks, options.kcmp);
  const tables = readTables(reader, tasks, tableOf, notes);
  const descriptors = tables.flatMap(({ descriptors }) => descriptors);
  const fileOf = groupFiles(descriptors, options, notes);
  if (!options.frozen) tellChanges(reader, tasks, tables, notes);
  return {
    description: describe(reader, tasks, tableOf, tables, descriptors, fileOf, options),
    notes: [...new Set(notes)],
  };
}

/** Tasks of the processes: each process, and those of its threads that are wanted. */
function readTasks(pids: readonly number[], { threads, kcmp }: LiveOptions, notes: string[]): Task[] {
  const tasks: Task[] = [];
  for (const pid of pids) {
    const leader = readTask(pid);
    if (leader === null) {
      notes.push(`pid ${pid} ended before it was read`);
      continue;
    }
    tasks.push(leader);
    for (const thread of threadsOf(pid)) {
      if (thread === pid) continue;
      // A thread that shares its leader's table shows nothing that the leader does not.
      const wanted = threads || (kcmp !== null && kcmp(pid, thread, KCMP.FILES, 0, 0) > 0);
      const task = wanted ? readTask(thread) : null;
      if (task !== null) tasks.push(task);
    }
  }
  return tasks;
}

const hasTable = ({ state }: Task): boolean => state !== "zombie" && state !== "dead";

/** The table of each task by number, tables numbered by their first task; -1: none. */
function groupTables(tasks: readonly Task[], kcmp: Kcmp | null): Int32Array {
  const rows = tasks.flatMap((task, row) => (hasTable(task) ? [row] : []));
  const groups =
    kcmp === null
      ? Int32Array.from(rows.keys())
      : groupSame(
          rows.length,
          () => "",
          (a, b) => {
            const [x, y] = [tasks[rows[a] as number]?.pid ?? 0, tasks[rows[b] as number]?.pid ?? 0];
            return orderOf(kcmp(x, y, KCMP.FILES, 0, 0), a, b, x, y);
          },
        );
  const tableOf = new Int32Array(tasks.length).fill(-1);
  for (const [index, row] of rows.entries()) tableOf[row] = groups[index] as number;
  return tableOf;
}

/** A result of kcmp(2) as a comparison. What is gone is the same as nothing else. */
function orderOf(result: number, a: number, b: number, pid1: number, pid2: number): number {
  if (result === 0) return 0;
  if (result === 1) return -1;
  if (result === 2) return 1;
  if (result === -ERRNO.ESRCH || result === -ERRNO.EBADF) return a - b;
  if (result === -ERRNO.EPERM) {
    throw new CliError(
      `comparing pid ${pid1} and pid ${pid2} is not permitted; it takes root (CAP_SYS_PTRACE), or --no-sharing to go on without`,
    );
  }
  const reason = result === 3 ? "gives no order" : `failed with errno ${-result}`;
  throw new CliError(`kcmp(2) of pid ${pid1} and pid ${pid2} ${reason}; --no-sharing goes on without`);
}

function readTables(reader: Reader, tasks: readonly Task[], tableOf: Int32Array, notes: string[]): Table[] {
  const tables: Table[] = [];
  for (const [row, { pid }] of tasks.entries()) {
    if ((tableOf[row] as number) !== tables.length) continue;
    const descriptors: Descriptor[] = [];
    const numbers = listDescriptors(pid);
    if (numbers === null) notes.push(`pid ${pid} ended while it was read`);
    for (const fd of numbers ?? []) {
      const descriptor = readDescriptor(reader, pid, fd);
      if (descriptor !== null) descriptors.push(descriptor);
    }
    tables.push({ pid, descriptors });
  }
  return tables;
}

/** The open file of each descriptor by number, in the order in which a dump meets them; -1: the descriptor is gone. */
function groupFiles(descriptors: readonly Descriptor[], { kcmp, frozen }: LiveOptions, notes: string[]): Int32Array {
  if (kcmp === null) return Int32Array.from(descriptors.keys());
  const at = (row: number): Descriptor => descriptors[row] as Descriptor;
  const gone = new Set<number>();
  const isGoneNow = (row: number): boolean => {
    const { pid, fd } = at(row);
    if (kcmp(pid, pid, KCMP.FILE, fd, fd) < 0) gone.add(row);
    return gone.has(row);
  };
  const compare = (a: number, b: number): number => {
    if (a === b) return 0;
    const missing = Number(gone.has(a)) - Number(gone.has(b));
    if (missing !== 0 || gone.has(a)) return missing || a - b;
    const [x, y] = [at(a), at(b)];
    const result = kcmp(x.pid, y.pid, KCMP.FILE, x.fd, y.fd);
    if (result === -ERRNO.EBADF || result === -ERRNO.ESRCH) {
      const [first, second] = [isGoneNow(a), isGoneNow(b)];
      return Number(first) - Number(second) || a - b;
    }
    return orderOf(result, a, b, x.pid, y.pid);
  };
  // While processes run, one open file can be seen at two positions.
  const bucketOf = (row: number): string => {
    const { key, pos, flags } = at(row);
    return frozen ? `${key} ${pos} ${flags}` : key;
  };
  const groups = groupSame(descriptors.length, bucketOf, compare);
  for (const row of gone) {
    notes.push(`pid ${at(row).pid} fd ${at(row).fd} was closed while it was read`);
    groups[row] = -1;
  }
  return renumbered(groups);
}

/** Groups without gaps in their numbers. */
function renumbered(groups: Int32Array): Int32Array {
  const numbers = new Int32Array(groups.length).fill(-1);
  let next = 0;
  return groups.map((group) => {
    if (group < 0) return -1;
    if (numbers[group] === -1) numbers[group] = next++;
    return numbers[group] as number;
  });
}

/** Looks at everything once more and tells what is not as it was. */
function tellChanges(reader: Reader, tasks: readonly Task[], tables: readonly Table[], notes: string[]): void {
  for (const { pid, start } of tasks) {
    if (readStat(pid)?.start !== start) notes.push(`pid ${pid} ended while it was read`);
  }
  for (const { pid, descriptors } of tables) {
    const before = new Set(descriptors.map(({ fd }) => fd));
    for (const fd of listDescriptors(pid) ?? []) {
      if (!before.has(fd)) notes.push(`pid ${pid} fd ${fd} was opened while it was read`);
    }
    for (const descriptor of descriptors) {
      const now = readDescriptor(reader, pid, descriptor.fd);
      if (now === null) notes.push(`pid ${pid} fd ${descriptor.fd} was closed while it was read`);
      else
        for (const what of differences(descriptor, now))
          notes.push(`pid ${pid} fd ${descriptor.fd} changed while it was read: ${what}`);
    }
  }
}

function differences(before: Descriptor, now: Descriptor): string[] {
  const told: string[] = [];
  if (before.key !== now.key) told.push("it leads to another file");
  if (before.pos !== now.pos) told.push(`position ${before.pos} → ${now.pos}`);
  if (before.flags !== now.flags) told.push(`flags ${flagsText(before.flags)} → ${flagsText(now.flags)}`);
  if (before.closeOnExec !== now.closeOnExec) told.push(`close-on-exec ${now.closeOnExec ? "set" : "cleared"}`);
  return told;
}

/** Puts together what was read. Tables and files are numbered from 1. */
function describe(
  reader: Reader,
  tasks: readonly Task[],
  tableOf: Int32Array,
  tables: readonly Table[],
  descriptors: readonly Descriptor[],
  fileOf: Int32Array,
  { states, unixPeers }: LiveOptions,
): Description {
  const first: Descriptor[] = [];
  for (const [row, descriptor] of descriptors.entries()) {
    if (fileOf[row] === first.length) first.push(descriptor);
  }
  const seen = first.map((descriptor) => readOpenFile(reader, descriptor));
  const inodes = new Map(
    seen.flatMap((file, row) => (file?.kind === "socket" ? [[file.inode, row + 1] as const] : [])),
  );
  const context: Context = {
    peerOf: (inode) => inodes.get(unixPeers?.get(inode) ?? "") ?? 0,
    sockets: openSocketTables(new Set(inodes.keys())),
    numbers: createNumbers(),
    fileAt: fileFinder(tables, fileOf),
  };
  const files = first.map((descriptor, row) => fileOfLive(descriptor, seen[row] ?? null, row + 1, context));
  let row = 0;
  const fileTables = tables.map(({ descriptors: own }, index): TableDescription => {
    const fds = [];
    for (const { fd, closeOnExec } of own) {
      const file = fileOf[row++] as number;
      if (file >= 0 && seen[file] !== null) fds.push({ fd, file: file + 1, closeOnExec });
    }
    return { id: index + 1, fds };
  });
  return {
    tasks: tasks.map((task, index) => taskOfLive(task, tableOf[index] as number, states)),
    fileTables,
    files,
    machine: machineOfLive(),
  };
}

/** Finds open files by task and descriptor, in tables that are asked for: those with an epoll. */
function fileFinder(tables: readonly Table[], fileOf: Int32Array): Context["fileAt"] {
  const found = new Map<number, ReadonlyMap<number, number>>();
  const numbersOf = (pid: number): ReadonlyMap<number, number> => {
    let row = 0;
    for (const table of tables) {
      if (table.pid !== pid) row += table.descriptors.length;
      else return new Map(table.descriptors.map(({ fd }, index) => [fd, fileOf[row + index] as number]));
    }
    return new Map();
  };
  return (pid, fd) => {
    const numbers = found.get(pid) ?? numbersOf(pid);
    found.set(pid, numbers);
    return numbers.get(fd) ?? -1;
  };
}

/** Gives small numbers to what has a name: a description's numbers need be no inode's. */
function createNumbers(): (name: string) => number {
  const known = new Map<string, number>();
  return (name) => {
    const number = known.get(name) ?? known.size + 1;
    known.set(name, number);
    return number;
  };
}

function taskOfLive(task: Task, table: number, states: ReadonlyMap<number, string> | undefined): TaskDescription {
  const { pid, ppid, tgid, pgid, sid, comm, credentials, umask, workingDirectory, root } = task;
  return {
    pid,
    ppid,
    tgid,
    pgid,
    sid,
    comm: decodeText(comm),
    ...(isUtf8(comm) ? {} : { commBytes: base64(comm) }),
    state: states?.get(pid) ?? task.state,
    fileTable: table < 0 ? null : table + 1,
    credentials,
    umask,
    ...(workingDirectory === null ? {} : { workingDirectory }),
    ...(root === null ? {} : { root }),
  };
}

interface Context {
  /** Number of the socket at the other end of a unix socket; 0: none that was read. */
  peerOf(inode: string): number;
  readonly sockets: ReturnType<typeof openSocketTables>;
  readonly numbers: (name: string) => number;
  /** Row of the open file that a task's descriptor leads to; -1: none that was read. */
  fileAt(pid: number, fd: number): number;
}

function fileOfLive(descriptor: Descriptor, file: OpenFile | null, id: number, context: Context): FileDescription {
  const { pos, flags } = descriptor;
  const { kind, name } = file ?? { kind: "unknown", name: new Uint8Array(0) };
  const named = !WITHOUT_PATH.has(kind);
  return {
    id,
    kind,
    path: named ? decodeText(name) : null,
    ...(named && !isUtf8(name) ? { pathBytes: base64(name) } : {}),
    pos: hasPosition(kind) ? pos : "0",
    flags: flagsOfX86(flags),
    mode: fileMode(kind, flags),
    version: "0",
    details: file === null ? {} : detailsOf(descriptor, file, id, context),
  };
}

const WITHOUT_PATH: ReadonlySet<string> = new Set(["pipe", "socket", "epoll", "eventfd"]);
const hasPosition = (kind: string): boolean => !WITHOUT_PATH.has(kind);

function detailsOf(descriptor: Descriptor, file: OpenFile, id: number, context: Context): Details {
  switch (file.kind) {
    case "pipe":
    case "fifo":
      return { pipe: context.numbers(`${file.kind} ${file.inode}`) };
    case "socket":
      return { socket: id, peer: context.peerOf(file.inode), ...context.sockets.find(descriptor.pid, file.inode) };
    case "tty":
      return terminalDetails(descriptor, file);
    case "eventfd":
      return eventfdDetails(readFurther(descriptor), descriptor.flags);
    case "epoll":
      return { targets: epollTargets(descriptor, context) };
    default:
      return {};
  }
}

/** A pseudo-terminal's index and side; nothing for any other terminal. */
function terminalDetails(descriptor: Descriptor, { device, name }: OpenFile): Details {
  const slave = slaveIndex(device);
  if (slave !== null) return { index: slave, side: "slave" };
  if (!decodeText(name).endsWith("ptmx")) return {};
  const index = value(readFurther(descriptor), "tty-index");
  return index === null ? {} : { index: Number(index), side: "master" };
}

/** The value of a line `name: value`; `null`: there is no such line. */
function value(lines: readonly string[], name: string): string | null {
  const line = lines.find((candidate) => candidate.startsWith(`${name}:`));
  return line === undefined ? null : line.slice(name.length + 1).trim();
}

const EFD_SEMAPHORE = 1;
const O_NONBLOCK = 0o4000;

/** The counter is told in hexadecimal digits. */
function eventfdDetails(lines: readonly string[], flags: number): Details {
  const count = value(lines, "eventfd-count");
  const semaphore = value(lines, "eventfd-semaphore") === "1" ? EFD_SEMAPHORE : 0;
  return {
    count: count === null ? null : BigInt(`0x${count}`).toString(),
    eventfdFlags: semaphore | (flags & O_NONBLOCK),
  };
}

const TARGET = /^tfd:\s*(\d+) events:\s*([\da-f]+) data:\s*([\da-f]+)/;

/** What an epoll waits for. A descriptor that was closed since, with its open file living on elsewhere, leads to none. */
function epollTargets(descriptor: Descriptor, { fileAt }: Context): Details[] {
  return readFurther(descriptor).flatMap((line) => {
    const match = TARGET.exec(line);
    if (match === null) return [];
    const [, fd = "0", events = "0", data = "0"] = match;
    const file = fileAt(descriptor.pid, Number(fd));
    return {
      fd: Number(fd),
      events: Number.parseInt(events, 16),
      data: BigInt(`0x${data}`).toString(),
      file: file < 0 ? null : file + 1,
    };
  });
}

/** f_flags of an ARM machine in the values of x86, in which images of v23-rc2 are written here. */
function flagsOfX86(flags: number): number {
  if (!arch().startsWith("arm")) return flags;
  // O_DIRECTORY, O_NOFOLLOW, O_DIRECT, O_LARGEFILE: Linux arch/arm64/include/uapi/asm/fcntl.h.
  const moved = [
    [0o40000, 0o200000],
    [0o100000, 0o400000],
    [0o200000, 0o40000],
    [0o400000, 0o100000],
  ] as const;
  let result = flags & ~0o740000;
  for (const [from, to] of moved) if ((flags & from) !== 0) result |= to;
  return result >>> 0;
}

function machineOfLive(): NonNullable<Description["machine"]> {
  const [, major = "0", minor = "0", patch = "0"] = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(release()) ?? [];
  return {
    header: { major, minor, patch, time: String(Math.floor(Date.now() / 1000)) },
    release: release(),
    version: version(),
    machine: machine(),
    hostname: hostname(),
  };
}
