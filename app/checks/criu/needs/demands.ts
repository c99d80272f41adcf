// What CRIU will compare with the restoring machine, in the order of its restore: what entries noted, and the columns.

import { fileSystemName } from "../../../decoder/criu/format/file-systems.ts";
import { type Checkpoint, HAS, holderCount, NO_MOUNT, NONE, nameBytes, USE } from "../../../model/checkpoint.ts";
import { detailsOf } from "../../../model/detail-store.ts";
import type { Details } from "../../../model/fields.ts";
import { FILE_KINDS, O_ACCMODE, openFlag, taskState } from "../../../model/names/names.ts";
import { i32At, u8At, u32At } from "../../../model/read.ts";
import type { FileRow } from "../../../model/rows.ts";
import { decodeText, encodeText } from "../../../model/text/text.ts";
import { splitAddress } from "../../host/address-parts.ts";
import type { AddressDemand, Demand, Demands, FileDemand, LockDemand, PathUse } from "../../host/demand.ts";
import { pathKey } from "../../host/path-key.ts";
import { RESOURCES } from "../../host/resources.ts";
import { ofFile, type Subject } from "../../subject.ts";
import type { Scan } from "../scan.ts";
import { looseTerminals } from "./needs.ts";
import { inodeOf } from "./paths.ts";
import type { UsedPaths } from "./used-paths.ts";

/** What a set demands of the restoring machine, once all of its entries have been read. */
export function demandsOf(scan: Scan, paths: UsedPaths): Demands {
  const { checkpoint } = scan;
  return {
    list: inOrder(scan, paths),
    hasOwnRoot: scan.notes.ownRoot,
    subject: ({ pid, task, fd, file }) => ({
      ...(file === undefined || fd !== undefined ? {} : ofFile(checkpoint, file)),
      ...(pid === undefined ? {} : { pid }),
      ...(task === undefined ? {} : { task }),
      ...(fd === undefined ? {} : { fd }),
      ...(file === undefined ? {} : { file }),
    }),
  };
}

function inOrder(scan: Scan, paths: UsedPaths): Demand[] {
  const list: Demand[] = [{ kind: "loopback" }];
  const add = (demands: Iterable<Demand>): void => {
    for (const demand of demands) list.push(demand);
  };
  add(machineOf(scan));
  add(mountsOf(scan));
  if (!scan.hostNotes.hasOwnPids) add(pidsOf(scan));
  add(descriptorsOf(scan));
  const walk = beginWalk(scan, paths);
  addFiles(list, walk, paths);
  add(locksOf(scan));
  addMapped(list, walk, paths);
  add(limitsOf(scan));
  add(securityOf(scan));
  return list;
}

function* machineOf({ checkpoint, hostNotes }: Scan): Generator<Demand> {
  const { arch } = checkpoint.machine;
  if (arch !== null) yield { kind: "machine", arch, release: null };
  for (const [flag, pid] of hostNotes.features) yield { kind: "feature", flag, pid };
}

/** UNSUPPORTED, and AUTO, whose type is in fsname. */
const NOT_NAMED: ReadonlySet<number> = new Set([0, 16]);

/** The mount points directly on the root mount, and the types of file systems to mount. */
function* mountsOf({ hostNotes: { mounts } }: Scan): Generator<Demand> {
  const root = rootMount(mounts);
  for (const mount of mounts) {
    if (mount.parent === root && mount.id !== root) yield anyFile(absolute(mount.at), "mounted-on");
  }
  const seen = new Set<number>();
  for (const { id, type, at, isExternal, isWhole } of mounts) {
    const name = NOT_NAMED.has(type) ? null : fileSystemName(type);
    // The root and mounts from outside are there already, and a part of a file system is bound from another mount.
    if (id === root || isExternal || !isWhole || name === null || seen.has(type)) continue;
    seen.add(type);
    yield { kind: "filesystem", name, at: absolute(at) };
  }
}

const rootMount = (mounts: Scan["hostNotes"]["mounts"]): number =>
  mounts.find(({ at }) => ["/", "./", "."].includes(decodeText(at)))?.id ?? NONE;

const [DOT, SLASH] = [0x2e, 0x2f];

/** Mount points are kept as `./t` or `/t`. */
function absolute(path: Uint8Array): Uint8Array {
  if (path[0] === SLASH) return path;
  if (path[0] === DOT && path[1] === SLASH) return path.subarray(1);
  const whole = new Uint8Array(1 + path.length);
  whole[0] = SLASH;
  whole.set(path, 1);
  return whole;
}

