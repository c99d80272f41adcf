// Checks of sockets that need several fields of their entries (criu/sk-inet.c and criu/sk-unix.c, CRIU 4.2).

import { socketType } from "../../../model/names/names.ts";
import { u32At } from "../../../model/read.ts";
import { COLUMN, columnOf, UNIX, UNIX_SLOT } from "../kept.ts";
import { fault, faultAt, has, low, type Scan } from "../scan.ts";

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

/** The slots of inet_sk_entry that the check needs. Those of addresses have how many words there are. */
const SLOT = { protocol: 2, v6Only: 5, family: 7, type: 8, state: 9, source: 10, destination: 11 } as const;
const ADDRESSES = [
  ["src_addr", SLOT.source],
  ["dst_addr", SLOT.destination],
] as const;

/** Checks an inet_sk_entry: open_inet_sk(). Returns whether it is sound. */
export function checkInet(scan: Scan, seen: number): boolean {
  const value = (slot: number): number => (has(seen, slot) ? low(scan, slot) : 0);
  const family = value(SLOT.family);
  let isSound = true;
  const refused = (field: string, what: string): void => {
    isSound = false;
    fault(scan, "value-impossible", `isk.${field}`, what);
  };
  for (const [name, slot] of ADDRESSES) {
    const words = value(slot);
    if (family === AF_INET ? words > 0 : family !== AF_INET6 || words === 4) continue;
    refused(
      name,
      `An address of a socket has ${words} words of 32 bits, which is no address of its family, ${family}.`,
    );
    return isSound;
  }
  if (family === AF_INET && value(SLOT.v6Only) !== 0) {
    refused("v6only", "A socket of IPv4 is for IPv6 only.");
  }
  if (!has(seen, SLOT.type) || !has(seen, SLOT.protocol) || scan.checkpoint.machine.arch === "mips") return isSound;
  const [type, protocol] = [value(SLOT.type), value(SLOT.protocol)];
  if (PROTOCOLS[type]?.includes(protocol) === false) {
    refused("proto", `A socket of type ${type} has the protocol ${protocol}, which is not one of its type.`);
  } else if (value(SLOT.state) === LISTEN && protocol !== IPPROTO_TCP) {
    refused("state", `A socket listens, but its protocol is ${protocol}, not TCP.`);
  }
  return isSound;
}

/** The slots without which a unix socket says too little. */
const NEEDED = (1 << UNIX_SLOT.inode) | (1 << UNIX_SLOT.type) | (1 << UNIX_SLOT.state);

/**
 * Checks that both ends of a connection name each other. Otherwise a restore waits forever for the missing end: see
 * open_unixsk_standalone(). Two exceptions: the peer of a connection that is not accepted yet is the listening socket,
 * and sockets outside the set are placeholders.
 */
export function checkPeers(scan: Scan): void {
  const { unix } = scan.kept;
  const column = (at: number): Uint32Array => columnOf(unix, COLUMN.values + at);
  const [inodes, peers, uflags, types] = [UNIX.inode, UNIX.peer, UNIX.uflags, UNIX.type].map(column) as Columns;
  const [seen, records] = [columnOf(unix, COLUMN.seen), columnOf(unix, COLUMN.record)];
  const unpaired = (unix.common & NEEDED) === NEEDED ? scan.columns?.findUnpaired(inodes, peers) : null;
  if (unpaired?.length === 0) return;
  const isWhole = (row: number): boolean => ((seen[row] as number) & NEEDED) === NEEDED;
  /** By inode, the last one that has it. */
  const sockets = new Map<number, number>();
  for (let row = 0; row < unix.count; row++) {
    if (((seen[row] as number) & NEEDED) === NEEDED) sockets.set(inodes[row] as number, row);
  }
  for (let row = 0; row < unix.count; row++) {
    const peer = peers[row] as number;
    const other = peer === 0 ? undefined : sockets.get(peer);
    // Nearly all are connected to each other.
    if (other === undefined || peers[other] === inodes[row] || !isWhole(row)) continue;
    // All other types connect both ends.
    const isStream = socketType(types[row] as number, scan.checkpoint.machine.arch) !== "dgram";
    // What is outside, or restored by a plugin, has flags.
    if (!isStream || uflags[row] !== 0 || uflags[other] !== 0) continue;
    if (u32At(column(UNIX.state), other) === LISTEN) continue;
    const others = peers[other] as number;
    // A peer that is missing from the set has a finding of its own.
    if (others !== 0 && !sockets.has(others)) continue;
    const whose = others === 0 ? "none" : `socket ${others}`;
    const message = `Unix socket ${inodes[row]} is connected to socket ${peer}, whose peer is ${whose}.`;
    faultAt(scan, "peer-missing", records[row] as number, "usk.peer", message);
  }
}

type Columns = [Uint32Array, Uint32Array, Uint32Array, Uint32Array];
