// Compares the addresses and names of an image's sockets with those in use on a host.

import { shortText, shownText, stillVisible, visible } from "../../model/text/text.ts";
import type { AddressDemand, InterfaceDemand, LoopbackDemand, SocketNameDemand } from "./demand.ts";
import type { Compare, Difference } from "./difference.ts";
import { type SocketFacts, shownFact } from "./facts.ts";
import { type Host, nameOf, processText, shownName } from "./host.ts";
import { pathKey } from "./path-key.ts";

/** An address with its port: `127.0.0.1:80`, `[::1]:80`. */
export const addressText = ({ address, port }: { readonly address: string; readonly port: number }): string =>
  `${address.includes(":") ? `[${address}]` : address}:${port}`;

/** The address in `[::1]:80`, without its port. */
const hostOf = (text: string): string => text.slice(0, text.lastIndexOf(":")).replace(/^\[|\]$/g, "");

const isAny = (address: string): boolean => address === "0.0.0.0" || address === "::" || address === "";

/** `::ffff:127.0.0.1` → `127.0.0.1`. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/, "");

/**
 * Whether two sockets of one port overlap (Linux inet_csk_bind_conflict, ipv6_rcv_saddr_equal): a wildcard overlaps
 * with every address of its family, and that of IPv6 also with IPv4 unless it is for IPv6 only.
 */
function overlaps(demand: AddressDemand, other: SocketFacts): boolean {
  const own = plain(demand.address);
  const theirs = plain(hostOf(other.local));
  const isOtherSix = theirs.includes(":");
  if (own.includes(":") === isOtherSix) return own === theirs || isAny(own) || isAny(theirs);
  if (isOtherSix) return theirs === "::" && other.v6Only !== true;
  return own === "::" && !demand.isV6Only;
}

const GONE = new Set(["time-wait", "close"]);

/** The other socket in words: `listen 0.0.0.0:80 (pid 812 nginx)`. */
function socketText({ state, local, remote, pid, name }: SocketFacts): string {
  const by = processText(pid, name);
  const peer = remote === null ? "" : ` → ${remote}`;
  return shownFact(`${state} ${local}${peer}${by === "" ? "" : ` (${by})`}`);
}

/** Compares an address that a socket is bound to. */
export const compareAddress: Compare<AddressDemand> = (demand, host) => {
  const { sockets, addresses } = host;
  const differences: Difference[] = [];
  const own = plain(demand.address);
  const isLocal = own === "::1" || own.startsWith("127.") || isAny(own) || isMulticast(own);
  if (addresses !== null && !isLocal && !demand.isFree && !addresses.has(own)) {
    differences.push(missingAddress(demand, own));
  }
  if (sockets === null) return { actual: null, differences };
  const others = (sockets.get(`${demand.protocol} ${demand.port}`) ?? []).filter((other) => !GONE.has(other.state));
  const text = `${demand.protocol} ${addressText(demand)}`;
  if (demand.remote !== null) {
    const same = others.find(({ local, remote }) => local === addressText(demand) && remote === demand.remote);
    if (same !== undefined) {
      const message = `The connection ${text} → ${demand.remote} exists: ${socketText(same)}.`;
      differences.push({ code: "host-connection-used", message, recorded: demand.remote, actual: socketText(same) });
    }
  }
  const conflict = (isForcedTcp(demand) ? forcedConflictOf : conflictOf)(demand, others);
  if (conflict !== null) differences.push({ ...conflict, recorded: text });
  const first = others.find((other) => overlaps(demand, other));
  return { actual: first === undefined ? "free" : socketText(first), differences };
};

function missingAddress({ protocol, family, isForced }: AddressDemand, own: string): Difference {
  const what = `No interface has the address ${own}, which a ${protocol} socket is bound to`;
  const difference = { code: "host-address-missing", recorded: own, actual: "not on any interface" };
  if (!isForced || family === 6) return { ...difference, message: `${what}.` };
  const message = `${what}: the restart binds it regardless, but nothing reaches it.`;
  return { ...difference, message, severity: "warning" };
}

const isForcedTcp = ({ isForced, protocol }: AddressDemand): boolean => isForced && protocol === "tcp";

/** Another socket that listens on the address. The restart listens there regardless; `null`: there is none. */
function forcedConflictOf(demand: AddressDemand, others: readonly SocketFacts[]): Omit<Difference, "recorded"> | null {
  const other = others.find((each) => each.state === "listen" && overlaps(demand, each));
  if (other === undefined || !demand.isListening) return null;
  const found = used(demand, other);
  const effect = "; the restart listens there regardless, and connections may go to either socket.";
  return { ...found, message: found.message.replace(/\.$/, effect), severity: "warning" };
}

