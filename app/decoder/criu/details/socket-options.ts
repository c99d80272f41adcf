// Options of sockets, by the names of socket(7), ip(7), ipv6(7) and tcp(7). Options that have
// their default are left out.

import { NONE } from "../../../model/checkpoint.ts";
import type { Details, DetailValue } from "../../../model/fields.ts";
import { type JsonBytes, writeInteger, writePiece, writeRaw } from "../../../model/text/json-bytes.ts";
import { crc32 } from "../../archive/compression/checksums.ts";
import type { DetailsBuilder } from "../../builder/details.ts";
import { createJsonValues } from "../../builder/json-values.ts";
import { createBudget } from "../../limits.ts";
import type { KnownField } from "../wire/field-table.ts";
import { highAt, lowAt } from "../wire/parts.ts";
import type { Values } from "../wire/values.ts";
import { fieldsOf, hasField, isRepeatedIn, type MessageFields } from "./file-fields.ts";

/** Options that are on or off, by field. */
const SWITCHES = [
  ["opts.reuseaddr", "SO_REUSEADDR"],
  ["opts.so_reuseport", "SO_REUSEPORT"],
  ["opts.so_passcred", "SO_PASSCRED"],
  ["opts.so_passsec", "SO_PASSSEC"],
  ["opts.so_dontroute", "SO_DONTROUTE"],
  ["opts.so_no_check", "SO_NO_CHECK"],
  ["opts.so_broadcast", "SO_BROADCAST"],
  ["opts.so_keepalive", "SO_KEEPALIVE"],
  ["opts.so_oobinline", "SO_OOBINLINE"],
  ["v6only", "IPV6_V6ONLY"],
  ["ip_opts.freebind", "IP_FREEBIND"],
  ["ip_opts.pktinfo", "IP_PKTINFO"],
  ["ip_opts.raw.hdrincl", "IP_HDRINCL"],
  ["ip_opts.raw.nodefrag", "IP_NODEFRAG"],
  ["ip_opts.raw.checksum", "IPV6_CHECKSUM"],
  ["tcp_opts.cork", "TCP_CORK"],
  ["tcp_opts.nodelay", "TCP_NODELAY"],
  // Of packet sockets.
  ["aux_data", "PACKET_AUXDATA"],
  ["orig_dev", "PACKET_ORIGDEV"],
  ["vnet_hdr", "PACKET_VNET_HDR"],
  ["loss", "PACKET_LOSS"],
] as const;

/** Options that releases before 3.18 store with the state of a TCP connection alone. */
const OF_CONNECTION = [
  ["cork", "TCP_CORK"],
  ["nodelay", "TCP_NODELAY"],
] as const;

/** Options with a number, by field, with the kernel's default. */
const NUMBERS = [
  ["opts.so_priority", "SO_PRIORITY", 0],
  ["opts.so_mark", "SO_MARK", 0],
  // A linger of 0 closes with a reset: not the same as none.
  ["opts.so_linger", "SO_LINGER", null],
  ["opts.so_buf_lock", "SO_BUF_LOCK", 0],
  ["opts.so_rcvlowat", "SO_RCVLOWAT", 1],
  ["opts.tcp_keepcnt", "TCP_KEEPCNT", 9],
  ["opts.tcp_keepidle", "TCP_KEEPIDLE", 7200],
  ["opts.tcp_keepintvl", "TCP_KEEPINTVL", 75],
  ["tcp_opts.keepcnt", "TCP_KEEPCNT", 9],
  ["tcp_opts.keepidle", "TCP_KEEPIDLE", 7200],
  ["tcp_opts.keepintvl", "TCP_KEEPINTVL", 75],
  ["ip_opts.tos", "IP_TOS", 0],
  ["ip_opts.ttl", "IP_TTL", 64],
  ["version", "PACKET_VERSION", 0],
  ["reserve", "PACKET_RESERVE", 0],
  ["timestamp", "PACKET_TIMESTAMP", 0],
  ["copy_thresh", "PACKET_COPY_THRESH", 0],
  ["fanout", "PACKET_FANOUT", null],
] as const;

/** The rings of packet sockets. */
const RINGS = [
  ["rx_ring", "PACKET_RX_RING"],
  ["tx_ring", "PACKET_TX_RING"],
] as const;

/** SO_BUF_LOCK: the program has set the size of the buffer, so that the kernel does not change it. */
const SEND_LOCKED = 1;
const RECEIVE_LOCKED = 2;

/** The options of a socket, as numbers of values. */
interface SocketOptions {
  /** Options that the program has set. */
  readonly options: number;
  /** The sizes of buffers that the kernel may change by itself. */
  readonly buffers: number;
}

/**
 * Reads the options of the socket whose fields are given; `null` if it has none.
 *
 * @param valuesOf Gives the same fields by name.
 */
export type SocketOptionsReader = (
  fields: MessageFields,
  from: OptionFields,
  valuesOf: () => Values,
  connection: Values | null,
) => SocketOptions | null;

/** The fields of a socket's message that have options. */
const NAMES = ["opts", "ip_opts", "tcp_opts", "v6only"] as const;
/** One of the fields that every packet socket has, and no other. */
const OF_PACKET_SOCKETS = "aux_data";

/** Where the options of a type of socket are. */
export interface OptionFields {
  readonly opts: KnownField;
  /** By NAMES. */
  readonly fields: readonly (KnownField | null)[];
  /** Whether it has others as well. */
  readonly hasOthers: boolean;
}

