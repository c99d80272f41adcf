// Describes sockets in words and names them: `socket:[tcp 127.0.0.1:80 listen]`.

import { SOCKET_FAMILIES, SOCKET_STATES, SOCKET_TYPES } from "../../model/names.ts";
import { encodeText } from "../../model/text.ts";
import type { StructReader } from "./struct-reader.ts";

/** IPPROTO_… of Linux include/linux/in.h. */
export const SOCKET_PROTOCOLS: Readonly<Record<number, string>> = { 1: "icmp", 6: "tcp", 17: "udp", 132: "sctp" };

const word = (names: Readonly<Record<number, string>>, value: number, what: string): string =>
  names[value] ?? `${what} ${value}`;

/** A socket's address family, type, protocol and state in words, from SOCKET. */
export interface SocketWords {
  readonly family: string;
  readonly type: string;
  /** Empty if it is 0 and the type does not imply one. */
  readonly protocol: string;
  /** Empty if it is 0. */
  readonly state: string;
}

/** The fields of SOCKET that `socketWords` reads. */
export const SOCKET_WORDS = ["sock.type", "sock.protocol", "sock_common.family", "sock_common.state"] as const;

/** The words of a SOCKET record. */
export function socketWords(socket: StructReader): SocketWords {
  const type = socket.number("sock.type");
  const protocol = socket.number("sock.protocol");
  const family = word(SOCKET_FAMILIES, socket.number("sock_common.family"), "family");
  // The default protocol of the internet families.
  const usual = !family.startsWith("inet") ? "" : type === 1 ? "tcp" : type === 2 ? "udp" : "";
  const state = socket.number("sock_common.state");
  return {
    family,
    type: word(SOCKET_TYPES, type, "type"),
    protocol: protocol === 0 ? usual : word(SOCKET_PROTOCOLS, protocol, "protocol"),
    state: state === 0 ? "" : word(SOCKET_STATES, state, "state"),
  };
}

/** A name, and how many of its bytes are the same in every dump. */
export interface StableName {
  readonly name: Uint8Array;
  readonly stable: number;
}

/** The name of a socket with the raw address `local`. Comparisons ignore the state at its end. */
export function socketName(words: SocketWords, local: Uint8Array): StableName {
  const inet = words.family === "inet" || words.family === "inet6";
  const what = inet
    ? words.protocol || words.type
    : words.family === "unix"
      ? `unix ${words.type}`
      : `${words.family} ${words.type}`;
  const before = encodeText(`socket:[${what}${local.length === 0 ? "" : " "}`);
  const after = encodeText(`${inet && words.state !== "" ? ` ${words.state}` : ""}]`);
  const name = new Uint8Array(before.length + local.length + after.length);
  name.set(before);
  name.set(local, before.length);
  name.set(after, before.length + local.length);
  return { name, stable: before.length + local.length };
}
