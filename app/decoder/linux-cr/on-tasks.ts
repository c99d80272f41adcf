// Records of the image as a whole, of tasks, and of the objects that open files refer to. `at` is where the record begins
// in the window.

import { NONE } from "../../model/checkpoint.ts";
import { taskState } from "../../model/names.ts";
import { decodeText, visibleText } from "../../model/text.ts";
import { OBJECTS } from "./actions.ts";
import { endTable } from "./on-files.ts";
import { TAIL_MAGIC } from "./recognise.ts";
import { internetAddress, socketWords, terminalName, unixAddress } from "./struct-reader.ts";
import { PATH_MAX, readStruct, report, resolve, unresolved, type Walk } from "./walk.ts";

/** HEADER: when and where the image was written. */
export function onHeader(walk: Walk, at: number, length: number): void {
  const { window, littleEndian, recognition, facts } = walk;
  const header = readStruct(walk, "ckpt_hdr_header", length);
  const timeAt = walk.dialect.struct("ckpt_hdr_header")?.byName.get("time")?.offset ?? 0;
  if (timeAt > 0 && length >= timeAt + 8) {
    const time = window.view.getBigUint64(at + timeAt, littleEndian);
    // What no date can hold is left to the field's raw value.
    walk.time = time < 1n << 40n ? Number(time) : null;
  }
  facts.push(
    { label: "kernel", value: ["major", "minor", "patch"].map((part) => header.number(part)).join(".") },
    { label: "architecture", value: recognition.machine.arch ?? "unknown" },
    { label: "byte order", value: littleEndian ? "little-endian" : "big-endian" },
  );
  const uflags = header.number("uflags");
  if (uflags !== 0) facts.push({ label: "flags", value: uflagNames(uflags) });
  walk.buffer = "uts";
}

const UFLAGS = ["SUBTREE", "NETNS"];

const uflagNames = (uflags: number): string =>
  UFLAGS.filter((_, bit) => (uflags & (1 << bit)) !== 0).join(" | ") || String(uflags);

/** The names of the kernel that follow HEADER, in order. */
const UTS_LABELS = ["release", "build", "machine"];

/** BUFFER: means what the record before it says. Those with pids are read elsewhere, as they may be long. */
export function onBuffer(walk: Walk, at: number, length: number): void {
  const { window, facts } = walk;
  if (walk.buffer === "epoll") {
    walk.builder.addFileRecord(walk.epollFile, walk.record);
    walk.buffer = "other";
  } else if (walk.buffer === "uts") {
    const label = UTS_LABELS.find((name) => !facts.some((fact) => fact.label === name));
    if (label === undefined) return;
    const bytes = window.bytes.subarray(at + 8, at + Math.min(length, 8 + 65));
    const end = bytes.indexOf(0);
    facts.push({ label, value: decodeText(end < 0 ? bytes : bytes.subarray(0, end)) });
    if (label === UTS_LABELS.at(-1)) walk.buffer = "other";
  }
}

/** TREE: how many tasks there are; their pids follow. */
export function onTree(walk: Walk, at: number): void {
  walk.pids.announced = Math.max(0, walk.window.view.getInt32(at + 8, walk.littleEndian));
  walk.buffer = "pids";
}

/** PIDS: how many pid objects there are; their numbers follow. */
export function onPids(walk: Walk, at: number): void {
  const { window, littleEndian, pids } = walk;
  pids.objects = window.view.getUint32(at + 8, littleEndian);
  pids.firstObjref = window.view.getUint32(at + 16, littleEndian);
  walk.buffer = "pid-objects";
}

// TASK.state and exit_state, Linux include/linux/sched.h of 2.6.30 … 3.0.
const STATES: Readonly<Record<number, number>> = {
  0: taskState("running"),
  1: taskState("sleeping"),
  2: taskState("uninterruptible"),
  4: taskState("stopped"),
  8: taskState("traced"),
  64: taskState("dead"),
};
const EXIT_ZOMBIE = 16;
const EXIT_DEAD = 32;

/** TASK: the next task begins. */
export function onTask(walk: Walk, length: number): void {
  const { tasks } = walk.builder;
  endTable(walk);
  closeTask(walk);
  const task = walk.builder.addTask(walk.record);
  walk.task = task;
  walk.taskClosed = false;
  walk.string = "comm";
  if (walk.buffer === "uts") walk.buffer = "other";
  if (walk.dialect.struct("ckpt_hdr_task") === undefined) return;
  const reader = readStruct(walk, "ckpt_hdr_task", length);
  const exit = reader.number("exit_state");
  tasks.state[task] =
    exit === EXIT_ZOMBIE
      ? taskState("zombie")
      : exit === EXIT_DEAD
        ? taskState("dead")
        : (STATES[reader.number("state")] ?? 0);
}

