// What a restore of a set needs beyond it. Handlers of entries note the facts; the list is made
// when all have been read.

import { OF_NETWORK } from "../../../decoder/criu/format/member-kinds.ts";
import { type Checkpoint, holderCount, NONE, nameBytes, USE } from "../../../model/checkpoint.ts";
import { FILE_KINDS, taskState } from "../../../model/names/names.ts";
import { i32At, u8At, u32At } from "../../../model/read.ts";
import type { FileRow } from "../../../model/rows.ts";
import { encodeText, valueBytesOf, visibleText } from "../../../model/text/text.ts";
import { counted } from "../../../model/text/words.ts";
import { MOST_NEEDS, type NeededOption, type Needs, type Outside, type OutsideKind } from "../../needs.ts";
import { ofFile, type Subject } from "../../subject.ts";
import type { Scan } from "../scan.ts";
import type { NeedNotes, TerminalFacts } from "./need-notes.ts";
import { inodeOf } from "./paths.ts";
import type { UsedPaths } from "./used-paths.ts";

/** file_lock_entry.flag. */
const LOCKS: Readonly<Record<number, string>> = { 1: "a POSIX lock", 2: "a flock", 4: "an OFD lock", 8: "a lease" };

/**
 * The needs of a set, once all of its entries have been read.
 *
 * @param most How many of each are made.
 */
export function needsOf(scan: Scan, paths: UsedPaths, most: number): Needs {
  const options = atMost(optionsOf(scan), most);
  const outside = atMost(outsideOf(scan, paths), most);
  return {
    options: options.list,
    outside: outside.list,
    unlisted: options.unlisted + outside.unlisted,
    leftOut: { options: options.leftOut, outside: outside.leftOut },
  };
}

/** Needs of one kind, made one at a time: a set may name a million files. */
interface Group<Need> {
  readonly count: number;
  readonly make: (nth: number) => Need;
}

/** A need by itself. */
const one = <Need>(make: () => Need): Group<Need> => ({ count: 1, make });

/** A need for each item of a list. */
const each = <Item, Need>(items: readonly Item[], make: (item: Item) => Need): Group<Need> => ({
  count: items.length,
  make: (nth) => make(items[nth] as Item),
});

/** The first needs, how many more would be listed, and how many beyond those. */
function atMost<Need>(groups: Iterable<Group<Need>>, most: number) {
  const list: Need[] = [];
  let all = 0;
  for (const { count, make } of groups) {
    for (let nth = 0; nth < count && list.length < Math.min(most, MOST_NEEDS); nth++) list.push(make(nth));
    all += count;
  }
  const listed = Math.min(all, MOST_NEEDS);
  return { list, leftOut: listed - list.length, unlisted: all - listed };
}

const nameOf = (checkpoint: Checkpoint, file: FileRow): string => visibleText(nameBytes(checkpoint, file));

function* optionsOf(scan: Scan): Generator<Group<NeededOption>> {
  const { checkpoint, notes, inventory, pagemaps, externals } = scan;
  yield each(notes.connected, (file) => ({
    option: "--tcp-established",
    reason: `${nameOf(checkpoint, file)} is a TCP connection`,
    ...ofFile(checkpoint, file),
  }));
  // check_img_inventory() in criu/image.c requires both again.
  if (inventory.tcpClose) {
    yield one(() => ({ option: "--tcp-close", reason: "the dump was taken with it: TCP connections are closed" }));
  }
  if (inventory.allowUprobes) {
    yield one(() => ({ option: "--allow-uprobes", reason: "the dump was taken with it" }));
  }
  yield* jobOptions(scan);
  yield each(notes.outsideSockets, ({ file, path }) => ({
    option: "--ext-unix-sk",
    reason: `the peer ${visibleText(path) || "without a name"} of a unix socket is outside the dump`,
    ...socketSubject(scan, file),
  }));
  yield each(notes.locks, ({ pid, fd, kind }) => ({
    option: "--file-locks",
    reason: `${LOCKS[kind] ?? "a lock"} is held`,
    pid,
    fd,
  }));
  for (const { lazy, number } of pagemaps.values()) {
    if (lazy === 0) continue;
    const reason = `${counted(lazy, "page")} are with a page server`;
    yield one(() => ({ option: "--lazy-pages", reason, pid: number }));
  }
  if (notes.ownRoot) yield one(() => ({ option: "--root", reason: "a task has a mount namespace of its own" }));
  for (const number of scan.networks.keys()) {
    if (OF_NETWORK.some((kind) => scan.members.find(kind, number) !== NONE)) continue;
    // Without it CRIU reads what was not dumped: prepare_net_ns_second_stage() in criu/net.c.
    yield one(() => ({ option: "--empty-ns net", reason: "the set has nothing of a task's network namespace" }));
    break;
  }
  yield each(notes.mounts, ({ key, at }) => ({
    option: `--external ${externalKey(visibleText(key))}`,
    reason: `the mount ${visibleText(at)} comes from outside`,
  }));
  yield each(notes.externalFiles, (file) => {
    const name = nameOf(checkpoint, file);
    return { option: `--inherit-fd fd[N]:${name}`, reason: `${name} is an external file`, ...ofFile(checkpoint, file) };
  });
  if (inventory.plugins.length > 0 || externals.length > 0) {
    const names = inventory.plugins.length > 0 ? inventory.plugins.join(", ") : "a plugin";
    const reason = `${names} restores ${counted(externals.length, "external file")}`;
    yield one(() => ({ option: "--libdir", reason }));
  }
}

