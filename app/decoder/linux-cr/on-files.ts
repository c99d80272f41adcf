// Records of file tables, descriptors and open files. `at` is where the record begins in the window.

import { HAS, NONE } from "../../model/checkpoint.ts";
import { fileKind } from "../../model/names.ts";
import { OBJECTS } from "./actions.ts";
import { kindByName } from "./named-kinds.ts";
import { socketName } from "./struct-reader.ts";
import { announce, fault, PATH_MAX, readStruct, report, resolve, unresolved, type Walk } from "./walk.ts";

const GENERIC = fileKind("generic");
const PIPE = fileKind("pipe");
const FIFO = fileKind("fifo");
const SOCKET = fileKind("socket");
const TTY = fileKind("tty");
const EPOLL = fileKind("epoll");
const EVENTFD = fileKind("eventfd");

/** OBJREF: an object is announced; the records that describe it follow. */
export function onObjref(walk: Walk, at: number): void {
  const { window, littleEndian, builder } = walk;
  const objtype = window.view.getUint32(at + 8, littleEndian);
  const objref = window.view.getInt32(at + 12, littleEndian);
  if (objref <= 0) {
    report(
      walk,
      "error",
      "objref-value",
      `An object is announced under objref ${objref}; objrefs are positive.`,
      walk.pos + 12,
    );
    return;
  }
  const kind = objtype < walk.objectKinds.length ? (walk.objectKinds[objtype] as number) : 0;
  let row: number;
  if (kind === OBJECTS.FILE) {
    row = builder.addFile(objref, walk.record);
    walk.pendingFile = row;
  } else if (kind === OBJECTS.FILE_TABLE) {
    row = builder.addTable(objref, NONE, walk.record);
    walk.pendingTable = row;
  } else row = otherObject(walk, objtype, objref, kind);
  if (!announce(walk, objref, row, kind)) {
    report(walk, "error", "objref-repeated", `Objref ${objref} is announced a second time.`, walk.pos + 12);
  }
}

function otherObject(walk: Walk, objtype: number, objref: number, kind: number): number {
  const { record } = walk;
  if (objtype >= walk.objectTypes.length) {
    report(walk, "warning", "object-type", `Objref ${objref} is of an unknown type, ${objtype}.`, walk.pos + 8);
  }
  const object = walk.builder.addObject(objref, Math.min(objtype, 255), record);
  if (kind === OBJECTS.SOCK) {
    walk.pendingSocket = walk.sockets.push({ record, words: null, local: "", detail: NONE }) - 1;
    return walk.pendingSocket;
  }
  if (kind === OBJECTS.TTY) {
    walk.pendingTerminal = walk.terminals.push({ record, name: "tty:[not described]", ldisc: NONE }) - 1;
    return walk.pendingTerminal;
  }
  return object;
}

/** FILE: the open file that was announced last. All kinds begin with the same 40 bytes. */
export function onFile(walk: Walk, at: number, length: number): void {
  const { window, littleEndian, builder } = walk;
  const { files } = builder;
  const { view } = window;
  const row = walk.pendingFile;
  if (length < 40) {
    report(walk, "error", "record-length", `FILE is ${length} bytes long; the least is 40.`, walk.pos + 4);
    return;
  }
  if (row === NONE) {
    report(walk, "error", "file-without-objref", "An open file is described that no OBJREF announces.", walk.pos);
    return;
  }
  const type = view.getUint32(at + 8, littleEndian);
  const known = type < walk.fileKinds.length;
  const kind = known ? (walk.fileKinds[type] as number) : 0;
  const size = known ? (walk.kinds.sizeByFileType[type] as number) : 0;
  if (kind === 0) report(walk, "error", "file-type", `An open file is of an unknown type, ${type}.`, walk.pos + 8);
  if (size !== 0 && length !== size) {
    report(
      walk,
      "error",
      "record-length",
      `FILE of type ${type} is ${length} bytes long instead of ${size}.`,
      walk.pos + 4,
    );
  }
  if (known) builder.records.kind[walk.record] = walk.kinds.byFileType[type] as number;
  files.kind[row] = kind;
  files.record[row] = walk.record;
  files.mode[row] = view.getUint32(at + 12, littleEndian);
  files.flags[row] = view.getUint32(at + 16, littleEndian);
  files.has[row] = (files.has[row] as number) | HAS.mode | HAS.flags;
  const low = littleEndian ? 0 : 4;
  builder.setPos(row, view.getUint32(at + 24 + low, littleEndian), view.getUint32(at + 28 - low, littleEndian));
  builder.setVersion(row, view.getUint32(at + 32 + low, littleEndian), view.getUint32(at + 36 - low, littleEndian));
  if (kind !== GENERIC) nameSpecialFile(walk, row, type, kind, length);
  walk.named = kind === GENERIC || kind === FIFO ? row : NONE;
  walk.lastFile = row;
  walk.pendingFile = NONE;
}