/** A path that must exist, whatever it leads to. */
const anyFile = (path: Uint8Array, use: PathUse): FileDemand => ({
  kind: "file",
  path,
  key: pathKey(path),
  use,
  size: null,
  mode: null,
  buildId: null,
  isWritten: false,
  isAppended: false,
});

/**
 * Pids of tasks and threads, and sessions and process groups whose leaders are gone: helpers are made with their pids.
 */
function* pidsOf({ checkpoint: { tasks }, hostNotes }: Scan): Generator<Demand> {
  const known = new Set<number>();
  for (let task = 0; task < tasks.count; task++) {
    const pid = i32At(tasks.pid, task);
    if (pid <= 0 || known.has(pid)) continue;
    known.add(pid);
    yield { kind: "pid", id: pid, as: "task", pid };
  }
  for (const { pid, tid } of hostNotes.threads) {
    if (!known.has(tid)) yield { kind: "pid", id: tid, as: "thread", pid };
    known.add(tid);
  }
  for (let task = 0; task < tasks.count; task++) {
    // The root task takes over the session and group of the shell that starts the restore.
    const isRoot = i32At(tasks.ppid, task) <= 0;
    const pid = i32At(tasks.pid, task);
    const groups = [[i32At(tasks.sid, task), "session"] as const, [i32At(tasks.pgid, task), "process group"] as const];
    for (const [id, as] of groups) {
      if (id <= 0 || isRoot || known.has(id) || isOfRoot(tasks, id)) continue;
      known.add(id);
      yield { kind: "pid", id, as, pid };
    }
  }
}

const isOfRoot = (tasks: Checkpoint["tasks"], id: number): boolean =>
  tasks.count > 0 && (i32At(tasks.sid, 0) === id || i32At(tasks.pgid, 0) === id);

/** The highest descriptor of each file table, and how many tasks share it. */
function* descriptorsOf({ checkpoint: { tables, descriptors, tasks } }: Scan): Generator<Demand> {
  for (let table = 0; table < tables.count; table++) {
    const [first, end] = [u32At(tables.first, table), u32At(tables.first, table + 1)];
    const [firstTask, endTask] = [u32At(tables.firstTask, table), u32At(tables.firstTask, table + 1)];
    if (end === first || endTask === firstTask) continue;
    let highest = 0;
    for (let at = first; at < end; at++) highest = Math.max(highest, i32At(descriptors.fd, at));
    const pid = i32At(tasks.pid, u32At(tables.task, firstTask));
    yield { kind: "descriptors", highest, tasks: endTask - firstTask, pid, fd: highest };
  }
}

/** Adds open files in the order of the image: paths, sockets, terminals, watches. */
function addFiles(list: Demand[], walk: Walk, { files, numbers, count: paths }: UsedPaths): void {
  const { checkpoint } = walk.scan;
  const { count, kind: kinds } = checkpoint.files;
  const seen = beginSeen(walk);
  let next = 0;
  for (let file = 0; file < count; file++) {
    const path = next < paths && files[next] === file ? next++ : NONE;
    const kind = FILE_KINDS[u8At(kinds, file)] ?? "";
    if (kind === "socket") list.push(...socketOf(walk, file));
    else if (kind === "tty") list.push(...terminalOf(walk, file));
    else if (kind === "inotify" || kind === "fanotify") list.push(...watchedOf(walk.scan, file));
    else if (path !== NONE) addPath(list, walk, seen, file, i32At(numbers, path), false);
  }
}

/** Adds files that are executed or mapped, and not otherwise open. */
function addMapped(list: Demand[], walk: Walk, { files, numbers, count }: UsedPaths): void {
  const seen = beginSeen(walk);
  for (let path = 0; path < count; path++) addPath(list, walk, seen, i32At(files, path), i32At(numbers, path), true);
}

/** Context for all open files. */
interface Walk {
  readonly scan: Scan;
  /** How many different paths there are. */
  readonly different: number;
  readonly external: ReadonlySet<FileRow>;
  /** Terminals without their master. */
  readonly loose: ReadonlySet<FileRow>;
  /** Sockets outside the dump, with their names. */
  readonly outside: ReadonlyMap<FileRow, Uint8Array>;
  /** The mount of the root directory. */
  readonly root: number;
  /** O_PATH and O_APPEND. */
  readonly pathFlag: number;
  readonly appendFlag: number;
}

const beginWalk = (scan: Scan, { different }: UsedPaths): Walk => ({
  scan,
  different,
  external: new Set(scan.notes.externalFiles),
  loose: new Set(Array.from(looseTerminals(scan), ([, file]) => file)),
  outside: new Map(scan.notes.outsideSockets.map(({ file, path }) => [file, path])),
  root: rootMount(scan.hostNotes.mounts),
  pathFlag: openFlag("O_PATH", scan.checkpoint.machine.arch),
  appendFlag: openFlag("O_APPEND", scan.checkpoint.machine.arch),
});