export function optionFields(message: string): OptionFields {
  const { byName } = fieldsOf(message);
  const fields = NAMES.map((name) => byName.get(name) ?? null);
  const opts = fields[0];
  if (opts == null) throw new Error(`A ${message} has no options`);
  return { opts, fields, hasOthers: byName.has(OF_PACKET_SOCKETS) };
}

/** A reader that adds the options as values to `details`. Most sockets have the same: each is read once. */
export function createSocketOptionsReader(details: Pick<DetailsBuilder, "indexOf">): SocketOptionsReader {
  const keys = createJsonValues({ budget: createBudget() });
  const known: SocketOptions[] = [];
  return (fields, from, valuesOf, connection) => {
    if (!hasField(fields, from.opts)) return null;
    const isOwn = from.hasOthers || OF_CONNECTION.some(([field]) => connection?.bool(field) === true);
    const key = isOwn || !writeKey(keys.write(), fields, from.fields) ? NONE : keys.indexOfWritten();
    const found = known[key];
    if (found !== undefined) return found;
    const { options, buffers } = readOptions(valuesOf(), connection);
    const read = { options: details.indexOf(options), buffers: details.indexOf(buffers) };
    if (key !== NONE) known[key] = read;
    return read;
  };
}

/** Writes what distinguishes options. Returns false if that is not easy: if one of the fields occurs twice. */
function writeKey(out: JsonBytes, fields: MessageFields, from: OptionFields["fields"]): boolean {
  const { parts, last, entry } = fields;
  for (let each = 0; each < from.length; each++) {
    const field = from[each] ?? null;
    const at = field === null ? NONE : (last[field.number] as number);
    if (field === null || at === NONE) {
      writeRaw(out, "-");
      continue;
    }
    if (isRepeatedIn(fields, field)) return false;
    const [low, high] = [lowAt(parts, at), highAt(parts, at)];
    if (field.message === null) writeRaw(out, low === 0 && high === 0 ? "f" : "t");
    else {
      writeInteger(out, high - low);
      writeRaw(out, ":");
      writePiece(out, entry.bytes.subarray(low, high));
    }
  }
  return true;
}

function readOptions(
  values: Values,
  connection: Values | null,
): { readonly options: Details; readonly buffers: Details } {
  const options: Record<string, DetailValue> = {};
  for (const [field, name] of SWITCHES) if (values.bool(field) === true) options[name] = true;
  for (const [field, name] of OF_CONNECTION) if (connection?.bool(field) === true) options[name] = true;
  for (const [field, name, usual] of NUMBERS) {
    const number = values.number(field);
    if (number !== null && number !== usual) options[name] = number;
  }
  const device = values.text("opts.so_bound_dev");
  if (device !== null && device !== "") options.SO_BINDTODEVICE = device;
  addTimeout(options, "SO_SNDTIMEO", values, "opts.so_snd_tmo");
  addTimeout(options, "SO_RCVTIMEO", values, "opts.so_rcv_tmo");
  addFilter(options, values);
  const icmp = values.numbers("ip_opts.raw.icmpv_filter");
  if (icmp.some((word) => word !== 0)) options.ICMP_FILTER = icmp.map((word) => word.toString(16).padStart(8, "0"));
  addPacketOptions(options, values);
  const locked = values.number("opts.so_buf_lock") ?? 0;
  const [send, receive] = [values.number("opts.so_sndbuf"), values.number("opts.so_rcvbuf")];
  if (locked & SEND_LOCKED) options.SO_SNDBUF = send;
  if (locked & RECEIVE_LOCKED) options.SO_RCVBUF = receive;
  return { options, buffers: { SO_SNDBUF: send, SO_RCVBUF: receive } };
}

/** A timeout in seconds, unless there is none. */
function addTimeout(options: Record<string, DetailValue>, name: string, values: Values, field: string): void {
  const seconds = values.exact(`${field}_sec`) ?? "0";
  const microseconds = values.exact(`${field}_usec`) ?? "0";
  if (seconds !== "0" || microseconds !== "0") options[name] = `${seconds}.${microseconds.padStart(6, "0")}`;
}

/**
 * The most bytes of a filter, as `Values.encoded` writes it, that its checksum covers: the
 * kernel allows 4096 instructions.
 */
const MOST_FILTER = 1 << 16;

function addFilter(options: Record<string, DetailValue>, values: Values): void {
  const { length } = values.numbers("opts.so_filter");
  if (length === 0) return;
  const code = values.inside("opts").encoded(["so_filter"], MOST_FILTER);
  const bytes = code === null ? null : Uint16Array.from(code, (character) => character.charCodeAt(0));
  const checksum =
    bytes === null ? "" : `, checksum ${crc32(new Uint8Array(bytes.buffer)).toString(16).padStart(8, "0")}`;
  options.SO_ATTACH_FILTER = `${length} instructions${checksum}`;
}

function addPacketOptions(options: Record<string, DetailValue>, values: Values): void {
  const memberships = values.each("mclist", (entry) => ({
    interfaceIndex: entry.number("index"),
    type: entry.number("type"),
    address: Array.from(entry.bytes("addr") ?? [], (byte) => byte.toString(16).padStart(2, "0")).join(":"),
  }));
  if (memberships.length > 0) options.PACKET_ADD_MEMBERSHIP = memberships;
  for (const [field, name] of RINGS) {
    const ring = values.nested(field);
    if (ring === null) continue;
    options[name] = {
      blockSize: ring.number("block_size"),
      blocks: ring.number("block_nr"),
      frameSize: ring.number("frame_size"),
      frames: ring.number("frame_nr"),
      timeout: ring.number("retire_tmo"),
      privateSize: ring.number("sizeof_priv"),
      features: ring.number("features"),
    };
  }
}
