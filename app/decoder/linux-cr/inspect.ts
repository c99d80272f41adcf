// Looks closely at one record or open file: reads its bytes again and tells them through the catalogue.

import { type Checkpoint, NONE, nameBytes } from "../../model/checkpoint.ts";
import type { Details, DetailValue, Reference } from "../../model/fields.ts";
import { FILE_KINDS } from "../../model/names.ts";
import { visibleText } from "../../model/text.ts";
import type { Image } from "../image.ts";
import type { Source } from "../source.ts";
import type { Dialect } from "./dialect.ts";
import { type FieldContext, integer, recordFields } from "./fields.ts";
import { internetAddress, socketWords, structReader, terminalSide, unixAddress } from "./struct-reader.ts";

/** Bytes of a record that are read at most: structs are smaller, and payloads are not told byte by byte. */
const CLOSE_LOOK = 16 * 1024;
/** Targets of an epoll that are told. */
const MOST_TARGETS = 256;

/** The close looks of an Image. */
export function inspect(source: Source, checkpoint: Checkpoint, dialect: Dialect): Pick<Image, "fields" | "details"> {
  const { records } = checkpoint;
  const { littleEndian } = checkpoint.machine;
  const context: FieldContext = { checkpoint, dialect, littleEndian, refer: referrer(checkpoint) };

  const read = async (record: number): Promise<Uint8Array> =>
    source.read(records.offset[record] as number, Math.min(records.length[record] as number, CLOSE_LOOK));
  const kindName = (record: number): string => records.kinds[records.kind[record] ?? -1]?.name ?? "";

  let pipeEnds: Map<string, number[]> | null = null;

  return {
    async fields(record) {
      if (record < 0 || record >= records.count) return [];
      const own = await read(record);
      // What a BUFFER holds is told by the record before it.
      const before = record > 0 ? await read(record - 1) : new Uint8Array(0);
      return recordFields(context, record, own, before);
    },

    async details(file) {
      const { files, fileRecords } = checkpoint;
      const record = files.record[file] ?? NONE;
      const kind = FILE_KINDS[files.kind[file] as number];
      // Most files are plain ones, whose columns say all there is.
      if (record === NONE || kind === "generic") return {};
      const further: { name: string; record: number; bytes: Uint8Array }[] = [];
      for (let at = fileRecords.first[file] as number; at < (fileRecords.first[file + 1] as number); at++) {
        const row = fileRecords.record[at] as number;
        further.push({ name: kindName(row), record: row, bytes: await read(row) });
      }
      const own = await read(record);
      const struct = records.kinds[records.kind[record] as number]?.struct ?? "";
      const fileReader = structReader(dialect.struct(struct), own, littleEndian);
      const find = (name: string) => further.find((other) => other.name === name);
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
  { dialect, littleEndian }: FieldContext,
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

async function epollTargets(context: FieldContext, source: Source, record: number): Promise<Details[]> {
  const { records, files } = context.checkpoint;
  const layout = context.dialect.struct("ckpt_eventpoll_item");
  if (layout === undefined) return [];
  const offset = (records.offset[record] as number) + 8;
  const length = Math.min((records.length[record] as number) - 8, MOST_TARGETS * layout.size);
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