/** By path number: bit NAMED if the path is listed, bit UNLINKED if it is listed as the name of an unlinked file. */
const beginSeen = ({ different }: Walk): Uint8Array => new Uint8Array(different);
const [NAMED, UNLINKED] = [1, 2];

const USES: readonly (readonly [number, PathUse])[] = [
  [USE.linkRemap, "link"],
  [USE.pathOf, "fifo"],
  [USE.executable, "executable"],
  [USE.mapping, "mapped"],
  [USE.root, "root"],
  [USE.workingDirectory, "directory"],
];

/**
 * Adds a path, once.
 *
 * @param number Of the path.
 * @param mapped Whether executables and mapped files are wanted, or all others.
 */
function addPath(list: Demand[], walk: Walk, seen: Uint8Array, file: FileRow, number: number, mapped: boolean): void {
  const { checkpoint } = walk.scan;
  const { files } = checkpoint;
  const use = u8At(files.use, file);
  const isHeld = holderCount(files, file) > 0;
  const isDeleted = (u8At(files.has, file) & HAS.deleted) !== 0;
  const as = isHeld ? "open" : (USES.find(([bit]) => (use & bit) !== 0)?.[1] ?? "open");
  if ((as === "executable" || as === "mapped") !== mapped) return;
  // Everything in a mount that is restored is created by the restore.
  if (isInRestoredMount(walk, file) || walk.external.has(file)) return;
  const bit = isDeleted ? UNLINKED : NAMED;
  if ((u8At(seen, number) & bit) !== 0) return;
  seen[number] = u8At(seen, number) | bit;
  const path = nameBytes(checkpoint, file);
  if (!isDeleted) list.push(fileDemand(walk, file, path, isHeld, as));
  // A directory is created under the name of its ghost.
  else if (FILE_KINDS[u8At(files.kind, file)] !== "directory") list.push({ kind: "name", path, file });
}

function fileDemand(walk: Walk, file: FileRow, path: Uint8Array, isHeld: boolean, as: PathUse): Demand {
  const { scan, pathFlag, appendFlag } = walk;
  const { checkpoint, notes, hostNotes } = scan;
  const { files } = checkpoint;
  // A link is compared as the file that it stands in for.
  const original = as === "link" ? originalOf(scan, file) : file;
  const flags = (u8At(files.has, original) & HAS.flags) === 0 ? 0 : u32At(files.flags, original);
  const mapping = hostNotes.mappings.get(u32At(files.id, file));
  const pid = isHeld ? undefined : (mapping?.pid ?? notes.users.get(u32At(files.id, file)));
  const demand: { -readonly [K in keyof FileDemand]: FileDemand[K] } = {
    kind: "file",
    path,
    key: pathKey(path),
    use: as,
    ...inodeOf(checkpoint, original),
    buildId: hostNotes.buildIds.get(original) ?? null,
    isWritten: (flags & O_ACCMODE) !== 0 && (flags & pathFlag) === 0 && as !== "executable",
    isAppended: (flags & appendFlag) !== 0,
    file: original,
  };
  if (original !== file) demand.standsFor = nameBytes(checkpoint, original);
  if (mapping !== undefined) demand.mapping = rangeOf(mapping);
  if (pid !== undefined) demand.pid = pid;
  return demand;
}

const rangeOf = ({ start, end }: { readonly start: bigint; readonly end: bigint }) => ({
  start: start.toString(16),
  end: end.toString(16),
});

function originalOf({ checkpoint, fileRows, hostNotes }: Scan, link: FileRow): FileRow {
  const id = hostNotes.links.get(u32At(checkpoint.files.id, link));
  const row = id === undefined ? NONE : fileRows.get(id);
  return row === NONE ? link : row;
}

/** Whether a file is in a mount that the restore makes, other than the root. */
function isInRestoredMount({ scan, root }: Walk, file: FileRow): boolean {
  const { files } = scan.checkpoint;
  if (scan.hostNotes.mounts.length === 0 || files.mountId.length === 0) return false;
  const mount = i32At(files.mountId, file);
  return mount !== NO_MOUNT && mount !== root;
}

