// The readers of sockets. Names: `socket:[tcp 127.0.0.1:80->127.0.0.1:4242 established]`, `socket:[unix stream @name]`.

import { HAS } from "../../model/checkpoint.ts";
import { SOCKET_STATES, socketType } from "../../model/names.ts";
import { u8At } from "../../model/read.ts";
import type { SetContext } from "./context.ts";
import { fileReader, numberOr, setImageName } from "./file-reader.ts";
import { machineOf } from "./machine.ts";
import {
  AF_INET6,
  addressText,
  addressWords,
  ETHER_TYPES,
  endpointOf,
  fromNetworkOrder,
  IP_PROTOCOLS,
  NETLINK_PROTOCOLS,
  USK_EXTERN,
} from "./meaning.ts";
import { addLink } from "./rows.ts";
import { fieldNumber, firstVarints, high, isSet, low, plan } from "./wire.ts";

const INET = plan("inet_sk_entry", ["flags", "ino", "family", "type", "proto", "state", "src_port", "dst_port"]);
const SRC_ADDR = fieldNumber("inet_sk_entry", "src_addr");
const DST_ADDR = fieldNumber("inet_sk_entry", "dst_addr");
const UNIX = plan("unix_sk_entry", ["flags", "ino", "type", "state", "name", "deleted", "uflags"]);
const NETLINK = plan("netlink_sk_entry", ["flags", "protocol", "portid"]);
const PACKET = plan("packet_sock_entry", ["flags", "type", "protocol"]);

const SOCK_RAW = 3;
const TCP_LISTEN = 10;

/** Protocols whose sockets have TCP's states. */
const HAS_STATES: ReadonlySet<string> = new Set(["tcp", "mptcp", "sctp"]);

/** TCP, UDP and raw sockets. */
export const readInetSocket = fileReader("socket", INET, (set, file, seen, bytes, start, end) => {
  const { builder, files, values } = set;
  const { slot } = INET;
  if (isSet(seen, slot.ino)) addLink(files.links.inetSockets, low(values, slot.ino), file);
  const proto = numberOr(values, seen, slot.proto);
  const protocol = proto === "?" ? proto : (IP_PROTOCOLS[proto] ?? String(proto));
  const family = isSet(seen, slot.family) ? low(values, slot.family) : null;
  const sourcePort = numberOr(values, seen, slot.src_port);
  let source = endpoint(addressIn(set, bytes, start, end, SRC_ADDR, family), sourcePort);
  const isRaw = low(values, slot.type) === SOCK_RAW;
  // The source port of a raw socket only repeats its protocol.
  if (isRaw) source = source.slice(0, source.lastIndexOf(":"));
  const port = numberOr(values, seen, slot.dst_port);
  const target =
    port === 0 || port === "?" ? "" : `->${endpoint(addressIn(set, bytes, start, end, DST_ADDR, family), port)}`;
  const stable = `socket:[${isRaw ? "raw " : ""}${protocol} ${source}${target}`;
  const state = HAS_STATES.has(protocol) ? SOCKET_STATES[low(values, slot.state)] : undefined;
  builder.setName(file, `${stable}${state === undefined ? "" : ` ${state}`}]`, stable.length);
});

/** The type of a socket in words. */
const typeText = (set: SetContext, type: number | "?"): string =>
  type === "?" ? type : (socketType(type, machineOf(set).arch) ?? String(type));

/** An address and a port in words. */
const endpoint = (address: string | null, port: number | "?"): string =>
  endpointOf(address, port === "?" ? null : port) ?? "?";

/** The most addresses to keep as text: a server's sockets share a few. */
const MOST_ADDRESSES = 1024;

/** An address as text: its 1 or 4 words are the values of a field. `null`: it is not known. */
function addressIn(
  set: SetContext,
  bytes: Uint8Array,
  start: number,
  end: number,
  field: number,
  family: number | null,
): string | null {
  const { addressWords: words, addresses } = set.files;
  const count = firstVarints(bytes, start, end, field, words);
  const { littleEndian } = machineOf(set);
  if (count !== 1) return addressText(addressWords(Array.from(words.subarray(0, count)), family), littleEndian);
  const word = words[0] as number;
  if (family === AF_INET6) return null;
  const known = addresses.get(word);
  if (known !== undefined) return known;
  const text = addressText([word], littleEndian);
  if (text !== null && addresses.size < MOST_ADDRESSES) addresses.set(word, text);
  return text;
}

/** Unix sockets, named by path, by abstract name or, if they have neither, by inode. */
export const readUnixSocket = fileReader("socket", UNIX, (set, file, seen, bytes) => {
  const { builder, files, values } = set;
  const { slot } = UNIX;
  const inode = numberOr(values, seen, slot.ino);
  if (inode !== "?") addLink(files.links.unixSockets, inode, file);
  if (low(values, slot.deleted) !== 0) builder.files.has[file] = u8At(builder.files.has, file) | HAS.deleted;
  const prefix = `socket:[unix ${typeText(set, numberOr(values, seen, slot.type))} `;
  const isOutside = (low(values, slot.uflags) & USK_EXTERN) !== 0;
  // CRIU does not know the flags and state of a socket outside the dump, and stores placeholders.
  if (isOutside) builder.files.has[file] = u8At(builder.files.has, file) & ~HAS.flags;
  const suffix = isOutside ? " outside the dump]" : low(values, slot.state) === TCP_LISTEN ? " listen]" : "]";
  const start = low(values, slot.name);
  let end = high(values, slot.name);
  // In an abstract name, which begins with NUL, every byte counts; a path ends in NUL.
  const isAbstract = start < end && bytes[start] === 0;
  if (isAbstract) return setImageName(set, file, `${prefix}@`, bytes, start + 1, end, suffix);
  while (end > start && bytes[end - 1] === 0) end--;
  if (start === end) builder.setName(file, `${prefix}${inode}${suffix}`, prefix.length);
  else setImageName(set, file, prefix, bytes, start, end, suffix);
});

export const readNetlinkSocket = fileReader("socket", NETLINK, ({ builder, values }, file, seen) => {
  const { protocol, portid } = NETLINK.slot;
  const number = numberOr(values, seen, protocol);
  const stable = `socket:[netlink ${number === "?" ? number : (NETLINK_PROTOCOLS[number] ?? number)}`;
  const port = low(values, portid);
  builder.setName(file, `${stable}${port === 0 ? "" : ` port ${port}`}]`, stable.length);
});

export const readPacketSocket = fileReader("socket", PACKET, (set, file, seen) => {
  const { builder, values } = set;
  const { type, protocol } = PACKET.slot;
  const number = fromNetworkOrder(low(values, protocol), machineOf(set).littleEndian);
  const protocolText = isSet(seen, protocol) ? (ETHER_TYPES[number] ?? `0x${number.toString(16)}`) : "?";
  builder.setName(file, `socket:[packet ${typeText(set, numberOr(values, seen, type))} ${protocolText}]`);
});
