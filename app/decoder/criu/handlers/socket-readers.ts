// The readers of sockets. Names: `socket:[tcp 127.0.0.1:80->127.0.0.1:4242 established]`, `socket:[unix stream @name]`.

import { HAS } from "../../../model/checkpoint.ts";
import { SOCKET_STATES, socketType } from "../../../model/names/names.ts";
import { ETHER_TYPES, IP_PROTOCOLS, NETLINK_PROTOCOLS } from "../../../model/names/protocols.ts";
import { u8At } from "../../../model/read.ts";
import { writePiece, writeRaw } from "../../../model/text/json-bytes.ts";
import { encodeText } from "../../../model/text/text.ts";
import {
  AF_INET6,
  addressText,
  addressWords,
  endpointOf,
  fromNetworkOrder,
  USK_EXTERN,
  writeAddress,
} from "../format/meaning.ts";
import type { SetContext } from "../walk/context.ts";
import { addLink } from "../walk/rows.ts";
import { fieldNumber, firstVarints, high, isSet, low, plan } from "../wire/wire.ts";
import { fileReader, numberOr, setImageName, writeNumberOr } from "./file-reader.ts";
import { machineOf } from "./machine.ts";

const INET = plan("inet_sk_entry", ["flags", "ino", "family", "type", "proto", "state", "src_port", "dst_port"]);
const SRC_ADDR = fieldNumber("inet_sk_entry", "src_addr");
const DST_ADDR = fieldNumber("inet_sk_entry", "dst_addr");
const UNIX = plan("unix_sk_entry", ["flags", "ino", "type", "state", "name", "deleted", "uflags"]);
const NETLINK = plan("netlink_sk_entry", ["flags", "protocol", "portid"]);
const PACKET = plan("packet_sock_entry", ["flags", "type", "protocol"]);

const [PREFIX, RAW_PREFIX, UNIX_PREFIX] = [
  encodeText("socket:["),
  encodeText("socket:[raw "),
  encodeText("socket:[unix "),
];
const [SPACE, ARROW, COLON, CLOSE] = [encodeText(" "), encodeText("->"), encodeText(":"), encodeText("]")];

export const SOCK_RAW = 3;
export const TCP_LISTEN = 10;

/** Protocols whose sockets have TCP's states. */
export const HAS_STATES: ReadonlySet<string> = new Set(["tcp", "mptcp", "sctp"]);

/** TCP, UDP and raw sockets. */
export const readInetSocket = fileReader("socket", INET, (set, file, seen, bytes, start, end) => {
  const { builder, files, values } = set;
  const { slot } = INET;
  if (isSet(seen, slot.ino)) addLink(files.links.inetSockets, low(values, slot.ino), file);
  const proto = numberOr(values, seen, slot.proto);
  const protocol = proto === "?" ? proto : (IP_PROTOCOLS[proto] ?? String(proto));
  const family = isSet(seen, slot.family) ? low(values, slot.family) : null;
  const sourcePort = numberOr(values, seen, slot.src_port);
  const port = numberOr(values, seen, slot.dst_port);
  const isRaw = low(values, slot.type) === SOCK_RAW;
  const { name } = files;
  name.length = 0;
  writePiece(name, isRaw ? RAW_PREFIX : PREFIX);
  writeRaw(name, protocol);
  writePiece(name, SPACE);
  // The source port of a raw socket only repeats its protocol.
  writeEnd(set, addressIn(set, bytes, start, end, SRC_ADDR, family), sourcePort, !isRaw);
  if (port !== 0 && port !== "?") {
    writePiece(name, ARROW);
    writeEnd(set, addressIn(set, bytes, start, end, DST_ADDR, family), port, true);
  }
  const stable = name.length;
  const state = HAS_STATES.has(protocol) ? SOCKET_STATES[low(values, slot.state)] : undefined;
  if (state !== undefined) {
    writePiece(name, SPACE);
    writeRaw(name, state);
  }
  writePiece(name, CLOSE);
  builder.setWrittenName(file, name, stable);
});

/** The type of a socket in words. */
const typeText = (set: SetContext, type: number | "?"): string =>
  type === "?" ? type : (socketType(type, machineOf(set).arch) ?? String(type));

/** An address: the word of an IPv4 address, or in words; `null`: it is not known. */
type Address = number | string | null;

/** An address: its 1 or 4 words are the values of a field. */
function addressIn(
  set: SetContext,
  bytes: Uint8Array,
  start: number,
  end: number,
  field: number,
  family: number | null,
): Address {
  const { addressWords: words } = set.files;
  const count = firstVarints(bytes, start, end, field, words);
  if (count === 1) return family === AF_INET6 ? null : (words[0] as number);
  return addressText(addressWords(Array.from(words.subarray(0, count)), family), machineOf(set).littleEndian);
}

/** The most addresses to keep as text: a server's sockets share a few. */
const MOST_ADDRESSES = 1024;

/** Writes the address of an IPv4 word to the name. */
function writeAddressOf(set: SetContext, word: number): void {
  const { name, addresses } = set.files;
  const known = addresses.get(word);
  if (known !== undefined) {
    writePiece(name, known);
    return;
  }
  const { length } = name;
  writeAddress(name, word, machineOf(set).littleEndian);
  if (addresses.size < MOST_ADDRESSES) addresses.set(word, name.bytes.slice(length, name.length));
}

/** Writes an address and a port to the name. */
function writeEnd(set: SetContext, address: Address, port: number | "?", hasPort: boolean): void {
  const { name } = set.files;
  if (typeof address === "number") {
    writeAddressOf(set, address);
    if (!hasPort) return;
    writePiece(name, COLON);
    writeNumberOr(name, port);
    return;
  }
  const text = endpointOf(address, port === "?" ? null : port) ?? "?";
  writeRaw(name, hasPort ? text : text.slice(0, text.lastIndexOf(":")));
}

/** Unix sockets, named by path, by abstract name or, if they have neither, by inode. */
export const readUnixSocket = fileReader("socket", UNIX, (set, file, seen, bytes) => {
  const { builder, files, values } = set;
  const { slot } = UNIX;
  const inode = numberOr(values, seen, slot.ino);
  if (inode !== "?") addLink(files.links.unixSockets, inode, file);
  if (low(values, slot.deleted) !== 0) builder.files.has[file] = u8At(builder.files.has, file) | HAS.deleted;
  const type = typeText(set, numberOr(values, seen, slot.type));
  const isOutside = (low(values, slot.uflags) & USK_EXTERN) !== 0;
  // CRIU does not know the flags and state of a socket outside the dump, and stores placeholders.
  if (isOutside) builder.files.has[file] = u8At(builder.files.has, file) & ~HAS.flags;
  const suffix = isOutside ? " outside the dump]" : low(values, slot.state) === TCP_LISTEN ? " listen]" : "]";
  const start = low(values, slot.name);
  let end = high(values, slot.name);
  // In an abstract name, which begins with NUL, every byte counts; a path ends in NUL.
  const isAbstract = start < end && bytes[start] === 0;
  while (!isAbstract && end > start && bytes[end - 1] === 0) end--;
  if (isAbstract) return setImageName(set, file, `socket:[unix ${type} @`, bytes, start + 1, end, suffix);
  if (start < end) return setImageName(set, file, `socket:[unix ${type} `, bytes, start, end, suffix);
  const { name } = files;
  name.length = 0;
  writePiece(name, UNIX_PREFIX);
  writeRaw(name, type);
  writePiece(name, SPACE);
  const stable = name.length;
  writeNumberOr(name, inode);
  writeRaw(name, suffix);
  builder.setWrittenName(file, name, stable);
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
