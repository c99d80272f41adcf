// Checks of an open file's own message, by its field in file_entry. The row of the file is `scan.file - 1`.

import { FILE_FIELDS } from "../../../decoder/criu/format/file-types.ts";
import { USK_EXTERN } from "../../../decoder/criu/format/meaning.ts";
import { eachBytes, fieldNumber, plan } from "../../../decoder/criu/wire/wire.ts";
import { HAS, NONE } from "../../../model/checkpoint.ts";
import { socketType } from "../../../model/names/names.ts";
import { u8At, u32At } from "../../../model/read.ts";
import { noteBuildId } from "../needs/note-host.ts";
import { fault, has, low, pathReference, type Reference, refer, reference, type Scan, scanInto } from "../scan.ts";
import { callFor } from "../set/members.ts";
import { type Handler, handler } from "./handler.ts";
import { checkFanotify, checkInotify } from "./marks.ts";
import { checkInet } from "./sockets.ts";
import { noteWatch } from "./watches.ts";

const O_WRONLY = 1;
const IPPROTO_TCP = 6;
const TCP_LISTEN = 10;

/** Notes an end of a pipe or FIFO; those that can be read have contents in the set. */
function notePipe(scan: Scan, pipe: number, flags: number | null, isFifo: boolean): void {
  scan.spaces.pipe.add(pipe, scan.record);
  if (flags !== null && (flags & O_WRONLY) === 0) scan.readers.push(pipe, scan.record, Number(isFifo));
}

/** The flags of the file that is checked, a FIFO's being those of its path's entry; `null` if they are unknown. */
function flagsOfFile({ checkpoint: { files }, file }: Scan): number | null {
  const row = file - 1;
  return (u8At(files.has, row) & HAS.flags) === 0 ? null : u32At(files.flags, row);
}

/** Notes a socket outside the dump, with its name. */
function noteOutside(scan: Scan, hasName: boolean, bytes: Uint8Array): void {
  scan.notes.outsideSockets.push({ file: scan.file - 1, path: hasName ? nameIn(scan, bytes) : new Uint8Array() });
}

const NO_NAME = new Uint8Array(0);

/** The name in slot 4, up to its last NUL. */
function nameIn(scan: Scan, bytes: Uint8Array): Uint8Array {
  const start = low(scan, 4);
  const end = scan.out[9] as number;
  return start === end ? NO_NAME : bytes.slice(start, bytes[end - 1] === 0 ? end - 1 : end);
}

/** Notes the name that a socket is bound to. */
function noteName(scan: Scan, bytes: Uint8Array): void {
  if (!scan.isCompared) return;
  const name = nameIn(scan, bytes);
  if (name.length > 0) scan.hostNotes.names.set(scan.file - 1, name);
}

/** UNIX_PATH_MAX. */
const LONGEST_NAME = 108;

/** Checks the name of a unix socket, in slot 4: collect_one_unixsk() in criu/sk-unix.c. */
function checkName(scan: Scan, bytes: Uint8Array, hasName: boolean, isDeleted: boolean): void {
  const start = low(scan, 4);
  const length = hasName ? (scan.out[9] as number) - start : 0;
  if (length > LONGEST_NAME) {
    fault(
      scan,
      "value-impossible",
      "usk.name",
      `The name of a unix socket has ${length} bytes, but ${LONGEST_NAME} at most.`,
    );
  } else if (isDeleted && (length === 0 || bytes[start] === 0)) {
    fault(scan, "value-impossible", "usk.deleted", "A unix socket was unlinked, but has no path.");
  }
}

const streamName = (inode: number): string => `tcp-stream-${inode.toString(16)}.img`;

const IP_OPTIONS = plan("ip_opts_entry", ["freebind"]);

/** Notes a socket that may be bound to an address that the machine lacks. */
function noteFreeBind(scan: Scan, bytes: Uint8Array, start: number, end: number): void {
  if (!scan.isCompared) return;
  const seen = scanInto(scan, bytes, start, end, IP_OPTIONS);
  if (has(seen, 1) && low(scan, 1) !== 0) scan.hostNotes.freeBind.add(scan.file - 1);
}

/** Notes the network namespace of a socket, and whether it is not CRIU's own. */
function noteNetwork(scan: Scan, seen: number, slot: number, own: Reference): void {
  const { rootNetwork } = scan.inventory;
  if (has(seen, slot)) refer(scan, own, low(scan, slot));
  if (has(seen, slot) && rootNetwork !== NONE && low(scan, slot) !== rootNetwork) {
    scan.hostNotes.ownNetwork.add(scan.file - 1);
  }
}

