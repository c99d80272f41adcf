// Unix sockets and their other ends, over a netlink socket (sock_diag(7)), as /proc does not show all of it.

import { closeSync, openSync, readlinkSync } from "node:fs";
import { endianness } from "node:os";
import { exactText } from "../../../app/model/text/text.ts";
import type { Notes } from "../notes.ts";

// Linux include/uapi/linux/netlink.h, sock_diag.h and unix_diag.h.
const AF_NETLINK = 16;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;
const NETLINK_SOCK_DIAG = 4;
const SOCK_DIAG_BY_FAMILY = 20;
const NLM_F_REQUEST_DUMP = 0x301;
const NLMSG_HEADER = 16;
const DIAG_HEADER = 16;
const ATTRIBUTE_HEADER = 4;
/** UDIAG_SHOW_NAME, _PEER, _ICONS and _RQLEN. */
const UDIAG_SHOW = 1 | 4 | 8 | 16;
const UNIX_DIAG = { name: 0, peer: 2, icons: 3, queues: 4, shutdown: 6 } as const;
const AF_UNIX = 1;
const BUFFER = 64 * 1024;

const LITTLE = endianness() === "LE";
const align = (length: number): number => (length + 3) & ~3;

/** A unix socket. Inodes are the numbers of `socket:[1234]`. */
export interface UnixSocket {
  /** SOCK_… and, as for internet sockets, TCP_…. */
  readonly type: number;
  readonly state: number;
  /** A path; `@` and a name; empty: none. Raw text. */
  readonly name: string;
  /** Inode of the other end; "0": none, or one that no descriptor refers to yet; `null`: not connected. */
  readonly peer: string | null;
  /** For a listening socket: inodes of the sockets waiting to be accepted. */
  readonly pending: readonly string[];
  /** Bytes sent and not received; for a listening socket, how many may wait. */
  readonly sent: number;
  /** Bits: 1 reading, 2 writing. */
  readonly shutdown: number;
}

/**
 * The unix sockets in these processes' network namespaces, by inode. Omits those in namespaces that cannot be entered;
 * empty where sock_diag(7) or koffi is not available.
 */
export async function readUnixSockets(pids: readonly number[], notes: Notes): Promise<ReadonlyMap<string, UnixSocket>> {
  const sockets = new Map<string, UnixSocket>();
  try {
    const { default: koffi } = await import("koffi");
    const libc = koffi.load(null);
    const calls: Calls = {
      socket: libc.func("int socket(int, int, int)"),
      send: libc.func("long send(int, void *, size_t, int)"),
      recv: libc.func("long recv(int, void *, size_t, int)"),
      close: libc.func("int close(int)"),
      setns: libc.func("int setns(int, int)"),
    };
    const own = namespaceOf("self");
    const done = new Set<string>();
    for (const pid of ["self", ...pids]) {
      const namespace = namespaceOf(pid);
      if (namespace === "" || done.has(namespace)) continue;
      done.add(namespace);
      const socket = namespace === own ? openDiag(calls) : openDiagIn(calls, pid);
      if (socket < 0) {
        if (namespace !== own) notes.add("peers", `pid ${pid}`);
        continue;
      }
      try {
        readSockets(calls, socket, sockets);
      } finally {
        calls.close(socket);
      }
    }
  } catch (error) {
    if (error instanceof LostNamespace) throw error;
  }
  return sockets;
}

/** The system calls that are used here. */
interface Calls {
  socket(family: number, type: number, protocol: number): number;
  send(socket: number, bytes: Uint8Array, length: number, flags: number): number;
  recv(socket: number, bytes: Uint8Array, length: number, flags: number): number;
  close(file: number): number;
  setns(file: number, type: number): number;
}

/** This process could not return to its own network namespace. */
class LostNamespace extends Error {}

const CLONE_NEWNET = 0x40000000;

const openDiag = (calls: Calls): number => calls.socket(AF_NETLINK, SOCK_DGRAM_CLOEXEC, NETLINK_SOCK_DIAG);

/**
 * A socket in the network namespace of another process; negative: not permitted. It stays in that namespace when we
 * return.
 */
