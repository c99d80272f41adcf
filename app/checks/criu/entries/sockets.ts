// Checks of sockets that need several fields of their entries (criu/sk-inet.c and criu/sk-unix.c, CRIU 4.2).

import { eachVarint, fieldNumber, plan } from "../../../decoder/criu/wire/wire.ts";
import { fault, faultAt, has, low, type Scan, scanInto } from "../scan.ts";

const LISTEN = 10;
const [AF_INET, AF_INET6] = [2, 10];
const [SOCK_STREAM, SOCK_DGRAM] = [1, 2];
const IPPROTO_TCP = 6;
/** By type of socket, the protocols that Linux has for it; 0 is the usual one. MIPS has other numbers of types. */
const PROTOCOLS: Readonly<Record<number, readonly number[]>> = {
  // TCP, SCTP, MPTCP.
  [SOCK_STREAM]: [0, IPPROTO_TCP, 132, 262],
  // ICMP, UDP, ICMPv6, UDP-Lite.
  [SOCK_DGRAM]: [0, 1, 17, 58, 136],
};

const INET = plan("inet_sk_entry", ["family", "type", "proto", "state", "v6only"]);
const ADDRESSES = ["src_addr", "dst_addr"].map((name) => [name, fieldNumber("inet_sk_entry", name)] as const);

/** Checks an inet_sk_entry: open_inet_sk(). */
export function checkInet(scan: Scan, bytes: Uint8Array, start: number, end: number): void {
  const seen = scanInto(scan, bytes, start, end, INET);
  const [family, type, protocol, state] = [low(scan, 1), low(scan, 2), low(scan, 3), low(scan, 4)];
  const refused = (field: string, what: string) => fault(scan, "value-impossible", `isk.${field}`, what);
  for (const [name, field] of ADDRESSES) {
    let words = 0;
    eachVarint(bytes, start, end, field, () => words++);
    if (family === AF_INET ? words > 0 : family !== AF_INET6 || words === 4) continue;
    refused(
      name,
      `An address of a socket has ${words} words of 32 bits, which is no address of its family, ${family}.`,
    );
    return;
  }
  if (family === AF_INET && has(seen, 5) && low(scan, 5) !== 0) {
    refused("v6only", "A socket of IPv4 is for IPv6 only.");
  }
  if (!has(seen, 2) || !has(seen, 3) || scan.checkpoint.machine.arch === "mips") return;
  if (PROTOCOLS[type]?.includes(protocol) === false) {
    refused("proto", `A socket of type ${type} has the protocol ${protocol}, which is not one of its type.`);
  } else if (state === LISTEN && protocol !== IPPROTO_TCP) {
    refused("state", `A socket listens, but its protocol is ${protocol}, not TCP.`);
  }
}

/**
 * Checks that both ends of a connection name each other. Otherwise a restore waits forever for the missing end: see
 * open_unixsk_standalone(). Two exceptions: the peer of a connection that is not accepted yet is the listening socket,
 * and sockets outside the set are placeholders.
 */
export function checkPeers(scan: Scan): void {
  const { unix } = scan;
  const sockets = new Map(unix.map((socket) => [socket.inode, socket]));
  for (const { inode, peer, isStream, isOutside, record } of unix) {
    const other = peer === 0 ? undefined : sockets.get(peer);
    if (!isStream || isOutside || other === undefined) continue;
    if (other.isListening || other.isOutside || other.peer === inode) continue;
    // A peer that is missing from the set has a finding of its own.
    if (other.peer !== 0 && !sockets.has(other.peer)) continue;
    const whose = other.peer === 0 ? "none" : `socket ${other.peer}`;
    const message = `Unix socket ${inode} is connected to socket ${peer}, whose peer is ${whose}.`;
    faultAt(scan, "peer-missing", record, "usk.peer", message);
  }
}
