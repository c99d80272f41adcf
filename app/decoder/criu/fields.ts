// Inspects an entry: every field with its bytes, raw value, meaning and reference.

import type { Field, Reference } from "../../model/fields.ts";
import { clockName, deviceText } from "../../model/names/named-values.ts";
import { flagNames, SOCKET_FAMILIES, SOCKET_STATES, socketType } from "../../model/names/names.ts";
import { FANOTIFY_EVENTS, INOTIFY_EVENTS } from "../../model/names/notify-events.ts";
import { ETHER_TYPES, IP_PROTOCOLS, NETLINK_PROTOCOLS } from "../../model/names/protocols.ts";
import { i32At } from "../../model/read.ts";
import { recordLength, recordMember, recordOffset } from "../../model/records.ts";
import type { RecordRow } from "../../model/rows.ts";
import { visibleText } from "../../model/text/text.ts";
import { sizeText } from "../../model/text/words.ts";
import type { Source } from "../source.ts";
import {
  addressText,
  bitWords,
  EPOLL_EVENTS,
  fromNetworkOrder,
  lockKindName,
  lockTypeName,
  mapFlagNames,
  modeText,
  NAMESPACES,
  PAGEMAP_FLAG_WORDS,
  PROTECTION,
  SEALS,
  signalName,
  signalNames,
  statDeviceText,
  TASK_STATE_WORDS,
  VMA_STATUS_WORDS,
  waitStatus,
} from "./format/meaning.ts";
import { ENUMS, enumName, MAGICS } from "./format/messages.ts";
import { fileOfDescriptor } from "./handlers/descriptor-lookup.ts";
import { pagesText } from "./handlers/image-facts.ts";
import type { DecodedSet } from "./walk/decoded-set.ts";
import { word } from "./wire/framing.ts";
import { createEntryReader, type EntryBytes } from "./wire/inspect.ts";
import { numberText, type Piece, pieces } from "./wire/pieces.ts";
import { WIRE, wireType } from "./wire/wire.ts";

/** Context for describing fields: the image and member that they are in. */
interface Context {
  readonly set: DecodedSet;
  readonly member: number;
  readonly arch: string | null;
  readonly littleEndian: boolean;
  /** All fields of the entry. */
  readonly entry: readonly Piece[];
}

type Meaning = (low: number, high: number, context: Context) => string | null;

const words =
  (list: Readonly<Record<number, string>>): Meaning =>
  (low) =>
    list[low] ?? null;
const bits =
  (list: Parameters<typeof bitWords>[0]): Meaning =>
  (low) =>
    bitWords(list, low).join(" | ") || null;
const openFlags: Meaning = (low, _high, { arch }) => flagNames(low, arch).join(" | ");
const address: Meaning = (low, _high, { littleEndian }) => addressText([low], littleEndian);
const sockType: Meaning = (low, _high, { arch }) => socketType(low, arch) ?? null;
const hex: Meaning = (low, high) => `0x${((BigInt(high) << 32n) | BigInt(low)).toString(16)}`;
const mode: Meaning = (low) => modeText(low);
const device: Meaning = (low) => deviceText(low);
const statDevice: Meaning = (low) => statDeviceText(low);
const bytes: Meaning = (low, high) => sizeText(high * 2 ** 32 + low);
const signal: Meaning = (low, _high, { arch }) => signalName(low, arch);
const sigmask: Meaning = (low, high, { arch }) => signalNames(low, high, arch).join(" ") || null;

const FLAG_MESSAGES = (
  "reg_file_entry pipe_entry inet_sk_entry unix_sk_entry packet_sock_entry netlink_sk_entry eventfd_file_entry " +
  "eventpoll_file_entry signalfd_entry inotify_file_entry fanotify_file_entry tty_file_entry timerfd_entry " +
  "memfd_file_entry ns_file_entry bpfmap_file_entry pidfd_entry"
).split(" ");

