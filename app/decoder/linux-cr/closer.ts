// Looks closely at one record or open file: reads its bytes again and tells its fields through the catalogue.

import { type Checkpoint, NONE, nameBytes } from "../../model/checkpoint.ts";
import type { Details, DetailValue, Field, Reference } from "../../model/fields.ts";
import { FILE_KINDS, flagNames, modeNames } from "../../model/names.ts";
import { visibleText } from "../../model/text.ts";
import type { Image } from "../image.ts";
import type { Source } from "../source.ts";
import type { Dialect } from "./dialect.ts";
import type { Layout, LayoutField } from "./layout.ts";
import { inetAddress, internetAddress, socketWords, structReader, terminalSide, unixAddress } from "./sockets.ts";

/** Bytes of a record that are read at most: structs are smaller, and payloads are not told byte by byte. */
const CLOSE_LOOK = 16 * 1024;
/** Entries of a table in a BUFFER that are told one by one. */
const MOST_ENTRIES = 256;

/** The close looks of an Image. */
export function lookCloser(
  source: Source,
  checkpoint: Checkpoint,
  dialect: Dialect,
): Pick<Image, "fields" | "details"> {
  const { records } = checkpoint;
  const { littleEndian } = checkpoint.machine;
  const context: Context = { checkpoint, dialect, littleEndian, refer: referrer(checkpoint) };

  const read = async (record: number): Promise<Uint8Array> =>
    source.read(records.offset[record] as number, Math.min(records.length[record] as number, CLOSE_LOOK));
  const kindName = (record: number): string => records.kinds[records.kind[record] ?? -1]?.name ?? "";

  let pipeEnds: Map<string, number[]> | null = null;

  return {
    async fields(record) {
      if (record < 0 || record >= records.count) return [];
      const bytes = await read(record);
      const before = record > 0 ? kindName(record - 1) : "";
      return recordFields(context, record, bytes, before);
    },

    async details(file) {
      const { files, fileRecords } = checkpoint;
      const record = files.record[file] ?? NONE;
      if (record === NONE) return {};
      const further: { name: string; record: number; bytes: Uint8Array }[] = [];
      for (let at = fileRecords.first[file] as number; at < (fileRecords.first[file + 1] as number); at++) {
        const row = fileRecords.record[at] as number;
        further.push({ name: kindName(row), record: row, bytes: await read(row) });
      }
      const own = await read(record);
      const struct = records.kinds[records.kind[record] as number]?.struct ?? "";
      const fileReader = structReader(dialect.struct(struct), own, littleEndian);
      const find = (name: string) => further.find((other) => other.name === name);
      const kind = FILE_KINDS[files.kind[file] as number];
      switch (kind) {
        case "pipe":
        case "fifo": {
          pipeEnds ??= endsByName(checkpoint);
          const key = visibleText(nameBytes(checkpoint, file));
          const buffered = find("PIPE_BUF") ?? find("FILE_PIPE");
          return {
            pipe: fileReader.number("pipe_objref"),
            end: pipeEnd(files.flags[file] as number),
            ...(kind === "pipe"
              ? {
                  otherEnds: (pipeEnds.get(key) ?? [])
                    .filter((row) => row !== file)
                    .map((row) => files.id[row] as number),
                }
              : {}),
            ...(buffered === undefined ? {} : { bufferedBytes: (records.length[buffered.record] as number) - 8 }),
          };
        }
        case "socket":
          return {
            socket: fileReader.number("sock_objref"),
            ...socketDetails(context, find("SOCKET")?.bytes, find("SOCKET_UNIX")?.bytes, find("SOCKET_INET")?.bytes),
          };
        case "tty": {
          const bytes = find("TTY")?.bytes;
          if (bytes === undefined) return {};
          const tty = structReader(dialect.struct("ckpt_hdr_tty"), bytes, littleEndian);
          const side = terminalSide(tty);
          const ldisc = find("TTY_LDISC")?.bytes;
          return {
            index: tty.number("index"),
            ...(side === null ? {} : { side }),
            rows: tty.number("winsize.ws_row"),
            columns: tty.number("winsize.ws_col"),
            ...(ldisc === undefined
              ? {}
              : {
                  bufferedBytes: structReader(dialect.struct("ckpt_hdr_ldisc_n_tty"), ldisc, littleEndian).number(
                    "datalen",
                  ),
                }),
          };
        }
        case "eventfd": {
          const layout = dialect.struct("ckpt_hdr_file_eventfd");
          const count = layout?.byName.get("count");
          return {
            count: count === undefined ? null : integer(own, count, littleEndian).toString(),
            eventfdFlags: fileReader.number("flags"),
          };
        }
        case "epoll": {
          const items = find("BUFFER");
          return { targets: items === undefined ? [] : await epollTargets(context, source, items.record) };
        }
        default:
          return {};
      }
    },
  };
}

