// Options of sockets in SOCKET and SOCKET_INET, by the names of socket(7), ip(7) and tcp(7). Options that have their
// default are left out, and so is all that is 0: images written from outside the kernel have no options.

import type { Details, DetailValue } from "../../../model/fields.ts";
import type { StructReader } from "../struct-reader.ts";

type Bits = readonly (readonly [bit: number, name: string])[];

/** sock.flags: enum sock_flags of Linux 2.6.30 to 3.0, include/net/sock.h. */
const SOCK_FLAGS: Bits = [
  [2, "SO_OOBINLINE"],
  [3, "SO_KEEPALIVE"],
  [6, "SO_BROADCAST"],
  [10, "SO_DEBUG"],
  [11, "SO_TIMESTAMP"],
  [12, "SO_TIMESTAMPNS"],
  [13, "SO_DONTROUTE"],
];
/** In sock.flags: SO_LINGER is set, with the time in sock.linger. */
const SOCK_LINGER = 1 << 4;

/** socket.flags: include/linux/net.h. */
const SOCKET_FLAGS: Bits = [
  [3, "SO_PASSCRED"],
  [4, "SO_PASSSEC"],
];

/** sock.userlocks: the program has set the size of a buffer. */
const SNDBUF_LOCK = 1;
const RCVBUF_LOCK = 2;

/** tcp.nonagle: include/net/tcp.h. */
const NAGLE: Bits = [
  [0, "TCP_NODELAY"],
  [1, "TCP_CORK"],
];

/** Times after which the kernel sends keep-alive probes; 0: those of the host. */
const KEEPALIVE_TIMES = [
  ["tcp.keepalive_time", "TCP_KEEPIDLE"],
  ["tcp.keepalive_intvl", "TCP_KEEPINTVL"],
] as const;

/** cmsg_flags: include/net/inet_sock.h. */
const CONTROL_MESSAGES: Bits = [
  [0, "IP_PKTINFO"],
  [1, "IP_RECVTTL"],
  [2, "IP_RECVTOS"],
  [3, "IP_RECVOPTS"],
  [4, "IP_RETOPTS"],
  [5, "IP_PASSSEC"],
  [6, "IP_RECVORIGDSTADDR"],
];

/** sock.shutdown, by the names that CRIU has for the same. */
const SHUTDOWN: Readonly<Record<number, string>> = { 1: "READ", 2: "WRITE", 3: "BOTH" };

/** Options, buffers and shutdown of a socket; a key is absent if it has no value. */
export function socketOptions(socket: StructReader, inet: StructReader | null): Details {
  const options: Record<string, DetailValue> = {};
  const flags = lowWord(socket, "sock.flags");
  if (socket.number("sock_common.reuse") !== 0) options.SO_REUSEADDR = true;
  addBits(options, SOCK_FLAGS, flags);
  addBits(options, SOCKET_FLAGS, lowWord(socket, "socket.flags"));
  if (socket.number("sock.no_check") !== 0) options.SO_NO_CHECK = true;
  if (socket.number("sock.priority") !== 0) options.SO_PRIORITY = socket.number("sock.priority");
  if (socket.number("sock_common.bound_dev_if") !== 0) {
    options.SO_BINDTODEVICE = `interface ${socket.number("sock_common.bound_dev_if")}`;
  }
  if ((flags & SOCK_LINGER) !== 0) options.SO_LINGER = lingerTime(socket);
  const lowMark = firstWord(socket, "sock.rcvlowat");
  if (lowMark > 1) options.SO_RCVLOWAT = lowMark;
  addTimeout(options, "SO_RCVTIMEO", socket, "sock.rcvtimeo");
  addTimeout(options, "SO_SNDTIMEO", socket, "sock.sndtimeo");
  const [send, receive] = [socket.number("sock.sndbuf"), socket.number("sock.rcvbuf")];
  const locks = socket.number("sock.userlocks");
  if ((locks & SNDBUF_LOCK) !== 0) options.SO_SNDBUF = send;
  if ((locks & RCVBUF_LOCK) !== 0) options.SO_RCVBUF = receive;
  if (inet !== null) {
    if (inet.number("uc_ttl") > 0) options.IP_TTL = inet.number("uc_ttl");
    addBits(options, CONTROL_MESSAGES, inet.number("cmsg_flags"));
    addBits(options, NAGLE, inet.number("tcp.nonagle"));
    for (const [field, name] of KEEPALIVE_TIMES) {
      if (inet.number(field) > 0) options[name] = `${inet.number(field)} jiffies`;
    }
    const probes = inet.number("tcp.keepalive_probes");
    if (probes > 0) options.TCP_KEEPCNT = probes;
  }
  const shutdown = SHUTDOWN[socket.number("sock.shutdown")];
  return {
    ...(shutdown === undefined ? {} : { shutdown }),
    ...(Object.keys(options).length === 0 ? {} : { options }),
    ...(send === 0 && receive === 0 ? {} : { buffers: { SO_SNDBUF: send, SO_RCVBUF: receive } }),
  };
}

function addBits(options: Record<string, DetailValue>, names: Bits, bits: number): void {
  for (const [bit, name] of names) if ((bits & (1 << bit)) !== 0) options[name] = true;
}

/** The low 32 bits of a field of 64 bits. */
function lowWord(reader: StructReader, field: string): number {
  const bytes = reader.bytes(field);
  if (bytes.length < 8) return 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
  return view.getUint32(reader.littleEndian ? 0 : 4, reader.littleEndian);
}

/** The first 32 bits of a field of 64 bits: what getsockopt(2) writes of an int, whatever the byte order. */
function firstWord(reader: StructReader, field: string): number {
  const bytes = reader.bytes(field);
  return bytes.length < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset, 4).getInt32(0, reader.littleEndian);
}

/** struct linger: l_onoff, l_linger. In seconds. */
function lingerTime(socket: StructReader): number {
  const bytes = socket.bytes("sock.linger");
  if (bytes.length < 8) return 0;
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getInt32(4, socket.littleEndian);
}

const NANOSECONDS = 1_000_000_000n;

/** A timeout, which getsockopt(2) gives in microseconds and the image in nanoseconds (sock_copy_timeval); 0: none. */
function addTimeout(options: Record<string, DetailValue>, name: string, socket: StructReader, field: string): void {
  const bytes = socket.bytes(field);
  if (bytes.length < 8) return;
  const time = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigInt64(0, socket.littleEndian);
  if (time !== 0n) options[name] = secondsOf(time);
}

/** Seconds with six digits after the point, or nine if it takes them. */
function secondsOf(nanoseconds: bigint): string {
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  const fraction = String(size % NANOSECONDS)
    .padStart(9, "0")
    .replace(/000$/, "");
  return `${nanoseconds < 0n ? "-" : ""}${size / NANOSECONDS}.${fraction}`;
}
