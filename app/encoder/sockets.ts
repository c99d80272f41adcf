// Sockets: the object behind a file, its addresses, and its queues.

import type { Details, DetailValue } from "../model/fields.ts";
import { SOCKET_FAMILIES, SOCKET_STATES, SOCKET_TYPES } from "../model/names/names.ts";
import { protocolsOf } from "../model/names/protocols.ts";
import { parseInternet, sockaddrIn, sockaddrUn } from "./addresses.ts";
import { checkpointObject, type Dump } from "./dump.ts";
import type { ObjectKey } from "./objects.ts";
import { fromVisible, withNul } from "./text.ts";
import type { FieldValues } from "./writer.ts";

/** socket_state, Linux include/linux/net.h. */
const SS_UNCONNECTED = 1;
const SS_CONNECTED = 3;

/** The field has 16 bits and a sign. */
const MOST_BACKLOG = 0x7fff;

const text = (value: DetailValue | undefined): string => (typeof value === "string" ? value : "");

/** The number for a word, or at the end of a text without one (`family 38`); 0 if there is neither. */
function numberOf(words: Readonly<Record<number, string>>, value: DetailValue | undefined): number {
  for (const [number, word] of Object.entries(words)) if (word === value) return Number(number);
  return Number(/ (\d+)$/.exec(text(value))?.[1] ?? 0);
}

const ESTABLISHED = numberOf(SOCKET_STATES, "established");
const LISTEN = numberOf(SOCKET_STATES, "listen");
const CLOSE = numberOf(SOCKET_STATES, "close");

function stateOf({ state, remote }: Details): number {
  if (typeof state === "string") return numberOf(SOCKET_STATES, state);
  return text(remote) === "" ? CLOSE : ESTABLISHED;
}

/** Whether a socket has queues: listening ones have none. */
const hasQueues = (details: Details): boolean => stateOf(details) !== LISTEN;

/** Describes a socket, and within it a unix socket's peer, if new. Keys are rows of files. */
export function dumpSocket(dump: Dump, key: ObjectKey, objref: number): number {
  const details = dump.description.files.at(key as number)?.details ?? {};
  if (hasQueues(details)) dump.deferred.push(() => writeQueues(dump));
  const state = stateOf(details);
  const family = text(details.family);
  const internet = family.startsWith("inet");
  // TCP and UDP are the defaults of their socket types.
  const protocol = numberOf(protocolsOf(family), details.protocol);
  dump.writer.record("SOCKET", {
    has_buffers: hasQueues(details) ? 1 : 0,
    "socket.state": state === ESTABLISHED ? SS_CONNECTED : SS_UNCONNECTED,
    "sock_common.family": numberOf(SOCKET_FAMILIES, family),
    "sock_common.state": state,
    "sock.type": numberOf(SOCKET_TYPES, details.type),
    "sock.protocol": protocol,
    "sock.backlog": typeof details.backlog === "number" ? Math.min(details.backlog, MOST_BACKLOG) : 0,
    "sock.state": state,
  });
  if (family === "unix") {
    const peer = checkpointPeer(dump, details);
    const local = sockaddrUn(text(details.local), dump.littleEndian);
    const remote = sockaddrUn(text(details.remote), dump.littleEndian);
    dump.writer.record("SOCKET_UNIX", {
      this: objref,
      peer,
      laddr_len: local.length,
      raddr_len: remote.length,
      laddr: local.bytes,
      raddr: remote.bytes,
    });
    writeDirectory(dump, details);
  } else if (internet) dump.writer.record("SOCKET_INET", internetFields(details, dump.littleEndian));
  return 0;
}

/** Writes the directory of a unix socket's name, if that is a relative path whose directory is known. */
function writeDirectory({ writer }: Dump, { local, directory }: Details): void {
  if (text(directory) === "" || !/^[^@/]/.test(text(local))) return;
  writer.record("STRING", {}, withNul(fromVisible(text(directory))));
}

function internetFields(details: Details, littleEndian: boolean): FieldValues {
  const six = details.family === "inet6";
  const local = parseInternet(text(details.local));
  const remote = parseInternet(text(details.remote));
  // Ports are in network order, except `num`.
  const port = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 255);
  const fields: Record<string, FieldValues[string]> = {
    num: local?.port ?? 0,
    sport: port(local?.port ?? 0),
    dport: port(remote?.port ?? 0),
  };
  if (six) {
    if (local?.address.length === 16) {
      fields["inet6.saddr"] = local.address;
      fields["inet6.rcv_saddr"] = local.address;
    }
    if (remote?.address.length === 16) fields["inet6.daddr"] = remote.address;
    return fields;
  }
  if (local !== null) {
    Object.assign(fields, { laddr_len: 16, laddr: sockaddrIn(local, littleEndian) });
    Object.assign(fields, { saddr: local.address, rcv_saddr: local.address });
  }
  if (remote !== null) {
    Object.assign(fields, { raddr_len: 16, raddr: sockaddrIn(remote, littleEndian), daddr: remote.address });
  }
  return fields;
}

/**
 * The objref of a unix socket's peer; 0 if it has none or the description lacks it. A peer is described within its
 * socket; of a peer's peer only the objref is written, so that a chain of sockets does not cause recursion.
 */
function checkpointPeer(dump: Dump, { peer }: Details): number {
  const row = typeof peer === "number" ? dump.socketRows.get(peer) : undefined;
  if (row === undefined) return 0;
  if (dump.insidePeer) return dump.hash.lookUp("SOCK", row);
  dump.insidePeer = true;
  const objref = checkpointObject(dump, "SOCK", row);
  dump.insidePeer = false;
  return objref;
}

/** Writes a socket's receive and send queue: empty, as their contents cannot be read from outside the kernel. */
function writeQueues(dump: Dump): number {
  dump.writer.record("SOCKET_QUEUE");
  dump.writer.record("SOCKET_QUEUE");
  return 0;
}
