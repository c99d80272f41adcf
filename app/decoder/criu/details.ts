// Details of an open file that have no column, by its type.

import { furtherRecords, HAS, hasFurtherRecords, NONE } from "../../model/checkpoint.ts";
import type { Details, DetailValue } from "../../model/fields.ts";
import { flagNames, SOCKET_FAMILIES, SOCKET_STATES, socketType } from "../../model/names.ts";
import { u32At } from "../../model/read.ts";
import type { FileRow } from "../../model/rows.ts";
import { visible } from "../../model/text.ts";
import type { DetailsBuilder, LinksBuilder } from "../builder/details.ts";
import type { Builder } from "../builder.ts";
import type { DecodedSet } from "./decoded-set.ts";
import { FILE_FIELD_OF_MESSAGE, FILE_FIELDS } from "./file-types.ts";
import { createEntryReader, type EntryBytes, type EntryReader } from "./inspect.ts";
import {
  addressText,
  addressWords,
  bitWords,
  buildIdText,
  clockName,
  deviceText,
  EPOLL_EVENTS,
  ETHER_TYPES,
  endpointText,
  FANOTIFY_EVENTS,
  FANOTIFY_FLAGS,
  FANOTIFY_MARK_FLAGS,
  fromNetworkOrder,
  INOTIFY_EVENTS,
  IP_PROTOCOLS,
  NAMESPACES,
  NETLINK_PROTOCOLS,
  SEALS,
  signalNames,
  USK_EXTERN,
} from "./meaning.ts";
import { enumName } from "./messages.ts";
import { REMAP, remapType } from "./remap.ts";
import { createSocketOptionsReader, type SocketOptionsReader } from "./socket-options.ts";
import { describeTerminal } from "./terminal-details.ts";
import { createSharedValueReader, type Values } from "./values.ts";

const SOCK_RAW = 3;
/** netlink_sk_entry.state: Linux net/netlink/af_netlink.c. */
const NETLINK_CONNECTED = 1;

/** Another entry that describes the file further. */
interface Related {
  readonly message: string;
  readonly values: Values;
}

/** The file whose details are being read. One object serves all files, to spare allocations. */
interface About {
  readonly set: DecodedSet;
  file: FileRow;
  /** Takes the links of the file. */
  readonly links: LinksBuilder;
  related: readonly Related[];
  /** Takes its details. */
  readonly details: DetailsBuilder;
  readonly options: SocketOptionsReader;
}

/** Adds the details of one type of file. */
type Describe = (values: Values, about: About) => void;

const add = ({ details, file }: About, key: string, value: DetailValue): void => details.add(file, key, value);

const word = (list: Readonly<Record<number, string>>, value: number | null): DetailValue =>
  value === null ? null : (list[value] ?? value);

const relatedOf = (about: About, message: string): Values | null =>
  about.related.find((related) => related.message === message)?.values ?? null;

const allRelated = (about: About, message: string): Values[] =>
  about.related.filter((related) => related.message === message).map(({ values }) => values);

const fileId = ({ set }: About, row: FileRow): number | null =>
  row < 0 ? null : (set.checkpoint.files.id[row] ?? null);

/** The type of a socket, by the machine's names. */
function typeWord(values: Values, { set }: About): DetailValue {
  const type = values.number("type");
  return type === null ? null : (socketType(type, set.checkpoint.machine.arch) ?? type);
}

/** Ids of the other open files of one pipe. */
function otherEnds(about: About, pipe: number | null): number[] {
  const ids: number[] = [];
  if (pipe === null) return ids;
  about.set.pipeEnds(pipe, (row) => {
    const id = row === about.file ? null : fileId(about, row);
    if (id !== null) ids.push(id);
  });
  return ids;
}

const pipe: Describe = (values, about) => {
  const id = values.number("pipe_id");
  const data = relatedOf(about, "pipe_data_entry");
  add(about, "pipeId", id);
  add(about, "otherEnds", otherEnds(about, id));
  if (data !== null) add(about, "bytesInPipe", data.number("bytes"));
  if (values.has("uid")) {
    add(about, "uid", values.number("uid"));
    add(about, "gid", values.number("gid"));
  }
  if (data?.has("size")) add(about, "capacity", data.number("size"));
};

