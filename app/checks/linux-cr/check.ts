// Checks a Linux-CR image: one walk over its records, in blocks, re-reading the bytes of those that rules check.

import { createIdIndex } from "../../decoder/id-index.ts";
import type { Image } from "../../decoder/image.ts";
import { type Dialect, dialectOnMachine } from "../../decoder/linux-cr/catalogue/dialect.ts";
import { DIALECT_NAMES } from "../../decoder/linux-cr/catalogue/dialect-names.ts";
import { openWindow } from "../../decoder/window.ts";
import { type Checkpoint, NONE, type RecordKind } from "../../model/checkpoint.ts";
import { moveTo, recordCursor, recordLength, recordOffset } from "../../model/records.ts";
import { isSound } from "../filter.ts";
import { createFindingList } from "../finding.ts";
import type { Findings } from "../findings.ts";
import { compareHost } from "../host/compare.ts";
import { type FlagMasks, flagMasks } from "../open-flags.ts";
import type { CheckOptions } from "../options.ts";
import { withSubjects } from "../subject.ts";
import { demandsOf } from "./demands.ts";
import { descriptorCheck, fileCheck, onEpollItems, onFileName, onFileTable, onPipeContents } from "./on-files.ts";
import { checkEpolls, GROUPINFO_BYTES, onGroupinfo, onSignal, onSocketUnix, onTty, socketCheck } from "./on-objects.ts";
import {
  checkPids,
  objectTypesOf,
  onBuffer,
  onHeader,
  onHeaderArch,
  onObjref,
  onPids,
  onTail,
  onTree,
  onVpids,
} from "./on-stream.ts";
import {
  endTask,
  onCpu,
  onCpuFpu,
  onFs,
  onLdt,
  onMm,
  onMmContext,
  onPgarr,
  onSighand,
  onSigpending,
  onString,
  onTask,
  onTaskObjs,
  onThread,
  onThreadTls,
  onVma,
} from "./on-tasks.ts";
import { addProblems, isBroken } from "./problems.ts";
import { MUST_BE_USED, type Reference, referencesOf } from "./references.ts";
import { LINUX_CR_RULES } from "./rules.ts";
import {
  checkedField,
  expect,
  type Fields,
  faultAt,
  fieldFault,
  type KindInfo,
  orderFault,
  type Scan,
} from "./scan.ts";
import { SUCCESSORS } from "./successors.ts";
import { createUsualChecks, type UsualChecks } from "./usual.ts";

/** Checks of records by name. */
const CHECKS: Readonly<Record<string, (scan: Scan) => void>> = {
  HEADER: (scan) => onHeader(scan, DIALECT_NAMES),
  HEADER_ARCH: onHeaderArch,
  BUFFER: onBuffer,
  TREE: onTree,
  TTY: onTty,
  SOCKET_UNIX: onSocketUnix,
  VPIDS: onVpids,
  PIDS: onPids,
  OBJREF: onObjref,
  TAIL: (scan) => {
    endTask(scan);
    onTail(scan);
  },
  FILE_TABLE: onFileTable,
  FILE_NAME: onFileName,
  FILE_PIPE: onPipeContents,
  PIPE_BUF: onPipeContents,
  EPOLL_ITEMS: (scan) => onEpollItems(scan, useOpenFile),
  TASK: onTask,
  STRING: onString,
  TASK_OBJS: onTaskObjs,
  THREAD: onThread,
  THREAD_TLS: onThreadTls,
  CPU: onCpu,
  CPU_FPU: onCpuFpu,
  MM: onMm,
  VMA: onVma,
  PGARR: onPgarr,
  MM_CONTEXT: onMmContext,
  MM_CONTEXT_LDT: onLdt,
  SIGNAL: onSignal,
  SIGPENDING: onSigpending,
  SIGHAND: onSighand,
  FS: onFs,
  GROUPINFO: onGroupinfo,
};

/** Checks of records that are prepared for the dialect, because they are frequent or their fields' names are not unique. */
const PREPARED: Readonly<Record<string, (fields: Fields, dialect: Dialect, masks: FlagMasks) => (scan: Scan) => void>> =
  {
    FILE_DESC: descriptorCheck,
    FILE: fileCheck,
    SOCKET: socketCheck,
  };

