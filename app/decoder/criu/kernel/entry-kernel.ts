// Runs the kernel that reads entries of the usual form into columns (build/kernels/entries.c).

import { giveMembers, kernelInput, startKernel } from "../../../model/kernel.ts";
import { MAGICS } from "../format/messages.ts";
import { word } from "../wire/framing.ts";
import { ENTRIES_MODULE } from "./entries-module.ts";
import type { Forms } from "./forms.ts";

/** What entries.c exports. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly places: () => number;
  readonly read: (
    node: number,
    from: number,
    length: number,
    rows: number,
    textRoom: number,
    textBase: number,
    record: number,
    file: number,
  ) => void;
  readonly readMembers: (
    firstNode: number,
    node: number,
    common: number,
    magic: number,
    members: number,
    most: number,
    rows: number,
    record: number,
  ) => void;
  readonly giveFiles: (first: number, count: number) => void;
}

/** Sizes, as in entries.c. */
export const ENTRY_WINDOW = 256 << 10;
const ROWS = 2048;
const TEXT = 256 << 10;
const LENGTHS = 5 * ROWS;
export const LINKS = 4 * ROWS;
const LISTS = 6;
const FILES = 256 << 10;
export const MOST_MEMBERS = 256;
const STORED = 96 << 10;

/** Numbers of columns, as in entries.c. */
const COLUMNS = { bytes: 2, words: 8, wide: 2 } as const;

/** What the last run read: views of the kernel's memory. Only the first `rows` of a column have been written. */
export interface Batch {
  rows: number;
  /** Where in the bytes given its offsets are from. */
  base: number;
  /** Where the last entry ends, as an offset; of members, in its own. */
  end: number;
  readonly bytes: readonly Uint8Array<ArrayBuffer>[];
  readonly words: readonly Uint32Array<ArrayBuffer>[];
  readonly wide: readonly BigUint64Array<ArrayBuffer>[];
  readonly text: Uint8Array;
  textLength: number;
  /** The length of each entry, its size word included, seven bits in a byte. */
  readonly lengths: Uint8Array;
  lengthBytes: number;
  /** By row: where its entry begins, as an offset, and its length in `lengths`. */
  readonly offsets: Uint32Array;
  readonly lengthsAt: Uint32Array;
  /** By list: numbers, and the rows that are linked to them. */
  readonly links: readonly LinkColumns[];
  /** By list: how many links it has. */
  readonly linkCounts: Uint32Array;
  /** How many descriptors have no file: it is missing, or the caller must look for it. */
  unknownFiles: number;
  /** By row: `rowWords` words with the slots of plans; in the first are the bits of those that are set. */
  readonly stored: Uint32Array;
  rowWords: number;
  /** Members that were read. */
  members: number;
  /** By member: how many rows it and those before it have. The magics are a row. */
  readonly memberRows: Uint32Array;
}

/** The links of a list. */
interface LinkColumns {
  readonly keys: Uint32Array;
  readonly rows: Uint32Array;
}

/** Room for what a run reads. */
export interface Room {
  readonly rows: number;
  /** Bytes of text; and those there are already. */
  readonly text: number;
  readonly textBase: number;
  /** The record that the first entry becomes, and its row if it is an open file. */
  readonly firstRecord: number;
  readonly firstFile: number;
}

/** Members of one kind. */
export interface MemberForm {
  /** Of the first entry, and of the others. */
  readonly firstNode: number;
  readonly node: number;
  readonly magic: number;
  /** The most entries of a member. */
  readonly most: number;
}

/** A kernel with the tables of some forms. */
export interface EntryKernel {
  readonly batch: Batch;
  /**
   * Reads the entries that lie whole in bytes[from …] into `batch`, until there is no room or an entry does not have
   * the usual form, which `node` describes. Entries are little-endian.
   */
  read(node: number, bytes: Uint8Array, from: number, room: Room): void;
  /**
   * Reads at most 256 whole members of framing v1.1 into `batch`, until one does not have the usual form. The
   * magic of the first becomes the record `firstRecord`.
   */
  readMembers(form: MemberForm, members: readonly Uint8Array[], rows: number, firstRecord: number): void;
  /**
   * Must be called once all open files are known, with their types, if their ids follow one another. The kernel then
   * finds the open files of descriptors, unless there are too many.
   */
  giveFiles(firstId: number, types: Uint32Array): void;
  /** Must be called before other bytes are read, which may be in the same array. */
  forget(): void;
}

