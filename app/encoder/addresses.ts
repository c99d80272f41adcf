// Socket addresses as text, and as bytes in an image.

import { fromVisible } from "./text.ts";

/** An internet address and port. */
export interface InternetAddress {
  /** 4 or 16 bytes. */
  readonly address: Uint8Array;
  readonly port: number;
}

/** `127.0.0.1:80` or `[::1]:80`; `null` if it is neither. */
export function parseInternet(text: string): InternetAddress | null {
  const match = /^(?:\[([\da-f:.]+)\]|([\d.]+)):(\d+)$/i.exec(text);
  if (match === null) return null;
  const [, six, four, port] = match;
  const address = four === undefined ? parseIpv6(six ?? "") : parseIpv4(four);
  return address === null ? null : { address, port: Number(port) };
}

function parseIpv4(text: string): Uint8Array | null {
  const bytes = text.split(".").map(Number);
  return bytes.length === 4 && bytes.every((byte) => byte <= 255) ? Uint8Array.from(bytes) : null;
}

function parseIpv6(text: string): Uint8Array | null {
  const [mixed, head, four] = /^(.*:)(\d+\.[\d.]+)$/.exec(text) ?? [];
  const embedded = four === undefined ? null : parseIpv4(four);
  if (mixed !== undefined && embedded === null) return null;
  // The IPv4 address at the end of a mixed one is two groups of four digits: `::ffff:c000:0201`.
  const digits = Array.from(embedded ?? [], (byte) => byte.toString(16).padStart(2, "0")).join("");
  const halves = (embedded === null ? text : `${head}${digits.slice(0, 4)}:${digits.slice(4)}`).split("::");
  const groups = halves.map((half) => half.split(":").filter((group) => group !== ""));
  const [before = [], after = []] = groups;
  const missing = 8 - before.length - after.length;
  if (halves.length > 2 || missing < 0 || (halves.length === 1 && missing > 0)) return null;
  const all = [...before, ...new Array<string>(missing).fill("0"), ...after].map((group) => Number.parseInt(group, 16));
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 255]));
}

const AF_UNIX = 1;
const AF_INET = 2;

/** struct sockaddr_in; its port and address are in network order. */
export function sockaddrIn({ address, port }: InternetAddress, littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, AF_INET, littleEndian);
  view.setUint16(2, port);
  bytes.set(address.subarray(0, 4), 4);
  return bytes;
}

/**
 * struct sockaddr_un for a path or an @name in the abstract namespace, as shown by the decoder's `unixAddress`, and the
 * number of bytes in use; empty text: an unnamed socket.
 */
export function sockaddrUn(text: string, littleEndian: boolean): { bytes: Uint8Array; length: number } {
  const bytes = new Uint8Array(110);
  new DataView(bytes.buffer).setUint16(0, AF_UNIX, littleEndian);
  const abstract = text.startsWith("@");
  const name = fromVisible(abstract ? text.slice(1) : text).subarray(0, 107);
  bytes.set(name, abstract ? 3 : 2);
  if (text === "") return { bytes, length: 2 };
  return { bytes, length: 2 + name.length + 1 };
}
