// What a restore of a set needs beyond it. Handlers of entries note the facts; the list is made when all have been read.

import { type Checkpoint, NONE, nameBytes, USE } from "../../model/checkpoint.ts";
import { FILE_KINDS, taskState } from "../../model/names.ts";
import { i32At, u8At, u32At } from "../../model/read.ts";
import type { FileRow } from "../../model/rows.ts";
import { encodeText, valueBytesOf, visibleText } from "../../model/text.ts";
import { counted } from "../../model/words.ts";
import { MOST_NEEDS, type NeededOption, type Needs, type Outside, type OutsideKind } from "../needs.ts";
import { ofFile, type Subject } from "../subject.ts";
import type { NeedNotes, TerminalFacts } from "./need-notes.ts";
import type { UsedPaths } from "./paths.ts";
import type { Scan } from "./scan.ts";

/** file_lock_entry.flag. */
const LOCKS: Readonly<Record<number, string>> = { 1: "a POSIX lock", 2: "a flock", 4: "an OFD lock", 8: "a lease" };

/** The needs of a set, once all of its entries have been read. */
export function needsOf(scan: Scan, paths: UsedPaths): Needs {
  const options = atMost(optionsOf(scan));
  const outside = atMost(outsideOf(scan, paths));
  return { options: options.list, outside: outside.list, unlisted: options.more + outside.more };
}

/** The first of a list, and how many more there are, which are not made: a set may name a million files. */
function atMost<T>(needs: Iterable<() => T>): { readonly list: readonly T[]; readonly more: number } {
  const list: T[] = [];
  let more = 0;
  for (const make of needs) {
    if (list.length < MOST_NEEDS) list.push(make());
    else more++;
  }
  return { list, more };
}

const nameOf = (checkpoint: Checkpoint, file: FileRow): string => visibleText(nameBytes(checkpoint, file));

function* optionsOf(scan: Scan): Generator<() => NeededOption> {
  const { checkpoint, notes, inventory, pagemaps, externals } = scan;
  for (const file of notes.connected) {
    yield () => ({
      option: "--tcp-established",
      reason: `${nameOf(checkpoint, file)} is a TCP connection`,
      ...ofFile(checkpoint, file),
    });
  }
  yield* jobOptions(scan);
  for (const { file, path } of notes.outsideSockets) {
    yield () => ({
      option: "--ext-unix-sk",
      reason: `the peer ${visibleText(path) || "without a name"} of a unix socket is outside the dump`,
      ...socketSubject(scan, file),
    });
  }
  for (const { pid, fd, kind } of notes.locks) {
    yield () => ({ option: "--file-locks", reason: `${LOCKS[kind] ?? "a lock"} is held`, pid, fd });
  }
  for (const { lazy, number } of pagemaps.values()) {
    if (lazy > 0)
      yield () => ({ option: "--lazy-pages", reason: `${counted(lazy, "page")} are with a page server`, pid: number });
  }
  if (notes.ownRoot) yield () => ({ option: "--root", reason: "a task has a mount namespace of its own" });
  for (const { key, at } of notes.mounts) {
    const reason = `the mount ${visibleText(at)} comes from outside`;
    yield () => ({ option: `--external ${externalKey(visibleText(key))}`, reason });
  }
  for (const file of notes.externalFiles) {
    const name = nameOf(checkpoint, file);
    const [option, reason] = [`--inherit-fd fd[N]:${name}`, `${name} is an external file`];
    yield () => ({ option, reason, ...ofFile(checkpoint, file) });
  }
  if (inventory.plugins.length > 0 || externals.length > 0) {
    const names = inventory.plugins.length > 0 ? inventory.plugins.join(", ") : "a plugin";
    const reason = `${names} restores ${counted(externals.length, "external file")}`;
    yield () => ({ option: "--libdir", reason });
  }
}