/** The meanings of numbers, by message and field. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  ...Object.fromEntries(FLAG_MESSAGES.map((message) => [`${message}.flags`, openFlags])),
  "fdinfo_entry.flags": (low) => (low === 1 ? "FD_CLOEXEC" : null),
  "reg_file_entry.mode": mode,
  "reg_file_entry.size": bytes,
  "ghost_file_entry.mode": mode,
  "ghost_file_entry.size": bytes,
  "ghost_file_entry.dev": device,
  "ghost_file_entry.rdev": statDevice,
  "irmap_cache_entry.dev": device,
  "file_perms_entry.mode": mode,
  "memfd_inode_entry.mode": mode,
  "memfd_inode_entry.size": bytes,
  "memfd_inode_entry.seals": bits(SEALS),
  "task_core_entry.task_state": words(TASK_STATE_WORDS),
  "task_core_entry.exit_code": (low, _high, { arch }) => (low === 0 ? null : waitStatus(low, arch)),
  "task_core_entry.stop_signo": signal,
  "task_core_entry.blk_sigset": sigmask,
  "thread_core_entry.blk_sigset": sigmask,
  "thread_core_entry.pdeath_sig": signal,
  "fown_entry.signum": signal,
  "inventory_entry.compress": words({ 0: "not compressed", 1: "page by page", 2: "by regions" }),
  "inet_sk_entry.family": words(SOCKET_FAMILIES),
  "inet_sk_entry.type": sockType,
  "inet_sk_entry.proto": words(IP_PROTOCOLS),
  "inet_sk_entry.state": words(SOCKET_STATES),
  "inet_sk_entry.src_addr": address,
  "inet_sk_entry.dst_addr": address,
  "unix_sk_entry.type": sockType,
  "unix_sk_entry.state": words(SOCKET_STATES),
  "packet_sock_entry.type": sockType,
  "packet_sock_entry.protocol": (low, _high, { littleEndian }) => {
    const protocol = fromNetworkOrder(low, littleEndian);
    return ETHER_TYPES[protocol] ?? `0x${protocol.toString(16)}`;
  },
  "netlink_sk_entry.protocol": words(NETLINK_PROTOCOLS),
  "eventpoll_tfd_entry.events": bits(EPOLL_EVENTS),
  "eventpoll_tfd_entry.dev": device,
  "inotify_wd_entry.mask": bits(INOTIFY_EVENTS),
  "inotify_wd_entry.s_dev": device,
  "fanotify_mark_entry.mask": bits(FANOTIFY_EVENTS),
  "fanotify_mark_entry.ignored_mask": bits(FANOTIFY_EVENTS),
  "fanotify_mark_entry.s_dev": device,
  "signalfd_entry.sigmask": sigmask,
  "timerfd_entry.clockid": clockName,
  "timerfd_entry.vsec": () => "seconds left",
  "timerfd_entry.vnsec": () => "nanoseconds left",
  "ns_file_entry.ns_cflag": words(NAMESPACES),
  "tty_info_entry.rdev": statDevice,
  "tty_info_entry.dev": statDevice,
  "mnt_entry.root_dev": device,
  "vma_entry.start": hex,
  "vma_entry.end": hex,
  "vma_entry.prot": bits(PROTECTION),
  "vma_entry.flags": (low, _high, { arch }) => mapFlagNames(low, arch).join(" | ") || null,
  "vma_entry.status": bits(VMA_STATUS_WORDS),
  "pagemap_entry.vaddr": hex,
  "pagemap_entry.flags": bits(PAGEMAP_FLAG_WORDS),
  "pagemap_head.pages_id": (low, _high, { set, member }) => {
    return `pages-${low}.img: ${pagesText(set.pages.get(member) ?? 0, set.pageSize)}`;
  },
  "file_lock_entry.type": (low) => lockTypeName(low),
  "file_lock_entry.flag": (low) => lockKindName(low),
  ...Object.fromEntries(
    "start_code end_code start_data end_data start_stack start_brk brk arg_start arg_end env_start env_end"
      .split(" ")
      .map((name) => [`mm_entry.mm_${name}`, hex]),
  ),
};

/** Fields that hold file ids. */
const FILE_REFERENCES = new Set([
  "fdinfo_entry.id",
  "fifo_entry.regf_id",
  "tty_file_entry.regf_id",
  "fs_entry.cwd_id",
  "fs_entry.root_id",
  "mm_entry.exe_file_id",
  "remap_file_path_entry.orig_id",
  "sk_packet_entry.id_for",
  "scm_entry.rights",
]);
/** Entries that have the id of their owner before CRIU 3.4. Since then they are nested in it and the id is unused. */
const OWNER_MESSAGES = new Set(["eventpoll_tfd_entry", "inotify_wd_entry", "fanotify_mark_entry"]);
const TASK_REFERENCES = new Set(["pstree_entry.ppid", "pstree_entry.pid", "file_lock_entry.pid", "pidfd_entry.nspid"]);

function referenceOf(piece: Piece, context: Context, top: string): Reference | null {
  const { set } = context;
  const key = `${piece.message}.${piece.field}`;
  const owner = piece.field === "id" && OWNER_MESSAGES.has(piece.message) && top === piece.message;
  if (FILE_REFERENCES.has(key) || owner) return reference("file", set.fileOfId.row(piece.low));
  if (key === "task_kobj_ids_entry.files_id") return reference("table", rowOf(set.checkpoint.tables.id, piece.low));
  if (key === "file_lock_entry.fd") return lockedFile(piece, context);
  if (TASK_REFERENCES.has(key)) return reference("task", rowOf(set.checkpoint.tasks.pid, piece.low | 0));
  return null;
}

