// Open files in the form in which CRIU writes nearly all of them: by type, the fields that a row is made of, and the
// steps that make it. The kernel runs these for thousands of entries at once; entries in any other form are read by
// `onFile`, with the same result.

import { HAS, NO_MOUNT } from "../../../model/checkpoint.ts";
import { type FileKind, fileKind, SOCKET_STATES, socketType } from "../../../model/names/names.ts";
import { IP_PROTOCOLS, NETLINK_PROTOCOLS } from "../../../model/names/protocols.ts";
import type { RecordRow } from "../../../model/rows.ts";
import type { FileBatch } from "../../builder/file-batch.ts";
import { FILE_FIELDS } from "../format/file-types.ts";
import { AF_INET } from "../format/meaning.ts";
import type { MessageName } from "../format/messages.ts";
import { FORMAT_KINDS, TARGET_BYTES } from "../handlers/file-readers.ts";
import { machineOf } from "../handlers/machine.ts";
import { HAS_STATES, SOCK_RAW, TCP_LISTEN } from "../handlers/socket-readers.ts";
import { type SetContext, typesFor } from "../walk/context.ts";
import { addLinks, type Links } from "../walk/rows.ts";
import { type Batch, LINKS, type Room } from "./entry-kernel.ts";
import {
  addForm,
  addPiece,
  addWords,
  choose,
  type Forms,
  need,
  type Step,
  TABLE,
  text,
  unless,
  when,
} from "./forms.ts";

/** Columns of the kernel. */
const [KIND, HAS_BITS] = [0, 1];
const [ID, TYPE, FLAGS, MODE, MOUNT, NAME, NAME_LENGTH, NAME_VARYING] = [0, 1, 2, 3, 4, 5, 6, 7];
const [POS, SIZE] = [0, 1];

/** The lists of links that files are added to. */
const [PIPES, PATHS, INET_SOCKETS, UNIX_SOCKETS, TERMINALS, EPOLLS] = [0, 1, 2, 3, 4, 5];
const lists = ({ files: { links } }: SetContext): readonly Links[] => [
  ...[links.pipes, links.paths, links.inetSockets, links.unixSockets, links.terminals],
  links.epolls,
];

/** Slots of file_entry; those of the messages in it follow. */
const FIRST_BODY_SLOT = 2;
/** The slot of a message in one of these. */
const NESTED_SLOT = 16;

const STABLE: Step = ["stable"];
const END_OF_NAME: Step = ["name", NAME];

const described = (kind: FileKind, has: number): readonly Step[] => [
  ["set8", KIND, fileKind(kind)],
  ["set8", HAS_BITS, has],
];

/** Adds the usual form of file_entry; returns its node. */
export function addFileForm(forms: Forms, set: SetContext): number {
  const bodies = new Map(BODIES.map(([field, add]) => [field, add(forms, set)]));
  const nodes = Array.from({ length: TABLE.nodes }, (_, type) => bodies.get(FILE_FIELDS[type] ?? "") ?? 0);
  const nodeOfType = addWords(forms, nodes);
  return addForm(forms, { message: "file_entry", stored: ["type", "id"], bodies }, 0, ({ type, id }) => [
    need(type, id),
    ["clear", 8, 2, 2],
    ["set32", ID, id],
    ["set32", TYPE, type],
    ["intoBody", type, nodeOfType],
  ]);
}

type AddBody = (forms: Forms, set: SetContext) => number;

/** A fown_entry without an owner. */
const NO_OWNER = Uint8Array.of(8, 0, 16, 0, 24, 0, 32, 0, 40, 0);

/** Steps compare with 32 bits. */
const MOST_POSITION = 0xffff_ffff;

const regular: AddBody = (forms) =>
  addForm(
    forms,
    {
      message: "reg_file_entry",
      stored: ["flags", "pos", "fown", "name", "mnt_id", "size", "ext", "mode"],
      refused: ["build_id", "checksum"],
    },
    FIRST_BODY_SLOT,
    ({ flags, pos, fown, name, mnt_id, size, ext, mode }) => [
      need(flags, pos, fown, name, mode),
      // A negative position stands for none.
      ["most", pos, MOST_POSITION],
      ["equal", ext, 0],
      ["same", fown, addPiece(forms, NO_OWNER), NO_OWNER.length],
      ["lookUpFormat8", KIND, mode, addPiece(forms, FORMAT_KINDS)],
      ["set8", HAS_BITS, HAS.path | HAS.pos | HAS.flags | HAS.inode],
      ["set32", FLAGS, flags],
      ["set64", POS, pos],
      ["set32", MODE, mode],
      ["set64", SIZE, size],
      ["signed32", MOUNT, mnt_id, NO_MOUNT],
      ["bytes", name],
      STABLE,
      END_OF_NAME,
    ],
  );

