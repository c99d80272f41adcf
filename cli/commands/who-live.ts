// Who holds a file, port or pipe on this machine, read from /proc.

import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import type { Holder, Target } from "../../app/export/who.ts";
import { flagNames } from "../../app/model/names.ts";
import { errorCode } from "../dump/processes.ts";
import { CliError } from "../error.ts";

/** The holders, and how many processes could not be read. */
export interface LiveHolders {
  readonly holders: readonly Holder[];
  readonly hidden: number;
}

/** Something that a process keeps open: its link in /proc/PID. */
interface Held {
  readonly fd: number | null;
  readonly use?: string;
  /** The target of the link: a path, perhaps with " (deleted)", or `socket:[1234]`. */
  readonly target: string;
  /** Path of the link. */
  readonly link: string;
}

/** Searches all processes but this one. @throws CliError where there is no /proc. */
export function liveHolders(target: Target): LiveHolders {
  if (process.platform !== "linux") throw new CliError("processes can be read on Linux only; name an image");
  const holders: Holder[] = [];
  let hidden = 0;
  const inodesOf = portInodes(target);
  for (const pid of processIds()) {
    if (pid === process.pid) continue;
    let held: readonly Held[];
    try {
      held = heldBy(pid);
    } catch (error) {
      if (errorCode(error) === "EACCES" || errorCode(error) === "EPERM") hidden++;
      continue;
    }
    const inodes = inodesOf(pid);
    for (const each of held) if (isMeant(each, target, inodes)) holders.push(holderOf(pid, each));
  }
  return { holders, hidden };
}

const processIds = (): number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);

/** What a process keeps open. Throws if it may not be read or does not exist. */
function heldBy(pid: number): Held[] {
  const held: Held[] = [];
  const fds = readdirSync(`/proc/${pid}/fd`).map(Number);
  for (const fd of fds.sort((a, b) => a - b)) addLink(held, `/proc/${pid}/fd/${fd}`, { fd });
  for (const [name, use] of USES) addLink(held, `/proc/${pid}/${name}`, { fd: null, use });
  const executable = held.find(({ use }) => use === "executable")?.target;
  const mapped = new Set<string>();
  for (const line of readText(`/proc/${pid}/maps`).split("\n")) {
    const path = /^\S+ \S+ \S+ \S+ \d+ +(\/.*)$/.exec(line)?.[1];
    if (path !== undefined && path !== executable) mapped.add(path.replaceAll("\\012", "\n"));
  }
  for (const path of mapped) held.push({ fd: null, use: "mapping", target: path, link: path });
  return held;
}

const USES = [
  ["exe", "executable"],
  ["cwd", "working directory"],
  ["root", "root"],
] as const;

function addLink(held: Held[], link: string, how: Pick<Held, "fd" | "use">): void {
  try {
    held.push({ ...how, target: readlinkSync(link), link });
  } catch {
    // Closed meanwhile; a kernel thread has no executable.
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

const DELETED = " (deleted)";

/** Whether a link leads to an unlinked file. A file's own name may end in the same words, so the link count decides. */
function isDeleted({ target, link }: Held): boolean {
  if (!target.endsWith(DELETED)) return false;
  if (target.startsWith("/memfd:")) return false;
  try {
    return statSync(link).nlink === 0;
  } catch {
    return true;
  }
}

function isMeant(held: Held, target: Target, inodes: ReadonlySet<string>): boolean {
  const plain = held.target.endsWith(DELETED) ? held.target.slice(0, -DELETED.length) : held.target;
  switch (target.kind) {
    case "deleted":
      return isDeleted(held);
    case "path":
      return held.target === target.path || plain === target.path;
    case "name":
      return [held.target, plain, plain.slice(plain.lastIndexOf("/") + 1), plain.replace(/^\//, "")].includes(
        target.name,
      );
    case "port":
      return inodes.has(/^socket:\[(\d+)\]$/.exec(held.target)?.[1] ?? "");
  }
}

function holderOf(pid: number, held: Held): Holder {
  const { fd, use, target } = held;
  const info = fd === null ? "" : readText(`/proc/${pid}/fdinfo/${fd}`);
  const deleted = isDeleted(held);
  const flags = /^flags:\s*([0-7]+)/m.exec(info)?.[1];
  const number = flags === undefined ? null : Number.parseInt(flags, 8) & ~O_CLOEXEC;
  const name = deleted || target.startsWith("/memfd:") ? target.replace(/ \(deleted\)$/, "") : target;
  return {
    pid,
    comm: readText(`/proc/${pid}/comm`).replace(/\n$/, ""),
    fd,
    ...(use === undefined ? {} : { use }),
    kind: kindOf(held),
    name,
    deleted,
    pos: /^pos:\s*(\d+)/m.exec(info)?.[1] ?? null,
    flags: number,
    flagNames: number === null ? null : flagNames(number, process.arch === "mips" ? "mips" : null),
  };
}

/** fdinfo shows close-on-exec, which is the descriptor's, among the flags of the open file. */
const O_CLOEXEC = 0o2000000;

const ANONYMOUS: Readonly<Record<string, string>> = {
  "anon_inode:[eventpoll]": "epoll",
  "anon_inode:[eventfd]": "eventfd",
  "anon_inode:[signalfd]": "signalfd",
  "anon_inode:[timerfd]": "timerfd",
  "anon_inode:inotify": "inotify",
  "anon_inode:[fanotify]": "fanotify",
  "anon_inode:[pidfd]": "pidfd",
};

function kindOf({ target, link }: Held): string {
  const named = ANONYMOUS[target] ?? /^(pipe|socket):\[/.exec(target)?.[1];
  if (named !== undefined) return named;
  if (target.startsWith("/memfd:")) return "memfd";
  try {
    const stat = statSync(link);
    if (stat.isDirectory()) return "directory";
    if (stat.isFIFO()) return "fifo";
    if (stat.isCharacterDevice()) return /^\/dev\/(?:pts\/|tty)/.test(target) ? "tty" : "character device";
    return stat.isBlockDevice() ? "block device" : stat.isFile() ? "regular" : "unknown";
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
    for (const line of readText(`/proc/${pid}/net/${table}`).split("\n").slice(1)) {
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
