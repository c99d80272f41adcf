// Open files: an entry of files.img (or of the per-kind images before CRIU 3.4) becomes a row of OpenFiles, with its
// kind, position, flags and a name.

import { HAS } from "../../model/checkpoint.ts";
import { type FileKind, fileKind } from "../../model/names.ts";
import { encodeText } from "../../model/text.ts";
import type { Builder } from "../builder.ts";
import {
  ETHER_TYPES,
  endpointText,
  IP_PROTOCOLS,
  NAMESPACES,
  NETLINK_PROTOCOLS,
  SOCKET_STATES,
  SOCKET_TYPES,
  swap16,
} from "./meaning.ts";
import type { MessageName } from "./messages.ts";
import { addLink, createLinks, type Links, linkedRows } from "./rows.ts";
import { eachBytes, eachVarint, fieldNumber, MALFORMED, type Plan, plan, scan, scratch } from "./wire.ts";

/** fd_types by number: the field of file_entry that holds the file. */
export const FILE_FIELDS: readonly (string | null)[] =
  "- reg pipe fifo isk usk efd epfd ify sgfd psk tty ffy nlsk nsf tunf ext tfd memfd bpf pidfd"
    .split(" ")
    .map((field) => (field === "-" ? null : field));

const ENTRY = plan("file_entry", ["type", "id", ...FILE_FIELDS.filter((field) => field !== null)]);
const SLOT_TYPE = 1;
const SLOT_ID = 2;
/** The field of fd_types t is in slot t + 2. */
const SLOT_BEFORE_FIELDS = 2;

/** Numbers by which other entries name open files. */
export interface FileLinks {
  /** pipe_id → pipes and FIFOs. */
  readonly pipes: Links;
  /** Inode of an inet socket. */
  readonly inetSockets: Links;
  /** Inode of a unix socket. */
  readonly unixSockets: Links;
  /** tty_info_id → terminals. */
  readonly terminals: Links;
  /** inode_id → memfds. */
  readonly memfds: Links;
  /** Of a FIFO or terminal: the id of the REG entry with its path → row. */
  readonly paths: Links;
  /** Descriptor number that an epoll watches → row of the epoll. */
  readonly epolls: Links;
}

export interface FileReader {
  readonly links: FileLinks;
  /** A row for the message of an entry of files.img. Returns the row, -1 if it has no id. */
  addEntry(bytes: Uint8Array, start: number, end: number, record: number): number;
  /** The same for an image of one kind, told by the field of file_entry. */
  addOfKind(field: string, bytes: Uint8Array, start: number, end: number, record: number): number;
  /** Notes the name of a memfd's inode; memfd.img comes before the files. */
  addMemfd(inode: number, bytes: Uint8Array, start: number, end: number): void;
}

/** What fills one kind of file. `out` holds the values of the plan's fields: see `scan`. */
interface Body {
  readonly plan: Plan;
  readonly kind: FileKind;
  fill(row: number, bytes: Uint8Array, start: number, end: number, seen: number): void;
}

const seenSlot = (seen: number, slot: number): boolean => ((seen >> slot) & 1) === 1;

/** S_IFMT of st_mode, shifted down, as kinds. */
const KIND_OF_FORMAT: Readonly<Record<number, FileKind>> = {
  1: "fifo",
  2: "character device",
  4: "directory",
  6: "block device",
  8: "regular",
  10: "symbolic link",
  12: "socket",
};
const FORMAT_KINDS = Uint8Array.from({ length: 16 }, (_, format) => fileKind(KIND_OF_FORMAT[format] ?? "unknown"));
const GENERIC = fileKind("generic");
const DIRECTORY = fileKind("directory");
const EXTERNAL = fileKind("external");

/** O_DIRECTORY: told apart by architecture in names.ts, but only x86 had CRIU without reg.mode. */
const O_DIRECTORY = 0o200000;

