// Checks of the objects that open files and tasks refer to: sockets, terminals, groups, limits.
//
// Sources: the restart side of the patches, in net/checkpoint.c, net/unix/checkpoint.c, drivers/char/tty_io.c,
// kernel/groups.c, checkpoint/signal.c and fs/eventfd.c.

import type { Dialect } from "../../decoder/linux-cr/catalogue/dialect.ts";
import { furtherRecords, NONE } from "../../model/checkpoint.ts";
import { fileKind } from "../../model/names/names.ts";
import { i32At } from "../../model/read.ts";
import {
  bigOf,
  type CheckedField,
  checkedField,
  expect,
  type Fields,
  faultAt,
  fieldFault,
  hasField,
  numberAt,
  numberOf,
  type Scan,
  wantLength,
} from "./scan.ts";
import { NEXT } from "./successors.ts";

/** AF_UNIX. */
const UNIX = 1;
/** socket_state, Linux include/linux/net.h. */
const [SS_FREE, SS_CONNECTING, SS_CONNECTED, SS_DISCONNECTING] = [0, 2, 3, 4] as const;
/** Linux include/net/tcp_states.h. */
const [TCP_ESTABLISHED, TCP_CLOSING] = [1, 11] as const;
const SHUTDOWN_MASK = 3;
/** SOCK_SNDBUF_LOCK, SOCK_RCVBUF_LOCK, SOCK_BINDADDR_LOCK and SOCK_BINDPORT_LOCK. */
const USER_LOCKS = 15;
const MAX_ERRNO = 4095;
/** SOCK_USE_WRITE_QUEUE, and SOCK_TIMESTAMPING_TX_HARDWARE to SOCK_TIMESTAMPING_SYS_HARDWARE: include/net/sock.h. */
const USE_WRITE_QUEUE = 1 << 9;
const TIMESTAMPING = 0x3f_8000;

/** Fields of SOCKET that are checked. The structs in it have fields of the same names. */
const SOCKET_FIELDS = [
  "socket.state",
  "sock_common.family",
  "sock.err",
  "sock.flags",
  "sock.shutdown",
  "sock.state",
  "sock.userlocks",
] as const;

type SocketField = (typeof SOCKET_FIELDS)[number];

/** The check of SOCKET. */
export function socketCheck(_fields: Fields, dialect: Dialect): (scan: Scan) => void {
  const layout = dialect.struct("ckpt_hdr_socket");
  const fields = new Map<SocketField, CheckedField>();
  for (const name of SOCKET_FIELDS) {
    const field = layout?.byName.get(name);
    if (field !== undefined) fields.set(name, checkedField(field));
  }
  return (scan) => {
    for (const [name, message, errno] of socketFaults(scan, fields)) {
      const field = fields.get(name);
      const place = { record: scan.record, field: name, offset: scan.offset + (field?.offset ?? 0) };
      scan.list.add("socket-refused", message, place, errno);
    }
  };
}

/** What a restart refuses about a socket. */
function* socketFaults(
  scan: Scan,
  fields: ReadonlyMap<SocketField, CheckedField>,
): Generator<[SocketField, string, ("EINVAL" | "ENOSYS")?]> {
  const read = (name: SocketField): number => numberAt(scan, fields.get(name));
  const [socket, sock] = [read("socket.state"), read("sock.state")];
  const isUnix = read("sock_common.family") === UNIX;
  if (socket > SS_DISCONNECTING) yield ["socket.state", `A socket has the state ${socket}; the last is 4.`];
  else if (isUnix && (socket === SS_FREE || socket === SS_CONNECTING || socket === SS_DISCONNECTING)) {
    yield ["socket.state", `A unix socket has the state ${socket}; it must be 1 or 3.`];
  }
  if (sock < TCP_ESTABLISHED || sock > TCP_CLOSING) {
    yield ["sock.state", `A socket's protocol has the state ${sock}; it must be 1 to 11.`];
  } else if (socket === SS_CONNECTED && sock !== TCP_ESTABLISHED) {
    yield ["sock.state", `A socket is connected, but its protocol has the state ${sock} instead of 1.`];
  }
  const [shutdown, locks, error] = [read("sock.shutdown"), read("sock.userlocks"), read("sock.err")];
  if (shutdown > SHUTDOWN_MASK) yield ["sock.shutdown", `A socket is shut down in an unknown way: ${shutdown}.`];
  if (locks > USER_LOCKS) yield ["sock.userlocks", `A socket has unknown locks of its settings: ${locks}.`];
  if (error >= MAX_ERRNO) yield ["sock.err", `A socket has the error ${error}; the last is ${MAX_ERRNO - 1}.`];
  const flags = flagsOf(scan, fields.get("sock.flags"));
  if (isUnix && (flags & USE_WRITE_QUEUE) !== 0) {
    yield ["sock.flags", "A unix socket has the flag SOCK_USE_WRITE_QUEUE, which such sockets do not use."];
  }
  if ((flags & TIMESTAMPING) !== 0) {
    yield ["sock.flags", "A socket has flags of SO_TIMESTAMPING, which cannot be restored.", "ENOSYS"];
  }
}

