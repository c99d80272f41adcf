// Whether CRIU can dump a socket.

import { SOCKET_FAMILIES } from "../../model/names/names.ts";
import { counted } from "../../model/text/words.ts";
import type { DescriptorFacts, SocketFacts } from "./facts.ts";
import { type Fault, fault } from "./findings.ts";
import { type Scope, shown } from "./scope.ts";
import { unixSocketFault } from "./unix.ts";

// Linux include/linux/socket.h, include/linux/net.h.
const [AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET] = [1, 2, 10, 16, 17];
const [SOCK_STREAM, SOCK_DGRAM, SOCK_RAW] = [1, 2, 3];
/** An address family, as its constant. */
const familyName = (family: number): string => {
  const word = SOCKET_FAMILIES[family];
  return word === undefined ? `family ${family}` : `AF_${word.toUpperCase()}`;
};
/** IP, ICMP, TCP, UDP, ICMPv6, UDP-Lite (criu/sk-inet.c, can_dump_ipproto). */
const PROTOCOLS: ReadonlySet<number> = new Set([0, 1, 6, 17, 58, 136]);
const PROTOCOL_NAMES: Readonly<Record<number, string>> = { 132: "SCTP", 262: "MPTCP", 33: "DCCP" };
const [TCP, UDP, UDP_LITE] = [6, 17, 136];
/** enum of Linux include/net/tcp_states.h. */
const STATES = ["", "established", "SYN sent", "SYN received", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", "closed"];
const MORE_STATES = ["CLOSE-WAIT", "LAST-ACK", "listening", "closing", "new SYN received"];
const STATE_NAMES: readonly string[] = [...STATES, ...MORE_STATES];
const [CLOSED, LISTENING] = [7, 10];
/** States of a connection (criu/sk-inet.c, can_dump_inet_sk). */
const CONNECTED: ReadonlySet<number> = new Set([1, 2, 4, 5, 8, 9, 11]);

export function socketFault(scope: Scope, descriptor: DescriptorFacts): Fault | null {
  const { socket, name } = descriptor;
  const what = `descriptor ${descriptor.fd}`;
  if (name.startsWith("/")) return fault("dump-socket-file", `${what} is the file ${shown(descriptor)}, not a socket`);
  if (socket === null) return null;
  const { family, received } = socket;
  switch (family) {
    case AF_UNIX:
      return unixSocketFault(scope, socket, what);
    case AF_INET:
    case AF_INET6:
      return internetSocketFault(socket, what);
    case AF_NETLINK:
      return received === 0 ? null : fault("dump-netlink-data", `${what} has unread messages`);
    case AF_PACKET:
    case null:
      return null;
    default:
      return fault("dump-socket-family", `${what} is a socket of ${familyName(family)}`);
  }
}

function internetSocketFault(socket: SocketFacts, what: string): Fault | null {
  const { type, protocol } = socket;
  if (type === SOCK_RAW) return null;
  if (protocol !== null && !PROTOCOLS.has(protocol)) {
    const known = PROTOCOL_NAMES[protocol] ?? `protocol ${protocol}`;
    return fault("dump-socket-protocol", `${what} is a socket of ${known}`);
  }
  if (type !== null && type !== SOCK_STREAM && type !== SOCK_DGRAM) {
    return fault("dump-socket-protocol", `${what} is a socket of type ${type}`);
  }
  if (protocol === TCP) return tcpFault(socket, what);
  if (protocol !== UDP && protocol !== UDP_LITE) return null;
  if (socket.isCorked) return fault("dump-corked", `${what} holds datagrams back (UDP_CORK)`);
  return socket.received === 0
    ? null
    : fault("dump-datagrams-lost", `unread datagrams in ${what}, ${socket.local}, will be lost`);
}

function tcpFault({ state, received, local, remote }: SocketFacts, what: string): Fault | null {
  if (state === null || state === CLOSED) return null;
  if (state === LISTENING) {
    if (received === 0) return null;
    const waiting = `${counted(received, "connection")} to ${local}, ${what},`;
    return fault("dump-tcp-waiting", `${waiting} ${received === 1 ? "has" : "have"} not been accepted yet`);
  }
  const message = `${what} is connected from ${local} to ${remote}: ${STATE_NAMES[state] ?? `state ${state}`}`;
  return fault(CONNECTED.has(state) ? "dump-tcp" : "dump-tcp-state", message);
}
