// The details of open files and tasks: each key once, with its title, how it is compared, and how its value is shown.
// Decoders fill them (decoder/*/details.ts); show, JSON, inspector, comparisons and docs/diff.md follow this table.

import type { Details, DetailValue } from "./fields.ts";
import type { LinkRole } from "./links.ts";
import { FILE_KINDS, type FileKind } from "./names/names.ts";
import { shortText, visible } from "./text/text.ts";
import { timeText } from "./text/words.ts";

/**
 * How a key is compared: as a `value`; through the holders of the files that it names (`link`); as the id of a
 * `namespace`, by the tasks that are in it; as the id of a `mount`, by its place; not at all, because
 * every dump numbers it anew (`renumbered`), because it advances by itself (`volatile`), or because it
 * repeats what is compared elsewhere (`repeated`).
 */
export type Compared = "value" | "link" | "namespace" | "mount" | "renumbered" | "volatile" | "repeated";

export interface DetailSpec {
  readonly key: string;
  /** For headings and sentences. */
  readonly title: string;
  readonly compared: Compared;
  /** Only for files of these kinds; another entry covers the key for all other kinds. */
  readonly kinds?: readonly FileKind[];
  /** The role of the links that the key lists. */
  readonly role?: LinkRole;
  /** Present only under some condition: absent on one side, it is compared as null (`null`) or not at all (`skip`). */
  readonly absent?: "null" | "skip";
  /** Another key that decides whether there is a value. If it differs, a value on one side only says nothing more. */
  readonly dependsOn?: string;
  /**
   * Another key that a task or file has if its image records this one, which is left out if it is empty. If a file has
   * neither, nothing is known.
   */
  readonly recordedWith?: string;
  /** Of files whose detail `protocol` is one of these, the value advances by itself. */
  readonly volatileOf?: readonly string[];
  /** The value is a list whose entries may have the id of a mount under this key: its place is compared instead. */
  readonly mountKey?: string;
  /**
   * An open file keeps the value: another one means another file. `once-set`: it has none at first. `once-connected`:
   * nor has a socket until it is connected, and only a connection keeps it.
   */
  readonly fixed?: "always" | "once-set" | "once-connected";
  /** The value is a list whose order says nothing. */
  readonly unordered?: true;
  /** The value is a name, path or address, which can be left out of links and reports. */
  readonly names?: true;
  /** The value as a user reads it. */
  readonly text?: (value: DetailValue) => string;
}

const mode = (value: DetailValue): string =>
  typeof value === "number" ? `0${(value & 0o7777).toString(8).padStart(3, "0")}` : plainText(value);

const isMode = (key: string, value: DetailValue): boolean => key === "mode" && typeof value === "number";

/** What CRIU keeps of an unlinked file, its mode in octal. */
const ghostText = (value: DetailValue): string =>
  value === null || typeof value !== "object" || Array.isArray(value)
    ? plainText(value)
    : plainText(
        Object.fromEntries(
          Object.entries(value as Details).map(([key, inner]) => [key, isMode(key, inner) ? mode(inner) : inner]),
        ),
      );

/** The id of a namespace, or, in a comparison, the task that identifies it. */
const namespaceText = (value: DetailValue): string =>
  value !== null && typeof value === "object" ? `of ${plainText(value)}` : plainText(value);

/** The id of a mount, or, in a comparison, its place. */
function mountText(value: DetailValue): string {
  if (value === null || typeof value !== "object") return plainText(value);
  const { mountpoint = null, below, pid } = value as Readonly<Record<string, DetailValue>>;
  const above = below === undefined ? "" : below === 1 ? ", above another" : `, above ${plainText(below)} others`;
  return `${plainText(mountpoint)}${above}${pid === undefined ? "" : `, of pid ${plainText(pid)}`}`;
}

/** Seconds since 1970 with their fraction as a date: `2009-10-25 08:30:00.250000 UTC`. */
function timeOf(value: DetailValue): string {
  const [seconds = "", fraction = ""] = String(value).split(".");
  const text = timeText(Number(seconds));
  return text.endsWith(" UTC") ? `${text.slice(0, -4)}.${fraction} UTC` : plainText(value);
}

const REGULAR: readonly FileKind[] = [
  "regular",
  "generic",
  "directory",
  "character device",
  "block device",
  "symbolic link",
  "external",
  "unknown",
];