/** How `--external` names a mount. CRIU keeps words of its own for mounts that it found itself, and for devices. */
const externalKey = (key: string): string =>
  key.startsWith("CRIU:AUTO") ? "mnt[]" : key.startsWith("CRIU:EXTERNAL_DEV") ? "dev[…]" : `mnt[${key}]`;

/** The socket inside the dump that names an external one as its peer. */
function socketSubject({ checkpoint, inodes, peerFiles }: Scan, file: FileRow): Subject {
  const own = peerFiles.get(u32At(inodes, file));
  return own === undefined ? { file } : ofFile(checkpoint, own);
}

/** Major and minor number of a st_rdev of at most 32 bits (Linux new_encode_dev). */
const majorOf = (device: number): number => (device >>> 8) & 0xfff;
const minorOf = (device: number): number => (device & 0xff) | ((device >>> 12) & 0xfff00);
const TTYAUX_MAJOR = 5;
const PTMX_MINOR = 2;
const PTS_MAJORS = [136, 143] as const;
/** TtyType. */
const EXT_TTY = 5;

/** Slaves of pseudo-terminals without their master in the set, with the file that refers to each. */
export function* looseTerminals({ notes }: Scan): Generator<readonly [TerminalFacts, FileRow]> {
  const masters = new Set<number>();
  for (const { device, index } of notes.terminals.values()) {
    if (majorOf(device) === TTYAUX_MAJOR && minorOf(device) === PTMX_MINOR) masters.add(index);
  }
  for (const [id, terminal] of notes.terminals) {
    const major = majorOf(terminal.device);
    const isSlave = major >= PTS_MAJORS[0] && major <= PTS_MAJORS[1];
    if (!isSlave || terminal.type === EXT_TTY || masters.has(terminal.index)) continue;
    yield [terminal, notes.terminalFiles.get(id) ?? NONE];
  }
}

function* jobOptions(scan: Scan): Generator<() => NeededOption> {
  const { checkpoint, notes } = scan;
  const option = "--shell-job";
  for (const [{ index }, file] of looseTerminals(scan)) {
    const reason = `the master of terminal /dev/pts/${index} is outside the dump`;
    yield () => ({ option, reason, ...(file === NONE ? {} : ofFile(checkpoint, file)) });
  }
  for (const [id, { type, device }] of notes.terminals) {
    if (type !== EXT_TTY) continue;
    const file = notes.terminalFiles.get(id);
    const key = `tty[${device.toString(16)}:…]`;
    const subject = file === undefined ? {} : ofFile(checkpoint, file);
    yield () => ({ option: `--inherit-fd fd[N]:${key}`, reason: "a terminal comes from outside", ...subject });
  }
  const { tasks } = checkpoint;
  const pids = new Set(Array.from({ length: tasks.count }, (_, task) => i32At(tasks.pid, task)));
  const zombie = taskState("zombie");
  for (let task = 0; task < tasks.count; task++) {
    const sid = i32At(tasks.sid, task);
    // A session whose leader has exited is restored by a helper; the root's session cannot be.
    if (sid <= 0 || pids.has(sid) || i32At(tasks.ppid, task) > 0 || u8At(tasks.state, task) === zombie) continue;
    const reason = `the leader of its session, ${sid}, is outside the dump`;
    yield () => ({ option, reason, pid: i32At(tasks.pid, task) });
  }
}

const KIND_OF: Readonly<Record<string, OutsideKind>> = {
  directory: "directory",
  fifo: "fifo",
  socket: "socket",
  "character device": "device",
  "block device": "device",
};

