// Details of an open file that the columns do not have, by kind of file: `details` of `show --json`.

import { type Checkpoint, furtherRecords, HAS, NONE, nameBytes } from "../../../model/checkpoint.ts";
import type { Details, DetailValue } from "../../../model/fields.ts";
import { areOtherEnds } from "../../../model/links.ts";
import { FILE_KINDS, fileKind, SOCKET_STATES } from "../../../model/names/names.ts";
import { writtenOutside } from "../../../model/outside.ts";
import { i32At, u8At, u32At } from "../../../model/read.ts";
import { recordLength, recordOffset } from "../../../model/records.ts";
import type { FileRow, RecordRow } from "../../../model/rows.ts";
import { decodeText, visibleText } from "../../../model/text/text.ts";
import type { LinksBuilder } from "../../builder/details.ts";
import type { Source } from "../../source.ts";
import type { Dialect } from "../catalogue/dialect.ts";
import { integer, type StructReader, structReader } from "../struct-reader.ts";
import { readFdinfo } from "./fdinfo-details.ts";
import { internetAddress, unixAddress } from "./socket-addresses.ts";
import { SOCKET_WORDS, socketWords } from "./socket-names.ts";
import { socketOptions } from "./socket-options.ts";
import { terminalSide } from "./terminal-names.ts";

/** Most targets of an epoll to list. */
const MOST_TARGETS = 256;

/** Most other ends of a pipe to list. */
const MOST_ENDS = 64;

/** A record that describes a file, other than its FILE. */
interface FurtherRecord {
  readonly name: string;
  readonly record: RecordRow;
  readonly bytes: Uint8Array;
}

/** The records of one open file. */
interface FileRecords {
  readonly file: FileRow;
  /** FILE. */
  readonly bytes: Uint8Array;
  readonly reader: StructReader;
  /** The first further record of this name. */
  find(name: string): FurtherRecord | undefined;
}

/** What reading details needs besides the records. */
export interface DetailsContext {
  readonly checkpoint: Checkpoint;
  readonly dialect: Dialect;
  readonly source: Source;
  /** Takes what epolls watch. */
  readonly links: LinksBuilder;
  /** The open file that an objref names; NONE: none. */
  fileOf(objref: number): FileRow;
  /** Details of tasks with these credentials, by objref. */
  readonly credentials: ReadonlyMap<number, Details>;
}

/** A DetailsContext with what is the same for all files. */
interface Context extends DetailsContext {
  readonly littleEndian: boolean;
  pipeEnds(): ReadonlyMap<string, readonly FileRow[]>;
}

/**
 * A function that reads the details of a file whose kind is not `generic`.
 *
 * @param read Reads the first bytes of a record.
 */
export function createDetailsReader(
  given: DetailsContext,
  read: (record: RecordRow) => Promise<Uint8Array>,
): (file: FileRow) => Promise<Details> {
  const { checkpoint } = given;
  let ends: ReadonlyMap<string, readonly FileRow[]> | null = null;
  const pipeEnds = () => {
    ends ??= pipeEndsByName(checkpoint);
    return ends;
  };
  const context: Context = { ...given, littleEndian: checkpoint.machine.littleEndian, pipeEnds };

  return async (file) => {
    const from = await readFileRecords(context, file, read);
    switch (FILE_KINDS[u8At(checkpoint.files.kind, file)]) {
      case "pipe":
        return pipeDetails(context, from, otherEnds(checkpoint, pipeEnds(), file));
      case "fifo":
        return pipeDetails(context, from, null);
      case "socket":
        return { socket: from.reader.known("sock_objref"), ...socketDetails(context, from) };
      case "tty":
        return terminalDetails(context, from);
      case "eventfd":
        return eventfdDetails(context, from);
      case "epoll": {
        const items = from.find("BUFFER");
        return { targets: items === undefined ? [] : await epollTargets(context, file, items.record) };
      }
      default:
        return continuedDetails(context, from);
    }
  };
}

/** The details of a file whose name is continued by lines of fdinfo; none if it is not. */
function continuedDetails({ checkpoint }: Context, from: FileRecords): Details {
  const record = from.find("FILE_NAME");
  if (record === undefined) return {};
  const [, ...lines] = decodeText(record.bytes.subarray(8, -1)).split("\n");
  return readFdinfo(FILE_KINDS[u8At(checkpoint.files.kind, from.file)] ?? "", lines);
}

async function readFileRecords(
  { checkpoint, dialect, littleEndian }: Context,
  file: FileRow,
  read: (record: RecordRow) => Promise<Uint8Array>,
): Promise<FileRecords> {
  const { files, fileRecords, records } = checkpoint;
  const kindOf = (record: RecordRow) => records.kinds[records.kind[record] ?? -1];
  const further: FurtherRecord[] = [];
  for (const record of furtherRecords(fileRecords, file)) {
    further.push({ name: kindOf(record)?.name ?? "", record, bytes: await read(record) });
  }
  const own = i32At(files.record, file);
  const bytes = await read(own);
  return {
    file,
    bytes,
    reader: structReader(dialect.struct(kindOf(own)?.struct ?? ""), bytes, littleEndian),
    find: (name) => further.find((record) => record.name === name),
  };
}

