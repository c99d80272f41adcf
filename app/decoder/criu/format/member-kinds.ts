// The kinds of file in a CRIU image set, as data: name, magic, the message of its entries, and raw bytes after them.
// Source: CRIU 4.2, criu/image-desc.c and criu/include/magic.h, and the releases since 0.4 for files that are gone.

import type { MagicName, MessageName } from "./messages.ts";

/** Raw bytes after each entry's message. Their length is the sum of these fields of the message. */
export interface Payload {
  readonly message: MessageName;
  readonly lengths: readonly string[];
}

/** One kind of file. */
export interface MemberKind {
  /** The fixed part of the file's name: `core` of `core-412.img`. */
  readonly name: string;
  /** `null` for a raw file without CRIU's framing. */
  readonly magic: MagicName | null;
  /** The message of the entries; `null` if messages.ts does not describe it. */
  readonly message: MessageName | null;
  /** The message of the first entry, where it differs. */
  readonly first?: MessageName;
  readonly payload?: Payload;
  /** The form of the number after the dash in the file's name; absent if the name has none. */
  readonly number?: "decimal" | "hex";
  /** The file has one entry, which it always has. */
  readonly single?: true;
  /** A raw file that tables of resources are read from. */
  readonly isListed?: true;
  /** Only the magic is read; the rest is not framed as entries. */
  readonly opaque?: true;
  /** Images of open files before CRIU 3.4: the field of file_entry that has the same message since. */
  readonly file?: string;
}

const kind = (
  name: string,
  magic: MagicName | null,
  message: MessageName | null = null,
  more: Omit<MemberKind, "name" | "magic" | "message"> = {},
): MemberKind => ({ name, magic, message, ...more });

const numbered = { number: "decimal" } as const;
const one = { single: true } as const;
const oneNumbered = { ...numbered, ...one } as const;
const opaque = { opaque: true } as const;
const listed = { ...numbered, isListed: true } as const;

/**
 * All kinds, in the order in which a set is decoded: open files, tasks and terminals come before the entries that
 * refer to them.
 */
export const MEMBER_KINDS: readonly MemberKind[] = [
  kind("inventory", "INVENTORY", "inventory_entry", one),
  kind("pstree", "PSTREE", "pstree_entry"),
  kind("core", "CORE", "core_entry", oneNumbered),
  kind("ids", "IDS", "task_kobj_ids_entry", oneNumbered),
  kind("utsns", "UTSNS", "utsns_entry", oneNumbered),
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
  kind("ghost-file", "GHOST_FILE", "ghost_chunk_entry", { first: "ghost_file_entry", number: "hex" }),
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
  kind("fs", "FS", "fs_entry", oneNumbered),
  kind("mm", "MM", "mm_entry", oneNumbered),
  kind("vmas", "VMAS", "vma_entry", numbered),
  kind("filelocks", "FILE_LOCKS", "file_lock_entry"),
  kind("creds", "CREDS", "creds_entry", oneNumbered),
  kind("rlimit", "RLIMIT", "rlimit_entry", numbered),
  kind("pagemap", "PAGEMAP", "pagemap_entry", { first: "pagemap_head", ...numbered }),
  kind("pagemap-shmem", "PAGEMAP", "pagemap_entry", { first: "pagemap_head", ...numbered }),
  kind("mountpoints", "MNTS", "mnt_entry", numbered),
  kind("stats-dump", "STATS", "stats_entry", one),
  kind("stats-restore", "STATS", "stats_entry", one),
  kind("irmap-cache", "IRMAP_CACHE", "irmap_cache_entry"),
  kind("netns", "NETNS", "netns_entry", numbered),
  kind("netdev", "NETDEV", "net_device_entry", numbered),
  kind("userns", "USERNS", "userns_entry", numbered),
  kind("timens", "TIMENS", "timens_entry", oneNumbered),
  kind("pidns", "PIDNS", "pidns_entry", numbered),
  kind("cgroup", "CGROUP", "cgroup_entry", one),
  kind("seccomp", "SECCOMP", "seccomp_entry", one),
  kind("cpuinfo", "CPUINFO", null, one),
  kind("apparmor", "APPARMOR"),
  kind("autofs", "AUTOFS", null, numbered),
  kind("sigacts", "SIGACT", "sa_entry", numbered),
  kind("itimers", "ITIMERS", "itimer_entry", numbered),
  kind("posix-timers", "POSIX_TIMERS", "posix_timer_entry", numbered),
  kind("signal-s", "SIGNAL", "siginfo_entry", numbered),
  kind("signal-p", "SIGNAL", "siginfo_entry", numbered),
  kind("binfmt-misc", "BINFMT_MISC", "binfmt_misc_entry"),
  kind("ipcns-var", "IPC_VAR", "ipc_var_entry", numbered),
  kind("ipcns-shm", "IPCNS_SHM", null, { ...numbered, ...opaque }),
  kind("ipcns-msg", "IPCNS_MSG", null, { ...numbered, ...opaque }),
  kind("ipcns-sem", "IPCNS_SEM", null, { ...numbered, ...opaque }),
  kind("ifaddr", null, null, listed),
  kind("route", null, null, listed),
  kind("route6", null, null, listed),
  kind("rule", null, null, listed),
  kind("iptables", null, null, listed),
  kind("ip6tables", null, null, listed),
  kind("nftables", null, null, listed),
  kind("tmpfs", null, null, numbered),
  kind("tmpfs-dev", null, null, numbered),
  kind("pages", null, null, numbered),
  kind("pages-shmem", null, null, numbered),
];

/** What CRIU writes without framing for each network namespace, even if it is empty. */
export const RAW_OF_NETWORK: readonly string[] = ["ifaddr", "route", "route6", "rule", "iptables"];
/** What CRIU writes for each network namespace that is neither external nor left empty (`--empty-ns net`). */
export const OF_NETWORK: readonly string[] = ["netns", "netdev", ...RAW_OF_NETWORK];
