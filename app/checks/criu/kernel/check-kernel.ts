// Runs the kernel that checks entries (build/kernels/checks.c).

import { MAGICS } from "../../../decoder/criu/format/messages.ts";
import { giveMembers, kernelInput, startKernel } from "../../../model/kernel.ts";
import type { FileRow, RecordRow } from "../../../model/rows.ts";
import { CHECKS_MODULE } from "./checks-module.ts";
import { type ColumnExports, type ColumnFinder, createColumnFinder } from "./file-columns.ts";
import type { Tables } from "./nodes.ts";

/** What checks.c exports. */
interface Exports extends ColumnExports {
  readonly memory: WebAssembly.Memory;
  readonly places: () => number;
  readonly read: (
    ...values: [node: number, from: number, length: number, most: number, offset: number, record: number, file: number]
  ) => void;
  readonly readMembers: (
    ...values: [firstNode: number, node: number, common: number, magic: number, members: number, record: number]
  ) => void;
}

/** Sizes, as in checks.c. */
const WINDOW = 256 << 10;
const NOTES = 128 << 10;
const MEMBERS = 64;
const ENTRIES = 4096;
const TYPES = 256;
const IDS = 1 << 20;
const LISTS = 16;
const QUIET = 256;
const POOL = 64 * ENTRIES;
const SETTINGS = 308;
const NUMBERS = 4 << 20;

/** The words of a note, as in checks.c. The slots from 1 on follow, two words each. */
export const NOTE = { seen: 0, entry: 1, node: 2, joined: 3, start: 4, end: 5, like: 6, header: 7 } as const;

/** What the last run read: views of the kernel's memory. */
export interface Checked {
  /** Records that were read: entries, and the magics of members. */
  records: number;
  /** Where the last of them ends. */
  end: number;
  /** Members that were read whole. */
  members: number;
  /** Notes one after the other, in the order in which their messages begin. */
  readonly notes: Uint32Array;
  /** Words of notes. */
  noted: number;
  /** By member: how many records it and those before it have. */
  readonly memberRecords: Uint32Array;
  /** By entry: the type of an open file. */
  readonly fileTypes: Uint8Array;
  /** By list: its columns (see NoteList), and how many rows of them there are. */
  readonly lists: readonly (readonly Uint32Array[])[];
  readonly rows: Uint32Array;
}

/** The notes of the first records of a run. */
export interface NotedRun {
  readonly notes: Uint32Array;
  /** Where they end; further records than the first `records` may have some before that. */
  readonly end: number;
  readonly records: number;
  /** The first record. */
  readonly row: RecordRow;
  /** The bytes that places are in, and where these begin in their member. */
  readonly bytes: Uint8Array;
  readonly offset: number;
}

/** The messages of a member: the nodes of its first entry and of the others. */
export interface MemberNodes {
  readonly firstNode: number;
  readonly node: number;
  readonly magic: number;
}

/** A kernel with the tables of some messages. */
export interface CheckKernel {
  readonly checked: Checked;
  /**
   * Checks at most `most` entries in bytes[from …], until one is not accepted. Places are those in `bytes`.
   *
   * @param row The record of the first.
   * @param file Its row, if it is an open file.
   */
  read(node: number, bytes: Uint8Array, from: number, most: number, row: RecordRow, file: FileRow): void;
  /** Checks whole members of framing v1.1, until one is not accepted, 64 at most. Places are those in the member. */
  readMembers(nodes: MemberNodes, members: readonly Uint8Array[], row: RecordRow): void;
  /**
   * By id of an open file, if it is less than the length: its type; 0: it is not known.
   * Descriptors with it have no notes.
   */
  readonly typeOfId: Uint8Array;
  /** Likewise: one more than its row. The kernel enters open files that it reads. */
  readonly rowOfId: Uint32Array;
  /** By what a note is like, less one: 1 if messages like it need no note. */
  readonly isQuiet: Uint8Array;
  /** To be used once all entries have been read. */
  readonly columns: ColumnFinder;
}

/**
 * A kernel; `null` where WebAssembly is not allowed.
 *
 * @param file The node of file_entry.
 * @param descriptor That of fdinfo_entry.
 * @param knownTypes By type: 1 if an open file may have it.
 */
export function createCheckKernel(
  { actions, nodes, limits, orders, alike, lists, targets }: Tables,
  file: number,
  descriptor: number,
  knownTypes: Uint8Array,
): CheckKernel | null {
  const kernel = startKernel<Exports>(CHECKS_MODULE);
  if (kernel === null) return null;
  const { buffer } = kernel.memory;
  const places = new Uint32Array(buffer, kernel.places(), 22);
  const place = (at: number): number => places[at] as number;
  const words = (at: number, length: number): Uint32Array => new Uint32Array(buffer, place(at), length);
  const input = new Uint8Array(buffer, place(0), WINDOW);
  new Uint8Array(buffer, place(1), actions.length).set(actions);
  words(2, nodes.length).set(nodes);
  new BigInt64Array(buffer, place(3), limits.length).set(limits);
  new Uint8Array(buffer, place(4), orders.length).set(orders);
  words(9, 1)[0] = descriptor;
  words(13, 1)[0] = file;
  new Uint8Array(buffer, place(14), alike.length).set(alike);
  new Uint8Array(buffer, place(15), lists.length).set(lists);
  new Uint8Array(buffer, place(10), TYPES).set(knownTypes);
  const columnAt = (column: number): number => place(16) + column * ENTRIES * 4;
  const memberEnds = words(6, MEMBERS);
  const result = words(8, 5);
  const checked: Checked = {
    records: 0,
    end: 0,
    members: 0,
    notes: words(5, NOTES),
    noted: 0,
    memberRecords: words(7, MEMBERS),
    fileTypes: new Uint8Array(buffer, place(12), ENTRIES),
    lists: targets.map(({ first, end }) =>
      Array.from({ length: end - first }, (_, at) => new Uint32Array(buffer, columnAt(first + at), ENTRIES)),
    ),
    rows: words(17, LISTS),
  };
  const held = kernelInput(input);
  const run = (node: number, from: number, most: number, row: RecordRow, file: FileRow): void => {
    kernel.read(node, from - held.first, held.last - held.first, most, held.first, row, file);
    checked.records = result[0] as number;
    checked.end = held.first + (result[1] as number);
    checked.members = 0;
    checked.noted = result[2] as number;
  };
  return {
    checked,
    typeOfId: new Uint8Array(buffer, place(11), IDS),
    rowOfId: words(20, IDS),
    isQuiet: new Uint8Array(buffer, place(18), QUIET),
    columns: createColumnFinder(kernel, {
      text: input,
      columns: words(16, POOL),
      settings: new Uint8Array(buffer, place(19), SETTINGS),
      numbers: words(21, NUMBERS),
      result,
    }),
    read(node, bytes, from, most, row, file) {
      if (held.bytes !== bytes || from < held.first || from >= held.last) held.give(bytes, from);
      run(node, from, most, row, file);
      // The first entry may lie across the end of the input.
      if (checked.records > 0 || held.first === from || held.last === bytes.length) return;
      held.give(bytes, from);
      run(node, from, most, row, file);
    },
    readMembers({ firstNode, node, magic }, members, row) {
      held.bytes = null;
      const count = giveMembers(members, input, memberEnds);
      kernel.readMembers(firstNode, node, MAGICS.IMG_COMMON, magic, count, row);
      checked.records = result[0] as number;
      checked.members = result[1] as number;
      checked.end = 0;
      checked.noted = result[2] as number;
    },
  };
}