/** @param others Ids of the pipe's other ends; `null`: not listed. */
function pipeDetails({ checkpoint }: Context, from: FileRecords, others: readonly number[] | null): Details {
  const buffered = from.find("PIPE_BUF") ?? from.find("FILE_PIPE");
  return {
    pipe: from.reader.known("pipe_objref"),
    end: pipeEnd(checkpoint, from.file),
    ...(others === null ? {} : { otherEnds: others }),
    ...(buffered === undefined ? {} : { bufferedBytes: recordLength(checkpoint.records, buffered.record) - 8 }),
  };
}

/** The end of a pipe, from the file's access mode; `null` if the flags are unknown. */
function pipeEnd({ files }: Checkpoint, file: FileRow): string | null {
  if ((u8At(files.has, file) & HAS.flags) === 0) return null;
  return ["read", "write", "read and write"][u32At(files.flags, file) & 3] ?? "unknown";
}

/** Ends of pipes by name, which contains the pipe's number. */
function pipeEndsByName(checkpoint: Checkpoint): ReadonlyMap<string, readonly FileRow[]> {
  const pipe = fileKind("pipe");
  const ends = new Map<string, FileRow[]>();
  for (let file = 0; file < checkpoint.files.count; file++) {
    if (checkpoint.files.kind[file] !== pipe) continue;
    const name = visibleText(nameBytes(checkpoint, file));
    const known = ends.get(name);
    if (known === undefined) ends.set(name, [file]);
    else known.push(file);
  }
  return ends;
}

/** Ids of the other ends of a file's pipe. */
function otherEnds(
  checkpoint: Checkpoint,
  pipeEnds: ReadonlyMap<string, readonly FileRow[]>,
  file: FileRow,
): readonly number[] {
  const ends = pipeEnds.get(visibleText(nameBytes(checkpoint, file))) ?? [];
  return ends
    .filter((end) => end !== file && areOtherEnds(checkpoint.files, file, end))
    .slice(0, MOST_ENDS)
    .map((end) => u32At(checkpoint.files.id, end));
}

const LISTENING: string | undefined = SOCKET_STATES[10];

function socketDetails({ dialect, littleEndian, credentials }: Context, from: FileRecords): Details {
  const reader = (record: string, struct: string): StructReader | null => {
    const found = from.find(record);
    return found === undefined ? null : structReader(dialect.struct(struct), found.bytes, littleEndian);
  };
  const socket = reader("SOCKET", "ckpt_hdr_socket");
  if (socket === null || !socket.has(...SOCKET_WORDS)) return {};
  const words = socketWords(socket);
  const details: Record<string, DetailValue> = { family: words.family, type: words.type };
  if (words.protocol !== "") details.protocol = words.protocol;
  if (words.state !== "") details.state = words.state;
  const inet = reader("SOCKET_INET", "ckpt_hdr_socket_inet");
  if (inet !== null) {
    details.local = internetAddress(inet, words, "local");
    details.remote = internetAddress(inet, words, "remote");
  }
  const unix = reader("SOCKET_UNIX", "ckpt_hdr_socket_unix");
  const options = socketOptions(socket, inet);
  if (unix !== null) {
    details.local = unixAddress(unix.bytes("laddr"), unix.number("laddr_len"));
    details.remote = unixAddress(unix.bytes("raddr"), unix.number("raddr_len"));
    const directory = from.find("STRING")?.bytes.subarray(8);
    if (directory !== undefined) details.directory = visibleText(directory.subarray(0, nulOrEnd(directory)));
    details.peer = unix.known("peer");
    const peerCredentials = credentialsOfPeer(unix, credentials);
    if (peerCredentials !== null) details.peerCredentials = peerCredentials;
    // From outside the kernel, it is unknown, as the sizes of buffers are.
    if (options.buffers !== undefined && isUnlinked(unix)) details.unlinked = true;
  }
  if (words.state === LISTENING) details.backlog = socket.known("sock.backlog");
  return { ...details, ...options };
}

/** CKPT_UNIX_LINKED of include/linux/checkpoint_hdr.h: the path that a unix socket is bound to is still its own. */
const UNIX_LINKED = 1;

function isUnlinked(unix: StructReader): boolean {
  const [, , first = 0] = unix.bytes("laddr");
  return unix.has("flags") && unix.number("laddr_len") > 2 && first !== 0 && (unix.number("flags") & UNIX_LINKED) === 0;
}

/** Where a text ends that may end in a NUL. */
function nulOrEnd(bytes: Uint8Array): number {
  const nul = bytes.indexOf(0);
  return nul < 0 ? bytes.length : nul;
}

/** uid and gid of a unix socket that has never had a peer, up to v22. */
const NOBODY = 0xffff_ffff;

