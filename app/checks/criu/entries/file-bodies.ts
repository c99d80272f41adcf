// Checks of an open file's own message, by its field in file_entry. The row of the file is `scan.file - 1`.

import { FILE_FIELDS } from "../../../decoder/criu/format/file-types.ts";
import { USK_EXTERN } from "../../../decoder/criu/format/meaning.ts";
import { eachBytes, eachVarint, fieldNumber, plan } from "../../../decoder/criu/wire/wire.ts";
import { HAS, NONE } from "../../../model/checkpoint.ts";
import { u8At, u32At } from "../../../model/read.ts";
import { addNote, type KeptList } from "../kept.ts";
import { noteBuildId } from "../needs/note-host.ts";
import {
  fault,
  has,
  keptReferences,
  low,
  pathReference,
  type Reference,
  refer,
  reference,
  type Scan,
  scanInto,
} from "../scan.ts";
import { callFor } from "../set/members.ts";
import type { Handler, handler } from "./handler.ts";
import { checkFanotify, checkInotify } from "./marks.ts";
import { checkInet } from "./sockets.ts";

const IPPROTO_TCP = 6;

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
  const name = nameIn(scan, bytes);
  if (name.length > 0) scan.hostNotes.names.set(scan.file - 1, name);
}

/** UNIX_PATH_MAX. */
const LONGEST_NAME = 108;

const nameLength = (scan: Scan, seen: number): number => (has(seen, 4) ? (scan.out[9] as number) - low(scan, 4) : 0);

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
  const seen = scanInto(scan, bytes, start, end, IP_OPTIONS);
  if (has(seen, 1) && low(scan, 1) !== 0) scan.hostNotes.freeBind.add(scan.file - 1);
}

/** Notes a socket whose network namespace, in a slot, is not CRIU's own. */
function noteNetwork(scan: Scan, seen: number, slot: number): void {
  const { rootNetwork } = scan.inventory;
  if (has(seen, slot) && rootNetwork !== NONE && low(scan, slot) !== rootNetwork) {
    scan.hostNotes.ownNetwork.add(scan.file - 1);
  }
}

/** In the place of a slot in the list of pipes: the message is a FIFO's. */
export const IS_FIFO = 1 << 30;
const FIFO_SLOTS = [1, 2];

export const MOUNT = reference("mount", "mount-missing", "An open file", "reg.mnt_id", "the mount");
const FIFO_FILE = pathReference("A FIFO", "fifo.regf_id", "the open file");
export const PEER = reference("socket", "peer-missing", "A unix socket", "usk.peer", "the peer");
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
export const WATCH_SLOTS: readonly number[] = [WATCH.slot.tfd];

/** Checks a unix socket, whose values are in the slots that BODIES says. Returns whether there is nothing to keep. */
function readUnix(scan: Scan, seen: number, bytes: Uint8Array): boolean {
  const isDeleted = has(seen, 6) && low(scan, 6) !== 0;
  const uflags = has(seen, 3) ? low(scan, 3) : 0;
  if (scan.isCompared) noteNetwork(scan, seen, 5);
  checkName(scan, bytes, has(seen, 4), isDeleted);
  if (scan.isCompared && has(seen, 4) && !isDeleted) noteName(scan, bytes);
  const isNone = has(seen, 1) && low(scan, 1) === 0;
  if (isNone && uflags === 0) {
    fault(scan, "value-impossible", "usk.ino", "A unix socket has the inode 0, which stands for none.");
  }
  if ((uflags & USK_EXTERN) !== 0) noteOutside(scan, has(seen, 4), bytes);
  // A name that is too long, or none of a socket that was unlinked, is reported for each.
  return !scan.isCompared && !isDeleted && !isNone && uflags === 0 && nameLength(scan, seen) <= LONGEST_NAME;
}

