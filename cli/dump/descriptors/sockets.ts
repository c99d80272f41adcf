// Details of sockets, from the tables in /proc/PID/net and from the sockets themselves.

import { readFileSync, readlinkSync } from "node:fs";
import { endianness } from "node:os";
import type { Details } from "../../../app/model/fields.ts";
import { SOCKET_FAMILIES, SOCKET_STATES, SOCKET_TYPES } from "../../../app/model/names/names.ts";
import { protocolsOf } from "../../../app/model/names/protocols.ts";
import { ipv6Text } from "../../../app/model/text/addresses.ts";
import { visibleText } from "../../../app/model/text/text.ts";
import type { Notes } from "../notes.ts";
import type { Descriptor } from "./descriptors.ts";
import type { Duplicator, SocketNumbers } from "./duplicate.ts";

/** How to read one table of /proc/PID/net. */
interface Table {
  readonly file: string;
  /** Column with the inode. */
  readonly inode: number;
  readonly details: (columns: readonly string[], line: string) => Details;
}

const internet =
  (family: string, type: string, protocol: string): Table["details"] =>
  ([, local = "", remote = "", state = ""]) => ({
    family,
    type,
    protocol,
    state: SOCKET_STATES[Number.parseInt(state, 16)] ?? "",
    local: internetText(local),
    remote: internetText(remote),
  });

/** __SO_ACCEPTCON, Linux include/linux/net.h. */
const ACCEPTING = 0x10000;

const TABLES: readonly Table[] = [
  { file: "tcp", inode: 9, details: internet("inet", "stream", "tcp") },
  { file: "tcp6", inode: 9, details: internet("inet6", "stream", "tcp") },
  { file: "udp", inode: 9, details: internet("inet", "dgram", "udp") },
  { file: "udp6", inode: 9, details: internet("inet6", "dgram", "udp") },
  { file: "raw", inode: 9, details: internet("inet", "raw", "") },
  { file: "raw6", inode: 9, details: internet("inet6", "raw", "") },
  { file: "icmp", inode: 9, details: internet("inet", "dgram", "icmp") },
  {
    file: "unix",
    inode: 6,
    details: ([, , , flags = "", type = "", state = ""], line) => ({
      family: "unix",
      type: SOCKET_TYPES[Number.parseInt(type, 16)] ?? "",
      state: Number.parseInt(flags, 16) & ACCEPTING ? "listen" : state === "03" ? "established" : "close",
      // The path follows the inode and one space, and may contain spaces.
      local: visibleText(Buffer.from(/^(?:\S+\s+){6}\d+ (.*)$/.exec(line)?.[1] ?? "", "latin1")),
    }),
  },
  { file: "netlink", inode: 9, details: () => ({ family: "netlink", type: "raw" }) },
  {
    file: "packet",
    inode: 8,
    details: ([, , type = ""]) => ({ family: "packet", type: type === "3" ? "raw" : "dgram" }),
  },
];

/** `0100007F:0050` → `127.0.0.1:80`; 32-bit words are in this machine's byte order. Empty: no address and no port. */
export function internetText(text: string): string {
  const [address = "", portText = ""] = text.split(":");
  const port = Number.parseInt(portText, 16);
  const bytes = Buffer.from(address, "hex");
  if (endianness() === "LE") bytes.swap32();
  if (port === 0 && bytes.every((byte) => byte === 0)) return "";
  return `${bytes.length === 16 ? `[${ipv6Text(bytes)}]` : bytes.join(".")}:${port}`;
}

/** Details of sockets, by network namespace and inode. */
export interface SocketTables {
  /** Details of a task's socket; `null`: nothing is known about it. */
  find(descriptor: Descriptor, inode: string): Details | null;
}

/**
 * Socket tables; those of a namespace are read when first needed. Some sockets are in no table: internet sockets that
 * are not bound, and sockets of other families.
 *
 * @param wanted Inodes to keep; all others are skipped.
 */
export function openSocketTables(
  wanted: ReadonlySet<string>,
  duplicator: Duplicator | null,
  notes: Notes,
): SocketTables {
  const namespaces = new Map<string, ReadonlyMap<string, Details>>();
  return {
    find({ pid, fd }, inode) {
      const namespace = namespaceOf(pid);
      let sockets = namespaces.get(namespace);
      if (sockets === undefined) {
        sockets = readTables(pid, wanted);
        namespaces.set(namespace, sockets);
      }
      const listed = sockets.get(inode);
      const numbers = duplicator?.socket(pid, fd) ?? null;
      if (numbers === null) return listed ?? BY_PROTOCOL_NAME[duplicator?.protocolName(pid, fd) ?? ""] ?? null;
      if (numbers.family !== AF_PACKET && numbers.protocol > 255) notes.add("protocol", `pid ${pid} fd ${fd}`);
      const { listening, backlog } = numbers;
      const state = { state: listening ? "listen" : "close", ...(backlog !== null && { backlog }) };
      return { ...state, ...listed, ...inWords(numbers) };
    },
  };
}

const AF_PACKET = 17;

/** Address family, type and protocol in words. The protocol has 8 bits in an image: MPTCP is TCP there. */
function inWords({ family, type, protocol }: SocketNumbers): Details {
  const word = SOCKET_FAMILIES[family] ?? `family ${family}`;
  const known = protocolsOf(word)[protocol & 255];
  return {
    family: word,
    type: SOCKET_TYPES[type] ?? `type ${type}`,
    ...(protocol === 0 || family === AF_PACKET ? {} : { protocol: known ?? `protocol ${protocol & 255}` }),
  };
}

const inet = (family: string, type: string, protocol: string): Details => ({ family, type, protocol, state: "close" });

/** Sockets by the name of their protocol in the kernel (struct proto), for when nothing else may be read. */
const BY_PROTOCOL_NAME: Readonly<Record<string, Details>> = {
  TCP: inet("inet", "stream", "tcp"),
  TCPv6: inet("inet6", "stream", "tcp"),
  MPTCP: inet("inet", "stream", "tcp"),
  MPTCPv6: inet("inet6", "stream", "tcp"),
  UDP: inet("inet", "dgram", "udp"),
  UDPv6: inet("inet6", "dgram", "udp"),
  PING: inet("inet", "dgram", "icmp"),
  UNIX: { family: "unix", type: "dgram" },
  "UNIX-STREAM": { family: "unix", type: "stream" },
  NETLINK: { family: "netlink", type: "raw" },
  PACKET: { family: "packet", type: "raw" },
  AF_VSOCK: { family: "vsock", type: "stream" },
  XDP: { family: "xdp", type: "raw" },
};

function namespaceOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return "";
  }
}

function readTables(pid: number, wanted: ReadonlySet<string>): Map<string, Details> {
  const sockets = new Map<string, Details>();
  for (const { file, inode, details } of TABLES) {
    let text: string;
    try {
      text = readFileSync(`/proc/${pid}/net/${file}`, "latin1");
    } catch {
      // This kernel lacks the family.
      continue;
    }
    for (const line of text.split("\n").slice(1)) {
      const columns = line.trim().split(/\s+/);
      const number = columns[inode];
      if (number !== undefined && wanted.has(number)) sockets.set(number, details(columns, line.trim()));
    }
  }
  return sockets;
}
