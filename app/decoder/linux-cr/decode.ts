// Walks the records of a Linux-CR image and builds the Checkpoint. The grammar is followed loosely: what a record means
// depends on the OBJREF and the task before it, not on a fixed order, so that every version and a damaged image go
// through the same loop. Payloads that hold nothing of the object graph (memory pages) are passed over unread.

import type { Checkpoint } from "../../model/checkpoint.ts";
import type { Head } from "../builder.ts";
import type { DecodeOptions, Source } from "../source.ts";
import { ACTIONS, actionsByType } from "./actions.ts";
import { TYPES, UNKNOWN } from "./kinds.ts";
import {
  endTable,
  onEpollItems,
  onFile,
  onFileDesc,
  onFileName,
  onFileTable,
  onObjref,
  onPipeContents,
} from "./on-files.ts";
import {
  closeTask,
  onBuffer,
  onError,
  onHeader,
  onPids,
  onSocket,
  onSocketAddress,
  onString,
  onTail,
  onTask,
  onTaskObjs,
  onTree,
  onTty,
  onTtyLdisc,
} from "./on-tasks.ts";
import { taskPids } from "./pids.ts";
import { betterDialect, type Recognition } from "./recognise.ts";
import { beginWalk, fault, PATH_MAX, readStruct, report, type Walk } from "./walk.ts";

/** Bytes of a record that have to be at hand before it is handled. */
const AT_HAND = PATH_MAX + 8;
/** Sizes of a page on the machines that could write an image; the most likely first. */
const PAGE_SIZES = [4096, 65_536, 16_384, 8192];
/** The first early part is handed out when this many bytes have been read, the others at each eightfold. */
const FIRST_PART = 4 * 1024 * 1024;

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
  const walk = beginWalk(source, recognition);
  const actions = actionsByType(recognition.dialect);
  const { window, builder } = walk;
  const progress = (bytes: number): void =>
    options.onProgress?.({ bytes, size: source.size, objects: builder.files.count + builder.descriptors.count });
  let nextPart = FIRST_PART;

  for (;;) {
    const stop = walkBlock(walk, actions);
    if (stop === "end") break;
    if (stop === "bytes") {
      options.signal?.throwIfAborted();
      const end = window.end;
      await window.fill(walk.pos, Math.min(AT_HAND, source.size - walk.pos));
      progress(walk.pos);
      if (walk.pos >= nextPart) {
        nextPart = walk.pos * 8;
        options.onPart?.(builder.finish(head(walk)));
      }
      if (window.end === end && window.end < source.size) {
        fault(walk, "truncated", "The source ended earlier than it said.", window.end);
        break;
      }
    } else if (stop === "await") await handleSlowly(walk);
    else {
      const better = mayRedecode ? betterDialect(recognition.dialect.name, stop.type, stop.length) : null;
      if (better !== null) return { redecodeAs: better };
      if (!(await handleMisfit(walk, actions, stop.type, stop.length))) break;
    }
  }
  finishWalk(walk);
  progress(source.size);
  return { checkpoint: builder.finish(head(walk)) };
}

/** A record whose type or length does not fit the dialect. */
interface Misfit {
  readonly type: number;
  readonly length: number;
}

/**
 * Handles records as long as they lie in the window. Stops at one that needs more `bytes`, one that has to `await`
 * something, one that does not fit, or the `end`.
 */
function walkBlock(walk: Walk, actions: Uint8Array): "bytes" | "await" | "end" | Misfit {
  const { window, builder, kinds, littleEndian, source } = walk;
  const { byType, sizeByType } = kinds;
  const { view, start, end } = window;
  const size = source.size;
  for (;;) {
    const { pos } = walk;
    if (walk.complete || walk.faulted) return "end";
    if (pos + 8 > end || pos < start) return pos + 8 > size ? "end" : "bytes";
    const at = pos - start;
    const type = view.getUint32(at, littleEndian);
    const length = view.getUint32(at + 4, littleEndian);
    const kind = type < TYPES ? (byType[type] as number) : UNKNOWN;
    if (kind === UNKNOWN || length < 8 || length > size - pos) return { type, length };
    const wanted = sizeByType[type] as number;
    if (wanted !== 0 && wanted !== length) return { type, length };
    const action = actions[type] as number;
    // Most BUFFERs are memory pages: they are not even fetched.
    if (action === 0 || (action === ACTIONS.BUFFER && walk.buffer === "other")) {
      walk.record = builder.addRecord(pos, length, kind, 0);
      walk.pos = pos + length;
      continue;
    }
    if (pos + Math.min(length, AT_HAND) > end) return "bytes";
    walk.record = builder.addRecord(pos, length, kind, 0);
    if (!handle(walk, action, at, length)) return "await";
    walk.pos = pos + length;
    if (walk.skip > 0) passRawBytes(walk);
  }
}