/** A file that has nothing but flags. */
const plain =
  (message: MessageName, kind: FileKind, each?: (forms: Forms) => ReadonlyMap<string, number>): AddBody =>
  (forms) =>
    addForm(
      forms,
      { message, stored: ["flags"], ...(each === undefined ? {} : { each: each(forms) }) },
      FIRST_BODY_SLOT,
      ({ flags }) => [
        need(flags),
        ...described(kind, HAS.flags),
        ["set32", FLAGS, flags],
        text(forms, kind),
        STABLE,
        END_OF_NAME,
      ],
    );

/** The files that an epoll watches. */
const watched = (forms: Forms): ReadonlyMap<string, number> => {
  const node = addForm(forms, { message: "eventpoll_tfd_entry", stored: ["tfd"] }, NESTED_SLOT, ({ tfd }) => [
    need(tfd),
    ["link", EPOLLS, tfd],
  ]);
  return new Map([["tfd", node]]);
};

const pipe: AddBody = (forms) =>
  addForm(forms, { message: "pipe_entry", stored: ["flags", "pipe_id"] }, FIRST_BODY_SLOT, ({ flags, pipe_id }) => [
    need(flags, pipe_id),
    ...described("pipe", HAS.flags),
    ["set32", FLAGS, flags],
    ...pipeName(forms, "pipe:[", pipe_id),
  ]);

const fifo: AddBody = (forms) =>
  addForm(forms, { message: "fifo_entry", stored: ["pipe_id", "regf_id"] }, FIRST_BODY_SLOT, ({ pipe_id, regf_id }) => [
    need(pipe_id, regf_id),
    ...described("fifo", 0),
    ...pipeName(forms, "fifo:[", pipe_id),
    ["link", PATHS, regf_id],
  ]);

const pipeName = (forms: Forms, prefix: string, pipe: number): readonly Step[] => [
  text(forms, prefix),
  STABLE,
  ["decimal", pipe],
  text(forms, "]"),
  END_OF_NAME,
  ["link", PIPES, pipe],
];

const terminal: AddBody = (forms) =>
  addForm(
    forms,
    { message: "tty_file_entry", stored: ["flags", "tty_info_id", "regf_id"] },
    FIRST_BODY_SLOT,
    ({ flags, tty_info_id, regf_id }) => [
      need(flags, tty_info_id, regf_id),
      ...described("tty", HAS.flags),
      ["set32", FLAGS, flags],
      text(forms, "tty"),
      STABLE,
      END_OF_NAME,
      ["link", TERMINALS, tty_info_id],
      ["link", PATHS, regf_id],
    ],
  );

/** A TCP or UDP socket with IPv4 addresses. */
const inetSocket: AddBody = (forms) =>
  addForm(
    forms,
    {
      message: "inet_sk_entry",
      stored: ["flags", "ino", "family", "type", "proto", "state", "src_port", "dst_port", "src_addr", "dst_addr"],
    },
    FIRST_BODY_SLOT,
    (slot) => [
      need(...Object.values(slot)),
      ["equal", slot.family, AF_INET],
      ["differ", slot.type, SOCK_RAW],
      ...described("socket", HAS.flags),
      ["set32", FLAGS, slot.flags],
      text(forms, "socket:["),
      choose(forms, slot.proto, IP_PROTOCOLS),
      text(forms, " "),
      ...endpoint(forms, slot.src_addr, slot.src_port),
      ...unless(slot.dst_port, 0, [text(forms, "->"), ...endpoint(forms, slot.dst_addr, slot.dst_port)]),
      STABLE,
      ...Object.entries(IP_PROTOCOLS)
        .filter(([, name]) => HAS_STATES.has(name))
        .flatMap(([proto]) =>
          when(slot.proto, Number(proto), [text(forms, " "), choose(forms, slot.state, SOCKET_STATES)]),
        ),
      text(forms, "]"),
      END_OF_NAME,
      ["link", INET_SOCKETS, slot.ino],
    ],
  );

const endpoint = (forms: Forms, address: number, port: number): readonly Step[] => [
  ["address", address],
  text(forms, ":"),
  ["decimal", port],
];