/** `problem` is told of damaged entries, with their record. */
export function createFileReader(
  builder: Builder,
  problem: (record: number, code: string, message: string) => void,
): FileReader {
  const { files } = builder;
  const out = scratch();
  const body = scratch();
  const links: FileLinks = {
    pipes: createLinks(),
    inetSockets: createLinks(),
    unixSockets: createLinks(),
    terminals: createLinks(),
    memfds: createLinks(),
    paths: createLinks(),
    epolls: createLinks(),
  };
  const memfdNames: { ids: Links; offsets: number[]; lengths: number[] } = {
    ids: createLinks(),
    offsets: [],
    lengths: [],
  };
  let memfdLookup: ReturnType<typeof linkedRows> | null = null;

  const low = (slot: number): number => body[2 * slot] as number;
  const high = (slot: number): number => body[2 * slot + 1] as number;

  const setFlags = (row: number, flags: number): void => {
    files.flags[row] = flags;
    files.has[row] = (files.has[row] as number) | HAS.flags;
  };

  /** A name with bytes of the image in it. */
  const setRawName = (
    row: number,
    before: string,
    bytes: Uint8Array,
    start: number,
    end: number,
    after: string,
    stable: number,
  ): void => {
    const head = encodeText(before);
    const tail = encodeText(after);
    files.nameOffset[row] = builder.addText(head);
    builder.addText(bytes, start, end);
    builder.addText(tail);
    files.nameLength[row] = head.length + (end - start) + tail.length;
    files.nameStable[row] = stable;
  };

  const REG = plan("reg_file_entry", ["id", "flags", "pos", "name", "mode", "ext"]);

  const fillReg = (row: number, bytes: Uint8Array, start: number, end: number): number => {
    const seen = scan(bytes, start, end, REG, body);
    if (seenSlot(seen, 2)) setFlags(row, body[4] as number);
    if (seenSlot(seen, 3)) builder.setPos(row, body[6] as number, body[7] as number);
    if (seenSlot(seen, 6) && body[12] !== 0) {
      // The "name" is file[mount:inode]: a plugin knows what it is.
      files.kind[row] = EXTERNAL;
      setRawName(row, "", bytes, low(4), high(4), "", Math.min(5, high(4) - low(4)));
      return seen;
    }
    if (seenSlot(seen, 4)) builder.setPath(row, bytes, body[8] as number, body[9] as number);
    if (seenSlot(seen, 5)) files.kind[row] = FORMAT_KINDS[((body[10] as number) >>> 12) & 15] as number;
    else files.kind[row] = seenSlot(seen, 2) && ((body[4] as number) & O_DIRECTORY) !== 0 ? DIRECTORY : GENERIC;
    return seen;
  };

  const words = (bytes: Uint8Array, start: number, end: number, message: MessageName, field: string): number[] => {
    const found: number[] = [];
    eachVarint(bytes, start, end, fieldNumber(message, field), (value) => {
      if (found.length < 5) found.push(value);
    });
    return found;
  };

  /** A body with a plain name, whose flags (if any) are in slot 2 and whose id is in slot 1. */
  const plain = (message: MessageName, kind: FileKind, name: string): Body => ({
    plan: plan(message, ["id", "flags"]),
    kind,
    fill: (row, _bytes, _start, _end, seen) => {
      if (seenSlot(seen, 2)) setFlags(row, low(2));
      builder.setName(row, name);
    },
  });

  const pathOf = (row: number, seen: number, slot: number): void =>
    // Before 3.6 the REG entry had the same id as the FIFO or terminal.
    addLink(links.paths, seenSlot(seen, slot) ? low(slot) : low(1), row);

  const bodies: Readonly<Record<string, Body>> = {
    pipe: {
      plan: plan("pipe_entry", ["id", "flags", "pipe_id"]),
      kind: "pipe",
      fill: (row, _bytes, _start, _end, seen) => {
        if (seenSlot(seen, 2)) setFlags(row, low(2));
        builder.setName(row, `pipe:[${seenSlot(seen, 3) ? low(3) : "?"}]`, "pipe:[".length);
        if (seenSlot(seen, 3)) addLink(links.pipes, low(3), row);
      },
    },
    fifo: {
      plan: plan("fifo_entry", ["id", "pipe_id", "regf_id"]),
      kind: "fifo",
      fill: (row, _bytes, _start, _end, seen) => {
        builder.setName(row, `fifo:[${seenSlot(seen, 2) ? low(2) : "?"}]`, "fifo:[".length);
        if (seenSlot(seen, 2)) addLink(links.pipes, low(2), row);
        pathOf(row, seen, 3);
      },
    },
    isk: {
      plan: plan("inet_sk_entry", ["id", "flags", "ino", "family", "type", "proto", "state", "src_port", "dst_port"]),
      kind: "socket",
      fill: (row, bytes, start, end, seen) => {
        if (seenSlot(seen, 2)) setFlags(row, low(2));
        if (seenSlot(seen, 3)) addLink(links.inetSockets, low(3), row);
        const source = words(bytes, start, end, "inet_sk_entry", "src_addr");
        const target = words(bytes, start, end, "inet_sk_entry", "dst_addr");
        const type = low(5);
        const raw = type === 3;
        const protocol = IP_PROTOCOLS[low(6)] ?? String(low(6));
        // A raw socket's source port is its protocol over again.
        const here = endpointText(source, low(8));
        const stable =
          `socket:[${raw ? "raw " : ""}${protocol} ${raw ? here.slice(0, here.lastIndexOf(":")) : here}` +
          (low(9) === 0 ? "" : `->${endpointText(target, low(9))}`);
        const state = protocol === "tcp" || protocol === "mptcp" || protocol === "sctp" ? SOCKET_STATES[low(7)] : null;
        builder.setName(row, `${stable}${state ? ` ${state}` : ""}]`, stable.length);
      },
    },
    usk: {
      plan: plan("unix_sk_entry", ["id", "flags", "ino", "type", "state", "name", "deleted"]),
      kind: "socket",
      fill: (row, bytes, _start, _end, seen) => {
        if (seenSlot(seen, 2)) setFlags(row, low(2));
        if (seenSlot(seen, 3)) addLink(links.unixSockets, low(3), row);
        if (seenSlot(seen, 7) && low(7) !== 0) files.has[row] = (files.has[row] as number) | HAS.deleted;
        const head = `socket:[unix ${SOCKET_TYPES[low(4)] ?? low(4)} `;
        const tail = low(5) === 10 ? " listen]" : "]";
        let from = seenSlot(seen, 6) ? low(6) : 0;
        let to = seenSlot(seen, 6) ? high(6) : 0;
        const abstract = from < to && bytes[from] === 0;
        if (abstract) from++;
        // A path ends in NUL; in an abstract name every byte counts.
        else while (to > from && bytes[to - 1] === 0) to--;
        if (from === to && !abstract) builder.setName(row, `${head}${low(3)}${tail}`, head.length);
        else {
          const before = abstract ? `${head}@` : head;
          setRawName(row, before, bytes, from, to, tail, before.length + to - from);
        }
      },
    },
    nlsk: {
      plan: plan("netlink_sk_entry", ["id", "flags", "protocol", "portid"]),
      kind: "socket",
      fill: (row, _bytes, _start, _end, seen) => {
        if (seenSlot(seen, 2)) setFlags(row, low(2));
        const stable = `socket:[netlink ${NETLINK_PROTOCOLS[low(3)] ?? low(3)}`;
        builder.setName(row, `${stable}${low(4) === 0 ? "" : ` port ${low(4)}`}]`, stable.length);
      },
    },
    psk: {
      plan: plan("packet_sock_entry", ["id", "flags", "type", "protocol"]),
      kind: "socket",
      fill: (row, _bytes, _start, _end, seen) => {
        if (seenSlot(seen, 2)) setFlags(row, low(2));
        const protocol = swap16(low(4));
        const word = ETHER_TYPES[protocol] ?? `0x${protocol.toString(16)}`;
        builder.setName(row, `socket:[packet ${SOCKET_TYPES[low(3)] ?? low(3)} ${word}]`);
      },
    },
    efd: plain("eventfd_file_entry", "eventfd", "eventfd"),
    sgfd: plain("signalfd_entry", "signalfd", "signalfd"),
    tfd: plain("timerfd_entry", "timerfd", "timerfd"),
    ify: plain("inotify_file_entry", "inotify", "inotify"),
    ffy: plain("fanotify_file_entry", "fanotify", "fanotify"),
    ext: plain("ext_file_entry", "external", "external"),
    epfd: {
      plan: plan("eventpoll_file_entry", ["id", "flags"]),
      kind: "epoll",
      fill: (row, bytes, start, end, seen) => {
        if (seenSlot(seen, 2)) setFlags(row, low(2));
        builder.setName(row, "epoll");
        eachBytes(bytes, start, end, fieldNumber("eventpoll_file_entry", "tfd"), (from, to) => {
          if (seenSlot(scan(bytes, from, to, EPOLL_TARGET, body), 1)) addLink(links.epolls, low(1), row);
        });
      },
    },
    tty: {
      plan: plan("tty_file_entry", ["id", "flags", "tty_info_id", "regf_id"]),
      kind: "tty",
      fill: (row, _bytes, _start, _end, seen) => {
        if (seenSlot(seen, 2)) setFlags(row, low(2));
        builder.setName(row, "tty");
        if (seenSlot(seen, 3)) addLink(links.terminals, low(3), row);
        pathOf(row, seen, 4);
      },
    },
    memfd: {
      plan: plan("memfd_file_entry", ["id", "flags", "pos", "inode_id"]),
      kind: "memfd",
      fill: (row, _bytes, _start, _end, seen) => {
        if (seenSlot(seen, 2)) setFlags(row, low(2));
        if (seenSlot(seen, 3)) builder.setPos(row, low(3), high(3));
        addLink(links.memfds, low(4), row);
        memfdLookup ??= linkedRows(memfdNames.ids);
        const name = { offset: 0, length: -1 };
        memfdLookup(low(4), (at) => {
          name.offset = memfdNames.offsets[at] as number;
          name.length = memfdNames.lengths[at] as number;
        });
        if (name.length < 0) return builder.setName(row, "memfd");
        const text = builder.textBytes.slice(name.offset, name.offset + name.length);
        setRawName(row, "memfd:", text, 0, text.length, "", "memfd:".length + text.length);
      },
    },
    bpf: {
      plan: plan("bpfmap_file_entry", ["id", "flags", "pos", "map_name"]),
      kind: "bpf",
      fill: (row, bytes, _start, _end, seen) => {
        if (seenSlot(seen, 2)) setFlags(row, low(2));
        if (seenSlot(seen, 3)) builder.setPos(row, low(3), high(3));
        const [from, to] = seenSlot(seen, 4) ? [low(4), high(4)] : [0, 0];
        setRawName(row, "bpf-map:", bytes, from, to, "", "bpf-map:".length + to - from);
      },
    },
    nsf: {
      plan: plan("ns_file_entry", ["id", "flags", "ns_id", "ns_cflag"]),
      kind: "namespace",
      fill: (row, _bytes, _start, _end, seen) => {
        if (seenSlot(seen, 2)) setFlags(row, low(2));
        const stable = `${NAMESPACES[low(4)] ?? "namespace"}:[`;
        // The number is CRIU's own for the namespace in this dump.
        builder.setName(row, `${stable}${low(3)}]`, stable.length);
      },
    },
    tunf: {
      plan: plan("tunfile_entry", ["id", "netdev"]),
      kind: "tun",
      fill: (row, bytes, _start, _end, seen) => {
        if (!seenSlot(seen, 2)) return builder.setName(row, "tun");
        const [from, to] = [low(2), high(2)];
        setRawName(row, "tun:", bytes, from, to, "", "tun:".length + to - from);
      },
    },
    pidfd: {
      plan: plan("pidfd_entry", ["id", "flags", "nspid"]),
      kind: "pidfd",
      fill: (row, _bytes, _start, _end, seen) => {
        if (seenSlot(seen, 2)) setFlags(row, low(2));
        builder.setName(row, `pidfd:[${low(3) | 0}]`);
      },
    },
  };
  const EPOLL_TARGET = plan("eventpoll_tfd_entry", ["tfd"]);

  const damaged = (record: number): void =>
    problem(record, "damaged-entry", "The entry's message is damaged; what stands before the damage is shown.");

  const fillBody = (field: string, row: number, bytes: Uint8Array, start: number, end: number, record: number) => {
    if (field === "reg") {
      if (fillReg(row, bytes, start, end) & MALFORMED) damaged(record);
      return;
    }
    const found = bodies[field];
    if (found === undefined) return;
    files.kind[row] = fileKind(found.kind);
    body.fill(0);
    const seen = scan(bytes, start, end, found.plan, body);
    if (seen & MALFORMED) damaged(record);
    if (!seenSlot(seen, 1)) body[2] = files.id[row] as number;
    found.fill(row, bytes, start, end, seen);
  };

  return {
    links,
    addEntry(bytes, start, end, record) {
      const seen = scan(bytes, start, end, ENTRY, out);
      if (seen & MALFORMED) damaged(record);
      if (!seenSlot(seen, SLOT_ID)) {
        problem(record, "file-without-id", "An open file has no id: nothing can refer to it.");
        return -1;
      }
      const row = builder.addFile(out[2 * SLOT_ID] as number, record);
      const type = seenSlot(seen, SLOT_TYPE) ? (out[2 * SLOT_TYPE] as number) : 0;
      const slot = type + SLOT_BEFORE_FIELDS;
      const field = FILE_FIELDS[type];
      if (field === undefined || field === null) builder.setName(row, `unknown type ${type}`);
      else if (!seenSlot(seen, slot)) {
        problem(record, "file-without-body", `An open file of type ${type} holds nothing of that type.`);
        builder.setName(row, "unknown");
      } else fillBody(field, row, bytes, out[2 * slot] as number, out[2 * slot + 1] as number, record);
      return row;
    },
    addOfKind(field, bytes, start, end, record) {
      const seen = scan(bytes, start, end, ID_ONLY, out);
      if (!seenSlot(seen, 1)) {
        problem(record, "file-without-id", "An open file has no id: nothing can refer to it.");
        return -1;
      }
      const row = builder.addFile(out[2] as number, record);
      fillBody(field, row, bytes, start, end, record);
      return row;
    },
    addMemfd(inode, bytes, start, end) {
      addLink(memfdNames.ids, inode, memfdNames.offsets.length);
      memfdNames.offsets.push(builder.addText(bytes, start, end));
      memfdNames.lengths.push(end - start);
    },
  };
}

/** Every kind of file has its id in field 1. */
const ID_ONLY = plan("reg_file_entry", ["id"]);
