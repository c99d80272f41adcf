// Records of open files: FILE, FILE_NAME, and the contents of pipes and epolls. Casts `as number` read typed arrays
// within bounds that were checked before.

import { HAS, NONE } from "../../../model/checkpoint.ts";
import { fileKind } from "../../../model/names/names.ts";
import type { FileRow } from "../../../model/rows.ts";
import { nameEnd } from "../details/fdinfo-details.ts";
import { kindByName } from "../details/named-kinds.ts";
import { socketName } from "../details/socket-names.ts";
import type { StructReader } from "../struct-reader.ts";
import { holds, i32, u32 } from "../walk/record-bytes.ts";
import { cutMessage, expectPath, fault, PATH_MAX, readStruct, report, resolve, type Walk } from "../walk/walk.ts";
import { OBJECTS } from "./actions.ts";
import { onFsPath } from "./on-task-objects.ts";

const GENERIC = fileKind("generic");
const PIPE = fileKind("pipe");
const FIFO = fileKind("fifo");
const SOCKET = fileKind("socket");
const TTY = fileKind("tty");
const EPOLL = fileKind("epoll");
const EVENTFD = fileKind("eventfd");

/** Where f_mode, f_flags, f_pos and f_version of FILE end: the same in every dialect and kind of file. */
const ENDS = { type: 12, mode: 16, flags: 20, pos: 32, version: 40 } as const;

/** FILE: the open file that the last OBJREF announced. */
export function onFile(walk: Walk): void {
  const { builder, length } = walk;
  const row = walk.pendingFile;
  if (row === NONE) {
    report(walk, "error", "file-without-objref", "An open file has no OBJREF that announces it.", walk.pos);
    return;
  }
  if (length < ENDS.version) reportShort(walk, length);
  if (!holds(walk, ENDS.type)) return;
  const type = u32(walk, 8);
  const known = type < walk.fileKinds.length;
  const kind = known ? (walk.fileKinds[type] as number) : 0;
  const size = known ? (walk.kinds.sizeByFileType[type] as number) : 0;
  if (kind === 0) reportType(walk, type);
  if (size !== 0 && length !== size && length >= ENDS.version) reportLength(walk, type, length, size);
  if (known) builder.setRecordKind(walk.record, walk.kinds.byFileType[type] as number);
  builder.files.kind[row] = kind;
  builder.files.record[row] = walk.record;
  readCommon(walk, row);
  if (kind !== GENERIC) nameSpecialFile(walk, row, type, kind);
  expectPath(walk, kind === GENERIC || kind === FIFO ? row : NONE);
  walk.lastFile = row;
  walk.pendingFile = NONE;
}

// In functions of their own, for the reason in on-file-desc.ts.

const reportShort = (walk: Walk, length: number): void =>
  report(walk, "error", "record-length", `FILE is ${length} bytes long; the minimum is ${ENDS.version}.`, walk.pos + 4);

const reportType = (walk: Walk, type: number): void =>
  report(walk, "error", "file-type", `An open file has the unknown type ${type}.`, walk.pos + 8);

function reportLength(walk: Walk, type: number, length: number, size: number): void {
  const what = `FILE of type ${type} is ${length} bytes long instead of ${size}.`;
  report(walk, "error", "record-length", what, walk.pos + 4);
}

/** f_mode, f_flags, f_pos and f_version: at the same offsets in every dialect. */
function readCommon(walk: Walk, row: FileRow): void {
  const { littleEndian, builder } = walk;
  const { files } = builder;
  const low = littleEndian ? 0 : 4;
  let has = HAS.mode | HAS.flags;
  if (holds(walk, ENDS.flags)) {
    files.mode[row] = u32(walk, 12);
    files.flags[row] = u32(walk, 16);
  } else if (holds(walk, ENDS.mode)) {
    files.mode[row] = u32(walk, 12);
    has = HAS.mode;
  } else has = 0;
  files.has[row] = (files.has[row] as number) | has;
  if (holds(walk, ENDS.pos)) builder.setPos(row, u32(walk, 24 + low), u32(walk, 28 - low));
  if (holds(walk, ENDS.version)) builder.setVersion(row, u32(walk, 32 + low), u32(walk, 36 - low));
}

/** Names a file that has no path, and adds the further records that describe it. */
function nameSpecialFile(walk: Walk, row: FileRow, type: number, kind: number): void {
  const { builder } = walk;
  const struct = walk.kinds.list[walk.kinds.byFileType[type] ?? -1]?.struct ?? "";
  const file = readStruct(walk, struct);
  if (kind === PIPE) {
    const objref = file.has("pipe_objref") ? file.number("pipe_objref") : "not described";
    builder.setName(row, `pipe:[${objref}]`, "pipe:[".length);
  } else if (kind === SOCKET) nameSocket(walk, row, file);
  else if (kind === TTY) nameTerminal(walk, row, file);
  else if (kind === EPOLL || kind === EVENTFD) {
    walk.epollOrEventfdMet = true;
    builder.setName(row, kind === EPOLL ? "epoll" : "eventfd");
  }
}

