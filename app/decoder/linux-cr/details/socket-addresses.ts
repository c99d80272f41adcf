// Addresses of sockets as text, from the image's structs.

import { ipv4Text, ipv6Text } from "../../../model/text/addresses.ts";
import { visibleText } from "../../../model/text/text.ts";
import type { StructReader } from "../struct-reader.ts";
import type { SocketWords } from "./socket-names.ts";

/** Address and port of a sockaddr_in with `length` valid bytes: `127.0.0.1:80`; empty if there is none. */
export function inetAddress(sockaddr: Uint8Array, length: number): string {
  if (length < 8 || sockaddr.length < 8) return "";
  const [, , high = 0, low = 0] = sockaddr;
  return `${ipv4Text(sockaddr.subarray(4, 8))}:${(high << 8) | low}`;
}

/**
 * The address and port of a socket or of its peer, from SOCKET_INET; empty if there is none. A raw socket has an
 * address alone: its protocol is where others have the port.
 */
export function internetAddress(inet: StructReader, { family, type }: SocketWords, end: "local" | "remote"): string {
  const address = addressWithPort(inet, family, end);
  return type === "raw" ? address.slice(0, Math.max(0, address.lastIndexOf(":"))) : address;
}

function addressWithPort(inet: StructReader, family: string, end: "local" | "remote"): string {
  const [length, address] = end === "local" ? (["laddr_len", "laddr"] as const) : (["raddr_len", "raddr"] as const);
  if (family !== "inet6") return inetAddress(inet.bytes(address), inet.number(length));
  // The struct's sockaddrs are too small for IPv6 addresses, which have fields of their own.
  const bytes = inet.bytes(end === "local" ? "inet6.rcv_saddr" : "inet6.daddr");
  if (bytes.length < 16 || !inet.has(end === "local" ? "num" : "dport")) return "";
  const [high = 0, low = 0] = inet.bytes("dport");
  const port = end === "local" ? inet.number("num") : (high << 8) | low;
  if (port === 0 && bytes.every((byte) => byte === 0)) return "";
  return `[${ipv6Text(bytes)}]:${port}`;
}

/** The name in a sockaddr_un with `length` valid bytes, raw: a path, @name in the abstract namespace, or empty. */
export function unixName(sockaddr: Uint8Array, length: number): Uint8Array {
  const name = sockaddr.slice(2, Math.min(length, sockaddr.length));
  if (name.length === 0) return name;
  if (name[0] === 0) {
    name[0] = AT_SIGN;
    return name.length === 1 ? name.subarray(1) : name;
  }
  const end = name.indexOf(0);
  return end < 0 ? name : name.subarray(0, end);
}

/** `unixName` as visible text. */
export const unixAddress = (sockaddr: Uint8Array, length: number): string => visibleText(unixName(sockaddr, length));

const [AT_SIGN, SLASH] = [0x40, 0x2f];

/** Whether the name in a sockaddr_un is a path that depends on the working directory. */
export const isRelative = (sockaddr: Uint8Array, length: number): boolean =>
  length > 2 && sockaddr.length > 2 && sockaddr[2] !== 0 && sockaddr[2] !== SLASH;
