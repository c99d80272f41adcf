// The files of an image set: what each is called, its magic, the message of its entries, and raw bytes behind them.

import { MAGICS, type MagicName, type MessageName } from "./messages.ts";

/** Bytes behind each entry's message that are no entry: how many, and by which fields (added up). */
export interface Payload {
  readonly message: MessageName;
  readonly lengths: readonly string[];
}

/** One kind of file. */
export interface MemberKind {
  /** The name's fixed part: `core` of `core-412.img`. */
  readonly name: string;
  /** `null`: a raw file without CRIU's framing, never read. */
  readonly magic: MagicName | null;
  /** Message of the entries; `null`: entries that we do not describe. */
  readonly message: MessageName | null;
  /** Message of the first entry, where it is another one. */
  readonly first?: MessageName;
  readonly payload?: Payload;
  /** What stands behind the name's dash: a decimal number, a hexadecimal one, or nothing. */
  readonly number?: "decimal" | "hex";
  /** Only the magic is read; what follows has no plain framing. */
  readonly opaque?: true;
  /** Of the releases before 3.4: the kind of open file that the entries are (a field of file_entry). */
  readonly file?: string;
}

const kind = (
  name: string,
  magic: MagicName | null,
  message: MessageName | null = null,
  more: Omit<MemberKind, "name" | "magic" | "message"> = {},
): MemberKind => ({ name, magic, message, ...more });

const numbered = { number: "decimal" } as const;
const opaque = { opaque: true } as const;

/**
 * All kinds, in the order in which a set is decoded: an entry that refers to an open file, a task or a terminal
 * comes behind the file that has those.
 */
export const MEMBER_KINDS: readonly MemberKind[] = [
  kind("inventory", "INVENTORY", "inventory_entry"),
  kind("pstree", "PSTREE", "pstree_entry"),
  kind("core", "CORE", "core_entry", numbered),
  kind("ids", "IDS", "task_kobj_ids_entry", numbered),
  kind("utsns", "UTSNS", "utsns_entry", numbered),
  kind("memfd", "MEMFD_INODE", "memfd_inode_entry"),
  kind("files", "FILES", "file_entry"),
  kind("reg-files", "REG_FILES", "reg_file_entry", { file: "reg" }),
  kind("ext-files", "EXT_FILES", "ext_file_entry", { file: "ext" }),
  kind("ns-files", "NS_FILES", "ns_file_entry", { file: "nsf" }),
  kind("pipes", "PIPES", "pipe_entry", { file: "pipe" }),
  kind("fifo", "FIFO", "fifo_entry", { file: "fifo" }),
  kind("inetsk", "INETSK", "inet_sk_entry", { file: "isk" }),
  kind("unixsk", "UNIXSK", "unix_sk_entry", { file: "usk" }),
  kind("packetsk", "PACKETSK", "packet_sock_entry", { file: "psk" }),
  kind("netlinksk", "NETLINK_SK", "netlink_sk_entry", { file: "nlsk" }),
  kind("eventfd", "EVENTFD_FILE", "eventfd_file_entry", { file: "efd" }),
  kind("eventpoll", "EVENTPOLL_FILE", "eventpoll_file_entry", { file: "epfd" }),
  kind("signalfd", "SIGNALFD", "signalfd_entry", { file: "sgfd" }),
  kind("inotify", "INOTIFY_FILE", "inotify_file_entry", { file: "ify" }),
  kind("fanotify", "FANOTIFY_FILE", "fanotify_file_entry", { file: "ffy" }),
  kind("timerfd", "TIMERFD", "timerfd_entry", { file: "tfd" }),
  kind("tty", "TTY_FILES", "tty_file_entry", { file: "tty" }),
  kind("tunfile", "TUNFILE", "tunfile_entry", { file: "tunf" }),
  kind("bpfmap-file", "BPFMAP_FILE", "bpfmap_file_entry", { file: "bpf" }),
  kind("eventpoll-tfd", "EVENTPOLL_TFD", "eventpoll_tfd_entry"),
  kind("inotify-wd", "INOTIFY_WD", "inotify_wd_entry"),
  kind("fanotify-mark", "FANOTIFY_MARK", "fanotify_mark_entry"),
  kind("remap-fpath", "REMAP_FPATH", "remap_file_path_entry"),
  kind("ghost-file", "GHOST_FILE", "ghost_file_entry", { number: "hex" }),
  kind("tty-info", "TTY_INFO", "tty_info_entry"),
  kind("tty-data", "TTY_DATA", "tty_data_entry"),
  kind("pipes-data", "PIPES_DATA", "pipe_data_entry", { payload: { message: "pipe_data_entry", lengths: ["bytes"] } }),
  kind("fifo-data", "FIFO_DATA", "pipe_data_entry", { payload: { message: "pipe_data_entry", lengths: ["bytes"] } }),
  kind("sk-queues", "SK_QUEUES", "sk_packet_entry", { payload: { message: "sk_packet_entry", lengths: ["length"] } }),
  kind("tcp-stream", "TCP_STREAM", "tcp_stream_entry", {
    number: "hex",
    payload: { message: "tcp_stream_entry", lengths: ["inq_len", "outq_len"] },
  }),
  kind("bpfmap-data", "BPFMAP_DATA", "bpfmap_data_entry", {
    payload: { message: "bpfmap_data_entry", lengths: ["keys_bytes", "values_bytes"] },
  }),
  kind("fdinfo", "FDINFO", "fdinfo_entry", numbered),
  kind("fs", "FS", "fs_entry", numbered),
  kind("mm", "MM", "mm_entry", numbered),
  kind("vmas", "VMAS", "vma_entry", numbered),
  kind("filelocks", "FILE_LOCKS", "file_lock_entry"),
  kind("creds", "CREDS", "creds_entry", numbered),
  kind("rlimit", "RLIMIT", "rlimit_entry", numbered),
  kind("pagemap", "PAGEMAP", "pagemap_entry", { first: "pagemap_head", ...numbered }),
  kind("pagemap-shmem", "PAGEMAP", "pagemap_entry", { first: "pagemap_head", ...numbered }),
  kind("mountpoints", "MNTS", "mnt_entry", numbered),
  kind("stats-dump", "STATS", "stats_entry"),
  kind("stats-restore", "STATS", "stats_entry"),
  kind("irmap-cache", "IRMAP_CACHE", "irmap_cache_entry"),
  kind("netns", "NETNS", null, numbered),
  kind("netdev", "NETDEV", null, numbered),
  kind("userns", "USERNS", null, numbered),
  kind("timens", "TIMENS", null, numbered),
  kind("pidns", "PIDNS", null, numbered),
  kind("cgroup", "CGROUP"),
  kind("seccomp", "SECCOMP"),
  kind("cpuinfo", "CPUINFO"),
  kind("apparmor", "APPARMOR"),
  kind("autofs", "AUTOFS", null, numbered),
  kind("sigacts", "SIGACT", null, numbered),
  kind("itimers", "ITIMERS", null, numbered),
  kind("posix-timers", "POSIX_TIMERS", null, numbered),
  kind("signal-s", "SIGNAL", null, numbered),
  kind("signal-p", "SIGNAL", null, numbered),
  kind("binfmt-misc", "BINFMT_MISC"),
  kind("ipcns-var", "IPC_VAR", null, numbered),
  kind("ipcns-shm", "IPCNS_SHM", null, { ...numbered, ...opaque }),
  kind("ipcns-msg", "IPCNS_MSG", null, { ...numbered, ...opaque }),
  kind("ipcns-sem", "IPCNS_SEM", null, { ...numbered, ...opaque }),
  kind("ifaddr", null, null, numbered),
  kind("route", null, null, numbered),
  kind("route6", null, null, numbered),
  kind("rule", null, null, numbered),
  kind("iptables", null, null, numbered),
  kind("ip6tables", null, null, numbered),
  kind("nftables", null, null, numbered),
  kind("tmpfs", null, null, numbered),
  kind("tmpfs-dev", null, null, numbered),
  kind("pages", null, null, numbered),
  kind("pages-shmem", null, null, numbered),
];

