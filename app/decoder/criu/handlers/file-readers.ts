// The readers of open files, one for each type. Sockets are in socket-readers.ts.

import { NO_MOUNT } from "../../../model/checkpoint.ts";
import { type FileKind, fileKind, modeKind, openFlag } from "../../../model/names/names.ts";
import { u32At } from "../../../model/read.ts";
import type { FileRow } from "../../../model/rows.ts";
import { writePiece } from "../../../model/text/json-bytes.ts";
import { encodeText } from "../../../model/text/text.ts";
import { NAMESPACES } from "../format/meaning.ts";
import type { MessageName } from "../format/messages.ts";
import { before, type FileContext, type SetContext } from "../walk/context.ts";
import { addLink, linkedRows } from "../walk/rows.ts";
import { numberText } from "../wire/pieces.ts";
import { eachBytes, fieldNumber, high, isSet, low, plan, scan, wide } from "../wire/wire.ts";
import { type FileReader, fileReader, numberOr, setFlags, setImageName, writeNumberOr } from "./file-reader.ts";
import { machineOf } from "./machine.ts";
import { readInetSocket, readNetlinkSocket, readPacketSocket, readUnixSocket } from "./socket-readers.ts";

/** S_IFMT of st_mode, shifted down by 12, to a kind: a table, as there can be millions of files. */
export const FORMAT_KINDS = Uint8Array.from({ length: 16 }, (_, format) => fileKind(modeKind(format << 12)));
const GENERIC = fileKind("generic");
const DIRECTORY = fileKind("directory");
const EXTERNAL = fileKind("external");

const REG = plan("reg_file_entry", [
  "flags",
  "pos",
  "name",
  "mode",
  "ext",
  "size",
  "mnt_id",
  "fown",
  "build_id",
  "checksum",
]);
const { flags: REG_FLAGS, pos: REG_POS, name: REG_NAME, mode: REG_MODE, ext: REG_EXT } = REG.slot;
const { size: REG_SIZE, mnt_id: REG_MOUNT, fown: REG_OWNER } = REG.slot;
const { build_id: REG_BUILD_ID, checksum: REG_CHECKSUM } = REG.slot;

/** Length of a fown_entry without an owner: five fields that are 0. */
const NO_OWNER = 10;
/** A half of NO_SIZE. */
const NO_SIZE_HALF = 0xffff_ffff;

/** Stores what a REG entry says about the inode, and notes files with details that have no column, which are few. */
function readInode({ builder, files, values }: SetContext, file: FileRow, seen: number, bytes: Uint8Array): void {
  const mount = low(values, REG_MOUNT);
  const hasSize = isSet(seen, REG_SIZE);
  builder.setInode(
    file,
    isSet(seen, REG_MODE) ? low(values, REG_MODE) : 0,
    hasSize ? low(values, REG_SIZE) : NO_SIZE_HALF,
    hasSize ? high(values, REG_SIZE) : NO_SIZE_HALF,
    // A sint32.
    isSet(seen, REG_MOUNT) ? (mount >>> 1) ^ -(mount & 1) : NO_MOUNT,
  );
  const isVerified = isSet(seen, REG_BUILD_ID) || isSet(seen, REG_CHECKSUM);
  if (isVerified || (isSet(seen, REG_OWNER) && isOwned(bytes, low(values, REG_OWNER), high(values, REG_OWNER)))) {
    files.detailed.push(file);
  }
}

/** Whether a fown_entry says more than that there is no owner for signals. */
function isOwned(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start > NO_OWNER) return true;
  for (let at = start + 1; at < end; at += 2) if (bytes[at] !== 0) return true;
  return false;
}

/** CRIU stores -1 for a file that refuses to be positioned, /dev/kmsg open for writing: get_mem_dev_ops() in criu/files.c. */
const isNoPosition = (values: Uint32Array): boolean =>
  low(values, REG_POS) === 0xffff_ffff && high(values, REG_POS) === 0xffff_ffff;

/** A file with a path. There can be millions, so nothing is allocated here. */
const readRegular: FileReader = (set, file, bytes, start, end) => {
  const { builder, values } = set;
  const { files } = builder;
  const seen = scan(bytes, start, end, REG, values);
  if (isSet(seen, REG_FLAGS)) setFlags(builder, file, low(values, REG_FLAGS));
  if (isSet(seen, REG_POS) && !isNoPosition(values)) builder.setPos(file, low(values, REG_POS), high(values, REG_POS));
  readInode(set, file, seen, bytes);
  if (isSet(seen, REG_EXT) && low(values, REG_EXT) !== 0) {
    files.kind[file] = EXTERNAL;
    nameExternal(set, file, seen, bytes);
    return seen;
  }
  if (isSet(seen, REG_NAME)) builder.setPath(file, bytes, low(values, REG_NAME), high(values, REG_NAME));
  if (isSet(seen, REG_MODE)) files.kind[file] = FORMAT_KINDS[(low(values, REG_MODE) >>> 12) & 15] as number;
  else {
    // CRIU before 2.4 does not store the mode.
    const flags = isSet(seen, REG_FLAGS) ? low(values, REG_FLAGS) : 0;
    const isDirectory = (flags & openFlag("O_DIRECTORY", machineOf(set).arch)) !== 0;
    files.kind[file] = isDirectory ? DIRECTORY : GENERIC;
  }
  return seen;
};