interface Context {
  readonly checkpoint: Checkpoint;
  readonly dialect: Dialect;
  readonly littleEndian: boolean;
  /** The row that an objref names. */
  refer(objref: number): Reference | undefined;
}

/** Which end of a pipe a file is: pipes are open for reading or for writing. */
const pipeEnd = (flags: number): string => ["read", "write", "read and write"][flags & 3] ?? "unknown";

/** Pipe files by their name, which holds the number of the pipe. */
function endsByName(checkpoint: Checkpoint): Map<string, number[]> {
  const pipe = FILE_KINDS.indexOf("pipe");
  const ends = new Map<string, number[]>();
  for (let file = 0; file < checkpoint.files.count; file++) {
    if (checkpoint.files.kind[file] !== pipe) continue;
    const name = visibleText(nameBytes(checkpoint, file));
    const known = ends.get(name);
    if (known === undefined) ends.set(name, [file]);
    else known.push(file);
  }
  return ends;
}

function socketDetails(
  { dialect, littleEndian }: Context,
  socketRecord: Uint8Array | undefined,
  unixRecord: Uint8Array | undefined,
  inetRecord: Uint8Array | undefined,
): Details {
  if (socketRecord === undefined) return {};
  const words = socketWords(structReader(dialect.struct("ckpt_hdr_socket"), socketRecord, littleEndian));
  const details: Record<string, DetailValue> = { family: words.family, type: words.type };
  if (words.protocol !== "") details.protocol = words.protocol;
  if (words.state !== "") details.state = words.state;
  if (inetRecord !== undefined) {
    const inet = structReader(dialect.struct("ckpt_hdr_socket_inet"), inetRecord, littleEndian);
    details.local = internetAddress(inet, words.family, "local");
    details.remote = internetAddress(inet, words.family, "remote");
  }
  if (unixRecord !== undefined) {
    const unix = structReader(dialect.struct("ckpt_hdr_socket_unix"), unixRecord, littleEndian);
    details.local = unixAddress(unix.bytes("laddr"), unix.number("laddr_len"));
    details.remote = unixAddress(unix.bytes("raddr"), unix.number("raddr_len"));
    details.peer = unix.number("peer");
  }
  return details;
}

async function epollTargets(context: Context, source: Source, record: number): Promise<Details[]> {
  const { records, files } = context.checkpoint;
  const layout = context.dialect.struct("ckpt_eventpoll_item");
  if (layout === undefined) return [];
  const offset = (records.offset[record] as number) + 8;
  const length = Math.min((records.length[record] as number) - 8, MOST_ENTRIES * layout.size);
  const bytes = await source.read(offset, length);
  const targets: Details[] = [];
  for (let at = 0; at + layout.size <= bytes.length; at += layout.size) {
    const item = bytes.subarray(at, at + layout.size);
    const reader = structReader(layout, item, context.littleEndian);
    const data = layout.byName.get("data");
    const file = context.refer(reader.number("file_objref"));
    targets.push({
      fd: reader.number("fd"),
      events: reader.number("events"),
      data: data === undefined ? null : integer(item, data, context.littleEndian).toString(),
      file: file?.to === "file" ? (files.id[file.row] as number) : null,
    });
  }
  return targets;
}

/** Finds what an objref names. A search for each new objref: few are ever asked for. */
function referrer(checkpoint: Checkpoint): (objref: number) => Reference | undefined {
  const found = new Map<number, Reference | undefined>();
  return (objref) => {
    if (objref <= 0) return undefined;
    if (!found.has(objref)) found.set(objref, find(objref));
    return found.get(objref);
  };

  function find(objref: number): Reference | undefined {
    const { files, tables, objects } = checkpoint;
    const file = files.id.indexOf(objref);
    if (file >= 0) return { to: "file", row: file };
    const table = tables.id.indexOf(objref);
    if (table >= 0) return { to: "table", row: table };
    const object = objects.id.indexOf(objref);
    return object < 0 ? undefined : { to: "record", row: objects.record[object] as number };
  }
}