function* outsideOf(scan: Scan, paths: UsedPaths): Generator<() => Outside> {
  const { checkpoint, notes, pagemaps } = scan;
  yield* pathsOf(scan, paths);
  for (const file of notes.tuns) {
    const path = nameBytes(checkpoint, file);
    const reason = "a descriptor is attached to this network device, which is restored only with its namespace";
    yield () => ({
      kind: "tun",
      path: withoutPrefix(path, "tun:"),
      size: null,
      mode: null,
      reason,
      ...ofFile(checkpoint, file),
    });
  }
  for (const [{ index }, file] of looseTerminals(scan)) {
    const subject = file === NONE ? {} : ofFile(checkpoint, file);
    const reason = "the restore must run in a terminal, which replaces it";
    yield () => ({
      kind: "terminal",
      path: encodeText(`/dev/pts/${index}`),
      size: null,
      mode: null,
      reason,
      ...subject,
    });
  }
  for (const { file, path } of notes.outsideSockets) {
    const reason = "a unix socket is connected to it";
    const subject = socketSubject(scan, file);
    yield () => ({ kind: "socket", path, size: null, mode: null, reason, ...subject });
  }
  const stdio = checkpoint.facts.find(({ label }) => label === "inherited stdio");
  if (stdio !== undefined) {
    const reason = "the runtime passes in new descriptors 0 to 2";
    yield () => ({ kind: "stdio", path: valueBytesOf(stdio), size: null, mode: null, reason });
  }
  const all = [...pagemaps.values()];
  if (all.some(({ inParent }) => inParent > 0)) {
    const parent = checkpoint.facts.find(({ label }) => label === "parent set") ?? { value: "parent" };
    const reason = "it has pages that have not changed since the previous dump";
    yield () => ({ kind: "parent", path: valueBytesOf(parent), size: null, mode: null, reason });
  }
  if (all.some(({ lazy }) => lazy > 0)) {
    const reason = "it has pages that are not in the set";
    yield () => ({ kind: "page-server", path: encodeText("page server"), size: null, mode: null, reason });
  }
}

/** Paths that are opened again, without duplicates. */
function* pathsOf(scan: Scan, { list, different }: UsedPaths): Generator<() => Outside> {
  const seen = new Uint8Array(different);
  for (const { file, path, number, isHeld, isDeleted } of list) {
    if (isDeleted || seen[number] === 1) continue;
    seen[number] = 1;
    yield () => pathOf(scan, file, path, isHeld);
  }
}

/** A path that is opened again. */
function pathOf({ checkpoint, notes }: Scan, file: FileRow, path: Uint8Array, isHeld: boolean): Outside {
  const { files } = checkpoint;
  const use = u8At(files.use, file);
  const kind = KIND_OF[FILE_KINDS[u8At(files.kind, file)] ?? ""] ?? "file";
  const [size, mode] = [notes.sizes[file] as number, notes.modes[file] as number];
  return {
    kind: (use & USE.linkRemap) === 0 ? kind : "link-remap",
    path,
    size: kind !== "file" || Number.isNaN(size) ? null : size,
    mode: Number.isNaN(mode) ? null : mode,
    reason: reasonOf(use, isHeld),
    ...(isHeld ? ofFile(checkpoint, file) : userOf(notes, u32At(files.id, file))),
  };
}

function userOf({ users }: NeedNotes, id: number): Subject {
  const pid = users.get(id);
  return pid === undefined ? {} : { pid };
}

const REASONS: readonly (readonly [number, string])[] = [
  [USE.linkRemap, "it stands in for an unlinked file"],
  [USE.executable, "it is an executable"],
  [USE.workingDirectory, "it is a working directory"],
  [USE.root, "it is a root directory"],
  [USE.mapping, "it is mapped"],
  [USE.pathOf, "it is the path of a FIFO or device"],
  [USE.inFlight, "it is in flight in a socket"],
];

function reasonOf(use: number, isHeld: boolean): string {
  if (isHeld) return "it is open";
  return REASONS.find(([bit]) => (use & bit) !== 0)?.[1] ?? "it is used";
}

function withoutPrefix(bytes: Uint8Array, prefix: string): Uint8Array {
  return visibleText(bytes).startsWith(prefix) ? bytes.subarray(prefix.length) : bytes;
}
