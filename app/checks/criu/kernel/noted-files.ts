// Takes the notes of open files, entries of files.img, from the kernel. Casts `as number` read notes.

import { FILE_FIELDS } from "../../../decoder/criu/format/file-types.ts";
import { FIELD_TABLES } from "../../../decoder/criu/wire/field-table.ts";
import { NONE } from "../../../model/checkpoint.ts";
import { type Body, MESSAGE_BODIES, MESSAGE_FIELDS, WATCH } from "../entries/file-bodies.ts";
import { messageIn, TAGS } from "../entries/shapes.ts";
import { noteWatch } from "../entries/watches.ts";
import type { Scan } from "../scan.ts";
import { NOTE, type NotedRun } from "./check-kernel.ts";
import { addNode, setQuiet, slotsOf, type Tables } from "./nodes.ts";

/** Slots of file_entry: type, id and the message that it has, whose own slots follow. */
const [TYPE, ID, MESSAGE] = [1, 2, 3];
const ALL = (1 << TYPE) | (1 << ID) | (1 << MESSAGE);

/** Words of a note in which the slots begin. */
const slotAt = (slot: number): number => NOTE.header + 2 * slot - 2;

/** The node of file_entry. */
export interface FileNode {
  readonly node: number;
  /** Words of a note. */
  readonly words: number;
  /** By node of the message that it has. */
  readonly bodies: readonly (Body | undefined)[];
  /** The node of what an epoll watches, whose notes follow that of the epoll. */
  readonly watch: number;
}

/** Adds the nodes of file_entry and the messages in it. */
export function addFileNode(tables: Tables): FileNode {
  const bodies: Body[] = [];
  const nodes = new Map<string, number>();
  const watch = addNode(tables, "eventpoll_tfd_entry", WATCH);
  for (const [index, field] of MESSAGE_FIELDS.entries()) {
    const body = MESSAGE_BODIES[index] as Body;
    const isEpoll = field === "epfd";
    const noted = new Map(isEpoll ? [["tfd", watch]] : []);
    const node = addNode(tables, messageIn("file_entry", field), body.plan, { before: MESSAGE, noted });
    bodies[node] = isEpoll ? { ...body, check: null } : body;
    setQuiet(tables, node, MESSAGE + body.idSlot, loudSlots(bodies[node] as Body) << MESSAGE);
    nodes.set(field, node);
  }
  const slots = MESSAGE + Math.max(...MESSAGE_BODIES.map(({ plan }) => slotsOf(plan)));
  const own = new Uint8Array(TAGS);
  const fields = FIELD_TABLES.get("file_entry")?.byName;
  for (const [name, slot] of [
    ["type", TYPE],
    ["id", ID],
  ] as const) {
    const field = fields?.get(name);
    if (field !== undefined) own[field.number * 8 + field.wire] = slot;
  }
  const node = addNode(tables, "file_entry", { slots: own }, { joined: { slot: MESSAGE, nodes, slots } });
  return { node, words: slotAt(slots), bodies, watch };
}

/** The bits of the slots without which a message has nothing to check but its id. */
function loudSlots({ plan, idSlot, check }: Body): number {
  const all = (1 << slotsOf(plan)) - 2;
  const others = all & ~(1 << idSlot);
  return check === null ? 0 : others === 0 ? all : others;
}

const WATCH_SLOT = 1;
const WATCH_WORDS = slotAt(slotsOf(WATCH));

/** By type: 1 if an open file may have it. */
export const KNOWN_TYPES = Uint8Array.from(FILE_FIELDS, (field) => Number(field !== null));

/**
 * Takes the notes of a run of open files. Unusual ones are left to `checkUnusual`.
 *
 * @param quiet By entry: the type of an open file without a note.
 */
export function takeFiles(scan: Scan, { words, bodies, watch }: FileNode, run: NotedRun, quiet: Uint8Array): void {
  const { notes, end, row, records, bytes, offset } = run;
  const { types, out } = scan;
  let at = 0;
  // The first entry that has not been taken.
  let next = 0;
  // What the last open file watches: how many so far; NONE if they are not taken here.
  let watched = NONE;
  for (; at < end; at += words) {
    for (; at < end && notes[at + NOTE.node] === watch; at += WATCH_WORDS) {
      if (watched !== NONE) noteWatch(scan, scan.file - 1, notes[at + slotAt(WATCH_SLOT)] as number, watched++);
    }
    const entry = at < end ? (notes[at + NOTE.entry] as number) : records;
    for (; next < entry; next++) types[scan.file++] = quiet[next] as number;
    if (entry === records) break;
    next++;
    watched = NONE;
    const seen = notes[at + NOTE.seen] as number;
    const type = notes[at + slotAt(TYPE)] as number;
    const id = notes[at + slotAt(ID)] as number;
    const body = bodies[notes[at + NOTE.joined] as number];
    const own = at + slotAt(MESSAGE);
    scan.record = row + entry;
    scan.offset = offset + (notes[at + NOTE.start] as number) - 4;
    // Without a type, an id or a message; of a type that no file has; or with another id in its message.
    const isUsual = body !== undefined && (seen & ALL) === ALL && KNOWN_TYPES[type] === 1;
    if (!isUsual || (seen >> (MESSAGE + body.idSlot)) % 2 === 0 || notes[own + 2 * body.idSlot] !== id) {
      run.checkUnusual(scan.record, bytes, notes[at + NOTE.start] as number, notes[at + NOTE.end] as number);
      continue;
    }
    types[scan.file++] = type;
    watched = 0;
    if (body.check === null) continue;
    const inside = (seen >> MESSAGE) & ~1;
    for (let word = 2; inside >> (word >> 1) !== 0; word++) out[word] = notes[own + word] as number;
    body.check(scan, inside, bytes, notes[own] as number, notes[own + 1] as number);
  }
  for (; next < records; next++) types[scan.file++] = quiet[next] as number;
}

/** The slots of fdinfo_entry, as its handler has them. */
const DESCRIPTOR = { id: 1, flags: 2, type: 3 } as const;
const HAS_FILE = (1 << DESCRIPTOR.id) | (1 << DESCRIPTOR.flags) | (1 << DESCRIPTOR.type);

/** Whether the descriptor of the note notes[at …] has no flag but FD_CLOEXEC, and the type of its open file. */
export function isUsualDescriptor({ fileRows, types }: Scan, notes: Uint32Array, at: number): boolean {
  if (((notes[at + NOTE.seen] as number) & HAS_FILE) !== HAS_FILE) return false;
  if ((notes[at + slotAt(DESCRIPTOR.flags)] as number) > 1) return false;
  const file = fileRows.get(notes[at + slotAt(DESCRIPTOR.id)] as number);
  return file !== NONE && types[file] === notes[at + slotAt(DESCRIPTOR.type)];
}
