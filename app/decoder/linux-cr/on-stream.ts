// Records of the image as a whole: HEADER, OBJREF, BUFFER, STRING, TREE, PIDS, ERROR and TAIL. `at` is where the record
// begins in the window.

import { NONE } from "../../model/checkpoint.ts";
import { decodeText, visibleText } from "../../model/text.ts";
import { OBJECTS } from "./actions.ts";
import { onComm } from "./on-tasks.ts";
import { TAIL_MAGIC } from "./recognise.ts";
import { announce, PATH_MAX, readStruct, report, type Walk } from "./walk.ts";

/** HEADER: when and where the image was written. */
export function onHeader(walk: Walk, at: number, length: number): void {
  const { window, littleEndian, recognition, facts } = walk;
  const header = readStruct(walk, "ckpt_hdr_header", length);
  const timeAt = walk.dialect.struct("ckpt_hdr_header")?.byName.get("time")?.offset ?? 0;
  if (timeAt > 0 && length >= timeAt + 8) {
    const time = window.view.getBigUint64(at + timeAt, littleEndian);
    // Out of the range of dates. The record's fields still show the raw value.
    walk.time = time < 1n << 40n ? Number(time) : null;
  }
  facts.push(
    { label: "kernel", value: ["major", "minor", "patch"].map((part) => header.number(part)).join(".") },
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
export function onObjref(walk: Walk, at: number): void {
  const { window, littleEndian, builder } = walk;
  const objtype = window.view.getUint32(at + 8, littleEndian);
  const objref = window.view.getInt32(at + 12, littleEndian);
  if (objref <= 0) {
    const what = `An object is announced under objref ${objref}; objrefs are positive.`;
    report(walk, "error", "objref-value", what, walk.pos + 12);
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
  if (!announce(walk, objref, row, kind)) {
    report(walk, "error", "objref-repeated", `Objref ${objref} is announced a second time.`, walk.pos + 12);
  }
}

/** Adds an object other than an open file or file table; returns its row among its kind. */
function addOtherObject(walk: Walk, objtype: number, objref: number, kind: number): number {
  const { record } = walk;
  if (objtype >= walk.objectTypes.length) {
    report(walk, "warning", "object-type", `Objref ${objref} has the unknown type ${objtype}.`, walk.pos + 8);
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

/** The names of the kernel that follow HEADER, in order. */
const UTS_LABELS = ["release", "build", "machine"];
const UTS_LENGTH = 65;

/** BUFFER: its meaning follows from the record before it. Pids are read in slow-records.ts: there may be many. */
export function onBuffer(walk: Walk, at: number, length: number): void {
  const { window, facts } = walk;
  if (walk.nextBuffer === "epoll") {
    walk.builder.addFileRecord(walk.epollFile, walk.record);
    walk.nextBuffer = "other";
  } else if (walk.nextBuffer === "uts") {
    const label = UTS_LABELS.find((name) => !facts.some((fact) => fact.label === name));
    if (label === undefined) return;
    const bytes = window.bytes.subarray(at + 8, at + Math.min(length, 8 + UTS_LENGTH));
    const end = bytes.indexOf(0);
    facts.push({ label, value: decodeText(end < 0 ? bytes : bytes.subarray(0, end)) });
    if (label === UTS_LABELS.at(-1)) walk.nextBuffer = "other";
  }
}

/** TREE: how many tasks there are; their pids follow. */
export function onTree(walk: Walk, at: number): void {
  walk.pids.announced = Math.max(0, walk.window.view.getInt32(at + 8, walk.littleEndian));
  walk.nextBuffer = "pids";
}

/** PIDS: how many pid objects there are; their numbers follow. */
export function onPids(walk: Walk, at: number): void {
  const { window, littleEndian, pids } = walk;
  pids.objects = window.view.getUint32(at + 8, littleEndian);
  pids.firstObjref = window.view.getUint32(at + 16, littleEndian);
  walk.nextBuffer = "pid-objects";
}

/** STRING: a task's comm, or the reason why the dump failed. */
export function onString(walk: Walk, at: number, length: number): void {
  if (walk.nextString === "comm") onComm(walk, at, length);
  else if (walk.nextString === "error") onErrorMessage(walk, at, length);
  walk.nextString = "other";
}

/** The STRING after ERROR. */
function onErrorMessage(walk: Walk, at: number, length: number): void {
  const { bytes } = walk.window;
  const end = at + Math.min(length, PATH_MAX);
  // A NUL before the message makes it easy to find from the end of the file. Later versions end it in a newline.
  const from = bytes[at + 8] === 0 ? at + 9 : at + 8;
  let stop = from;
  while (stop < end && bytes[stop] !== 0) stop++;
  if (bytes[stop - 1] === 10) stop--;
  const text = visibleText(bytes.subarray(from, Math.max(from, stop)));
  report(walk, "error", "error-record", `The dump failed: ${text}`, walk.pos);
}

/** ERROR: the dump failed; a STRING with the reason follows. */
export function onError(walk: Walk): void {
  walk.errorMet = true;
  walk.nextString = "error";
}

/** TAIL: the end of the image. */
export function onTail(walk: Walk, at: number): void {
  if (walk.window.view.getBigUint64(at + 8, walk.littleEndian) !== TAIL_MAGIC) {
    report(walk, "error", "tail-magic", "TAIL does not have its magic number.", walk.pos + 8);
  }
  walk.complete = true;
}
