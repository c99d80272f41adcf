// Details of open files that have no column, by their type.

import { NONE } from "../../../model/checkpoint.ts";
import type { Details, DetailValue } from "../../../model/fields.ts";
import { areOtherEnds } from "../../../model/links.ts";
import { clockName, deviceText } from "../../../model/names/named-values.ts";
import { flagNames } from "../../../model/names/names.ts";
import {
  FANOTIFY_EVENTS,
  FANOTIFY_FLAGS,
  FANOTIFY_MARK_FLAGS,
  INOTIFY_EVENTS,
} from "../../../model/names/notify-events.ts";
import { u32At } from "../../../model/read.ts";
import type { FileRow } from "../../../model/rows.ts";
import { writeInteger, writePiece } from "../../../model/text/json-bytes.ts";
import { encodeText, visible } from "../../../model/text/text.ts";
import { bitWords, buildIdText, NAMESPACES, SEALS, signalNames } from "../format/meaning.ts";
import { enumName } from "../format/messages.ts";
import type { KnownField } from "../wire/field-table.ts";
import { highAt, lowAt } from "../wire/parts.ts";
import type { Values } from "../wire/values.ts";
import {
  type About,
  type AddDetails,
  add,
  allRelated,
  exact,
  type FileRows,
  fieldIn,
  fileId,
  flag,
  ifSet,
  ifThere,
  linking,
  listed,
  made,
  number,
  relatedOf,
  rowsOf,
  same,
  text,
  type ValueOf,
  WRITTEN,
  withIds,
  word,
} from "./detail-rows.ts";
import { targets } from "./epoll-details.ts";
import { exactIn, fieldsOf, isZero, numberIn } from "./file-fields.ts";
import { INET_ROWS, NETLINK_ROWS, PACKET_ROWS, UNIX_ROWS } from "./socket-details.ts";
import { describeTerminal } from "./terminal-details.ts";

const [OPEN_LIST, CLOSE_LIST, COMMA] = [encodeText("["), encodeText("]"), encodeText(",")];

const pipeRows = (message: "pipe_entry" | "fifo_entry", ...more: readonly ReturnType<typeof number>[]): FileRows =>
  rowsOf(message, { varying: ["id", "pipe_id"] }, [
    number("pipeId", "pipe_id"),
    made(
      "otherEnds",
      otherEnds(fieldIn(fieldsOf(message), "pipe_id")),
      ["pipe_id"],
      withIds("otherEnds", WRITTEN.ENDS),
    ),
    same((about) => {
      const data = relatedOf(about, "pipe_data_entry");
      if (data !== null) add(about, "bytesInPipe", data.number("bytes"));
    }),
    ...more,
    same((about) => {
      const data = relatedOf(about, "pipe_data_entry");
      if (data?.has("size")) add(about, "capacity", data.number("size"));
    }),
  ]);

/** The ids of the open files at the other end of a pipe. */
function otherEnds(pipeId: KnownField): ValueOf {
  return (about) => {
    const { details, file } = about;
    if (!about.needs("otherEnds")) return NONE;
    const out = details.write();
    const pipe = numberIn(about.fields, pipeId);
    let count = 0;
    writePiece(out, OPEN_LIST);
    const addEnd = (row: FileRow): void => {
      const isOther = row !== file && areOtherEnds(about.set.checkpoint.files, file, row);
      const id = isOther ? fileId(about, row) : null;
      if (id === null) return;
      if (count++ > 0) writePiece(out, COMMA);
      writeInteger(out, id);
    };
    if (pipe !== null && about.needsIds("otherEnds")) about.set.pipeEnds(pipe, addEnd);
    writePiece(out, CLOSE_LIST);
    return details.indexOfWritten();
  };
}

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

/** A list whose items are in the file's message or, before CRIU 3.4, in entries of their own. */
const items =
  (field: string, message: string, itemOf: (values: Values) => Details): ValueOf =>
  (about) => {
    const earlier = allRelated(about, message).map(({ values }) => itemOf(values));
    return about.details.indexOf([...about.values().each(field, itemOf), ...earlier]);
  };

