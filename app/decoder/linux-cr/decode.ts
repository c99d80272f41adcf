// Walks the records of a Linux-CR image and builds the Checkpoint. The grammar is followed loosely: what a record means
// depends on the OBJREF and the task before it, not on a fixed order, so that every version and a damaged image go
// through the same loop. Payloads that hold nothing of the object graph (memory pages) are passed over unread.

import { type Checkpoint, type Fact, HAS, NONE, type Problem, type Severity } from "../../model/checkpoint.ts";
import { fileKind, taskState } from "../../model/names.ts";
import { decodeText, visibleText } from "../../model/text.ts";
import { createBuilder } from "../builder.ts";
import { createIdIndex } from "../id-index.ts";
import type { DecodeOptions, Source } from "../source.ts";
import { openWindow } from "../window.ts";
import { ACTIONS, actionsByType, fileKindsByType, OBJECTS, objectKindsByType, objectTypeNames } from "./actions.ts";
import type { Dialect } from "./dialect.ts";
import { recordKinds, TYPES, UNKNOWN } from "./kinds.ts";
import { kindByName } from "./named-kinds.ts";
import { noPids, taskPids } from "./pids.ts";
import { betterDialect, type Recognition, TAIL_MAGIC } from "./recognise.ts";
import {
  internetAddress,
  type StructReader,
  socketName,
  socketWords,
  structReader,
  terminalName,
  unixAddress,
} from "./sockets.ts";

/** A path and its NUL fit into one page (PATH_MAX). */
const PATH_MAX = 4096;
/** Sizes of a page on the machines that could write an image; the most likely first. */
const PAGE_SIZES = [4096, 65_536, 16_384, 8192];
/** Bytes of a record that are read at most. */
const SMALL = PATH_MAX;
/** Early parts are handed out when this many bytes have been read, then at each eightfold. */
const FIRST_PART = 4 * 1024 * 1024;

// TASK.state and exit_state, Linux include/linux/sched.h of 2.6.30 … 3.0.
const STATES: Record<number, number> = {
  0: taskState("running"),
  1: taskState("sleeping"),
  2: taskState("uninterruptible"),
  4: taskState("stopped"),
  8: taskState("traced"),
  64: taskState("dead"),
};
const EXIT_ZOMBIE = 16;
const EXIT_DEAD = 32;

interface SocketState {
  readonly record: number;
  readonly words: ReturnType<typeof socketWords>;
  local: string;
  detail: number;
}

/** A decoded image, or the dialect that it turned out to be written in. */
export type Outcome = { readonly checkpoint: Checkpoint } | { readonly redecodeAs: string };

/**
 * Decodes an image that was recognised.
 *
 * @param mayRedecode Whether to stop at a record that only another dialect has, and name that dialect.
 * @throws the signal's reason if decoding was aborted; SourceError if bytes cannot be had.
 */