/** The "name" of an external file is `file[MOUNT:INODE]`, a key for the plugin that knows the file. */
function nameExternal(set: SetContext, file: FileRow, seen: number, bytes: Uint8Array): void {
  const { values, builder } = set;
  const [start, end] = isSet(seen, REG_NAME) ? [low(values, REG_NAME), high(values, REG_NAME)] : [0, 0];
  setImageName(set, file, "", bytes, start, end);
  builder.setVarying(file, Math.max(0, end - start - "file[".length));
}

/** A reader for files that have nothing but flags: all of them get the same name. */
const plain = (message: MessageName, kind: FileKind): FileReader =>
  fileReader(kind, plan(message, ["flags"]), ({ builder }, file) => builder.setName(file, kind));

/** Links a FIFO or terminal to the REG entry with its path. Before CRIU 3.6 both had the same id. */
function linkPath({ builder, files, values }: SetContext, file: FileRow, seen: number, slot: number): void {
  addLink(files.links.paths, isSet(seen, slot) ? low(values, slot) : u32At(builder.files.id, file), file);
}

const PIPE = plan("pipe_entry", ["flags", "pipe_id"]);
const FIFO = plan("fifo_entry", ["pipe_id", "regf_id"]);
const EPOLL = plan("eventpoll_file_entry", ["flags"]);
const EPOLL_TARGETS = fieldNumber("eventpoll_file_entry", "tfd");
const EPOLL_TARGET = plan("eventpoll_tfd_entry", ["tfd"]);
/** Bytes of a link of an epoll to a descriptor. */
export const TARGET_BYTES = 16;
const TTY = plan("tty_file_entry", ["flags", "tty_info_id", "regf_id"]);
const MEMFD = plan("memfd_file_entry", ["flags", "pos", "inode_id"]);
const BPF_MAP = plan("bpfmap_file_entry", ["flags", "pos", "map_name"]);
const NAMESPACE = plan("ns_file_entry", ["flags", "ns_id", "ns_cflag"]);
const EXTERNAL_FILE = plan("ext_file_entry", []);
const TUN = plan("tunfile_entry", ["netdev"]);
const PIDFD = plan("pidfd_entry", ["flags", "nspid", "ino"]);

const [PIPE_PREFIX, FIFO_PREFIX, CLOSE] = [encodeText("pipe:["), encodeText("fifo:["), encodeText("]")];

/** Names a pipe or FIFO `pipe:[ID]`, as /proc does, and links it to the other ends. */
function namePipe(
  { builder, files, values }: SetContext,
  file: FileRow,
  seen: number,
  slot: number,
  prefix: Uint8Array,
): void {
  const { name } = files;
  name.length = 0;
  writePiece(name, prefix);
  writeNumberOr(name, numberOr(values, seen, slot));
  writePiece(name, CLOSE);
  builder.setWrittenName(file, name, prefix.length);
  if (isSet(seen, slot)) addLink(files.links.pipes, low(values, slot), file);
}

const readPipe = fileReader("pipe", PIPE, (set, file, seen) =>
  namePipe(set, file, seen, PIPE.slot.pipe_id, PIPE_PREFIX),
);

const readFifo = fileReader("fifo", FIFO, (set, file, seen) => {
  namePipe(set, file, seen, FIFO.slot.pipe_id, FIFO_PREFIX);
  if (!isSet(seen, FIFO.slot.regf_id)) before(set, 306);
  linkPath(set, file, seen, FIFO.slot.regf_id);
});

const readEpoll = fileReader("epoll", EPOLL, ({ builder, files, values }, file, _seen, bytes, start, end) => {
  builder.setName(file, "epoll");
  eachBytes(bytes, start, end, EPOLL_TARGETS, (from, to) => {
    const seen = scan(bytes, from, to, EPOLL_TARGET, values);
    const { tfd } = EPOLL_TARGET.slot;
    if (!isSet(seen, tfd)) return;
    builder.charge(TARGET_BYTES);
    addLink(files.links.epolls, low(values, tfd), file);
  });
});

