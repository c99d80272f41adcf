// Details of an open file that have no column, as a plain object for each type of file.

import { furtherRecords, HAS, hasFurtherRecords, NONE } from "../../model/checkpoint.ts";
import type { Details, DetailValue } from "../../model/fields.ts";
import { SOCKET_FAMILIES, SOCKET_STATES, socketType } from "../../model/names.ts";
import { u32At } from "../../model/read.ts";
import type { FileRow } from "../../model/rows.ts";
import { visible } from "../../model/text.ts";
import type { LinksBuilder } from "../builder/details.ts";
import type { DecodedSet } from "./decoded-set.ts";
import { FILE_FIELD_OF_MESSAGE, FILE_FIELDS } from "./file-types.ts";
import { createEntryReader, type EntryBytes, type EntryReader } from "./inspect.ts";
import {
  addressText,
  bitWords,
  clockName,
  deviceText,
  EPOLL_EVENTS,
  ETHER_TYPES,
  endpointText,
  FANOTIFY_EVENTS,
  fromNetworkOrder,
  INOTIFY_EVENTS,
  IP_PROTOCOLS,
  NAMESPACES,
  NETLINK_PROTOCOLS,
  SEALS,
  signalNames,
  statDeviceText,
} from "./meaning.ts";
import { enumName } from "./messages.ts";
import { socketOptions } from "./socket-options.ts";
import { createValueReader, type Values } from "./values.ts";

const SOCK_RAW = 3;

/** Another entry that describes the file further. */
interface Related {
  readonly message: string;
  readonly values: Values;
}

interface About {
  readonly set: DecodedSet;
  readonly file: FileRow;
  /** Takes the links of the file. */
  readonly links: LinksBuilder;
  readonly related: readonly Related[];
}

type Describe = (values: Values, about: About) => Record<string, DetailValue>;

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
  return {
    pipeId: id,
    otherEnds: otherEnds(about, id),
    ...(data === null ? {} : { bytesInPipe: data.number("bytes") }),
  };
};

const queued = (about: About): Record<string, DetailValue> => {
  const packets = allRelated(about, "sk_packet_entry");
  if (packets.length === 0) return {};
  const bytes = packets.reduce((sum, packet) => sum + (packet.number("length") ?? 0), 0);
  const inFlight = packets.flatMap((packet) => packet.each("scm", (scm) => scm.numbers("rights")).flat());
  for (const id of inFlight) about.links.add(about.file, "in-flight", about.set.fileOfId.row(id));
  return { queuedPackets: packets.length, queuedBytes: bytes, ...(inFlight.length === 0 ? {} : { inFlight }) };
};

const backlog = (values: Values): Record<string, DetailValue> =>
  values.number("state") === 10 ? { backlog: values.number("backlog") } : {};

const shutdown = (values: Values): Record<string, DetailValue> =>
  values.has("shutdown") ? { shutdown: enumName("sk_shutdown", values.number("shutdown") ?? 0) } : {};

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
  ...handlePath(watch, "f_handle"),
});

const fanotifyMark = (mark: Values): Details => ({
  type: enumName("mark_type", mark.number("type") ?? 0),
  mask: bitWords(FANOTIFY_EVENTS, mark.number("mask") ?? 0),
  ignoredMask: bitWords(FANOTIFY_EVENTS, mark.number("ignored_mask") ?? 0),
  device: deviceText(mark.number("s_dev") ?? 0),
  ...(mark.has("ie.i_ino") ? { inode: mark.exact("ie.i_ino"), ...handlePath(mark, "ie.f_handle") } : {}),
  ...(mark.has("me.mnt_id") ? { mount: mark.number("me.mnt_id"), path: mark.text("me.path") } : {}),
});

const seconds = (values: Values, whole: string, nano: string): string =>
  `${values.exact(whole) ?? "0"}.${(values.exact(nano) ?? "0").padStart(9, "0")}`;

const NOTHING = /^0\.0*$/;