export async function decodeRecords(
  source: Source,
  recognition: Recognition,
  options: DecodeOptions,
  mayRedecode: boolean,
): Promise<Outcome> {
  const { dialect } = recognition;
  const { littleEndian } = recognition.machine;
  const window = openWindow(source);
  const builder = createBuilder();
  const { tasks, tables, files, objects, descriptors } = builder;
  const kinds = recordKinds(dialect);
  const actions = actionsByType(dialect);
  const objectKinds = objectKindsByType(dialect);
  const objectTypes = objectTypeNames(dialect);

  const offsets = fieldOffsets(dialect);
  const fileKinds = fileKindsByType(dialect);
  const namedKinds = [fileKind("generic"), fileKind("fifo")];
  const pids = noPids(dialect);

  // Rows by objref: of `objects`, and of what the object is about (a table, a file, a socket's or terminal's state).
  const byObjref = createIdIndex();
  let content = new Int32Array(64);
  const sockets: SocketState[] = [];
  const terminals: { record: number; name: string; ldisc: number }[] = [];
  const facts: Fact[] = [];

  let pos = 0;
  let complete = false;
  let sawTask = false;
  let task = NONE;
  let table = NONE;
  let tableLeft = 0;
  let tableOfTask = NONE;
  let taskHasObjs = true;
  let pendingFile = NONE;
  let pendingTableObject = NONE;
  let pendingSocketObject = NONE;
  let pendingTerminalObject = NONE;
  let lastSocket = NONE;
  let lastTerminal = NONE;
  let named = NONE;
  let expectComm = false;
  let expectError = false;
  let errorSeen = false;
  let expectPids: "none" | "tasks" | "pids" = "none";
  let epollFile = NONE;
  let lastFile = NONE;
  let sawEpollOrEventfd = false;
  let utsBuffers = 0;
  let nextPart = FIRST_PART;
  let faulted = false;
  let time: number | null = null;

  const report = (severity: Severity, code: string, message: string, offset: number | null): void =>
    builder.addProblem({ severity, code, message, offset } satisfies Problem);

  /** Reports what ends the decoding. */
  const fault = (code: string, message: string, offset: number): void => {
    faulted = true;
    report("error", code, message, offset);
  };

  const head = (): Parameters<typeof builder.finish>[0] => ({
    format: "linux-cr",
    dialect: finalName(dialect.name, sawEpollOrEventfd),
    evidence: recognition.evidence,
    complete,
    machine: recognition.machine,
    time,
    facts,
    members: [{ name: source.name, size: source.size }],
    recordKinds: kinds.list,
    objectTypes,
  });

  /** Makes bytes pos … pos + need - 1 available, as far as the source goes. */
  const fetch = async (need: number): Promise<void> => {
    options.signal?.throwIfAborted();
    await window.fill(pos, need);
    options.onProgress?.({ bytes: pos, size: source.size, objects: files.count + descriptors.count });
    if (pos >= nextPart) {
      nextPart = pos * 8;
      options.onPart?.(builder.finish(head()));
    }
  };

  /** Whether a record could begin at `offset`: a known type, a length that fits. */
  const plausible = async (offset: number): Promise<boolean> => {
    if (offset === source.size) return true;
    if (offset + 8 > source.size) return false;
    let { view } = window;
    let at = offset - window.start;
    if (at < 0 || offset + 8 > window.end) {
      const bytes = await source.read(offset, 8);
      if (bytes.length < 8) return false;
      view = new DataView(bytes.buffer, bytes.byteOffset, 8);
      at = 0;
    }
    const type = view.getUint32(at, littleEndian);
    const length = view.getUint32(at + 4, littleEndian);
    if (type >= TYPES || kinds.byType[type] === UNKNOWN || length < 8 || offset + length > source.size) return false;
    const size = kinds.sizeByType[type] as number;
    return size === 0 || size === length;
  };

  /** The record at hand, from its header on; at most `limit` bytes of it, which are in the window. */
  const recordBytes = (length: number, limit: number): Uint8Array =>
    window.bytes.subarray(pos - window.start, pos - window.start + Math.min(length, limit));

  const reader = (struct: string, length: number): StructReader =>
    structReader(dialect.struct(struct), recordBytes(length, SMALL), littleEndian);

  const setContent = (object: number, row: number): void => {
    if (object >= content.length) {
      const larger = new Int32Array(Math.max(content.length * 2, object + 1)).fill(NONE);
      larger.set(content);
      content = larger;
    }
    content[object] = row;
  };

  /** The row of what `objref` names, if it is an object of this kind; otherwise NONE. */
  const resolve = (objref: number, kind: number): number => {
    const object = objref > 0 ? byObjref.get(objref) : NONE;
    if (object === NONE || objectKinds[objects.type[object] as number] !== kind) return NONE;
    return content[object] as number;
  };

  /** Why `objref` does not resolve, in words. */
  const unresolved = (objref: number, what: string): string => {
    const object = objref > 0 ? byObjref.get(objref) : NONE;
    if (object === NONE) return `objref ${objref} names no object that the image has described before`;
    return `objref ${objref} names a ${objectTypes[objects.type[object] as number]}, not ${what}`;
  };

  /** A task that the image left before its TASK_OBJS uses the table that was described in its place. */
  const closeTask = (): void => {
    if (task !== NONE && !taskHasObjs && tableOfTask !== NONE && (tasks.table[task] as number) === NONE) {
      tasks.table[task] = tableOfTask;
    }
    tableOfTask = NONE;
    named = NONE;
  };

  const endTable = (): void => {
    if (table !== NONE && tableLeft > 0) {
      const missing = `${tableLeft} of the ${tables.announced[table]} descriptors that it announces`;
      report("warning", "descriptors-missing", `A file table lacks ${missing}.`, pos);
    }
    table = NONE;
    tableLeft = 0;
  };

  walk: while (true) {
    if (pos + 8 > window.end || pos < window.start) {
      if (pos + 8 > source.size) break;
      await fetch(8);
      if (pos + 8 > window.end) break;
    }
    let at = pos - window.start;
    const type = window.view.getUint32(at, littleEndian);
    let length = window.view.getUint32(at + 4, littleEndian);
    const known = type < TYPES ? (kinds.byType[type] as number) : UNKNOWN;
    let action = type < TYPES ? (actions[type] as number) : 0;
    // Most BUFFERs are memory pages: they are not even fetched.
    if (action === ACTIONS.BUFFER && epollFile === NONE && expectPids === "none" && (sawTask || utsBuffers === 3))
      action = 0;
    const size = type < TYPES ? (kinds.sizeByType[type] as number) : 0;

    if (length < 8 || length > source.size - pos || known === UNKNOWN || (size !== 0 && size !== length)) {
      if (mayRedecode) {
        const better = betterDialect(dialect.name, type, length);
        if (better !== null) return { redecodeAs: better };
      }
      const name = known === UNKNOWN ? "" : dialect.recordName(type);
      const left = source.size - pos;
      if (known === UNKNOWN) {
        if (length < 8 || !(await plausible(pos + length))) {
          fault("not-a-record", `There is no record where one should begin: type ${type}, length ${length}.`, pos);
          break;
        }
        report(
          "warning",
          "unknown-record",
          `Record type ${type} is not known in ${dialect.name}; it is passed over.`,
          pos,
        );
        builder.addRecord(pos, length, kinds.unknown(type), 0);
        pos += length;
        continue;
      }
      if (size !== 0 && size !== length && (await plausible(pos + size))) {
        report(
          "error",
          "record-length",
          `${name} gives its length as ${length}; it is read as ${size}, as it should be.`,
          pos + 4,
        );
        length = size;
      } else if (length < 8) {
        fault("record-length", `${name} gives its length as ${length}; the least is 8.`, pos + 4);
        break;
      } else if (length > left) {
        fault("truncated", `The image ends inside ${name}: ${length} bytes are announced, ${left} are left.`, pos);
        break;
      } else if (await plausible(pos + length)) {
        report("error", "record-length", `${name} is ${length} bytes long instead of ${size}.`, pos + 4);
      } else {
        fault(
          "record-length",
          `${name} gives its length as ${length} instead of ${size}; neither leads to another record.`,
          pos + 4,
        );
        break;
      }
    }

    // The payload that the action reads has to be at hand; most records are in the window already.
    if (action !== 0 && pos + Math.min(length, SMALL + 8) > window.end) {
      await fetch(Math.min(length, SMALL + 8));
      if (pos + Math.min(length, SMALL + 8) > window.end) {
        fault("truncated", "The source ended earlier than it said.", window.end);
        break;
      }
      at = pos - window.start;
    }
    const { view, bytes } = window;
    const record = builder.addRecord(pos, length, known, 0);
    const end = at + length;
    let skip = 0;

    switch (action) {
      case 0:
        break;

      case ACTIONS.FILE_DESC: {
        if (length < 20) break;
        const objref = view.getInt32(at + 8, littleEndian);
        const fd = view.getInt32(at + 12, littleEndian);
        const closeOnExec = view.getUint32(at + 16, littleEndian);
        if (table === NONE) {
          report("error", "descriptor-outside-table", `Descriptor ${fd} belongs to no file table.`, pos);
          break;
        }
        const file = resolve(objref, OBJECTS.FILE);
        if (file === NONE) {
          report(
            "error",
            "descriptor-without-file",
            `Descriptor ${fd} leads nowhere: ${unresolved(objref, "an open file")}.`,
            pos + 8,
          );
        }
        if (closeOnExec > 1) {
          report(
            "warning",
            "close-on-exec-value",
            `Descriptor ${fd} has close-on-exec ${closeOnExec}; it should be 0 or 1.`,
            pos + 16,
          );
        }
        const before = descriptors.count - 1;
        if (before >= 0 && descriptors.table[before] === table && fd <= (descriptors.fd[before] as number)) {
          report(
            "warning",
            "descriptor-order",
            `Descriptor ${fd} follows descriptor ${descriptors.fd[before]}.`,
            pos + 12,
          );
        }
        builder.addDescriptor(table, fd, file, closeOnExec === 0 ? 0 : 1, record);
        tableLeft--;
        named = NONE;
        break;
      }

      case ACTIONS.OBJREF: {
        if (length < 16) break;
        const objtype = view.getUint32(at + 8, littleEndian);
        const objref = view.getInt32(at + 12, littleEndian);
        if (objref <= 0) {
          report(
            "error",
            "objref-value",
            `An object is announced under objref ${objref}; objrefs are positive.`,
            pos + 12,
          );
          break;
        }
        const kind = objtype < objectKinds.length ? (objectKinds[objtype] as number) : 0;
        if (objtype >= objectTypes.length) {
          report("warning", "object-type", `Objref ${objref} is of an unknown type, ${objtype}.`, pos + 8);
        }
        const object = builder.addObject(objref, Math.min(objtype, 255), record);
        setContent(object, NONE);
        if (!byObjref.add(objref, object)) {
          report("error", "objref-repeated", `Objref ${objref} is announced a second time.`, pos + 12);
        }
        if (kind === OBJECTS.FILE) {
          pendingFile = builder.addFile(objref, record);
          setContent(object, pendingFile);
        } else if (kind === OBJECTS.FILE_TABLE) pendingTableObject = object;
        else if (kind === OBJECTS.SOCK) pendingSocketObject = object;
        else if (kind === OBJECTS.TTY) pendingTerminalObject = object;
        break;
      }

      case ACTIONS.FILE: {
        if (length < 40) break;
        const fileType = view.getUint32(at + 8, littleEndian);
        if (pendingFile === NONE) {
          report("error", "file-without-objref", "An open file is described that no OBJREF announces.", pos);
          break;
        }
        const row = pendingFile;
        const inRange = fileType < fileKinds.length;
        const kind = inRange ? (fileKinds[fileType] as number) : 0;
        const fileSize = inRange ? (kinds.sizeByFileType[fileType] as number) : 0;
        if (kind === 0) report("error", "file-type", `An open file is of an unknown type, ${fileType}.`, pos + 8);
        if (inRange) builder.records.kind[record] = kinds.byFileType[fileType] as number;
        if (fileSize !== 0 && length !== fileSize) {
          report(
            "error",
            "record-length",
            `FILE of type ${fileType} is ${length} bytes long instead of ${fileSize}.`,
            pos + 4,
          );
        }
        files.kind[row] = kind;
        files.record[row] = record;
        files.mode[row] = view.getUint32(at + 12, littleEndian);
        files.flags[row] = view.getUint32(at + 16, littleEndian);
        files.has[row] = (files.has[row] as number) | HAS.mode | HAS.flags;
        const low = littleEndian ? 0 : 4;
        builder.setPos(row, view.getUint32(at + 24 + low, littleEndian), view.getUint32(at + 28 - low, littleEndian));
        builder.setVersion(
          row,
          view.getUint32(at + 32 + low, littleEndian),
          view.getUint32(at + 36 - low, littleEndian),
        );
        if (kind !== namedKinds[0]) describeFile(row, kind, length);
        named = namedKinds.includes(kind) ? row : NONE;
        lastFile = row;
        pendingFile = NONE;
        break;
      }

      case ACTIONS.FILE_NAME: {
        if (named < 0) {
          // The working directory and the root of an FS; a name after nothing that has one is told.
          if (named === NONE) report("warning", "name-without-file", "A path follows nothing that has one.", pos);
          else named++;
          break;
        }
        const limit = Math.min(end, at + 8 + PATH_MAX);
        if (limit < end) {
          report("warning", "path-length", `A path takes ${length - 8} bytes; ${PATH_MAX} is the most.`, pos + 4);
        }
        let stop = at + 8;
        while (stop < limit && bytes[stop] !== 0) stop++;
        if (stop !== end - 1 && limit === end) {
          const what = stop === end ? "A path does not end in NUL." : "A path holds a NUL before its end.";
          report("warning", "path-nul", what, pos + 8);
        }
        builder.setPath(named, bytes, at + 8, stop);
        if (files.kind[named] === namedKinds[0]) {
          const told = kindByName(bytes, at + 8, stop);
          if (told !== 0) files.kind[named] = told;
        }
        named = NONE;
        break;
      }

      case ACTIONS.FILE_TABLE: {
        if (length < 12) break;
        endTable();
        const nfds = view.getInt32(at + 8, littleEndian);
        if (nfds < 0) report("error", "descriptor-count", `A file table announces ${nfds} descriptors.`, pos + 8);
        if (pendingTableObject === NONE) {
          report("error", "table-without-objref", "A file table is described that no OBJREF announces.", pos);
        }
        const objref = pendingTableObject === NONE ? 0 : (objects.id[pendingTableObject] as number);
        table = builder.addTable(objref, nfds, record);
        tableLeft = Math.max(0, nfds);
        if (pendingTableObject !== NONE) setContent(pendingTableObject, table);
        pendingTableObject = NONE;
        tableOfTask = table;
        named = NONE;
        break;
      }

      case ACTIONS.TASK: {
        endTable();
        closeTask();
        sawTask = true;
        task = builder.addTask(record);
        taskHasObjs = false;
        const [stateAt, exitAt] = [offsets.state, offsets.exitState];
        if (stateAt > 0 && length >= exitAt + 4) {
          const exit = view.getUint32(at + exitAt, littleEndian);
          const state = view.getUint32(at + stateAt, littleEndian);
          tasks.state[task] =
            exit === EXIT_ZOMBIE ? taskState("zombie") : exit === EXIT_DEAD ? taskState("dead") : (STATES[state] ?? 0);
        }
        expectComm = true;
        break;
      }

      case ACTIONS.STRING: {
        const limit = Math.min(end, at + 8 + SMALL);
        if (expectError) {
          expectError = false;
          let from = at + 8;
          if (from < limit && bytes[from] === 0) from++;
          let stop = from;
          while (stop < limit && bytes[stop] !== 0) stop++;
          const text = visibleText(trimNewline(bytes.subarray(from, stop)));
          report("error", "error-record", `The dump failed and the writer said why: ${text}`, pos);
        } else if (expectComm) {
          expectComm = false;
          let stop = at + 8;
          while (stop < limit && stop < at + 24 && bytes[stop] !== 0) stop++;
          if (length !== 24)
            report("warning", "comm-length", `The name of a task takes ${length - 8} bytes instead of 16.`, pos + 4);
          tasks.commOffset[task] = builder.addText(bytes, at + 8, stop);
          tasks.commLength[task] = stop - at - 8;
        }
        break;
      }

      case ACTIONS.TASK_OBJS: {
        endTable();
        named = NONE;
        if (length < 12) break;
        if (task === NONE) {
          report("error", "objects-without-task", "TASK_OBJS follows no task.", pos);
          break;
        }
        const objref = view.getInt32(at + 8, littleEndian);
        const row = objref === 0 ? NONE : resolve(objref, OBJECTS.FILE_TABLE);
        if (row === NONE && objref !== 0) {
          report(
            "error",
            "task-without-table",
            `A task's files_objref leads nowhere: ${unresolved(objref, "a file table")}.`,
            pos + 8,
          );
        }
        tasks.table[task] = row;
        taskHasObjs = true;
        break;
      }

      case ACTIONS.BUFFER: {
        if (epollFile !== NONE) {
          builder.addFileRecord(epollFile, record);
          epollFile = NONE;
        } else if (expectPids !== "none") {
          const payload = new Uint8Array(await source.read(pos + 8, length - 8));
          if (expectPids === "pids") pids.numbers = payload;
          else {
            pids.entries = payload;
            const wanted = pids.announced * pids.entrySize;
            if (payload.length !== wanted) {
              const what = `The pids of ${pids.announced} tasks take ${payload.length} bytes instead of ${wanted}.`;
              report("warning", "pids-length", what, pos + 4);
            }
          }
          expectPids = "none";
        } else if (!sawTask && utsBuffers < UTS_LABELS.length) {
          addFact(UTS_LABELS[utsBuffers] as string, bytes.subarray(at + 8, Math.min(end, at + 8 + 65)));
          utsBuffers++;
        }
        break;
      }

      case ACTIONS.TREE: {
        if (length < 12) break;
        pids.announced = Math.max(0, view.getInt32(at + 8, littleEndian));
        expectPids = "tasks";
        break;
      }

      case ACTIONS.PIDS: {
        if (length < 20) break;
        pids.objects = view.getUint32(at + 8, littleEndian);
        pids.firstObjref = view.getUint32(at + 16, littleEndian);
        expectPids = "pids";
        break;
      }

      case ACTIONS.SOCKET: {
        if (pendingSocketObject === NONE) break;
        lastSocket =
          sockets.push({ record, words: socketWords(reader("ckpt_hdr_socket", length)), local: "", detail: NONE }) - 1;
        setContent(pendingSocketObject, lastSocket);
        pendingSocketObject = NONE;
        break;
      }

      case ACTIONS.SOCKET_UNIX:
      case ACTIONS.SOCKET_INET: {
        const unix = action === ACTIONS.SOCKET_UNIX;
        const detail = reader(unix ? "ckpt_hdr_socket_unix" : "ckpt_hdr_socket_inet", length);
        const row = unix ? resolve(detail.number("this"), OBJECTS.SOCK) : lastSocket;
        const socket = sockets[row];
        if (socket === undefined) break;
        socket.detail = record;
        socket.local = unix
          ? unixAddress(detail.bytes("laddr"), detail.number("laddr_len"))
          : internetAddress(detail, socket.words.family, "local");
        break;
      }

      case ACTIONS.SOCKET_FRAG:
        for (const page of PAGE_SIZES) {
          if (!(await plausible(pos + length + page))) continue;
          skip = page;
          break;
        }
        if (skip === 0) skip = Math.min(PAGE_SIZES[0] as number, source.size - pos - length);
        break;

      case ACTIONS.TTY: {
        lastTerminal = terminals.push({ record, name: terminalName(reader("ckpt_hdr_tty", length)), ldisc: NONE }) - 1;
        if (pendingTerminalObject !== NONE) setContent(pendingTerminalObject, lastTerminal);
        pendingTerminalObject = NONE;
        break;
      }

      case ACTIONS.TTY_LDISC: {
        const terminal = terminals[lastTerminal];
        if (terminal !== undefined) terminal.ldisc = record;
        break;
      }

      case ACTIONS.EPOLL_ITEMS: {
        if (length < 16) break;
        sawEpollOrEventfd = true;
        const file = resolve(view.getInt32(at + 8, littleEndian), OBJECTS.FILE);
        if (file === NONE) {
          report("warning", "epoll-without-file", "The items of an epoll belong to no open file.", pos + 8);
          break;
        }
        builder.addFileRecord(file, record);
        if (view.getUint32(at + 12, littleEndian) > 0) epollFile = file;
        break;
      }

      case ACTIONS.PIPE_BUF:
        if (lastFile !== NONE) builder.addFileRecord(lastFile, record);
        break;

      case ACTIONS.FILE_PIPE: {
        if (length < 12) break;
        if (lastFile !== NONE) builder.addFileRecord(lastFile, record);
        skip = Math.max(0, view.getInt32(at + 8, littleEndian));
        break;
      }

      case ACTIONS.FS:
        // Two names follow, the working directory's and the root's; they are no open file's.
        named = NONE - 2;
        break;

      case ACTIONS.HPAGE: {
        const shift =
          offsets.hpageShift > 0 && length >= offsets.hpageShift + 2
            ? view.getUint16(at + offsets.hpageShift, littleEndian)
            : 0;
        // No writer of these is known: the page is either a BUFFER or raw bytes.
        if (!(await plausible(pos + length)) && shift > 0 && shift < 40 && (await plausible(pos + length + 2 ** shift)))
          skip = 2 ** shift;
        break;
      }

      case ACTIONS.HEADER: {
        readHeader(length);
        break;
      }

      case ACTIONS.ERROR:
        errorSeen = true;
        expectError = true;
        break;

      case ACTIONS.TAIL: {
        if (length >= 16 && view.getBigUint64(at + 8, littleEndian) !== TAIL_MAGIC) {
          report("error", "tail-magic", "TAIL does not have its magic number.", pos + 8);
        }
        complete = true;
        pos += length;
        break walk;
      }
    }

    pos += length;
    if (skip > 0) {
      const raw = Math.min(skip, source.size - pos);
      if (raw > 0) builder.addRecord(pos, raw, kinds.raw, 0);
      if (raw < skip) {
        fault("truncated", `The image ends inside ${skip} raw bytes: ${raw} are left.`, pos);
        pos = source.size;
        break;
      }
      pos += skip;
    }
  }

  endTable();
  closeTask();
  finishPids();
  if (expectError) report("error", "error-record", "The dump failed; the writer did not say why.", pos);
  if (complete) {
    if (pos < source.size) {
      report(
        "note",
        "bytes-after-tail",
        `${source.size - pos} bytes follow the end of the image; they are not looked at.`,
        pos,
      );
      builder.addRecord(pos, source.size - pos, kinds.lost, 0);
    }
  } else {
    if (!errorSeen && !faulted) {
      const left = source.size - pos;
      const what = left > 0 ? `${left} bytes into a record's header` : "before its TAIL record";
      report("error", "truncated", `The image ends ${what}.`, pos);
    }
    if (pos < source.size) builder.addRecord(pos, source.size - pos, kinds.lost, 0);
  }
  if (recognition.doubt !== undefined)
    report("warning", "dialect-doubt", `The dialect is not certain: ${lowerFirst(recognition.doubt)}`, 0);
  options.onProgress?.({ bytes: source.size, size: source.size, objects: files.count + descriptors.count });
  return { checkpoint: builder.finish(head()) };

  /** Name and further records of a file that has no path of its own, or not only that. */
  function describeFile(row: number, kind: number, length: number): void {
    const file = structReader(
      dialect.struct(kinds.list[builder.records.kind[builder.records.count - 1] as number]?.struct ?? ""),
      recordBytes(length, SMALL),
      littleEndian,
    );
    if (kind === fileKind("pipe") || kind === fileKind("fifo")) {
      const objref = file.number("pipe_objref");
      if (kind === fileKind("pipe")) builder.setName(row, `pipe:[${objref}]`, "pipe:[".length);
      return;
    }
    if (kind === fileKind("socket")) {
      const socket = sockets[resolve(file.number("sock_objref"), OBJECTS.SOCK)];
      if (socket === undefined) {
        builder.setName(row, "socket:[not described]");
        return;
      }
      const { name, stable } = socketName(socket.words, socket.local);
      builder.setName(row, name, stable);
      builder.addFileRecord(row, socket.record);
      if (socket.detail !== NONE) builder.addFileRecord(row, socket.detail);
      return;
    }
    if (kind === fileKind("tty")) {
      const terminal = terminals[resolve(file.number("tty_objref"), OBJECTS.TTY)];
      builder.setName(row, terminal?.name ?? "tty:[not described]");
      if (terminal === undefined) return;
      builder.addFileRecord(row, terminal.record);
      if (terminal.ldisc !== NONE) builder.addFileRecord(row, terminal.ldisc);
      return;
    }
    if (kind === fileKind("epoll") || kind === fileKind("eventfd")) {
      sawEpollOrEventfd = true;
      builder.setName(row, kind === fileKind("epoll") ? "epoll" : "eventfd");
    }
  }

  function addFact(label: string, value: Uint8Array): void {
    const end = value.indexOf(0);
    facts.push({ label, value: decodeText(end < 0 ? value : value.subarray(0, end)) });
  }

  function readHeader(length: number): void {
    const layout = dialect.struct("ckpt_hdr_header");
    const header = structReader(layout, recordBytes(length, SMALL), littleEndian);
    const version = ["major", "minor", "patch"].map((part) => header.number(part)).join(".");
    const timeAt = layout?.byName.get("time")?.offset ?? 0;
    if (timeAt > 0 && length >= timeAt + 8) {
      time = Number(window.view.getBigUint64(pos - window.start + timeAt, littleEndian));
    }
    facts.push(
      { label: "kernel", value: version },
      { label: "architecture", value: recognition.machine.arch ?? "unknown" },
      { label: "byte order", value: littleEndian ? "little-endian" : "big-endian" },
    );
    const uflags = header.number("uflags");
    if (uflags !== 0) facts.push({ label: "flags", value: uflagNames(uflags) });
  }

  /** Gives each task its pids: the n-th entry is the n-th task's. */
  function finishPids(): void {
    if (pids.entries === null) return;
    taskPids(pids, littleEndian)
      .slice(0, tasks.count)
      .forEach(({ pid, ppid, tgid, pgid, sid }, row) => {
        tasks.pid[row] = pid;
        tasks.ppid[row] = ppid;
        tasks.tgid[row] = tgid;
        tasks.pgid[row] = pgid;
        tasks.sid[row] = sid;
      });
    if (complete && tasks.count !== pids.announced) {
      report("warning", "task-count", `The image announces ${pids.announced} tasks and holds ${tasks.count}.`, null);
    }
  }
}

/** The three names of the kernel that follow HEADER, in order. */
const UTS_LABELS = ["release", "build", "machine"] as const;

const UFLAGS = ["SUBTREE", "NETNS"];

const uflagNames = (uflags: number): string =>
  UFLAGS.filter((_, bit) => (uflags & (1 << bit)) !== 0).join(" | ") || String(uflags);

function fieldOffsets(dialect: Dialect) {
  const offset = (struct: string, field: string): number => dialect.struct(struct)?.byName.get(field)?.offset ?? 0;
  return {
    state: offset("ckpt_hdr_task", "state"),
    exitState: offset("ckpt_hdr_task", "exit_state"),
    hpageShift: offset("ckpt_hdr_hpage", "shift"),
  };
}

/** Two dialects differ in epoll and eventfd alone; an image without either is named after the older. */
const finalName = (name: string, sawEpollOrEventfd: boolean): string =>
  name === "v19-dev-20091104" && !sawEpollOrEventfd ? "v19-dev-20091025" : name;

const trimNewline = (bytes: Uint8Array): Uint8Array =>
  bytes.at(-1) === 10 ? bytes.subarray(0, bytes.length - 1) : bytes;

const lowerFirst = (text: string): string => `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