/** How `--external` names a mount. CRIU keeps words of its own for mounts that it found itself, and for devices. */
const externalKey = (key: string): string =>
  key.startsWith("CRIU:AUTO") ? "mnt[]" : key.startsWith("CRIU:EXTERNAL_DEV") ? "dev[…]" : `mnt[${key}]`;

/** The socket inside the dump that names an external one as its peer. */
function socketSubject({ checkpoint, inodes, peerFiles }: Scan, file: FileRow): Subject {
  const own = peerFiles.get(u32At(inodes(), file));
  return own === NONE ? { file } : ofFile(checkpoint, own);
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

function* jobOptions(scan: Scan): Generator<Group<NeededOption>> {
  const { checkpoint, notes } = scan;
  const option = "--shell-job";
  for (const [{ index }, file] of looseTerminals(scan)) {
    const reason = `the master of terminal /dev/pts/${index} is outside the dump`;
    yield one(() => ({ option, reason, ...(file === NONE ? {} : ofFile(checkpoint, file)) }));
  }
  for (const [id, { type, device }] of notes.terminals) {
    if (type !== EXT_TTY) continue;
    const file = notes.terminalFiles.get(id);
    const key = `tty[${device.toString(16)}:…]`;
    const subject = file === undefined ? {} : ofFile(checkpoint, file);
    yield one(() => ({ option: `--inherit-fd fd[N]:${key}`, reason: "a terminal comes from outside", ...subject }));
  }
  const { tasks } = checkpoint;
  const pids = new Set(Array.from({ length: tasks.count }, (_, task) => i32At(tasks.pid, task)));
  const zombie = taskState("zombie");
  for (let task = 0; task < tasks.count; task++) {
    const sid = i32At(tasks.sid, task);
    // A session whose leader has exited is restored by a helper; the root's session cannot be.
    if (sid <= 0 || pids.has(sid) || i32At(tasks.ppid, task) > 0 || u8At(tasks.state, task) === zombie) continue;
    const reason = `the leader of its session, ${sid}, is outside the dump`;
    yield one(() => ({ option, reason, pid: i32At(tasks.pid, task) }));
  }
}

const KIND_OF: Readonly<Record<string, OutsideKind>> = {
  directory: "directory",
  fifo: "fifo",
  socket: "socket",
  "character device": "device",
  "block device": "device",
};

function* outsideOf(scan: Scan, paths: UsedPaths): Generator<Group<Outside>> {
  const { checkpoint, notes, pagemaps } = scan;
  yield pathsOf(scan, paths);
  yield each(notes.tuns, (file) => ({
    kind: "tun",
    path: withoutPrefix(nameBytes(checkpoint, file), "tun:"),
    size: null,
    mode: null,
    reason: "a descriptor is attached to this network device, which is restored only with its namespace",
    ...ofFile(checkpoint, file),
  }));
  for (const [{ index }, file] of looseTerminals(scan)) {
    const subject = file === NONE ? {} : ofFile(checkpoint, file);
    const reason = "the restore must run in a terminal, which replaces it";
    yield one(() => ({
      kind: "terminal",
      path: encodeText(`/dev/pts/${index}`),
      size: null,
      mode: null,
      reason,
      ...subject,
    }));
  }
  yield each(notes.outsideSockets, ({ file, path }) => ({
    kind: "socket",
    path,
    size: null,
    mode: null,
    reason: "a unix socket is connected to it",
    ...socketSubject(scan, file),
  }));
  const stdio = checkpoint.facts.find(({ label }) => label === "inherited stdio");
  if (stdio !== undefined) {
    const reason = "the runtime passes in new descriptors 0 to 2";
    yield one(() => ({ kind: "stdio", path: valueBytesOf(stdio), size: null, mode: null, reason }));
  }
  const all = [...pagemaps.values()];
  if (all.some(({ inParent }) => inParent > 0)) {
    const parent = checkpoint.facts.find(({ label }) => label === "parent set") ?? { value: "parent" };
    const reason = "it has pages that have not changed since the previous dump";
    yield one(() => ({ kind: "parent", path: valueBytesOf(parent), size: null, mode: null, reason }));
  }
  if (all.some(({ lazy }) => lazy > 0)) {
    const reason = "it has pages that are not in the set";
    yield one(() => ({ kind: "page-server", path: encodeText("page server"), size: null, mode: null, reason }));
  }
}

/** Paths that are opened again, without duplicates. */
const pathsOf = (scan: Scan, { listed }: UsedPaths): Group<Outside> => ({
  count: listed.length,
  make: (nth) => pathOf(scan, i32At(listed, nth)),
});

/** A path that is opened again. */
function pathOf({ checkpoint, notes }: Scan, file: FileRow): Outside {
  const { files } = checkpoint;
  const isHeld = holderCount(files, file) > 0;
  const use = u8At(files.use, file);
  const kind = KIND_OF[FILE_KINDS[u8At(files.kind, file)] ?? ""] ?? "file";
  const { size, mode } = inodeOf(checkpoint, file);
  return {
    kind: (use & USE.linkRemap) === 0 ? kind : "link-remap",
    path: nameBytes(checkpoint, file),
    size: kind === "file" ? size : null,
    mode,
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
