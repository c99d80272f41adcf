// Takes the notes of open files, entries of files.img, from the kernel. Casts `as number` read notes.

import { FILE_FIELDS } from "../../../decoder/criu/format/file-types.ts";
import { FIELD_TABLES } from "../../../decoder/criu/wire/field-table.ts";
import { NONE } from "../../../model/checkpoint.ts";
import {
  type Body,
  type KeptSlots,
  MESSAGE_BODIES,
  MESSAGE_FIELDS,
  WATCH,
  WATCH_SLOTS,
} from "../entries/file-bodies.ts";
import { messageIn, TAGS } from "../entries/shapes.ts";
import type { Scan } from "../scan.ts";
import { type CheckKernel, NOTE, type NotedRun } from "./check-kernel.ts";
import { addLists, addNode, setAlike, setQuiet, setSilent, slotsOf, type Tables } from "./nodes.ts";

/** Slots of file_entry: type, id and the message that it has, whose own slots follow. */
const [TYPE, ID, MESSAGE] = [1, 2, 3];

/** Words of a note in which the slots begin. */
const slotAt = (slot: number): number => NOTE.header + 2 * slot - 2;

/** The node of file_entry. */
export interface FileNode {
  readonly node: number;
  /** Words of a note. */
  readonly words: number;
  /** By node of the message that it has. */
  readonly bodies: readonly (Body | undefined)[];
}

const WATCHES: KeptSlots = { to: "watches", slots: WATCH_SLOTS, needed: 0 };

/** Adds the nodes of file_entry and the messages in it. */
export function addFileNode(tables: Tables): FileNode {
  const bodies: Body[] = [];
  const nodes = new Map<string, number>();
  const watch = addNode(tables, "eventpoll_tfd_entry", WATCH);
  addLists(tables, watch, [WATCHES]);
  setSilent(tables, watch);
  for (const [index, field] of MESSAGE_FIELDS.entries()) {
    const body = MESSAGE_BODIES[index] as Body;
    const isEpoll = field === "epfd";
    const noted = new Map(isEpoll ? [["tfd", watch]] : []);
    const counted = new Set(body.counted.keys());
    const node = addNode(tables, messageIn("file_entry", field), body.plan, { before: MESSAGE, noted, counted });
    bodies[node] = isEpoll ? { ...body, check: null } : body;
    setQuiet(tables, node, MESSAGE + body.idSlot, loudSlots(bodies[node] as Body) << MESSAGE);
    addLists(tables, node, body.kept);
    if (body.alike !== null) setAlike(tables, node, body.alike);
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
  return { node, words: slotAt(slots), bodies };
}

/** The bits of the slots without which a message has nothing to check but its id. */
function loudSlots({ plan, idSlot, check }: Body): number {
  const all = (1 << slotsOf(plan)) - 2;
  const others = all & ~(1 << idSlot);
  return check === null ? 0 : others === 0 ? all : others;
}

/** By type: 1 if an open file may have it. */
export const KNOWN_TYPES = Uint8Array.from(FILE_FIELDS, (field) => Number(field !== null));

/** Takes a run of open files, which are usual, and their notes. */
export function takeFiles(scan: Scan, { words, bodies }: FileNode, run: NotedRun, kernel: CheckKernel): void {
  const { notes, end, row, records, bytes, offset } = run;
  const { types, out, file } = scan;
  types.set(kernel.checked.fileTypes.subarray(0, Math.min(records, types.length - file)), file);
  for (let at = 0; at < end; at += words) {
    const entry = notes[at + NOTE.entry] as number;
    const body = bodies[notes[at + NOTE.joined] as number] as Body;
    const own = at + slotAt(MESSAGE);
    scan.record = row + entry;
    scan.offset = offset + (notes[at + NOTE.start] as number) - 4;
    scan.file = file + entry + 1;
    const inside = ((notes[at + NOTE.seen] as number) >> MESSAGE) & ~1;
    for (let word = 2; inside >> (word >> 1) !== 0; word++) out[word] = notes[own + word] as number;
    const isQuiet = body.check?.(scan, inside, bytes, notes[own] as number, notes[own + 1] as number);
    const like = notes[at + NOTE.like] as number;
    if (like > 0) kernel.isQuiet[like - 1] = Number(isQuiet === true);
  }
  scan.file = file + records;
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
