// Whether CRIU can dump a unix socket: it has to find the other end, or a name for it.

import { visible } from "../../model/text/text.ts";
import type { SocketFacts, UnixSocketFacts } from "./facts.ts";
import { type Fault, fault } from "./findings.ts";
import type { Scope } from "./scope.ts";

const SOCK_DGRAM = 2;
const [ESTABLISHED, LISTENING] = [1, 10];
/** Reading and writing. */
const BOTH = 3;

export function unixSocketFault(scope: Scope, { inode }: SocketFacts, what: string): Fault | null {
  const own = scope.facts.machine.unixSockets[inode];
  if (own === undefined) return null;
  if (own.peer !== "0") return peerFault(scope, inode, own, what);
  if (own.state === ESTABLISHED && own.type !== SOCK_DGRAM) return waitingFault(scope, inode, own, what);
  if (own.state !== LISTENING || !own.pending.includes("0")) return null;
  return fault("dump-unix-closed", `a connection to ${nameOf(own)}, ${what}, was closed before it was accepted`);
}

/** A connected socket. */
function peerFault({ facts }: Scope, inode: string, own: UnixSocketFacts, what: string): Fault | null {
  const peer = facts.machine.unixSockets[own.peer];
  if (peer === undefined || (peer.peer !== inode && peer.name === "")) {
    const message = `the other end of ${what}, socket ${own.peer}, has no name and is not connected back`;
    return fault("dump-unix-unreachable", message);
  }
  if (peer.isInside) return null;
  const message = `the other end of ${what} is socket ${own.peer}, ${nameOf(peer)}, of a process outside the tree`;
  if (own.type !== SOCK_DGRAM) return fault("dump-unix-stream", message);
  return fault(peer.name === "" ? "dump-unix-nameless" : "dump-unix-outside", message);
}

/** A socket that waits to be accepted, or whose other end is gone. */
function waitingFault({ listeners }: Scope, inode: string, own: UnixSocketFacts, what: string): Fault | null {
  const listener = listeners.get(inode);
  if (listener === undefined) {
    return own.shutdown === BOTH ? null : fault("dump-unix-unreachable", `${what} is not connected to anything`);
  }
  const message = `${what} waits to be accepted at ${nameOf(listener)}`;
  if (own.sent > 0) return fault("dump-unix-written", `${message}, and has sent data`);
  return listener.isInside ? null : fault("dump-unix-waiting", `${message}, by a process outside the tree`);
}

const nameOf = ({ name }: UnixSocketFacts): string => (name === "" ? "an unnamed socket" : visible(name));