const readTerminal = fileReader("tty", TTY, (set, file, seen) => {
  const { tty_info_id, regf_id } = TTY.slot;
  set.builder.setName(file, "tty");
  if (isSet(seen, tty_info_id)) addLink(set.files.links.terminals, low(set.values, tty_info_id), file);
  linkPath(set, file, seen, regf_id);
});

const readMemfd = fileReader("memfd", MEMFD, (set, file, seen) => {
  const { builder, files, values } = set;
  const { memfdInodes } = files;
  if (!isSet(seen, MEMFD.slot.inode_id)) return builder.setName(file, "memfd");
  const inode = low(values, MEMFD.slot.inode_id);
  addLink(files.links.memfds, inode, file);
  memfdInodes.lookup ??= linkedRows(memfdInodes.ids);
  let found = -1;
  memfdInodes.lookup(inode, (at) => {
    found = at;
  });
  if (found < 0) return builder.setName(file, "memfd");
  const start = memfdInodes.nameOffset[found] as number;
  // Copied, because naming the file can move the builder's text.
  const name = builder.textBytes().slice(start, start + (memfdInodes.nameLength[found] as number));
  setImageName(set, file, "memfd:", name, 0, name.length);
});

const readBpfMap = fileReader("bpf", BPF_MAP, (set, file, _seen, bytes) => {
  const { map_name } = BPF_MAP.slot;
  setImageName(set, file, "bpf-map:", bytes, low(set.values, map_name), high(set.values, map_name));
});

const readNamespace = fileReader("namespace", NAMESPACE, ({ builder, values }, file, seen) => {
  const { ns_id, ns_cflag } = NAMESPACE.slot;
  const stable = `${NAMESPACES[low(values, ns_cflag)] ?? "namespace"}:[`;
  // CRIU numbers namespaces anew in each dump: not the inode that /proc shows.
  builder.setName(file, `${stable}CRIU id ${numberOr(values, seen, ns_id)}]`, stable.length);
});

const readTun = fileReader("tun", TUN, (set, file, seen, bytes) => {
  const { netdev } = TUN.slot;
  // Its flags are in a REG entry with the same id.
  addLink(set.files.links.paths, u32At(set.builder.files.id, file), file);
  if (!isSet(seen, netdev)) return set.builder.setName(file, "tun");
  setImageName(set, file, "tun:", bytes, low(set.values, netdev), high(set.values, netdev));
});

/** The number of the process of a pidfd: processes are numbered in the order of their pidfds. */
function processNumber({ endedInodes }: FileContext, inode: number): number {
  const number = endedInodes.get(inode) ?? endedInodes.size;
  endedInodes.set(inode, number);
  return number;
}

/** A process that has ended has the pid -1; pidfds with the same inode are of the same process. */
const readPidfd = fileReader("pidfd", PIDFD, ({ builder, files, values }, file, seen) => {
  const { nspid, ino } = PIDFD.slot;
  const pid = isSet(seen, nspid) ? low(values, nspid) | 0 : "?";
  if (pid !== -1) return builder.setName(file, `pidfd:[pid ${pid}]`);
  const stable = "pidfd:[ended process";
  const inode = isSet(seen, ino) ? numberText("uint64", low(values, ino), high(values, ino)) : "?";
  builder.setName(file, `${stable}, inode ${inode}]`, stable.length);
  if (isSet(seen, ino)) addLink(files.links.endedProcesses, processNumber(files, wide(values, ino)), file);
});

/** A file that a plugin saved. Its id, which is CRIU's own number, is in the name of the plugin's image. */
const readExternal = fileReader("external", EXTERNAL_FILE, ({ builder, pluginImages }, file) => {
  const id = u32At(builder.files.id, file);
  const image = pluginImages.get(id);
  const stable = image === undefined ? "external:[" : `external:[${image.replace(/\d+\.img$/, "")}`;
  builder.setName(file, `external:[${image ?? `CRIU id ${id}`}]`, encodeText(stable).length);
});

/** By field of file_entry. */
export const FILE_READERS: Readonly<Record<string, FileReader>> = {
  reg: readRegular,
  pipe: readPipe,
  fifo: readFifo,
  isk: readInetSocket,
  usk: readUnixSocket,
  nlsk: readNetlinkSocket,
  psk: readPacketSocket,
  efd: plain("eventfd_file_entry", "eventfd"),
  epfd: readEpoll,
  sgfd: plain("signalfd_entry", "signalfd"),
  tfd: plain("timerfd_entry", "timerfd"),
  ify: plain("inotify_file_entry", "inotify"),
  ffy: plain("fanotify_file_entry", "fanotify"),
  tty: readTerminal,
  memfd: readMemfd,
  bpf: readBpfMap,
  nsf: readNamespace,
  tunf: readTun,
  pidfd: readPidfd,
  ext: readExternal,
};