/** What SO_PEERCRED of a unix socket gives, but for the pid; `null`: it has never had a peer. */
function credentialsOfPeer(unix: StructReader, credentials: ReadonlyMap<number, Details>): Details | null {
  if (unix.has("peercred_uid", "peercred_gid")) {
    const [uid, gid] = [unix.number("peercred_uid"), unix.number("peercred_gid")];
    return uid === NOBODY && gid === NOBODY ? null : { uid, gid };
  }
  // From v23 on, they are in an object of their own.
  const { euid, egid } = credentials.get(unix.known("peercred") ?? 0) ?? {};
  return euid === undefined || egid === undefined ? null : { uid: euid, gid: egid };
}

/** Bits of tty_struct.flags, Linux include/linux/tty.h of 2.6.30 … 3.0, by key. The lock of a pair is the master's. */
const TERMINAL_FLAGS = { exclusive: 1n << 3n, locked: 1n << 16n, hungUp: 1n << 18n } as const;

function terminalDetails({ checkpoint, dialect, littleEndian }: Context, from: FileRecords): Details {
  const bytes = from.find("TTY")?.bytes;
  if (bytes === undefined) return {};
  const tty = structReader(dialect.struct("ckpt_hdr_tty"), bytes, littleEndian);
  const side = terminalSide(tty);
  const details: Record<string, DetailValue> = { index: tty.known("index") };
  if (side !== null) details.side = side;
  details.rows = tty.known("winsize.ws_row");
  details.columns = tty.known("winsize.ws_col");
  const [width, height] = [tty.known("winsize.ws_xpixel"), tty.known("winsize.ws_ypixel")];
  if (width || height) details.pixels = { width, height };
  addSettings(details, tty);
  // From outside the kernel, these are unknown, as are the two of the line discipline.
  const isOutside = writtenOutside(checkpoint);
  const flagsField = dialect.struct("ckpt_hdr_tty")?.byName.get("flags");
  const flags = flagsField === undefined || isOutside ? null : integer(bytes, flagsField, littleEndian);
  for (const [key, bit] of Object.entries(TERMINAL_FLAGS)) {
    if (((flags ?? 0n) & bit) !== 0n && (key !== "locked" || side === "master")) details[key] = true;
  }
  const ldisc = from.find("TTY_LDISC")?.bytes;
  if (ldisc !== undefined) {
    const reader = structReader(dialect.struct("ckpt_hdr_ldisc_n_tty"), ldisc, littleEndian);
    details.bufferedBytes = reader.known("datalen");
    if (reader.has("stopped", "packet") && !isOutside) {
      details.stopped = reader.number("stopped") !== 0;
      if (reader.number("flow_stopped") !== 0) details.flowStopped = true;
      if (reader.number("packet") !== 0) details.packetMode = true;
    }
  }
  return details;
}

const TERMINAL_WORDS = ["c_iflag", "c_oflag", "c_cflag", "c_lflag"] as const;

function addSettings(details: Record<string, DetailValue>, tty: StructReader): void {
  if (!tty.has(...TERMINAL_WORDS.map((name) => `termios.${name}`), "termios.c_cc")) return;
  const octal = (name: string): string => `0${tty.number(`termios.${name}`).toString(8)}`;
  details.settings = {
    ...Object.fromEntries(TERMINAL_WORDS.map((name) => [name.slice("c_".length), octal(name)])),
    line: tty.number("termios.c_line"),
    // Earlier dialects store the speed in c_cflag alone.
    inputSpeed: tty.has("termios.c_ispeed") ? tty.number("termios.c_ispeed") : null,
    outputSpeed: tty.has("termios.c_ospeed") ? tty.number("termios.c_ospeed") : null,
    characters: Array.from(tty.bytes("termios.c_cc"), (byte) => byte.toString(16).padStart(2, "0")).join(" "),
  };
}

function eventfdDetails({ dialect, littleEndian }: Context, from: FileRecords): Details {
  const count = dialect.struct("ckpt_hdr_file_eventfd")?.byName.get("count");
  return {
    count: count === undefined ? null : (integer(from.bytes, count, littleEndian)?.toString() ?? null),
    eventfdFlags: from.reader.known("flags"),
  };
}

/** The files that an epoll watches, from the BUFFER after its EPOLL_ITEMS. */
async function epollTargets(context: Context, epoll: FileRow, record: RecordRow): Promise<Details[]> {
  const { records, files } = context.checkpoint;
  const layout = context.dialect.struct("ckpt_eventpoll_item");
  if (layout === undefined) return [];
  const offset = recordOffset(records, record) + 8;
  const length = Math.min(recordLength(records, record) - 8, MOST_TARGETS * layout.size);
  const bytes = await context.source.read(offset, length);
  const targets: Details[] = [];
  for (let at = 0; at + layout.size <= bytes.length; at += layout.size) {
    const item = bytes.subarray(at, at + layout.size);
    const reader = structReader(layout, item, context.littleEndian);
    const data = layout.byName.get("data");
    const file = context.fileOf(reader.number("file_objref"));
    const events = reader.number("events");
    if (file !== NONE) context.links.add(epoll, "watches", file, events);
    targets.push({
      fd: reader.number("fd"),
      events,
      data: data === undefined ? null : (integer(item, data, context.littleEndian)?.toString() ?? null),
      file: file === NONE ? null : u32At(files.id, file),
    });
  }
  return targets;
}