/** Handles the record at hand; false if it has to wait for something. */
function handle(walk: Walk, action: number, at: number, length: number): boolean {
  switch (action) {
    case ACTIONS.FILE_DESC:
      onFileDesc(walk, at);
      break;
    case ACTIONS.OBJREF:
      onObjref(walk, at);
      break;
    case ACTIONS.FILE:
      onFile(walk, at, length);
      break;
    case ACTIONS.FILE_NAME:
      onFileName(walk, at, length);
      break;
    case ACTIONS.FILE_TABLE:
      onFileTable(walk, at);
      break;
    case ACTIONS.TASK:
      onTask(walk, length);
      break;
    case ACTIONS.STRING:
      onString(walk, at, length);
      break;
    case ACTIONS.TASK_OBJS:
      onTaskObjs(walk, at);
      break;
    case ACTIONS.BUFFER:
      if (walk.buffer === "pids" || walk.buffer === "pid-objects") return false;
      onBuffer(walk, at, length);
      break;
    case ACTIONS.SOCKET:
      onSocket(walk, length);
      break;
    case ACTIONS.SOCKET_UNIX:
    case ACTIONS.SOCKET_INET:
      onSocketAddress(walk, length, action === ACTIONS.SOCKET_UNIX);
      break;
    case ACTIONS.TTY:
      onTty(walk, length);
      break;
    case ACTIONS.TTY_LDISC:
      onTtyLdisc(walk);
      break;
    case ACTIONS.EPOLL_ITEMS:
      onEpollItems(walk, at);
      break;
    case ACTIONS.PIPE_BUF:
    case ACTIONS.FILE_PIPE:
      onPipeContents(walk, at, action === ACTIONS.FILE_PIPE);
      break;
    case ACTIONS.FS:
      // Two names follow, the working directory's and the root's.
      walk.named = -3;
      break;
    case ACTIONS.TREE:
      onTree(walk, at);
      break;
    case ACTIONS.PIDS:
      onPids(walk, at);
      break;
    case ACTIONS.HEADER:
      onHeader(walk, at, length);
      break;
    case ACTIONS.ERROR:
      onError(walk);
      break;
    case ACTIONS.TAIL:
      onTail(walk, at);
      break;
    default:
      return false;
  }
  return true;
}

/** Leaves the raw bytes that follow a record. */
function passRawBytes(walk: Walk): void {
  const { builder, kinds, source, pos, skip } = walk;
  const raw = Math.min(skip, source.size - pos);
  builder.addGap(pos, raw, kinds.raw, 0);
  if (raw < skip) fault(walk, "truncated", `The image ends inside ${skip} raw bytes: ${raw} are left.`, pos);
  walk.pos = pos + raw;
  walk.skip = 0;
}

/** Handles the record at hand where bytes elsewhere have to be read for it. Its row has been added. */
async function handleSlowly(walk: Walk): Promise<void> {
  const { builder, source, pos, pids } = walk;
  const length = builder.records.length[walk.record] as number;
  if (walk.buffer === "pids" || walk.buffer === "pid-objects") {
    const payload = new Uint8Array(await source.read(pos + 8, length - 8));
    if (walk.buffer === "pid-objects") pids.numbers = payload;
    else {
      pids.entries = payload;
      const wanted = pids.announced * pids.entrySize;
      if (payload.length !== wanted) {
        const what = `The pids of ${pids.announced} tasks take ${payload.length} bytes instead of ${wanted}.`;
        report(walk, "warning", "pids-length", what, pos + 4);
      }
    }
    walk.buffer = "other";
  } else if (length === 16) {
    // SOCKET_FRAG: a raw page of the writing machine follows.
    walk.skip = PAGE_SIZES[0] as number;
    for (const page of PAGE_SIZES) {
      if (!(await plausible(walk, pos + length + page))) continue;
      walk.skip = page;
      break;
    }
  } else {
    // HPAGE: no writer of these is known; the page is in a BUFFER or raw.
    const shift = readStruct(walk, "ckpt_hdr_hpage", length).number("shift");
    const page = shift < 40 ? 2 ** shift : 0;
    if (!(await plausible(walk, pos + length)) && (await plausible(walk, pos + length + page))) walk.skip = page;
  }
  walk.pos = pos + length;
  if (walk.skip > 0) passRawBytes(walk);
}

/** Whether a record could begin at `offset`: a known type, a length that fits. */
async function plausible({ source, window, kinds, littleEndian }: Walk, offset: number): Promise<boolean> {
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
}