/** Whether the entry at bytes[from] lies across bytes[end]. */
const liesAcross = (bytes: Uint8Array, from: number, end: number): boolean =>
  end < bytes.length && (from + 4 > end || from + 4 + word(bytes, from, true) > end);

/** A kernel; null where WebAssembly is not allowed. */
export function createEntryKernel(forms: Forms): EntryKernel | null {
  const { actions, programs, words, pieces, insideSlots, rowSlots } = forms;
  const kernel = startKernel<Exports>(ENTRIES_MODULE);
  if (kernel === null) return null;
  const { buffer } = kernel.memory;
  const places = new Uint32Array(buffer, kernel.places(), 21);
  const place = (at: number) => places[at] as number;
  const words32 = (at: number, length: number, nth = 0) =>
    new Uint32Array(buffer, place(at) + nth * 4 * length, length);
  const input = new Uint8Array(buffer, place(0), ENTRY_WINDOW);
  new Uint16Array(buffer, place(1), actions.length).set(actions);
  words32(2, programs.length).set(programs);
  words32(3, words.length).set(words);
  new Uint8Array(buffer, place(4), pieces.length).set(pieces);
  words32(13, insideSlots.length).set(insideSlots);
  const result = words32(12, 5);
  const memberEnds = words32(15, MOST_MEMBERS);
  const columns = <Column>(count: number, make: (nth: number) => Column) =>
    Array.from({ length: count }, (_, nth) => make(nth));
  const batch: Batch = {
    rows: 0,
    base: 0,
    end: 0,
    bytes: columns(COLUMNS.bytes, (nth) => new Uint8Array(buffer, place(5) + nth * ROWS, ROWS)),
    words: columns(COLUMNS.words, (nth) => words32(6, ROWS, nth)),
    wide: columns(COLUMNS.wide, (nth) => new BigUint64Array(buffer, place(7) + nth * 8 * ROWS, ROWS)),
    text: new Uint8Array(buffer, place(8), TEXT),
    textLength: 0,
    lengths: new Uint8Array(buffer, place(9), LENGTHS),
    lengthBytes: 0,
    offsets: words32(10, ROWS),
    lengthsAt: words32(11, ROWS),
    links: columns(LISTS, (nth) => ({ keys: words32(17, LINKS, nth), rows: words32(18, LINKS, nth) })),
    linkCounts: words32(19, LISTS),
    unknownFiles: 0,
    stored: words32(14, STORED),
    rowWords: 0,
    members: 0,
    memberRows: words32(16, MOST_MEMBERS),
  };
  const held = kernelInput(input);
  const take = (): void => {
    batch.rows = result[0] as number;
    batch.base = held.first;
    batch.end = result[1] as number;
    batch.textLength = result[2] as number;
    batch.lengthBytes = result[3] as number;
    batch.unknownFiles = result[4] as number;
  };
  const run = (node: number, from: number, { rows, text, textBase, firstRecord, firstFile }: Room): void => {
    kernel.read(node, from - held.first, held.last - held.first, rows, text, textBase, firstRecord, firstFile);
    take();
  };
  return {
    batch,
    forget() {
      held.bytes = null;
    },
    read(node, bytes, from, room) {
      if (held.bytes !== bytes || from < held.first || from >= held.last) held.give(bytes, from);
      run(node, from, room);
      if (batch.rows > 0 || held.first === from || !liesAcross(bytes, from, held.last)) return;
      held.give(bytes, from);
      run(node, from, room);
    },
    giveFiles(firstId, types) {
      if (types.length > FILES) return;
      words32(20, FILES).set(types);
      kernel.giveFiles(firstId, types.length);
    },
    readMembers({ firstNode, node, magic, most }, members, rows, firstRecord) {
      held.bytes = null;
      held.first = 0;
      const count = giveMembers(members, input, memberEnds);
      kernel.readMembers(firstNode, node, MAGICS.IMG_COMMON, magic, count, most, rows, firstRecord);
      take();
      batch.rowWords = 2 * (rowSlots[node] as number);
      batch.members = result[1] as number;
      batch.end = batch.members === 0 ? 0 : (members[batch.members - 1] as Uint8Array).length;
    },
  };
}