/** All fields of a record: its header, the struct's fields with the gaps between them, and what follows the struct. */
function recordFields(context: Context, record: number, bytes: Uint8Array, before: string): Field[] {
  const { records } = context.checkpoint;
  const base = records.offset[record] as number;
  const length = records.length[record] as number;
  const kind = records.kinds[records.kind[record] as number];
  if (kind === undefined || kind.type === NONE) return [payload(base, 0, length, bytes, null)];
  const layout = kind.struct === null ? undefined : context.dialect.struct(kind.struct);
  const fields: Field[] = [];
  let end = 0;
  const add = (field: Field, to: number): void => {
    fields.push(field);
    end = to;
  };
  add({ name: "type", type: "u32", offset: base, length: 4, raw: String(kind.type), meaning: kind.name }, 4);
  add({ name: "len", type: "u32", offset: base + 4, length: 4, raw: String(length), meaning: null }, 8);

  let open = false;
  for (const field of layout?.fields ?? []) {
    if (field.name === "h" || field.name === "common.h") continue;
    if (field.size === 0) open = true;
    // Members of a union share their bytes; the first one tells them.
    if (field.size === 0 || field.offset < end) continue;
    if (field.offset + field.size > Math.min(length, bytes.length)) break;
    if (field.offset > end) add(padding(base, end, field.offset), field.offset);
    add(structField(context, base, bytes, field), field.offset + field.size);
  }
  const structEnd = Math.min(open ? end : (layout?.size ?? 8), length);
  if (structEnd > end) add(padding(base, end, structEnd), structEnd);
  if (length > end) fields.push(...payloadFields(context, kind.name, before, base, end, length, bytes));
  return fields;
}

const padding = (base: number, from: number, to: number): Field => ({
  name: "padding",
  type: `u8[${to - from}]`,
  offset: base + from,
  length: to - from,
  raw: "",
  meaning: null,
  role: "padding",
});

const payload = (base: number, from: number, to: number, bytes: Uint8Array, text: string | null): Field => ({
  name: text === null ? "payload" : "text",
  type: text === null ? `u8[${to - from}]` : `char[${to - from}]`,
  offset: base + from,
  length: to - from,
  raw: text ?? hexText(bytes.subarray(from, to)),
  meaning: null,
  role: "payload",
});

const MOST_HEX = 32;