/**
 * Goes past a record that does not fit, if what follows it makes sense; a known record with a wrong length is handled
 * as far as it can be. False if the walk cannot go on.
 */
async function handleMisfit(walk: Walk, actions: Uint8Array, type: number, length: number): Promise<boolean> {
  const { builder, kinds, dialect, source, pos } = walk;
  const kind = type < TYPES ? (kinds.byType[type] as number) : UNKNOWN;
  const left = source.size - pos;
  if (kind === UNKNOWN) {
    if (length < 8 || length > left || !(await plausible(walk, pos + length))) {
      fault(walk, "not-a-record", `There is no record where one should begin: type ${type}, length ${length}.`, pos);
      return false;
    }
    const what = `Record type ${type} is not known in ${dialect.name}; it is passed over.`;
    report(walk, "warning", "unknown-record", what, pos);
    builder.addRecord(pos, length, kinds.unknown(type), 0);
    walk.pos = pos + length;
    return true;
  }
  const name = dialect.recordName(type);
  const size = kinds.sizeByType[type] as number;
  let used = length;
  if (size !== 0 && size !== length && size <= left && (await plausible(walk, pos + size))) {
    const what = `${name} gives its length as ${length}; it is read as ${size}, as it should be.`;
    report(walk, "error", "record-length", what, pos + 4);
    used = size;
  } else if (length < 8) {
    fault(walk, "record-length", `${name} gives its length as ${length}; the least is 8.`, pos + 4);
    return false;
  } else if (length > left) {
    const what = `The image ends inside ${name}: ${length} bytes are announced, ${left} are left.`;
    fault(walk, "truncated", what, pos);
    return false;
  } else if (await plausible(walk, pos + length)) {
    report(walk, "error", "record-length", `${name} is ${length} bytes long instead of ${size}.`, pos + 4);
  } else {
    const what = `${name} gives its length as ${length} instead of ${size}; neither leads to another record.`;
    fault(walk, "record-length", what, pos + 4);
    return false;
  }
  walk.record = builder.addRecord(pos, used, kind, 0);
  if (used >= size) {
    await walk.window.fill(pos, Math.min(AT_HAND, left));
    handle(walk, actions[type] as number, pos - walk.window.start, used);
  }
  walk.pos = pos + used;
  if (walk.skip > 0) passRawBytes(walk);
  return true;
}

/** Says what the image lacks, and gives the tasks their pids. */
function finishWalk(walk: Walk): void {
  const { builder, source, pos, kinds, recognition } = walk;
  endTable(walk);
  closeTask(walk);
  givePids(walk);
  const left = source.size - pos;
  if (walk.string === "error")
    report(walk, "error", "error-record", "The dump failed; the writer did not say why.", pos);
  if (walk.complete) {
    if (left > 0) {
      report(
        walk,
        "note",
        "bytes-after-tail",
        `${left} bytes follow the end of the image; they are not looked at.`,
        pos,
      );
    }
  } else if (!walk.errorMet && !walk.faulted) {
    const where = left > 0 ? `inside the header of a record, of which it has ${left} bytes` : "before its TAIL record";
    report(walk, "error", "truncated", `The image ends ${where}.`, pos);
  }
  if (left > 0) builder.addGap(pos, left, kinds.lost, 0);
  if (recognition.doubt !== undefined) {
    report(walk, "warning", "dialect-doubt", `The dialect is not certain. ${recognition.doubt}`, 0);
  }
}

/** Gives each task its pids: the n-th entry is the n-th task's. */
function givePids(walk: Walk): void {
  const { pids, littleEndian } = walk;
  const { tasks } = walk.builder;
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
  if (walk.complete && tasks.count !== pids.announced) {
    const what = `The image announces ${pids.announced} tasks and holds ${tasks.count}.`;
    report(walk, "warning", "task-count", what, null);
  }
}

function head(walk: Walk): Head {
  const { recognition, source, kinds } = walk;
  return {
    format: "linux-cr",
    dialect: finalName(walk.dialect.name, walk.epollOrEventfdMet),
    evidence: recognition.evidence,
    complete: walk.complete,
    machine: recognition.machine,
    time: walk.time,
    facts: [...walk.facts],
    members: [{ name: source.name, size: source.size }],
    recordKinds: [...kinds.list],
    objectTypes: walk.objectTypes,
  };
}

/** Two dialects differ in epoll and eventfd alone; an image without either is named after the older. */
const finalName = (name: string, epollOrEventfdMet: boolean): string =>
  name === "v19-dev-20091104" && !epollOrEventfdMet ? "v19-dev-20091025" : name;