/** What to call a file that has no path, and the further records that describe it. */
function nameSpecialFile(walk: Walk, row: number, type: number, kind: number, length: number): void {
  const { builder } = walk;
  const struct = walk.kinds.list[walk.kinds.byFileType[type] ?? -1]?.struct ?? "";
  const file = readStruct(walk, struct, length);
  if (kind === PIPE) builder.setName(row, `pipe:[${file.number("pipe_objref")}]`, "pipe:[".length);
  else if (kind === SOCKET) {
    const socket = walk.sockets[resolve(walk, file.number("sock_objref"), OBJECTS.SOCK)];
    if (socket?.words == null) {
      builder.setName(row, "socket:[not described]");
      return;
    }
    const { name, stable } = socketName(socket.words, socket.local);
    builder.setName(row, name, stable);
    builder.addFileRecord(row, socket.record);
    if (socket.detail !== NONE) builder.addFileRecord(row, socket.detail);
  } else if (kind === TTY) {
    const terminal = walk.terminals[resolve(walk, file.number("tty_objref"), OBJECTS.TTY)];
    builder.setName(row, terminal?.name ?? "tty:[not described]");
    if (terminal === undefined) return;
    builder.addFileRecord(row, terminal.record);
    if (terminal.ldisc !== NONE) builder.addFileRecord(row, terminal.ldisc);
  } else if (kind === EPOLL || kind === EVENTFD) {
    walk.epollOrEventfdMet = true;
    builder.setName(row, kind === EPOLL ? "epoll" : "eventfd");
  }
}

/** FILE_NAME: the path of the FILE before it, or of an FS's working directory and root. */
export function onFileName(walk: Walk, at: number, length: number): void {
  const { window, builder } = walk;
  if (walk.named < 0) {
    // The working directory and the root are the task's, not an open file's.
    if (walk.named < NONE) walk.named++;
    else report(walk, "warning", "name-without-file", "A path follows nothing that has one.", walk.pos);
    return;
  }
  const end = at + length;
  const limit = Math.min(end, at + 8 + PATH_MAX);
  const stop = builder.setPathToNul(walk.named, window.bytes, at + 8, limit);
  if (builder.files.kind[walk.named] === GENERIC) {
    const told = kindByName(window.bytes, at + 8, stop);
    if (told !== 0) builder.files.kind[walk.named] = told;
  }
  if (limit < end) {
    report(walk, "warning", "path-length", `A path takes ${length - 8} bytes; ${PATH_MAX} is the most.`, walk.pos + 4);
  } else if (stop !== end - 1) {
    const what = stop === end ? "A path does not end in NUL." : "A path holds a NUL before its end.";
    report(walk, "warning", "path-nul", what, walk.pos + 8);
  }
  walk.named = NONE;
}