/** Details of open files. */
export const FILE_DETAILS: readonly DetailSpec[] = [
  // The inode of a file with a path.
  { key: "mode", title: "inode mode", compared: "value", text: mode },
  { key: "size", title: "size", compared: "value" },
  { key: "buildId", title: "build id", compared: "value", absent: "skip" },
  { key: "checksum", title: "checksum", compared: "value", absent: "skip" },
  { key: "mountId", title: "mount", compared: "mount", absent: "skip", text: mountText },
  { key: "external", title: "external", compared: "value", absent: "null" },
  { key: "unlinked", title: "unlinked", compared: "value", absent: "null", recordedWith: "buffers" },
  { key: "remap", title: "kept as", compared: "value", absent: "null" },
  { key: "ghost", title: "ghost file", compared: "value", absent: "null", text: ghostText },
  { key: "modified", title: "modified", compared: "value", absent: "skip", dependsOn: "ghost", text: timeOf },
  { key: "inode", title: "inode", compared: "value", fixed: "always", absent: "null", kinds: REGULAR },
  { key: "inode", title: "inode", compared: "renumbered" },
  { key: "inodeDevice", title: "device of the inode", compared: "value", fixed: "always", absent: "null" },
  { key: "uid", title: "uid", compared: "value", absent: "null" },
  { key: "gid", title: "gid", compared: "value", absent: "null" },
  { key: "pathFile", title: "file with the path", compared: "renumbered" },
  { key: "owner", title: "owner for signals", compared: "value", absent: "null" },
  // Pipes.
  { key: "pipe", title: "pipe", compared: "renumbered" },
  { key: "pipeId", title: "pipe", compared: "renumbered" },
  { key: "end", title: "end", compared: "repeated" },
  { key: "otherEnds", title: "other ends", compared: "link", role: "other-end" },
  { key: "bufferedBytes", title: "buffered bytes", compared: "volatile" },
  { key: "bytesInPipe", title: "bytes in the pipe", compared: "volatile" },
  { key: "capacity", title: "capacity of the pipe", compared: "value", absent: "skip" },
  // Sockets.
  { key: "socket", title: "socket", compared: "renumbered" },
  { key: "family", title: "family", compared: "value", fixed: "always" },
  { key: "type", title: "type", compared: "value", fixed: "always" },
  { key: "protocol", title: "protocol", compared: "value", fixed: "always", absent: "null" },
  { key: "state", title: "state", compared: "value", absent: "null" },
  { key: "local", title: "local address", compared: "value", names: true },
  { key: "remote", title: "remote address", compared: "value", fixed: "once-connected", names: true },
  { key: "source", title: "local address", compared: "value", names: true },
  { key: "destination", title: "remote address", compared: "value", names: true },
  { key: "name", title: "name", compared: "value", names: true },
  { key: "outside", title: "outside the dump", compared: "value", absent: "null" },
  { key: "directory", title: "directory of the name", compared: "value", absent: "null", names: true },
  { key: "peer", title: "peer", compared: "link", role: "peer" },
  // Of a unix socket, as SO_PEERCRED has them. Of a listening one they are its own, and change when it listens again.
  {
    key: "peerCredentials",
    title: "credentials of the peer",
    compared: "value",
    absent: "null",
    recordedWith: "buffers",
  },
  { key: "peerInode", title: "inode of the peer", compared: "renumbered" },
  { key: "backlog", title: "backlog", compared: "value", absent: "skip", dependsOn: "state" },
  { key: "shutdown", title: "shut down", compared: "value", absent: "null", recordedWith: "buffers" },
  { key: "interface", title: "bound to", compared: "value", absent: "null", names: true },
  { key: "interfaceIndex", title: "interface index", compared: "value", absent: "null" },
  { key: "portId", title: "port id", compared: "value", fixed: "once-set" },
  { key: "groups", title: "multicast groups", compared: "value" },
  { key: "remotePortId", title: "remote port id", compared: "value", absent: "null" },
  { key: "remoteGroup", title: "remote group", compared: "value", absent: "null" },
  // Dumps that are taken from outside the kernel cannot read these, nor the sizes of buffers, which are never 0.
  { key: "options", title: "socket options", compared: "value", absent: "null", recordedWith: "buffers" },
  // The kernel adjusts those of TCP, unless the program has set them: then they are options as well.
  { key: "buffers", title: "socket buffers", compared: "value", absent: "skip", volatileOf: ["tcp", "mptcp"] },
  { key: "negotiated", title: "negotiated by TCP", compared: "value", absent: "skip", dependsOn: "state" },
  { key: "queuedPackets", title: "queued packets", compared: "volatile" },
  { key: "queuedBytes", title: "queued bytes", compared: "volatile" },
  { key: "bytesToRead", title: "bytes to read", compared: "volatile" },
  { key: "bytesToSend", title: "bytes to send", compared: "volatile" },
  { key: "inFlight", title: "files in flight", compared: "link", role: "in-flight" },
  // eventfd, epoll, signalfd, timerfd, inotify, fanotify.
  { key: "count", title: "count", compared: "value" },
  { key: "counter", title: "count", compared: "value" },
  { key: "eventfdFlags", title: "eventfd flags", compared: "value", fixed: "always" },
  { key: "targets", title: "watches", compared: "link", role: "watches" },
  { key: "signals", title: "signals", compared: "value" },
  { key: "clock", title: "clock", compared: "value", fixed: "always" },
  { key: "settimeFlags", title: "timerfd_settime flags", compared: "value", absent: "null" },
  { key: "interval", title: "interval", compared: "value" },
  { key: "armed", title: "armed", compared: "value", absent: "skip" },
  { key: "ticks", title: "expirations", compared: "volatile" },
  { key: "left", title: "time left", compared: "volatile" },
  { key: "watches", title: "watches", compared: "value", unordered: true, names: true },
  { key: "marks", title: "marks", compared: "value", mountKey: "mount", unordered: true, names: true },
  { key: "fanotifyFlags", title: "fanotify_init flags", compared: "value", fixed: "always" },
  { key: "eventFlags", title: "flags of event descriptors", compared: "value", fixed: "always" },
  // Terminals.
  { key: "index", title: "index", compared: "value", fixed: "always", absent: "null" },
  { key: "side", title: "side", compared: "value", fixed: "always", absent: "null" },
  { key: "rows", title: "rows", compared: "value", absent: "null" },
  { key: "columns", title: "columns", compared: "value", absent: "null" },
  { key: "pixels", title: "size in pixels", compared: "value", absent: "null" },
  { key: "session", title: "session", compared: "value" },
  { key: "processGroup", title: "foreground process group", compared: "value" },
  { key: "device", title: "device", compared: "value", fixed: "always", absent: "null" },
  { key: "settings", title: "terminal settings", compared: "value", absent: "null" },
  { key: "lockedSettings", title: "locked settings", compared: "value", absent: "null" },
  // Of Linux-CR images, only those of the kernel record these.
  { key: "locked", title: "locked", compared: "value", absent: "null", recordedWith: "stopped" },
  { key: "exclusive", title: "exclusive", compared: "value", absent: "null", recordedWith: "stopped" },
  { key: "packetMode", title: "packet mode", compared: "value", absent: "null", recordedWith: "stopped" },
  { key: "stopped", title: "output stopped", compared: "value" },
  {
    key: "flowStopped",
    title: "output stopped by tcflow",
    compared: "value",
    absent: "null",
    recordedWith: "stopped",
  },
  { key: "hungUp", title: "hung up", compared: "value", absent: "null", recordedWith: "stopped" },
  // memfd, BPF maps, namespaces, pidfds, tun devices.
  { key: "seals", title: "seals", compared: "value" },
  { key: "mapType", title: "map type", compared: "value", fixed: "always" },
  { key: "keySize", title: "key size", compared: "value", fixed: "always" },
  { key: "valueSize", title: "value size", compared: "value", fixed: "always" },
  { key: "maxEntries", title: "max entries", compared: "value", fixed: "always" },
  { key: "frozen", title: "frozen", compared: "value" },
  { key: "mapFlags", title: "map flags", compared: "value", fixed: "always", absent: "null" },
  { key: "mapExtra", title: "map_extra", compared: "value", fixed: "always", absent: "null" },
  { key: "programType", title: "program type", compared: "value", fixed: "always", absent: "null" },
  { key: "programTag", title: "tag of the program", compared: "value", fixed: "always", absent: "null" },
  { key: "linkType", title: "link type", compared: "value", fixed: "always", absent: "null" },
  { key: "hugePages", title: "huge pages", compared: "value", fixed: "always", absent: "null" },
  { key: "namespace", title: "namespace", compared: "value" },
  { key: "namespaceId", title: "namespace", compared: "namespace", text: namespaceText },
  { key: "pid", title: "process", compared: "value" },
  { key: "ended", title: "ended", compared: "value", absent: "null" },
  { key: "plugin", title: "plugin", compared: "value", absent: "null" },
  { key: "pluginImage", title: "image of the plugin", compared: "renumbered" },
  { key: "locks", title: "locks", compared: "value", absent: "null", unordered: true },
  { key: "detached", title: "detached", compared: "value" },
];