/** A file's kind and number, as its name tells them. */
export interface MemberName {
  /** Index into MEMBER_KINDS. */
  readonly kind: number;
  /** The number in the name; NaN where there is none. */
  readonly number: number;
}

const KIND_OF_NAME: ReadonlyMap<string, number> = new Map(MEMBER_KINDS.map(({ name }, index) => [name, index]));

/** The last part of a path. */
export const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** The path without its last part; "" if it has just one. */
export const directoryOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));

/** What a file's name says that it is; `null` if it is not one of a set's. */
export function memberOfName(path: string): MemberName | null {
  const name = baseName(path).replace(/(\.tar\.gz)?\.img$/, "");
  const image = name !== baseName(path);
  const plain = KIND_OF_NAME.get(name);
  if (plain !== undefined) {
    const { magic, number } = MEMBER_KINDS[plain] as MemberKind;
    const service = magic === "STATS" || magic === "IRMAP_CACHE";
    return number === undefined && image !== service ? { kind: plain, number: Number.NaN } : null;
  }
  const dash = name.lastIndexOf("-");
  if (!image || dash < 0) return null;
  const index = KIND_OF_NAME.get(name.slice(0, dash));
  const kind = MEMBER_KINDS[index ?? -1];
  const digits = name.slice(dash + 1);
  if (index === undefined || kind?.number === undefined) return null;
  if (!(kind.number === "hex" ? /^[0-9a-f]{1,12}$/ : /^\d{1,15}$/).test(digits)) return null;
  return { kind: index, number: Number.parseInt(digits, kind.number === "hex" ? 16 : 10) };
}

const KIND_OF_MAGIC: ReadonlyMap<number, number> = new Map(
  MEMBER_KINDS.flatMap(({ magic }, index) => (magic === null ? [] : [[MAGICS[magic], index] as const])).reverse(),
);

/** What a file's first bytes say that it is: framing and kind; `null` if they are not CRIU's. */
export function memberOfBytes(head: Uint8Array): { readonly framing: Framing; readonly kind: number } | null {
  if (head.length < 4) return null;
  const first = word(head, 0);
  if (first === MAGICS.IMG_COMMON || first === MAGICS.IMG_SERVICE) {
    if (head.length < 8) return null;
    const kind = KIND_OF_MAGIC.get(word(head, 4));
    return kind === undefined ? null : { framing: "v1.1", kind };
  }
  const kind = KIND_OF_MAGIC.get(first);
  return kind === undefined ? null : { framing: "v1", kind };
}

/** v1.1: a common magic, then the type's; v1 (before CRIU 1.6, and always inventory.img): the type's alone. */
export type Framing = "v1" | "v1.1";

/** The little-endian 32-bit word at `at`. */
export function word(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16);
  return (low | ((bytes[at + 3] as number) << 24)) >>> 0;
}