const TIMER = fieldsOf("timerfd_entry");
const [INTERVAL, INTERVAL_NANO] = [fieldIn(TIMER, "isec"), fieldIn(TIMER, "insec")];
const [LEFT, LEFT_NANO] = [fieldIn(TIMER, "vsec"), fieldIn(TIMER, "vnsec")];

/** Whether a timer is armed. A one-shot timer disarms itself when it expires. */
function isArmed({ details, fields }: About): number {
  return details.indexOf(!isZero(fields, LEFT) || !isZero(fields, LEFT_NANO));
}

/** The number of the value of a time, given as two fields for seconds and nanoseconds: `5.000000000`. */
function timeValue({ details, fields }: About, whole: KnownField, nano: KnownField): number {
  const { parts, last } = fields;
  const seconds = last[whole.number] as number;
  const rest = last[nano.number] as number;
  if (seconds === NONE || rest === NONE || highAt(parts, seconds) !== 0 || highAt(parts, rest) !== 0) {
    const text = `${exactIn(fields, whole) ?? "0"}.${(exactIn(fields, nano) ?? "0").padStart(NANO_DIGITS, "0")}`;
    return details.indexOf(text);
  }
  const out = details.write();
  writePiece(out, QUOTE);
  writeInteger(out, lowAt(parts, seconds));
  let zeros = NANO_DIGITS - 1;
  for (let limit = 10; zeros > 0 && lowAt(parts, rest) >= limit; limit *= 10) zeros--;
  writePiece(out, DOT_AND_ZEROS[zeros] as Uint8Array);
  writeInteger(out, lowAt(parts, rest));
  writePiece(out, QUOTE);
  return details.indexOfWritten();
}

const NANO_DIGITS = 9;
const QUOTE = encodeText('"');
const DOT_AND_ZEROS = Array.from({ length: NANO_DIGITS }, (_, zeros) => encodeText(`.${"0".repeat(zeros)}`));

const addRegular: AddDetails = (about) => {
  const values = about.values();
  const words = values.numbers("build_id");
  if (words.length > 0) add(about, "buildId", buildIdText(words, about.set.checkpoint.machine.littleEndian));
  if (values.has("checksum")) {
    add(about, "checksum", {
      crc32c: (values.number("checksum") ?? 0).toString(16).padStart(8, "0"),
      config: values.number("checksum_config"),
      parameter: values.number("checksum_parameter"),
    });
  }
};

const addMemfd: AddDetails = (about) => {
  const inode = relatedOf(about, "memfd_inode_entry");
  if (inode === null) return;
  add(about, "name", inode.text("name"));
  add(about, "size", inode.exact("size"));
  add(about, "seals", bitWords(SEALS, inode.number("seals") ?? 0));
  add(about, "uid", inode.number("uid"));
  add(about, "gid", inode.number("gid"));
  if (inode.has("mode")) add(about, "mode", inode.number("mode"));
  if (inode.number("hugetlb_flag")) add(about, "hugePages", inode.number("hugetlb_flag"));
};

const addPidfd: AddDetails = (about) => {
  const values = about.values();
  const pid = values.number("nspid");
  const inode = values.number("ino");
  add(about, "pid", pid === -1 ? null : pid);
  if (pid === -1) add(about, "ended", true);
  add(about, "inode", inode !== null && Number.isSafeInteger(inode) ? inode : values.exact("ino"));
};

/** Adds the plugin that saved an external file, if it is the only one, and the image it was saved in. */
const addExternal: AddDetails = (about) => {
  const { plugins, pluginImages, checkpoint } = about.set;
  const image = pluginImages.get(u32At(checkpoint.files.id, about.file));
  const [plugin] = plugins;
  if (plugin !== undefined && plugins.length === 1) add(about, "plugin", visible(plugin));
  add(about, "pluginImage", image === undefined ? null : visible(image));
};