/** Settings of a terminal. Of c_cc only the first five words are set, each with four characters. */
function terminalSettings(info: Values): Record<string, DetailValue> {
  const flag = (name: string): Record<string, DetailValue> => (info.bool(name) === true ? { [name]: true } : {});
  const {
    locked,
    exclusive,
    packet_mode: packetMode,
  } = { ...flag("locked"), ...flag("exclusive"), ...flag("packet_mode") };
  const characters = info.numbers("termios.c_cc").slice(0, CONTROL_WORDS);
  const hex = characters.map((word) => [0, 8, 16, 24].map((by) => ((word >>> by) & 255).toString(16).padStart(2, "0")));
  const octal = (name: string): string => `0${(info.number(`termios.${name}`) ?? 0).toString(8)}`;
  return {
    ...(info.has("termios.c_iflag")
      ? {
          settings: {
            iflag: octal("c_iflag"),
            oflag: octal("c_oflag"),
            cflag: octal("c_cflag"),
            lflag: octal("c_lflag"),
            line: info.number("termios.c_line"),
            inputSpeed: info.number("termios.c_ispeed"),
            outputSpeed: info.number("termios.c_ospeed"),
            characters: hex.flat().slice(0, CONTROL_CHARACTERS).join(" "),
          },
        }
      : {}),
    ...(locked === undefined ? {} : { locked }),
    ...(exclusive === undefined ? {} : { exclusive }),
    ...(packetMode === undefined ? {} : { packetMode }),
  };
}

const CONTROL_WORDS = 5;
/** NCCS of Linux. */
const CONTROL_CHARACTERS = 19;

