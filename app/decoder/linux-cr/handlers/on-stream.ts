// Records of the image as a whole: HEADER, OBJREF, BUFFER, STRING, TREE, PIDS, ERROR and TAIL.

import { NONE } from "../../../model/checkpoint.ts";
import { i32At } from "../../../model/read.ts";
import { textAndBytes, visibleText } from "../../../model/text/text.ts";
import { TAIL_MAGIC } from "../recognise.ts";
import { holds, i32, u32, u64 } from "../walk/record-bytes.ts";
import { announce, PATH_MAX, readStruct, report, reportRepeated, type Walk } from "../walk/walk.ts";
import { OBJECTS } from "./actions.ts";
import { newSocket, onSocketDirectory } from "./on-sockets.ts";
import { announceTaskObject } from "./on-task-objects.ts";
import { onComm } from "./on-tasks.ts";

/** HEADER: when and where the image was written. */
export function onHeader(walk: Walk): void {
  const { littleEndian, recognition, facts } = walk;
  if (facts.length > 0) {
    reportRepeated(walk, "HEADER");
    return;
  }
  const header = readStruct(walk, "ckpt_hdr_header");
  const timeAt = walk.dialect.struct("ckpt_hdr_header")?.byName.get("time")?.offset ?? 0;
  const time = timeAt > 0 ? u64(walk, timeAt) : null;
  // Out of the range of dates. The record's fields still show the raw value.
  walk.time = time !== null && time < 1n << 40n ? Number(time) : null;
  const version = ["major", "minor", "patch"].filter((part) => header.has(part));
  if (version.length > 0) {
    facts.push({ label: "kernel", value: version.map((part) => header.number(part)).join(".") });
  }
  facts.push(
    { label: "architecture", value: recognition.machine.arch ?? "unknown" },
    { label: "byte order", value: littleEndian ? "little-endian" : "big-endian" },
  );
  const uflags = header.number("uflags");
  if (uflags !== 0) facts.push({ label: "flags", value: uflagNames(uflags) });
  walk.nextBuffer = "uts";
}

const UFLAGS = ["SUBTREE", "NETNS"];

const uflagNames = (uflags: number): string =>
  UFLAGS.filter((_, bit) => (uflags & (1 << bit)) !== 0).join(" | ") || String(uflags);

/** OBJREF: announces an object; the records that describe it follow. */
export function onObjref(walk: Walk): void {
  if (!holds(walk, 16)) return;
  const { builder } = walk;
  const objtype = u32(walk, 8);
  const objref = i32(walk, 12);
  if (objref <= 0) {
    reportObjref(walk, objref);
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
  } else row = addOtherObject(walk, objtype, objref, kind);
  if (!announce(walk, objref, row, kind)) reportRepeatedObjref(walk, objref);
}

// In functions of their own, for the reason in on-file-desc.ts.

function reportObjref(walk: Walk, objref: number): void {
  const what = `An object is announced under objref ${objref}; objrefs are positive.`;
  report(walk, "error", "objref-value", what, walk.pos + 12);
}

const reportRepeatedObjref = (walk: Walk, objref: number): void =>
  report(walk, "error", "objref-repeated", `Objref ${objref} is announced a second time.`, walk.pos + 12);

/** CKPT_OBJ_IGNORE: no object is of this type. */
const IGNORE = 0;

/** Bytes of the object of a socket or terminal. */
const OBJECT_BYTES = 96;

/** Adds an object other than an open file or file table; returns its row among its kind. */
function addOtherObject(walk: Walk, objtype: number, objref: number, kind: number): number {
  const { record } = walk;
  if (objtype === IGNORE || objtype >= walk.objectTypes.length) {
    report(walk, "warning", "object-type", `Objref ${objref} has the unknown type ${objtype}.`, walk.pos + 8);
  }
  const object = walk.builder.addObject(objref, Math.min(objtype, 255), record);
  announceTaskObject(walk, objtype, objref);
  if (kind === OBJECTS.SOCK || kind === OBJECTS.TTY) walk.builder.charge(OBJECT_BYTES);
  if (kind === OBJECTS.SOCK) {
    walk.pendingSocket = walk.sockets.push(newSocket(record)) - 1;
    return walk.pendingSocket;
  }
  if (kind === OBJECTS.TTY) {
    walk.pendingTerminal = walk.terminals.push({ record, name: "tty:[not described]", ldisc: NONE }) - 1;
    return walk.pendingTerminal;
  }
  return object;
}