function openDiagIn(calls: Calls, pid: number | string): number {
  let home: number | null = null;
  let away: number | null = null;
  try {
    home = openSync("/proc/self/ns/net", "r");
    away = openSync(`/proc/${pid}/ns/net`, "r");
    if (calls.setns(away, CLONE_NEWNET) < 0) return -1;
    const socket = openDiag(calls);
    if (calls.setns(home, CLONE_NEWNET) < 0) throw new LostNamespace("cannot return to the network namespace");
    return socket;
  } catch (error) {
    if (error instanceof LostNamespace) throw error;
    return -1;
  } finally {
    for (const file of [home, away]) if (file !== null) closeSync(file);
  }
}

/** The name of a process's network namespace; empty: it may not be read. */
function namespaceOf(pid: number | string): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return "";
  }
}

function readSockets({ send, recv }: Calls, socket: number, sockets: Map<string, UnixSocket>): void {
  const request = diagRequest();
  if (Number(send(socket, request, request.length, 0)) !== request.length) return;
  const response = new Uint8Array(BUFFER);
  for (;;) {
    const length = Number(recv(socket, response, response.length, 0));
    if (length <= 0 || !readResponse(response.subarray(0, length), sockets)) return;
  }
}

/** A request for all unix sockets: struct nlmsghdr and struct unix_diag_req. */
function diagRequest(): Uint8Array {
  const bytes = new Uint8Array(NLMSG_HEADER + 24);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, LITTLE);
  view.setUint16(4, SOCK_DIAG_BY_FAMILY, LITTLE);
  view.setUint16(6, NLM_F_REQUEST_DUMP, LITTLE);
  view.setUint8(NLMSG_HEADER, AF_UNIX);
  view.setUint32(NLMSG_HEADER + 4, 0xffffffff, LITTLE);
  view.setUint32(NLMSG_HEADER + 12, UDIAG_SHOW, LITTLE);
  return bytes;
}

/** Adds the sockets in a batch of messages to `sockets`; false: this was the last batch. */
function readResponse(bytes: Uint8Array, sockets: Map<string, UnixSocket>): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + NLMSG_HEADER <= bytes.length; ) {
    const length = view.getUint32(at, LITTLE);
    // The last message is NLMSG_DONE.
    if (view.getUint16(at + 4, LITTLE) !== SOCK_DIAG_BY_FAMILY) return false;
    if (length < NLMSG_HEADER + DIAG_HEADER || at + length > bytes.length) return false;
    const inode = view.getUint32(at + NLMSG_HEADER + 4, LITTLE);
    sockets.set(String(inode), readSocket(view, at, length));
    at += align(length);
  }
  return true;
}

/** One message: struct unix_diag_msg and attributes. */
function readSocket(view: DataView, start: number, length: number): UnixSocket {
  const head = start + NLMSG_HEADER;
  const attributes = new Map<number, DataView>();
  for (let at = head + DIAG_HEADER; at + ATTRIBUTE_HEADER <= start + length; ) {
    const size = view.getUint16(at, LITTLE);
    if (size < ATTRIBUTE_HEADER || at + size > start + length) break;
    const value = new DataView(view.buffer, view.byteOffset + at + ATTRIBUTE_HEADER, size - ATTRIBUTE_HEADER);
    attributes.set(view.getUint16(at + 2, LITTLE), value);
    at += align(size);
  }
  const numbers = (attribute: number): number[] => {
    const value = attributes.get(attribute);
    const count = value === undefined ? 0 : value.byteLength >> 2;
    return Array.from({ length: count }, (_, index) => value?.getUint32(index * 4, LITTLE) ?? 0);
  };
  const [peer] = numbers(UNIX_DIAG.peer);
  const [, sent = 0] = numbers(UNIX_DIAG.queues);
  const shutdown = attributes.get(UNIX_DIAG.shutdown);
  return {
    type: view.getUint8(head + 1),
    state: view.getUint8(head + 2),
    name: nameOf(attributes.get(UNIX_DIAG.name)),
    peer: peer === undefined ? null : String(peer),
    pending: numbers(UNIX_DIAG.icons).map(String),
    sent,
    shutdown: shutdown === undefined || shutdown.byteLength === 0 ? 0 : shutdown.getUint8(0),
  };
}

/** An abstract name begins with a zero byte, a path ends with one. */
function nameOf(value: DataView | undefined): string {
  if (value === undefined || value.byteLength === 0) return "";
  const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (bytes[0] === 0) return `@${exactText(bytes.subarray(1))}`;
  const end = bytes.indexOf(0);
  return exactText(end < 0 ? bytes : bytes.subarray(0, end));
}