const MOUNT = reference("mount", "mount-missing", "An open file", "reg.mnt_id", "the mount");
const FIFO_FILE = pathReference("A FIFO", "fifo.regf_id", "the open file");
const PEER = reference("socket", "peer-missing", "A unix socket", "usk.peer", "the peer");
const TERMINAL = reference("terminal", "terminal-missing", "A terminal", "tty.tty_info_id", "the terminal");
const TERMINAL_FILE = pathReference("A terminal", "tty.regf_id", "the open file");
const NAMESPACE = reference(
  "namespace",
  "namespace-missing",
  "A descriptor of a namespace",
  "nsf.ns_id",
  "the namespace",
);
/** Of sockets and tun devices. */
const networkOf = (who: string, field: string): Reference =>
  reference("network", "namespace-missing", who, field, "the network namespace");
const NETWORKS = {
  isk: networkOf("A socket", "isk.ns_id"),
  usk: networkOf("A unix socket", "usk.ns_id"),
  psk: networkOf("A packet socket", "psk.ns_id"),
  nlsk: networkOf("A netlink socket", "nlsk.ns_id"),
  tunf: networkOf("A tun device", "tunf.ns_id"),
};
const MEMFD = reference("memfd", "memfd-missing", "A memfd", "memfd.inode_id", "the inode");

const WATCHED = fieldNumber("eventpoll_file_entry", "tfd");
/** What an epoll watches: the descriptor is in slot 1. */
export const WATCH = plan("eventpoll_tfd_entry", ["tfd"]);

/** Checks a unix socket, whose values are in the slots that BODIES says. */
function readUnix(scan: Scan, seen: number, bytes: Uint8Array): void {
  const isDeleted = has(seen, 6) && low(scan, 6) !== 0;
  const [inode, peer, uflags] = [low(scan, 1), has(seen, 2) ? low(scan, 2) : 0, has(seen, 3) ? low(scan, 3) : 0];
  noteNetwork(scan, seen, 5, NETWORKS.usk);
  checkName(scan, bytes, has(seen, 4), isDeleted);
  if (has(seen, 4) && !isDeleted) noteName(scan, bytes);
  if (has(seen, 1)) {
    scan.spaces.socket.add(inode, scan.record);
    scan.inodes[scan.file - 1] = inode;
    if (inode === 0 && uflags === 0) {
      fault(scan, "value-impossible", "usk.ino", "A unix socket has the inode 0, which stands for none.");
    }
  }
  if ((uflags & USK_EXTERN) !== 0) noteOutside(scan, has(seen, 4), bytes);
  if (has(seen, 1) && has(seen, 7) && has(seen, 8)) {
    const isListening = low(scan, 8) === TCP_LISTEN;
    // All other types connect both ends.
    const isStream = socketType(low(scan, 7), scan.checkpoint.machine.arch) !== "dgram";
    scan.unix.push({ inode, peer, isStream, isListening, isOutside: uflags !== 0, record: scan.record });
  }
  if (peer === 0) return;
  scan.peerFiles.add(peer, scan.file - 1);
  refer(scan, PEER, peer);
}

/** How the message of an open file is checked. */
export interface Body extends Omit<Handler, "check"> {
  /** The slot of its id. */
  readonly idSlot: number;
  /**
   * `null`: there is nothing to check but its id. It must do nothing if the plan has other fields and the message has
   * none of them.
   */
  readonly check: Handler["check"] | null;
}

/** A body that reads the named fields into the slots from 1 on. */
function body(message: Parameters<typeof handler>[0], names: readonly string[], check: Handler["check"]): Body {
  const all = names.includes("id") ? names : [...names, "id"];
  return { ...handler(message, all, check), idSlot: all.indexOf("id") + 1 };
}