/** Most bytes that are read of records whose payload is checked. */
const MOST_READ: Readonly<Record<string, number>> = { FILE_NAME: 4096 + 8, GROUPINFO: GROUPINFO_BYTES };
/** After this many records that need not be read, few of the next bytes may be needed. */
const FAR = 1024;
const LARGEST_BUFFER = 64 * 1024 * 1024;

const holds = (dialect: string, from: string | undefined, until: string | undefined): boolean => {
  const place = DIALECT_NAMES.indexOf(dialect);
  return (
    (from === undefined || place >= DIALECT_NAMES.indexOf(from)) &&
    (until === undefined || place <= DIALECT_NAMES.indexOf(until))
  );
};

/** A name that V8 has interned, as it interns names of properties: these are compared by address, not byte by byte. */
const nameKept = (name: string): string => Object.keys({ [name]: true })[0] as string;

/** `null`: bytes in no record. */
function kindInfo({ type, name: ownName, struct }: RecordKind, dialect: Dialect, masks: FlagMasks): KindInfo | null {
  if (type === NONE) return null;
  const name = nameKept(ownName);
  const layout = struct === null ? undefined : dialect.struct(struct);
  const size = layout?.size ?? 8;
  const fields: Fields = new Map(
    (layout?.fields ?? []).map((field) => [
      nameKept(field.name.slice(field.name.lastIndexOf(".") + 1)),
      checkedField(field),
    ]),
  );
  const successor = SUCCESSORS.find(({ after, from, until }) => after === name && holds(dialect.name, from, until));
  const references = referencesOf({ type, name, struct }, dialect, DIALECT_NAMES);
  const check = PREPARED[name]?.(fields, dialect, masks) ?? CHECKS[name] ?? null;
  return {
    name,
    isObjref: name === "OBJREF",
    isBuffer: name === "BUFFER",
    isUnknown: name.startsWith("unknown record"),
    need: MOST_READ[name] ?? (check !== null || references.length > 0 ? size : 0),
    size,
    fields,
    references,
    next: successor?.next ?? null,
    check,
  };
}

const NO_KIND: KindInfo = {
  name: "",
  isObjref: false,
  isBuffer: false,
  isUnknown: false,
  need: 0,
  size: 8,
  fields: new Map(),
  references: [],
  next: null,
  check: null,
};

function beginScan(image: Image, dialect: Dialect): Scan {
  const { checkpoint } = image;
  const source = image.sources[0];
  if (source === undefined) throw new Error("an image without a source");
  const most = checkpoint.files.count + checkpoint.tables.count + checkpoint.objects.count;
  return {
    checkpoint,
    dialect,
    littleEndian: checkpoint.machine.littleEndian,
    window: openWindow(source),
    list: createFindingList(LINUX_CR_RULES, checkpoint.dialect, DIALECT_NAMES),
    byObjref: createIdIndex(),
    objects: 0,
    reserved: new Set(),
    objectType: new Uint8Array(most),
    objectRecord: new Int32Array(most),
    objectUsed: new Uint8Array(most),
    objectTypes: objectTypesOf(dialect),
    dangling: new Uint8Array(256),
    lost: new Uint8Array(256),
    explained: new Set(),
    forward: [],
    record: NONE,
    offset: 0,
    at: 0,
    length: 0,
    kind: NO_KIND,
    broken: isBroken(checkpoint),
    next: null,
    after: "",
    due: null,
    utsLeft: 0,
    xstateSize: -1,
    features: new Map(),
    commLength: -1,
    ldtEntries: -1,
    namesDue: 0,
    taskRecord: NONE,
    taskNeedsObjects: false,
    tasks: 0,
    tableRecord: NONE,
    tableAnnounced: -1,
    tableMet: 0,
    lastFd: -1,
    treeRecord: NONE,
    treeTasks: -1,
    pidsRecord: NONE,
  };
}

/**
 * Checks an image.
 *
 * @throws the signal's reason if checking was aborted; SourceError if bytes cannot be read.
 */