const addTerminal: AddDetails = (about) => {
  const info = relatedOf(about, "tty_info_entry");
  if (info !== null) describeTerminal(info, (key, value) => add(about, key, value));
};

/** By field of file_entry. */
export const FILE_ROWS: Readonly<Record<string, FileRows>> = {
  // The rest is in columns: see readInode in file-readers.ts.
  reg: rowsOf("reg_file_entry", null, [addRegular]),
  pipe: pipeRows("pipe_entry", number("uid", "uid", ifThere("uid")), number("gid", "gid", ifThere("uid"))),
  fifo: pipeRows("fifo_entry"),
  isk: INET_ROWS,
  usk: UNIX_ROWS,
  psk: PACKET_ROWS,
  nlsk: NETLINK_ROWS,
  efd: rowsOf("eventfd_file_entry", { varying: ["id", "counter"] }, [exact("counter")]),
  epfd: rowsOf("eventpoll_file_entry", { varying: ["id", "tfd"] }, [
    linking("targets", targets, ["tfd"], WRITTEN.TARGETS),
  ]),
  sgfd: rowsOf("signalfd_entry", { varying: ["id"] }, [
    same((about) => {
      const mask = about.values().halves("sigmask");
      const { arch } = about.set.checkpoint.machine;
      add(about, "signals", mask === null ? [] : signalNames(mask.low, mask.high, arch));
    }),
  ]),
  tfd: rowsOf("timerfd_entry", { varying: ["id", "ticks", "vsec", "vnsec"], also: ["isec", "insec"] }, [
    word("clock", "clockid", (clock) => clockName(clock) ?? clock),
    exact("ticks"),
    number("settimeFlags", "settime_flags", ifSet("settime_flags")),
    same((about) => about.details.addIndexed(about.file, "interval", timeValue(about, INTERVAL, INTERVAL_NANO))),
    made("armed", isArmed, ["vsec", "vnsec"], () => WRITTEN.ANY),
    made(
      "left",
      (about) => timeValue(about, LEFT, LEFT_NANO),
      ["vsec", "vnsec"],
      () => WRITTEN.TIME,
    ),
  ]),
  ify: rowsOf("inotify_file_entry", { varying: ["id", "wd"] }, [
    made("watches", items("wd", "inotify_wd_entry", inotifyWatch), ["wd"]),
  ]),
  ffy: rowsOf("fanotify_file_entry", { varying: ["id", "mark"] }, [
    same((about) => add(about, "fanotifyFlags", bitWords(FANOTIFY_FLAGS, about.values().number("faflags") ?? 0))),
    word("eventFlags", "evflags", (flags, { arch }) => flagNames(flags, arch)),
    made("marks", items("mark", "fanotify_mark_entry", fanotifyMark), ["mark"]),
  ]),
  tty: rowsOf("tty_file_entry", null, [addTerminal]),
  memfd: rowsOf("memfd_file_entry", null, [addMemfd]),
  bpf: rowsOf("bpfmap_file_entry", null, [
    text("name", "map_name"),
    number("mapType", "map_type"),
    number("keySize", "key_size"),
    number("valueSize", "value_size"),
    number("maxEntries", "max_entries"),
    flag("frozen"),
    number("mapFlags", "map_flags", ifSet("map_flags")),
    number("interfaceIndex", "ifindex", ifSet("ifindex")),
    exact("mapExtra", "map_extra", ifSet("map_extra")),
  ]),
  nsf: rowsOf("ns_file_entry", { varying: ["id", "ns_id"] }, [
    word("namespace", "ns_cflag", listed(NAMESPACES)),
    number("namespaceId", "ns_id"),
  ]),
  pidfd: rowsOf("pidfd_entry", null, [addPidfd]),
  tunf: rowsOf("tunfile_entry", null, [
    text("device", "netdev"),
    flag("detached"),
    word("namespace", "ns_id", () => "net", ifThere("ns_id")),
    number("namespaceId", "ns_id", ifThere("ns_id")),
  ]),
  ext: rowsOf("ext_file_entry", null, [addExternal]),
};