/** Checks an internet socket, whose values are in the slots that BODIES says. Returns whether there is nothing to keep. */
function readInet(scan: Scan, seen: number, bytes: Uint8Array): boolean {
  const { isCompared, hostNotes, file } = scan;
  const [optionsStart, optionsEnd] = [low(scan, 6), scan.out[13] as number];
  const inode = low(scan, 1);
  const isConnected =
    has(seen, 1) && has(seen, 2) && has(seen, 3) && low(scan, 2) === IPPROTO_TCP && low(scan, 3) !== 0;
  const isSound = checkInet(scan, seen);
  if (isCompared) noteNetwork(scan, seen, 4);
  if (isCompared && has(seen, 5) && low(scan, 5) !== 0) hostNotes.v6Only.add(file - 1);
  if (isCompared && has(seen, 6)) noteFreeBind(scan, bytes, optionsStart, optionsEnd);
  if (!isConnected || scan.inventory.tcpClose) return isSound && !isCompared;
  scan.notes.connected.push(file - 1);
  const why = "it has the state of a TCP connection";
  callFor(scan, { kind: "tcp-stream", number: inode, name: streamName, field: "isk.ino", why });
  return false;
}

/** How the messages of two files are compared: see Body.alike. Numbers as in the kernel. */
const ALIKE = { same: 1, bothZero: 2, sameLength: 3 } as const;

/** What is kept of each message of a kind. */
export interface KeptSlots {
  /** The list; or the reference for each message that has the slot. */
  readonly to: KeptList | Reference;
  /** The slots whose values are kept. */
  readonly slots: readonly number[];
  /** The bits of the slots of which the message must have one; 0: none. */
  readonly needed: number;
}

/** How the message of an open file is checked. */
export interface Body extends Omit<Handler, "check"> {
  /** The slot of its id. */
  readonly idSlot: number;
  /** By slot whose value is how often the field occurs: the field. */
  readonly counted: ReadonlyMap<number, number>;
  /**
   * By slot: how the values of two messages are compared. If `check` returned true for the one, it need not be called for
   * the other that is like it in all of these, and has the same slots. `null`: it is called for each.
   */
  readonly alike: Uint8Array | null;
  readonly kept: readonly KeptSlots[];
  /**
   * `null`: there is nothing to check but its id. It must do nothing if the plan has other fields and the message has
   * none of them. Returns true if it found nothing that it reports or notes.
   */
  readonly check: ((...values: Parameters<Handler["check"]>) => unknown) | null;
}

interface Kept {
  readonly to: KeptList | Reference;
  readonly fields: readonly string[];
  /** A message with none of these fields is not kept. */
  readonly needs?: readonly string[];
}

/** Keeps a reference in a field. */
const refersTo = (to: Reference, field: string): Kept => ({ to, fields: [field], needs: [field] });

interface BodyOptions {
  /** Repeated fields whose slots have how often they occur. */
  readonly counted?: readonly string[];
  readonly alike?: Readonly<Record<string, keyof typeof ALIKE>>;
  readonly kept?: readonly Kept[];
}

/** A body that reads the named fields into the slots from 1 on. */
function body(
  message: Parameters<typeof handler>[0],
  names: readonly string[],
  check: Body["check"],
  { counted = [], alike, kept = [] }: BodyOptions = {},
): Body {
  const all = names.includes("id") ? names : [...names, "id"];
  const slotOf = (name: string): number => all.indexOf(name) + 1;
  const compared = new Uint8Array(all.length + 1);
  for (const [name, how] of Object.entries(alike ?? {})) compared[slotOf(name)] = ALIKE[how];
  return {
    plan: plan(message, all),
    check,
    idSlot: slotOf("id"),
    counted: new Map(counted.map((name) => [slotOf(name), fieldNumber(message, name)])),
    alike: alike === undefined ? null : compared,
    kept: kept.map(({ to, fields, needs = [] }) => {
      return { to, slots: fields.map(slotOf), needed: needs.reduce((bits, name) => bits | (1 << slotOf(name)), 0) };
    }),
  };
}

