// Details of sockets.

import { NONE } from "../../../model/checkpoint.ts";
import { type Bits, bitWords } from "../../../model/names/bits.ts";
import { SOCKET_FAMILIES, SOCKET_STATES, socketType } from "../../../model/names/names.ts";
import { ETHER_TYPES, IP_PROTOCOLS, NETLINK_PROTOCOLS } from "../../../model/names/protocols.ts";
import {
  AF_INET,
  addressText,
  addressWords,
  endpointText,
  fromNetworkOrder,
  USK_EXTERN,
  writeEndpoint,
} from "../format/meaning.ts";
import { enumName } from "../format/messages.ts";
import type { KnownField } from "../wire/field-table.ts";
import { lowAt, numbersOf } from "../wire/parts.ts";
import {
  type About,
  type AddDetails,
  add,
  addMount,
  allRelated,
  type FileRows,
  fieldIn,
  fileId,
  ifIs,
  ifSet,
  ifThere,
  linking,
  listed,
  made,
  number,
  relatedOf,
  rowsOf,
  same,
  text,
  WRITTEN,
  word,
} from "./detail-rows.ts";
import { fieldsOf, hasField, isPlain, numberIn } from "./file-fields.ts";
import { optionFields } from "./socket-options.ts";

const SOCK_RAW = 3;
const TCP_LISTEN = 10;
/** netlink_sk_entry.state: Linux net/netlink/af_netlink.c. */
const NETLINK_CONNECTED = 1;

/** The type of a socket, by the machine's names. */
const type = word("type", "type", (value, { arch }) => socketType(value, arch) ?? value);
const state = word("state", "state", listed(SOCKET_STATES));
const inode = number("inode", "ino");
const backlog = number("backlog", "backlog", ifIs("state", TCP_LISTEN));
const shutdown = word("shutdown", "shutdown", (value) => enumName("sk_shutdown", value), ifThere("shutdown"));

const INET = fieldsOf("inet_sk_entry");
const INET_FIELDS = {
  varying: ["id", "ino", "src_addr", "src_port", "dst_addr", "dst_port"],
  // For the addresses.
  also: ["family", "type"],
};
const [INET_TYPE, INET_FAMILY] = [fieldIn(INET, "type"), fieldIn(INET, "family")];

/** An address with its port. */
function addressDetail(key: string, addressName: string, portName: string) {
  const address = fieldIn(INET, addressName);
  const port = fieldIn(INET, portName);
  return made(key, (about) => addressValue(about, address, port), [addressName, portName], writtenAs);
}

/** How the kernel writes the addresses of a socket: IPv4 only, and not of a raw socket. */
const writtenAs = ({ fields, set }: About): number =>
  set.checkpoint.machine.littleEndian &&
  numberIn(fields, INET_FAMILY) === AF_INET &&
  numberIn(fields, INET_TYPE) !== SOCK_RAW
    ? WRITTEN.ENDPOINT
    : WRITTEN.PLAIN;

/** The number of the value of an address with its port. */
function addressValue({ fields, details, set }: About, address: KnownField, port: KnownField): number {
  const { parts, last, first, end, entry } = fields;
  const { littleEndian } = set.checkpoint.machine;
  const family = numberIn(fields, INET_FAMILY);
  const portNumber = numberIn(fields, port);
  // A raw socket has no ports; its protocol is stored in place of the source port.
  const isRaw = numberIn(fields, INET_TYPE) === SOCK_RAW;
  if (family === AF_INET && portNumber !== null && !isRaw && isPlain(fields, address)) {
    writeEndpoint(details.write(), lowAt(parts, last[address.number] as number), portNumber, littleEndian);
    return details.indexOfWritten();
  }
  const words = addressWords(numbersOf(parts, first, end, entry.bytes, address), family);
  return details.indexOf(isRaw ? addressText(words, littleEndian) : endpointText(words, portNumber, littleEndian));
}

function addQueued(about: About): void {
  const packets = allRelated(about, "sk_packet_entry");
  if (packets.length === 0) return;
  const bytes = packets.reduce((sum, { values }) => sum + (values.number("length") ?? 0), 0);
  const inFlight = packets.flatMap(({ values }) => values.each("scm", (scm) => scm.numbers("rights")).flat());
  for (const id of inFlight) about.links.add(about.file, "in-flight", about.set.fileOfId.row(id));
  add(about, "queuedPackets", packets.length);
  add(about, "queuedBytes", bytes);
  if (inFlight.length > 0) add(about, "inFlight", inFlight);
}

/** Adds the options of sockets of a type. */
function addOptions(message: string): AddDetails {
  const from = optionFields(message);
  return (about) => {
    const { details, file } = about;
    const found = about.options(about.fields, from, about.values, relatedOf(about, "tcp_stream_entry"));
    if (found === null) return;
    details.addIndexed(file, "options", found.options);
    details.addIndexed(file, "buffers", found.buffers);
  };
}

