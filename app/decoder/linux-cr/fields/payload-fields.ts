// The fields of payloads after a record's struct: texts, pids, auxiliary vectors, pages, epoll items.

import type { RecordRow } from "../../../model/rows.ts";
import { bytesView, visibleText } from "../../../model/text/text.ts";
import type { Dialect } from "../catalogue/dialect.ts";
import { addBytes, addRest, type FieldContext, type FieldCursor, isAvailable } from "./field-cursor.ts";
import { addEntries, addField, MOST_ENTRIES } from "./struct-fields.ts";

/** The contents of a payload. */
type Purpose = "text" | "pids" | "pid-objects" | "depths" | "auxv" | "pages" | "epoll-items" | "tls" | "ldt" | "bytes";

/** By record. A BUFFER's purpose follows from the records before it. */
const PURPOSES: Readonly<Record<string, Purpose>> = {
  STRING: "text",
  FILE_NAME: "text",
  LSM_INFO: "text",
  THREAD: "tls",
  THREAD_TLS: "tls",
  MM_CONTEXT_LDT: "ldt",
};

const BUFFER_AFTER: Readonly<Record<string, Purpose>> = {
  HEADER: "text",
  CONTAINER: "text",
  TREE: "pids",
  PIDS: "pid-objects",
  VPIDS: "depths",
  MM: "auxv",
  PGARR: "pages",
  EPOLL_ITEMS: "epoll-items",
};

/** HEADER is followed by three names of the kernel. */
const NAMES = 3;

/** The purpose of a record's payload. */
function payloadPurpose({ checkpoint }: FieldContext, record: RecordRow): Purpose {
  const { records } = checkpoint;
  const name = (row: RecordRow): string => records.kinds[records.kind[row] ?? -1]?.name ?? "";
  const own = name(record);
  if (own !== "BUFFER") return PURPOSES[own] ?? "bytes";
  const before = name(record - 1);
  if (before !== "BUFFER") return BUFFER_AFTER[before] ?? "bytes";
  if (record <= NAMES && name(0) === "HEADER") return "text";
  return name(record - 2) === "TREE" ? "depths" : "bytes";
}

/**
 * Adds the fields of the payload after a record's struct.
 *
 * @param name Name of the record.
 * @param previous Bytes of the record before it.
 */
export function addPayload(cursor: FieldCursor, record: RecordRow, name: string, previous: Uint8Array): void {
  const { dialect, checkpoint, littleEndian } = cursor.context;
  if (cursor.end >= cursor.length) return;
  switch (payloadPurpose(cursor.context, record)) {
    case "text":
      addText(cursor);
      return;
    case "pids":
      addEntries(cursor, "", pidsStruct(dialect), Number.POSITIVE_INFINITY);
      break;
    case "pid-objects":
      addPidObjects(cursor);
      break;
    case "depths":
      addEntries(cursor, "vpid", "s32", Number.POSITIVE_INFINITY);
      break;
    case "epoll-items":
      addEntries(cursor, "", "ckpt_eventpoll_item", Number.POSITIVE_INFINITY);
      break;
    case "tls":
      addEntries(cursor, "tls", "u64", Number.POSITIVE_INFINITY);
      break;
    case "ldt":
      addEntries(cursor, "ldt", "u64", Number.POSITIVE_INFINITY);
      break;
    case "auxv":
      addAuxv(cursor);
      break;
    case "pages": {
      const pages = previous.length < 16 ? 0n : bytesView(previous).getBigUint64(8, littleEndian);
      addPages(cursor, Number(pages), checkpoint.machine.wordSize ?? 8);
      break;
    }
    default:
  }
  addRest(cursor, name === "CPU_FPU" ? "xstate" : "payload", "payload");
}

const pidsStruct = (dialect: Dialect): string =>
  ["ckpt_task_pids", "ckpt_pids", "ckpt_hdr_pids"].find((name) => dialect.struct(name) !== undefined) ?? "";

/** Whether the image ends inside the record. */
const isCutOff = ({ bytes, length, context }: FieldCursor): boolean =>
  bytes.length >= 8 && bytesView(bytes).getUint32(4, context.littleEndian) > length;

/** The rest of the record is text up to a NUL. The text of an error has another NUL before it. */
function addText(cursor: FieldCursor): void {
  const { base, bytes, end, length } = cursor;
  const content = bytes.subarray(end, length);
  const nul = content.indexOf(0, content[0] === 0 ? 1 : 0);
  cursor.fields.push({
    name: "text",
    type: `char[${length - end}]`,
    offset: base + end,
    length: length - end,
    raw: visibleText(nul < 0 ? content : content.subarray(0, nul)),
    meaning: null,
    role: "payload",
    ...(nul < 0 && isCutOff(cursor) ? { cut: true } : {}),
  });
  cursor.end = length;
}

/** Entries of {u32 depth; s32 numbers[depth + 1]}, packed. */
function addPidObjects(cursor: FieldCursor): void {
  const { context, bytes } = cursor;
  for (let index = 0; index < MOST_ENTRIES; index++) {
    const from = cursor.end;
    if (!isAvailable(cursor, from + 4)) return;
    const depth = bytesView(bytes).getUint32(from, context.littleEndian);
    if (depth > MOST_ENTRIES) return;
    addField(cursor, from, `[${index}].`, { name: "depth", type: "u32", offset: 0, size: 4 });
    for (let level = 0; level <= depth; level++) {
      if (!isAvailable(cursor, from + 8 + 4 * level)) return;
      const number = { name: `numbers[${level}]`, type: "s32", offset: 0, size: 4 };
      addField(cursor, from + 4 + 4 * level, `[${index}].`, number);
    }
  }
}

/** Pairs of a type and a value: unsigned longs of the writing machine up to v19-rc3, u64 from v19 on. */
function addAuxv(cursor: FieldCursor): void {
  const { checkpoint, dialect } = cursor.context;
  // HEADER has the vector's size in entries from v19 on, in bytes before.
  const constants = dialect.struct("ckpt_hdr_header")?.byName;
  const long = constants?.has("constants.at_vector_size") ? 8 : (checkpoint.machine.wordSize ?? 8);
  const type = long === 4 ? "u32" : "u64";
  for (let index = 0; index < MOST_ENTRIES; index++) {
    const from = cursor.end;
    if (!isAvailable(cursor, from + long)) return;
    addField(cursor, from, `auxv[${index}].`, { name: "a_type", type, offset: 0, size: long });
    if (!isAvailable(cursor, from + 2 * long)) return;
    addField(cursor, from + long, `auxv[${index}].`, { name: "a_val", type, offset: 0, size: long });
  }
}

/** The addresses of all pages, then the pages. */
function addPages(cursor: FieldCursor, pages: number, wordSize: 4 | 8): void {
  const start = cursor.end;
  const addresses = start + pages * wordSize;
  if (pages === 0 || addresses > cursor.length) return;
  addEntries(cursor, "address", wordSize === 4 ? "u32" : "u64", pages);
  if (cursor.end < addresses) addBytes(cursor, "addresses", addresses, "payload");
  if (cursor.end < cursor.length) addBytes(cursor, "pages", cursor.length, "payload");
}
