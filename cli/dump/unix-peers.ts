// The other ends of unix sockets, over a netlink socket (sock_diag(7)), as /proc does not show them.

import { closeSync, openSync, readlinkSync } from "node:fs";
import { endianness } from "node:os";
import type { Notes } from "./notes.ts";

// Linux include/uapi/linux/netlink.h, sock_diag.h and unix_diag.h.
const AF_NETLINK = 16;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;
const NETLINK_SOCK_DIAG = 4;
const SOCK_DIAG_BY_FAMILY = 20;
const NLM_F_REQUEST_DUMP = 0x301;
const NLMSG_HEADER = 16;
const DIAG_HEADER = 16;
const UDIAG_SHOW_PEER = 4;
const UNIX_DIAG_PEER = 2;
const AF_UNIX = 1;
const BUFFER = 64 * 1024;

const LITTLE = endianness() === "LE";
const align = (length: number): number => (length + 3) & ~3;

/**
 * Maps the inode of each unix socket in these processes' network namespaces to the inode of the other end. Omits those
 * in namespaces that cannot be entered; empty where sock_diag(7) or koffi is not available.
 */
export async function readUnixPeers(pids: readonly number[], notes: Notes): Promise<ReadonlyMap<string, string>> {
  const peers = new Map<string, string>();
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
        readPeers(calls, socket, peers);
      } finally {
        calls.close(socket);
      }
    }
  } catch (error) {
    if (error instanceof LostNamespace) throw error;
  }
  return peers;
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

/** A socket in the network namespace of another process; negative: not permitted. It stays there when we return. */
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

function readPeers({ send, recv }: Calls, socket: number, peers: Map<string, string>): void {
  const request = diagRequest();
  if (Number(send(socket, request, request.length, 0)) !== request.length) return;
  const response = new Uint8Array(BUFFER);
  for (;;) {
    const length = Number(recv(socket, response, response.length, 0));
    if (length <= 0 || !readResponse(response.subarray(0, length), peers)) return;
  }
}

/** A request for all unix sockets with their peers: struct nlmsghdr and struct unix_diag_req. */
function diagRequest(): Uint8Array {
  const bytes = new Uint8Array(NLMSG_HEADER + 24);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, LITTLE);
  view.setUint16(4, SOCK_DIAG_BY_FAMILY, LITTLE);
  view.setUint16(6, NLM_F_REQUEST_DUMP, LITTLE);
  view.setUint8(NLMSG_HEADER, AF_UNIX);
  view.setUint32(NLMSG_HEADER + 4, 0xffffffff, LITTLE);
  view.setUint32(NLMSG_HEADER + 12, UDIAG_SHOW_PEER, LITTLE);
  return bytes;
}

/** Adds the peers in a batch of messages to `peers`; false: this was the last batch. */
function readResponse(bytes: Uint8Array, peers: Map<string, string>): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + NLMSG_HEADER <= bytes.length; ) {
    const length = view.getUint32(at, LITTLE);
    if (length < NLMSG_HEADER || at + length > bytes.length) return false;
    if (view.getUint16(at + 4, LITTLE) !== SOCK_DIAG_BY_FAMILY) return false;
    const inode = view.getUint32(at + NLMSG_HEADER + 4, LITTLE);
    for (let attribute = at + NLMSG_HEADER + DIAG_HEADER; attribute + 8 <= at + length; ) {
      const size = view.getUint16(attribute, LITTLE);
      if (size < 4) break;
      if (view.getUint16(attribute + 2, LITTLE) === UNIX_DIAG_PEER) {
        peers.set(String(inode), String(view.getUint32(attribute + 4, LITTLE)));
      }
      attribute += align(size);
    }
    at += align(length);
  }
  return true;
}