const isMulticast = (address: string): boolean =>
  /^(22[4-9]|23\d)\.|^ff/i.test(address) || address === "255.255.255.255";

/** A socket that keeps the restore from binding; `null`: there is none. CRIU sets SO_REUSEADDR on its sockets. */
function conflictOf(demand: AddressDemand, others: readonly SocketFacts[]): Omit<Difference, "recorded"> | null {
  let doubtful: SocketFacts | null = null;
  for (const other of others) {
    if (!overlaps(demand, other)) continue;
    if (demand.protocol === "tcp" && other.state === "listen") return used(demand, other);
    if (other.reuse === true) continue;
    if (other.reuse === false) return used(demand, other);
    doubtful ??= other;
  }
  if (doubtful === null) return null;
  const found = used(demand, doubtful);
  const doubt = "; the restore is refused unless that socket has SO_REUSEADDR, which is not known.";
  return { ...found, message: found.message.replace(/\.$/, doubt), severity: "warning" };
}

function used(demand: AddressDemand, other: SocketFacts): Omit<Difference, "recorded"> {
  const actual = socketText(other);
  return {
    code: "host-address-used",
    message: `${demand.protocol} ${addressText(demand)} is in use: ${actual}.`,
    actual,
  };
}

/** Compares a name that a unix socket is bound to, or connected to. */
export const compareSocketName: Compare<SocketNameDemand> = ({ path, as }, { names, files }) => {
  if (names === null) return { actual: null, differences: [] };
  const name = nameOf(path);
  const shown = shownName(path);
  const by = names.get(name);
  const file = path[0] === 0 ? undefined : files?.get(pathKey(path));
  if (as === "peer") {
    if (by !== undefined) return { actual: bound(by), differences: [] };
    const actual = file === undefined || file.type === "missing" ? "missing" : "nothing is bound to it";
    const message = `Nothing is bound to ${shown}, which a socket was connected to.`;
    return {
      actual,
      differences: [{ code: "host-peer-missing", message, recorded: "bound outside the image", actual }],
    };
  }
  if (by === undefined) return { actual: "free", differences: directoryMissing(path, files) };
  const actual = bound(by);
  const difference = { code: "host-socket-name-used", recorded: "bound by the restored task", actual };
  if (path[0] === 0) {
    const message = `The abstract name ${shown} is in use (${actual}).`;
    return { actual, differences: [{ ...difference, message, severity: "error" }] };
  }
  const message = `${shown} is ${actual}: CRIU removes the name and binds it again, so the other socket can no longer be reached.`;
  return { actual, differences: [{ ...difference, message, severity: "warning" }] };
};

const bound = (by: string): string => (by === "" ? "bound" : `bound by ${shownFact(by)}`);

function directoryMissing(path: Uint8Array, files: Host["files"]): Difference[] {
  const end = path.lastIndexOf(0x2f);
  if (end <= 0 || path[0] === 0 || files === null) return [];
  const directory = path.subarray(0, end);
  if (files.get(pathKey(directory))?.type !== "missing") return [];
  const message = `${shownText(directory)} does not exist; a unix socket is bound in it.`;
  return [{ code: "host-socket-directory-missing", message, recorded: "exists", actual: "missing" }];
}

/** Compares the loopback interface. */
export const compareLoopback: Compare<LoopbackDemand> = (_, { facts: { interfaces } }) => {
  const loopback = interfaces?.find(({ name }) => name === "lo");
  if (interfaces === undefined) return { actual: null, differences: [] };
  if (loopback?.up === true) return { actual: "up", differences: [] };
  const actual = loopback === undefined ? "missing" : "down";
  const message = `The loopback interface is ${actual}: CRIU hangs in its start-up checks.`;
  return { actual, differences: [{ code: "host-loopback-down", message, recorded: "up", actual }] };
};

/** Compares a network device that a socket is bound to. */
export const compareInterface: Compare<InterfaceDemand> = ({ name }, { facts: { interfaces } }) => {
  if (interfaces === undefined) return { actual: null, differences: [] };
  if (interfaces.some((each) => visible(each.name) === name)) return { actual: "exists", differences: [] };
  const message = `The network device ${shortText(stillVisible(name))}, which a socket is bound to, does not exist.`;
  return {
    actual: "missing",
    differences: [{ code: "host-interface-missing", message, recorded: name, actual: "missing" }],
  };
};