export const BODIES: Readonly<Record<string, Body>> = {
  reg: body(
    "reg_file_entry",
    ["ext", "build_id", "mnt_id"],
    (scan, seen, bytes, start, end) => {
      const isOutside = has(seen, 1) && low(scan, 1) !== 0;
      if (isOutside) scan.notes.externalFiles.push(scan.file - 1);
      if (scan.isCompared && has(seen, 2)) noteBuildId(scan, bytes, start, end);
      return !isOutside && !scan.isCompared;
    },
    { alike: { ext: "bothZero" }, kept: [{ to: "mounts", fields: ["mnt_id", "ext"], needs: ["mnt_id"] }] },
  ),
  tunf: body(
    "tunfile_entry",
    ["netdev", "ns_id"],
    (scan, seen) => {
      if (has(seen, 1)) scan.notes.tuns.push(scan.file - 1);
    },
    { kept: [refersTo(NETWORKS.tunf, "ns_id")] },
  ),
  psk: body("packet_sock_entry", ["ns_id"], null, { kept: [refersTo(NETWORKS.psk, "ns_id")] }),
  nlsk: body("netlink_sk_entry", ["ns_id"], null, { kept: [refersTo(NETWORKS.nlsk, "ns_id")] }),
  pipe: body("pipe_entry", ["pipe_id", "flags"], null, {
    kept: [{ to: "pipes", fields: ["pipe_id", "flags"], needs: ["pipe_id"] }],
  }),
  fifo: body("fifo_entry", ["pipe_id", "regf_id"], (scan, seen) => {
    const path = low(scan, 2);
    const flags = flagsOfFile(scan);
    scan.out[4] = flags ?? 0;
    const own = (seen & (1 << 1)) | (flags === null ? 0 : 1 << 2) | IS_FIFO;
    if (has(seen, 1)) addNote(scan.kept.pipes, scan.record, scan.file - 1, own, scan.out, FIFO_SLOTS);
    if (has(seen, 2)) refer(scan, FIFO_FILE, path);
  }),
  isk: body(
    "inet_sk_entry",
    [
      ...["ino", "proto", "dst_port", "ns_id", "v6only", "ip_opts"],
      ...["family", "type", "state", "src_addr", "dst_addr"],
    ],
    readInet,
    {
      counted: ["src_addr", "dst_addr"],
      alike: {
        proto: "same",
        dst_port: "bothZero",
        v6only: "bothZero",
        family: "same",
        type: "same",
        state: "same",
        src_addr: "same",
        dst_addr: "same",
      },
      kept: [refersTo(NETWORKS.isk, "ns_id")],
    },
  ),
  usk: body("unix_sk_entry", ["ino", "peer", "uflags", "name", "ns_id", "deleted", "type", "state"], readUnix, {
    alike: { ino: "bothZero", uflags: "same", name: "sameLength", deleted: "bothZero" },
    kept: [{ to: "unix", fields: ["ino", "peer", "uflags", "type", "state"] }, refersTo(NETWORKS.usk, "ns_id")],
  }),
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
    eachBytes(bytes, start, end, WATCHED, (from, to) => {
      const seen = scanInto(scan, bytes, from, to, WATCH);
      addNote(scan.kept.watches, scan.record, scan.file - 1, seen, scan.out, WATCH_SLOTS);
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
const ONLY_ID: Body = body("reg_file_entry", [], null);
/** By index in MESSAGE_FIELDS. */
export const MESSAGE_BODIES: readonly Body[] = MESSAGE_FIELDS.map((field) => BODIES[field] ?? ONLY_ID);

/** Checks the message of an open file, whose values are in the scan's slots, and keeps some of them. */
export function checkBody(scan: Scan, body: Body, seen: number, bytes: Uint8Array, start: number, end: number): void {
  let own = seen;
  for (const [slot, field] of body.counted) {
    let count = 0;
    eachVarint(bytes, start, end, field, () => count++);
    scan.out[2 * slot] = count;
    own = count === 0 ? own & ~(1 << slot) : own | (1 << slot);
  }
  for (const { to, slots, needed } of body.kept) {
    if (needed !== 0 && (own & needed) === 0) continue;
    const list = typeof to === "string" ? scan.kept[to] : keptReferences(scan, to);
    addNote(list, scan.record, scan.file - 1, own, scan.out, slots);
  }
  body.check?.(scan, own, bytes, start, end);
}