export async function checkLinuxCr(image: Image, options: CheckOptions = {}): Promise<Findings> {
  const { checkpoint } = image;
  const { records } = checkpoint;
  const dialect = dialectOnMachine(checkpoint.dialect, checkpoint.machine.arch);
  const masks = flagMasks(checkpoint.machine.arch);
  const kinds = records.kinds.map((kind) => kindInfo(kind, dialect, masks));
  const scan = beginScan(image, dialect);
  const usual = options.kernels === false ? null : createUsualChecks(image, kinds, dialect, masks);
  const { window } = scan;
  const size = checkpoint.members[0]?.size ?? 0;

  let row = 0;
  while (row < records.count) {
    row = checkBlock(scan, kinds, usual, row);
    if (row >= records.count) break;
    options.signal?.throwIfAborted();
    const offset = recordOffset(records, row);
    const need = needOf(scan, kinds[records.kind[row] as number] ?? NO_KIND, recordLength(records, row));
    await window.fill(offset, need, (usual?.before(row) ?? 0) > FAR);
    options.onProgress?.({ bytes: offset, size, objects: row });
    // The source has become shorter: the rest cannot be checked.
    if (window.end - offset < need) break;
  }
  finishScan(scan);
  addProblems(scan.list, checkpoint, scan.explained);
  if (!checkpoint.complete && isSound(scan.list.finish().findings)) {
    const place = { record: null, field: null, offset: null };
    scan.list.add("image-incomplete", "Parts of the image are missing.", place);
  }
  options.onProgress?.({ bytes: size, size, objects: records.count });
  const found = scan.list.finish();
  const findings = withSubjects(checkpoint, found.findings);
  if (options.host === undefined) return { ...found, findings };
  const demands = demandsOf(checkpoint, scan.features);
  return { ...found, findings, demands, host: compareHost("linux-cr", demands, [], options.host) };
}

/** How many of a record's `length` bytes its checks read. */
const needOf = (scan: Scan, kind: KindInfo, length: number): number =>
  kind.isBuffer ? bufferNeed(scan, length) : Math.min(length, kind.need);

const bufferNeed = ({ due }: Scan, length: number): number =>
  due?.check !== undefined && length <= LARGEST_BUFFER ? length : 8;

/** Checks records from `from` on; returns the first row whose bytes are not in the window. */
function checkBlock(scan: Scan, kinds: readonly (KindInfo | null)[], usual: UsualChecks | null, from: number): number {
  const { checkpoint, window } = scan;
  const { kind } = checkpoint.records;
  const cursor = recordCursor(checkpoint.records);
  const count = wholeRecords(checkpoint);
  for (let row = from; row < count; row++) {
    if (usual !== null) row = usual.check(scan, row);
    if (row >= count) break;
    const info = kinds[kind[row] as number] ?? null;
    if (info === null) continue;
    moveTo(cursor, row);
    const { offset: start, length } = cursor;
    const need = needOf(scan, info, length);
    if (need > 0 && (start < window.start || start + need > window.end)) return row;
    // The dump failed here: nothing follows, and the decoder reports why.
    if (info.name === "ERROR") return checkpoint.records.count;
    scan.record = row;
    scan.offset = start;
    scan.at = (start - window.start) | 0;
    scan.length = length;
    scan.kind = info;
    checkRecord(scan, info);
  }
  return checkpoint.records.count;
}

/** How many records are complete: if the last one is cut off, the decoder reports it. */
function wholeRecords({ records, problems }: Checkpoint): number {
  const last = records.count - 1;
  if (last < 0) return 0;
  const start = recordOffset(records, last);
  return problems.some(({ code, offset }) => code === "truncated" && offset === start) ? last : records.count;
}

function checkRecord(scan: Scan, kind: KindInfo): void {
  if (kind.isUnknown) return;
  if (!kind.isObjref) {
    if (scan.next !== null) {
      if (!scan.next.includes(kind.name)) reportOrder(scan, scan.next);
      scan.next = null;
    }
    if (!kind.isBuffer) scan.due = null;
    if (kind.next !== null) expect(scan, kind.next);
  }
  if (scan.length < kind.size) return;
  kind.check?.(scan);
  for (const reference of kind.references) checkReference(scan, reference);
}

const reportOrder = (scan: Scan, next: readonly string[]): void =>
  orderFault(scan, `${scan.kind.name} follows ${scan.after}, which must be followed by ${next.join(" or ")}.`);

