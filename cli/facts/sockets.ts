// Sockets in use in this process's network namespace: addresses of TCP and UDP, bound names of unix sockets.

import { readFileSync, readlinkSync } from "node:fs";
import type { Demand } from "../../app/checks/host/demand.ts";
import type { HostFacts, SocketFacts } from "../../app/checks/host/facts.ts";
import { SOCKET_STATES } from "../../app/model/names/names.ts";
import type { Duplicator } from "../dump/descriptors/duplicate.ts";
import { internetText } from "../dump/descriptors/sockets.ts";
import { type Holder, type Holders, nameOf } from "./holders.ts";

const TABLES = [
  ["tcp", "tcp"],
  ["tcp6", "tcp"],
  ["udp", "udp"],
  ["udp6", "udp"],
] as const;

/** The lines of a table of the kernel, without its heading; none if this kernel lacks it. */
function linesOf(file: string): string[] {
  try {
    return readFileSync(`/proc/self/net/${file}`, "latin1").split("\n").slice(1);
  } catch {
    return [];
  }
}

/** The ports of an image's sockets: `tcp 80`; `null`: all ports are wanted. */
function portsOf(demands: readonly Demand[] | null): ReadonlySet<string> | null {
  if (demands === null) return null;
  return new Set(demands.flatMap((demand) => (demand.kind === "address" ? [`${demand.protocol} ${demand.port}`] : [])));
}

const portOf = (address: string): string => address.slice(address.lastIndexOf(":") + 1);

/** States of TCP sockets that no process holds and that do not prevent binding. */
const ORPHANED = new Set(["time-wait", "close"]);

/**
 * Sockets of TCP and UDP. @param demands Of an image: all sockets with its ports. `null`: those that listen, and UDP.
 */
export function readSockets(
  demands: readonly Demand[] | null,
  holders: Holders,
  duplicator: Duplicator | null,
): SocketFacts[] {
  const ports = portsOf(demands);
  const found: SocketFacts[] = [];
  const listed = new Set<string>();
  for (const [file, protocol] of TABLES) {
    for (const line of linesOf(file)) {
      const [, local = "", remote = "", code = "", , , , , , inode = ""] = line.trim().split(/\s+/);
      if (local === "") continue;
      listed.add(inode);
      const port = `${protocol} ${Number.parseInt(portOf(local), 16)}`;
      const state = protocol === "udp" ? "bound" : (SOCKET_STATES[Number.parseInt(code, 16)] ?? "unknown");
      if (ports === null ? protocol === "tcp" && state !== "listen" : !ports.has(port)) continue;
      if (ORPHANED.has(state)) continue;
      const to = internetText(remote);
      const holder = holders.sockets.get(inode);
      found.push({
        protocol,
        state,
        local: wildcard(internetText(local), file.endsWith("6"), portOf(local)),
        remote: to === "" || to.endsWith(":0") ? null : to,
        ...optionsOf(holder, duplicator),
        ...ownerOf(holder),
      });
    }
  }
  if (ports === null || [...ports].some((port) => port.startsWith("tcp "))) {
    found.push(...boundSockets(ports, listed, holders, duplicator));
  }
  return found;
}

/** The tables' text for an address of zeros is empty without a port, too. */
const wildcard = (text: string, isSix: boolean, port: string): string =>
  text === "" ? `${isSix ? "[::]" : "0.0.0.0"}:${Number.parseInt(port, 16)}` : text;

function optionsOf(holder: Holder | undefined, duplicator: Duplicator | null): Pick<SocketFacts, "reuse" | "v6Only"> {
  const socket = holder === undefined ? null : (duplicator?.internet(holder.pid, holder.fd) ?? null);
  return { reuse: socket?.reuse ?? null, v6Only: socket?.v6Only ?? null };
}

const ownerOf = (holder: Holder | undefined): Pick<SocketFacts, "pid" | "name"> =>
  holder === undefined ? { pid: null, name: null } : { pid: holder.pid, name: nameOf(holder.pid) };

/** TCP sockets that are bound and do not listen: they are in no table. */
function boundSockets(
  ports: ReadonlySet<string> | null,
  listed: ReadonlySet<string>,
  { sockets }: Holders,
  duplicator: Duplicator | null,
): SocketFacts[] {
  if (duplicator === null) return [];
  const own = networkOf("self");
  const found: SocketFacts[] = [];
  for (const [inode, holder] of sockets) {
    if (listed.has(inode)) continue;
    const socket = duplicator.internet(holder.pid, holder.fd);
    if (socket === null || !socket.isTcp || socket.port === 0) continue;
    if (ports !== null && !ports.has(`tcp ${socket.port}`)) continue;
    if (networkOf(String(holder.pid)) !== own) continue;
    found.push({
      protocol: "tcp",
      state: "bound",
      local: `${socket.address.includes(":") ? `[${socket.address}]` : socket.address}:${socket.port}`,
      remote: null,
      reuse: socket.reuse,
      v6Only: socket.v6Only,
      ...ownerOf(holder),
    });
  }
  return found;
}

function networkOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return "";
  }
}

/** Bound names of unix sockets. @param demands Of an image: only names that it has, too. */
export function readUnixNames(demands: readonly Demand[] | null, { sockets }: Holders): NonNullable<HostFacts["unix"]> {
  const wanted =
    demands === null
      ? null
      : new Set(demands.flatMap((demand) => (demand.kind === "socket-name" ? [tableName(demand.path)] : [])));
  const found: { path: string; pid: number | null; name: string | null }[] = [];
  for (const line of linesOf("unix")) {
    const [, inode = "", path] = /^(?:\S+\s+){6}(\d+) (.+)$/.exec(line.trim()) ?? [];
    if (path === undefined || (wanted !== null && !wanted.has(path))) continue;
    const { pid, name } = ownerOf(sockets.get(inode));
    found.push({ path: Buffer.from(path, "latin1").toString(), pid, name });
  }
  return found;
}

/** A name as the table has it: bytes as Latin-1; each NUL is `@`. */
const tableName = (path: Uint8Array): string => Buffer.from(path).toString("latin1").replaceAll("\0", "@");
