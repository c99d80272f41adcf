// Describes sockets in words and names them: `socket:[tcp 127.0.0.1:80->127.0.0.1:4242 established]`.

import { SOCKET_FAMILIES, SOCKET_STATES, SOCKET_TYPES } from "../../../model/names/names.ts";
import { protocolsOf } from "../../../model/names/protocols.ts";
import { encodeText } from "../../../model/text/text.ts";
import type { StructReader } from "../struct-reader.ts";

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
    protocol: protocol === 0 ? usual : word(protocolsOf(family), protocol, "protocol"),
    state: state === 0 ? "" : word(SOCKET_STATES, state, "state"),
  };
}

/** A name, and how many of its bytes are the same in every dump. */
export interface StableName {
  readonly name: Uint8Array;
  readonly stable: number;
}

/** The raw addresses of a socket; empty: none. */
interface Addresses {
  readonly local: Uint8Array;
  readonly remote: Uint8Array;
}

/** The name of a socket. Comparisons ignore its peer and its state, at the end: these are details that can change. */
export function socketName(words: SocketWords, { local, remote }: Addresses): StableName {
  const inet = words.family === "inet" || words.family === "inet6";
  const what = inet
    ? words.protocol || words.type
    : words.family === "unix"
      ? `unix ${words.type}`
      : `${words.family} ${words.type}`;
  const before = encodeText(`socket:[${what}${local.length === 0 ? "" : " "}`);
  const arrow = encodeText(remote.length === 0 ? "" : "->");
  const after = encodeText(`${inet && words.state !== "" ? ` ${words.state}` : ""}]`);
  return { name: joined([before, local, arrow, remote, after]), stable: before.length + local.length };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