function nameSocket(walk: Walk, row: FileRow, file: StructReader): void {
  const { builder } = walk;
  const socket = walk.sockets[resolve(walk, file.number("sock_objref"), OBJECTS.SOCK)];
  if (socket?.words == null) {
    builder.setName(row, "socket:[not described]");
    return;
  }
  const { name, stable } = socketName(socket.words, socket);
  builder.setNameBytes(row, name, stable);
  builder.addFileRecord(row, socket.record);
  for (const record of [socket.detail, socket.directory]) if (record !== NONE) builder.addFileRecord(row, record);
}

function nameTerminal(walk: Walk, row: FileRow, file: StructReader): void {
  const { builder } = walk;
  const terminal = walk.terminals[resolve(walk, file.number("tty_objref"), OBJECTS.TTY)];
  builder.setName(row, terminal?.name ?? "tty:[not described]");
  if (terminal === undefined) return;
  builder.addFileRecord(row, terminal.record);
  if (terminal.ldisc !== NONE) builder.addFileRecord(row, terminal.ldisc);
}

/** FILE_NAME: the path of the FILE before it, or of an FS's working directory or root. */
export function onFileName(walk: Walk): void {
  const { window, builder, pathOwner, at, length, held } = walk;
  if (pathOwner === NONE) {
    // The working directory and the root are the task's; no descriptor refers to them.
    if (walk.fsPathsLeft > 0) {
      const path = window.bytes.subarray(at + 8, at + Math.min(held, 8 + PATH_MAX));
      const nul = path.indexOf(0);
      onFsPath(walk, nul < 0 ? path : path.subarray(0, nul));
      if (walk.cut && nul < 0) {
        const what = cutMessage("a path", path.length);
        report(walk, "warning", "path-cut", what, walk.pos + 8, { task: walk.task });
      }
      walk.fsPathsLeft--;
    } else report(walk, "warning", "name-without-file", "A path does not follow a record that takes one.", walk.pos);
    return;
  }
  const end = at + length;
  const limit = Math.min(at + held, at + 8 + PATH_MAX);
  const stop = builder.setPathToNul(pathOwner, window.bytes, at + 8, limit);
  if (builder.files.kind[pathOwner] === GENERIC) {
    const named = kindByName(window.bytes, at + 8, stop);
    if (named !== 0) {
      builder.files.kind[pathOwner] = named;
      const nameStop = nameEnd(window.bytes, at + 8, stop);
      if (nameStop < stop) {
        builder.files.nameLength[pathOwner] = nameStop - at - 8;
        builder.addFileRecord(pathOwner, walk.record);
      }
    }
  }
  if (walk.cut) {
    if (stop === at + held) {
      const what = cutMessage("a path", stop - at - 8);
      report(walk, "warning", "path-cut", what, walk.pos + 8, { file: pathOwner });
    }
  } else if (limit < end) {
    const what = `A path is ${length - 8} bytes long; the maximum is ${PATH_MAX}.`;
    report(walk, "warning", "path-length", what, walk.pos + 4);
  } else if (stop !== end - 1) {
    const what = stop === end ? "A path does not end in NUL." : "A path contains a NUL before its end.";
    report(walk, "warning", "path-nul", what, walk.pos + 8);
  }
  walk.pathOwner = NONE;
}

/** EPOLL_ITEMS: the files that an epoll watches; the items are in the BUFFER that follows. */
export function onEpollItems(walk: Walk): void {
  walk.epollOrEventfdMet = true;
  if (!holds(walk, 12)) return;
  const file = resolve(walk, i32(walk, 8), OBJECTS.FILE);
  if (file === NONE) {
    report(walk, "warning", "epoll-without-file", "The items of an epoll belong to no open file.", walk.pos + 8);
    return;
  }
  walk.builder.addFileRecord(file, walk.record);
  if (u32(walk, 12) === 0) return;
  walk.epollFile = file;
  walk.nextBuffer = "epoll";
}

/** PIPE_BUF: the bytes buffered in the pipe whose end was described last. */
export function onPipeBuf(walk: Walk): void {
  if (walk.lastFile !== NONE) walk.builder.addFileRecord(walk.lastFile, walk.record);
}

/** FILE_PIPE: PIPE_BUF's predecessor. The buffered bytes follow the record raw. */
export function onFilePipe(walk: Walk): void {
  onPipeBuf(walk);
  const length = i32(walk, 8);
  if (length < 0) fault(walk, "pipe-length", `A pipe has a length of ${length} bytes.`, walk.pos + 8);
  walk.skip = Math.max(0, length);
}