/** A unix socket without a name. */
const unixSocket: AddBody = (forms, set) => {
  const { arch } = machineOf(set);
  const types = [1, 2, 3, 4, 5, 6].flatMap((type): (readonly [number, string])[] => {
    const name = socketType(type, arch);
    return name === undefined ? [] : [[type, name]];
  });
  return addForm(
    forms,
    { message: "unix_sk_entry", stored: ["flags", "ino", "type", "state", "name", "deleted", "uflags"] },
    FIRST_BODY_SLOT,
    ({ flags, ino, type, state, name, deleted, uflags }) => [
      need(flags, ino, type, state, name, uflags),
      ["equal", deleted, 0],
      ["equal", uflags, 0],
      ["same", name, 0, 0],
      ...described("socket", HAS.flags),
      ["set32", FLAGS, flags],
      text(forms, "socket:[unix "),
      choose(forms, type, Object.fromEntries(types)),
      text(forms, " "),
      STABLE,
      ["decimal", ino],
      ...when(state, TCP_LISTEN, [text(forms, " listen")]),
      text(forms, "]"),
      END_OF_NAME,
      ["link", UNIX_SOCKETS, ino],
    ],
  );
};

const netlinkSocket: AddBody = (forms) =>
  addForm(
    forms,
    { message: "netlink_sk_entry", stored: ["flags", "protocol", "portid"] },
    FIRST_BODY_SLOT,
    ({ flags, protocol, portid }) => [
      need(flags, protocol),
      ...described("socket", HAS.flags),
      ["set32", FLAGS, flags],
      text(forms, "socket:[netlink "),
      choose(forms, protocol, NETLINK_PROTOCOLS),
      STABLE,
      ...unless(portid, 0, [text(forms, " port "), ["decimal", portid]]),
      text(forms, "]"),
      END_OF_NAME,
    ],
  );

/** By field of file_entry. Types that are rare have no usual form. */
const BODIES: readonly (readonly [string, AddBody])[] = [
  ["reg", regular],
  ["pipe", pipe],
  ["fifo", fifo],
  ["tty", terminal],
  ["isk", inetSocket],
  ["usk", unixSocket],
  ["nlsk", netlinkSocket],
  ["efd", plain("eventfd_file_entry", "eventfd")],
  ["epfd", plain("eventpoll_file_entry", "epoll", watched)],
  ["sgfd", plain("signalfd_entry", "signalfd")],
  ["tfd", plain("timerfd_entry", "timerfd")],
  ["ify", plain("inotify_file_entry", "inotify")],
  ["ffy", plain("fanotify_file_entry", "fanotify")],
];

/** How many files can be added without growing; none if what epolls watch may reach the limit. */
export const roomForFiles = ({ builder }: SetContext): Room => ({
  rows: builder.chargeable() < LINKS * TARGET_BYTES ? 0 : Math.min(builder.fileRoom(), builder.recordRoom()),
  text: builder.textRoom(),
  textBase: builder.textLength(),
  firstRecord: 0,
  firstFile: builder.files.count,
});

const column = <Column>(columns: readonly Column[], at: number): Column => columns[at] as Column;

/** The columns of a batch of files. */
function filesIn({ rows, bytes, words, wide }: Batch): FileBatch {
  const mounts = column(words, MOUNT);
  const columns = {
    id: column(words, ID),
    kind: column(bytes, KIND),
    has: column(bytes, HAS_BITS),
    flags: column(words, FLAGS),
    pos: column(wide, POS),
    nameOffset: column(words, NAME),
    nameLength: column(words, NAME_LENGTH),
    nameVarying: column(words, NAME_VARYING),
    inodeMode: column(words, MODE),
    size: column(wide, SIZE),
    mountId: new Int32Array(mounts.buffer, mounts.byteOffset, mounts.length),
  };
  return { rows, columns };
}

/** Adds the files of a batch, whose records have been added. */
export function addUsualFiles(set: SetContext, batch: Batch, firstRecord: RecordRow): void {
  const { builder, files } = set;
  const { rows, links, linkCounts } = batch;
  builder.addTexts(batch.text, batch.textLength);
  const first = builder.addFiles(filesIn(batch), firstRecord);
  typesFor(files, first + rows).set(column(batch.words, TYPE).subarray(0, rows), first);
  const toLists = lists(set);
  builder.charge(TARGET_BYTES * (linkCounts[EPOLLS] as number));
  for (const [list, { keys, rows: linked }] of links.entries()) {
    addLinks(toLists[list] as Links, keys, linked, linkCounts[list] as number);
  }
}