/** FILE_DESC: one descriptor of the table at hand. */
export function onFileDesc(walk: Walk, at: number): void {
  const { window, littleEndian, builder, table } = walk;
  const { descriptors } = builder;
  const objref = window.view.getInt32(at + 8, littleEndian);
  const fd = window.view.getInt32(at + 12, littleEndian);
  const closeOnExec = window.view.getUint32(at + 16, littleEndian);
  walk.named = NONE;
  if (table === NONE) {
    report(walk, "error", "descriptor-outside-table", `Descriptor ${fd} belongs to no file table.`, walk.pos);
    return;
  }
  const file = resolve(walk, objref, OBJECTS.FILE);
  if (file === NONE) {
    const why = unresolved(walk, objref, "an open file");
    report(walk, "error", "descriptor-without-file", `Descriptor ${fd} leads nowhere: ${why}.`, walk.pos + 8);
  }
  if (fd < 0) report(walk, "error", "descriptor-value", `A descriptor has the number ${fd}.`, walk.pos + 12);
  if (closeOnExec > 1) {
    const what = `Descriptor ${fd} has close-on-exec ${closeOnExec}; it should be 0 or 1.`;
    report(walk, "warning", "close-on-exec-value", what, walk.pos + 16);
  }
  const before = descriptors.count - 1;
  if (before >= 0 && descriptors.table[before] === table && fd <= (descriptors.fd[before] as number)) {
    report(
      walk,
      "warning",
      "descriptor-order",
      `Descriptor ${fd} follows descriptor ${descriptors.fd[before]}.`,
      walk.pos + 12,
    );
  }
  builder.addDescriptor(table, fd, file, closeOnExec === 0 ? 0 : 1, walk.record);
  walk.tableLeft--;
}

/** FILE_TABLE: the table that was announced last; its descriptors follow. */
export function onFileTable(walk: Walk, at: number): void {
  const { window, littleEndian, builder } = walk;
  endTable(walk);
  const nfds = window.view.getInt32(at + 8, littleEndian);
  if (nfds < 0) report(walk, "error", "descriptor-count", `A file table announces ${nfds} descriptors.`, walk.pos + 8);
  if (walk.pendingTable === NONE) {
    report(walk, "error", "table-without-objref", "A file table is described that no OBJREF announces.", walk.pos);
    walk.pendingTable = builder.addTable(0, nfds, walk.record);
  }
  const table = walk.pendingTable;
  builder.tables.announced[table] = nfds;
  builder.tables.record[table] = walk.record;
  walk.table = table;
  walk.tableLeft = Math.max(0, nfds);
  walk.tableOfTask = table;
  walk.pendingTable = NONE;
  walk.named = NONE;
}

/** Leaves the table at hand; tells if it has not all the descriptors that it announces. */
export function endTable(walk: Walk): void {
  if (walk.table !== NONE && walk.tableLeft > 0) {
    const missing = `${walk.tableLeft} of the ${walk.builder.tables.announced[walk.table]} descriptors that it announces`;
    report(walk, "warning", "descriptors-missing", `A file table lacks ${missing}.`, walk.pos);
  }
  walk.table = NONE;
  walk.tableLeft = 0;
}

/** EPOLL_ITEMS: what an epoll watches; the items are in the BUFFER that follows. */
export function onEpollItems(walk: Walk, at: number): void {
  const { window, littleEndian } = walk;
  walk.epollOrEventfdMet = true;
  const file = resolve(walk, window.view.getInt32(at + 8, littleEndian), OBJECTS.FILE);
  if (file === NONE) {
    report(walk, "warning", "epoll-without-file", "The items of an epoll belong to no open file.", walk.pos + 8);
    return;
  }
  walk.builder.addFileRecord(file, walk.record);
  if (window.view.getUint32(at + 12, littleEndian) === 0) return;
  walk.epollFile = file;
  walk.buffer = "epoll";
}

/** PIPE_BUF or FILE_PIPE: what is in the pipe whose end was described last. */
export function onPipeContents(walk: Walk, at: number, raw: boolean): void {
  if (walk.lastFile !== NONE) walk.builder.addFileRecord(walk.lastFile, walk.record);
  if (!raw) return;
  const { window, littleEndian, pos } = walk;
  const length = window.view.getInt32(at + 8, littleEndian);
  if (length < 0) fault(walk, "pipe-length", `A pipe holds ${length} bytes.`, pos + 8);
  walk.skip = Math.max(0, length);
}
