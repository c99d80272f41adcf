// Addresses of sockets as text, from the image's structs.

import { ipv4Text, ipv6Text } from "../../model/addresses.ts";
import { visibleText } from "../../model/text.ts";
import type { StructReader } from "./struct-reader.ts";

/** Address and port of a sockaddr_in of which `length` bytes count: `127.0.0.1:80`; empty if there is none. */
export function inetAddress(sockaddr: Uint8Array, length: number): string {
  if (length < 8 || sockaddr.length < 8) return "";
  const [, , high = 0, low = 0] = sockaddr;
  return `${ipv4Text(sockaddr.subarray(4, 8))}:${(high << 8) | low}`;
}

/** The address and port of a socket or of its peer, from SOCKET_INET; empty if there is none. */
export function internetAddress(inet: StructReader, family: string, end: "local" | "remote"): string {
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

/** The path, or @name in the abstract namespace, of a sockaddr_un of which `length` bytes count; empty if unnamed. */
export function unixAddress(sockaddr: Uint8Array, length: number): string {
  const name = sockaddr.subarray(2, Math.min(length, sockaddr.length));
  if (name.length === 0) return "";
  if (name[0] === 0) return name.length === 1 ? "" : `@${visibleText(name.subarray(1))}`;
  const end = name.indexOf(0);
  return visibleText(end < 0 ? name : name.subarray(0, end));
}