/** The low 32 bits of a field of 64 bits. */
function flagsOf({ window, at, littleEndian }: Scan, field: CheckedField | undefined): number {
  if (field === undefined) return 0;
  return window.view.getUint32(at + field.offset + (littleEndian ? 0 : 4), littleEndian);
}

const SLASH = 0x2f;
/** Bytes of sockaddr_un before its name. */
const FAMILY_BYTES = 2;

/** SOCKET_UNIX: if its name is a relative path, a STRING with the directory follows. */
export function onSocketUnix(scan: Scan): void {
  const peer = numberOf(scan, "peer") | 0;
  if (peer < 0) fieldFault(scan, "socket-refused", "peer", `The peer of a unix socket has objref ${peer}.`);
  const address = scan.kind.fields.get("laddr");
  if (address === undefined || numberOf(scan, "laddr_len") <= FAMILY_BYTES) return;
  const first = scan.window.view.getUint8(scan.at + address.offset + FAMILY_BYTES);
  if (first !== 0 && first !== SLASH) expect(scan, NEXT.directoryDue);
}

/** Linux include/linux/tty_driver.h. */
const TTY_DRIVER_TYPE_PTY = 4;
const [PTY_TYPE_MASTER, PTY_TYPE_SLAVE] = [1, 2] as const;
/** Linux include/linux/tty.h. */
const TTY_HUPPED = 1n << 18n;
const TTY_CLOSING_OR_FLUSHING = (1n << 7n) | (1n << 19n);

/** TTY: one side of a pseudo-terminal. A master reserves an objref for its file, which has no OBJREF record. */
export function onTty(scan: Scan): void {
  if (!hasField(scan, "file_objref")) return;
  const refuse = (field: string, message: string): void => fieldFault(scan, "terminal-refused", field, message);
  const type = numberOf(scan, "driver_type");
  if (type !== TTY_DRIVER_TYPE_PTY) {
    refuse("driver_type", `A terminal is of type ${type}; only pseudo-terminals, of type 4, can be restored.`);
    return;
  }
  const subtype = numberOf(scan, "driver_subtype");
  if (subtype !== PTY_TYPE_MASTER && subtype !== PTY_TYPE_SLAVE) {
    refuse("driver_subtype", `A pseudo-terminal's side is ${subtype}; it must be 1, the master, or 2, the slave.`);
    return;
  }
  const isMaster = subtype === PTY_TYPE_MASTER;
  const link = numberOf(scan, "link_objref") | 0;
  if (isMaster && link !== 0) refuse("link_objref", `The master of a pseudo-terminal names objref ${link}, not 0.`);
  if (!isMaster && link <= 0)
    refuse("link_objref", `The slave of a pseudo-terminal names objref ${link} as its master.`);
  const flags = bigOf(scan, "flags");
  if ((flags & TTY_CLOSING_OR_FLUSHING) !== 0n) refuse("flags", "A terminal is being closed or flushed.");
  if (isMaster && (flags & TTY_HUPPED) !== 0n) refuse("flags", "The master of a pseudo-terminal was hung up.");
  const file = numberOf(scan, "file_objref") | 0;
  if (isMaster) reserve(scan, file);
  else if (file !== 0)
    refuse("file_objref", `The slave of a pseudo-terminal reserves objref ${file}; only masters do.`);
}

function reserve(scan: Scan, objref: number): void {
  if (objref <= 0) {
    fieldFault(scan, "H9", "file_objref", `A pseudo-terminal reserves objref ${objref}; objrefs are positive.`);
  } else if (!scan.reserved.has(objref) && scan.byObjref.get(objref) !== NONE) {
    fieldFault(scan, "H7", "file_objref", `A pseudo-terminal reserves objref ${objref}, which an object has.`);
  } else scan.reserved.add(objref);
}