function addQueued(about: About): void {
  const packets = allRelated(about, "sk_packet_entry");
  if (packets.length === 0) return;
  const bytes = packets.reduce((sum, packet) => sum + (packet.number("length") ?? 0), 0);
  const inFlight = packets.flatMap((packet) => packet.each("scm", (scm) => scm.numbers("rights")).flat());
  for (const id of inFlight) about.links.add(about.file, "in-flight", about.set.fileOfId.row(id));
  add(about, "queuedPackets", packets.length);
  add(about, "queuedBytes", bytes);
  if (inFlight.length > 0) add(about, "inFlight", inFlight);
}

function addBacklog(about: About, values: Values): void {
  if (values.number("state") === 10) add(about, "backlog", values.number("backlog"));
}

function addShutdown(about: About, values: Values): void {
  if (values.has("shutdown")) add(about, "shutdown", enumName("sk_shutdown", values.number("shutdown") ?? 0));
}

function addSocketOptions(about: About, values: Values): void {
  const { details, file } = about;
  const found = about.options(values, relatedOf(about, "tcp_stream_entry"));
  if (found === null) return;
  details.addIndexed(file, "options", found.options);
  details.addIndexed(file, "buffers", found.buffers);
}

/** Adds what the entry of a unix socket in the dump says about its connections. */
function addUnixPeer(about: About, values: Values): void {
  const peerInode = values.number("peer");
  const found = { row: NONE };
  if (peerInode !== null && peerInode !== 0) {
    about.set.unixSockets(peerInode, (row) => {
      if (found.row === NONE) found.row = row;
    });
    about.links.add(about.file, "peer", found.row);
  }
  add(about, "peerInode", peerInode);
  add(about, "peer", fileId(about, found.row));
  addBacklog(about, values);
  addShutdown(about, values);
}

function addOwnership(about: About, values: Values): void {
  add(about, "mode", values.number("mode"));
  add(about, "uid", values.number("uid"));
  add(about, "gid", values.number("gid"));
}

const epollTarget =
  (about: About): ((target: Values) => Details) =>
  (target) => {
    const fd = target.number("tfd");
    const watched = fd === null ? NONE : about.set.epollTarget(about.file, fd);
    if (watched !== NONE) about.links.add(about.file, "watches", watched, target.number("events") ?? 0);
    return {
      fd,
      file: fileId(about, watched),
      events: bitWords(EPOLL_EVENTS, target.number("events") ?? 0),
      data: target.exact("data"),
      ...(target.has("inode") ? { inode: target.exact("inode"), device: deviceText(target.number("dev") ?? 0) } : {}),
    };
  };

const handlePath = (values: Values, name: string): Record<string, DetailValue> =>
  values.has(`${name}.path`) ? { path: values.text(`${name}.path`) } : {};

const inotifyWatch = (watch: Values): Details => ({
  wd: watch.number("wd"),
  inode: watch.exact("i_ino"),
  device: deviceText(watch.number("s_dev") ?? 0),
  mask: bitWords(INOTIFY_EVENTS, watch.number("mask") ?? 0),
  ...(watch.number("ignored_mask") ? { ignoredMask: bitWords(INOTIFY_EVENTS, watch.number("ignored_mask") ?? 0) } : {}),
  ...handlePath(watch, "f_handle"),
});

const fanotifyMark = (mark: Values): Details => ({
  type: enumName("mark_type", mark.number("type") ?? 0),
  mask: bitWords(FANOTIFY_EVENTS, mark.number("mask") ?? 0),
  ignoredMask: bitWords(FANOTIFY_EVENTS, mark.number("ignored_mask") ?? 0),
  ...(mark.number("mflags") ? { flags: bitWords(FANOTIFY_MARK_FLAGS, mark.number("mflags") ?? 0) } : {}),
  device: deviceText(mark.number("s_dev") ?? 0),
  ...(mark.has("ie.i_ino") ? { inode: mark.exact("ie.i_ino"), ...handlePath(mark, "ie.f_handle") } : {}),
  ...(mark.has("me.mnt_id") ? { mount: mark.number("me.mnt_id"), path: mark.text("me.path") } : {}),
});

const seconds = (values: Values, whole: string, nano: string): string =>
  `${values.exact(whole) ?? "0"}.${(values.exact(nano) ?? "0").padStart(9, "0")}`;

const NOTHING = /^0\.0*$/;