/** Details of tasks. The first five are columns of Tasks. */
export const TASK_DETAILS: readonly DetailSpec[] = [
  { key: "ppid", title: "parent", compared: "value" },
  { key: "pgid", title: "process group", compared: "value" },
  { key: "sid", title: "session", compared: "value" },
  { key: "tgid", title: "thread group", compared: "value" },
  { key: "state", title: "state", compared: "value" },
  { key: "threads", title: "threads", compared: "value" },
  { key: "threadNames", title: "thread names", compared: "value", absent: "skip", unordered: true, names: true },
  { key: "exit", title: "exit", compared: "value", absent: "null" },
  { key: "exe", title: "executable", compared: "value", absent: "null", names: true },
  { key: "cwd", title: "working directory", compared: "value", absent: "null", names: true },
  { key: "root", title: "root", compared: "value", absent: "null", names: true },
  { key: "umask", title: "umask", compared: "value", text: mode },
  { key: "uid", title: "uid", compared: "value" },
  { key: "euid", title: "effective uid", compared: "value" },
  { key: "suid", title: "saved uid", compared: "value" },
  { key: "fsuid", title: "filesystem uid", compared: "value" },
  { key: "gid", title: "gid", compared: "value" },
  { key: "egid", title: "effective gid", compared: "value" },
  { key: "sgid", title: "saved gid", compared: "value" },
  { key: "fsgid", title: "filesystem gid", compared: "value" },
  { key: "groups", title: "groups", compared: "value", unordered: true },
  { key: "effective", title: "effective capabilities", compared: "value" },
  { key: "permitted", title: "permitted capabilities", compared: "value" },
  { key: "inheritable", title: "inheritable capabilities", compared: "value" },
  { key: "bounding", title: "bounding capabilities", compared: "value" },
  { key: "ambient", title: "ambient capabilities", compared: "value", absent: "null" },
  { key: "securebits", title: "securebits", compared: "value" },
  { key: "noNewPrivs", title: "no_new_privs", compared: "value", absent: "null", recordedWith: "securebits" },
];

