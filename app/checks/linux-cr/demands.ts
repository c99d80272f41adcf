// What a restart by the kernel requires of the restarting machine, as far as the image says: the kernel itself, the
// processor's floating-point state, the pids of the tasks, the numbers of descriptors and terminals, and the paths
// that it opens. Sizes and permissions are not compared: the kernel opens whatever file is there.

import { type Checkpoint, HAS, holderCount, NONE, nameBytes, taskCount, USE } from "../../model/checkpoint.ts";
import { detailsReader } from "../../model/detail-store.ts";
import { FILE_KINDS, fileKind, O_ACCMODE, openFlag, taskState } from "../../model/names/names.ts";
import { i32At, u8At, u32At } from "../../model/read.ts";
import { decodeText, encodeText } from "../../model/text/text.ts";
import { splitAddress } from "../host/address-parts.ts";
import type { Demand, Demands } from "../host/demand.ts";
import { pathKey } from "../host/path-key.ts";
import { ofFile } from "../subject.ts";

/**
 * What an image demands of the restarting machine, in the order of the restart.
 *
 * @param features By flag of /proc/cpuinfo: whether the dump's processor had it, as far as HEADER_ARCH says.
 */
export function demandsOf(checkpoint: Checkpoint, features: ReadonlyMap<string, boolean>): Demands {
  return {
    list: [
      ...machineOf(checkpoint),
      ...featuresOf(features),
      ...pidsOf(checkpoint),
      ...descriptorsOf(checkpoint),
      ...socketsOf(checkpoint),
      ...terminalsOf(checkpoint),
      ...pathsOf(checkpoint),
    ],
    hasOwnRoot: false,
    subject: ({ pid, task, fd, file }) => ({
      ...(file === undefined ? {} : ofFile(checkpoint, file)),
      ...(pid === undefined ? {} : { pid }),
      ...(task === undefined ? {} : { task }),
      ...(fd === undefined ? {} : { fd }),
    }),
  };
}

function* featuresOf(features: ReadonlyMap<string, boolean>): Generator<Demand> {
  for (const [flag, isThere] of features) yield { kind: "feature", flag, ...(isThere ? {} : { isLacking: true }) };
}

/** The highest descriptor of each file table. */
function* descriptorsOf({ tables, descriptors, tasks }: Checkpoint): Generator<Demand> {
  for (let table = 0; table < tables.count; table++) {
    const [first, end] = [u32At(tables.first, table), u32At(tables.first, table + 1)];
    if (end === first || taskCount(tables, table) === 0) continue;
    let highest = 0;
    for (let at = first; at < end; at++) highest = Math.max(highest, i32At(descriptors.fd, at));
    const task = u32At(tables.task, u32At(tables.firstTask, table));
    const pid = i32At(tasks.pid, task);
    yield { kind: "descriptors", highest, tasks: 0, ...(pid > 0 ? { pid } : { task }), fd: highest };
  }
}

/**
 * Addresses that sockets are bound to, and abstract names. A restart takes over names in the file system, and creates
 * new network namespaces if the image has any, in which nothing is in use.
 */
function* socketsOf(checkpoint: Checkpoint): Generator<Demand> {
  const { files, facts } = checkpoint;
  if (facts.some(({ label, value }) => label === "flags" && value.includes("NETNS"))) return;
  const socket = fileKind("socket");
  const read = detailsReader(checkpoint);
  for (let file = 0; file < files.count; file++) {
    if (u8At(files.kind, file) !== socket || holderCount(files, file) === 0) continue;
    const { family, state, protocol, local, remote } = read(file);
    if (family === "unix") {
      // A connection has the name of the socket that accepted it, and is not bound to it again (unix_restore).
      if (state === "established") continue;
      // Escaped text is not the name itself.
      const isPlain = typeof local === "string" && local.startsWith("@") && !local.includes("\\");
      if (isPlain) yield { kind: "socket-name", path: encodeText(`\0${local.slice(1)}`), as: "bound", file };
      continue;
    }
    const [own, other] = [splitAddress(local), splitAddress(remote)];
    const isConnected = other !== null && other.port !== 0;
    if (own === null || own.port === 0 || isConnected || (protocol !== "tcp" && protocol !== "udp")) continue;
    yield {
      kind: "address",
      protocol,
      family: own.address.includes(":") ? 6 : 4,
      ...own,
      isListening: state === "listen",
      remote: null,
      isV6Only: false,
      isFree: false,
      isForced: true,
      file,
    };
  }
}

const PTY = /^tty:\[(?:ptmx |pts\/)(\d+)\]$/;

/** Pseudo-terminals: a dump that has either side has both, and the restart opens the master under its number. */
function* terminalsOf(checkpoint: Checkpoint): Generator<Demand> {
  const { files } = checkpoint;
  const seen = new Set<number>();
  for (let file = 0; file < files.count; file++) {
    if (FILE_KINDS[u8At(files.kind, file)] !== "tty") continue;
    const index = Number(PTY.exec(decodeText(nameBytes(checkpoint, file)))?.[1] ?? NONE);
    if (index < 0 || seen.has(index)) continue;
    seen.add(index);
    yield { kind: "pty", index, file };
  }
}

function* machineOf({ machine: { arch }, facts }: Checkpoint): Generator<Demand> {
  const version = facts.find(({ label }) => label === "kernel")?.value;
  if (arch !== null && version !== undefined) yield { kind: "machine", arch, release: version };
}

function* pidsOf({ tasks }: Checkpoint): Generator<Demand> {
  const dead = taskState("dead");
  const seen = new Set<number>();
  for (let task = 0; task < tasks.count; task++) {
    const pid = i32At(tasks.pid, task);
    if (pid <= 0 || seen.has(pid) || u8At(tasks.state, task) === dead) continue;
    seen.add(pid);
    yield { kind: "pid", id: pid, as: "task", pid };
  }
}

/** Kinds of open files that are opened again by their path. */
const OPENED: readonly string[] = ["generic", "regular", "directory", "character device", "block device", "fifo"];

function* pathsOf(checkpoint: Checkpoint): Generator<Demand> {
  const { files, machine } = checkpoint;
  const append = openFlag("O_APPEND", machine.arch);
  const seen = new Set<string>();
  for (let file = 0; file < files.count; file++) {
    const has = u8At(files.has, file);
    const kind = FILE_KINDS[u8At(files.kind, file)] ?? "";
    if ((has & HAS.path) === 0 || (has & HAS.deleted) !== 0 || !OPENED.includes(kind)) continue;
    if (holderCount(files, file) === 0 && u8At(files.use, file) === 0) continue;
    const path = nameBytes(checkpoint, file);
    const key = pathKey(path);
    const flags = (has & HAS.flags) === 0 ? 0 : u32At(files.flags, file);
    const isWritten = (flags & O_ACCMODE) !== 0;
    const entry = `${isWritten} ${key}`;
    if (seen.has(entry) || !key.startsWith("/")) continue;
    seen.add(entry);
    yield {
      kind: "file",
      path,
      key,
      use: (u8At(files.use, file) & USE.executable) !== 0 ? "executable" : "open",
      size: null,
      mode: null,
      buildId: null,
      isWritten,
      isAppended: (flags & append) !== 0,
      file,
    };
  }
}