/** By field of file_entry. */
const DESCRIBE: Readonly<Record<string, Describe>> = {
  // The rest is in columns: see readInode in file-readers.ts.
  reg: (values, about) => {
    const words = values.numbers("build_id");
    if (words.length > 0) add(about, "buildId", buildIdText(words, about.set.checkpoint.machine.littleEndian));
    if (values.has("checksum")) {
      add(about, "checksum", {
        crc32c: (values.number("checksum") ?? 0).toString(16).padStart(8, "0"),
        config: values.number("checksum_config"),
        parameter: values.number("checksum_parameter"),
      });
    }
  },
  pipe,
  fifo: pipe,
  isk: (values, about) => {
    const stream = relatedOf(about, "tcp_stream_entry");
    const { littleEndian } = about.set.checkpoint.machine;
    // A raw socket has no ports; its protocol is stored in place of the source port.
    const isRaw = values.number("type") === SOCK_RAW;
    const words = (field: string) => addressWords(values.numbers(field), values.number("family"));
    const address = (field: string, port: string): string | null =>
      isRaw ? addressText(words(field), littleEndian) : endpointText(words(field), values.number(port), littleEndian);
    add(about, "family", word(SOCKET_FAMILIES, values.number("family")));
    add(about, "type", typeWord(values, about));
    add(about, "protocol", word(IP_PROTOCOLS, values.number("proto")));
    add(about, "state", word(SOCKET_STATES, values.number("state")));
    add(about, "source", address("src_addr", "src_port"));
    add(about, "destination", address("dst_addr", "dst_port"));
    add(about, "inode", values.number("ino"));
    addBacklog(about, values);
    addShutdown(about, values);
    if (values.has("ifname")) add(about, "interface", values.text("ifname"));
    addSocketOptions(about, values);
    if (stream !== null) {
      add(about, "bytesToRead", stream.number("inq_len"));
      add(about, "bytesToSend", stream.number("outq_len"));
    }
    addQueued(about);
  },
  usk: (values, about) => {
    // CRIU knows nothing but these of a socket outside the dump, and stores placeholders for the rest.
    const isOutside = ((values.number("uflags") ?? 0) & USK_EXTERN) !== 0;
    add(about, "type", typeWord(values, about));
    if (!isOutside) add(about, "state", word(SOCKET_STATES, values.number("state")));
    add(about, "name", values.text("name"));
    add(about, "inode", values.number("ino"));
    if (isOutside) add(about, "outside", true);
    else addUnixPeer(about, values);
    if (values.has("name_dir")) add(about, "directory", values.text("name_dir"));
    if (values.has("file_perms.mode")) addOwnership(about, values.inside("file_perms"));
    if (isOutside) return;
    addSocketOptions(about, values);
    addQueued(about);
  },
  psk: (values, about) => {
    const stored = values.number("protocol");
    const protocol = stored === null ? null : fromNetworkOrder(stored, about.set.checkpoint.machine.littleEndian);
    add(about, "type", typeWord(values, about));
    add(about, "protocol", protocol === null ? null : (ETHER_TYPES[protocol] ?? protocol));
    add(about, "interfaceIndex", values.number("ifindex"));
    addSocketOptions(about, values);
  },
  nlsk: (values, about) => {
    add(about, "protocol", word(NETLINK_PROTOCOLS, values.number("protocol")));
    add(about, "portId", values.number("portid"));
    add(about, "groups", values.numbers("groups"));
    if (values.number("state") === NETLINK_CONNECTED) add(about, "state", "connected");
    if (values.number("dst_portid")) add(about, "remotePortId", values.number("dst_portid"));
    if (values.number("dst_group")) add(about, "remoteGroup", values.number("dst_group"));
    add(about, "inode", values.number("ino"));
    addSocketOptions(about, values);
    addQueued(about);
  },
  efd: (values, about) => add(about, "counter", values.exact("counter")),
  epfd: (values, about) => {
    const target = epollTarget(about);
    const earlier = allRelated(about, "eventpoll_tfd_entry");
    add(about, "targets", [...values.each("tfd", target), ...earlier.map(target)]);
  },
  sgfd: (values, about) => {
    const mask = values.halves("sigmask");
    const { arch } = about.set.checkpoint.machine;
    add(about, "signals", mask === null ? [] : signalNames(mask.low, mask.high, arch));
  },
  tfd: (values, about) => {
    const clock = values.number("clockid");
    const flags = values.number("settime_flags") ?? 0;
    const interval = seconds(values, "isec", "insec");
    const left = seconds(values, "vsec", "vnsec");
    add(about, "clock", clock === null ? null : (clockName(clock) ?? clock));
    add(about, "ticks", values.exact("ticks"));
    if (flags !== 0) add(about, "settimeFlags", flags);
    add(about, "interval", interval);
    // A one-shot timer disarms itself when it expires.
    if (!NOTHING.test(interval)) add(about, "armed", !NOTHING.test(left));
    add(about, "left", left);
  },
  ify: (values, about) => {
    const earlier = allRelated(about, "inotify_wd_entry");
    add(about, "watches", [...values.each("wd", inotifyWatch), ...earlier.map(inotifyWatch)]);
  },
  ffy: (values, about) => {
    const earlier = allRelated(about, "fanotify_mark_entry");
    add(about, "fanotifyFlags", bitWords(FANOTIFY_FLAGS, values.number("faflags") ?? 0));
    const events = values.number("evflags");
    add(about, "eventFlags", events === null ? null : flagNames(events, about.set.checkpoint.machine.arch));
    add(about, "marks", [...values.each("mark", fanotifyMark), ...earlier.map(fanotifyMark)]);
  },
  tty: (_values, about) => {
    const info = relatedOf(about, "tty_info_entry");
    if (info !== null) describeTerminal(info, (key, value) => add(about, key, value));
  },
  memfd: (_values, about) => {
    const inode = relatedOf(about, "memfd_inode_entry");
    if (inode === null) return;
    add(about, "name", inode.text("name"));
    add(about, "size", inode.exact("size"));
    add(about, "seals", bitWords(SEALS, inode.number("seals") ?? 0));
    add(about, "uid", inode.number("uid"));
    add(about, "gid", inode.number("gid"));
    if (inode.has("mode")) add(about, "mode", inode.number("mode"));
    if (inode.number("hugetlb_flag")) add(about, "hugePages", inode.number("hugetlb_flag"));
  },
  bpf: (values, about) => {
    add(about, "name", values.text("map_name"));
    add(about, "mapType", values.number("map_type"));
    add(about, "keySize", values.number("key_size"));
    add(about, "valueSize", values.number("value_size"));
    add(about, "maxEntries", values.number("max_entries"));
    add(about, "frozen", values.bool("frozen"));
    if (values.number("map_flags")) add(about, "mapFlags", values.number("map_flags"));
    if (values.number("ifindex")) add(about, "interfaceIndex", values.number("ifindex"));
    if ((values.exact("map_extra") ?? "0") !== "0") add(about, "mapExtra", values.exact("map_extra"));
  },
  nsf: (values, about) => {
    add(about, "namespace", word(NAMESPACES, values.number("ns_cflag")));
    add(about, "namespaceId", values.number("ns_id"));
  },
  pidfd: (values, about) => {
    const pid = values.number("nspid");
    const inode = values.number("ino");
    add(about, "pid", pid === -1 ? null : pid);
    if (pid === -1) add(about, "ended", true);
    add(about, "inode", inode !== null && Number.isSafeInteger(inode) ? inode : values.exact("ino"));
  },
  tunf: (values, about) => {
    add(about, "device", values.text("netdev"));
    add(about, "detached", values.bool("detached"));
  },
  ext: (_values, about) => addExternal(about),
};

