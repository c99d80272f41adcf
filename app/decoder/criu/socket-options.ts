// Options of sockets, by the names of socket(7), ip(7), ipv6(7) and tcp(7). Options that have their default are left out.

import type { Details, DetailValue } from "../../model/fields.ts";
import type { DetailsBuilder } from "../builder/details.ts";
import type { Values } from "./values.ts";

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
] as const;

/** SO_BUF_LOCK: the program has set the size of the buffer, so that the kernel does not change it. */
const SEND_LOCKED = 1;
const RECEIVE_LOCKED = 2;

/** The options of a socket, as numbers of values. */
interface SocketOptions {
  /** What the program has set. */
  readonly options: number;
  /** The sizes of buffers that the kernel may change by itself. */
  readonly buffers: number;
}

/** Reads the options in the message of a socket; `null` if it has none. */
export type SocketOptionsReader = (values: Values) => SocketOptions | null;

/** The fields of a socket's message that have options. */
const FIELDS = ["opts", "ip_opts", "tcp_opts", "v6only"] as const;

/** Most different options that are remembered, and the most bytes of them. */
const MOST_KNOWN = 1000;
const MOST_BYTES = 256;

/** A reader that adds the options as values to `details`. Most sockets have the same: each is read once. */
export function createSocketOptionsReader(details: Pick<DetailsBuilder, "indexOf">): SocketOptionsReader {
  const known = new Map<string, SocketOptions>();
  return (values) => {
    if (!values.has("opts")) return null;
    const key = values.encoded(FIELDS, MOST_BYTES);
    const found = key === null ? undefined : known.get(key);
    if (found !== undefined) return found;
    const { options, buffers } = readOptions(values);
    const read = { options: details.indexOf(options), buffers: details.indexOf(buffers) };
    if (key !== null && known.size < MOST_KNOWN) known.set(key, read);
    return read;
  };
}

function readOptions(values: Values): { readonly options: Details; readonly buffers: Details } {
  const options: Record<string, DetailValue> = {};
  for (const [field, name] of SWITCHES) if (values.bool(field) === true) options[name] = true;
  for (const [field, name, usual] of NUMBERS) {
    const number = values.number(field);
    if (number !== null && number !== usual) options[name] = number;
  }
  const device = values.text("opts.so_bound_dev");
  if (device !== null && device !== "") options.SO_BINDTODEVICE = device;
  addTimeout(options, "SO_SNDTIMEO", values, "opts.so_snd_tmo");
  addTimeout(options, "SO_RCVTIMEO", values, "opts.so_rcv_tmo");
  const filter = values.numbers("opts.so_filter").length;
  if (filter > 0) options.SO_ATTACH_FILTER = `${filter} instructions`;
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