/** By field of file_entry. */
const DESCRIBE: Readonly<Record<string, Describe>> = {
  // In columns: see readInode in file-readers.ts.
  reg: () => ({}),
  pipe,
  fifo: pipe,
  isk: (values, about) => {
    const stream = relatedOf(about, "tcp_stream_entry");
    const { littleEndian } = about.set.checkpoint.machine;
    // A raw socket has no ports; its protocol is stored in place of the source port.
    const isRaw = values.number("type") === SOCK_RAW;
    return {
      family: word(SOCKET_FAMILIES, values.number("family")),
      type: typeWord(values, about),
      protocol: word(IP_PROTOCOLS, values.number("proto")),
      state: word(SOCKET_STATES, values.number("state")),
      source: isRaw
        ? addressText(values.numbers("src_addr"), littleEndian)
        : endpointText(values.numbers("src_addr"), values.number("src_port"), littleEndian),
      destination: isRaw
        ? addressText(values.numbers("dst_addr"), littleEndian)
        : endpointText(values.numbers("dst_addr"), values.number("dst_port"), littleEndian),
      inode: values.number("ino"),
      ...backlog(values),
      ...shutdown(values),
      ...(values.has("ifname") ? { interface: values.text("ifname") } : {}),
      ...socketOptions(values),
      ...(stream === null ? {} : { bytesToRead: stream.number("inq_len"), bytesToSend: stream.number("outq_len") }),
      ...queued(about),
    };
  },
  usk: (values, about) => {
    const peerInode = values.number("peer");
    const found = { row: NONE };
    if (peerInode !== null && peerInode !== 0) {
      about.set.unixSockets(peerInode, (row) => {
        if (found.row === NONE) found.row = row;
      });
      about.links.add(about.file, "peer", found.row);
    }
    return {
      type: typeWord(values, about),
      state: word(SOCKET_STATES, values.number("state")),
      name: values.text("name"),
      inode: values.number("ino"),
      peerInode,
      peer: fileId(about, found.row),
      ...backlog(values),
      ...shutdown(values),
      ...(values.has("name_dir") ? { directory: values.text("name_dir") } : {}),
      ...socketOptions(values),
      ...queued(about),
    };
  },
  psk: (values, about) => {
    const stored = values.number("protocol");
    const protocol = stored === null ? null : fromNetworkOrder(stored, about.set.checkpoint.machine.littleEndian);
    return {
      type: typeWord(values, about),
      protocol: protocol === null ? null : (ETHER_TYPES[protocol] ?? protocol),
      interfaceIndex: values.number("ifindex"),
      ...socketOptions(values),
    };
  },
  nlsk: (values, about) => ({
    protocol: word(NETLINK_PROTOCOLS, values.number("protocol")),
    portId: values.number("portid"),
    groups: values.numbers("groups"),
    inode: values.number("ino"),
    ...socketOptions(values),
    ...queued(about),
  }),
  efd: (values) => ({ counter: values.exact("counter") }),
  epfd: (values, about) => ({
    targets: [
      ...values.each("tfd", epollTarget(about)),
      ...allRelated(about, "eventpoll_tfd_entry").map(epollTarget(about)),
    ],
  }),
  sgfd: (values, about) => {
    const mask = values.halves("sigmask");
    return { signals: mask === null ? [] : signalNames(mask.low, mask.high, about.set.checkpoint.machine.arch) };
  },
  tfd: (values) => {
    const clock = values.number("clockid");
    return {
      clock: clock === null ? null : (clockName(clock) ?? clock),
      ticks: values.exact("ticks"),
      ...((values.number("settime_flags") ?? 0) === 0 ? {} : { settimeFlags: values.number("settime_flags") }),
      interval: seconds(values, "isec", "insec"),
      // A one-shot timer disarms itself when it expires.
      ...(NOTHING.test(seconds(values, "isec", "insec"))
        ? {}
        : { armed: !NOTHING.test(seconds(values, "vsec", "vnsec")) }),
      left: seconds(values, "vsec", "vnsec"),
    };
  },
  ify: (values, about) => ({
    watches: [...values.each("wd", inotifyWatch), ...allRelated(about, "inotify_wd_entry").map(inotifyWatch)],
  }),
  ffy: (values, about) => ({
    marks: [...values.each("mark", fanotifyMark), ...allRelated(about, "fanotify_mark_entry").map(fanotifyMark)],
  }),
  tty: (_values, about) => {
    const info = relatedOf(about, "tty_info_entry");
    if (info === null) return {};
    return {
      type: enumName("TtyType", info.number("type") ?? 0),
      ...(info.has("pty.index") ? { index: info.number("pty.index") } : {}),
      session: info.number("sid"),
      processGroup: info.number("pgrp"),
      device: statDeviceText(info.number("rdev") ?? 0),
      ...(info.has("winsize.ws_row")
        ? { rows: info.number("winsize.ws_row"), columns: info.number("winsize.ws_col") }
        : {}),
      ...terminalSettings(info),
      ...(info.has("uid") ? { uid: info.number("uid"), gid: info.number("gid") } : {}),
    };
  },
  memfd: (_values, about) => {
    const inode = relatedOf(about, "memfd_inode_entry");
    if (inode === null) return {};
    return {
      name: inode.text("name"),
      size: inode.exact("size"),
      seals: bitWords(SEALS, inode.number("seals") ?? 0),
      uid: inode.number("uid"),
      gid: inode.number("gid"),
      ...(inode.has("mode") ? { mode: inode.number("mode") } : {}),
    };
  },
  bpf: (values) => ({
    name: values.text("map_name"),
    mapType: values.number("map_type"),
    keySize: values.number("key_size"),
    valueSize: values.number("value_size"),
    maxEntries: values.number("max_entries"),
    frozen: values.bool("frozen"),
  }),
  nsf: (values) => ({
    namespace: word(NAMESPACES, values.number("ns_cflag")),
    namespaceId: values.number("ns_id"),
  }),
  pidfd: (values) => {
    const pid = values.number("nspid");
    const inode = values.number("ino");
    const exact = inode !== null && Number.isSafeInteger(inode) ? inode : values.exact("ino");
    return pid === -1 ? { pid: null, ended: true, inode: exact } : { pid, inode: exact };
  },
  tunf: (values) => ({ device: values.text("netdev"), detached: values.bool("detached") }),
  ext: (_values, about) => externalDetails(about),
};

/** The plugin that saved an external file, if it is the only one, and the image it was saved in. */
function externalDetails({ set, file }: About): Record<string, DetailValue> {
  const { plugins, pluginImages, checkpoint } = set;
  const image = pluginImages.get(u32At(checkpoint.files.id, file));
  const [plugin] = plugins;
  return {
    ...(plugin === undefined || plugins.length > 1 ? {} : { plugin: visible(plugin) }),
    pluginImage: image === undefined ? null : visible(image),
  };
}

/** At most this many further records of a file are read for its details. */
const RELATED_LIMIT = 1000;

/**
 * Returns a function that reads the details of an open file that are not in columns, and adds its links to `links`. It
 * returns them at once if the file's entry is in memory and no other describes the file.
 */
