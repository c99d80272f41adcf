// Sockets of processes: their numbers by a duplicate, states and queues from /proc/PID/net.

import { readFileSync, readlinkSync } from "node:fs";
import type { SocketFacts, TaskFacts, UnixSocketFacts } from "../../app/checks/dump/facts.ts";
import type { Duplicator } from "../dump/descriptors/duplicate.ts";
import { internetText } from "../dump/descriptors/sockets.ts";
import type { UnixSocket } from "../dump/descriptors/unix-sockets.ts";

export interface SocketReader {
  read(pid: number, fd: number, inode: string): SocketFacts;
}

/** What a table in /proc/PID/net says about a socket. */
type Row = Pick<SocketFacts, "state" | "received" | "sent" | "local" | "remote"> & {
  readonly family: number;
  readonly protocol: number | null;
};

const [AF_INET, AF_INET6, AF_NETLINK] = [2, 10, 16];
const INTERNET: readonly (readonly [string, number, number | null])[] = [
  ["tcp", AF_INET, 6],
  ["tcp6", AF_INET6, 6],
  ["udp", AF_INET, 17],
  ["udp6", AF_INET6, 17],
  ["udplite", AF_INET, 136],
  ["udplite6", AF_INET6, 136],
  ["raw", AF_INET, null],
  ["raw6", AF_INET6, null],
];
/** Columns: Linux net/ipv4/tcp_ipv4.c (tcp4_seq_show), net/netlink/af_netlink.c (netlink_seq_show). */
const INTERNET_INODE = 9;
const NETLINK_RECEIVED = 4;
const NETLINK_INODE = 9;

/** Reads sockets. The tables of a network namespace are read when first needed. */
export function openSockets(duplicator: Duplicator | null): SocketReader {
  const namespaces = new Map<string, ReadonlyMap<string, Row>>();
  const rowOf = (pid: number, inode: string): Row | undefined => {
    const namespace = namespaceOf(pid);
    let rows = namespaces.get(namespace);
    if (rows === undefined) {
      rows = readRows(pid);
      namespaces.set(namespace, rows);
    }
    return rows.get(inode);
  };
  return {
    read(pid, fd, inode) {
      const numbers = duplicator?.socket(pid, fd) ?? null;
      const row = rowOf(pid, inode);
      return {
        inode,
        family: numbers?.family ?? row?.family ?? null,
        type: numbers?.type ?? null,
        protocol: numbers?.protocol ?? row?.protocol ?? null,
        state: row?.state ?? null,
        received: row?.received ?? 0,
        sent: row?.sent ?? 0,
        isCorked: numbers?.corked ?? false,
        local: row?.local ?? "",
        remote: row?.remote ?? "",
      };
    },
  };
}

function readRows(pid: number): Map<string, Row> {
  const rows = new Map<string, Row>();
  for (const [file, family, protocol] of INTERNET) {
    for (const columns of tableOf(pid, file)) {
      const [, local = "", remote = "", state = "", queues = ""] = columns;
      const [sent, received] = queues.split(":").map((text) => Number.parseInt(text, 16));
      rows.set(columns[INTERNET_INODE] ?? "", {
        family,
        protocol,
        state: Number.parseInt(state, 16),
        received: received ?? 0,
        sent: sent ?? 0,
        local: internetText(local),
        remote: internetText(remote),
      });
    }
  }
  for (const columns of tableOf(pid, "netlink")) {
    const received = Number(columns[NETLINK_RECEIVED] ?? 0);
    const row = { family: AF_NETLINK, protocol: null, state: null, received, sent: 0, local: "", remote: "" };
    rows.set(columns[NETLINK_INODE] ?? "", row);
  }
  return rows;
}

/** The lines of a table, in columns; empty: this kernel lacks it. */
function tableOf(pid: number, file: string): string[][] {
  try {
    const lines = readFileSync(`/proc/${pid}/net/${file}`, "latin1").split("\n").slice(1, -1);
    return lines.map((line) => line.trim().split(/\s+/));
  } catch {
    return [];
  }
}

function namespaceOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return "";
  }
}

/** Inodes of the sockets that descriptors of the processes refer to. */
export const insideSockets = (tasks: readonly TaskFacts[]): ReadonlySet<string> =>
  new Set(tasks.flatMap(({ descriptors }) => descriptors.flatMap(({ socket }) => socket?.inode ?? [])));

/** Unix sockets as facts. */
export function unixFacts(
  sockets: ReadonlyMap<string, UnixSocket>,
  inside: ReadonlySet<string>,
): Record<string, UnixSocketFacts> {
  const facts: Record<string, UnixSocketFacts> = {};
  for (const [inode, socket] of sockets) {
    facts[inode] = { ...socket, peer: socket.peer ?? "0", isInside: inside.has(inode) };
  }
  return facts;
}
