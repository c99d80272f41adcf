// The processes that were read, as a description for the encoder. Tables and files are numbered from 1.

import { hostname, machine, release, version } from "node:os";
import { continuedName } from "../../app/decoder/linux-cr/details/fdinfo-details.ts";
import type { Description, FileDescription, TableDescription, TaskDescription } from "../../app/encoder/description.ts";
import { hasRoomFor } from "../../app/encoder/files.ts";
import type { Details } from "../../app/model/fields.ts";
import { i32At } from "../../app/model/read.ts";
import { base64, decodeText, isUtf8, visible } from "../../app/model/text/text.ts";
import { type Descriptor, fileMode, type OpenFile, type Reader, readOpenFile } from "./descriptors/descriptors.ts";
import { type DetailsContext, detailsOf } from "./descriptors/details.ts";
import type { Duplicator } from "./descriptors/duplicate.ts";
import { targetFinder } from "./descriptors/epoll.ts";
import { openSocketTables } from "./descriptors/sockets.ts";
import type { UnixSocket } from "./descriptors/unix-sockets.ts";
import type { Kcmp } from "./kcmp.ts";
import { openMounts } from "./mounts.ts";
import type { NoteKind, Notes } from "./notes.ts";
import type { Task } from "./processes.ts";
import type { Table } from "./read-tasks.ts";
import { flagsOfX86 } from "./x86-flags.ts";

/** What was read of the processes. */
interface Reading {
  readonly tasks: readonly Task[];
  /** By task: index of its table; -1: none. */
  readonly tableOf: Int32Array;
  readonly tables: readonly Table[];
  /** The descriptors of all tables, table by table. */
  readonly descriptors: readonly Descriptor[];
  /** By descriptor: index of its open file; -1: it was closed meanwhile. */
  readonly fileOf: Int32Array;
}

/** What is known from other sources; see LiveOptions. */
interface Knowledge {
  readonly kcmp: Kcmp | null;
  readonly states: ReadonlyMap<number, string> | undefined;
  readonly unixSockets: ReadonlyMap<string, UnixSocket> | undefined;
  readonly duplicator: Duplicator | null | undefined;
  readonly notes: Notes;
}

export function describe(reader: Reader, reading: Reading, knowledge: Knowledge): Description {
  const { tasks, tableOf, tables, descriptors, fileOf } = reading;
  /** The first descriptor of each open file. */
  const first = descriptors.filter(isFirstOf(fileOf));
  const openFiles = first.map((descriptor, file) => readFirstOpen(reader, reading, descriptor, file));
  const context = contextFor(openFiles, reading, knowledge);
  const files = first.map((descriptor, file) => describeFile(descriptor, openFiles[file] ?? null, file + 1, context));
  for (const [file, descriptor] of first.entries()) {
    noteLeftOut(descriptor, openFiles[file] ?? null, context, knowledge);
    const { path, kind, details = {} } = files[file] as FileDescription;
    if (!hasRoomFor(continuedName(path ?? "", kind, details))) {
      knowledge.notes.add("details", `pid ${descriptor.pid} fd ${descriptor.fd}`);
    }
  }
  let row = 0;
  const fileTables = tables.map(({ descriptors: own }, index): TableDescription => {
    const fds = [];
    for (const { fd, closeOnExec } of own) {
      const file = i32At(fileOf, row++);
      if (file >= 0 && openFiles[file] !== null) fds.push({ fd, file: file + 1, closeOnExec });
    }
    return { id: index + 1, fds };
  });
  return {
    tasks: tasks.map((task, index) => describeTask(task, i32At(tableOf, index), knowledge.states)),
    fileTables,
    files,
    machine: describeMachine(),
  };
}

/** Reads an open file through its first descriptor, or through another one if that was closed. */
function readFirstOpen(reader: Reader, { descriptors, fileOf }: Reading, first: Descriptor, file: number) {
  const found = readOpenFile(reader, first);
  if (found !== null) return found;
  for (const [row, descriptor] of descriptors.entries()) {
    const other = fileOf[row] === file && descriptor !== first ? readOpenFile(reader, descriptor) : null;
    if (other !== null) return other;
  }
  return null;
}

const FASYNC = 0o20000;

/** Notes what an image cannot hold, and what would make a dump fail. */
function noteLeftOut(
  descriptor: Descriptor,
  file: OpenFile | null,
  context: DetailsContext,
  { duplicator, notes }: Knowledge,
): void {
  const { pid, fd, flags, leftOut } = descriptor;
  const note = (kind: NoteKind, what?: string): void => notes.add(kind, `pid ${pid} fd ${fd}`, what);
  if (leftOut.locks > 0) note("locks");
  if (leftOut.inFlight > 0) note("in-flight");
  if (file === null) return;
  if (file.name === null) note("long-path");
  else if (context.isOutside(descriptor, file)) note("outside", file.path ?? "");
  const mayHaveOwner = file.kind === "socket" || (flags & FASYNC) !== 0;
  if (mayHaveOwner && (duplicator?.owner(pid, fd) ?? 0) !== 0) note("owner");
}

