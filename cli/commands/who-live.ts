// Who holds a file, port or pipe on this machine, read from /proc.

import { readdirSync, readlinkSync, statSync } from "node:fs";
import type { Holder, Target } from "../../app/export/who.ts";
import { flagNames } from "../../app/model/names/names.ts";
import { decodeText, textAndBytes } from "../../app/model/text/text.ts";
import { kindOf, kindOfName } from "../dump/descriptors/descriptors.ts";
import type { Kcmp } from "../dump/kcmp.ts";
import { errorCode, hasEnded } from "../dump/processes.ts";
import { CliError } from "../error.ts";
import { type Held, heldBy, readLatin1 } from "./who-held.ts";

/** The holders, and how many processes could not be read. */
export interface LiveHolders {
  readonly holders: readonly Holder[];
  readonly hidden: number;
}

/**
 * Searches all processes but this one.
 *
 * @param kcmp Tells which threads share what their process has open; `null`: that is not known.
 * @throws CliError where there is no /proc.
 */
export function liveHolders(target: Target, kcmp: Kcmp | null): LiveHolders {
  if (process.platform !== "linux") throw new CliError("processes can be read on Linux only; name an image");
  const holders: Holder[] = [];
  let hidden = 0;
  const inodesOf = portInodes(target);
  for (const pid of processIds()) {
    if (pid === process.pid) continue;
    let held: readonly Held[];
    try {
      held = heldBy(pid, kcmp);
    } catch (error) {
      const isRefused = errorCode(error) === "EACCES" || errorCode(error) === "EPERM";
      if (isRefused && !hasEnded(pid)) hidden++;
      continue;
    }
    const inodes = inodesOf(pid);
    for (const each of held) if (isMeant(each, target, inodes)) holders.push(holderOf(each));
  }
  return { holders, hidden };
}

const processIds = (): number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);

const bytesOf = (text: string): Uint8Array => Buffer.from(text, "latin1");

const DELETED = " (deleted)";

/** The path by which a held file can be examined. A mapping has no link, but its path leads to the file. */
const pathTo = ({ link, target }: Held): string | Buffer => link ?? Buffer.from(target, "latin1");

/** Whether a link leads to an unlinked file. A file's own name may end in the same words, so the link count decides. */
function isDeleted(held: Held): boolean {
  const { target } = held;
  if (!target.endsWith(DELETED)) return false;
  if (target.startsWith("/memfd:")) return false;
  try {
    return statSync(pathTo(held)).nlink === 0;
  } catch {
    return true;
  }
}

function isMeant(held: Held, target: Target, inodes: ReadonlySet<string>): boolean {
  if (target.kind === "deleted") return isDeleted(held);
  if (target.kind === "port") return inodes.has(/^socket:\[(\d+)\]$/.exec(held.target)?.[1] ?? "");
  // The arguments of a program are text, in which invalid bytes are U+FFFD.
  const name = decodeText(bytesOf(held.target));
  const isMarked = name.endsWith(DELETED) && (name.startsWith("/memfd:") || isDeleted(held));
  const plain = isMarked ? name.slice(0, -DELETED.length) : name;
  return target.kind === "path"
    ? name === target.path || plain === target.path
    : [name, plain, plain.slice(plain.lastIndexOf("/") + 1), plain.replace(/^\//, "")].includes(target.name);
}

function holderOf(held: Held): Holder {
  const { pid, fd, use, target } = held;
  const info = fd === null ? "" : readLatin1(`/proc/${pid}/fdinfo/${fd}`);
  const deleted = isDeleted(held);
  const flags = /^flags:\s*([0-7]+)/m.exec(info)?.[1];
  const number = flags === undefined ? null : Number.parseInt(flags, 8) & ~O_CLOEXEC;
  const plain = deleted || target.startsWith("/memfd:") ? target.replace(/ \(deleted\)$/, "") : target;
  const name = textAndBytes(bytesOf(plain));
  const comm = textAndBytes(bytesOf(readLatin1(`/proc/${pid}/comm`).replace(/\n$/, "")));
  return {
    pid,
    comm: comm.value,
    ...(comm.valueBytes !== undefined && { commBytes: comm.valueBytes }),
    fd,
    ...(use === undefined ? {} : { use }),
    kind: kindOfName(target) ?? kindByInode(held),
    name: name.value,
    ...(name.valueBytes !== undefined && { nameBytes: name.valueBytes }),
    deleted,
    pos: /^pos:\s*(\d+)/m.exec(info)?.[1] ?? null,
    flags: number,
    flagNames: number === null ? null : flagNames(number, process.arch === "mips" ? "mips" : null),
  };
}

/** fdinfo shows close-on-exec, which is the descriptor's, among the flags of the open file. */
const O_CLOEXEC = 0o2000000;

function kindByInode(held: Held): string {
  try {
    return kindOf(statSync(pathTo(held), { bigint: true }));
  } catch {
    return "unknown";
  }
}

const NONE: ReadonlySet<string> = new Set();

/** For a process, the inodes of the sockets in its network namespace that use the port. */
function portInodes(target: Target): (pid: number) => ReadonlySet<string> {
  if (target.kind !== "port") return () => NONE;
  const known = new Map<string, ReadonlySet<string>>();
  return (pid) => {
    let namespace: string;
    try {
      namespace = readlinkSync(`/proc/${pid}/ns/net`);
    } catch {
      return NONE;
    }
    const found = known.get(namespace) ?? inodesAt(pid, target.port);
    known.set(namespace, found);
    return found;
  };
}

const TABLES = ["tcp", "tcp6", "udp", "udp6", "udplite", "udplite6"] as const;

function inodesAt(pid: number, port: number): Set<string> {
  const inodes = new Set<string>();
  for (const table of TABLES) {
    for (const line of readLatin1(`/proc/${pid}/net/${table}`).split("\n").slice(1)) {
      const fields = line.trim().split(/\s+/);
      const [, local = "", remote = ""] = fields;
      const inode = fields[9];
      if (inode !== undefined && [local, remote].some((address) => portOf(address) === port)) inodes.add(inode);
    }
  }
  return inodes;
}

/** The port of `0100007F:1F90`. */
const portOf = (address: string): number => Number.parseInt(address.slice(address.lastIndexOf(":") + 1), 16);