/** TCPI_OPT_… of Linux include/uapi/linux/tcp.h. */
const TCP_OPTIONS: Bits = [
  ["timestamps", 1],
  ["sack", 2],
  ["window scale", 4],
  ["ecn", 8],
];

function addStream(about: About): void {
  const stream = relatedOf(about, "tcp_stream_entry");
  if (stream === null) return;
  add(about, "bytesToRead", stream.number("inq_len"));
  add(about, "bytesToSend", stream.number("outq_len"));
  add(about, "negotiated", {
    options: bitWords(TCP_OPTIONS, stream.number("opt_mask") ?? 0),
    mss: stream.number("mss_clamp"),
    sendScale: stream.number("snd_wscale"),
    receiveScale: stream.number("rcv_wscale"),
  });
}

export const INET_ROWS = rowsOf("inet_sk_entry", INET_FIELDS, [
  word("family", "family", listed(SOCKET_FAMILIES)),
  type,
  word("protocol", "proto", listed(IP_PROTOCOLS)),
  state,
  addressDetail("source", "src_addr", "src_port"),
  addressDetail("destination", "dst_addr", "dst_port"),
  inode,
  backlog,
  shutdown,
  text("interface", "ifname", ifThere("ifname")),
  same(addOptions("inet_sk_entry")),
  same(addStream),
  same(addQueued),
]);

const UNIX = fieldsOf("unix_sk_entry");
const [UNIX_FLAGS, UNIX_PEER] = [fieldIn(UNIX, "uflags"), fieldIn(UNIX, "peer")];
const UNIX_OWNERSHIP = fieldIn(UNIX, "file_perms");

/** The other end of a unix socket in the dump. Adds its link. */
function peer(about: About): number {
  const { details, file, set } = about;
  const peerInode = numberIn(about.fields, UNIX_PEER);
  const hasPeer = peerInode !== null && peerInode !== 0;
  const end = hasPeer ? set.unixSocket(peerInode) : NONE;
  if (hasPeer) about.links.add(file, "peer", end);
  if (!about.needs("peer")) return NONE;
  const id = fileId(about, end);
  return id === null ? details.indexOf(null) : details.indexOfInteger(about.needsIds("peer") ? id : 0);
}

function addOwnership(about: About): void {
  if (!hasField(about.fields, UNIX_OWNERSHIP)) return;
  const values = about.values();
  if (!values.has("file_perms.mode")) return;
  const inner = values.inside("file_perms");
  add(about, "mode", inner.number("mode"));
  add(about, "uid", inner.number("uid"));
  add(about, "gid", inner.number("gid"));
}

const UNIX_FIELDS = { varying: ["id", "ino", "peer", "name"] };
const directory = text("directory", "name_dir", ifThere("name_dir"));

/** The mount of the socket's path. */
const mount = same((about) => addMount(about, about.values().number("mnt_id")));

const UNIX_INSIDE = rowsOf("unix_sk_entry", UNIX_FIELDS, [
  type,
  state,
  text("name"),
  inode,
  number("peerInode", "peer"),
  linking("peer", peer, ["peer"], WRITTEN.PEER),
  backlog,
  shutdown,
  directory,
  mount,
  same(addOwnership),
  same(addOptions("unix_sk_entry")),
  same(addQueued),
]);

/** All that CRIU knows of a socket outside the dump; it stores placeholders for the rest. */
const UNIX_OUTSIDE = rowsOf("unix_sk_entry", UNIX_FIELDS, [
  type,
  text("name"),
  inode,
  same((about) => add(about, "outside", true)),
  directory,
  mount,
  same(addOwnership),
]);

const isOutside = ({ fields }: About): boolean => ((numberIn(fields, UNIX_FLAGS) ?? 0) & USK_EXTERN) !== 0;

export const UNIX_ROWS: FileRows = { ...UNIX_INSIDE, others: { areFor: isOutside, rows: UNIX_OUTSIDE.rows } };

export const PACKET_ROWS = rowsOf("packet_sock_entry", { varying: ["id"] }, [
  type,
  word("protocol", "protocol", (stored, { littleEndian }) => {
    const protocol = fromNetworkOrder(stored, littleEndian);
    return ETHER_TYPES[protocol] ?? protocol;
  }),
  number("interfaceIndex", "ifindex"),
  same(addOptions("packet_sock_entry")),
]);

export const NETLINK_ROWS = rowsOf("netlink_sk_entry", { varying: ["id", "ino", "portid"] }, [
  word("protocol", "protocol", listed(NETLINK_PROTOCOLS)),
  number("portId", "portid"),
  same((about) => add(about, "groups", about.values().numbers("groups"))),
  word("state", "state", () => "connected", ifIs("state", NETLINK_CONNECTED)),
  number("remotePortId", "dst_portid", ifSet("dst_portid")),
  number("remoteGroup", "dst_group", ifSet("dst_group")),
  inode,
  same(addOptions("netlink_sk_entry")),
  same(addQueued),
]);