/** Adds the plugin that saved an external file, if it is the only one, and the image it was saved in. */
function addExternal(about: About): void {
  const { plugins, pluginImages, checkpoint } = about.set;
  const image = pluginImages.get(u32At(checkpoint.files.id, about.file));
  const [plugin] = plugins;
  if (plugin !== undefined && plugins.length === 1) add(about, "plugin", visible(plugin));
  add(about, "pluginImage", image === undefined ? null : visible(image));
}

/** At most this many further records of a file are read for its details. */
const RELATED_LIMIT = 1000;

/**
 * Returns a function that reads the details of an open file that are not in columns, and adds them to `details` and its
 * links to `links`. It has done so when it returns if the file's entry is in memory and no other describes the file.
 */
export function createDetailsReader(
  set: DecodedSet,
  { fileDetails, links }: Pick<Builder, "fileDetails" | "links">,
): (file: FileRow) => undefined | Promise<void> {
  const { checkpoint, sources } = set;
  const { files, fileRecords } = checkpoint;
  const readOwn = createEntryReader(checkpoint, sources);
  const readRelated = createEntryReader(checkpoint, sources);
  const valuesOf = createSharedValueReader();
  const options = createSocketOptionsReader(fileDetails);
  const about: About = { set, file: NONE, links, related: [], details: fileDetails, options };
  const describe = (file: FileRow, entry: EntryBytes | null, related: readonly Related[]): undefined => {
    about.file = file;
    about.related = related;
    if (entry !== null) describeFile(entry.message, valuesOf(entry, related.length === 0), about);
  };
  const readAll = async (file: FileRow, own: ReturnType<EntryReader>): Promise<void> => {
    const entry = await own;
    const related: Related[] = [];
    for (const record of entry === null ? [] : furtherRecords(fileRecords, file).subarray(0, RELATED_LIMIT)) {
      const found = await readRelated(record);
      if (found?.message) related.push({ message: found.message, values: valuesOf(found, related.length === 0) });
    }
    describe(file, entry, related);
  };
  return (file) => {
    const entry = readOwn(files.record[file] ?? -1);
    const isAlone = !hasFurtherRecords(fileRecords, file);
    return isAlone && !(entry instanceof Promise) ? describe(file, entry, NO_RELATED) : readAll(file, entry);
  };
}