/** The names of the kernel that follow HEADER, in order. */
const UTS_LABELS = ["release", "build", "machine"];
const UTS_LENGTH = 65;

/** BUFFER: its meaning follows from the record before it. Pids are read in slow-records.ts: there may be many. */
export function onBuffer(walk: Walk): void {
  const { window, facts, at, held } = walk;
  if (walk.nextBuffer === "epoll") {
    walk.builder.addFileRecord(walk.epollFile, walk.record);
    walk.nextBuffer = "other";
  } else if (walk.nextBuffer === "uts") {
    const label = UTS_LABELS.find((name) => !facts.some((fact) => fact.label === name));
    if (label === undefined) return;
    const bytes = window.bytes.subarray(at + 8, at + Math.min(held, 8 + UTS_LENGTH));
    const end = bytes.indexOf(0);
    facts.push({ label, ...textAndBytes(end < 0 ? bytes : bytes.subarray(0, end)) });
    if (label === UTS_LABELS.at(-1)) walk.nextBuffer = "other";
  }
}

/** TREE: how many tasks there are; their pids follow. */
export function onTree(walk: Walk): void {
  const { pids } = walk;
  if (!holds(walk, 12)) return;
  if (pids.announced !== null) {
    reportRepeated(walk, "TREE");
    return;
  }
  pids.announced = Math.max(0, i32(walk, 8));
  walk.nextBuffer = "pids";
}

/** PIDS: how many pid objects there are; their numbers follow. */
export function onPids(walk: Walk): void {
  const { pids } = walk;
  if (!holds(walk, 20)) return;
  if (pids.firstObjref !== null) {
    reportRepeated(walk, "PIDS");
    return;
  }
  pids.objects = u32(walk, 8);
  pids.firstObjref = u32(walk, 16);
  walk.nextBuffer = "pid-objects";
}

/** STRING: a task's comm, the directory of a socket's name, or the reason why the dump failed. */
export function onString(walk: Walk): void {
  const { errorUnexplained, record } = walk;
  if (errorUnexplained !== NONE && record === errorUnexplained + 1) onErrorMessage(walk);
  else if (walk.nextString === "comm" && i32At(walk.builder.tasks.record, walk.task) === record - 1) {
    onComm(walk);
    walk.nextString = "other";
  } else onSocketDirectory(walk);
}

/** The STRING after ERROR. */
function onErrorMessage(walk: Walk): void {
  const { at, held } = walk;
  const { bytes } = walk.window;
  const end = at + Math.min(held, PATH_MAX);
  // A NUL before the message makes it easy to find from the end of the file. Later versions end it in a newline.
  const from = Math.min(bytes[at + 8] === 0 ? at + 9 : at + 8, end);
  let stop = from;
  while (stop < end && bytes[stop] !== 0) stop++;
  if (stop > from && bytes[stop - 1] === 10) stop--;
  if (stop === from) {
    reportUnexplained(walk);
    return;
  }
  report(walk, "error", "error-record", `The dump failed: ${visibleText(bytes.subarray(from, stop))}`, walk.pos);
  walk.errorUnexplained = NONE;
}

/** ERROR: the dump failed; a STRING with the reason follows. */
export function onError(walk: Walk): void {
  reportUnexplained(walk);
  walk.errorRecord = walk.record;
  walk.errorUnexplained = walk.record;
}

/** Reports an ERROR without the STRING that says why. */
export function reportUnexplained(walk: Walk): void {
  if (walk.errorUnexplained === NONE) return;
  const { offset } = walk.builder.placeOf(walk.errorUnexplained);
  report(walk, "error", "error-record", "The dump failed; the image gives no reason.", offset);
  walk.errorUnexplained = NONE;
}

/** TAIL: the end of the image. */
export function onTail(walk: Walk): void {
  const magic = u64(walk, 8);
  if (magic !== null && magic !== TAIL_MAGIC) {
    report(walk, "error", "tail-magic", "TAIL does not have its magic number.", walk.pos + 8);
  }
  walk.complete = walk.errorRecord === NONE && !walk.cut;
  walk.ended = true;
}