/** The entries of FILE_DETAILS by key and then by kind of file. */
const byKey = new Map<string, (DetailSpec | undefined)[]>();
for (const spec of FILE_DETAILS) {
  const own = byKey.get(spec.key) ?? FILE_KINDS.map(() => undefined);
  byKey.set(
    spec.key,
    FILE_KINDS.map((kind, index) => own[index] ?? (spec.kinds?.includes(kind) === false ? undefined : spec)),
  );
}
const taskByKey = new Map(TASK_DETAILS.map((spec) => [spec.key, spec]));

/** The entry for a key of a file of a kind (index into FILE_KINDS). A key that is not listed is compared as a value. */
export function fileDetail(key: string, kind: number): DetailSpec {
  return byKey.get(key)?.[kind] ?? unlisted(key);
}

/** The entry for a key of a task. */
export function taskDetail(key: string): DetailSpec {
  return taskByKey.get(key) ?? unlisted(key);
}

/** The values of an open file that mean "not set": a port id of 0, the address of a socket without one. */
const isUnset = (value: DetailValue | undefined): boolean =>
  value === undefined || value === null || value === "" || value === 0;

/** Whether two values of a key that differ cannot be of one open file. `isConnection`: the files are such sockets. */
export function areOfTwoFiles(
  { fixed }: DetailSpec,
  before: DetailValue | undefined,
  after: DetailValue | undefined,
  isConnection: boolean,
): boolean {
  if (fixed === undefined || (fixed === "once-connected" && !isConnection)) return false;
  const isKnown = fixed === "always" ? before != null && after != null : !isUnset(before) && !isUnset(after);
  return isKnown && JSON.stringify(before) !== JSON.stringify(after);
}

/** The entry for a key that is not listed. It comes from a packed image, which may contain any text. */
const unlisted = (key: string): DetailSpec => ({
  key,
  title: shortText(visible(key)),
  compared: "value",
  absent: "null",
});

/** A value in words: `listen`, `0644`, `EPOLLIN, EPOLLOUT`, `(none)`. */
export function detailText(spec: DetailSpec, value: DetailValue): string {
  return value !== null && spec.text !== undefined ? spec.text(value) : plainText(value);
}

function plainText(value: DetailValue): string {
  if (value === null || value === "") return "none";
  if (value === true) return "yes";
  if (value === false) return "no";
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(plainText).join(", ");
  if (typeof value !== "object") return String(value);
  const entries = Object.entries(value);
  return entries.length === 0 ? "none" : entries.map(([key, inner]) => `${key} ${plainText(inner)}`).join(" ");
}