/** NGROUPS_MAX. */
const MOST_GROUPS = 65_536;

/** Most bytes of a GROUPINFO that a restart reads. */
export const GROUPINFO_BYTES = 16 + 4 * MOST_GROUPS;

/** GROUPINFO: the groups begin where the struct's last padding is. */
export function onGroupinfo(scan: Scan): void {
  const { window, at, littleEndian } = scan;
  const count = numberOf(scan, "ngroups");
  wantLength(scan, scan.kind.size + 4 * count);
  if (count > MOST_GROUPS) {
    fieldFault(scan, "groups-refused", "ngroups", `There are ${count} groups; at most ${MOST_GROUPS} are possible.`);
    return;
  }
  const first = scan.kind.fields.get("groups")?.offset;
  if (first === undefined || scan.length !== scan.kind.size + 4 * count) return;
  for (let group = 1; group < count; group++) {
    const offset = first + 4 * group;
    const [before, own] = [offset - 4, offset].map((place) => window.view.getUint32(at + place, littleEndian));
    if ((before as number) < (own as number)) continue;
    const message = `Group ${own} follows group ${before}; a restart wants them in ascending order.`;
    faultAt(scan, "groups-refused", scan.record, `groups[${group}]`, offset, message);
    return;
  }
}

const LIMITS = 16;
const LIMIT_BYTES = 16;

/** SIGNAL: the resource limits, soft and hard. */
export function onSignal(scan: Scan): void {
  const first = scan.kind.fields.get("rlim")?.offset;
  if (first === undefined) return;
  const { view } = scan.window;
  for (let limit = 0; limit < LIMITS; limit++) {
    const offset = first + limit * LIMIT_BYTES;
    const [soft, hard] = [0, 8].map((half) => view.getBigUint64(scan.at + offset + half, scan.littleEndian));
    if ((soft as bigint) <= (hard as bigint)) continue;
    const message = `Resource limit ${limit} is ${soft}, which is above the most that it may be, ${hard}.`;
    faultAt(scan, "limit-refused", scan.record, `rlim[${limit}].rlim_cur`, offset, message);
  }
}

/** EFD_SEMAPHORE, EFD_NONBLOCK and EFD_CLOEXEC. */
const EVENTFD_FLAGS = 0o2004001;
/** A restart passes the count to eventfd(2), which takes 32 bits of it. */
const MOST_COUNT = 0xffff_ffffn;

/** FILE of an eventfd: what a restart gives to eventfd(2). */
export function checkEventfd(scan: Scan): void {
  const flags = numberOf(scan, "flags");
  if ((flags & ~EVENTFD_FLAGS) !== 0) {
    fieldFault(scan, "eventfd-refused", "flags", `An eventfd has unknown flags: 0x${flags.toString(16)}.`);
  }
  const count = bigOf(scan, "count");
  if (count <= MOST_COUNT) return;
  const message = `An eventfd's count is ${count}; a restart keeps only its low 32 bits.`;
  fieldFault(scan, "eventfd-refused", "count", message, null);
}

/** Whether each epoll has its items, and no other open file has any. */
export function checkEpolls(scan: Scan): void {
  const { files, fileRecords, records } = scan.checkpoint;
  const type = scan.dialect.recordType("EPOLL_ITEMS");
  if (type === undefined) return;
  const epoll = fileKind("epoll");
  const without: number[] = [];
  let misplaced = 0;
  for (let file = 0; file < files.count; file++) {
    const isEpoll = files.kind[file] === epoll;
    if (!isEpoll && fileRecords.first[file] === fileRecords.first[file + 1]) continue;
    const items = furtherRecords(fileRecords, file).find(
      (row) => records.kinds[records.kind[row] ?? -1]?.type === type,
    );
    if (isEpoll && items === undefined) without.push(i32At(files.record, file));
    else if (!isEpoll && items !== undefined) {
      const message = "The items of an epoll belong to an open file of another kind.";
      faultAt(scan, "epoll-refused", items, "epfile_objref", 8, message);
      misplaced++;
    }
  }
  if (misplaced > 0) return;
  for (const record of without) faultAt(scan, "H1", record, "type", 0, "The items of an epoll are missing.");
}