/** Leaves the task at hand. One whose TASK_OBJS the image does not reach uses the table that stands in its place. */
export function closeTask(walk: Walk): void {
  const { tasks } = walk.builder;
  if (walk.task !== NONE && !walk.taskClosed && walk.tableOfTask !== NONE) tasks.table[walk.task] = walk.tableOfTask;
  walk.tableOfTask = NONE;
  walk.named = NONE;
}

/** STRING: a task's comm, or why the dump failed. */
export function onString(walk: Walk, at: number, length: number): void {
  const { bytes } = walk.window;
  const end = at + Math.min(length, PATH_MAX);
  if (walk.string === "comm") {
    const { builder } = walk;
    if (length !== 24) {
      const what = `The name of a task takes ${length - 8} bytes instead of 16.`;
      report(walk, "warning", "comm-length", what, walk.pos + 4);
    }
    let stop = at + 8;
    while (stop < end && stop < at + 24 && bytes[stop] !== 0) stop++;
    builder.tasks.commOffset[walk.task] = builder.addText(bytes, at + 8, stop);
    builder.tasks.commLength[walk.task] = stop - at - 8;
  } else if (walk.string === "error") {
    // A NUL in front makes the message findable from the end of the file; later versions end it in a newline.
    const from = bytes[at + 8] === 0 ? at + 9 : at + 8;
    let stop = from;
    while (stop < end && bytes[stop] !== 0) stop++;
    if (bytes[stop - 1] === 10) stop--;
    const text = visibleText(bytes.subarray(from, Math.max(from, stop)));
    report(walk, "error", "error-record", `The dump failed and the writer said why: ${text}`, walk.pos);
  }
  walk.string = "other";
}

/** ERROR: the dump failed; a STRING says why. */
export function onError(walk: Walk): void {
  walk.errorMet = true;
  walk.string = "error";
}

/** TASK_OBJS: which file table the task uses. */
export function onTaskObjs(walk: Walk, at: number): void {
  const { window, littleEndian, builder, task } = walk;
  endTable(walk);
  walk.named = NONE;
  if (task === NONE) {
    report(walk, "error", "objects-without-task", "TASK_OBJS follows no task.", walk.pos);
    return;
  }
  const objref = window.view.getInt32(at + 8, littleEndian);
  const table = resolve(walk, objref, OBJECTS.FILE_TABLE);
  if (table === NONE && objref !== 0) {
    const why = unresolved(walk, objref, "a file table");
    report(walk, "error", "task-without-table", `A task's files_objref leads nowhere: ${why}.`, walk.pos + 8);
  }
  builder.tasks.table[task] = table;
  walk.taskClosed = true;
}

/** SOCKET: the socket object that was announced last. */
export function onSocket(walk: Walk, length: number): void {
  const socket = walk.sockets[walk.pendingSocket];
  if (socket === undefined) return;
  socket.record = walk.record;
  socket.words = socketWords(readStruct(walk, "ckpt_hdr_socket", length));
  walk.lastSocket = walk.pendingSocket;
  walk.pendingSocket = NONE;
}

/** SOCKET_UNIX names its socket, as unix sockets nest; SOCKET_INET belongs to the last one. */
export function onSocketAddress(walk: Walk, length: number, unix: boolean): void {
  const reader = readStruct(walk, unix ? "ckpt_hdr_socket_unix" : "ckpt_hdr_socket_inet", length);
  const socket = walk.sockets[unix ? resolve(walk, reader.number("this"), OBJECTS.SOCK) : walk.lastSocket];
  if (socket === undefined) return;
  socket.detail = walk.record;
  socket.local = unix
    ? unixAddress(reader.bytes("laddr"), reader.number("laddr_len"))
    : internetAddress(reader, socket.words?.family ?? "", "local");
}

/** TTY: the terminal object that was announced last. */
export function onTty(walk: Walk, length: number): void {
  const terminal = walk.terminals[walk.pendingTerminal];
  if (terminal === undefined) return;
  terminal.record = walk.record;
  terminal.name = terminalName(readStruct(walk, "ckpt_hdr_tty", length));
  walk.lastTerminal = walk.pendingTerminal;
  walk.pendingTerminal = NONE;
}

/** TTY_LDISC: the line discipline of the terminal that was described last. */
export function onTtyLdisc(walk: Walk): void {
  const terminal = walk.terminals[walk.lastTerminal];
  if (terminal !== undefined) terminal.ldisc = walk.record;
}

/** TAIL: the end of the image. */
export function onTail(walk: Walk, at: number): void {
  if (walk.window.view.getBigUint64(at + 8, walk.littleEndian) !== TAIL_MAGIC) {
    report(walk, "error", "tail-magic", "TAIL does not have its magic number.", walk.pos + 8);
  }
  walk.complete = true;
}