function checkReference(scan: Scan, reference: Reference): void {
  const objref = scan.window.view.getInt32(scan.at + reference.offset, scan.littleEndian);
  if (objref <= 0 && (reference.optional || reference.checked)) {
    // The descriptor's own check reports it; its target is unknown.
    if (!reference.optional) scan.dangling[reference.type] = 1;
    return;
  }
  const object = objref > 0 ? scan.byObjref.get(objref) : NONE;
  if (object === NONE) {
    if (reference.unrecorded) return;
    if (reference.forward) scan.forward.push({ objref, record: scan.record, reference });
    else fieldReferenceFault(scan, reference, objref, scan.record);
    return;
  }
  if (!reference.own) scan.objectUsed[object] = 1;
  const type = scan.objectType[object] as number;
  if (reference.type < 0 || type === reference.type) return;
  typeFault(scan, reference, objref, type);
}

function typeFault(scan: Scan, reference: Reference, objref: number, type: number): void {
  scan.dangling[reference.type] = 1;
  const name = scan.dialect.enumName("CKPT_OBJ", type);
  const message = `${scan.kind.name}'s ${reference.field} is ${objref}, which names a ${name}, not a ${reference.typeName}.`;
  fieldFault(scan, reference.mismatch, shortName(reference.field), message, "ENOMSG");
}

const shortName = (field: string): string => field.slice(field.lastIndexOf(".") + 1);

function fieldReferenceFault(scan: Scan, reference: Reference, objref: number, record: number): void {
  if (reference.type >= 0) {
    scan.dangling[reference.type] = 1;
    if (scan.lost[reference.type] === 1) return;
  }
  const { records } = scan.checkpoint;
  const name = records.kinds[records.kind[record] as number]?.name;
  const when = reference.forward ? "no object of the image" : "no object that was described before it";
  const message = `${name}'s ${reference.field} is ${objref}, which names ${when}.`;
  faultAt(scan, reference.unknown, record, reference.field, reference.offset, message);
}

/** Marks the open file of an objref as used; false if the objref names none. */
function useOpenFile(scan: Scan, objref: number): boolean {
  const object = objref > 0 ? scan.byObjref.get(objref) : NONE;
  if (object === NONE) return false;
  scan.objectUsed[object] = 1;
  return scan.objectType[object] === scan.dialect.enums.CKPT_OBJ?.get("FILE");
}

/** Checks that need the whole image. */
function finishScan(scan: Scan): void {
  if (scan.broken) return;
  for (const { objref, record, reference } of scan.forward) {
    const object = scan.byObjref.get(objref);
    if (object === NONE) fieldReferenceFault(scan, reference, objref, record);
    else scan.objectUsed[object] = 1;
  }
  if (scan.treeTasks >= 0 && scan.treeTasks !== scan.tasks) {
    const message = `TREE announces ${scan.treeTasks} tasks, but ${scan.tasks} follow.`;
    faultAt(scan, "H29", scan.treeRecord, "nr_tasks", 8, message);
  }
  checkEpolls(scan);
  if (scan.pidsRecord !== NONE) checkPids(scan, createIdIndex(), scan.checkpoint);
  checkObjects(scan);
}

function checkObjects(scan: Scan): void {
  const { checkpoint, dialect, dangling } = scan;
  const table = dialect.enums.CKPT_OBJ?.get("FILE_TABLE") ?? -1;
  const mustBeUsed = new Uint8Array(256);
  for (const name of MUST_BE_USED) mustBeUsed[dialect.enums.CKPT_OBJ?.get(name) ?? 255] = 1;
  for (const record of undescribed(checkpoint)) {
    faultAt(scan, "H1", record, "type", 0, "An object is announced, but its records do not follow.");
  }
  for (let object = 0; object < scan.objects; object++) {
    const type = scan.objectType[object] as number;
    if (scan.objectUsed[object] === 1 || dangling[type] === 1) continue;
    const record = scan.objectRecord[object] as number;
    if (type === table) {
      faultAt(scan, "table-without-task", record, "objref", 12, "No task uses this file table.");
    } else if (mustBeUsed[type] === 1) {
      const name = dialect.enumName("CKPT_OBJ", type);
      faultAt(scan, "object-unused", record, "objref", 12, `Nothing refers to this object, a ${name}.`);
    }
  }
}

/** Records that announce file tables and open files without a description. */
function* undescribed({ files, tables, records }: Checkpoint): Generator<number> {
  for (const { count, record } of [tables, files]) {
    for (let row = 0; row < count; row++) {
      const at = record[row] as number;
      if (records.kinds[records.kind[at] as number]?.name === "OBJREF") yield at;
    }
  }
}
