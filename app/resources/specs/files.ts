// Tables of certain kinds of open file, one row for each descriptor.

import { column, FD, PID, type ResourceSpec } from "../resource.ts";

const SOCKETS: ResourceSpec = {
  name: "sockets",
  noun: "socket",
  title: "Sockets",
  scope: "descriptor",
  meaning: "Sockets, as `ss -tuxanp` lists them.",
  key: ["pid", "fd"],
  namespace: "net",
  repeats: "always",
  columns: [
    PID,
    FD,
    column("family", "text", "family", "unix, inet, inet6, netlink or packet"),
    column("type", "text", "type", "stream, dgram, seqpacket, raw …"),
    column("protocol", "text", "protocol", "tcp, udp …"),
    column("state", "text", "state", "established, listen …"),
    column("local", "text", "local", "its own address and port, or name; @ begins an abstract one", { escaped: true }),
    column("remote", "text", "remote", "the address and port that it is connected to", { escaped: true }),
    column("peer", "number", "peer", "the open file at the other end: an id in `files`", { notCompared: "renumbered" }),
    column("backlog", "number", "backlog", "the most connections that may wait to be accepted"),
    column("received", "number", "received", "bytes that wait to be read", { notCompared: "volatile" }),
    column("toSend", "number", "to send", "bytes that wait to be sent", { notCompared: "volatile" }),
    column("shutdown", "text", "shut down", "READ, WRITE or BOTH"),
    column("interface", "text", "interface", "the network interface it is bound to", { escaped: true }),
    column("namespace", "number", "namespace", "the network namespace: an id in the table of namespaces", {
      criu: ["inet_sk_entry.ns_id", "unix_sk_entry.ns_id", "netlink_sk_entry.ns_id", "packet_sock_entry.ns_id"],
      notCompared: "renumbered",
      comparedAs: "namespace",
      repeats: "never",
    }),
    column("label", "text", "label", "the label of SELinux", {
      criu: "fdinfo_entry.xattr_security_selinux",
      repeats: "never",
    }),
    column("options", "list", "options", "socket options that are set; see socket(7)", { escaped: true }),
    column("file", "number", "open file", "an id in `files`", { notCompared: "renumbered", minor: true }),
  ],
};

const LOCKS: ResourceSpec = {
  name: "locks",
  noun: "lock",
  title: "Locks",
  scope: "descriptor",
  meaning: "File locks and leases, if the dump has them.",
  key: ["pid", "fd", "kind", "start"],
  compared: "nothing",
  columns: [
    PID,
    FD,
    column("path", "text", "path", "the locked file"),
    column("kind", "text", "kind", "POSIX, FLOCK, OFD or LEASE", { criu: "file_lock_entry.flag" }),
    column("type", "text", "type", "F_RDLCK or F_WRLCK", { criu: "file_lock_entry.type" }),
    column("start", "signed", "start", "the first locked byte", { criu: "file_lock_entry.start" }),
    column("length", "signed", "length", "in bytes; 0: to the end of the file", { criu: "file_lock_entry.len" }),
  ],
};

const TERMINALS: ResourceSpec = {
  name: "terminals",
  noun: "terminal",
  title: "Terminals",
  scope: "descriptor",
  meaning: "Terminals, with who controls them.",
  key: ["pid", "fd"],
  compared: "nothing",
  columns: [
    PID,
    FD,
    column("path", "text", "path", "as the descriptor has it"),
    column("type", "text", "type", "PTY, CONSOLE, VT, CTTY, EXT_TTY or SERIAL", { criu: "tty_info_entry.type" }),
    column("index", "number", "index", "the number of the pseudoterminal", {
      criu: "tty_pty_entry.index",
      linuxCr: "ckpt_hdr_tty.index",
    }),
    column("side", "text", "side", "master or slave"),
    column("session", "number", "session", "the session that it controls", { criu: "tty_info_entry.sid" }),
    column("processGroup", "number", "foreground", "the process group in the foreground", {
      criu: "tty_info_entry.pgrp",
    }),
    column("rows", "number", "rows", "its height", { criu: "winsize_entry.ws_row" }),
    column("columns", "number", "columns", "its width", { criu: "winsize_entry.ws_col" }),
  ],
};

const EPOLL: ResourceSpec = {
  name: "epoll",
  noun: "watch",
  title: "epoll",
  scope: "descriptor",
  meaning: "Who watches what: the descriptors that each epoll instance waits for.",
  key: ["pid", "fd", "target"],
  compared: "nothing",
  columns: [
    PID,
    FD,
    column("target", "number", "target", "the number of the descriptor when it was added", {
      criu: "eventpoll_tfd_entry.tfd",
      linuxCr: "ckpt_eventpoll_item.fd",
    }),
    column("name", "text", "name", "what is watched, if the image has it"),
    column("events", "list", "events", "EPOLL…", {
      criu: "eventpoll_tfd_entry.events",
      linuxCr: "ckpt_eventpoll_item.events",
    }),
    column("data", "decimal", "data", "what epoll_wait(2) returns with an event", {
      criu: "eventpoll_tfd_entry.data",
      linuxCr: "ckpt_eventpoll_item.data",
    }),
    column("file", "number", "open file", "an id in `files`", { notCompared: "renumbered", minor: true }),
  ],
};

const OPENERS: ResourceSpec = {
  name: "openers",
  noun: "opener",
  title: "Openers",
  scope: "descriptor",
  meaning: "Descriptors whose file was opened with credentials, or under a label, that the task does not have now.",
  key: ["pid", "fd"],
  columns: [
    PID,
    FD,
    column("path", "text", "path", "as the descriptor has it", { notCompared: "elsewhere" }),
    column("credentials", "list", "credentials", "how they differ from those of the task", {
      linuxCr: "ckpt_hdr_file.f_credref",
    }),
    column("label", "text", "label", "the label of the security module, if it differs", {
      linuxCr: "ckpt_hdr_file.f_secref",
    }),
    column("file", "number", "open file", "an id in `files`", { notCompared: "renumbered", minor: true }),
  ],
};

/** Tables of kinds of open file. */
export const FILE_RESOURCES: readonly ResourceSpec[] = [SOCKETS, LOCKS, TERMINALS, EPOLL, OPENERS];