const NO_RELATED: readonly Related[] = [];

/** Adds the details of the file in an entry of a message. */
function describeFile(message: string | null, own: Values, about: About): void {
  const isOwn = message !== "file_entry";
  const field = isOwn ? FILE_FIELD_OF_MESSAGE.get(message ?? "") : FILE_FIELDS[own.number("type") ?? 0];
  if (field === undefined || field === null) return;
  const values = isOwn ? own : own.inside(field);
  DESCRIBE[field]?.(values, about);
  addOwner(about, values);
  addUnlinked(about);
  addPath(about);
}

/** fown_entry.pid_type. */
const OWNER_TYPES: Readonly<Record<number, string>> = { 0: "pid", 1: "tgid", 2: "pgid", 3: "sid" };

/** Adds which process gets signals for a file (F_SETOWN), and which signal (F_SETSIG), if any does. */
function addOwner(about: About, values: Values): void {
  if (values.isBlank("fown")) return;
  // If the entry is cut off, the last of these are unknown.
  const [pid, signal] = [values.number("fown.pid"), values.number("fown.signum")];
  const [uid, euid] = [values.number("fown.uid"), values.number("fown.euid")];
  if (!pid && !signal && !uid && !euid) return;
  const number = values.number("fown.pid_type");
  const type = number === null ? null : (OWNER_TYPES[number] ?? number);
  add(about, "owner", { pid, type, signal, uid, euid });
}

/** Adds the remap of an unlinked file, and the attributes of the ghost file in which CRIU keeps its contents. */
function addUnlinked(about: About): void {
  if (((about.set.checkpoint.files.has[about.file] ?? 0) & HAS.deleted) === 0) return;
  const ghost = relatedOf(about, "ghost_file_entry");
  const remap = relatedOf(about, "remap_file_path_entry");
  add(about, "unlinked", true);
  const stored = remap?.number("remap_type") ?? null;
  const type = remapType(remap?.number("remap_id") ?? 0, stored);
  // Without the bit of a ghost, a type that is not stored may as well be cut off.
  if (stored !== null || type === REMAP.ghost) add(about, "remap", enumName("remap_type", type));
  if (ghost === null) return;
  add(about, "ghost", {
    uid: ghost.number("uid"),
    gid: ghost.number("gid"),
    mode: ghost.number("mode"),
    size: ghost.exact("size"),
  });
  // A socket has an inode of its own.
  if (ghost.has("ino")) about.details.set(about.file, "inode", ghost.exact("ino"));
  if (ghost.has("dev")) add(about, "inodeDevice", deviceText(ghost.number("dev") ?? 0));
}

/** Adds for a FIFO or terminal the id and mode of the REG entry with its path. */
function addPath(about: About): void {
  const path = about.related.find(({ message, values }) => message === "reg_file_entry" || values.has("reg.id"));
  if (path === undefined) return;
  const { values } = path;
  add(about, "pathFile", values.number("reg.id") ?? values.number("id"));
  about.details.set(about.file, "mode", values.number("reg.mode") ?? values.number("mode"));
}
