// Names for sockets and terminals out of their records: what a user calls them, without the image's own numbers.

import { visible, visibleText } from "../../model/text.ts";
import type { Layout } from "./layout.ts";

/** Reads one struct's fields out of a record at hand. */
export interface StructReader {
  /** An integer field of at most 32 bits; 0 if the struct or the record does not hold it. */
  number(field: string): number;
  /** A field's bytes; empty if the struct or the record does not hold it. */
  bytes(field: string): Uint8Array;
  readonly littleEndian: boolean;
}

/** A reader over `record` (from its header on) as `layout` describes it. */
export function structReader(layout: Layout | undefined, record: Uint8Array, littleEndian: boolean): StructReader {
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
  return {
    littleEndian,
    number(name) {
      const field = layout?.byName.get(name);
      if (field === undefined || field.offset + field.size > record.length) return 0;
      const { offset, type } = field;
      if (type === "u8") return view.getUint8(offset);
      if (type === "u16") return view.getUint16(offset, littleEndian);
      if (type === "s16") return view.getInt16(offset, littleEndian);
      if (type === "s32") return view.getInt32(offset, littleEndian);
      return view.getUint32(offset, littleEndian);
    },
    bytes(name) {
      const field = layout?.byName.get(name);
      if (field === undefined || field.offset + field.size > record.length) return new Uint8Array(0);
      return record.subarray(field.offset, field.offset + field.size);
    },
  };
}

// Linux include/linux/socket.h, net.h, in.h and net/tcp_states.h.
export const SOCKET_FAMILIES: Readonly<Record<number, string>> = {
  1: "unix",
  2: "inet",
  10: "inet6",
  16: "netlink",
  17: "packet",
};
export const SOCKET_TYPES: Readonly<Record<number, string>> = { 1: "stream", 2: "dgram", 3: "raw", 5: "seqpacket" };
export const SOCKET_PROTOCOLS: Readonly<Record<number, string>> = { 1: "icmp", 6: "tcp", 17: "udp", 132: "sctp" };
export const SOCKET_STATES = [
  "",
  "established",
  "syn-sent",
  "syn-recv",
  "fin-wait-1",
  "fin-wait-2",
  "time-wait",
  "close",
  "close-wait",
  "last-ack",
  "listen",
  "closing",
];

const word = (names: Readonly<Record<number, string>>, value: number, what: string): string =>
  names[value] ?? `${what} ${value}`;

/** A socket's address family, type, protocol and state in words, from SOCKET. */
export interface SocketWords {
  readonly family: string;
  readonly type: string;
  readonly protocol: string;
  readonly state: string;
}

/** The words of a SOCKET record. */
export function socketWords(socket: StructReader): SocketWords {
  const type = socket.number("sock.type");
  const protocol = socket.number("sock.protocol");
  const family = word(SOCKET_FAMILIES, socket.number("sock_common.family"), "family");
  // A stream socket of the internet families is TCP unless it says otherwise.
  const usual = !family.startsWith("inet") ? "" : type === 1 ? "tcp" : type === 2 ? "udp" : "";
  const state = socket.number("sock_common.state");
  return {
    family,
    type: word(SOCKET_TYPES, type, "type"),
    protocol: protocol === 0 ? usual : word(SOCKET_PROTOCOLS, protocol, "protocol"),
    state: SOCKET_STATES[state] ?? `state ${state}`,
  };
}

/** An address and port out of a sockaddr_in; empty if it holds none. */
export function inetAddress(sockaddr: Uint8Array, length: number): string {
  if (length < 8 || sockaddr.length < 8) return "";
  const port = ((sockaddr[2] as number) << 8) | (sockaddr[3] as number);
  return `${sockaddr.subarray(4, 8).join(".")}:${port}`;
}

/** An IPv6 address as text, its longest run of zeros left out. */
export function ipv6Text(address: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, group) =>
    (((address[group * 2] ?? 0) << 8) | (address[group * 2 + 1] ?? 0)).toString(16),
  );
  const runs = groups.join(":").match(/(?<![\da-f])0(:0)+(?![\da-f])/g) ?? [];
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), "");
  if (longest === "") return groups.join(":");
  return groups.join(":").replace(new RegExp(`(^|:)${longest}(:|$)`), "::");
}

/** A socket's own or its peer's address and port out of SOCKET_INET; empty if it holds none. */
export function internetAddress(inet: StructReader, family: string, side: "local" | "remote"): string {
  const [length, address] = side === "local" ? (["laddr_len", "laddr"] as const) : (["raddr_len", "raddr"] as const);
  if (family !== "inet6") return inetAddress(inet.bytes(address), inet.number(length));
  // No sockaddr of the struct has room for an IPv6 address; the socket's own fields have it.
  const bytes = inet.bytes(side === "local" ? "inet6.rcv_saddr" : "inet6.daddr");
  const [high = 0, low = 0] = inet.bytes("dport");
  const port = side === "local" ? inet.number("num") : (high << 8) | low;
  if (port === 0 && bytes.every((byte) => byte === 0)) return "";
  return `[${ipv6Text(bytes)}]:${port}`;
}

/** The path, or @name in the abstract namespace, out of a sockaddr_un; empty if it holds none. */
export function unixAddress(sockaddr: Uint8Array, length: number): string {
  const name = sockaddr.subarray(2, Math.min(length, sockaddr.length));
  if (name.length === 0) return "";
  if (name[0] === 0) return name.length === 1 ? "" : `@${visibleText(name.subarray(1))}`;
  const end = name.indexOf(0);
  return visibleText(end < 0 ? name : name.subarray(0, end));
}

/** A name, and how much of it says the same in every dump. */
export interface StableName {
  readonly name: string;
  readonly stable: number;
}

/** What to call a socket: `socket:[tcp 127.0.0.1:80 listen]`; its state does not count in comparisons. */
export function socketName(words: SocketWords, local: string): StableName {
  const inet = words.family === "inet" || words.family === "inet6";
  const what = inet
    ? words.protocol || words.type
    : words.family === "unix"
      ? `unix ${words.type}`
      : `${words.family} ${words.type}`;
  const stable = `socket:[${what}${local === "" ? "" : ` ${visible(local)}`}`;
  const state = inet && words.state !== "" ? ` ${words.state}` : "";
  return { name: `${stable}${state}]`, stable: stable.length };
}

const PTY_DRIVER = 4;

/** `master` or `slave` of a pseudo-terminal, `null` for any other terminal. */
export function terminalSide(tty: StructReader): "master" | "slave" | null {
  if (tty.number("driver_type") !== PTY_DRIVER) return null;
  const subtype = tty.number("driver_subtype");
  return subtype === 1 ? "master" : subtype === 2 ? "slave" : null;
}

/** What to call a terminal: `tty:[pts/3]`, `tty:[ptmx 3]`. */
export function terminalName(tty: StructReader): string {
  const index = tty.number("index");
  const side = terminalSide(tty);
  return side === "slave" ? `tty:[pts/${index}]` : side === "master" ? `tty:[ptmx ${index}]` : `tty:[${index}]`;
}