/** A filter for descriptors, in order: the first of each open file. Files are numbered by their first descriptor. */
function isFirstOf(fileOf: Int32Array): (descriptor: Descriptor, row: number) => boolean {
  let next = 0;
  return (_descriptor, row) => {
    if (i32At(fileOf, row) !== next) return false;
    next++;
    return true;
  };
}

function contextFor(
  openFiles: readonly (OpenFile | null)[],
  { descriptors, fileOf }: Reading,
  { kcmp, unixSockets, duplicator, notes }: Knowledge,
): DetailsContext {
  const sockets = new Map<string, number>();
  for (const [file, openFile] of openFiles.entries()) {
    if (openFile?.kind === "socket") sockets.set(openFile.inode, file + 1);
  }
  const mounts = openMounts();
  return {
    unixDetails: (inode) => unixDetails(inode, unixSockets ?? new Map(), sockets),
    terminal: ({ pid, fd }) => duplicator?.terminal(pid, fd) ?? null,
    sockets: openSocketTables(new Set(sockets.keys()), duplicator ?? null, notes),
    numberOf: createNumbers(),
    targetOf: targetFinder(descriptors, fileOf, kcmp),
    isOutside: ({ opening }, file) => file?.hasPath === true && !mounts.has(opening.mount),
  };
}

const [TCP_LISTEN, UNNAMED] = [10, ""];

/** What an image holds of a unix socket besides what /proc shows. @param files Ids of open files by inode. */
function unixDetails(
  inode: string,
  known: ReadonlyMap<string, UnixSocket>,
  files: ReadonlyMap<string, number>,
): Details {
  const socket = known.get(inode);
  if (socket === undefined) return {};
  // Until its connection is accepted, a socket has no peer but waits at the one that listens.
  const peer =
    socket.peer === "0"
      ? [...known.values()].find(({ pending }) => pending.includes(inode))
      : known.get(socket.peer ?? "");
  const remote = peer?.name ?? UNNAMED;
  return {
    peer: files.get(socket.peer ?? "") ?? 0,
    ...(remote !== UNNAMED && { remote: visible(remote) }),
    ...(socket.state === TCP_LISTEN && { backlog: socket.sent }),
  };
}

/** Gives names consecutive numbers from 1: an image's pipe numbers need not be inode numbers. */
function createNumbers(): (name: string) => number {
  const known = new Map<string, number>();
  return (name) => {
    const number = known.get(name) ?? known.size + 1;
    known.set(name, number);
    return number;
  };
}

/** State of a task: its state before it was stopped for the dump. A task that has ended is described as such. */
function stateOf({ pid, state }: Task, before: Knowledge["states"]): string {
  if (before === undefined || state === "zombie" || state === "dead") return state;
  // A task without a state from before was forked while the others were being stopped.
  return before.get(pid) ?? (state === "stopped" ? "running" : state);
}

/** `table`: index of its table; -1: none. */
function describeTask(task: Task, table: number, states: Knowledge["states"]): TaskDescription {
  const { pid, ppid, tgid, pgid, sid, comm, credentials, status, exitCode, limits, umask, workingDirectory, root } =
    task;
  return {
    pid,
    ppid,
    tgid,
    pgid,
    sid,
    comm: decodeText(comm),
    ...(isUtf8(comm) ? {} : { commBytes: base64(comm) }),
    state: stateOf(task, states),
    ...(exitCode === 0 ? {} : { exitCode }),
    fileTable: table < 0 ? null : table + 1,
    credentials,
    ...(status === undefined ? {} : { status }),
    limits,
    umask,
    ...(workingDirectory === null ? {} : { workingDirectory }),
    ...(root === null ? {} : { root }),
  };
}

/** Kinds whose name in /proc is not a path; they have no position either. */
const WITHOUT_PATH: ReadonlySet<string> = new Set(["pipe", "socket", "epoll", "eventfd"]);

/** An open file, by its first descriptor. `file`: `null` if it was closed before it could be read. */
function describeFile(
  descriptor: Descriptor,
  file: OpenFile | null,
  id: number,
  context: DetailsContext,
): FileDescription {
  const { pos, flags } = descriptor;
  const kind = file?.kind ?? "unknown";
  const hasPath = !WITHOUT_PATH.has(kind);
  const described: FileDescription = {
    id,
    kind,
    path: hasPath ? (file === null ? "" : file.path) : null,
    pos: hasPath ? pos : "0",
    flags: flagsOfX86(flags),
    mode: fileMode(kind, flags),
    version: file?.version ?? "0",
    details: file === null ? {} : detailsOf(descriptor, file, id, context),
  };
  if (file === null) return described;
  const isTooLong = file.name === null;
  const isOutside = context.isOutside(descriptor, file);
  if (file.pathBytes === undefined && !isTooLong && !isOutside) return described;
  return {
    ...described,
    ...(hasPath && file.pathBytes !== undefined && { pathBytes: file.pathBytes }),
    ...(isTooLong && { pathTooLong: true }),
    ...(isOutside && { outsideRoot: true }),
  };
}

function describeMachine(): NonNullable<Description["machine"]> {
  const [, major = "0", minor = "0", patch = "0"] = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(release()) ?? [];
  return {
    header: { major, minor, patch, time: String(Math.floor(Date.now() / 1000)) },
    release: release(),
    version: version(),
    machine: machine(),
    hostname: hostname(),
  };
}