const hexText = (bytes: Uint8Array): string => {
  const shown = Array.from(bytes.subarray(0, MOST_HEX), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return bytes.length > MOST_HEX ? `${shown} …` : shown;
};

const TEXT_RECORDS = new Set(["STRING", "FILE_NAME", "LSM_INFO"]);

/** What follows a record's struct: text, a table of entries, or bytes. */
function payloadFields(
  context: Context,
  name: string,
  before: string,
  base: number,
  from: number,
  to: number,
  bytes: Uint8Array,
): Field[] {
  if (TEXT_RECORDS.has(name)) {
    const content = bytes.subarray(from, Math.min(to, bytes.length));
    const nul = content.indexOf(0, content[0] === 0 ? 1 : 0);
    return [payload(base, from, to, bytes, visibleText(nul < 0 ? content : content.subarray(0, nul)))];
  }
  const { dialect } = context;
  const entry =
    name !== "BUFFER"
      ? undefined
      : before === "TREE"
        ? (dialect.struct("ckpt_task_pids") ?? dialect.struct("ckpt_pids") ?? dialect.struct("ckpt_hdr_pids"))
        : before === "EPOLL_ITEMS"
          ? dialect.struct("ckpt_eventpoll_item")
          : undefined;
  return entry === undefined
    ? [payload(base, from, to, bytes, null)]
    : entryFields(context, entry, base, from, to, bytes);
}

function entryFields(
  context: Context,
  entry: Layout,
  base: number,
  from: number,
  to: number,
  bytes: Uint8Array,
): Field[] {
  const fields: Field[] = [];
  let at = from;
  const limit = Math.min(to, bytes.length);
  for (let index = 0; index < MOST_ENTRIES && at + entry.size <= limit; index++, at += entry.size) {
    let end = 0;
    for (const field of entry.fields) {
      if (field.offset > end) fields.push(padding(base + at, end, field.offset));
      const inner = structField(context, base + at, bytes.subarray(at, at + entry.size), field);
      fields.push({ ...inner, name: `[${index}].${field.name}` });
      end = field.offset + field.size;
    }
    if (end < entry.size) fields.push(padding(base + at, end, entry.size));
  }
  if (at < to) fields.push(payload(base, at, to, bytes, null));
  return fields;
}

/** One field of a struct. `bytes` begins with the struct; `base` is where it lies in the image. */
function structField(context: Context, base: number, bytes: Uint8Array, field: LayoutField): Field {
  const content = bytes.subarray(field.offset, field.offset + field.size);
  const place = { name: field.name, type: field.type, offset: base + field.offset, length: field.size };
  const short = field.name.slice(field.name.lastIndexOf(".") + 1);
  if (/^_?padd?ing$/.test(short)) return { ...place, raw: hexText(content), meaning: null, role: "padding" };
  if (field.type.startsWith("char[")) {
    const nul = content.indexOf(0);
    return { ...place, raw: visibleText(nul < 0 ? content : content.subarray(0, nul)), meaning: null };
  }
  if (!/^[us](8|16|32|64)$/.test(field.type)) {
    const address =
      field.type === "sockaddr_in"
        ? inetAddress(content, 16)
        : field.type === "sockaddr_un"
          ? unixAddress(content, 110)
          : "";
    return { ...place, raw: hexText(content), meaning: address === "" ? null : address };
  }
  const value = integer(bytes, field, context.littleEndian);
  const refers =
    /(objref|_ref|credref|secref)$/.test(short) || short === "this" || short === "peer"
      ? context.refer(Number(value))
      : undefined;
  return {
    ...place,
    raw: value.toString(),
    meaning: meaning(context, short, value),
    ...(refers === undefined ? {} : { refers }),
  };
}

function integer(bytes: Uint8Array, field: LayoutField, littleEndian: boolean): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { offset, type } = field;
  switch (type) {
    case "u8":
      return BigInt(view.getUint8(offset));
    case "u16":
      return BigInt(view.getUint16(offset, littleEndian));
    case "s16":
      return BigInt(view.getInt16(offset, littleEndian));
    case "u32":
      return BigInt(view.getUint32(offset, littleEndian));
    case "s32":
      return BigInt(view.getInt32(offset, littleEndian));
    case "s64":
      return view.getBigInt64(offset, littleEndian);
    default:
      return view.getBigUint64(offset, littleEndian);
  }
}

const TASK_STATE_WORDS: Record<string, string> = {
  0: "running",
  1: "sleeping",
  2: "uninterruptible",
  4: "stopped",
  8: "traced",
  64: "dead",
};

/** What a field's value means, by the field's name; `null` where the number says it all. */
function meaning({ dialect, checkpoint }: Context, name: string, value: bigint): string | null {
  const number = Number(value);
  switch (name) {
    case "f_flags":
      return `${flagNames(number, checkpoint.machine.arch).join(" | ")} (octal ${number.toString(8).padStart(2, "0")})`;
    case "f_mode":
      return modeNames(number).join(" | ");
    case "f_type":
      return dialect.enumName("CKPT_FILE", number) ?? null;
    case "objtype":
      return dialect.enumName("CKPT_OBJ", number) ?? null;
    case "vma_type":
      return dialect.enumName("CKPT_VMA", number) ?? null;
    case "arch_id":
      return dialect.enumName("CKPT_ARCH", number) ?? null;
    case "function_type":
      return dialect.enumName("CKPT_RESTART_BLOCK", number) ?? null;
    case "fd_close_on_exec":
      return number === 0 ? "kept on exec" : "closed on exec";
    case "state":
      return TASK_STATE_WORDS[number] ?? null;
    case "exit_state":
      return number === 16 ? "zombie" : number === 32 ? "dead" : null;
    case "time": {
      const date = new Date(number * 1000);
      return Number.isNaN(date.getTime()) ? null : date.toISOString().replace(".000Z", "Z");
    }
    case "magic":
    case "vm_start":
    case "vm_end":
    case "start_code":
    case "end_code":
    case "start_data":
    case "end_data":
    case "start_brk":
    case "brk":
    case "start_stack":
    case "ip":
    case "sp":
      return `0x${value.toString(16)}`;
    default:
      return null;
  }
}
