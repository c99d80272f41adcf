// Rules about sockets.

import { dumpRules } from "./rule.ts";

const END = "Close it before the dump and connect again after the restore.";

export const SOCKET_RULES = dumpRules([
  {
    code: "dump-socket-family",
    title: "A socket's address family is unknown to CRIU",
    examines: "getsockopt(2) SO_DOMAIN",
    remedy: "Close it before the dump: CRIU knows unix, internet, packet and netlink sockets.",
    decidedBy: "dump_socket() in criu/sockets.c",
  },
  {
    code: "dump-socket-protocol",
    title: "A socket's protocol is unknown to CRIU",
    examines: "getsockopt(2) SO_TYPE, SO_PROTOCOL",
    remedy:
      "Use TCP, UDP, UDP-Lite, ICMP or a raw socket. MPTCP: GODEBUG=multipathtcp=0 for Go, or sysctl net.mptcp.enabled=0.",
    decidedBy: "can_dump_ipproto() in criu/sk-inet.c",
  },
  {
    code: "dump-socket-file",
    title: "The file of a unix socket is open (O_PATH)",
    examines: "st_mode of the descriptors",
    remedy: "Close the descriptor.",
    decidedBy: "dump_socket() in criu/sockets.c",
  },
  {
    code: "dump-tcp",
    title: "A TCP connection is open",
    examines: "/proc/PID/net/tcp, tcp6 st",
    remedy: "Let CRIU keep the connection, which requires the same address at restore, or close it at restore.",
    options: ["--tcp-established", "--tcp-close"],
    decidedBy: "can_dump_inet_sk() in criu/sk-inet.c",
  },
  {
    code: "dump-tcp-waiting",
    title: "TCP connections are waiting to be accepted",
    examines: "/proc/PID/net/tcp, tcp6 rx_queue of listening sockets",
    remedy: "Try again once they have been accepted, or let CRIU drop them.",
    options: ["--skip-in-flight"],
    decidedBy: "can_dump_inet_sk() in criu/sk-inet.c",
  },
  {
    code: "dump-tcp-state",
    title: "A TCP connection is in a state that CRIU does not know",
    examines: "/proc/PID/net/tcp, tcp6 st",
    remedy: "Try again: the state does not last.",
    decidedBy: "can_dump_inet_sk() in criu/sk-inet.c",
  },
  {
    code: "dump-corked",
    title: "A UDP socket is corked",
    examines: "getsockopt(2) UDP_CORK",
    remedy: "Clear UDP_CORK, which sends what is waiting.",
    decidedBy: "do_dump_one_inet_fd() in criu/sk-inet.c",
  },
  {
    code: "dump-datagrams-lost",
    title: "A UDP socket has unread datagrams",
    examines: "/proc/PID/net/udp, udp6 rx_queue",
    remedy: "Read them before the dump, or expect them to be lost.",
    isLost: true,
    decidedBy: "can_dump_inet_sk() in criu/sk-inet.c",
  },
  {
    code: "dump-netlink-data",
    title: "A netlink socket has unread messages",
    examines: "/proc/PID/net/netlink Rmem",
    remedy: "Read them before the dump.",
    decidedBy: "can_dump_netlink_sk() in criu/sk-netlink.c",
  },
  {
    code: "dump-unix-stream",
    title: "The other end of a connected unix socket is outside the tree",
    examines: "sock_diag(7) UNIX_DIAG_PEER",
    remedy: `Dump both ends, from a common ancestor. ${END} --external unix[INODE] at dump and restore passes it to the restore.`,
    decidedBy: "__dump_external_socket() in criu/sk-unix.c",
  },
  {
    code: "dump-unix-outside",
    title: "A unix datagram socket sends to a socket outside the tree",
    examines: "sock_diag(7) UNIX_DIAG_PEER",
    remedy: "Let CRIU connect it again at restore; the other socket must then be bound to the same path.",
    options: ["--ext-unix-sk"],
    decidedBy: "__dump_external_socket() in criu/sk-unix.c",
  },
  {
    code: "dump-unix-nameless",
    title: "The other end of a unix datagram socket is outside the tree and has no name",
    examines: "sock_diag(7) UNIX_DIAG_PEER, UNIX_DIAG_NAME",
    remedy: "Dump both ends, from a common ancestor, or close the socket.",
    decidedBy: "__dump_external_socket() in criu/sk-unix.c",
  },
  {
    code: "dump-unix-unreachable",
    title: "The other end of a unix socket cannot be found",
    examines: "sock_diag(7) UNIX_DIAG_PEER, UNIX_DIAG_NAME",
    remedy: END,
    decidedBy: "dump_one_unix_fd() in criu/sk-unix.c",
  },
  {
    code: "dump-unix-closed",
    title: "A connection that waits to be accepted was closed by the other side",
    examines: "sock_diag(7) UNIX_DIAG_ICONS",
    remedy: "Try again once it has been accepted.",
    decidedBy: "dump_one_unix_fd() in criu/sk-unix.c",
  },
  {
    code: "dump-unix-written",
    title: "Data was sent over a connection that waits to be accepted",
    examines: "sock_diag(7) UNIX_DIAG_RQLEN",
    remedy: "Try again once it has been accepted.",
    decidedBy: "dump_one_unix_fd() in criu/sk-unix.c",
  },
  {
    code: "dump-unix-waiting",
    title: "A unix socket waits to be accepted by a process outside the tree: the restore fails",
    examines: "sock_diag(7) UNIX_DIAG_ICONS",
    remedy: "Try again once it has been accepted or refused.",
    isLost: true,
    decidedBy: "fixup_unix_peer() in criu/sk-unix.c",
  },
]);

const CRAC = "OpenJDK CRaC";
const POLICIES = "-Djdk.crac.collect-fd-stacktraces=true shows where it was opened.";

/** What CRaC refuses before it calls CRIU. */
export const CRAC_RULES = dumpRules([
  {
    code: "crac-open-file",
    title: "A file is left open, which CRaC refuses (--for crac)",
    examines: "descriptors above 2 of a JVM: regular files and directories, except its own and jars",
    remedy: `Close it in beforeCheckpoint() of a Resource, or add a rule to the file of -Djdk.crac.resource-policies (type: file, path: …, action: close, reopen or ignore). ${POLICIES}`,
    decidedBy: "CheckpointOpenFileException",
    version: CRAC,
  },
  {
    code: "crac-open-socket",
    title: "A socket is left open, which CRaC refuses (--for crac)",
    examines: "descriptors above 2 of a JVM: sockets",
    remedy: `Close it in beforeCheckpoint() of a Resource, or add a rule to the file of -Djdk.crac.resource-policies (type: socket, action: close, reopen or ignore). ${POLICIES}`,
    decidedBy: "CheckpointOpenSocketException",
    version: CRAC,
  },
]);