/** The open file of a lock, by its pid and descriptor. */
function lockedFile(fd: Piece, { set: { checkpoint }, entry }: Context): Reference | null {
  const pid = entry.find(({ field }) => field === "pid");
  const task = pid === undefined ? -1 : rowOf(checkpoint.tasks.pid, pid.low | 0);
  if (task < 0) return null;
  return reference("file", fileOfDescriptor(checkpoint, i32At(checkpoint.tasks.table, task), fd.low | 0));
}

const reference = (to: Reference["to"], row: number): Reference | null => (row < 0 ? null : { to, row });
const rowOf = (column: Uint32Array | Int32Array, value: number): number => column.indexOf(value);

/** Most bytes of a string to show as its raw value. */
const TEXT_SHOWN = 4096;

/** Returns a function that reads the fields of a record. Every byte of the record is in exactly one field. */
export function createFieldReader(set: DecodedSet): (record: RecordRow) => Promise<Field[]> {
  const { checkpoint, sources } = set;
  const readEntry = createEntryReader(checkpoint, sources);
  return async (record) => {
    const { records, machine } = checkpoint;
    if (record < 0 || record >= records.count) return [];
    const offset = recordOffset(records, record);
    const length = recordLength(records, record);
    const member = recordMember(records, record);
    const kind = records.kinds[records.kind[record] ?? -1];
    if (kind?.struct === "magic") return magicFields(sources[member], offset, length, machine.littleEndian);
    const opaque = { name: "data", type: "bytes", offset, length, raw: "", meaning: null, role: "payload" } as const;
    const entry = await readEntry(record);
    if (entry === null) return length === 0 ? [] : [opaque];
    const found = pieces(entry.bytes, entry.start, entry.end, entry.message ?? "", entry.isCut);
    const context: Context = { set, member, arch: machine.arch, littleEndian: machine.littleEndian, entry: found };
    const size = storedSize(entry, machine.littleEndian);
    const meaning = `${size} bytes of message${entry.isCut ? `, of which ${entry.end - entry.start} are left` : ""}`;
    const fields: Field[] = [{ name: "size", type: "u32", offset, length: 4, raw: String(size), meaning }];
    for (const piece of found) {
      fields.push(fieldOf(piece, entry.bytes, entry.base, context, entry.message ?? ""));
    }
    return fields;
  };
}

/** The size before an entry, as stored. If the file ends inside the entry, the size is larger than the rest. */
function storedSize({ bytes, start, end }: EntryBytes, littleEndian: boolean): number {
  const stored = word(bytes, start - 4, littleEndian);
  const other = word(bytes, start - 4, !littleEndian);
  return other === end - start ? other : stored;
}

async function magicFields(
  source: Source | undefined,
  offset: number,
  length: number,
  littleEndian: boolean,
): Promise<Field[]> {
  const fields: Field[] = [];
  const bytes = (await source?.read(offset, length)) ?? new Uint8Array(0);
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const value = word(bytes, at, littleEndian);
    const name = Object.entries(MAGICS).find(([, magic]) => magic === value)?.[0] ?? null;
    const raw = `0x${value.toString(16)}`;
    fields.push({ name: "magic", type: "u32", offset: offset + at, length: 4, raw, meaning: name });
  }
  return fields;
}

function fieldOf(piece: Piece, data: Uint8Array, base: number, context: Context, top: string): Field {
  const { name, type, low, high } = piece;
  const where = { offset: base + piece.offset, length: piece.end - piece.offset };
  if (piece.role === "payload") {
    return { name: name || "unreadable", type: type || "bytes", ...where, raw: "", meaning: null, role: "payload" };
  }
  if (piece.role === "open") {
    return { name, type, ...where, raw: "", meaning: null };
  }
  if (wireType(type) === WIRE.bytes) {
    // A message that messages.ts does not describe.
    if (type !== "string" && type !== "bytes") return { name, type, ...where, raw: "", meaning: null, role: "payload" };
    const value = data.subarray(piece.value, piece.end);
    const shown = visibleText(value.subarray(0, TEXT_SHOWN));
    const meaning = value.length > TEXT_SHOWN ? `the first ${TEXT_SHOWN} of ${value.length} bytes` : null;
    return { name, type, ...where, raw: shown, meaning, ...(piece.cut === true ? { cut: true } : {}) };
  }
  const raw = numberText(type, low, high);
  const meaning =
    ENUMS[type] === undefined
      ? (MEANINGS[`${piece.message}.${piece.field}`]?.(low, high, context) ?? null)
      : enumName(type, low | 0);
  const refers = referenceOf(piece, context, top);
  return { name, type, ...where, raw, meaning, ...(refers === null ? {} : { refers }) };
}