export const BODIES: Readonly<Record<string, Body>> = {
  reg: body("reg_file_entry", ["ext", "build_id", "mnt_id"], (scan, seen, bytes, start, end) => {
    const isOutside = has(seen, 1) && low(scan, 1) !== 0;
    if (isOutside) scan.notes.externalFiles.push(scan.file - 1);
    // -1: it is unknown. What comes from outside is on no mount of the set.
    const mount = (low(scan, 3) >>> 1) ^ -(low(scan, 3) & 1);
    if (has(seen, 3) && mount >= 0 && !isOutside) refer(scan, MOUNT, mount);
    if (has(seen, 2)) noteBuildId(scan, bytes, start, end);
  }),
  tunf: body("tunfile_entry", ["netdev", "ns_id"], (scan, seen) => {
    if (has(seen, 1)) scan.notes.tuns.push(scan.file - 1);
    if (has(seen, 2)) refer(scan, NETWORKS.tunf, low(scan, 2));
  }),
  psk: body("packet_sock_entry", ["ns_id"], (scan, seen) => {
    if (has(seen, 1)) refer(scan, NETWORKS.psk, low(scan, 1));
  }),
  nlsk: body("netlink_sk_entry", ["ns_id"], (scan, seen) => {
    if (has(seen, 1)) refer(scan, NETWORKS.nlsk, low(scan, 1));
  }),
  pipe: body("pipe_entry", ["pipe_id", "flags"], (scan, seen) => {
    if (has(seen, 1)) notePipe(scan, low(scan, 1), has(seen, 2) ? low(scan, 2) : null, false);
  }),
  fifo: body("fifo_entry", ["pipe_id", "regf_id"], (scan, seen) => {
    if (has(seen, 1)) notePipe(scan, low(scan, 1), flagsOfFile(scan), true);
    if (has(seen, 2)) refer(scan, FIFO_FILE, low(scan, 2));
  }),
  isk: body(
    "inet_sk_entry",
    ["ino", "proto", "dst_port", "ns_id", "v6only", "ip_opts"],
    (scan, seen, bytes, start, end) => {
      noteNetwork(scan, seen, 4, NETWORKS.isk);
      if (has(seen, 5) && low(scan, 5) !== 0) scan.hostNotes.v6Only.add(scan.file - 1);
      const optionsStart = low(scan, 6);
      const optionsEnd = scan.out[13] as number;
      const inode = low(scan, 1);
      const isTcp = low(scan, 2) === IPPROTO_TCP;
      const port = low(scan, 3);
      if (has(seen, 6)) noteFreeBind(scan, bytes, optionsStart, optionsEnd);
      checkInet(scan, bytes, start, end);
      if (!has(seen, 1) || !has(seen, 2) || !has(seen, 3) || !isTcp || port === 0 || scan.inventory.tcpClose) return;
      scan.notes.connected.push(scan.file - 1);
      const why = "it has the state of a TCP connection";
      callFor(scan, { kind: "tcp-stream", number: inode, name: streamName, field: "isk.ino", why });
    },
  ),
  usk: body("unix_sk_entry", ["ino", "peer", "uflags", "name", "ns_id", "deleted", "type", "state"], readUnix),
  tty: body("tty_file_entry", ["tty_info_id", "regf_id"], (scan, seen) => {
    const [info, path] = [low(scan, 1), low(scan, 2)];
    if (has(seen, 1) && !scan.notes.terminalFiles.has(info)) scan.notes.terminalFiles.set(info, scan.file - 1);
    if (has(seen, 1)) refer(scan, TERMINAL, info);
    if (has(seen, 2)) refer(scan, TERMINAL_FILE, path);
  }),
  nsf: body("ns_file_entry", ["ns_id", "ns_cflag"], (scan, seen) => {
    if (has(seen, 1)) refer(scan, NAMESPACE, low(scan, 1));
    if (has(seen, 1) && has(seen, 2)) scan.nsFiles.push({ id: low(scan, 1), flag: low(scan, 2), record: scan.record });
  }),
  pidfd: body("pidfd_entry", ["nspid"], (scan, seen) => {
    if (has(seen, 1)) scan.pidfds.push({ pid: low(scan, 1) | 0, record: scan.record });
  }),
  memfd: body("memfd_file_entry", ["inode_id"], (scan, seen) => {
    if (has(seen, 1)) refer(scan, MEMFD, low(scan, 1));
  }),
  epfd: body("eventpoll_file_entry", [], (scan, _seen, bytes, start, end) => {
    let nth = 0;
    eachBytes(bytes, start, end, WATCHED, (from, to) => {
      const seen = scanInto(scan, bytes, from, to, WATCH);
      if (has(seen, 1)) noteWatch(scan, scan.file - 1, low(scan, 1), nth);
      nth++;
    });
  }),
  ify: body("inotify_file_entry", ["flags"], (scan, seen, bytes, start, end) => {
    checkInotify(scan, has(seen, 1) ? low(scan, 1) : 0, bytes, start, end);
  }),
  ffy: body("fanotify_file_entry", ["flags"], (scan, _seen, bytes, start, end) => {
    checkFanotify(scan, bytes, start, end);
  }),
  ext: body("ext_file_entry", ["id"], (scan, seen) => {
    if (has(seen, 1)) scan.externals.push({ id: low(scan, 1), record: scan.record });
  }),
};

/** The fields of file_entry that hold the message of a type: that of type t is in slot t + 2. */
export const MESSAGE_FIELDS: readonly string[] = FILE_FIELDS.filter((field) => field !== null);
export const SLOT_BEFORE_TYPES = 2;
/** For files whose id alone is checked. Every type of file has its id in field 1. */
const ONLY_ID: Body = { plan: plan("reg_file_entry", ["id"]), idSlot: 1, check: null };
/** By index in MESSAGE_FIELDS. */
export const MESSAGE_BODIES: readonly Body[] = MESSAGE_FIELDS.map((field) => BODIES[field] ?? ONLY_ID);