function* socketOf({ scan, outside }: Walk, file: FileRow): Generator<Demand> {
  const { checkpoint, hostNotes } = scan;
  if (hostNotes.ownNetwork.has(file)) return;
  const subject = ofFile(checkpoint, file);
  const details = detailsOf(checkpoint, file);
  if (typeof details.source === "string") {
    if (typeof details.interface === "string") yield { kind: "interface", name: details.interface, ...subject };
    const address = addressOf(details, hostNotes.v6Only.has(file), hostNotes.freeBind.has(file));
    if (address !== null) yield { ...address, ...subject };
    return;
  }
  const peer = outside.get(file);
  const name = hostNotes.names.get(file);
  if (peer !== undefined) {
    const own = scan.peerFiles.get(u32At(scan.inodes(), file));
    const user = own === NONE ? subject : ofFile(checkpoint, own);
    if (peer.length > 0) yield { kind: "socket-name", path: peer, as: "peer", ...user };
  } else if (name !== undefined) {
    yield { kind: "socket-name", path: name, as: "bound", ...subject };
  }
}

/** The addresses of an internet socket; `null`: it is not bound. */
function addressOf(details: Details, isV6Only: boolean, isFree: boolean): Omit<AddressDemand, keyof Subject> | null {
  const local = splitAddress(details.source);
  if (local === null || local.port === 0) return null;
  const remote = splitAddress(details.destination);
  const { state, protocol } = details;
  return {
    kind: "address",
    protocol: typeof protocol === "string" ? protocol : "tcp",
    family: local.address.includes(":") ? 6 : 4,
    ...local,
    isListening: state === "listen",
    remote: remote === null || remote.port === 0 ? null : String(details.destination),
    isV6Only,
    isFree,
    isForced: false,
  };
}

function* terminalOf({ scan, loose }: Walk, file: FileRow): Generator<Demand> {
  const { index, type, device } = detailsOf(scan.checkpoint, file);
  if (type !== "PTY" || typeof index !== "number") return;
  const subject = ofFile(scan.checkpoint, file);
  if (loose.has(file)) yield { kind: "terminal", index, ...subject };
  // A mount namespace of its own has its own terminals.
  else if (device === "5:2" && !scan.notes.ownRoot) yield { kind: "pty", index, ...subject };
}

function* watchedOf({ checkpoint }: Scan, file: FileRow): Generator<Demand> {
  const { watches, marks } = detailsOf(checkpoint, file);
  const subject = ofFile(checkpoint, file);
  for (const list of [watches, marks]) {
    if (!Array.isArray(list)) continue;
    for (const { path } of list as readonly Details[]) {
      // A path with escapes: its bytes are not known here.
      if (typeof path !== "string" || path.includes("\\")) continue;
      yield { ...anyFile(encodeText(path), "watched"), ...subject };
    }
  }
}

function* locksOf({ checkpoint }: Scan): Generator<Demand> {
  const { files } = checkpoint;
  for (let file = 0; file < files.count; file++) {
    if ((u8At(files.has, file) & HAS.details) === 0) continue;
    const { locks } = detailsOf(checkpoint, file);
    if (!Array.isArray(locks)) continue;
    for (const lock of locks as readonly Details[]) {
      // A cut entry.
      if (lock.start === null || lock.length === null) continue;
      const start = BigInt(String(lock.start));
      const length = BigInt(String(lock.length));
      yield {
        kind: "lock",
        lock: String(lock.kind) as LockDemand["lock"],
        isWrite: lock.type === "F_WRLCK",
        start,
        end: length === 0n ? null : start + length,
        path: nameBytes(checkpoint, file),
        file,
        pid: Number(lock.pid),
        fd: Number(lock.fd),
      };
    }
  }
}

const INFINITY = (1n << 64n) - 1n;
const limit = (value: bigint): bigint | null => (value === INFINITY ? null : value);

/** Limits, each value of a resource once. */
function* limitsOf({ checkpoint: { tasks }, hostNotes }: Scan): Generator<Demand> {
  const zombie = taskState("zombie");
  const dead = new Set<number>();
  for (let task = 0; task < tasks.count; task++) {
    if (u8At(tasks.state, task) === zombie) dead.add(i32At(tasks.pid, task));
  }
  const seen = new Set<string>();
  for (const { pid, resource, soft, hard } of hostNotes.limits) {
    const key = `${resource} ${soft} ${hard}`;
    const name = RESOURCES[resource];
    if (seen.has(key) || name === undefined || dead.has(pid)) continue;
    seen.add(key);
    yield { kind: "limit", resource: name, soft: limit(soft), hard: limit(hard), pid };
  }
}

const MODULES: Readonly<Record<number, string>> = { 1: "selinux", 2: "apparmor" };

function* securityOf({ hostNotes: { lsm, profiles } }: Scan): Generator<Demand> {
  const module = MODULES[lsm];
  if (module === undefined) return;
  const seen = new Set<string>();
  for (const { pid, profile } of profiles) {
    if (seen.has(profile)) continue;
    seen.add(profile);
    yield { kind: "security", module, profile, pid };
  }
}