export function createDetailsReader(
  set: DecodedSet,
  links: LinksBuilder,
): (file: FileRow) => Details | Promise<Details> {
  const { checkpoint, sources } = set;
  const { files, fileRecords } = checkpoint;
  const readOwn = createEntryReader(checkpoint, sources);
  const readRelated = createEntryReader(checkpoint, sources);
  const valuesOf = createValueReader();
  const describe = (file: FileRow, entry: EntryBytes | null, related: readonly Related[]): Details =>
    entry === null ? {} : describeFile(entry.message, valuesOf(entry), { set, file, links, related });
  const readAll = async (file: FileRow, own: ReturnType<EntryReader>): Promise<Details> => {
    const entry = await own;
    const related: Related[] = [];
    for (const record of entry === null ? [] : furtherRecords(fileRecords, file).subarray(0, RELATED_LIMIT)) {
      const found = await readRelated(record);
      if (found?.message) related.push({ message: found.message, values: valuesOf(found) });
    }
    return describe(file, entry, related);
  };
  return (file) => {
    const entry = readOwn(files.record[file] ?? -1);
    const isAlone = !hasFurtherRecords(fileRecords, file);
    return isAlone && !(entry instanceof Promise) ? describe(file, entry, []) : readAll(file, entry);
  };
}

/** The details of the file in an entry of a message. */
function describeFile(message: string | null, own: Values, about: About): Details {
  const isOwn = message !== "file_entry";
  const field = isOwn ? FILE_FIELD_OF_MESSAGE.get(message ?? "") : FILE_FIELDS[own.number("type") ?? 0];
  if (field === undefined || field === null) return {};
  const values = isOwn ? own : own.inside(field);
  const details = DESCRIBE[field]?.(values, about) ?? {};
  return { ...details, ...ownerDetails(values), ...unlinkedDetails(about), ...pathDetails(about) };
}

/** fown_entry.pid_type. */
const OWNER_TYPES: Readonly<Record<number, string>> = { 0: "pid", 1: "tgid", 2: "pgid", 3: "sid" };

/** Which process gets signals for a file (F_SETOWN), and which signal (F_SETSIG), if any does. */
function ownerDetails(values: Values): Record<string, DetailValue> {
  const [pid, signal] = [values.number("fown.pid") ?? 0, values.number("fown.signum") ?? 0];
  const [uid, euid] = [values.number("fown.uid") ?? 0, values.number("fown.euid") ?? 0];
  if (pid === 0 && signal === 0 && uid === 0 && euid === 0) return {};
  const type = values.number("fown.pid_type") ?? 0;
  return { owner: { pid, type: OWNER_TYPES[type] ?? type, signal, uid, euid } };
}

/** The remap of an unlinked file, and the attributes of the ghost file in which CRIU keeps its contents. */
function unlinkedDetails(about: About): Record<string, DetailValue> {
  if (((about.set.checkpoint.files.has[about.file] ?? 0) & HAS.deleted) === 0) return {};
  const ghost = relatedOf(about, "ghost_file_entry");
  const remap = relatedOf(about, "remap_file_path_entry");
  return {
    unlinked: true,
    ...(remap?.has("remap_type") ? { remap: enumName("remap_type", remap.number("remap_type") ?? 0) } : {}),
    ...(ghost === null
      ? {}
      : {
          ghost: {
            uid: ghost.number("uid"),
            gid: ghost.number("gid"),
            mode: ghost.number("mode"),
            size: ghost.exact("size"),
          },
          ...(ghost.has("ino") ? { inode: ghost.exact("ino") } : {}),
          ...(ghost.has("dev") ? { inodeDevice: deviceText(ghost.number("dev") ?? 0) } : {}),
        }),
  };
}

/** For a FIFO or terminal: the id and mode of the REG entry with its path. */
function pathDetails(about: About): Record<string, DetailValue> {
  const path = about.related.find(({ message, values }) => message === "reg_file_entry" || values.has("reg.id"));
  if (path === undefined) return {};
  const { values } = path;
  return {
    pathFile: values.number("reg.id") ?? values.number("id"),
    mode: values.number("reg.mode") ?? values.number("mode"),
  };
}
